/** A run of record batches, appended at the end and read by byte range. In memory (here) or in a file (file-segment.ts). */
import { BatchIndex } from './batch-index.ts'

export interface Segment {
  readonly baseOffset: number
  readonly index: BatchIndex
  readonly sizeBytes: number
  /** False when the batch does not fit any more and a new segment must be started. */
  hasRoomFor(sizeBytes: number): boolean
  /** Appends the bytes; the caller keeps the index. */
  append(batch: Buffer): void
  read(position: number, sizeBytes: number): Buffer
  close(): void
  remove(): void
}

/** Where a partition keeps its segments. */
export interface SegmentStore {
  create(baseOffset: number, firstBatchBytes: number): Segment
  /** Segments found on start, torn tail cut off, oldest first. */
  recover(): Segment[]
  /** Nothing of the partition is left after this. */
  remove(): void
}

const firstBytes = 64 * 1024
const segmentBytes = 16 * 1024 * 1024

class MemorySegment implements Segment {
  readonly baseOffset: number
  readonly index = new BatchIndex()
  readonly #maxBytes: number
  #buffer: Buffer
  sizeBytes = 0
  constructor(baseOffset: number, maxBytes: number, firstBatchBytes: number) {
    this.baseOffset = baseOffset
    this.#maxBytes = Math.max(maxBytes, firstBatchBytes)
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(firstBytes, firstBatchBytes)))
  }
  hasRoomFor(sizeBytes: number): boolean {
    return this.sizeBytes + sizeBytes <= this.#maxBytes
  }
  append(batch: Buffer): void {
    const end = this.sizeBytes + batch.length
    if (end > this.#buffer.length) {
      // Readers may still hold slices of the old buffer; what they see never changes, so it may simply be left to them.
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(end, this.#buffer.length * 4)))
      this.#buffer.copy(grown, 0, 0, this.sizeBytes)
      this.#buffer = grown
    }
    batch.copy(this.#buffer, this.sizeBytes)
    this.sizeBytes = end
  }
  read(position: number, sizeBytes: number): Buffer {
    return this.#buffer.subarray(position, position + sizeBytes)
  }
  close(): void {
    this.#buffer = Buffer.alloc(0)
  }
  remove(): void {
    this.close()
  }
}

export const memoryStore = (maxSegmentBytes: () => number): SegmentStore => ({
  create: (baseOffset, firstBatchBytes) => new MemorySegment(baseOffset, Math.min(segmentBytes, maxSegmentBytes()), firstBatchBytes),
  recover: () => [],
  remove: () => {},
})
