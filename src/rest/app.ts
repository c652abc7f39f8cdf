/**
 * The one door to fastify: routes become an HTTP request listener. Everything JAX-RS does around Kafka's resources is here: content types,
 * methods, OPTIONS, errors as JSON, paths that cannot be told apart, time limits and the access log.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify'
import type { HeaderRule } from '../config/worker-config.ts'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { withoutSecrets } from '../log-secrets.ts'
import { accessLine } from './access-log.ts'
import { maxBodyBytes } from './body.ts'
import { corsHeaders, ruleHeaders, type CorsConfig } from './headers.ts'
import { within } from './time-limit.ts'
import type { RestRequest, Route } from './types.ts'

export type AppOptions = {
  readonly routes: readonly Route[]
  readonly cors: CorsConfig
  readonly headerRules: readonly HeaderRule[]
  readonly requestTimeoutMs: number
  readonly protocol: 'http' | 'https'
}
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void

const accessLog = logger('org.apache.kafka.connect.runtime.rest.RestServer')
const errorLog = logger('org.apache.kafka.connect.runtime.rest.errors.ConnectExceptionMapper')
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const reasons: Readonly<Record<number, string>> = { 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 413: 'Payload Too Large', 415: 'Unsupported Media Type' }
const httpError = (status: number): ConnectError => new ConnectError(status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST', `HTTP ${status} ${reasons[status] ?? ''}`, { status })

/** `a//b`, an encoded slash or dot segment: two readers of such a path may see different ones, so nobody reads it. */
const isAmbiguous = (url: string): boolean => /\/\/|%2f|%5c|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(url.split(/[?#]/, 1)[0] ?? '')

const acceptsJson = (accept: string | undefined): boolean =>
  accept === undefined || accept.trim() === '' || accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return !refused && (type === '*/*' || type === 'application/*' || type === 'application/json' || type === '*')
  })

const hasBody = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
const decode = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConnectError('BAD_REQUEST', 'The request body is not valid UTF-8')
  }
}

/** Status and message of any error; those without a code of ours are logged with their stack. */
const answerTo = (error: unknown, path: string): { readonly status: number; readonly message: string } => {
  if (error instanceof ConnectError) {
    if (error.status >= 500) errorLog.error(`Uncaught exception in REST call to ${path}`, error)
    return { status: error.status, message: error.message }
  }
  const { statusCode, code } = error as { readonly statusCode?: unknown; readonly code?: unknown }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && typeof code === 'string' && code.startsWith('FST_ERR')) {
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { status: 413, message: `The request body is larger than ${maxBodyBytes} bytes` }
    if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return { status: 415, message: httpError(415).message }
    return { status: statusCode, message: messageOf(error) }
  }
  errorLog.error(`Uncaught exception in REST call to ${path}`, error)
  return { status: 500, message: messageOf(error) }
}
/** Bytes, since fastify adds a charset to the content type of strings, and Kafka has none. */
const json = (body: unknown): Buffer => Buffer.from(JSON.stringify(body))
const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''
const sendError = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const { status, message } = answerTo(error, pathOf(request))
  return reply.status(status).header('content-type', 'application/json').send(json({ error_code: status, message: withoutSecrets(message) }))
}

const restRequest = (request: FastifyRequest, protocol: string): RestRequest => ({
  params: request.params as Record<string, string>,
  query: new URLSearchParams(request.url.split('?').slice(1).join('?')),
  body: typeof request.body === 'string' ? request.body : null,
  baseUrl: `${protocol}://${request.headers.host ?? 'localhost'}`,
})

export const createApp = async ({ routes, cors, headerRules, requestTimeoutMs, protocol }: AppOptions): Promise<{ readonly listener: RequestListener; close(): Promise<void> }> => {
  let listener: RequestListener = () => {}
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    // The listeners are ours (there may be several); fastify only answers.
    serverFactory: (handler) => {
      listener = handler
      return createServer()
    },
    frameworkErrors: (error, request, reply) => void sendError(error, request as FastifyRequest, reply as FastifyReply),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
    try {
      done(null, bytes.length === 0 ? undefined : decode(bytes as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addContentTypeParser('*', (request, payload, done) => {
    if (!hasBody(request.raw)) return done(null, undefined)
    payload.resume()
    done(httpError(415))
  })

  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': preflight } = request.headers
    reply.headers({ ...ruleHeaders(headerRules, Date.now()), ...corsHeaders(cors, origin, request.method === 'OPTIONS' ? preflight : undefined) })
    if (isAmbiguous(request.raw.url ?? '')) throw new ConnectError('BAD_REQUEST', 'Ambiguous URI path: empty, encoded-slash and dot segments are not allowed')
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (accessLog.isEnabled('INFO')) {
      const { remoteAddress = '-' } = request.raw.socket
      const length = Number(reply.getHeader('content-length') ?? 0)
      accessLog.info(accessLine({
        remoteAddress, method: request.method, url: request.raw.url ?? '', httpVersion: request.raw.httpVersion, status: reply.statusCode, bytes: request.method === 'HEAD' ? 0 : length,
        referer: request.headers.referer, userAgent: request.headers['user-agent'], startedAt: new Date(Date.now() - reply.elapsedTime), tookMs: reply.elapsedTime,
      }))
    }
    done()
  })
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => sendError(httpError(404), request, reply))

  for (const { method, path, handle } of routes) {
    app.route({
      method, url: path,
      // Before the body is read: what is answered could not be accepted anyway.
      onRequest: async (request) => {
        if (!acceptsJson(request.headers.accept)) throw httpError(406)
      },
      handler: async (request, reply) => {
        const work = Promise.resolve(handle(restRequest(request, protocol)))
        const { status, body, headers } = await within(work, { ms: requestTimeoutMs, late: () => { throw new ConnectError('TIMEOUT', 'Request timed out') } })
        reply.status(status).headers(headers ?? {})
        if (body === undefined) return reply.send()
        return reply.header('content-type', 'application/json').send(json(body))
      },
    })
  }
  // What JAX-RS says of the methods a path does not have.
  for (const path of new Set(routes.map((route) => route.path))) {
    const own: readonly string[] = routes.filter((route) => route.path === path).map(({ method }) => method)
    const allowed = [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
    app.route({
      method: 'OPTIONS', url: path,
      handler: (_request, reply) => reply.header('allow', allowed.join(',')).header('content-type', 'text/plain').send(allowed.join(', ')),
    })
    const missing = methods.filter((method) => !allowed.includes(method))
    app.route({
      method: missing, url: path,
      onRequest: () => Promise.reject(httpError(405)),
      handler: () => Promise.reject(httpError(405)),
    })
  }
  await app.ready()
  return { listener, close: () => app.close() }
}
