/** One entry per batch of a segment: enough to answer any fetch or offset lookup with a binary search and no look at the bytes. */
import type { BatchHeader } from '../protocol/batch-header.ts'

export class BatchIndex {
  readonly #baseOffsets: number[] = []
  readonly #lastOffsets: number[] = []
  readonly #positions: number[] = []
  readonly #maxTimestamps: number[] = []
  #endPosition = 0
  #maxTimestamp = -1

  get count(): number {
    return this.#baseOffsets.length
  }
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }
  get lastOffset(): number {
    return this.#lastOffsets.at(-1) ?? -1
  }
  get endPosition(): number {
    return this.#endPosition
  }

  add(header: BatchHeader): void {
    this.#baseOffsets.push(header.baseOffset)
    this.#lastOffsets.push(header.baseOffset + header.lastOffsetDelta)
    this.#positions.push(this.#endPosition)
    this.#maxTimestamps.push(header.maxTimestamp)
    this.#endPosition += header.sizeBytes
    if (header.maxTimestamp > this.#maxTimestamp) this.#maxTimestamp = header.maxTimestamp
  }

  /** The first batch that holds `offset` or a later one; `count` when there is none. */
  find(offset: number): number {
    return firstWhere(this.count, (entry) => (this.#lastOffsets[entry] ?? 0) >= offset)
  }
  /** The first batch with a record at or after the time; timestamps need not rise, so this walks. */
  findTime(timestamp: number): number {
    if (this.#maxTimestamp < timestamp) return this.count
    const entry = this.#maxTimestamps.findIndex((max) => max >= timestamp)
    return entry === -1 ? this.count : entry
  }

  baseOffset(entry: number): number {
    return this.#baseOffsets[entry] ?? 0
  }
  positionOf(entry: number): number {
    return this.#positions[entry] ?? this.#endPosition
  }
  batchBytes(entry: number): number {
    return this.positionOf(entry + 1) - this.positionOf(entry)
  }

  /**
   * Bytes of whole batches from `entry` on: at most maxBytes, but one batch at least, and only batches that start below `endOffset`.
   */
  wholeBatches(entry: number, maxBytes: number, endOffset: number): number {
    const start = this.positionOf(entry)
    const end = firstWhere(this.count, (next) => next > entry && (this.positionOf(next + 1) - start > maxBytes || this.baseOffset(next) >= endOffset))
    return this.positionOf(end) - start
  }
}

/** Binary search over 0..count-1 for a predicate that is false up to a point and true from there on. */
const firstWhere = (count: number, isTrue: (entry: number) => boolean): number => {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isTrue(middle)) high = middle
    else low = middle + 1
  }
  return low
}
