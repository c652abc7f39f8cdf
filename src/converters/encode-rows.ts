/** The general way to encode and decode a column: value by value, each failure kept with its row. */
import { ConnectException, DataException } from '../data/errors.ts'
import type { SchemaAndValue } from '../data/connect-values.ts'
import type { Schema } from '../data/schema.ts'
import type { SchemaTable } from '../wire/schema-table.ts'
import { asBuffer, BatchTooLargeException, countOf, materialize, type Scratch } from './columns.ts'
import { type ByteRanges, type ConnectColumn, type DecodedColumn, type EncodedColumn, type RowError, schemaOf } from './types.ts'

/** What a row failed with. Throws what is no matter of one row. */
export const asConnectException = (error: unknown, message?: string): ConnectException => {
  if (error instanceof BatchTooLargeException) throw error
  return error instanceof ConnectException && message === undefined ? error : new DataException(message ?? (error instanceof Error ? error.message : String(error)), { cause: error })
}

/** `write` appends the bytes of one value to the scratch and returns false for null bytes. */
export const encodeRows = (values: ConnectColumn, scratch: Scratch, write: (value: unknown, schema: Schema | null, scratch: Scratch) => boolean): EncodedColumn => {
  const all = materialize(values)
  const start = new Int32Array(values.count)
  const end = new Int32Array(values.count)
  const errors: RowError[] = []
  scratch.begin()
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

/** `read` gives the value of one range; null bytes are `ofNull`. */
export const decodeRows = (parts: readonly ByteRanges[], schemas: SchemaTable, read: (bytes: Buffer, start: number, end: number) => SchemaAndValue, ofNull: SchemaAndValue): DecodedColumn => {
  const count = countOf(parts)
  const values: unknown[] = Array.from({ length: count }, () => null)
  const index = new Int32Array(count).fill(-1)
  const errors: RowError[] = []
  let row = 0
  for (const part of parts) {
    const bytes = asBuffer(part.bytes)
    for (let at = 0; at < part.count; at++, row++) {
      try {
        const from = part.start[at] as number
        const found = from < 0 ? ofNull : read(bytes, from, part.end[at] as number)
        values[row] = found.value
        index[row] = schemas.indexOf(found.schema)
      } catch (error) {
        errors.push({ row, error: asConnectException(error) })
      }
    }
  }
  return { count, column: { kind: 'objects', values }, schema: index.every((entry) => entry === 0) ? null : index, errors }
}
