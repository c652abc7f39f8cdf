/** The topics there are: their ids, configurations and partition logs, in memory or under a data directory (topics.json and one folder per partition). */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { MetaFile } from './meta-file.ts'
import { BrokerError, errors } from './protocol/error-codes.ts'
import { fileStore } from './log/file-segment.ts'
import { PartitionLog, type LogPolicy } from './log/partition-log.ts'
import { memoryStore } from './log/segment.ts'
import { checkConfig, configList, configNumber, configValue } from './topic-configs.ts'

export type Topic = {
  readonly name: string
  /** 32 hex digits. */
  readonly id: string
  readonly partitions: PartitionLog[]
  readonly configs: Map<string, string>
}
export type TopicSpec = { readonly name: string; readonly partitions: number; readonly configs?: Readonly<Record<string, string>> }

/** Kafka's internal topics get compaction when a client makes one appear. */
const internalTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state'])
export const isInternal = (name: string): boolean => internalTopics.has(name)

const policyOf = (configs: Map<string, string>): LogPolicy => ({
  retentionBytes: configNumber(configs, 'retention.bytes'),
  // Only when set: by default a test's records from 1970 would be gone as soon as a segment is full.
  retentionMs: configs.has('retention.ms') ? configNumber(configs, 'retention.ms') : -1,
  canDelete: configList(configValue(configs, 'cleanup.policy')).includes('delete'),
  isLogAppendTime: configValue(configs, 'message.timestamp.type') === 'LogAppendTime',
})

export class Topics {
  readonly #topics = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #meta: MetaFile | null
  readonly #maxMemoryBytes: number
  #memoryBytes = 0

  constructor(options: { readonly meta: MetaFile | null; readonly maxMemoryBytes: number }) {
    this.#meta = options.meta
    this.#maxMemoryBytes = options.maxMemoryBytes
    for (const stored of this.#meta?.content.topics ?? []) {
      const topic: Topic = { name: stored.name, id: stored.id, partitions: [], configs: new Map(Object.entries(stored.configs)) }
      this.#grow(topic, stored.partitions)
      this.#add(topic)
    }
  }

  get all(): readonly Topic[] {
    return [...this.#topics.values()]
  }
  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }
  byId(id: string): Topic | undefined {
    return this.#byId.get(id)
  }
  log(name: string, partition: number): PartitionLog | undefined {
    return this.#topics.get(name)?.partitions[partition]
  }

  /** Throws BrokerError as CreateTopics answers it. */
  check(spec: TopicSpec): void {
    const { name } = spec
    const reason =
      name === '' ? 'the empty string is not allowed'
      : name === '.' || name === '..' ? `'${name}' is not allowed`
      : name.length > 249 ? `the length of '${name}' is longer than the max allowed length 249`
      : !/^[a-zA-Z0-9._-]+$/.test(name) ? `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
      : null
    if (reason !== null) throw new BrokerError(errors.INVALID_TOPIC, `Topic name is invalid: ${reason}`)
    if (this.#topics.has(name)) throw new BrokerError(errors.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`)
    const twin = this.all.find((topic) => topic.name !== name && topic.name.replaceAll('.', '_') === name.replaceAll('.', '_'))
    if (twin !== undefined) throw new BrokerError(errors.INVALID_TOPIC, `Topic '${name}' collides with existing topic: ${twin.name}`)
    if (!Number.isInteger(spec.partitions) || spec.partitions <= 0) throw new BrokerError(errors.INVALID_PARTITIONS, 'Number of partitions was set to an invalid non-positive value.')
    if (spec.partitions > 10_000) throw new BrokerError(errors.INVALID_PARTITIONS, 'This broker takes 10000 partitions a topic at most.')
    for (const [key, value] of Object.entries(spec.configs ?? {})) checkConfig(key, value)
  }

  create(spec: TopicSpec): Topic {
    this.check(spec)
    const topic: Topic = { name: spec.name, id: randomBytes(16).toString('hex'), partitions: [], configs: new Map(Object.entries(spec.configs ?? {})) }
    this.#grow(topic, spec.partitions)
    this.#add(topic)
    this.save()
    return topic
  }

  delete(topic: Topic): void {
    this.#topics.delete(topic.name)
    this.#byId.delete(topic.id)
    this.save()
    for (const log of topic.partitions) {
      if (this.#meta === null) this.#memoryBytes -= log.sizeBytes
      log.remove()
    }
  }

  addPartitions(topic: Topic, count: number): void {
    this.#grow(topic, count)
    this.save()
  }

  /** After configurations or partitions changed. */
  save(): void {
    this.#meta?.update({
      topics: this.all.map(({ name, id, partitions, configs }) => ({ name, id, partitions: partitions.length, configs: Object.fromEntries(configs) })),
    })
  }

  close(): void {
    for (const topic of this.all) for (const log of topic.partitions) log.close()
  }

  #add(topic: Topic): void {
    this.#topics.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
  }
  #grow(topic: Topic, count: number): void {
    const segmentBytes = (): number => configNumber(topic.configs, 'segment.bytes')
    for (let partition = topic.partitions.length; partition < count; partition++) {
      const store = this.#meta === null ? memoryStore(segmentBytes) : fileStore(join(this.#meta.directory, `${topic.name}-${partition}`), segmentBytes)
      const log = new PartitionLog(topic.name, partition, store, () => policyOf(topic.configs))
      if (this.#meta === null) log.onSize((bytes) => this.#account(bytes))
      topic.partitions.push(log)
    }
  }

  /** In memory there is a cap on all logs together: past it the largest log gives up its oldest segment. */
  #account(bytes: number): void {
    this.#memoryBytes += bytes
    while (this.#memoryBytes > this.#maxMemoryBytes && bytes > 0) {
      const largest = this.all
        .filter((topic) => policyOf(topic.configs).canDelete)
        .flatMap((topic) => topic.partitions)
        .filter((log) => log.segments.length > 1)
        .toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0]
      if (largest === undefined) return
      largest.dropOldestSegment()
    }
  }
}
