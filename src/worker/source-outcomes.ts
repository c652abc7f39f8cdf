/**
 * What becomes of the records of a source task: acked, refused by Kafka, failed in a stage, dropped. The offsets, the task itself
 * (`commitRecord`) and the dead letters hear of it here.
 */
import type { Guest } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import type { KafkaError, ProducedBatch } from '../kafka/types.ts'
import type { SourceBatch } from '../wire/batch.ts'
import { guestException } from './error-data.ts'
import type { RowFailure } from './source-encode.ts'
import { SourceOriginals } from './source-originals.ts'
import { type SubmittedBatch, SubmittedRecords } from './submitted-records.ts'
import type { LoopOptions } from './task-loop.ts'
import type { Failure } from './tolerance.ts'

type Place = { readonly topic: string; readonly partition: number; readonly baseOffset: number; readonly logAppendTime: number }

const className = 'org.apache.kafka.connect.runtime.WorkerSourceTask'
const nowhere = (topic: string): Place => ({ topic, partition: -1, baseOffset: -1, logAppendTime: -1 })

export class SourceOutcomes {
  /** Of what was polled. */
  readonly records: SubmittedRecords
  readonly #options: LoopOptions
  readonly #label: string
  readonly #originals: SourceOriginals
  /** The task, if it wants to hear of each record. */
  #guest: Guest<'source'> | null = null
  /** The first failed send that is not tolerated: thrown before the next poll or send. */
  #sendFailure: Error | null = null
  /** Dead letters on their way. */
  readonly #letters = new Set<Promise<void>>()
  /** By batch, with which timestamp a row was sent; kept while the task may still hear of one of its records. */
  readonly #sentAt = new Map<number, (row: number) => number>()
  /** `commitRecord` crossings under way. */
  #crossings: Promise<unknown> = Promise.resolve()

  constructor(options: LoopOptions, label: string) {
    const { tolerance, logEnable, logIncludeMessages, deadLetterQueue } = options.spec.errors
    this.#options = options
    this.#label = label
    this.#originals = new SourceOriginals(tolerance === 'all' && (deadLetterQueue !== null || (logEnable && logIncludeMessages)))
    this.records = new SubmittedRecords((number) => {
      this.#originals.release(number)
      this.#sentAt.delete(number)
    })
  }
  /** From now on the task is told of each record. */
  tell(guest: Guest<'source'>): void {
    this.#guest = guest
  }
  submit(batch: SourceBatch): SubmittedBatch {
    const submitted = this.records.add(batch)
    this.#originals.keep(submitted.number, batch)
    return submitted
  }
  /** The batch's records are now on their way to the producer. */
  sending(submitted: SubmittedBatch, timestampOf: (row: number) => number): void {
    if (this.#guest) this.#sentAt.set(submitted.number, timestampOf)
  }
  /** When another batch may be submitted: what is kept for failed sends is bounded. */
  room(): Promise<void> {
    return this.#originals.room()
  }
  /** When another record may fail. */
  lettersDrained(): Promise<void> {
    return this.#options.tolerance.deadLetters?.drained() ?? Promise.resolve()
  }
  throwSendFailure(): void {
    if (this.#sendFailure) throw new ConnectException('Unrecoverable exception from producer send callback', { cause: this.#sendFailure })
  }
  /** When every letter is with the broker, or has failed, and the task has heard of every record. */
  async settled(): Promise<void> {
    await Promise.all(this.#letters)
    await this.#crossings
  }

  produced(batch: ProducedBatch, producerFailure: KafkaError | null): void {
    if (this.#options.control.cancelled) return
    if (!batch.ok) return this.refused(batch.topic, batch.error, batch.tokens, producerFailure)
    this.#commitRecords(batch.tokens, { topic: batch.topic, partition: batch.partition, baseOffset: batch.baseOffset, logAppendTime: batch.logAppendTime })
    this.records.ack(batch.tokens)
    this.#options.topicUsed(batch.topic)
  }
  /**
   * Kafka, or the producer, did not take these records. Tolerated, they count as acked, as in Kafka; that a producer has come to its
   * end (`producerFailure`) is not tolerated, or everything that follows would be dropped.
   */
  refused(topic: string, error: KafkaError, tokens: readonly number[], producerFailure: KafkaError | null): void {
    const { log, tolerance } = this.#options
    log.error(`${this.#label} failed to send record to ${topic}: ${tokens.length > 1 ? `(${tokens.length} records) ` : ''}`, error)
    if (!tolerance.tolerant || producerFailure) {
      this.#sendFailure ??= error
      return
    }
    for (const { batch, rows, at } of this.records.rowsOf(tokens)) {
      const original = this.#originals.kept(batch.number)
      rows.forEach((row, index) => {
        const token = tokens[at + index] as number
        const stage = { row, stage: 'KAFKA_PRODUCE', className, error } as const
        const failure: Failure = original ? this.#originals.failureOf(original, stage) : { ...stage, record: () => `source record is for topic '${topic}'` }
        this.#reported(failure, () => {
          this.#commitRecords([token], nowhere(topic))
          this.records.ack([token])
        })
      })
    }
  }
  /** A record that a transformation or a converter could not handle: the end of the task, or dropped once its dead letter is written. */
  async failed(batch: SourceBatch, submitted: SubmittedBatch, { row, ...failure }: RowFailure): Promise<void> {
    const { tolerance, control } = this.#options
    const reported = this.#originals.failureOf(batch, { row, ...failure })
    this.#reported(reported, () => this.dropped(batch, submitted, row))
    if (!tolerance.tolerant) throw tolerance.exceeded(reported)
    await control.untilStopped(this.lettersDrained())
  }
  /** The task hears of it, without metadata; its offset is never stored by itself. */
  dropped(batch: SourceBatch, submitted: SubmittedBatch, row: number): void {
    const token = submitted.firstToken + row
    this.#commitRecords([token], nowhere(batch.topics[batch.topic?.[row] ?? 0] ?? ''))
    this.records.drop(token)
  }

  /** `settle` when the letter is durable; one that cannot be written is logged, as in Kafka. Until then no later offset of its source partition is stored. */
  #reported(failure: Failure, settle: () => void): void {
    const { tolerance, control } = this.#options
    const durable = tolerance.report(failure).catch(() => {})
    if (!tolerance.tolerant) return
    if (!tolerance.deadLetters) return settle()
    this.#letters.add(durable)
    void durable.then(() => {
      this.#letters.delete(durable)
      if (!control.cancelled) settle()
    })
  }
  /** Tells the task of acked or dropped records, if it wants to know. */
  #commitRecords(tokens: readonly number[], at: Place): void {
    const guest = this.#guest
    if (!guest) return
    const { spec, log } = this.#options
    for (const { batch, rows, at: first } of this.records.rowsOf(tokens)) {
      const offsets = Float64Array.from(rows, (_, index) => (at.baseOffset < 0 ? -1 : at.baseOffset + first + index))
      const sentAt = this.#sentAt.get(batch.number)
      const timestamps = Float64Array.from(rows, (row) => (at.baseOffset < 0 ? -1 : at.logAppendTime >= 0 ? at.logAppendTime : (sentAt?.(row) ?? -1)))
      const crossing = guest.call('commitRecords', [{ batch: batch.number, rows, offsets, topic: at.topic, partition: at.partition, timestamps }], { timeoutMs: spec.connector.limits.callTimeoutMs })
      this.#crossings = Promise.all([this.#crossings, crossing]).then(([, outcome]) => {
        if (outcome.kind === 'error') log.error(`${this.#label} Exception thrown while calling task.commitRecord()`, guestException(outcome.error))
      })
    }
  }
}
