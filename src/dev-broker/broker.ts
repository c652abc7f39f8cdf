/**
 * The dev broker: Kafka's wire protocol in one Node process, for trying things and for tests, never for production (one
 * node, no replication, no fsync, no security). README.md of this room says what it does and what it leaves out.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { ConnectError, messageOf } from '../errors.ts'
import { Cluster } from './cluster.ts'
import { plainAddress, serve, type Advertise } from './server/connection.ts'
import type { TopicSpec } from './topics.ts'

export type DevBrokerOptions = {
  /** Where to listen, 127.0.0.1 by default. Clients are told this name; with a wildcard address, the address they came to. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Keeps topics, records and committed offsets here; in memory without it. */
  readonly dataDir?: string
  /** Created on start unless they exist. */
  readonly topics?: readonly TopicSpec[]
  /** Default true, as Kafka's. */
  readonly autoCreateTopics?: boolean
  /** num.partitions, default 1. */
  readonly defaultPartitions?: number
  /** How long the first member of a group waits for others, default 20. */
  readonly initialRebalanceDelayMs?: number
  /** Without dataDir: all logs together; past it the oldest segments go. Default 2 GiB. */
  readonly maxMemoryBytes?: number
  readonly log?: (line: string) => void
}

export interface DevBroker {
  readonly host: string
  readonly port: number
  /** host:port, ready for `bootstrap.servers`. */
  readonly address: string
  readonly clusterId: string
  /** Ends connections, timers and files. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const wildcards: readonly string[] = ['0.0.0.0', '::']

/** Rejects with a ConnectError when the port is taken or the data directory cannot be used. */
export const startDevBroker = async (options: DevBrokerOptions): Promise<DevBroker> => {
  const host = options.host ?? '127.0.0.1'
  const server = createServer({ noDelay: true })
  await listen(server, host, options.port)
  const { port } = server.address() as AddressInfo
  try {
    return start(server, host, port, options)
  } catch (error) {
    await new Promise((resolve) => server.close(resolve))
    throw error instanceof ConnectError ? error : new ConnectError('DEV_BROKER_UNAVAILABLE', `The dev broker cannot start: ${messageOf(error)}`, { cause: error })
  }
}

const start = (server: Server, host: string, port: number, options: DevBrokerOptions): DevBroker => {
  const cluster = new Cluster({
    dataDir: options.dataDir ?? null,
    autoCreateTopics: options.autoCreateTopics ?? true,
    defaultPartitions: options.defaultPartitions ?? 1,
    initialRebalanceDelayMs: options.initialRebalanceDelayMs ?? 20,
    maxMemoryBytes: options.maxMemoryBytes ?? 2 * 1024 ** 3,
    log: options.log ?? (() => {}),
  })
  for (const topic of options.topics ?? []) if (cluster.topics.get(topic.name) === undefined) cluster.createTopic(topic)

  const advertise: Advertise = (socket) => ({ host: wildcards.includes(host) ? plainAddress(socket.localAddress ?? '127.0.0.1') : host, port })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, cluster, advertise)
  })
  let closing: Promise<void> | null = null
  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => {
        cluster.close()
        resolve()
      })
      for (const socket of sockets) socket.destroy()
    })
    return closing
  }
  const shown = wildcards.includes(host) ? '127.0.0.1' : host
  return { host: shown, port, address: `${shown.includes(':') ? `[${shown}]` : shown}:${port}`, clusterId: cluster.clusterId, close, [Symbol.asyncDispose]: close }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const reason =
        error.code === 'EADDRINUSE' ? `port ${port} is taken by another process. Choose another port, or 0 for a free one`
        : error.code === 'EACCES' ? `port ${port} needs more rights. Choose a port above 1023`
        : messageOf(error)
      reject(new ConnectError('DEV_BROKER_UNAVAILABLE', `The dev broker cannot listen on ${host}:${port}: ${reason}.`, { cause: error }))
    }
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve()
    })
  })
