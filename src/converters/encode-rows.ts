/** The general way to encode and decode a column: value by value, each failure kept with its row. */
import { ConnectException, DataException } from '../data/errors.ts'
import type { Schema } from '../data/schema.ts'
import { columnOf } from '../wire/columns.ts'
import { SchemaTable } from '../wire/schema-table.ts'
import { columnToUtf8 } from '../wire/transcode.ts'
import { materialize, Scratch } from './columns.ts'
import { type ByteRanges, type ConnectColumn, type DecodedColumn, type EncodedColumn, type RowError, schemaOf } from './types.ts'

export const asConnectException = (error: unknown, message?: string): ConnectException =>
  error instanceof ConnectException && message === undefined ? error : new DataException(message ?? (error instanceof Error ? error.message : String(error)), { cause: error })

/** `write` appends the bytes of one value to the scratch and returns false for null bytes. */
export const encodeRows = (values: ConnectColumn, scratch: Scratch, write: (value: unknown, schema: Schema | null, scratch: Scratch) => boolean): EncodedColumn => {
  const all = materialize(values)
  const start = new Int32Array(values.count)
  const end = new Int32Array(values.count)
  const errors: RowError[] = []
  scratch.length = 0
  for (let row = 0; row < values.count; row++) {
    const from = scratch.length
    start[row] = end[row] = -1
    try {
      if (write(all[row], schemaOf(values, row), scratch)) {
        start[row] = from
        end[row] = scratch.length
      }
    } catch (error) {
      scratch.length = from
      errors.push({ row, error: asConnectException(error) })
    }
  }
  return { count: values.count, bytes: scratch.bytes, start, end, errors }
}

export type SchemaAndValue = { readonly schema: Schema | null; readonly value: unknown }

/** `read` gives the value of one range, or null for (null, null); it is not called for null bytes unless `readNull`. */
export const decodeRows = (ranges: ByteRanges, read: (bytes: Uint8Array, start: number, end: number) => SchemaAndValue, ofNull: SchemaAndValue): DecodedColumn => {
  const { count, start, end } = ranges
  const values: unknown[] = Array.from({ length: count }, () => null)
  const index = new Int32Array(count).fill(-1)
  const table = new SchemaTable()
  const errors: RowError[] = []
  for (let row = 0; row < count; row++) {
    try {
      const from = start[row] as number
      const found = from < 0 ? ofNull : read(ranges.bytes, from, end[row] as number)
      values[row] = found.value
      index[row] = table.indexOf(found.schema)
    } catch (error) {
      errors.push({ row, error: asConnectException(error) })
    }
  }
  return { ...decodedOf(values, index, table), errors }
}

export const decodedOf = (values: readonly unknown[], index: Int32Array, table: SchemaTable): DecodedColumn => {
  const column = columnToUtf8(columnOf(values, table))
  const { schemas } = table
  const same = schemas.length === 0 || index.every((entry) => entry === 0)
  return { count: values.length, column, schemas, schema: same ? null : index, errors: [] }
}
