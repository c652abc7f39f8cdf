/**
 * One client's view of a Kafka cluster: bootstrap, metadata, coordinators, and our own requests to a chosen broker. The door
 * through which producer, consumer, group member and admin reach Kafka; sockets are in `link.ts`, kafkajs behind it.
 *
 * Nothing here retries a request: it fails with a KafkaError whose `retriable` says whether trying again makes sense, and
 * `withRetries` is the one loop for those who want it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { numberOf } from './client-config.ts'
import { timedOut } from './kafka-errors.ts'
import { type ApiRequest, Link, type LinkSettings } from './link.ts'
import { type CoordinatorType, type Node, type TopicMetadata, findCoordinatorRequest, metadataRequest } from './metadata.ts'
import { securityOf } from './security.ts'
import { type ClientProperties, KafkaError } from './types.ts'

export type { ApiRequest } from './link.ts'
export type { Node, PartitionMetadata, TopicMetadata } from './metadata.ts'

/** A node id, any broker that answers, the controller, or the coordinator of a group or transactional id (looked up and remembered). */
export type Target = number | 'any' | 'controller' | { readonly group: string } | { readonly transactionalId: string }
/**
 * `lane`: requests of one lane to one broker share a socket and are answered in order; a broker handles one request of a socket at a
 * time, so what may take long (Fetch, JoinGroup) travels in a lane of its own. Coordinators have lane `coordinator` by default.
 */
export type SendOptions = { readonly timeoutMs?: number; readonly lane?: string }

export interface KafkaConnection {
  readonly clientId: string
  readonly requestTimeoutMs: number
  /** Rejects with a KafkaError. Requests of one lane to one node leave in the order of the calls. */
  send<T>(target: Target, request: ApiRequest<T>, options?: SendOptions): Promise<T>
  /** Whether a request to the node would leave at once. */
  isReady(nodeId: number, lane?: string): boolean
  /** Opens the socket if need be. Rejects with a KafkaError after one attempt (made after the reconnect back-off). */
  ready(nodeId: number, lane?: string): Promise<void>
  /** One Metadata round trip to any broker; updates what the look-ups below answer. Topics null: all. Errors of topics are in the answer. */
  refreshMetadata(topics: readonly string[] | null, options?: { readonly autoCreate?: boolean; readonly timeoutMs?: number }): Promise<readonly TopicMetadata[]>
  /** From the last refresh that named the topic; undefined when never asked for. */
  topic(name: string): TopicMetadata | undefined
  /** Node id, or -1 when not known or without a leader. */
  leaderOf(topic: string, partition: number): number
  leaderEpochOf(topic: string, partition: number): number
  /** null when not known, or the broker tells none. */
  topicIdOf(topic: string): string | null
  nodes(): readonly Node[]
  clusterId(): Promise<string>
  findCoordinator(type: CoordinatorType, key: string): Promise<Node>
  /** After NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE or a broken connection: the next use looks it up again. */
  forgetCoordinator(type: CoordinatorType, key: string): void
  /** Fails what is in flight, closes all sockets. Idempotent. */
  close(): Promise<void>
}

export type ConnectionOptions = { readonly properties: ClientProperties; readonly clientId: string; readonly log: Logger }

/** Reads the settings (and PEM files); the network is first used by the first request. Throws ConnectError CONFIG_INVALID. */
export const openConnection = async ({ properties, clientId, log }: ConnectionOptions): Promise<KafkaConnection> => {
  const security = await securityOf(properties)
  const requestTimeoutMs = numberOf(properties, 'request.timeout.ms')
  const settings: LinkSettings = {
    clientId, log, ...security, requestTimeoutMs,
    setupTimeoutMs: numberOf(properties, 'socket.connection.setup.timeout.ms'),
    reconnectBackoffMs: numberOf(properties, 'reconnect.backoff.ms'),
    reconnectBackoffMaxMs: numberOf(properties, 'reconnect.backoff.max.ms'),
  }
  const bootstrap = bootstrapServersOf(properties)
  const links = new Map<string, Link>()
  const topics = new Map<string, TopicMetadata>()
  const coordinators = new Map<string, Node>()
  let nodes: readonly Node[] = []
  let knownClusterId: string | null = null
  let controllerId = -1
  let closed = false

  const linkTo = (key: string, host: string, port: number): Link => {
    // for good: whoever tries again would only do so until its deadline
    if (closed) throw new KafkaError('CLIENT_CLOSED', 'the client is closed', { retriable: false })
    const known = links.get(key)
    if (known !== undefined && known.host === host && known.port === port) return known
    // A node id that moved to another address: the old socket is of no use.
    if (known !== undefined) void known.close()
    const link = new Link(host, port, settings)
    links.set(key, link)
    return link
  }
  const linkToNode = (node: Node, lane: string): Link => linkTo(`${node.id}/${lane}`, node.host, node.port)

  const learn = (metadata: { readonly nodes: readonly Node[]; readonly clusterId: string | null; readonly controllerId: number; readonly topics: readonly TopicMetadata[] }, all: boolean): void => {
    if (metadata.nodes.length > 0) nodes = metadata.nodes
    if (metadata.clusterId !== null) knownClusterId = metadata.clusterId
    controllerId = metadata.controllerId
    if (all) topics.clear()
    for (const topic of metadata.topics) topics.set(topic.name, topic)
    // The bootstrap socket becomes the node's own when the addresses are the same, and is let go when they are not.
    for (const [key, link] of links) {
      if (!key.startsWith('bootstrap') || nodes.length === 0) continue
      const same = nodes.find(({ id, host, port }) => host === link.host && port === link.port && !links.has(`${id}/main`))
      if (same !== undefined) links.set(`${same.id}/main`, link)
      else if (link.inFlight > 0) continue
      else void link.close()
      links.delete(key)
    }
  }

  /** Connected brokers first, then those not in back-off, then the bootstrap servers, in random order each. */
  const candidates = (lane: string): Link[] => {
    const known = shuffled(nodes.map((node) => linkToNode(node, lane)))
    const first = shuffled(bootstrap).map(({ host, port }) => linkTo(`bootstrap/${host}:${port}/${lane}`, host, port))
    return [...known.filter((link) => link.isReady), ...known.filter((link) => !link.isReady).toSorted((a, b) => a.retryAtMs - b.retryAtMs), ...(known.some((link) => link.isReady) ? [] : first)]
  }
  const sendToAny = async <T>(request: ApiRequest<T>, timeoutMs: number, lane: string): Promise<T> => {
    let failure: unknown = new KafkaError('BROKER_NOT_AVAILABLE', 'no broker is known', { retriable: true })
    for (const link of candidates(lane)) {
      try {
        await link.ready()
      } catch (error) {
        failure = error
        // who refuses us is right for the whole cluster: asking the next broker would only be a second attempt
        if (closed || (error instanceof KafkaError && !error.retriable)) break
        continue
      }
      return link.request(request, timeoutMs)
    }
    throw failure
  }

  const refreshMetadata: KafkaConnection['refreshMetadata'] = async (names, { autoCreate = false, timeoutMs = requestTimeoutMs } = {}) => {
    const metadata = await sendToAny(metadataRequest(names, autoCreate), timeoutMs, 'main')
    learn(metadata, names === null)
    return metadata.topics
  }
  const nodeOf = async (id: number): Promise<Node> => {
    const known = nodes.find((node) => node.id === id)
    if (known !== undefined) return known
    await refreshMetadata([])
    const found = nodes.find((node) => node.id === id)
    if (found === undefined) throw new KafkaError('BROKER_NOT_AVAILABLE', `broker ${id} is not in the cluster's metadata`, { retriable: true })
    return found
  }
  const findCoordinator = async (type: CoordinatorType, key: string): Promise<Node> => {
    const known = coordinators.get(`${type}/${key}`)
    if (known !== undefined) return known
    const found = await sendToAny(findCoordinatorRequest(type, key), requestTimeoutMs, 'main')
    if (found instanceof KafkaError) throw found
    coordinators.set(`${type}/${key}`, found)
    return found
  }

  const connection: KafkaConnection = {
    clientId,
    requestTimeoutMs,
    async send(target, request, { timeoutMs = requestTimeoutMs, lane } = {}) {
      if (typeof target === 'number') {
        const node = nodes.find(({ id }) => id === target) ?? (await nodeOf(target))
        return linkToNode(node, lane ?? 'main').request(request, timeoutMs)
      }
      if (target === 'any') return sendToAny(request, timeoutMs, lane ?? 'main')
      if (target === 'controller') {
        if (controllerId < 0) await refreshMetadata([])
        if (controllerId < 0) throw new KafkaError('BROKER_NOT_AVAILABLE', 'the cluster has no controller at the moment', { retriable: true })
        return linkToNode(await nodeOf(controllerId), lane ?? 'main').request(request, timeoutMs)
      }
      const [type, key] = 'group' in target ? (['group', target.group] as const) : (['transaction', target.transactionalId] as const)
      const node = coordinators.get(`${type}/${key}`) ?? (await findCoordinator(type, key))
      try {
        return await linkToNode(node, lane ?? 'coordinator').request(request, timeoutMs)
      } catch (error) {
        if (error instanceof KafkaError && (error.kafkaCode === 'NETWORK_EXCEPTION' || error.kafkaCode === 'REQUEST_TIMED_OUT')) connection.forgetCoordinator(type, key)
        throw error
      }
    },
    isReady: (nodeId, lane = 'main') => links.get(`${nodeId}/${lane}`)?.isReady === true,
    async ready(nodeId, lane = 'main') {
      await linkToNode(await nodeOf(nodeId), lane).ready()
    },
    refreshMetadata,
    topic: (name) => topics.get(name),
    leaderOf: (topic, partition) => topics.get(topic)?.partitions[partition]?.leader ?? -1,
    leaderEpochOf: (topic, partition) => topics.get(topic)?.partitions[partition]?.leaderEpoch ?? -1,
    topicIdOf: (topic) => topics.get(topic)?.id ?? null,
    nodes: () => nodes,
    async clusterId() {
      if (knownClusterId === null) await refreshMetadata([])
      if (knownClusterId === null) throw new KafkaError('BROKER_NOT_AVAILABLE', 'the cluster told no cluster id', { retriable: true })
      return knownClusterId
    },
    findCoordinator,
    forgetCoordinator: (type, key) => void coordinators.delete(`${type}/${key}`),
    async close() {
      closed = true
      const open = [...links.values()]
      links.clear()
      await Promise.all(open.map((link) => link.close()))
    },
  }
  return connection
}

export type RetryOptions = {
  readonly deadlineMs: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
  /** Called before each further attempt: refresh metadata, forget a coordinator. */
  readonly onRetry?: (error: KafkaError) => void | Promise<void>
}
/** Tries until it works, the error is not retriable, or the deadline (`Date.now()` clock) is over; then fails with the last error. */
export const withRetries = async <T>(attempt: () => Promise<T>, { deadlineMs, backoffMs, backoffMaxMs, onRetry }: RetryOptions): Promise<T> => {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof KafkaError) || !error.retriable) throw error
      const waitMs = Math.min(backoffMs * 2 ** (failures - 1), backoffMaxMs) * (0.8 + Math.random() * 0.4)
      if (Date.now() + waitMs >= deadlineMs) throw timedOut(`gave up after ${failures} attempt(s): ${error.message}`, error)
      await sleep(waitMs)
      await onRetry?.(error)
    }
  }
}

/** `host:port,[::1]:port`, `PROTOCOL://` not accepted, as in Java. */
const bootstrapServersOf = (properties: ClientProperties): readonly { readonly host: string; readonly port: number }[] => {
  const text = properties['bootstrap.servers'] ?? ''
  const servers = text.split(',').map((server) => server.trim()).filter((server) => server !== '')
  if (servers.length === 0) throw new ConnectError('CONFIG_INVALID', 'No resolvable bootstrap urls given in bootstrap.servers')
  return servers.map((server) => {
    const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/]+)):(\d+)$/.exec(server)
    const port = Number(match?.[3])
    if (match === null || port > 65535) throw new ConnectError('CONFIG_INVALID', `Invalid url in bootstrap.servers: ${server}`)
    return { host: match[1] ?? match[2] ?? '', port }
  })
}

const shuffled = <T>(values: readonly T[]): T[] => values.map((value) => ({ value, at: Math.random() })).toSorted((a, b) => a.at - b.at).map(({ value }) => value)
