/**
 * The batches of one partition and the one rule that keeps their order: when a batch fails in a way that may be tried again, nothing
 * more is sent until everything in flight has come back; then all of it goes again, oldest first, with the sequences it had.
 *
 * With idempotence the broker drops what it already has (it remembers five batches, and at most five are in flight; one until it has
 * taken the first, see `#acknowledgedAs`). A gap that cannot be closed (a batch was given up, or the broker lost its state) is closed by
 * a higher producer epoch for this partition, whose sequences start at 0, as KIP-360 allows. No I/O and no clock in here.
 */
import type { CompressionType } from './compression.ts'
import { type Identity, ProducerBatch, addSequence } from './producer-batch.ts'
import { headerBytes } from './record-batch.ts'
import type { Header, KafkaError } from './types.ts'

const maxEpoch = 32767
const minInitialBytes = 4096
/** The broker does not know what comes before this batch. */
const isSequenceError = (error: KafkaError | null): boolean => error?.kafkaCode === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || error?.kafkaCode === 'UNKNOWN_PRODUCER_ID'

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** The batch being filled. */
  open: ProducerBatch | null = null
  /** Full, never sent. */
  readonly #waiting: ProducerBatch[] = []
  /** Sent and come back, in order. They go before the waiting ones. */
  #retries: ProducerBatch[] = []
  readonly #inFlight: ProducerBatch[] = []
  #isDraining = false
  #notBeforeMs = 0
  #identity: Identity | null = null
  /**
   * The identity under which the broker has taken a batch. Until that is the one in use, one batch at a time: a broker without a state of
   * the producer takes any sequence, so were the first batch refused (NOT_LEADER_OR_FOLLOWER on a new partition), the second would land.
   */
  #acknowledgedAs: Identity | null = null
  #wantsNewEpoch = false
  #nextSequence = 0
  #nextOrder = 0
  #limitBytes: number
  #lastBytes = minInitialBytes
  readonly #allocate: (bytes: number) => Buffer

  constructor(topic: string, partition: number, limitBytes: number, allocate: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafeSlow(bytes)) {
    this.topic = topic
    this.partition = partition
    this.#limitBytes = limitBytes
    this.#allocate = allocate
  }

  get isEmpty(): boolean {
    return this.open === null && this.#waiting.length === 0 && this.#retries.length === 0 && this.#inFlight.length === 0
  }

  /** Returns the bytes that were added. `open` changes when a batch is full, or nearly: another record of the size would not fit. */
  append(clock: () => number, timestampMs: number, key: Uint8Array | null, keyStart: number, keyEnd: number, value: Uint8Array | null, valueStart: number, valueEnd: number, headers: readonly Header[] | null, token: number): number {
    let batch = this.open
    let size = batch === null ? 0 : batch.writer.append(timestampMs, key, keyStart, keyEnd, value, valueStart, valueEnd, headers, this.#limitBytes)
    let added = size
    if (batch === null || size === 0) {
      this.closeOpen()
      batch = new ProducerBatch(clock(), this.#allocate(this.#lastBytes))
      this.open = batch
      size = batch.writer.append(timestampMs, key, keyStart, keyEnd, value, valueStart, valueEnd, headers, this.#limitBytes)
      added = headerBytes + size
    }
    batch.tokens.push(token)
    if (batch.bytes + size > this.#limitBytes) this.closeOpen()
    return added
  }

  /** Nothing is added to the open batch any more. */
  closeOpen(): void {
    if (this.open === null) return
    // The next batch is probably as large: one allocation instead of growing.
    this.#lastBytes = Math.min(Math.max(this.open.bytes + 256, minInitialBytes), this.#limitBytes)
    this.#waiting.push(this.open)
    this.open = null
  }

  /** When the next batch may be sent; Infinity while nothing can. `lingerMs` 0 sends what is there. */
  readyAtMs(lingerMs: number): number {
    if (this.#isDraining || (this.#inFlight.length > 0 && this.#acknowledgedAs !== this.#identity)) return Infinity
    if (this.#retries.length > 0 || this.#waiting.length > 0) return this.#notBeforeMs
    return this.open === null ? Infinity : Math.max(this.open.createdAtMs + lingerMs, this.#notBeforeMs)
  }
  /** How large the next batch is; 0 without one. */
  nextBytes(): number {
    return (this.#retries[0] ?? this.#waiting[0] ?? this.open)?.bytes ?? 0
  }

  /** The next batch, now in flight, and its bytes. null: its producer epochs are used up, a new producer id is needed first. */
  take(compression: CompressionType, identity: Identity, isIdempotent: boolean): { readonly batch: ProducerBatch; readonly records: Buffer } | null {
    if (isIdempotent && !this.#settleIdentity(identity)) return null
    if (this.#retries.length === 0 && this.#waiting.length === 0) this.closeOpen()
    const batch = this.#retries.shift() ?? this.#waiting.shift()
    if (batch === undefined) return null
    if (batch.order < 0) {
      batch.order = this.#nextOrder++
      if (isIdempotent) {
        batch.baseSequence = this.#nextSequence
        this.#nextSequence = addSequence(this.#nextSequence, batch.count)
      }
    }
    batch.attempts++
    this.#inFlight.push(batch)
    return { batch, records: batch.seal(compression, this.#identity ?? identity) }
  }

  /** Before a send: a wanted higher epoch is taken once nothing is in flight. */
  #settleIdentity(current: Identity): boolean {
    if (this.#identity === null) this.#identity = current
    if (this.#inFlight.length > 0 || !(this.#wantsNewEpoch || isSequenceError(this.#retries[0]?.lastError ?? null))) return true
    if (current.producerId !== this.#identity.producerId) this.#identity = current
    else if (this.#identity.producerEpoch >= maxEpoch) return false
    else this.#identity = { ...this.#identity, producerEpoch: this.#identity.producerEpoch + 1 }
    this.#wantsNewEpoch = false
    this.#nextSequence = 0
    for (const batch of this.#retries) {
      batch.baseSequence = this.#nextSequence
      batch.lastError = null
      this.#nextSequence = addSequence(this.#nextSequence, batch.count)
    }
    return true
  }

  acknowledged(batch: ProducerBatch): void {
    // The one it was sent under: the identity changes only while nothing is in flight. Without idempotence both stay null.
    this.#acknowledgedAs = this.#identity
    this.#landed(batch)
  }
  /** It will be tried again, not before the time given. */
  failedForNow(batch: ProducerBatch, error: KafkaError, notBeforeMs: number): void {
    batch.lastError = error
    this.#requeue([batch])
    this.#landed(batch)
    this.#isDraining = this.#inFlight.length > 0
    this.#notBeforeMs = Math.max(this.#notBeforeMs, notBeforeMs)
  }
  /** The broker refused it, and it is given up: those behind it need other sequences. */
  failedForGood(batch: ProducerBatch): void {
    if (batch.baseSequence >= 0) this.#wantsNewEpoch = true
    this.#landed(batch)
    this.#isDraining = this.#wantsNewEpoch && this.#inFlight.length > 0
  }
  /** The broker takes no batch as large: its halves go in its place, and batches stay smaller from now on. */
  tooLarge(batch: ProducerBatch): void {
    this.#limitBytes = Math.min(this.#limitBytes, Math.max(batch.bytes >> 1, 512))
    this.#requeue(batch.split())
    this.#landed(batch)
    this.#isDraining = this.#inFlight.length > 0
  }

  /** Takes out what is older than that and not in flight. What was sent before may have been written: see `#wantsNewEpoch`. */
  expire(createdBeforeMs: number): readonly ProducerBatch[] {
    const expired: ProducerBatch[] = []
    for (const queue of [this.#retries, this.#waiting]) {
      while (queue[0] !== undefined && queue[0].createdAtMs <= createdBeforeMs) expired.push(...queue.splice(0, 1))
    }
    if (this.open !== null && this.open.createdAtMs <= createdBeforeMs) {
      expired.push(this.open)
      this.open = null
    }
    // Were others sent behind them, the broker tells by their sequences whether there is a gap; with none, nobody would notice in time.
    if (expired.some((batch) => batch.baseSequence >= 0) && this.#retries.length === 0 && this.#inFlight.length === 0) this.#wantsNewEpoch = true
    return expired
  }
  /** Everything, in flight or not, oldest first. */
  removeAll(): readonly ProducerBatch[] {
    return [...this.#inFlight.splice(0), ...this.#retries.splice(0), ...this.#waiting.splice(0), ...this.expire(Infinity)]
  }
  batches(): readonly ProducerBatch[] {
    return [...this.#inFlight, ...this.#retries, ...this.#waiting, ...(this.open === null ? [] : [this.open])]
  }
  /** Creation time of the oldest batch not in flight; Infinity without one. */
  oldestMs(): number {
    return Math.min(...[this.#retries[0], this.#waiting[0], this.open].map((batch) => batch?.createdAtMs ?? Infinity))
  }

  #landed(batch: ProducerBatch): void {
    const index = this.#inFlight.indexOf(batch)
    if (index >= 0) this.#inFlight.splice(index, 1)
    if (this.#inFlight.length === 0) this.#isDraining = false
  }
  #requeue(batches: readonly ProducerBatch[]): void {
    const order = batches[0]?.order ?? 0
    const index = this.#retries.findIndex((other) => other.order > order)
    this.#retries.splice(index < 0 ? this.#retries.length : index, 0, ...batches)
  }
}
