/**
 * The Kafka room's interfaces: what the rest of the worker sees of Kafka. Implementations live beside this file;
 * kafkajs appears behind `connection.ts` only.
 */

/** Client settings by Kafka's own property names (`bootstrap.servers`, `linger.ms`, `sasl.jaas.config` …), prefixes removed. */
export type ClientProperties = Readonly<Record<string, string>>

export type TopicPartition = { readonly topic: string; readonly partition: number }
/** `topicId`: of the topic that it is an offset in, where that is known. A topic that is deleted and made anew has the same name and another id. */
export type TopicOffset = TopicPartition & { readonly offset: number; readonly topicId: string | null }

/**
 * Decoded records of one record batch (or several of one partition), columnar. Control batches, aborted transactions and
 * records before the fetch position are already gone. Ranges index into `data`; start -1 means null.
 */
export type RecordColumns = {
  readonly topic: string
  readonly partition: number
  /** null: from a broker that tells none. */
  readonly topicId: string | null
  readonly count: number
  readonly data: Uint8Array
  readonly offset: Float64Array
  readonly timestamp: Float64Array
  /** 0 CreateTime, 1 LogAppendTime (of all records here). */
  readonly timestampType: 0 | 1
  readonly keyStart: Int32Array
  readonly keyEnd: Int32Array
  readonly valueStart: Int32Array
  readonly valueEnd: Int32Array
  /** null when no record has headers. `headerCounts[i]` headers belong to record i, flattened in order. */
  readonly headers: HeaderRanges | null
}
export type HeaderRanges = {
  readonly counts: Int32Array
  readonly keyStart: Int32Array
  readonly keyEnd: Int32Array
  readonly valueStart: Int32Array
  readonly valueEnd: Int32Array
}

/** Bytes to write: a range of a buffer, so that a column is never cut into objects. `start` -1 means null. */
export type Header = { readonly key: string; readonly value: Uint8Array | null }

/** What became of records: all of one produced batch. `tokens` are those given to `append`, in order. */
export type ProducedBatch =
  | { readonly ok: true; readonly topic: string; readonly partition: number; readonly baseOffset: number; readonly logAppendTime: number; readonly tokens: readonly number[] }
  | { readonly ok: false; readonly topic: string; readonly partition: number; readonly error: KafkaError; readonly tokens: readonly number[] }

export interface Producer {
  /**
   * Appends one record. `partition` -1: the partitioner chooses (murmur2 of the key; sticky without one, as Kafka's default).
   * Never blocks: returns false when the record is accepted but `buffer.memory` is exhausted, after which the caller awaits
   * `drained()` before it appends more. `token` comes back in `onProduced`. Throws a KafkaError (not retriable) when the
   * record is larger than `max.request.size`; rejects topics with unknown metadata via `ensureTopic`.
   */
  append(topic: string, partition: number, timestampMs: number, key: Uint8Array | null, keyStart: number, keyEnd: number,
    value: Uint8Array | null, valueStart: number, valueEnd: number, headers: readonly Header[] | null, token: number): boolean
  /**
   * Must resolve before the first append to a topic: metadata is known (auto-created by the broker if it does that). Throws KafkaError:
   * INVALID_PARTITION when the topic has no such partition, and got none within ten seconds (or `max.block.ms`, if that is less).
   */
  ensureTopic(topic: string, partition?: number): Promise<{ readonly partitions: number }>
  drained(): Promise<void>
  /** Sends what lingers and resolves when everything appended before is acked or failed. */
  flush(): Promise<void>
  /** Bytes appended and not yet acked. */
  readonly bufferedBytes: number
  /** Why nothing can be sent any more, whatever the record; null while it can. */
  readonly failure: KafkaError | null
  /** Waits up to timeoutMs for what is in flight, then fails the rest. */
  close(timeoutMs: number): Promise<void>
}
export type ProducerOptions = { readonly properties: ClientProperties; readonly clientId: string; readonly onProduced: (batch: ProducedBatch) => void }

/** All awaited by the consumer before it answers the group: a revoke may commit first. */
export type RebalanceListener = {
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  onLost(partitions: readonly TopicPartition[]): Promise<void>
}
export interface Consumer {
  subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener): Promise<void>
  /** Manual assignment, for internal topics. */
  assign(partitions: readonly TopicPartition[]): Promise<void>
  /**
   * Records fetched since the last poll, at most `max.poll.records` (whole batches may pass it slightly). Rebalances happen,
   * and listeners run, inside poll only. Resolves with [] after maxWaitMs or a `wakeup()`. Throws KafkaError.
   */
  poll(maxWaitMs: number): Promise<readonly RecordColumns[]>
  wakeup(): void
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** `topicId`: the topic that the offset was read in; when another has its name by now, the position is reset. */
  seek(partition: TopicPartition, offset: number, topicId?: string | null): void
  seekToBeginning(partitions: readonly TopicPartition[]): Promise<void>
  assignment(): readonly TopicPartition[]
  /** Offset of the next record poll returns (resolving committed offset or auto.offset.reset when not yet known). */
  position(partition: TopicPartition): Promise<number>
  committed(partitions: readonly TopicPartition[]): Promise<Map<string, number>>
  /** Resolves when the broker has the offsets; those in a topic that is gone are left out. */
  commit(offsets: readonly (TopicPartition & { readonly offset: number; readonly topicId?: string | null })[]): Promise<void>
  /** Leaves the group (after onRevoked) and closes connections. */
  close(): Promise<void>
}
export type ConsumerOptions = { readonly properties: ClientProperties; readonly clientId: string }
export const partitionKey = (partition: TopicPartition): string => `${partition.topic}-${partition.partition}`

export type TopicDescription = { readonly name: string; readonly partitions: readonly { readonly id: number; readonly leader: number }[] }
export type NewTopic = { readonly name: string; readonly partitions: number; readonly replicationFactor: number; readonly configs?: Readonly<Record<string, string>> }
export interface Admin {
  clusterId(): Promise<string>
  /** Unknown topics are absent from the answer. Never auto-creates. */
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>
  listTopics(): Promise<readonly string[]>
  /** Resolves with the names really created; topics that exist are left alone. Throws KafkaError. */
  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]>
  deleteTopics(names: readonly string[]): Promise<void>
  describeTopicConfig(name: string): Promise<Readonly<Record<string, string>>>
  listOffsets(partitions: readonly TopicPartition[], at: 'earliest' | 'latest' | number): Promise<Map<string, number>>
  consumerGroupOffsets(groupId: string): Promise<readonly (TopicPartition & { readonly offset: number })[]>
  alterConsumerGroupOffsets(groupId: string, offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void>
  deleteConsumerGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void>
  /** A group that does not exist is no error. */
  deleteConsumerGroup(groupId: string): Promise<void>
  close(): Promise<void>
}

/** A broker's or client's error: Kafka's error name (`NOT_LEADER_OR_FOLLOWER`, `RECORD_TOO_LARGE` …) and whether Kafka calls it retriable. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
  readonly kafkaCode: string
  readonly retriable: boolean
  constructor(kafkaCode: string, message: string, options: { readonly retriable: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.kafkaCode = kafkaCode
    this.retriable = options.retriable
  }
}

/** How the rest of the worker makes clients; `clients.ts` implements it. Unknown keys are warned about, once, when a client is made. */
export interface KafkaClients {
  producer(options: ProducerOptions): Promise<Producer>
  consumer(options: ConsumerOptions): Promise<Consumer>
  admin(options: { readonly properties: ClientProperties; readonly clientId: string }): Promise<Admin>
}
