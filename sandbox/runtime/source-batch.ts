/**
 * What `poll` returned, as a columnar batch. This is the hot path: one pass a column, simple loops, the usual case (same topic,
 * string values, one source partition object, flat numeric offsets) without an allocation per record.
 * What is wrong with a record is said with its index and field.
 */
import { DataException } from '../../src/data/errors.ts'
import { Schema } from '../../src/data/schema.ts'
import { emptyColumn, type Column, type HeadersColumn, type Index, type OffsetColumn, type SourceBatch } from '../../src/wire/batch.ts'
import { columnOf, textColumn } from '../../src/wire/columns.ts'
import { maxMessageBytes } from '../../src/wire/pack.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { kindOf } from '../../src/data/struct.ts'
import type { Header, SourceRecord } from '../sdk/records.ts'
import { nearestField } from './field-names.ts'
import { headerList } from './header-list.ts'

type Records = readonly SourceRecord[]
const wrong = (row: number, what: string): DataException => new DataException(`poll() returned a wrong record: record ${row}: ${what}`)

/** Throws DataException. Null for no records: a poll of nothing. */
export const toSourceBatch = (returned: unknown): SourceBatch | null => {
  if (returned === null || returned === undefined) return null
  if (!Array.isArray(returned)) throw new DataException(`poll() returned ${kindOf(returned)}; it must return an array of records, or null`)
  const records = returned as Records
  if (records.length === 0) return null
  for (let row = 0; row < records.length; row++) {
    const record: unknown = records[row]
    if (typeof record !== 'object' || record === null) throw wrong(row, `${kindOf(record)} where an object with topic, value, sourcePartition and sourceOffset is due`)
  }
  checkNames(records[0] as SourceRecord)
  const schemas = new SchemaTable()
  const topics = topicsOf(records)
  const sources = sourcePartitionsOf(records)
  const keySchema = schemasOf(records, 'keySchema', schemas)
  const valueSchema = schemasOf(records, 'valueSchema', schemas)
  const key = valuesOf(records, 'key', schemas)
  const value = valuesOf(records, 'value', schemas)
  const headers = headersOf(records, schemas)
  // a null index means "entry 0 for all", and schemaless only while the table is empty: -1 needs a column beside other schemas
  const indexOf = (index: Index | 'none'): Index => (index !== 'none' ? index : schemas.schemas.length === 0 ? null : new Int32Array(records.length).fill(-1))
  return {
    count: records.length,
    topics: topics.table,
    topic: topics.index,
    partition: partitionsOf(records),
    timestamp: timestampsOf(records),
    keySchema: indexOf(keySchema),
    valueSchema: indexOf(valueSchema),
    key,
    value,
    headers,
    schemas: schemas.toText(),
    sourcePartitions: sources.table,
    sourcePartition: sources.index,
    sourceOffset: offsetsOf(records),
  }
}

const fields = ['topic', 'value', 'key', 'keySchema', 'valueSchema', 'headers', 'partition', 'timestamp', 'sourcePartition', 'sourceOffset']
const names = new Set([...fields, 'kafkaPartition'])
/** Fields of the author's own are welcome (`commitRecord` sees them again); one that is nearly a field that is not there would be lost without a word. */
const checkNames = (record: SourceRecord): void => {
  for (const name of Object.keys(record)) {
    const near = names.has(name) ? null : nearestField(name, fields)
    if (near !== null && record[near as keyof SourceRecord] === undefined) throw wrong(0, `it has '${name}' and no '${near}'; if it is a field of your own, call it something else`)
  }
}

const topicsOf = (records: Records): { readonly table: readonly string[]; readonly index: Index } => {
  const first = (records[0] as SourceRecord).topic
  let row = 0
  while (row < records.length && (records[row] as SourceRecord).topic === first) row++
  if (typeof first !== 'string' || first === '') throw wrong(0, `topic is ${JSON.stringify(first) ?? 'missing'}; it must be a non-empty string`)
  if (row === records.length) return { table: [first], index: null }
  const table = [first]
  const known = new Map([[first, 0]])
  const index = new Int32Array(records.length)
  for (; row < records.length; row++) {
    const { topic } = records[row] as SourceRecord
    if (typeof topic !== 'string' || topic === '') throw wrong(row, `topic is ${JSON.stringify(topic) ?? 'missing'}; it must be a non-empty string`)
    let at = known.get(topic)
    if (at === undefined) known.set(topic, (at = table.push(topic) - 1))
    index[row] = at
  }
  return { table, index }
}

/** Same object, same entry; else same text, same entry. */
const sourcePartitionsOf = (records: Records): { readonly table: readonly string[]; readonly index: Index } => {
  const first = (records[0] as SourceRecord).sourcePartition
  const table: string[] = [mapText(first, 0, 'sourcePartition')]
  let row = 1
  while (row < records.length && (records[row] as SourceRecord).sourcePartition === first) row++
  if (row === records.length) return { table, index: null }
  const byObject = new Map<unknown, number>([[first, 0]])
  const byText = new Map<string, number>([[table[0] as string, 0]])
  const index = new Int32Array(records.length)
  for (; row < records.length; row++) {
    const partition = (records[row] as SourceRecord).sourcePartition
    let at = byObject.get(partition)
    if (at === undefined) {
      const text = mapText(partition, row, 'sourcePartition')
      at = byText.get(text)
      if (at === undefined) byText.set(text, (at = table.push(text) - 1))
      byObject.set(partition, at)
    }
    index[row] = at
  }
  return { table, index }
}

/** Source partitions and offsets are flat maps of JSON's simple values, as Kafka's OffsetUtils demands. */
const mapText = (map: unknown, row: number, field: string): string => {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw wrong(row, `${field} is ${map === null || map === undefined ? 'missing' : kindOf(map)}; it must be an object such as { file: 'a.txt' }`)
  const entries = map instanceof Map ? [...(map as ReadonlyMap<unknown, unknown>)] : Object.entries(map)
  const simple = entries.map(([key, value]): [string, unknown] => {
    if (typeof key !== 'string') throw wrong(row, `${field} has a key that is ${kindOf(key)}; keys must be strings`)
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [key, value]
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return [key, value]
    throw wrong(row, `${field}.${key} is ${value === undefined ? 'undefined' : typeof value === 'number' ? String(value) : kindOf(value)}; it may hold strings, finite numbers, bigints, booleans and null`)
  })
  return `{${simple.map(([key, value]) => `${JSON.stringify(key)}:${typeof value === 'bigint' ? String(value) : JSON.stringify(value)}`).join(',')}}`
}

const offsetsOf = (records: Records): OffsetColumn => numericOffsets(records) ?? { kind: 'json', offsets: textOffsets(records) }

const numericOffsets = (records: Records): OffsetColumn | null => {
  const first: unknown = (records[0] as SourceRecord).sourceOffset
  if (typeof first !== 'object' || first === null || first instanceof Map || Array.isArray(first)) return null
  const keys = Object.keys(first)
  const width = keys.length
  if (width === 0) return null
  const values = new Float64Array(records.length * width)
  const only = keys[0] as string
  for (let row = 0; row < records.length; row++) {
    const offset = (records[row] as SourceRecord).sourceOffset as Record<string, unknown> | null
    if (offset === null || typeof offset !== 'object') return null
    let seen = 0
    // for-in over one hidden class uses its enum cache: no array of keys a record, and a read by the loop's own name needs no lookup
    for (const name in offset) {
      if (seen >= width || name !== (seen === 0 ? only : keys[seen])) return null
      const value = offset[name]
      // -0 and unsafe integers would not survive as text of a number
      if (typeof value !== 'number' || !Number.isFinite(value)) return null
      values[row * width + seen++] = value
    }
    if (seen !== width) return null
  }
  return { kind: 'numbers', keys, values }
}

const textOffsets = (records: Records): Extract<OffsetColumn, { kind: 'json' }>['offsets'] => {
  const texts = records.map((record, row) => (record.sourceOffset == null ? null : mapText(record.sourceOffset, row, 'sourceOffset')))
  const column = textColumn(texts)
  return column as Extract<OffsetColumn, { kind: 'json' }>['offsets']
}

/** Read by a name that the code says, not by one in a variable: that would be a lookup a record. */
const keyOf = (record: SourceRecord): unknown => record.key
const valueOf = (record: SourceRecord): unknown => record.value

const valuesOf = (records: Records, field: 'key' | 'value', schemas: SchemaTable): Column => {
  const count = records.length
  const read = field === 'key' ? keyOf : valueOf
  const first = read(records[0] as SourceRecord)
  const column = first === null || first === undefined ? nullColumn(records, read) : typeof first === 'string' ? stringColumn(records, read) : null
  if (column !== null) return column
  try {
    return columnOf(Array.from({ length: count }, (_, row) => read(records[row] as SourceRecord)), schemas)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    // a DataException is the writer's own: beside its words its stack says nothing; what a getter of the record threw has its line in it
    throw new DataException(`poll() returned a wrong ${field}: ${cause.message}`, cause instanceof DataException ? {} : { cause })
  }
}

/** Null unless every value is null. */
const nullColumn = (records: Records, read: (record: SourceRecord) => unknown): Column | null => {
  for (let row = 0; row < records.length; row++) {
    const value = read(records[row] as SourceRecord)
    if (value !== null && value !== undefined) return null
  }
  return emptyColumn
}

/** Null unless every value is a string or null. */
const stringColumn = (records: Records, read: (record: SourceRecord) => unknown): Column | null => {
  const lengths = new Int32Array(records.length)
  const values = new Array<string>(records.length)
  let characters = 0
  for (let row = 0; row < records.length; row++) {
    const value = read(records[row] as SourceRecord)
    if (typeof value === 'string') {
      values[row] = value
      characters += lengths[row] = value.length
    } else if (value === null || value === undefined) {
      values[row] = ''
      lengths[row] = -1
    } else return null
  }
  if (characters > maxMessageBytes) throw new DataException(`poll() returned strings of ${characters} characters together; at most ${maxMessageBytes} bytes can cross at once: return fewer records`)
  return { kind: 'text', lengths, text: values.join('') }
}

const schemasOf = (records: Records, field: 'keySchema' | 'valueSchema', table: SchemaTable): Index | 'none' => {
  const first = (records[0] as SourceRecord)[field] ?? null
  let same = 1
  while (same < records.length && ((records[same] as SourceRecord)[field] ?? null) === first) same++
  const indexOf = (schema: unknown, row: number): number => {
    if (schema !== null && !(schema instanceof Schema)) throw wrong(row, `${field} is ${kindOf(schema)}; it must be a Schema (SchemaBuilder.…build()) or null`)
    return table.indexOf(schema)
  }
  const at = indexOf(first, 0)
  if (same === records.length && at <= 0) return at === 0 ? null : 'none'
  const index = new Int32Array(records.length).fill(at)
  for (let row = same; row < records.length; row++) index[row] = indexOf((records[row] as SourceRecord)[field] ?? null, row)
  return index
}

const partitionsOf = (records: Records): Int32Array | null => {
  let column: Int32Array | null = null
  for (let row = 0; row < records.length; row++) {
    // records made by a transformation's newRecord name it as Kafka does
    const { partition = (records[row] as { readonly kafkaPartition?: number | null }).kafkaPartition } = records[row] as SourceRecord
    if (partition === null || partition === undefined) continue
    if (typeof partition !== 'number' || (partition | 0) !== partition || partition < 0) throw wrong(row, `partition is ${String(partition)}; it must be a non-negative integer, or null`)
    column ??= new Int32Array(records.length).fill(-1)
    column[row] = partition
  }
  return column
}

/** -1 is Kafka's word for none. */
const timestampsOf = (records: Records): Float64Array | null => {
  let column: Float64Array | null = null
  for (let row = 0; row < records.length; row++) {
    const { timestamp } = records[row] as SourceRecord
    if (timestamp === null || timestamp === undefined) continue
    const ms: unknown = timestamp instanceof Date ? timestamp.getTime() : timestamp
    if (typeof ms !== 'number' || !((ms >= 0 && ms <= Number.MAX_SAFE_INTEGER) || ms === -1)) throw wrong(row, `timestamp is ${String(timestamp)}; it must be milliseconds since the epoch or a Date, not negative and below 2^53`)
    column ??= new Float64Array(records.length).fill(Number.NaN)
    column[row] = Math.trunc(ms)
  }
  return column
}

const headersOf = (records: Records, schemas: SchemaTable): HeadersColumn | null => {
  let some = false
  for (let row = 0; row < records.length && !some; row++) some = (records[row] as SourceRecord).headers != null
  if (!some) return null
  const counts = new Int32Array(records.length)
  const all: Header[] = []
  for (let row = 0; row < records.length; row++) {
    const before = all.length
    for (const header of headerList((records[row] as SourceRecord).headers, (what) => wrong(row, what))) all.push(header)
    counts[row] = all.length - before
  }
  if (all.length === 0) return null
  const schema = new Int32Array(all.length)
  all.forEach((header, at) => {
    if (header.schema != null && !(header.schema instanceof Schema)) throw new DataException(`poll() returned a wrong header ${header.key}: its schema is ${kindOf(header.schema)}`)
    schema[at] = schemas.indexOf(header.schema ?? null)
  })
  const keys = textColumn(all.map(({ key }) => key)) as HeadersColumn['keys']
  return { counts, keys, values: columnOf(all.map(({ value }) => value), schemas), schema }
}
