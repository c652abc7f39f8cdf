/** What a consumer knows of each partition assigned to it: where it stands, and what has been fetched ahead of that. Pure state. */
import type { AbortedTransaction } from './fetch-request.ts'
import { partitionKey, type RecordColumns, type TopicPartition } from './types.ts'

/** Bytes of one response, decoded when the caller gets to them: a seek before that costs nothing. */
export type Fetched = {
  readonly state: PartitionState
  readonly epoch: number
  readonly fetchOffset: number
  /** Of the topic that was asked for. */
  readonly topicId: string | null
  readonly records: Buffer
  readonly aborted: readonly AbortedTransaction[]
  decoded: { readonly columns: readonly RecordColumns[]; readonly nextOffset: number } | null
  /** The next record to hand out: index into `decoded.columns`, and row there. */
  index: number
  row: number
}

/** How a position that is not known is found: the group's committed offset (else the reset policy), or the reset policy, or an end. */
export type Seeking = 'committed' | 'reset' | 'earliest' | 'latest'

export type PartitionState = TopicPartition & {
  readonly key: string
  /** Offset of the next record for the caller; NaN while `seeking`. */
  position: number
  seeking: Seeking | null
  /** Of the topic that the position is a position in; null when not known yet. A topic made anew under the same name has another one. */
  topicId: string | null
  /** Where the next Fetch reads; ahead of `position` by what is buffered. */
  fetchOffset: number
  /** Counts seeks: what was fetched in an earlier epoch is dropped. */
  epoch: number
  isPaused: boolean
  isFetching: boolean
  bufferedBytes: number
  /** `Date.now()` before which it is left alone, after an error. */
  retryAtMs: number
  /** Why it cannot go on at `fetchOffset`; acted on when the caller has all that was read before. */
  lost: 'out of range' | 'made anew' | null
  /** Of the last fetch with data: the least recent goes first, since a broker fills a response in the order asked. */
  turn: number
}

export class AssignedPartitions {
  readonly #states = new Map<string, PartitionState>()
  #turn = 0
  /** Fetched data in the order it came. */
  queue: Fetched[] = []

  get(partition: TopicPartition): PartitionState | undefined {
    return this.#states.get(partitionKey(partition))
  }
  values(): Iterable<PartitionState> {
    return this.#states.values()
  }
  get size(): number {
    return this.#states.size
  }
  list(): TopicPartition[] {
    return [...this.#states.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  add(partition: TopicPartition, seeking: Seeking): void {
    const key = partitionKey(partition)
    if (this.#states.has(key)) return
    this.#states.set(key, {
      topic: partition.topic, partition: partition.partition, key, position: Number.NaN, seeking, topicId: null, fetchOffset: Number.NaN, epoch: 0,
      isPaused: false, isFetching: false, bufferedBytes: 0, retryAtMs: 0, lost: null, turn: 0,
    })
  }
  remove(partition: TopicPartition): void {
    const state = this.get(partition)
    if (state === undefined) return
    this.#invalidate(state)
    this.#states.delete(state.key)
  }
  clear(): void {
    for (const partition of this.list()) this.remove(partition)
  }

  seek(state: PartitionState, offset: number): void {
    this.#invalidate(state)
    state.seeking = null
    state.position = offset
    state.fetchOffset = offset
  }
  /** The position is to be looked up. */
  unknown(state: PartitionState, seeking: Seeking): void {
    this.#invalidate(state)
    state.seeking = seeking
    state.position = Number.NaN
    state.fetchOffset = Number.NaN
  }
  /** Still assigned, and not sought elsewhere since. */
  isCurrent(state: PartitionState, epoch: number): boolean {
    return state.epoch === epoch && this.#states.get(state.key) === state
  }

  push(state: PartitionState, records: Buffer, aborted: readonly AbortedTransaction[], endOffset: number): void {
    this.queue.push({ state, epoch: state.epoch, fetchOffset: state.fetchOffset, topicId: state.topicId, records, aborted, decoded: null, index: 0, row: 0 })
    state.bufferedBytes += records.length
    state.fetchOffset = endOffset
    state.turn = ++this.#turn
  }
  get bufferedBytes(): number {
    let bytes = 0
    for (const state of this.#states.values()) bytes += state.bufferedBytes
    return bytes
  }

  #invalidate(state: PartitionState): void {
    state.epoch++
    state.bufferedBytes = 0
    state.lost = null
    state.retryAtMs = 0
    if (this.queue.some((fetched) => fetched.state === state)) this.queue = this.queue.filter((fetched) => fetched.state !== state)
  }
}
