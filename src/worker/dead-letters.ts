/**
 * The dead letter topic of a task (`errors.deadletterqueue.*`): made at the task's start where it is missing, written to by a
 * producer of its own. A letter is the record as it was read, bytes and timestamp, with what went wrong in its headers if wanted.
 */
import { ConnectException } from '../data/errors.ts'
import { messageOf } from '../errors.ts'
import { type ClientProperties, type Header, KafkaError, type KafkaClients, type Producer, type ProducedBatch } from '../kafka/types.ts'
import { runtimeLogger, taskContext } from './deps.ts'
import { contextHeaders, type Origin } from './dead-letter-headers.ts'
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

export class DeadLetters {
  readonly #options: DeadLettersOptions
  readonly #log
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  #producer: Producer | null = null
  #nextToken = 0

  /** Throws a ConnectException when the topic can neither be found nor made. */
  static async open(options: DeadLettersOptions): Promise<DeadLetters> {
    const letters = new DeadLetters(options)
    try {
      await letters.#open()
    } catch (cause) {
      await letters.close()
      throw new ConnectException(`Could not initialize dead letter queue with topic=${options.settings.topic}`, { cause })
    }
    return letters
  }
  private constructor(options: DeadLettersOptions) {
    this.#options = options
    this.#log = runtimeLogger('errors.DeadLetterQueueReporter', taskContext(options.id))
  }

  /** Resolves when the broker has it; rejects, with the failure logged, when it cannot have it. */
  send(record: DeadRecord, failure: Failure): Promise<void> {
    const { settings, id } = this.#options
    const { key, value, timestamp, origin } = record
    const headers = settings.contextHeaders ? [...record.headers, ...contextHeaders(id, origin, failure)] : record.headers
    const token = this.#nextToken++
    const sent = Promise.withResolvers<void>()
    this.#waiting.set(token, sent)
    sent.promise.catch(() => {}) // logged in #failed; not everybody who reports waits
    try {
      if (!this.#producer) throw new KafkaError('ILLEGAL_STATE', 'the dead letter producer is closed', { retriable: false })
      this.#producer.append(settings.topic, -1, timestamp >= 0 ? timestamp : Date.now(), key, 0, key?.length ?? 0, value, 0, value?.length ?? 0, headers, token)
    } catch (error) {
      this.#failed([token], error)
    }
    return sent.promise
  }
  /** When there is room for more: to be awaited between letters. */
  drained(): Promise<void> {
    return this.#producer?.drained() ?? Promise.resolve()
  }
  /** When every letter sent so far is with the broker, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#waiting.values()].map(({ promise }) => promise))
  }
  async close(timeoutMs = closeTimeoutMs): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.close(timeoutMs).catch((error: unknown) => this.#log.warn(`Could not close the producer of the dead letter queue: ${messageOf(error)}`))
  }

  async #open(): Promise<void> {
    const { clients, producer, admin, id, settings } = this.#options
    const name = `${id.connector}-${id.task}`
    const administration = await clients.admin({ properties: admin, clientId: admin['client.id'] ?? `connector-dlq-adminclient-${name}` })
    try {
      const { topic, replicationFactor } = settings
      if ((await administration.describeTopics([topic])).length === 0) {
        this.#log.error(`Topic ${topic} doesn't exist. Will attempt to create topic.`)
        await administration.createTopics([{ name: topic, partitions, replicationFactor }])
      }
    } finally {
      await administration.close()
    }
    this.#producer = await clients.producer({ properties: producer, clientId: producer['client.id'] ?? `connector-dlq-producer-${name}`, onProduced: (batch) => this.#produced(batch) })
    await this.#producer.ensureTopic(settings.topic)
  }
  #produced(batch: ProducedBatch): void {
    if (!batch.ok) return this.#failed(batch.tokens, batch.error)
    for (const token of batch.tokens) {
      this.#waiting.get(token)?.resolve()
      this.#waiting.delete(token)
    }
  }
  #failed(tokens: readonly number[], error: unknown): void {
    this.#log.error(`Could not produce message to dead letter queue. topic=${this.#options.settings.topic}`, error)
    for (const token of tokens) {
      this.#waiting.get(token)?.reject(error)
      this.#waiting.delete(token)
    }
  }
}
