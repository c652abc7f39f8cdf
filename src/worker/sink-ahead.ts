/**
 * What a sink has fetched and not put yet: record batches in a queue, and while a put runs the next delivery, decoded (or why it
 * could not be). All of it can be undone by seeking back, so the task never sees that it was there.
 */
import type { Consumer, RecordColumns, TopicPartition } from '../kafka/types.ts'
import { type Decoding, decodeDelivery, type Delivery } from './sink-delivery.ts'
import { SinkQueue } from './sink-queue.ts'

export type SinkAheadOptions = { readonly consumer: Consumer; readonly decoding: Decoding; readonly topicUsed: (topic: string) => void }

export class SinkAhead {
  readonly #options: SinkAheadOptions
  readonly #queue = new SinkQueue()
  #next: { readonly delivery: Delivery } | { readonly error: unknown } | null = null

  constructor(options: SinkAheadOptions) {
    this.#options = options
  }
  /** Nothing is in the queue; a delivery may be decoded. */
  get isEmpty(): boolean {
    return this.#queue.isEmpty
  }
  add(found: readonly RecordColumns[]): void {
    this.#queue.add(found)
  }

  /** The next delivery, decoded before or now. Null without one, or when the task is to stop before it is known what becomes of its records. */
  async take(): Promise<Delivery | null> {
    const next = this.#next
    this.#next = null
    if (next && 'error' in next) throw next.error
    return next?.delivery ?? (this.#queue.isEmpty ? null : this.#decode())
  }
  /** Decodes what the next `take` gives; it also throws what goes wrong here. */
  async prepare(): Promise<void> {
    if (this.#queue.isEmpty) return
    try {
      const delivery = await this.#decode()
      this.#next = delivery && { delivery }
    } catch (error) {
      this.#next = { error }
    }
  }
  /** As if nothing had been fetched. */
  rollBack(): void {
    this.#undecode()
    this.#queue.rollBack(this.#options.consumer)
  }
  /** Partitions are going. */
  drop(partitions: readonly TopicPartition[]): void {
    this.#undecode()
    this.#queue.drop(partitions)
  }

  #undecode(): void {
    if (this.#next && 'delivery' in this.#next) this.#queue.putBack(this.#next.delivery.parts)
    this.#next = null
  }
  async #decode(): Promise<Delivery | null> {
    const decoding = decodeDelivery(this.#queue.take(), this.#options.decoding)
    const delivery = decoding instanceof Promise ? await decoding : decoding
    for (const topic of delivery?.topics ?? []) this.#options.topicUsed(topic)
    return delivery
  }
}
