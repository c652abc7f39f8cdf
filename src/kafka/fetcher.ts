/**
 * Fetches ahead of the caller: while it works on what it has, the next data is on its way, bounded in bytes per partition and in all.
 *
 * A broker holds a Fetch until it has data or time is up, and handles one request of a socket at a time. So each broker gets two lanes:
 * the quiet partitions wait at the broker in one, and a partition that the caller has just emptied need not wait behind them in the other.
 */
import type { Logger } from '../log.ts'
import type { KafkaConnection } from './connection.ts'
import type { ConsumerSettings } from './consumer-config.ts'
import type { AssignedPartitions, PartitionState } from './consumer-partitions.ts'
import { type FetchAnswer, type FetchedPartition, fetchRequest } from './fetch-request.ts'
import { readInt64 } from './bytes.ts'
import { at, headerBytes, prefixBytes } from './record-batch.ts'
import { decodeBatches } from './record-batch-reader.ts'
import { sliceRecords } from './record-slices.ts'
import { KafkaError, partitionKey, type RecordColumns } from './types.ts'

export type FetcherOptions = {
  readonly connection: KafkaConnection
  readonly settings: ConsumerSettings
  readonly partitions: AssignedPartitions
  readonly log: Logger
  /** Data came, or the caller has to look. */
  readonly notify: () => void
  /** Leaders have moved, or topics have gone: metadata is needed. */
  readonly onStaleMetadata: () => void
  /** For the caller of poll. */
  readonly onFailure: (error: unknown) => void
}

/** Data of a partition, fetched and not yet taken, at which it is not fetched further: this many full responses. */
const responsesAhead = 2
const secondLaneWaitMs = 100
const fetchGraceMs = 5_000

export class Fetcher {
  readonly #options: FetcherOptions
  /** Lanes in use: `node/lane`. */
  readonly #busy = new Set<string>()
  #inFlightBytes = 0
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  /** Sends what can be sent now. */
  pump(): void {
    if (this.#closed) return
    const { connection, settings, partitions, onStaleMetadata } = this.#options
    const limitBytes = responsesAhead * Math.max(settings.maxPartitionFetchBytes, 1)
    const nowMs = Date.now()
    const byNode = new Map<number, PartitionState[]>()
    for (const state of partitions.values()) {
      if (state.isFetching || state.isPaused || state.lost !== null || state.seeking !== null || state.bufferedBytes >= limitBytes) continue
      if (state.retryAtMs > nowMs) {
        this.#retryIn(state.retryAtMs - nowMs)
        continue
      }
      const leader = connection.leaderOf(state.topic, state.partition)
      if (leader < 0) {
        this.#later(state)
        onStaleMetadata()
        continue
      }
      // The offsets of one topic mean nothing in the next, even where they fit: what was written there before we looked would be left out.
      const topicId = connection.topicIdOf(state.topic)
      state.topicId ??= topicId
      if (topicId !== null && state.topicId !== topicId) {
        this.#lose(state, 'made anew')
        continue
      }
      const list = byNode.get(leader)
      if (list === undefined) byNode.set(leader, [state])
      else list.push(state)
    }
    for (const [node, states] of byNode) {
      const lane = this.#busy.has(`${node}/1`) ? (this.#busy.has(`${node}/2`) ? 0 : 2) : 1
      const maxBytes = settings.fetchMaxBytes - partitions.bufferedBytes - this.#inFlightBytes
      if (lane !== 0 && (maxBytes > 0 || this.#isIdle())) void this.#fetch(node, lane, states.toSorted((a, b) => a.turn - b.turn), Math.max(maxBytes, 1))
    }
  }

  /** Takes up to `max.poll.records` of what is there, in the order it came, and moves positions past them. Throws on damaged data. */
  take(): RecordColumns[] {
    const { partitions, settings } = this.#options
    const taken: RecordColumns[] = []
    let room = settings.maxPollRecords
    for (let i = 0; i < partitions.queue.length && room > 0;) {
      const fetched = partitions.queue[i]
      if (fetched === undefined) break
      const { state } = fetched
      if (state.isPaused) {
        i++
        continue
      }
      try {
        fetched.decoded ??= decodeBatches(fetched.records, {
          topic: state.topic, partition: state.partition, topicId: fetched.topicId, fetchOffset: fetched.fetchOffset, checkCrcs: settings.checkCrcs, abortedTransactions: settings.readCommitted ? fetched.aborted : null,
        })
      } catch (error) {
        partitions.seek(state, state.position)
        if (taken.length > 0) return taken
        throw error
      }
      const { columns, nextOffset } = fetched.decoded
      const column = columns[fetched.index]
      if (column === undefined) {
        state.position = nextOffset
        state.bufferedBytes -= fetched.records.length
        partitions.queue.splice(i, 1)
        continue
      }
      const to = Math.min(column.count, fetched.row + room)
      const slice = sliceRecords(column, fetched.row, to)
      taken.push(slice)
      room -= slice.count
      state.position = (slice.offset[slice.count - 1] ?? 0) + 1
      if (to === column.count) {
        fetched.index++
        fetched.row = 0
      } else fetched.row = to
    }
    this.#resetLost()
    return taken
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #isIdle(): boolean {
    return this.#busy.size === 0 && this.#options.partitions.queue.length === 0
  }

  async #fetch(node: number, lane: number, states: readonly PartitionState[], maxBytes: number): Promise<void> {
    const { connection, settings, partitions, onStaleMetadata, notify, log } = this.#options
    const laneKey = `${node}/${lane}`
    const epochs = new Map(states.map((state) => [state.key, state.epoch]))
    const reservedBytes = Math.min(maxBytes, states.length * settings.maxPartitionFetchBytes)
    this.#busy.add(laneKey)
    this.#inFlightBytes += reservedBytes
    for (const state of states) state.isFetching = true
    const request = fetchRequest({
      partitions: states.map(({ topic, topicId, partition, fetchOffset }) => ({ topic, topicId, partition, offset: fetchOffset, leaderEpoch: connection.leaderEpochOf(topic, partition) })),
      maxWaitMs: lane === 1 ? settings.fetchMaxWaitMs : Math.min(settings.fetchMaxWaitMs, secondLaneWaitMs),
      minBytes: settings.fetchMinBytes,
      maxBytes,
      partitionMaxBytes: settings.maxPartitionFetchBytes,
      readCommitted: settings.readCommitted,
    })
    let answer: FetchAnswer | KafkaError
    try {
      answer = await connection.send(node, request, { lane: `fetch-${lane}`, timeoutMs: connection.requestTimeoutMs + settings.fetchMaxWaitMs + fetchGraceMs })
    } catch (error) {
      answer = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', `Fetch: unexpected: ${String(error)}`, { retriable: false, cause: error })
    }
    this.#busy.delete(laneKey)
    this.#inFlightBytes -= reservedBytes
    for (const state of states) state.isFetching = false
    if (this.#closed) return

    const error = answer instanceof KafkaError ? answer : answer.error
    if (error !== null) {
      log.debug(`${error.message}; trying again`)
      for (const state of states) this.#later(state)
      if (!error.retriable) this.#options.onFailure(error)
      onStaleMetadata()
    } else if (!(answer instanceof KafkaError)) {
      const byKey = new Map(states.map((state) => [state.key, state]))
      for (const fetched of answer.partitions) {
        const state = byKey.get(partitionKey(fetched))
        if (state !== undefined && partitions.isCurrent(state, epochs.get(state.key) ?? -1)) this.#accept(state, fetched)
      }
    }
    notify()
    this.pump()
  }

  #accept(state: PartitionState, { error, records, aborted }: FetchedPartition): void {
    const { partitions, onStaleMetadata, onFailure, log } = this.#options
    if (error === null) {
      const endOffset = endOf(records, state.fetchOffset)
      if (endOffset > state.fetchOffset) partitions.push(state, records, aborted, endOffset)
      return
    }
    if (error.kafkaCode === 'OFFSET_OUT_OF_RANGE') return this.#lose(state, 'out of range')
    this.#later(state)
    log.debug(error.message)
    if (error.retriable) onStaleMetadata()
    else onFailure(error)
  }

  #lose(state: PartitionState, why: NonNullable<PartitionState['lost']>): void {
    state.lost = why
    this.#resetLost()
  }
  /** What was read before the position fell out of the log, or the log was made anew, is handed out first. */
  #resetLost(): void {
    const { partitions, settings, log, onFailure, notify } = this.#options
    for (const state of partitions.values()) {
      if (state.lost === null || partitions.queue.some((fetched) => fetched.state === state)) continue
      const { key, fetchOffset } = state
      const told = state.lost === 'out of range'
        ? `Fetch position ${fetchOffset} is out of range for partition ${key}`
        : `Fetch position ${fetchOffset} of partition ${key} was one in a topic that has been deleted; another of the same name is there now`
      if (settings.reset === 'none') {
        partitions.seek(state, fetchOffset)
        this.#later(state)
        onFailure(new KafkaError('OFFSET_OUT_OF_RANGE', `${told}, and auto.offset.reset is none`, { retriable: false }))
        continue
      }
      log.info(`${told}, resetting offset`)
      partitions.unknown(state, 'reset')
      notify()
    }
  }

  #later(state: PartitionState): void {
    state.retryAtMs = Date.now() + this.#options.settings.retryBackoffMs
    this.#retryIn(this.#options.settings.retryBackoffMs)
  }
  #retryIn(delayMs: number): void {
    if (this.#timer !== null || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.pump()
    }, delayMs)
  }
}

/** The offset after the last complete batch, from the headers alone; `from` when there is none. Damage is left for the decoder to report. */
const endOf = (records: Buffer, from: number): number => {
  let end = from
  for (let p = 0; p + headerBytes <= records.length;) {
    const next = p + prefixBytes + records.readInt32BE(p + at.batchLength)
    if (next > records.length) break
    // A batch that cannot be one: count it as new data, so that it reaches the decoder.
    if (next < p + headerBytes) return Math.max(end, from + 1)
    end = Math.max(end, readInt64(records, p + at.baseOffset) + records.readInt32BE(p + at.lastOffsetDelta) + 1)
    p = next
  }
  return end
}
