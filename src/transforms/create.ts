/** One transformation or predicate for one record at a time: for tests and whoever has no batch. */
import type { ConnectHeaders } from '../data/headers.ts'
import { type ConnectRecord, SinkRecord } from '../data/record.ts'
import type { Schema } from '../data/schema.ts'
import { textColumn } from '../wire/columns.ts'
import type { TextColumn } from '../wire/batch.ts'
import type { HostBatch, HostHeaders } from '../wire/host-columns.ts'
import { makePredicate, makeTransformation } from './built-ins.ts'
import { RowBatch } from './row-batch.ts'

export type OneByOne<T> = { apply(record: ConnectRecord): T }

/** `apply` gives the changed record, or null for one that is dropped. */
export const createTransformation = (className: string, config: Readonly<Record<string, string>>): OneByOne<ConnectRecord | null> => {
  const transformation = makeTransformation({ className, config })
  return {
    apply: (record) => {
      const row = rowOf(record)
      if (!transformation.apply(row)) return null
      const { topic, kafkaPartition, timestamp } = row
      return record.newRecord(topic, kafkaPartition, row.schema('key'), row.value('key'), row.schema('value'), row.value('value'), timestamp, row.headers.duplicate())
    },
  }
}
export const createPredicate = (className: string, config: Readonly<Record<string, string>>): OneByOne<boolean> => {
  const predicate = makePredicate({ className, config })
  return { apply: (record) => predicate.test(rowOf(record)) }
}

const rowOf = (record: ConnectRecord) => {
  const schemas: Schema[] = []
  const index = (schema: Schema | null): Int32Array => Int32Array.of(schema === null ? -1 : schemas.push(schema) - 1)
  const batch: HostBatch = {
    count: 1, topics: [record.topic], topic: null,
    partition: record.kafkaPartition === null ? null : Int32Array.of(record.kafkaPartition),
    timestamp: record.timestamp === null ? null : Float64Array.of(record.timestamp),
    offset: record instanceof SinkRecord ? Float64Array.of(record.kafkaOffset) : null,
    schemas, key: { kind: 'objects', values: [record.key] }, keySchema: index(record.keySchema), value: { kind: 'objects', values: [record.value] }, valueSchema: index(record.valueSchema),
    headers: headersOf(record.headers, index),
  }
  return new RowBatch(batch).cursor()
}
const headersOf = (headers: ConnectHeaders, index: (schema: Schema | null) => Int32Array): HostHeaders | null => {
  const all = [...headers]
  if (all.length === 0) return null
  return {
    counts: Int32Array.of(all.length), keys: textColumn(all.map(({ key }) => key)) as TextColumn, values: { kind: 'objects', values: all.map(({ value }) => value) },
    schema: Int32Array.from(all, ({ schema }) => index(schema)[0] ?? -1),
  }
}
