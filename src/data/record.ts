/**
 * Records as transformations, predicates and converters see them: Kafka's ConnectRecord, SourceRecord and SinkRecord, for both sides.
 * Immutable but for the headers; `newRecord` makes the changed copy and keeps what a transformation cannot change.
 */
import { ConnectHeaders, type HeaderLike } from './headers.ts'
import { javaText } from './java-text.ts'
import type { Schema } from './schema.ts'

export type OffsetMap = Readonly<Record<string, unknown>>
export type TimestampType = 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'

export type ConnectRecordFields = {
  readonly topic: string
  readonly kafkaPartition?: number | null
  readonly keySchema?: Schema | null
  readonly key?: unknown
  readonly valueSchema?: Schema | null
  readonly value?: unknown
  /** Milliseconds since the epoch; null for none. */
  readonly timestamp?: number | null
  readonly headers?: Iterable<HeaderLike> | null
}

export abstract class ConnectRecord {
  readonly topic: string
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  readonly timestamp: number | null
  readonly headers: ConnectHeaders

  constructor(fields: ConnectRecordFields) {
    this.topic = fields.topic
    this.kafkaPartition = fields.kafkaPartition ?? null
    this.keySchema = fields.keySchema ?? null
    this.key = fields.key ?? null
    this.valueSchema = fields.valueSchema ?? null
    this.value = fields.value ?? null
    this.timestamp = fields.timestamp ?? null
    const { headers } = fields
    this.headers = headers instanceof ConnectHeaders ? headers : new ConnectHeaders(headers ?? null)
  }

  /** As plain records name it. */
  get partition(): number | null {
    return this.kafkaPartition
  }
  /** Without headers given the new record has a copy of this one's. */
  abstract newRecord(
    topic: string, kafkaPartition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown,
    timestamp: number | null, headers?: Iterable<HeaderLike>,
  ): ConnectRecord

  toString(): string {
    return `ConnectRecord{topic='${this.topic}', kafkaPartition=${this.kafkaPartition}, key=${javaText(this.key, this.keySchema)}, keySchema=${String(this.keySchema)}, ` +
      `value=${javaText(this.value, this.valueSchema)}, valueSchema=${String(this.valueSchema)}, timestamp=${this.timestamp}, headers=${this.headers.toString()}}`
  }
}

export type SourceRecordFields = ConnectRecordFields & { readonly sourcePartition?: OffsetMap | null; readonly sourceOffset?: OffsetMap | null }

export class SourceRecord extends ConnectRecord {
  readonly sourcePartition: OffsetMap | null
  readonly sourceOffset: OffsetMap | null

  constructor(fields: SourceRecordFields) {
    super(fields)
    this.sourcePartition = fields.sourcePartition ?? null
    this.sourceOffset = fields.sourceOffset ?? null
  }
  override newRecord(
    topic: string, kafkaPartition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown,
    timestamp: number | null, headers: Iterable<HeaderLike> = this.headers.duplicate(),
  ): SourceRecord {
    const { sourcePartition, sourceOffset } = this
    return new SourceRecord({ topic, kafkaPartition, keySchema, key, valueSchema, value, timestamp, headers, sourcePartition, sourceOffset })
  }
  override toString(): string {
    return `SourceRecord{sourcePartition=${JSON.stringify(this.sourcePartition)}, sourceOffset=${JSON.stringify(this.sourceOffset)}} ${super.toString()}`
  }
}

export type SinkRecordFields = ConnectRecordFields & {
  readonly kafkaOffset: number
  readonly timestampType?: TimestampType
  readonly originalTopic?: string
  readonly originalKafkaPartition?: number | null
  readonly originalKafkaOffset?: number
}

export class SinkRecord extends ConnectRecord {
  readonly kafkaOffset: number
  readonly timestampType: TimestampType
  /** Where the record really is, whatever transformations make of its topic: offsets are tracked by these. */
  readonly originalTopic: string
  readonly originalKafkaPartition: number | null
  readonly originalKafkaOffset: number

  constructor(fields: SinkRecordFields) {
    super(fields)
    this.kafkaOffset = fields.kafkaOffset
    this.timestampType = fields.timestampType ?? 'NoTimestampType'
    this.originalTopic = fields.originalTopic ?? fields.topic
    this.originalKafkaPartition = fields.originalKafkaPartition === undefined ? this.kafkaPartition : fields.originalKafkaPartition
    this.originalKafkaOffset = fields.originalKafkaOffset ?? fields.kafkaOffset
  }
  /** As plain records name it. */
  get offset(): number {
    return this.kafkaOffset
  }
  override newRecord(
    topic: string, kafkaPartition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown,
    timestamp: number | null, headers: Iterable<HeaderLike> = this.headers.duplicate(),
  ): SinkRecord {
    const { kafkaOffset, timestampType, originalTopic, originalKafkaPartition, originalKafkaOffset } = this
    return new SinkRecord({
      topic, kafkaPartition, keySchema, key, valueSchema, value, timestamp, headers, kafkaOffset, timestampType, originalTopic, originalKafkaPartition, originalKafkaOffset,
    })
  }
  override toString(): string {
    return `SinkRecord{kafkaOffset=${this.kafkaOffset}, timestampType=${this.timestampType}, originalTopic=${this.originalTopic}, ` +
      `originalKafkaPartition=${this.originalKafkaPartition}, originalKafkaOffset=${this.originalKafkaOffset}} ${super.toString()}`
  }
}
