/** What every request handler works on: the one broker's topics, groups and producer ids. */
import { randomBytes } from 'node:crypto'
import { GroupCoordinator } from './groups/coordinator.ts'
import { OffsetStore } from './groups/offset-store.ts'
import { MetaFile } from './meta-file.ts'
import { BrokerError, errors } from './protocol/error-codes.ts'
import { TransactionCoordinator } from './transactions/coordinator.ts'
import { Topics, isInternal, type Topic, type TopicSpec } from './topics.ts'

export const brokerId = 1

export type ClusterOptions = {
  readonly dataDir: string | null
  readonly autoCreateTopics: boolean
  readonly defaultPartitions: number
  readonly initialRebalanceDelayMs: number
  readonly maxMemoryBytes: number
  readonly log: (line: string) => void
}

/** Kafka's limits on session.timeout.ms are 6 s and 30 min; the lower one is lifted so that tests need not wait. */
const sessionLimits = { minSessionTimeoutMs: 10, maxSessionTimeoutMs: 30 * 60_000 }
/** Producer ids are handed out in blocks, so that the file is not written for each. */
const producerIdBlock = 1000

export class Cluster {
  readonly options: ClusterOptions
  readonly clusterId: string
  readonly topics: Topics
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly log: (line: string) => void
  readonly #meta: MetaFile | null
  #nextProducerId: number
  #reservedProducerIds: number

  constructor(options: ClusterOptions) {
    this.options = options
    this.log = options.log
    // As Kafka makes them: a UUID in base64url without padding.
    const newClusterId = (): string => randomBytes(16).toString('base64url')
    this.#meta = options.dataDir === null ? null : MetaFile.open(options.dataDir, newClusterId)
    this.clusterId = this.#meta?.content.clusterId ?? newClusterId()
    try {
      this.topics = new Topics({ meta: this.#meta, maxMemoryBytes: options.maxMemoryBytes })
      this.groups = new GroupCoordinator({ ...sessionLimits, initialRebalanceDelayMs: options.initialRebalanceDelayMs, log: options.log }, new OffsetStore(options.dataDir))
      this.#nextProducerId = this.#meta?.content.nextProducerId ?? 0
      this.#reservedProducerIds = this.#nextProducerId
      this.transactions = new TransactionCoordinator({ topics: this.topics, groups: this.groups, newProducerId: () => this.newProducerId(), directory: options.dataDir, log: options.log })
    } catch (error) {
      this.#meta?.close()
      throw error
    }
  }

  createTopic(spec: TopicSpec): Topic {
    const topic = this.topics.create(spec)
    this.log(`Created topic ${topic.name} with ${topic.partitions.length} partitions`)
    return topic
  }
  /** For Metadata: the topic, made on the spot when broker and client allow it. Throws BrokerError. */
  topicOrAutoCreated(name: string, mayCreate: boolean): Topic {
    const topic = this.topics.get(name)
    if (topic !== undefined) return topic
    if (!mayCreate || !this.options.autoCreateTopics || isInternal(name)) {
      this.topics.check({ name, partitions: 1 })
      throw new BrokerError(errors.UNKNOWN_TOPIC_OR_PARTITION, `Topic ${name} does not exist.`)
    }
    return this.createTopic({ name, partitions: this.options.defaultPartitions })
  }
  deleteTopic(topic: Topic): void {
    this.topics.delete(topic)
    this.groups.offsets.deleteTopic(topic.name)
    this.log(`Deleted topic ${topic.name}`)
  }

  newProducerId(): number {
    if (this.#nextProducerId >= this.#reservedProducerIds) {
      this.#reservedProducerIds = this.#nextProducerId + producerIdBlock
      this.#meta?.update({ nextProducerId: this.#reservedProducerIds })
    }
    return this.#nextProducerId++
  }

  close(): void {
    this.transactions.close()
    this.groups.close()
    this.topics.close()
    this.#meta?.close()
  }
}
