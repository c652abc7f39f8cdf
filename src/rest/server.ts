/**
 * The REST server: binds the listeners early, answers from the herder once resources are registered, closes gracefully.
 * A listener that names no host is for this machine alone; who opens one to others without authentication is warned (differences.md).
 */
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { hostname } from 'node:os'
import { isIPv4, type AddressInfo } from 'node:net'
import type { Listener, RestConfig, WorkerConfig } from '../config/worker-config.ts'
import { ConnectError, messageOf } from '../errors.ts'
import type { Herder, PluginInfo } from '../herder/types.ts'
import { logger } from '../log.ts'
import type { Shelf } from '../plugins/types.ts'
import { createApp, type RequestListener } from './app.ts'
import { connectorRoutes } from './routes/connectors.ts'
import { loggerRoutes } from './routes/loggers.ts'
import { pluginRoutes } from './routes/plugins.ts'
import { rootRoutes } from './routes/root.ts'
import { tlsOptions } from './tls.ts'
import type { Route } from './types.ts'

export type RestServer = {
  /** Binds all listeners. Until `registerResources` every path answers 404, as in Kafka. */
  listen(): Promise<{ readonly advertisedUrl: string; readonly urls: readonly string[] }>
  registerResources(parts: { readonly herder: Herder; readonly shelf: Shelf }): Promise<void>
  /** Lets requests under way finish (60 s at most). Idempotent. */
  close(): Promise<void>
}
export type RestServerOptions = {
  readonly config: WorkerConfig
  readonly builtInPlugins?: readonly PluginInfo[]
  readonly requestTimeoutMs?: number
  readonly healthTimeoutMs?: number
  readonly shutdownTimeoutMs?: number
}
type Bound = { readonly server: Server; readonly listener: Listener; readonly port: number; serve: RequestListener }

const log = logger('org.apache.kafka.connect.runtime.rest.RestServer')
const loopback = '127.0.0.1'

const notYet: RequestListener = (_request, response) => {
  response.writeHead(404, { 'content-type': 'text/html;charset=iso-8859-1' })
  response.end('<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404 Not Found</h2></body></html>\n')
}

const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)
const bindHost = ({ host }: Listener): string => (host === '' ? loopback : host)

const bind = async (listener: Listener, tls: RestConfig['tls']): Promise<Bound> => {
  const server: Server = listener.protocol === 'https' ? createHttpsServer(await tlsOptions(tls)) : createHttpServer()
  server.requestTimeout = 90_000
  server.keepAliveTimeout = 90_000
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen({ host: bindHost(listener), port: listener.port }, listening.resolve)
  try {
    await listening.promise
  } catch (error) {
    throw new ConnectError('INTERNAL', `Unable to listen on ${listener.protocol}://${urlHost(bindHost(listener))}:${listener.port}: ${messageOf(error)}`, { cause: error })
  }
  server.on('error', (error) => log.error('The REST server had an error', error))
  const bound: Bound = { server, listener, port: (server.address() as AddressInfo).port, serve: notYet }
  server.on('request', (request, response) => bound.serve(request, response))
  return bound
}
const unbind = async ({ server }: Bound, timeoutMs: number): Promise<void> => {
  const closed = Promise.withResolvers<void>()
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs)
  server.close(() => closed.resolve())
  server.closeIdleConnections()
  await closed.promise
  clearTimeout(timer)
}

const isLoopback = (host: string): boolean => host === '' || host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
const warnWhenOpen = ({ listener, port }: Bound, tls: RestConfig['tls']): void => {
  if (listener.host === '') log.info(`The listener ${listener.protocol}://:${port} names no host, so only this machine can connect; name one to open it (http://0.0.0.0:${port} for every address)`)
  else if (!isLoopback(listener.host) && !(listener.protocol === 'https' && tls['ssl.client.auth'] === 'required')) log.warn(`The REST API is open to the network at ${listener.protocol}://${urlHost(listener.host)}:${port} without authentication: whoever reaches it can run connectors here`)
}

/** Kafka's rules: protocol of rest.advertised.listener, else http before https; host and port as configured, else the listener's. */
const advertised = (rest: RestConfig, bound: readonly Bound[]): string => {
  const chosen = bound.find(({ listener }) => listener.protocol === rest.advertisedListener) ?? bound.find(({ listener }) => listener.protocol === 'http') ?? bound[0]
  const listened = chosen?.listener.host ?? ''
  const host = rest.advertisedHostName ?? (listened === '' ? loopback : listened === '0.0.0.0' || listened === '::' ? hostname() : listened)
  return `${rest.advertisedListener ?? chosen?.listener.protocol ?? 'http'}://${urlHost(host)}:${rest.advertisedPort ?? chosen?.port ?? 8083}/`
}

export const createRestServer = ({ config, builtInPlugins = [], requestTimeoutMs = 90_000, healthTimeoutMs = 10_000, shutdownTimeoutMs = 60_000 }: RestServerOptions): RestServer => {
  const { rest } = config
  let main: readonly Bound[] = []
  let admin: readonly Bound[] = []
  const apps: { close(): Promise<void> }[] = []
  let closed: Promise<void> | null = null

  const bindAll = async (listeners: readonly Listener[], tls: RestConfig['tls'], keep: (bound: Bound) => void): Promise<void> => {
    for (const listener of listeners) keep(await bind(listener, tls))
  }
  const serve = async (bound: readonly Bound[], routes: readonly Route[], plain: boolean): Promise<void> => {
    for (const protocol of ['http', 'https'] as const) {
      const own = bound.filter(({ listener }) => listener.protocol === protocol)
      if (own.length === 0) continue
      const { allowOrigin, allowMethods, responseHeaders } = rest
      const app = await createApp({ routes, protocol, requestTimeoutMs, cors: plain ? { allowOrigin: [], allowMethods: [] } : { allowOrigin, allowMethods }, headerRules: plain ? [] : responseHeaders })
      apps.push(app)
      for (const one of own) one.serve = app.listener
    }
  }
  const close = async (): Promise<void> => {
    log.info('Stopping REST server')
    await Promise.all([...main, ...admin].map((bound) => unbind(bound, shutdownTimeoutMs)))
    await Promise.all(apps.map((app) => app.close()))
    log.info('REST server stopped')
  }
  const server: RestServer = {
    async listen() {
      const [extension] = rest.extensionClasses
      if (extension !== undefined) {
        throw new ConnectError('CONFIG_INVALID', `Failed to find any class that implements interface org.apache.kafka.connect.rest.ConnectRestExtension and which name matches ${extension}`)
      }
      try {
        await bindAll(rest.listeners, rest.tls, (bound) => (main = [...main, bound]))
        await bindAll(rest.adminListeners ?? [], rest.adminTls, (bound) => (admin = [...admin, bound]))
      } catch (error) {
        await server.close()
        throw error
      }
      const urls = [...main, ...admin].map(({ listener, port }) => `${listener.protocol}://${urlHost(bindHost(listener))}:${port}`)
      for (const url of urls) log.info(`Added connector for ${url}`)
      for (const bound of main) warnWhenOpen(bound, rest.tls)
      for (const bound of admin) warnWhenOpen(bound, rest.adminTls)
      const advertisedUrl = advertised(rest, main)
      log.info(`REST server listening at ${urls[0]}/, advertising URL ${advertisedUrl}`)
      return { advertisedUrl, urls }
    },
    async registerResources({ herder, shelf }) {
      log.info('Initializing REST resources')
      const parts = { herder, shelf, config, builtInPlugins, requestTimeoutMs, healthTimeoutMs }
      const own = [...rootRoutes(parts), ...connectorRoutes(parts), ...pluginRoutes(parts)]
      await serve(main, rest.adminListeners === null ? [...own, ...loggerRoutes] : own, false)
      await serve(admin, loggerRoutes, true)
      log.info('REST resources initialized; server is started and ready to handle requests')
    },
    close: () => (closed ??= close()),
  }
  return server
}

/** The server as the herder's start-up drives it (`RestHooks`): the configuration comes with the first step. */
export const createRestHooks = (options: Omit<RestServerOptions, 'config'> = {}) => {
  let server: RestServer | null = null
  return {
    async initialize(config: WorkerConfig): Promise<{ readonly advertisedUrl: string; readonly urls: readonly string[] }> {
      server = createRestServer({ ...options, config })
      return server.listen()
    },
    async initializeResources(parts: { readonly herder: Herder; readonly shelf: Shelf }): Promise<void> {
      await server?.registerResources(parts)
    },
    async stop(): Promise<void> {
      await server?.close()
    },
  }
}
