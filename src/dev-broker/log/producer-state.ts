/**
 * What a partition remembers of idempotent producers, as Kafka's ProducerStateManager does: epoch and the last five batches
 * of each, to answer a repeated batch with its first offset and to refuse a gap.
 */
import type { BatchHeader } from '../protocol/batch-header.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'

/** Kafka keeps five because a client may have five requests in flight. */
const keptBatches = 5
const maxSequence = 0x7fffffff

type Kept = { readonly firstSequence: number; readonly lastSequence: number; readonly baseOffset: number; readonly timestamp: number }
type Entry = { epoch: number; batches: Kept[] }
export type SequenceCheck = { readonly kind: 'append' } | { readonly kind: 'duplicate'; readonly batch: Kept } | { readonly kind: 'error'; readonly code: KafkaErrorCode; readonly message: string }

export class ProducerStates {
  readonly #entries = new Map<number, Entry>()

  check(header: BatchHeader): SequenceCheck {
    if (header.producerId < 0) return { kind: 'append' }
    const entry = this.#entries.get(header.producerId)
    if (entry === undefined) return { kind: 'append' }
    const last = entry.batches.at(-1)
    if (header.producerEpoch < entry.epoch)
      return refuse(errors.INVALID_PRODUCER_EPOCH, `Epoch of producer ${header.producerId} is ${header.producerEpoch}, which is smaller than the last seen epoch ${entry.epoch}`)
    if (header.producerEpoch > entry.epoch)
      return header.baseSequence === 0 ? { kind: 'append' } : outOfOrder(header, `new epoch ${header.producerEpoch}, current epoch ${entry.epoch}`)
    const lastSequence = lastSequenceOf(header)
    const same = entry.batches.find((batch) => batch.firstSequence === header.baseSequence && batch.lastSequence === lastSequence)
    if (same !== undefined) return { kind: 'duplicate', batch: same }
    if (last !== undefined && header.baseSequence !== nextSequence(last.lastSequence)) return outOfOrder(header, `current end sequence ${last.lastSequence}`)
    return { kind: 'append' }
  }

  /** After the append: `header` carries the offset that was assigned. Control batches move the epoch only. */
  record(header: BatchHeader, isControlBatch: boolean): void {
    if (header.producerId < 0) return
    const known = this.#entries.get(header.producerId)
    const entry: Entry = known !== undefined && known.epoch === header.producerEpoch ? known : { epoch: header.producerEpoch, batches: [] }
    this.#entries.set(header.producerId, entry)
    if (isControlBatch) return
    entry.batches.push({ firstSequence: header.baseSequence, lastSequence: lastSequenceOf(header), baseOffset: header.baseOffset, timestamp: header.maxTimestamp })
    if (entry.batches.length > keptBatches) entry.batches.shift()
  }

  get highestProducerId(): number {
    return Math.max(-1, ...this.#entries.keys())
  }
}

const refuse = (code: KafkaErrorCode, message: string): SequenceCheck => ({ kind: 'error', code, message })
const outOfOrder = (header: BatchHeader, state: string): SequenceCheck =>
  refuse(errors.OUT_OF_ORDER_SEQUENCE_NUMBER, `Out of order sequence number for producer ${header.producerId}: ${header.baseSequence} (incoming seq. number), ${state}`)
/** Sequences wrap from 2^31 - 1 to 0. */
const nextSequence = (sequence: number): number => (sequence === maxSequence ? 0 : sequence + 1)
const lastSequenceOf = (header: BatchHeader): number => {
  const last = header.baseSequence + header.lastOffsetDelta
  return last > maxSequence ? last - maxSequence - 1 : last
}
