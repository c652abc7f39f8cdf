/** Records as connector code sees them. What a source task returns may be plain objects of this shape. */
import type { SinkRecord as ConnectSinkRecord } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import type { OffsetMap } from './contexts.ts'

export type Header = { readonly key: string; readonly value: unknown; readonly schema?: Schema | null }
/** Headers in order; a plain object or a Map will do where no schema is needed and no key comes twice. */
export type HeadersLike = Iterable<Header> | Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>

/**
 * A record for Kafka. Values are strings, numbers, bigints, booleans, Uint8Array, Date, Decimal, arrays, Map, plain objects or
 * Struct; a schema is optional exactly as in Kafka. `sourcePartition` and `sourceOffset` say where the record came from: once
 * it is in Kafka the offset is stored under the partition, and found again by `offsetStorageReader`.
 */
export interface SourceRecord {
  readonly topic: string
  readonly value: unknown
  readonly key?: unknown
  readonly keySchema?: Schema | null
  readonly valueSchema?: Schema | null
  readonly headers?: HeadersLike | null
  /** Kafka partition; the default partitioner decides when it is not given. */
  readonly partition?: number | null
  /** Milliseconds since the epoch, or a Date. */
  readonly timestamp?: number | Date | null
  readonly sourcePartition: OffsetMap
  readonly sourceOffset: OffsetMap | null
}

export type TimestampType = 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'
/**
 * A record from Kafka; `topic` and `partition` are what transformations made of them. Those that `put` gets are instances of `SinkRecord` and
 * `ConnectRecord`, with their headers as a list.
 */
export interface SinkRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: unknown
  readonly keySchema: Schema | null
  readonly value: unknown
  readonly valueSchema: Schema | null
  readonly timestamp: number | null
  readonly timestampType: TimestampType
  readonly headers: readonly Header[]
  /** Kafka's names for `partition` and `offset`. */
  readonly kafkaPartition: number
  readonly kafkaOffset: number
  /** A changed copy; without headers given it has a copy of this one's. */
  newRecord(
    topic: string, kafkaPartition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown,
    timestamp: number | null, headers?: Iterable<Header>,
  ): ConnectSinkRecord
  /** Where the record really is: by these a task tracks offsets of its own (`preCommit`, `offset`). */
  readonly originalTopic: string
  readonly originalKafkaPartition: number
  readonly originalKafkaOffset: number
}
/** What the broker said of a record: null in `commitRecord` when the record was filtered or dropped and never sent. */
export type RecordMetadata = { readonly topic: string; readonly partition: number; readonly offset: number; readonly timestamp: number }
