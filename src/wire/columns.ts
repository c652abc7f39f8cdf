/** Columns from values and values from columns, the general way, for both sides. Fast paths of one side live there. */
import type { Schema } from '../data/schema.ts'
import { type Column, emptyColumn } from './batch.ts'
import type { SchemaTable } from './schema-table.ts'
import { ValuesReader } from './values-reader.ts'
import { ValuesError, ValuesWriter } from './values.ts'

/** The tightest column that holds all values: null, text, bytes, or tagged values. Throws ValuesError with `row` in its message. */
export const columnOf = (values: readonly unknown[], schemas: SchemaTable): Column => {
  let strings = 0
  let bytes = 0
  let nulls = 0
  for (const value of values) {
    if (typeof value === 'string') strings++
    else if (value === null || value === undefined) nulls++
    else if (value instanceof Uint8Array) bytes++
  }
  if (nulls === values.length) return emptyColumn
  if (strings + nulls === values.length) return textColumn(values as readonly (string | null | undefined)[])
  if (bytes + nulls === values.length) return bytesColumn(values as readonly (Uint8Array | null | undefined)[])
  const writer = new ValuesWriter(schemas)
  for (let row = 0; row < values.length; row++) {
    try {
      writer.write(values[row])
    } catch (cause) {
      throw cause instanceof ValuesError ? new ValuesError(`record ${row}: ${cause.message}`) : cause
    }
  }
  return writer.finish()
}

export const textColumn = (values: readonly (string | null | undefined)[]): Column => {
  const lengths = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) lengths[row] = values[row]?.length ?? -1
  return { kind: 'text', lengths, text: values.join('') }
}

export const bytesColumn = (values: readonly (Uint8Array | null | undefined)[]): Column => {
  const lengths = new Int32Array(values.length)
  let total = 0
  for (let row = 0; row < values.length; row++) {
    lengths[row] = values[row]?.length ?? -1
    total += values[row]?.length ?? 0
  }
  const bytes = new Uint8Array(total)
  let at = 0
  for (const value of values) {
    if (value == null) continue
    bytes.set(value, at)
    at += value.length
  }
  return { kind: 'bytes', lengths, bytes }
}

/** All values of a column of `count` rows; text must be in `text` form (transcode.ts does that on the host, which also wants Doubles `boxed`). */
export const valuesOf = (column: Column, count: number, schemas: readonly Schema[], boxed = false): unknown[] => {
  const values = new Array<unknown>(count).fill(null)
  if (column.kind === 'null') return values
  if (column.kind === 'values') {
    const reader = new ValuesReader(column, schemas, boxed)
    for (let row = 0; row < count; row++) values[row] = reader.next()
    return values
  }
  if (column.kind === 'utf8' || column.kind === 'wtf8') throw new ValuesError('a text column must be in text form here')
  let at = 0
  for (let row = 0; row < count; row++) {
    const length = column.lengths[row] ?? -1
    if (length < 0) continue
    values[row] = column.kind === 'text' ? column.text.substring(at, at + length) : column.bytes.slice(at, at + length)
    at += length
  }
  return values
}
