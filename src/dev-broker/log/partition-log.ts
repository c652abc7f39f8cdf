/**
 * One partition: segments, offsets, producer state, and those who wait for new data. Batches are opaque bytes here; only their
 * headers are read. There is one broker and one replica, so the high watermark is the end of the log.
 */
import { assignLogAppendTime, assignOffset, batchHeaderBytes, isControl, isTransactional, readBatchHeader, type BatchHeader } from '../protocol/batch-header.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { ProducerStates } from './producer-state.ts'
import type { Segment, SegmentStore } from './segment.ts'
import { isCommitMarker, markerBatch } from '../transactions/marker.ts'
import { TransactionIndex } from './transaction-index.ts'

/** There is never another leader. */
export const leaderEpoch = 0

/** What the log needs to know of its topic's configuration, read at every use so that changes apply at once. */
export type LogPolicy = {
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly canDelete: boolean
  readonly isLogAppendTime: boolean
}
export type Appended =
  | { readonly ok: true; readonly baseOffset: number; readonly logAppendTime: number; readonly bytes: number }
  | { readonly ok: false; readonly code: KafkaErrorCode; readonly message: string }
export type AppendListener = (bytes: number) => void

export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly #store: SegmentStore
  readonly #policy: () => LogPolicy
  readonly #segments: Segment[]
  readonly #listeners = new Set<AppendListener>()
  #onSize: (bytes: number) => void = () => {}
  readonly producers = new ProducerStates()
  readonly transactions = new TransactionIndex()
  startOffset: number
  endOffset: number
  sizeBytes = 0
  /** Deleted topics wake their waiting fetches, which then see this. */
  isClosed = false

  constructor(topic: string, partition: number, store: SegmentStore, policy: () => LogPolicy) {
    this.topic = topic
    this.partition = partition
    this.#store = store
    this.#policy = policy
    this.#segments = store.recover()
    this.startOffset = this.#segments[0]?.baseOffset ?? 0
    this.endOffset = this.startOffset
    for (const segment of this.#segments) this.#recover(segment)
  }

  get lastStableOffset(): number {
    return this.transactions.lastStableOffset(this.endOffset)
  }
  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** The batch is patched in place (offset, epoch, append time) and copied into the log. Its header was validated by the caller. */
  append(batch: Buffer, header: BatchHeader): Appended {
    const check = this.producers.check(header)
    if (check.kind === 'error') return { ok: false, code: check.code, message: check.message }
    const isAppendTime = this.#policy().isLogAppendTime
    if (check.kind === 'duplicate') return { ok: true, baseOffset: check.batch.baseOffset, logAppendTime: isAppendTime ? check.batch.timestamp : -1, bytes: 0 }
    const now = Date.now()
    const stamped = isAppendTime ? assignLogAppendTime(batch, header, now) : header
    const baseOffset = this.endOffset
    assignOffset(batch, baseOffset, leaderEpoch)
    this.#write(batch, { ...stamped, baseOffset })
    return { ok: true, baseOffset, logAppendTime: isAppendTime ? now : -1, bytes: batch.length }
  }

  /** Writes the marker that ends the producer's transaction here. */
  endTransaction(producerId: number, epoch: number, isCommit: boolean): void {
    const { batch, header } = markerBatch(producerId, epoch, isCommit, Date.now())
    const offset = this.endOffset
    assignOffset(batch, offset, leaderEpoch)
    // Before the listeners hear of it: those who wait for committed records must see the new last stable offset.
    this.transactions.ended(producerId, offset, isCommit)
    this.#write(batch, { ...header, baseOffset: offset })
  }

  /**
   * Whole batches from the one that holds `offset`, as few slices as there are segments, up to maxBytes but one batch at
   * least. `endOffset` bounds what may be seen (the end of the log, or the last stable offset).
   */
  read(offset: number, maxBytes: number, endOffset: number): Buffer[] {
    const slices: Buffer[] = []
    let left = maxBytes
    for (let position = this.#segmentOf(offset); offset < endOffset && left > 0 && position < this.#segments.length; position++) {
      const segment = this.#segments[position]
      if (segment === undefined || segment.baseOffset >= endOffset) break
      const entry = segment.index.find(offset)
      if (entry === segment.index.count) continue
      if (segment.index.baseOffset(entry) >= endOffset || (slices.length > 0 && segment.index.batchBytes(entry) > left)) break
      const bytes = segment.index.wholeBatches(entry, left, endOffset)
      slices.push(segment.read(segment.index.positionOf(entry), bytes))
      left -= bytes
      // The rest of this segment did not fit; a smaller batch of the next one must not overtake it.
      if (segment.index.positionOf(entry) + bytes < segment.sizeBytes) break
    }
    return slices
  }

  /** The first batch, in offset order, with a timestamp at or after the given one. */
  firstBatchSince(timestamp: number): Buffer | null {
    for (const segment of this.#segments) {
      const entry = segment.index.findTime(timestamp)
      if (entry < segment.index.count) return segment.read(segment.index.positionOf(entry), segment.index.batchBytes(entry))
    }
    return null
  }
  get maxTimestamp(): number {
    return this.#segments.reduce((max, segment) => Math.max(max, segment.index.maxTimestamp), -1)
  }

  /** Told about every change of size, up and down. */
  onSize(listener: (bytes: number) => void): void {
    this.#onSize = listener
  }

  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** DeleteRecords: offsets below are gone for readers; whole segments below are dropped. */
  deleteBefore(offset: number): void {
    this.startOffset = Math.max(this.startOffset, offset)
    while (this.#segments.length > 1 && (this.#segments[1]?.baseOffset ?? 0) <= this.startOffset) this.#dropOldest()
  }

  /** Drops the oldest segment unless it is the one being written to. Returns the bytes freed. */
  dropOldestSegment(): number {
    if (this.#segments.length < 2) return 0
    const before = this.sizeBytes
    this.#dropOldest()
    return before - this.sizeBytes
  }

  close(): void {
    this.isClosed = true
    for (const segment of this.#segments) segment.close()
    for (const listener of this.#listeners) listener(0)
  }
  remove(): void {
    this.close()
    this.#segments.length = 0
    this.#store.remove()
  }

  #write(batch: Buffer, header: BatchHeader): void {
    let segment = this.#segments.at(-1)
    if (segment === undefined || !segment.hasRoomFor(batch.length)) {
      segment = this.#store.create(header.baseOffset, batch.length)
      this.#segments.push(segment)
      this.#applyRetention()
    }
    segment.append(batch)
    segment.index.add(header)
    this.#note(header)
    this.sizeBytes += batch.length
    this.#onSize(batch.length)
    for (const listener of this.#listeners) listener(batch.length)
  }

  #note(header: BatchHeader): void {
    this.endOffset = header.baseOffset + header.lastOffsetDelta + 1
    const isControlBatch = isControl(header.attributes)
    this.producers.record(header, isControlBatch)
    if (isTransactional(header.attributes) && !isControlBatch) this.transactions.opened(header)
  }

  #recover(segment: Segment): void {
    for (let entry = 0; entry < segment.index.count; entry++) {
      const position = segment.index.positionOf(entry)
      const header = readBatchHeader(segment.read(position, batchHeaderBytes))
      if (header === null) continue
      this.#note(header)
      if (isControl(header.attributes)) this.transactions.ended(header.producerId, header.baseOffset, isCommitMarker(segment.read(position, header.sizeBytes)))
    }
    this.sizeBytes += segment.sizeBytes
    this.endOffset = Math.max(this.endOffset, segment.baseOffset)
  }

  #segmentOf(offset: number): number {
    const after = this.#segments.findIndex((segment) => segment.baseOffset > offset)
    return Math.max(0, (after === -1 ? this.#segments.length : after) - 1)
  }

  #applyRetention(): void {
    const { canDelete, retentionBytes, retentionMs } = this.#policy()
    if (!canDelete) return
    const isDue = (oldest: Segment): boolean =>
      (retentionBytes >= 0 && this.sizeBytes - oldest.sizeBytes >= retentionBytes) || (retentionMs >= 0 && oldest.index.maxTimestamp < Date.now() - retentionMs)
    while (this.#segments.length > 1 && this.#segments[0] !== undefined && isDue(this.#segments[0])) this.#dropOldest()
  }
  #dropOldest(): void {
    const oldest = this.#segments.shift()
    if (oldest === undefined) return
    this.sizeBytes -= oldest.sizeBytes
    this.#onSize(-oldest.sizeBytes)
    oldest.remove()
    this.startOffset = Math.max(this.startOffset, this.#segments[0]?.baseOffset ?? this.endOffset)
    this.transactions.forgetBefore(this.startOffset)
  }
}

export const notLeaderError = (requestedEpoch: number): KafkaErrorCode =>
  requestedEpoch < 0 || requestedEpoch === leaderEpoch ? errors.NONE : requestedEpoch < leaderEpoch ? errors.FENCED_LEADER_EPOCH : errors.UNKNOWN_LEADER_EPOCH
