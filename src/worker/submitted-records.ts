/**
 * Which source offsets may be committed: Kafka's SubmittedRecords, in columns. Pure: no clock, no I/O.
 *
 * Records are numbered by tokens, one up for each row of each polled batch. Per source partition the rows form a queue in the
 * order polled; a partition's committable offset is that of the last acked row with only acked or dropped rows before it.
 * A dropped row (filtered or tolerated) is as if it had never been there: its offset is never committed by itself.
 *
 *   batch 0: tokens 0..1999    batch 1: tokens 2000..3999     state per row: one byte
 *   queue of a partition: [batch, its rows (null = all), next row]…
 */
import type { OffsetColumn, SourceBatch } from '../wire/batch.ts'

const WAITING = 0, ACKED = 1, DROPPED = 2

export type SubmittedBatch = {
  /** Counts non-null polls from 0: the number by which the guest knows the batch. */
  readonly number: number
  readonly firstToken: number
  readonly count: number
  readonly offsets: OffsetColumn
}
/** A row whose offset may be written for a source partition (JSON text). */
export type Committable = { readonly partition: string; readonly offsets: OffsetColumn; readonly row: number }
/** Rows of one batch, as `rowsOf` finds them: `tokens` of the argument at `at`, `at + 1`, … belong to these rows. */
export type BatchRows = { readonly batch: SubmittedBatch; readonly rows: Int32Array; readonly at: number }

type Chunk = SubmittedBatch & { readonly state: Uint8Array; settled: number }
/** The rows of one source partition in one batch; rows null: all of them. */
type Segment = { readonly chunk: Chunk; readonly rows: Int32Array | null; next: number }

export class SubmittedRecords {
  #chunks: Chunk[] = []
  #head = 0
  #nextToken = 0
  #nextNumber = 0
  readonly #queues = new Map<string, Segment[]>()
  readonly #settledAll: (number: number) => void

  /** `settledAll` hears of each batch of which every row is acked or dropped. */
  constructor(settledAll: (number: number) => void = () => {}) {
    this.#settledAll = settledAll
  }
  /** Takes the rows of one polled batch; they wait until acked or dropped. */
  add(batch: Pick<SourceBatch, 'count' | 'sourcePartitions' | 'sourcePartition' | 'sourceOffset'>): SubmittedBatch {
    const chunk: Chunk = {
      number: this.#nextNumber++, firstToken: this.#nextToken, count: batch.count, offsets: batch.sourceOffset, state: new Uint8Array(batch.count), settled: 0,
    }
    this.#nextToken += batch.count
    if (batch.count === 0) return chunk
    this.#chunks.push(chunk)
    if (batch.sourcePartition === null || batch.sourcePartitions.length === 1) this.#queue(batch.sourcePartitions[0] ?? '{}').push({ chunk, rows: null, next: 0 })
    else {
      for (const [index, rows] of rowsByPartition(batch.sourcePartition, batch.sourcePartitions.length)) {
        this.#queue(batch.sourcePartitions[index] ?? '{}').push({ chunk, rows, next: 0 })
      }
    }
    return chunk
  }

  /** `tokens` ascending, as the producer hands them back. */
  ack(tokens: readonly number[]): void {
    this.#settle(tokens, ACKED)
  }
  drop(token: number): void {
    this.#settle([token], DROPPED)
  }

  /** To which batches and rows tokens belong. Tokens of batches that are wholly settled are no longer known. */
  rowsOf(tokens: readonly number[]): readonly BatchRows[] {
    const found: BatchRows[] = []
    for (let at = 0; at < tokens.length; ) {
      const chunk = this.#find(tokens[at] as number)
      let end = at + 1
      if (chunk) {
        while (end < tokens.length && (tokens[end] as number) >= chunk.firstToken && (tokens[end] as number) < chunk.firstToken + chunk.count) end++
        found.push({ batch: chunk, rows: Int32Array.from(tokens.slice(at, end), (token) => token - chunk.firstToken), at })
      }
      at = end
    }
    return found
  }

  /** Takes what has become committable since the last call: at most one row per source partition, and how many records lie before them. */
  takeCommittable(): { readonly offsets: readonly Committable[]; readonly messages: number } {
    const offsets: Committable[] = []
    let messages = 0
    for (const [partition, queue] of this.#queues) {
      let done = 0
      let last: Committable | null = null
      for (const segment of queue) {
        const advance = advanceIn(segment)
        messages += advance.acked
        if (advance.lastAcked >= 0) last = { partition, offsets: segment.chunk.offsets, row: advance.lastAcked }
        if (segment.next < lengthOf(segment)) break
        done++
      }
      if (done === queue.length) this.#queues.delete(partition)
      else if (done > 0) queue.splice(0, done)
      if (last) offsets.push(last)
    }
    this.#forgetSettled()
    return { offsets, messages }
  }

  /** Rows neither acked nor dropped (sent or still to be sent), for logs and tests. */
  get waiting(): number {
    let waiting = 0
    for (let index = this.#head; index < this.#chunks.length; index++) waiting += (this.#chunks[index] as Chunk).count - (this.#chunks[index] as Chunk).settled
    return waiting
  }

  #settle(tokens: readonly number[], state: number): void {
    for (let at = 0; at < tokens.length; ) {
      const chunk = this.#find(tokens[at] as number)
      if (!chunk) {
        at++
        continue
      }
      const endToken = chunk.firstToken + chunk.count
      const lastToken = tokens[tokens.length - 1] as number
      // the usual case: one run without gaps, wholly inside one batch
      if (at === 0 && lastToken < endToken && lastToken - (tokens[0] as number) === tokens.length - 1) {
        this.#mark(chunk, (tokens[0] as number) - chunk.firstToken, lastToken + 1 - chunk.firstToken, state)
        return
      }
      for (; at < tokens.length && (tokens[at] as number) >= chunk.firstToken && (tokens[at] as number) < endToken; at++) {
        const row = (tokens[at] as number) - chunk.firstToken
        this.#mark(chunk, row, row + 1, state)
      }
    }
  }
  /** A row settles once: an ack after a drop (or twice) changes nothing. */
  #mark(chunk: Chunk, from: number, to: number, state: number): void {
    for (let row = from; row < to; row++) {
      if (chunk.state[row] !== WAITING) continue
      chunk.state[row] = state
      chunk.settled++
    }
    if (chunk.settled === chunk.count) this.#settledAll(chunk.number)
  }
  /** Binary search: batches are in token order. */
  #find(token: number): Chunk | null {
    let low = this.#head
    let high = this.#chunks.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const chunk = this.#chunks[middle] as Chunk
      if (token < chunk.firstToken) high = middle - 1
      else if (token >= chunk.firstToken + chunk.count) low = middle + 1
      else return chunk
    }
    return null
  }
  #forgetSettled(): void {
    while (this.#head < this.#chunks.length && (this.#chunks[this.#head] as Chunk).settled === (this.#chunks[this.#head] as Chunk).count) this.#head++
    if (this.#head > 64 || this.#head === this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }
  #queue(partition: string): Segment[] {
    let queue = this.#queues.get(partition)
    if (!queue) this.#queues.set(partition, (queue = []))
    return queue
  }
}

const lengthOf = (segment: Segment): number => segment.rows?.length ?? segment.chunk.count

/** Moves past the settled rows at the front; says how many were acked and the last such row. */
const advanceIn = (segment: Segment): { readonly acked: number; readonly lastAcked: number } => {
  const { chunk, rows } = segment
  const length = lengthOf(segment)
  let acked = 0
  let lastAcked = -1
  for (; segment.next < length; segment.next++) {
    const row = rows ? (rows[segment.next] as number) : segment.next
    const state = chunk.state[row]
    if (state === WAITING) break
    if (state === ACKED) {
      acked++
      lastAcked = row
    }
  }
  return { acked, lastAcked }
}

/** Rows of each source partition, in row order; partitions in the order first met. */
const rowsByPartition = (index: Int32Array, partitions: number): Map<number, Int32Array> => {
  const counts = new Int32Array(partitions)
  for (const partition of index) counts[partition] = (counts[partition] as number) + 1
  const lists = new Map<number, Int32Array>()
  const filled = new Int32Array(partitions)
  for (let row = 0; row < index.length; row++) {
    const partition = index[row] as number
    let rows = lists.get(partition)
    if (!rows) lists.set(partition, (rows = new Int32Array(counts[partition] as number)))
    rows[filled[partition] as number] = row
    filled[partition] = (filled[partition] as number) + 1
  }
  return lists
}

/** The offset of one row as JSON text; null where the record had none. */
export const offsetText = (offsets: OffsetColumn, row: number): string | null => {
  if (offsets.kind === 'numbers') {
    const width = offsets.keys.length
    return JSON.stringify(Object.fromEntries(offsets.keys.map((key, index) => [key, offsets.values[row * width + index]])))
  }
  const { offsets: column } = offsets
  let at = 0
  for (let before = 0; before < row; before++) at += Math.max(0, column.lengths[before] ?? 0)
  const length = column.lengths[row] ?? -1
  if (length < 0) return null
  return column.kind === 'text' ? column.text.substring(at, at + length) : Buffer.from(column.bytes.buffer, column.bytes.byteOffset + at, length).toString('utf8')
}
