/** One access token from where Kafka's settings say: RFC 6749's client credentials grant, or a file that something else keeps fresh. */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../errors.ts'
import type { SslOptions } from '../tls/ssl-settings.ts'
import { KafkaError } from './types.ts'

export type TokenSource = {
  readonly url: URL
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string | undefined
  /** `sasl.oauthbearer.header.urlencode`: RFC 6749's own way to write the header, which few servers want. */
  readonly urlEncodeHeader: boolean
  /** Of an https endpoint: from `ssl.*` among the login module's options, as in Kafka. */
  readonly tls: SslOptions | null
  readonly timeoutMs: number
}
export type Token = { readonly value: string; readonly lifetimeSeconds: number | null }

const maxAnswerBytes = 1 << 20

/** Throws KafkaError: retriable when the endpoint may be better later, else it refused us. Neither secret nor answer is in the message. */
export const requestToken = async (source: TokenSource): Promise<Token> => {
  const { url, clientId, clientSecret, scope, urlEncodeHeader } = source
  const [user, secret] = urlEncodeHeader ? [encodeURIComponent(clientId), encodeURIComponent(clientSecret)] : [clientId, clientSecret]
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }).toString()
  const where = `the token endpoint ${url.origin}${url.pathname} (sasl.oauthbearer.token.endpoint.url)`
  const { status, text } = await post(source, { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }, body)
    .catch((cause: unknown) => {
      throw new KafkaError('NETWORK_EXCEPTION', `no token: ${where} cannot be asked: ${messageOf(cause)}`, { retriable: true, cause })
    })
  if (status >= 500 || status === 429) throw new KafkaError('NETWORK_EXCEPTION', `no token: ${where} answered ${status}`, { retriable: true })
  if (status !== 200) throw refused(`no token: ${where} answered ${status}${reasonOf(text)}: check clientId, clientSecret and scope in sasl.jaas.config`)
  const answer = jsonOf(text)
  const value = answer['access_token'] ?? answer['id_token']
  if (typeof value !== 'string' || value === '') throw refused(`no token: ${where} answered without an access_token`)
  return { value, lifetimeSeconds: lifetimeOf(value) ?? (typeof answer['expires_in'] === 'number' ? answer['expires_in'] : null) }
}

/** `file:` URLs: the token is read anew for every login. */
export const readToken = async (url: URL): Promise<Token> => {
  const value = await readFile(fileURLToPath(url), 'utf8').then((text) => text.trim(), (cause: unknown) => {
    throw refused(`no token: the file of sasl.oauthbearer.token.endpoint.url cannot be read: ${messageOf(cause)}`, cause)
  })
  if (value === '') throw refused('no token: the file of sasl.oauthbearer.token.endpoint.url is empty')
  return { value, lifetimeSeconds: 0 }
}

const refused = (message: string, cause?: unknown): KafkaError => new KafkaError('SASL_AUTHENTICATION_FAILED', message, { retriable: false, cause })

const post = ({ url, tls, timeoutMs }: TokenSource, headers: Readonly<Record<string, string>>, body: string): Promise<{ readonly status: number; readonly text: string }> => {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>()
  const take = (response: IncomingMessage): void => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
      if (text.length > maxAnswerBytes) response.destroy(new Error('its answer is too long'))
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    response.on('error', reject)
  }
  const options = { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: false, signal: AbortSignal.timeout(timeoutMs) } as const
  const request = url.protocol === 'https:' ? requestHttps(url, { ...options, ...(tls === null ? {} : { ...tls, ca: tls.ca === undefined ? undefined : [...tls.ca] }) }, take) : requestHttp(url, options, take)
  request.on('error', reject)
  request.end(body)
  return promise
}

/** RFC 6749's `error` is a word of a fixed set of characters; anything else of the answer is not for a log. */
const reasonOf = (text: string): string => {
  const { error } = jsonOf(text)
  return typeof error === 'string' && /^[\w.-]{1,60}$/.test(error) ? ` (${error})` : ''
}
const jsonOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
/** A JWT tells its own end; other tokens are opaque. */
const lifetimeOf = (token: string): number | null => {
  const { exp } = jsonOf(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return typeof exp === 'number' ? exp - Date.now() / 1000 : null
}
