/** A columnar batch as records for `put`. Strings are slices of the one big string: cheap to make, nothing is copied. */
import type { HeaderLike } from '../../src/data/headers.ts'
import { SinkRecord as ConnectSinkRecord } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import type { Column, SinkBatch } from '../../src/wire/batch.ts'
import { valuesOf } from '../../src/wire/columns.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import type { Header, SinkRecord, TimestampType } from '../sdk/records.ts'

const timestampTypes: readonly TimestampType[] = ['NoTimestampType', 'CreateTime', 'LogAppendTime']
const noHeaders: readonly Header[] = Object.freeze([])

export const toSinkRecords = (batch: SinkBatch): SinkRecord[] => {
  const { count, topics, topic, partition, offset, timestamp, timestampType, keySchema, valueSchema } = batch
  const schemas = knownSchemas(batch.schemas)
  const keys = columnValues(batch.key, count, schemas)
  const values = columnValues(batch.value, count, schemas)
  const headers = headersOf(batch, schemas)
  const only = topics[0] as string
  const keySchemaOf = schemaColumn(keySchema, schemas)
  const valueSchemaOf = schemaColumn(valueSchema, schemas)
  const records = new Array<SinkRecord>(count)
  const original = batch.original ?? batch
  const onlyOriginal = original.topics[0] as string
  for (let row = 0; row < count; row++) {
    records[row] = new DeliveredRecord(
      topic === null ? only : (topics[topic[row] as number] as string), partition[row] as number, offset[row] as number,
      original.topic === null ? onlyOriginal : (original.topics[original.topic[row] as number] as string), original.partition[row] as number,
      keys === null ? null : keys[row], typeof keySchemaOf === 'function' ? keySchemaOf(row) : keySchemaOf,
      values === null ? null : values[row], typeof valueSchemaOf === 'function' ? valueSchemaOf(row) : valueSchemaOf,
      timestamp === null ? Number.NaN : (timestamp[row] as number), timestampType === null ? 1 : (timestampType[row] as number),
      headers === null ? noHeaders : (headers[row] as readonly Header[]),
    )
  }
  return records
}

/**
 * A record as it was delivered: a class, so that the errant record reporter can tell it from one the task has made itself.
 * Its constructor is called for every record and compiled for speed within the first batch, which a loop in a rarely called function is not.
 */
class DeliveredRecord implements SinkRecord {
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
  readonly originalTopic: string
  readonly originalKafkaPartition: number
  readonly originalKafkaOffset: number

  constructor(
    topic: string, partition: number, offset: number, originalTopic: string, originalPartition: number, key: unknown, keySchema: Schema | null, value: unknown, valueSchema: Schema | null,
    at: number, type: number, headers: readonly Header[],
  ) {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.key = key
    this.keySchema = keySchema
    this.value = value
    this.valueSchema = valueSchema
    this.timestamp = at !== at ? null : at
    this.timestampType = timestampTypes[type] ?? 'NoTimestampType'
    this.headers = headers
    this.originalTopic = originalTopic
    this.originalKafkaPartition = originalPartition
    this.originalKafkaOffset = offset
  }
  get kafkaPartition(): number {
    return this.partition
  }
  get kafkaOffset(): number {
    return this.offset
  }
  newRecord(
    topic: string, kafkaPartition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown,
    timestamp: number | null, headers: Iterable<HeaderLike> = this.headers,
  ): ConnectSinkRecord {
    const { offset: kafkaOffset, timestampType, originalTopic, originalKafkaPartition, originalKafkaOffset } = this
    return new ConnectSinkRecord({
      topic, kafkaPartition, keySchema, key, valueSchema, value, timestamp, headers, kafkaOffset, timestampType, originalTopic, originalKafkaPartition, originalKafkaOffset,
    })
  }
  toString(): string {
    return this.newRecord(this.topic, this.partition, this.keySchema, this.key, this.valueSchema, this.value, this.timestamp).toString()
  }
}
// instances of what connectors know, but made by the plain constructor above: it is called for every record
Object.setPrototypeOf(DeliveredRecord.prototype, ConnectSinkRecord.prototype)
export const isDelivered = (record: SinkRecord): boolean => record instanceof DeliveredRecord

const columnValues = (column: Column, count: number, schemas: readonly Schema[]): unknown[] | null => {
  if (column.kind === 'null') return null
  if (column.kind !== 'text') return valuesOf(column, count, schemas)
  const { text, lengths } = column
  const values = new Array<unknown>(count)
  let at = 0
  for (let row = 0; row < count; row++) {
    const length = lengths[row] as number
    values[row] = length < 0 ? null : text.substring(at, (at += length))
  }
  return values
}

/** One schema for all rows, or a lookup. */
const schemaColumn = (index: Int32Array | null, schemas: readonly Schema[]): Schema | null | ((row: number) => Schema | null) =>
  index === null ? (schemas[0] ?? null) : (row) => schemas[index[row] as number] ?? null

const headersOf = (batch: SinkBatch, schemas: readonly Schema[]): (readonly Header[])[] | null => {
  if (batch.headers === null) return null
  const { counts, keys, values, schema } = batch.headers
  const total = keys.lengths.length
  const names = columnValues(keys, total, schemas) ?? []
  const items = columnValues(values, total, schemas)
  const schemaOf = schemaColumn(schema, schemas)
  let at = 0
  return Array.from(counts, (count) => {
    if (count === 0) return noHeaders
    const list: Header[] = []
    for (const end = at + count; at < end; at++) {
      list.push({ key: names[at] as string, value: items === null ? null : items[at], schema: typeof schemaOf === 'function' ? schemaOf(at) : schemaOf })
    }
    return list
  })
}
