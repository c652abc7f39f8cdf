/** A batch on its way: being filled, waiting, in flight, waiting to be tried again. Its bytes are made when it is first sent. */
import type { CompressionType } from './compression.ts'
import { decodeBatches } from './record-batch-reader.ts'
import { RecordBatchWriter, setProducerState } from './record-batch-writer.ts'
import type { Header, KafkaError, RecordColumns } from './types.ts'

export type Identity = { readonly producerId: number; readonly producerEpoch: number }
export const noIdentity: Identity = { producerId: -1, producerEpoch: -1 }

export class ProducerBatch {
  readonly createdAtMs: number
  readonly writer: RecordBatchWriter
  tokens: number[] = []
  /** Place in the partition's order of sending; the halves of a split batch share their parent's. */
  order = -1
  baseSequence = -1
  attempts = 0
  lastError: KafkaError | null = null
  /** Flushes that wait for it. */
  onDone: (() => void)[] = []
  #sealed: Buffer | null = null

  constructor(createdAtMs: number, initial: number | Buffer) {
    this.createdAtMs = createdAtMs
    this.writer = new RecordBatchWriter(initial)
  }

  get count(): number {
    return this.writer.count
  }
  /** What it takes of buffer.memory. */
  get bytes(): number {
    return this.writer.bytes
  }
  get wasSent(): boolean {
    return this.#sealed !== null
  }

  /** The bytes to send, under this identity and with `baseSequence`; made once, patched when the identity has changed since. */
  seal(compression: CompressionType, identity: Identity): Buffer {
    if (this.#sealed === null) this.#sealed = this.writer.finish({ compression, ...identity, baseSequence: this.baseSequence })
    else setProducerState(this.#sealed, identity.producerId, identity.producerEpoch, this.baseSequence)
    return this.#sealed
  }

  /** Two batches of half the records each, in order, with the parent's place and sequences. For batches that were sent and found too large. */
  split(): readonly [ProducerBatch, ProducerBatch] {
    const [columns] = decodeBatches(this.#sealed ?? Buffer.alloc(0), { topic: '', partition: 0, fetchOffset: 0, checkCrcs: false, abortedTransactions: null }).columns
    const middle = this.count >> 1
    const halves = [this.#part(columns, 0, middle), this.#part(columns, middle, this.count)] as const
    halves[1].onDone = this.onDone
    if (this.baseSequence >= 0) halves[1].baseSequence = addSequence(this.baseSequence, middle)
    return halves
  }
  #part(columns: RecordColumns | undefined, from: number, to: number): ProducerBatch {
    const part = new ProducerBatch(this.createdAtMs, this.bytes >> 1)
    part.order = this.order
    part.baseSequence = this.baseSequence
    part.attempts = this.attempts
    part.tokens = this.tokens.slice(from, to)
    if (columns === undefined) return part
    const { data } = columns
    let header = 0
    for (let i = 0; i < from; i++) header += columns.headers?.counts[i] ?? 0
    for (let i = from; i < to; i++) {
      const headers: Header[] = []
      for (let n = columns.headers?.counts[i] ?? 0; n > 0; n--, header++) {
        const { keyStart, keyEnd, valueStart, valueEnd } = columns.headers ?? columns
        const at = valueStart[header] ?? -1
        headers.push({ key: Buffer.from(data.subarray(keyStart[header], keyEnd[header])).toString(), value: at < 0 ? null : data.subarray(at, valueEnd[header]) })
      }
      const keyStart = columns.keyStart[i] ?? -1
      const valueStart = columns.valueStart[i] ?? -1
      part.writer.append(columns.timestamp[i] ?? 0, keyStart < 0 ? null : data, keyStart, columns.keyEnd[i] ?? 0, valueStart < 0 ? null : data, valueStart, columns.valueEnd[i] ?? 0, headers.length === 0 ? null : headers, Infinity)
    }
    return part
  }
}

/** Sequences are int32 and wrap to 0, as in Kafka's `DefaultRecordBatch.incrementSequence`. */
export const addSequence = (sequence: number, count: number): number => (sequence + count) % 2147483648
