/**
 * The dead letter topic of a task (`errors.deadletterqueue.*`): made at the task's start where it is missing, written to by a
 * producer of its own. A letter is the record as it was read, bytes and timestamp, with what went wrong in its headers if wanted.
 * The record comes first: a letter that those headers make too large is sent again with fewer of them.
 */
import { ConnectException } from '../data/errors.ts'
import { messageOf } from '../errors.ts'
import { type Admin, type ClientProperties, type Header, KafkaError, type KafkaClients, type Producer, type ProducedBatch } from '../kafka/types.ts'
import { runtimeLogger, taskContext } from './deps.ts'
import { contextHeaders, type Origin, stackTraceHeader } from './dead-letter-headers.ts'
import type { Failure } from './tolerance.ts'
import type { TaskId } from './types.ts'

/** A record as bytes. `timestamp` NaN or negative: it has none, the producer's clock stands in. */
export type DeadRecord = {
  readonly origin: Origin
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
}
export type DeadLetterSettings = { readonly topic: string; readonly replicationFactor: number; readonly contextHeaders: boolean }
export type DeadLettersOptions = {
  readonly clients: KafkaClients
  readonly producer: ClientProperties
  readonly admin: ClientProperties
  readonly id: TaskId
  readonly settings: DeadLetterSettings
}

const partitions = 1
const closeTimeoutMs = 30_000
const tooLarge = new Set(['RECORD_TOO_LARGE', 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

/** One on its way. `fallbacks`: other sets of headers, each smaller than the one before. */
type Letter = { readonly record: DeadRecord; readonly fallbacks: readonly (readonly Header[])[]; readonly sent: PromiseWithResolvers<void> }

export class DeadLetters {
  readonly #options: DeadLettersOptions
  readonly #log
  readonly #waiting = new Map<number, Letter>()
  #admin: Admin | null = null
  #producer: Producer | null = null
  #opening: Promise<void> | null = null
  #closed = false
  #nextToken = 0

  constructor(options: DeadLettersOptions) {
    this.#options = options
    this.#log = runtimeLogger('errors.DeadLetterQueueReporter', taskContext(options.id))
  }
  /** Throws a ConnectException when the topic can neither be found nor made, or this is closed meanwhile. */
  open(): Promise<void> {
    const opening = this.#open().catch(async (cause: unknown) => {
      await this.#closeProducer(0)
      const { topic, replicationFactor } = this.#options.settings
      const hint = cause instanceof KafkaError && cause.kafkaCode === 'INVALID_REPLICATION_FACTOR' ? ` (errors.deadletterqueue.topic.replication.factor is ${replicationFactor})` : ''
      throw new ConnectException(`Could not initialize dead letter queue with topic=${topic}${hint}`, { cause })
    })
    this.#opening = opening.catch(() => {})
    return opening
  }

  /** Resolves when the broker has it; rejects, with the failure logged, when it cannot have it. */
  send(record: DeadRecord, failure: Failure): Promise<void> {
    const { settings, id } = this.#options
    const sent = Promise.withResolvers<void>()
    sent.promise.catch(() => {}) // logged in #failed; not everybody who reports waits
    if (!settings.contextHeaders) {
      this.#append({ record, fallbacks: [], sent }, record.headers)
      return sent.promise
    }
    const context = contextHeaders(id, record.origin, failure)
    const fallbacks = [[...record.headers, ...context.filter(({ key }) => key !== stackTraceHeader)], record.headers]
    // copied: key and value may be views of fetched data, which would stay as long as the letter is under way
    this.#append({ record: { ...record, key: copied(record.key), value: copied(record.value) }, fallbacks, sent }, [...record.headers, ...context])
    return sent.promise
  }
  /** When there is room for more: to be awaited between letters. */
  drained(): Promise<void> {
    return this.#producer?.drained() ?? Promise.resolve()
  }
  /** When every letter sent so far is with the broker, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#waiting.values()].map(({ sent }) => sent.promise))
  }
  /** At any time; resolves when nothing of it is left. What has been sent is still waited for, up to `timeoutMs`. */
  async close(timeoutMs = closeTimeoutMs): Promise<void> {
    this.#closed = true
    await this.#admin?.close()
    await this.#closeProducer(timeoutMs)
    await this.#opening
  }
  async #closeProducer(timeoutMs: number): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.close(timeoutMs).catch((error: unknown) => this.#log.warn(`Could not close the producer of the dead letter queue: ${messageOf(error)}`))
  }

  async #open(): Promise<void> {
    const { clients, producer, admin, id, settings } = this.#options
    const name = `${id.connector}-${id.task}`
    this.#admin = await clients.admin({ properties: admin, clientId: admin['client.id'] ?? `connector-dlq-adminclient-${name}` })
    try {
      this.#throwClosed()
      const { topic, replicationFactor } = settings
      if ((await this.#admin.describeTopics([topic])).length === 0) {
        this.#log.error(`Topic ${topic} doesn't exist. Will attempt to create topic.`)
        await this.#admin.createTopics([{ name: topic, partitions, replicationFactor }])
      }
    } finally {
      await this.#admin.close()
    }
    this.#throwClosed()
    const made = await clients.producer({ properties: producer, clientId: producer['client.id'] ?? `connector-dlq-producer-${name}`, onProduced: (batch) => this.#produced(batch) })
    this.#producer = made
    this.#throwClosed()
    await made.ensureTopic(settings.topic)
  }
  #throwClosed(): void {
    if (this.#closed) throw new ConnectException('The task is being stopped')
  }
  #append(letter: Letter, headers: readonly Header[]): void {
    const { key, value, timestamp } = letter.record
    const token = this.#nextToken++
    this.#waiting.set(token, letter)
    try {
      if (!this.#producer) throw new KafkaError('ILLEGAL_STATE', 'the dead letter producer is closed', { retriable: false })
      this.#producer.append(this.#options.settings.topic, -1, timestamp >= 0 ? timestamp : Date.now(), key, 0, key?.length ?? 0, value, 0, value?.length ?? 0, headers, token)
    } catch (error) {
      this.#failed([token], error)
    }
  }
  #produced(batch: ProducedBatch): void {
    if (!batch.ok) return this.#failed(batch.tokens, batch.error)
    for (const token of batch.tokens) {
      this.#waiting.get(token)?.sent.resolve()
      this.#waiting.delete(token)
    }
  }
  #failed(tokens: readonly number[], error: unknown): void {
    const { topic } = this.#options.settings
    const lost: Letter[] = []
    for (const token of tokens) {
      const letter = this.#waiting.get(token)
      this.#waiting.delete(token)
      if (!letter) continue
      const [headers, ...fallbacks] = letter.fallbacks
      if (headers === undefined || !(error instanceof KafkaError) || !tooLarge.has(error.kafkaCode)) lost.push(letter)
      else {
        this.#log.warn(`A letter to the dead letter queue is too large, and sent again ${fallbacks.length > 0 ? 'without the stack trace' : 'without context headers'}. topic=${topic}`)
        this.#append({ ...letter, fallbacks }, headers)
      }
    }
    if (lost.length > 0) this.#log.error(`Could not produce message to dead letter queue. topic=${topic}`, error)
    for (const { sent } of lost) sent.reject(error)
  }
}

const copied = (bytes: Uint8Array | null): Uint8Array | null => bytes && new Uint8Array(bytes)
