/** The REST room's own interfaces: a route is a plain function from request to response; only app.ts knows fastify. */
import type { WorkerConfig } from '../config/worker-config.ts'
import type { Herder, PluginInfo } from '../herder/types.ts'
import type { Shelf } from '../plugins/types.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type RestRequest = {
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The body's text; null when there is none. */
  readonly body: string | null
  /** `http://host:port` as the client addressed us. */
  readonly baseUrl: string
}
/** Without a body: no Content-Type. */
export type RestResponse = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
export type Route = { readonly method: Method; readonly path: string; readonly handle: (request: RestRequest) => Promise<RestResponse> | RestResponse }

/** What requests are answered from. */
export type RestParts = {
  readonly herder: Herder
  readonly shelf: Shelf
  readonly config: WorkerConfig
  /** Plugins that come with the worker itself and stand on no shelf (converters, transformations, predicates). */
  readonly builtInPlugins: readonly PluginInfo[]
  /** How long an operation may take: 90 s, as in Kafka; a health check 10 s. */
  readonly requestTimeoutMs: number
  readonly healthTimeoutMs: number
}

export const ok = (body: unknown): RestResponse => ({ status: 200, body })
export const accepted: RestResponse = { status: 202 }
export const noContent: RestResponse = { status: 204 }
