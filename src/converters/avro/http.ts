/** Requests to the registry: several URLs, repetitions with growing waits, TLS and credentials. Errors never hold a credential. */
import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { messageOf } from '../../errors.ts'
import { isJsonObject, type Json, parseJson } from './avro-json.ts'

export type HttpOptions = {
  readonly urls: readonly URL[]
  readonly authorization: string | null
  readonly tls: ConnectionOptions
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  readonly maxRetries: number
  readonly retryWaitMs: number
  readonly retryMaxWaitMs: number
}

/** `status` 0: no answer at all. `code` is the registry's own (40403 …), or the status. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.status = status
    this.code = code
  }
  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

export type Send = (method: 'GET' | 'POST', path: string, body?: Json) => Promise<Json>
/** Throws a RegistryError once all repetitions on all URLs have failed. */
export const createSend = (options: HttpOptions): Send => {
  const agents = { plain: new Agent({ keepAlive: true }), tls: new TlsAgent({ keepAlive: true, ...options.tls }) }
  /** The URL that answered last is asked first. */
  let first = 0
  const tryAll = async (method: 'GET' | 'POST', path: string, body: Json | undefined): Promise<Json> => {
    let last = new RegistryError(0, 0, 'no URL')
    for (let turn = 0; turn < options.urls.length; turn++) {
      const index = (first + turn) % options.urls.length
      try {
        const answer = await once(options, agents, options.urls[index] as URL, { method, path, body })
        first = index
        return answer
      } catch (error) {
        last = error as RegistryError
        if (!last.isPassing) throw last
      }
    }
    throw last
  }
  return async (method, path, body) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await tryAll(method, path, body)
      } catch (error) {
        if (!(error instanceof RegistryError) || !error.isPassing || attempt >= options.maxRetries) throw error
        const longest = Math.min(options.retryWaitMs * 2 ** attempt, options.retryMaxWaitMs)
        await sleep(longest * (0.5 + Math.random() / 2))
      }
    }
  }
}

type Agents = { readonly plain: Agent; readonly tls: TlsAgent }
type Request = { readonly method: string; readonly path: string; readonly body: Json | undefined }
const contentType = 'application/vnd.schemaregistry.v1+json'
/** A schema of more than this is no schema. */
const maxAnswerBytes = 16 * 1024 * 1024

const once = async ({ authorization, connectTimeoutMs, readTimeoutMs }: HttpOptions, agents: Agents, base: URL, { method, path, body }: Request): Promise<Json> => {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base.origin)
  const shown = `${method} ${url.origin}${url.pathname}`
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>()
  const failed = (cause: unknown): void => reject(new RegistryError(0, 0, `${shown}: ${reasonOf(cause)}`, { cause }))
  const headers = { accept: `${contentType}, application/json`, ...(authorization === null ? {} : { authorization }), ...(body === undefined ? {} : { 'content-type': contentType }) }
  const isTls = url.protocol === 'https:'
  const request = (isTls ? httpsRequest : httpRequest)(url, { method, headers, agent: isTls ? agents.tls : agents.plain }, (answer) => {
    const chunks: Buffer[] = []
    let size = 0
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if ((size += chunk.length) > maxAnswerBytes) answer.destroy(new Error(`an answer of more than ${maxAnswerBytes} bytes`))
    })
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    answer.on('error', failed)
  })
  request.on('error', failed)
  request.on('socket', (socket) => {
    if (socket.connecting) {
      const late = (): void => void request.destroy(new Error(`no connection within ${connectTimeoutMs} ms`))
      socket.setTimeout(connectTimeoutMs, late)
      socket.once('connect', () => socket.off('timeout', late))
    }
    request.setTimeout(readTimeoutMs, () => request.destroy(new Error(`no answer within ${readTimeoutMs} ms`)))
  })
  request.end(body === undefined ? undefined : JSON.stringify(body))
  const { status, text } = await promise
  const json = jsonOrNull(text)
  if (status >= 200 && status < 300 && json !== null) return json
  throw problem(status, json, shown)
}
const jsonOrNull = (text: string): Json => {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
const problem = (status: number, json: Json, shown: string): RegistryError => {
  const code = isJsonObject(json) && typeof json['error_code'] === 'number' ? json['error_code'] : status
  const said = isJsonObject(json) && typeof json['message'] === 'string' ? json['message'] : (status < 300 ? 'not an answer of a schema registry' : `HTTP status ${status}`)
  const remedy = status === 401 || status === 403 ? ' (check basic.auth.credentials.source, basic.auth.user.info and bearer.auth.token)' : ''
  return new RegistryError(status, code, `${shown}: ${said}; error code: ${code}${remedy}`)
}
const reasonOf = (cause: unknown): string => {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ')
  return messageOf(cause)
}
