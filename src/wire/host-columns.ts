/**
 * Columns as the host may hold them: those of the wire, or `objects`, rows that are JavaScript values already (after a transformation
 * or a structured converter), so that nothing is encoded only to be decoded by the next step. Before a batch crosses they are packed.
 */
import type { Schema } from '../data/schema.ts'
import type { Column, HeadersColumn, Index, TextColumn } from './batch.ts'
import { columnOf, valuesOf } from './columns.ts'
import { SchemaTable } from './schema-table.ts'
import { columnToText, columnToUtf8, toUtf8 } from './transcode.ts'

export type ObjectsColumn = { readonly kind: 'objects'; readonly values: readonly unknown[] }
export type HostColumn = Column | ObjectsColumn

/** The rows as JavaScript values; the array is the column's own when it holds objects. */
export const hostValues = (column: HostColumn, count: number, schemas: readonly Schema[]): readonly unknown[] =>
  column.kind === 'objects' ? column.values : valuesOf(columnToText(column), count, schemas, true)

/** Some rows of a column, in the order given. Packed text and bytes stay packed; tagged values become objects. */
const pickColumn = (column: HostColumn, rows: Int32Array, count: number, schemas: readonly Schema[]): HostColumn => {
  switch (column.kind) {
    case 'null':
      return column
    case 'utf8':
    case 'wtf8':
    case 'bytes':
      return { kind: column.kind, ...pickBytes(column.lengths, column.bytes, rows) }
    default: {
      const values = hostValues(column, count, schemas)
      return { kind: 'objects', values: Array.from(rows, (row) => values[row]) }
    }
  }
}

const pickBytes = (lengths: Int32Array, bytes: Uint8Array, rows: Int32Array): { readonly lengths: Int32Array; readonly bytes: Uint8Array } => {
  const start = new Int32Array(lengths.length)
  for (let row = 0, at = 0; row < lengths.length; row++) {
    start[row] = at
    at += Math.max(0, lengths[row] as number)
  }
  const picked = Int32Array.from(rows, (row) => lengths[row] as number)
  const to = new Uint8Array(picked.reduce((sum, length) => sum + Math.max(0, length), 0))
  let at = 0
  for (const row of rows) {
    const length = lengths[row] as number
    if (length <= 0) continue
    to.set(bytes.subarray(start[row], (start[row] as number) + length), at)
    at += length
  }
  return { lengths: picked, bytes: to }
}

export type HostHeaders = { readonly counts: Int32Array; readonly keys: TextColumn; readonly values: HostColumn; readonly schema: Index }
/** Records between the wire and the converters: columns of one batch with their schemas as objects. */
export type HostBatch = {
  readonly count: number
  readonly topics: readonly string[]
  readonly topic: Index
  /** -1 or null: not given. */
  readonly partition: Int32Array | null
  /** NaN or null: none. */
  readonly timestamp: Float64Array | null
  /** Offsets in Kafka; null for records that come from a source. */
  readonly offset: Float64Array | null
  readonly schemas: readonly Schema[]
  readonly keySchema: Index
  readonly valueSchema: Index
  readonly key: HostColumn
  readonly value: HostColumn
  readonly headers: HostHeaders | null
}

/** Some rows of a batch, in the order given. */
export const pickRows = (batch: HostBatch, rows: Int32Array): HostBatch => {
  const { count, schemas, headers } = batch
  return {
    ...batch,
    count: rows.length,
    topic: pickInts(batch.topic, rows), partition: pickInts(batch.partition, rows), timestamp: pickFloats(batch.timestamp, rows), offset: pickFloats(batch.offset, rows),
    keySchema: pickInts(batch.keySchema, rows), valueSchema: pickInts(batch.valueSchema, rows),
    key: pickColumn(batch.key, rows, count, schemas), value: pickColumn(batch.value, rows, count, schemas),
    headers: headers && pickHeaders(headers, rows, schemas),
  }
}
export const pickInts = <I extends Index>(index: I, rows: Int32Array): I => (index === null ? index : (Int32Array.from(rows, (row) => index[row] as number) as I))
const pickFloats = <F extends Float64Array | null>(column: F, rows: Int32Array): F => (column === null ? column : (Float64Array.from(rows, (row) => column[row] as number) as F))

const pickHeaders = ({ counts, keys, values, schema }: HostHeaders, rows: Int32Array, schemas: readonly Schema[]): HostHeaders => {
  const first = new Int32Array(counts.length + 1)
  for (let row = 0; row < counts.length; row++) first[row + 1] = (first[row] as number) + (counts[row] as number)
  const picked: number[] = []
  for (const row of rows) for (let index = first[row] as number; index < (first[row + 1] as number); index++) picked.push(index)
  const headers = Int32Array.from(picked)
  const total = first[counts.length] as number
  const utf8 = toUtf8(keys)
  return {
    counts: Int32Array.from(rows, (row) => counts[row] as number),
    keys: { kind: utf8.kind, ...pickBytes(utf8.lengths, utf8.bytes, headers) }, values: pickColumn(values, headers, total, schemas), schema: pickInts(schema, headers),
  }
}

type Packed = Omit<HostBatch, 'key' | 'value' | 'headers' | 'schemas'> & {
  readonly schemas: string
  readonly key: Column
  readonly value: Column
  readonly headers: HeadersColumn | null
}
/** The batch in the form that crosses: rows packed, schemas as text. */
export const packHostBatch = (batch: HostBatch): Packed => {
  const table = new SchemaTable()
  // equal schemas become one, so that indexes may change
  const entries = batch.schemas.map((schema) => table.indexOf(schema))
  const isSame = entries.every((entry, index) => entry === index)
  const pack = (column: HostColumn, count: number): Column => {
    if (column.kind === 'objects') return columnToUtf8(columnOf(column.values, table))
    // structs in tagged values name their schemas by index
    return isSame || column.kind !== 'values' ? column : columnToUtf8(columnOf(hostValues(column, count, batch.schemas), table))
  }
  const key = pack(batch.key, batch.count)
  const value = pack(batch.value, batch.count)
  const { headers } = batch
  const headerCount = headers?.keys.lengths.length ?? 0
  const headerValues = headers && pack(headers.values, headerCount)
  // schemaless by an empty table, which schemas of structs have filled meanwhile
  const isStale = batch.schemas.length === 0 && table.schemas.length > 0
  const remap = (index: Index, count: number): Index => {
    if (index === null) return isStale ? new Int32Array(count).fill(-1) : null
    return isSame ? index : index.map((entry) => (entry < 0 ? entry : (entries[entry] as number)))
  }
  return {
    ...batch, key, value, schemas: table.toText(),
    keySchema: remap(batch.keySchema, batch.count), valueSchema: remap(batch.valueSchema, batch.count),
    headers: headers && { counts: headers.counts, keys: headers.keys, values: headerValues ?? { kind: 'null' }, schema: remap(headers.schema, headerCount) },
  }
}
