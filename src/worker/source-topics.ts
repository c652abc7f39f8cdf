/** Topics a source task sends to: made with the settings of their group before the first record, and known to the producer. */
import { type TopicCreationGroup, topicCreationGroups } from '../config/topic-creation.ts'
import { ConnectException } from '../data/errors.ts'
import { type Admin, KafkaError, type Producer } from '../kafka/types.ts'
import type { LoopOptions } from './task-loop.ts'
import { createTopicIfMissing } from './topic-creation.ts'

/** Kafka's pause before a send is tried again. */
const sendRetryBackoffMs = 100

export class SourceTopics {
  readonly #options: LoopOptions
  readonly #label: string
  readonly #known = new Set<string>()
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
  /** False when the task is to stop before all of them are known. */
  async known(producer: Producer, topics: readonly string[]): Promise<boolean> {
    for (const topic of topics) if (!this.#known.has(topic)) await this.#find(producer, topic)
    return topics.every((topic) => this.#known.has(topic))
  }
  async close(): Promise<void> {
    await this.#admin?.close().catch((error: unknown) => this.#options.log.warn(`${this.#label} Could not close the admin client`, error))
  }

  async #find(producer: Producer, topic: string): Promise<void> {
    const { control, log } = this.#options
    while (!this.#known.has(topic) && !control.stopping) {
      try {
        await control.untilStopped(this.#ensure(producer, topic))
        control.throwFailure()
        if (!control.stopping) this.#known.add(topic)
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error
        if (!error.retriable) throw new ConnectException('Unrecoverable exception trying to send', { cause: error })
        log.warn(`${this.#label} Failed to send record to topic '${topic}' and partition 'null'. Backing off before retrying: `, error)
        await control.sleep(sendRetryBackoffMs)
      }
    }
  }
  async #ensure(producer: Producer, topic: string): Promise<void> {
    if (this.#groups && this.#admin) await createTopicIfMissing(this.#groups, this.#admin, topic, this.#options.log)
    await producer.ensureTopic(topic)
  }
}
