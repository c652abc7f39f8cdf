/** Topics a source task sends to: made with the settings of their group before the first record, and known to the producer. */
import { type TopicCreationGroup, topicCreationGroups } from '../config/topic-creation.ts'
import { ConnectException } from '../data/errors.ts'
import { type Admin, KafkaError, type Producer } from '../kafka/types.ts'
import type { LoopOptions } from './task-loop.ts'
import { createTopicIfMissing } from './topic-creation.ts'

/** Kafka's pause before a send is tried again. */
const sendRetryBackoffMs = 100
const none: ReadonlyMap<string, KafkaError> = new Map()

export class SourceTopics {
  readonly #options: LoopOptions
  readonly #label: string
  readonly #known = new Set<string>()
  readonly #partitions = new Map<string, Set<number>>()
  /** Both set when the connector has `topic.creation.*` settings and the worker allows them. */
  #groups: readonly TopicCreationGroup[] | null = null
  #admin: Admin | null = null

  constructor(options: LoopOptions, label: string) {
    this.#options = options
    this.#label = label
  }
  async open(): Promise<void> {
    const { spec, deps } = this.#options
    this.#groups = spec.topicCreationEnable ? topicCreationGroups(spec.connector.config) : null
    if (this.#groups === null) return
    const properties = spec.clients.admin
    this.#admin = await deps.clients.admin({ properties, clientId: properties['client.id'] ?? `connector-adminclient-${spec.id.connector}-${spec.id.task}` })
  }
  /**
   * Resolves with the topics that cannot be sent to, each with the reason (none, usually): their records fail like any that the
   * broker refuses. Null when the task is to stop before all of them are known.
   */
  async find(producer: Producer, topics: readonly string[]): Promise<ReadonlyMap<string, KafkaError> | null> {
    let refused: Map<string, KafkaError> | null = null
    for (const topic of topics) {
      if (this.#known.has(topic)) continue
      const refusal = await this.#find(producer, topic)
      if (refusal) (refused ??= new Map()).set(topic, refusal)
      else if (!this.#known.has(topic)) return null
    }
    return refused ?? none
  }
  /**
   * Waits for partitions that the producer does not know: they may be seconds old. One that does not come is waited for once; its
   * records are refused when they are appended. False when the task is to stop before all are known.
   */
  async findPartitions(producer: Producer, named: Iterable<readonly [topic: string, partition: number]>, refused: ReadonlyMap<string, KafkaError>): Promise<boolean> {
    const { control, log } = this.#options
    for (const [topic, partition] of named) {
      const asked = this.#partitions.get(topic) ?? new Set()
      if (asked.has(partition) || refused.has(topic)) continue
      const found = producer.ensureTopic(topic, partition).catch((error: unknown) => log.warn(`${this.#label} Failed to find partition ${partition} of topic '${topic}'; records for it are refused: `, error))
      await control.untilStopped(found)
      control.throwFailure()
      if (control.stopping) return false
      this.#partitions.set(topic, asked.add(partition))
    }
    return true
  }
  async close(): Promise<void> {
    await this.#admin?.close().catch((error: unknown) => this.#options.log.warn(`${this.#label} Could not close the admin client`, error))
  }

  async #find(producer: Producer, topic: string): Promise<KafkaError | null> {
    const { control, log } = this.#options
    while (!this.#known.has(topic) && !control.stopping) {
      try {
        const refusal = await control.untilStopped(this.#ensure(producer, topic))
        control.throwFailure()
        if (refusal) return refusal
        if (!control.stopping) this.#known.add(topic)
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        if (!error.retriable) throw new ConnectException('Unrecoverable exception trying to send', { cause: error })
        log.warn(`${this.#label} Failed to send record to topic '${topic}' and partition 'null'. Backing off before retrying: `, error)
        await control.sleep(sendRetryBackoffMs)
      }
    }
    return null
  }
  async #ensure(producer: Producer, topic: string): Promise<KafkaError | null> {
    if (this.#groups && this.#admin) await createTopicIfMissing(this.#groups, this.#admin, topic, this.#options.log)
    return refusalOf(producer, topic)
  }
}

/** Why the producer cannot send there (an invalid name, no right to); what may pass is thrown. */
const refusalOf = async (producer: Producer, topic: string): Promise<KafkaError | null> => {
  try {
    await producer.ensureTopic(topic)
    return null
  } catch (error) {
    if (error instanceof KafkaError && !error.retriable) return error
    throw error
  }
}
