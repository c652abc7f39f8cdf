/** A batch as records for transformations, and the records they return as a batch: only the columns in which a row has changed. */
import { DataException } from '../../src/data/errors.ts'
import { type ConnectHeader, ConnectHeaders } from '../../src/data/headers.ts'
import { type ConnectRecord, SinkRecord, SourceRecord } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import { type Column, emptyColumn, type HeadersColumn, type Index, type RecordBatch } from '../../src/wire/batch.ts'
import { columnOf, textColumn, valuesOf } from '../../src/wire/columns.ts'
import type { TransformedBatch } from '../../src/wire/guest-api.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { checkCrosses, schemaAt, schemaOrNull, sideOf } from './rows.ts'

/** Those of a batch with offsets are sink records. */
export const recordsOf = (batch: RecordBatch): ConnectRecord[] => {
  const { count, topics, topic, partition, timestamp, offset } = batch
  const schemas = knownSchemas(batch.schemas)
  const keys = valuesOf(batch.key, count, schemas)
  const values = valuesOf(batch.value, count, schemas)
  const headers = headersOf(batch, schemas)
  return Array.from({ length: count }, (_, row) => {
    const at = partition === null ? -1 : (partition[row] as number)
    const ms = timestamp === null ? Number.NaN : (timestamp[row] as number)
    const fields = {
      topic: topics[topic === null ? 0 : (topic[row] as number)] as string,
      kafkaPartition: at < 0 ? null : at,
      keySchema: schemaAt(batch.keySchema, schemas, row), key: keys[row], valueSchema: schemaAt(batch.valueSchema, schemas, row), value: values[row],
      timestamp: Number.isNaN(ms) ? null : ms,
      headers: headers?.[row] ?? new ConnectHeaders(),
    }
    return offset === null ? new SourceRecord(fields) : new SinkRecord({ ...fields, kafkaOffset: offset[row] as number })
  })
}

const headersOf = ({ headers }: RecordBatch, schemas: readonly Schema[]): ConnectHeaders[] | null => {
  if (headers === null) return null
  const total = headers.keys.lengths.length
  const names = valuesOf(headers.keys, total, []) as readonly string[]
  const values = valuesOf(headers.values, total, schemas)
  let at = 0
  return Array.from(headers.counts, (count) => {
    const list = Array.from({ length: count }, (_, index) => ({ key: names[at + index] as string, value: values[at + index], schema: schemaAt(headers.schema, schemas, at + index) }))
    at += count
    return new ConnectHeaders(list)
  })
}

type RecordBefore = Pick<ConnectRecord, 'topic' | 'kafkaPartition' | 'timestamp' | 'keySchema' | 'key' | 'valueSchema' | 'value'> & { readonly headers: readonly ConnectHeader[] }

/** Collects what is left of a batch. A row that cannot cross fails in `add`, before it is counted. */
export class TransformedRows {
  readonly #batch: RecordBatch
  /** As the rows were: headers change in place, and an author may write to a record's fields although they are meant to be read. */
  readonly #before: readonly RecordBefore[]
  readonly #rows: number[] = []
  readonly #records: ConnectRecord[] = []
  readonly #schemas = new SchemaTable()
  readonly #changes = { route: false, timestamp: false, key: false, value: false, headers: false }

  constructor(batch: RecordBatch, before: readonly ConnectRecord[]) {
    this.#batch = batch
    this.#before = before.map(({ topic, kafkaPartition, timestamp, keySchema, key, valueSchema, value, headers }) => ({ topic, kafkaPartition, timestamp, keySchema, key, valueSchema, value, headers: [...headers] }))
  }

  add(row: number, record: ConnectRecord): void {
    const before = this.#before[row] as RecordBefore
    const changes = {
      route: record.topic !== before.topic || record.kafkaPartition !== before.kafkaPartition,
      timestamp: record.timestamp !== before.timestamp,
      key: record.key !== before.key || record.keySchema !== before.keySchema,
      value: record.value !== before.value || record.valueSchema !== before.valueSchema,
      headers: !sameHeaders(record.headers, before.headers),
    }
    if (changes.key) this.#check(record.key, record.keySchema, 'keySchema')
    if (changes.value) this.#check(record.value, record.valueSchema, 'valueSchema')
    if (changes.headers) for (const header of record.headers) this.#check(header.value, header.schema, `the schema of header ${header.key}`)
    if (changes.timestamp && record.timestamp !== null && !(Number.isInteger(record.timestamp) && record.timestamp >= 0)) throw new DataException(`timestamp is ${String(record.timestamp)}; it must be whole milliseconds since the epoch, or null`)
    if (changes.route && record.kafkaPartition !== null && !((record.kafkaPartition | 0) === record.kafkaPartition && record.kafkaPartition >= 0)) throw new DataException(`kafkaPartition is ${String(record.kafkaPartition)}; it must be a non-negative integer, or null`)
    for (const what of Object.keys(changes) as (keyof typeof changes)[]) this.#changes[what] ||= changes[what]
    this.#rows.push(row)
    this.#records.push(record)
  }
  #check(value: unknown, schema: unknown, what: string): void {
    schemaOrNull(schema, what)
    checkCrosses(value, this.#schemas)
  }

  finish(): Omit<TransformedBatch, 'failures'> {
    const records = this.#records
    const count = records.length
    const changes = this.#changes
    const table = new SchemaTable()
    const none = { column: emptyColumn, index: new Int32Array(count).fill(-1) }
    const side = (changed: boolean, value: (record: ConnectRecord) => unknown, schema: (record: ConnectRecord) => Schema | null): { readonly column: Column; readonly index: Index } =>
      changed ? sideOf(records.map(value), records.map(schema), table) : none
    const key = side(changes.key, (record) => record.key, (record) => record.keySchema)
    const value = side(changes.value, (record) => record.value, (record) => record.valueSchema)
    const headers = changes.headers ? headersColumn(records, table) : null
    const route = changes.route ? routeOf(records) : { topics: this.#batch.topics, topic: new Int32Array(count), partition: null }
    return {
      rows: Int32Array.from(this.#rows),
      changes: { ...changes },
      batch: {
        ...route, count, offset: null,
        timestamp: changes.timestamp ? Float64Array.from(records, ({ timestamp }) => timestamp ?? Number.NaN) : null,
        key: key.column, keySchema: key.index, value: value.column, valueSchema: value.index, headers, schemas: table.toText(),
      },
    }
  }
}

const sameHeaders = (headers: ConnectHeaders, before: readonly ConnectHeader[]): boolean => {
  if (headers.size !== before.length) return false
  let at = 0
  for (const header of headers) if (header !== before[at++]) return false
  return true
}
const routeOf = (records: readonly ConnectRecord[]): Pick<RecordBatch, 'topics' | 'topic' | 'partition'> => {
  const topics: string[] = []
  const known = new Map<string, number>()
  const topic = Int32Array.from(records, (record) => {
    let index = known.get(record.topic)
    if (index === undefined) known.set(record.topic, (index = topics.push(record.topic) - 1))
    return index
  })
  return { topics, topic, partition: Int32Array.from(records, ({ kafkaPartition }) => kafkaPartition ?? -1) }
}
const headersColumn = (records: readonly ConnectRecord[], table: SchemaTable): HeadersColumn => {
  const all = records.flatMap(({ headers }) => [...headers])
  return {
    counts: Int32Array.from(records, ({ headers }) => headers.size),
    keys: textColumn(all.map(({ key }) => key)) as HeadersColumn['keys'],
    values: columnOf(all.map(({ value }) => value), table),
    schema: Int32Array.from(all, ({ schema }) => table.indexOf(schema)),
  }
}
