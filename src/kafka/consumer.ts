/**
 * The consumer: group membership, positions, fetching and commits put together behind `poll`. Nothing the caller has to know of happens
 * outside `poll`: listeners run in it, and failures come out of it.
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises'
import { logger } from '../log.ts'
import { type KafkaConnection, openConnection } from './connection.ts'
import { consumerSettingsOf } from './consumer-config.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { MetadataKeeper } from './consumer-metadata.ts'
import { ConsumerOffsets } from './consumer-offsets.ts'
import { AssignedPartitions, type PartitionState } from './consumer-partitions.ts'
import { Fetcher } from './fetcher.ts'
import { Signal } from './signal.ts'
import { type Consumer, type ConsumerOptions, KafkaError, type RebalanceListener, type RecordColumns, type TopicPartition } from './types.ts'

/** A caller that always finds data waiting would starve sockets and heartbeats: this often they get a turn. */
const yieldEveryMs = 2
const resolveCheckMs = 100

/** Throws ConnectError CONFIG_INVALID for settings that cannot be used. The network is first used by `poll`. */
export const createConsumer = async ({ properties, clientId }: ConsumerOptions): Promise<Consumer> => {
  const log = logger('org.apache.kafka.clients.consumer.KafkaConsumer', `[Consumer clientId=${clientId}, groupId=${properties['group.id'] ?? 'null'}] `)
  const settings = consumerSettingsOf(properties, log)
  const connection: KafkaConnection = await openConnection({ properties, clientId, log })
  const partitions = new AssignedPartitions()
  const signal = new Signal()
  let group: ConsumerGroup | null = null
  let failure: { readonly error: unknown } | null = null
  let isWokenUp = false
  let isPolling = false
  let closing: Promise<void> | null = null
  let lastYieldMs = performance.now()
  let resolveTimer: NodeJS.Timeout | null = null

  const fail = (error: unknown): void => {
    failure ??= { error }
    signal.notify()
  }
  const metadata = new MetadataKeeper({
    connection, log, autoCreate: settings.autoCreateTopics, maxAgeMs: settings.metadataMaxAgeMs, backoffMs: settings.retryBackoffMs, backoffMaxMs: settings.retryBackoffMaxMs,
    topics: () => group?.interest() ?? (group === null ? [...new Set(partitions.list().map(({ topic }) => topic))] : null),
    onUpdate: (topics) => {
      group?.onMetadata(topics)
      fetcher.pump()
      signal.notify()
    },
    onFailure: fail,
  })
  const onStaleMetadata = (): void => metadata.request()
  const offsets = new ConsumerOffsets({ connection, settings, partitions, log, member: () => group?.member ?? null, onStaleMetadata })
  const fetcher = new Fetcher({ connection, settings, partitions, log, notify: signal.notify, onStaleMetadata, onFailure: fail })

  const isSought = (): boolean => {
    for (const { seeking } of partitions.values()) if (seeking !== null) return true
    return false
  }
  /** Looks for positions in the background; what is left (no leader yet) is tried again soon. */
  const seekPositions = (): void => {
    if (resolveTimer !== null || closing !== null || !isSought()) return
    resolveTimer = setTimeout(() => {
      resolveTimer = null
      if (isSought()) signal.notify()
    }, resolveCheckMs)
    offsets.resolve().then(() => {
      fetcher.pump()
      signal.notify()
    }, (error: unknown) => {
      // Retried for default.api.timeout.ms already: the broker is away, and poll goes on waiting for it, as in Java.
      if (!(error instanceof KafkaError) || !error.retriable) fail(error)
    })
  }
  const stateOf = (partition: TopicPartition): PartitionState => {
    const state = partitions.get(partition)
    if (state === undefined) throw new KafkaError('NO_ASSIGNMENT', `No current assignment for partition ${partition.topic}-${partition.partition}`, { retriable: false })
    return state
  }
  const refuseWhenClosed = (): void => {
    if (closing !== null) throw new KafkaError('CLIENT_CLOSED', 'This consumer has already been closed.', { retriable: false })
  }

  const pollUntil = async (deadlineMs: number): Promise<readonly RecordColumns[]> => {
    for (;;) {
      if (closing !== null) return []
      if (failure !== null) {
        const { error } = failure
        failure = null
        throw error
      }
      if (group !== null && metadata.isReady) await group.member.poll()
      seekPositions()
      const records = fetcher.take()
      fetcher.pump()
      if (records.length > 0) {
        const nowMs = performance.now()
        if (nowMs - lastYieldMs > yieldEveryMs) {
          await yieldToEvents()
          lastYieldMs = performance.now()
        }
        return records
      }
      const leftMs = deadlineMs - Date.now()
      if (isWokenUp || leftMs <= 0) {
        isWokenUp = false
        if (leftMs <= 0) await yieldToEvents()
        return []
      }
      await signal.wait(leftMs)
      lastYieldMs = performance.now()
    }
  }

  return {
    async subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener) {
      refuseWhenClosed()
      const { groupId } = settings
      if (groupId === null) throw new KafkaError('INVALID_GROUP_ID', 'To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.', { retriable: false })
      if (group !== null) return group.subscribe(topics, listener)
      if (partitions.size > 0) throw new KafkaError('ILLEGAL_STATE', 'Subscription to topics, partitions and pattern are mutually exclusive', { retriable: false })
      group = new ConsumerGroup({ connection, settings, groupId, partitions, log, notify: signal.notify, onTopicsChanged: () => metadata.changed(), onStaleMetadata }, topics, listener)
      metadata.changed()
    },
    async assign(list) {
      refuseWhenClosed()
      if (group !== null) throw new KafkaError('ILLEGAL_STATE', 'Subscription to topics, partitions and pattern are mutually exclusive', { retriable: false })
      const wanted = new Set(list.map(({ topic, partition }) => `${topic}-${partition}`))
      for (const partition of partitions.list()) if (!wanted.has(`${partition.topic}-${partition.partition}`)) partitions.remove(partition)
      for (const partition of list) partitions.add(partition, 'committed')
      metadata.changed()
    },
    async poll(maxWaitMs) {
      refuseWhenClosed()
      if (isPolling) throw new KafkaError('ILLEGAL_STATE', 'KafkaConsumer is not safe for concurrent polls.', { retriable: false })
      isPolling = true
      group?.member.enterPoll()
      const member = group?.member
      try {
        return await pollUntil(Date.now() + maxWaitMs)
      } finally {
        member?.leavePoll()
        isPolling = false
      }
    },
    wakeup() {
      isWokenUp = true
      signal.notify()
    },
    pause(list) {
      for (const partition of list) stateOf(partition).isPaused = true
    },
    resume(list) {
      for (const partition of list) stateOf(partition).isPaused = false
      fetcher.pump()
      signal.notify()
    },
    seek(partition, offset, topicId = null) {
      if (!(offset >= 0)) throw new KafkaError('INVALID_OFFSET', `seek offset must not be a negative number: ${offset}`, { retriable: false })
      const state = stateOf(partition)
      partitions.seek(state, offset)
      state.topicId = topicId ?? state.topicId
      fetcher.pump()
    },
    async seekToBeginning(list) {
      const states = list.map(stateOf)
      for (const state of states) partitions.unknown(state, 'earliest')
      await positionsOf(states)
    },
    assignment: () => partitions.list(),
    async position(partition) {
      const [position = Number.NaN] = await positionsOf([stateOf(partition)])
      return position
    },
    committed: (list) => offsets.committed(list),
    commit: (list) => offsets.commit(list),
    close() {
      closing ??= close()
      return closing
    },
  }

  /** Waits for positions that are being sought, up to default.api.timeout.ms. */
  async function positionsOf(states: readonly PartitionState[]): Promise<number[]> {
    const deadlineMs = Date.now() + settings.apiTimeoutMs
    while (states.some(({ seeking }) => seeking !== null)) {
      if (Date.now() > deadlineMs) throw new KafkaError('REQUEST_TIMED_OUT', `Timeout of ${settings.apiTimeoutMs}ms expired before the position for partitions ${states.map(({ key }) => key).join(', ')} could be determined`, { retriable: true })
      await offsets.resolve()
      if (states.some(({ seeking }) => seeking !== null)) await new Promise((resolve) => setTimeout(resolve, settings.retryBackoffMs))
      for (const state of states) stateOf(state)
    }
    fetcher.pump()
    return states.map(({ position }) => position)
  }

  async function close(): Promise<void> {
    signal.notify()
    if (resolveTimer !== null) clearTimeout(resolveTimer)
    try {
      await group?.close()
    } finally {
      fetcher.close()
      metadata.close()
      partitions.clear()
      await connection.close()
    }
  }
}
