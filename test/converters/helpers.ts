/** Small ways to call converters value by value. */
import { createConverter } from '../../src/converters/converters.ts'
import type { Converter } from '../../src/converters/types.ts'
import type { MaybePromise } from '../../src/data/maybe-promise.ts'
import type { Schema } from '../../src/data/schema.ts'
import { columnOf } from '../../src/wire/columns.ts'
import { hostValues } from '../../src/wire/host-columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToUtf8 } from '../../src/wire/transcode.ts'

const topics = { topics: ['t'], topic: null }
export const converter = (className: string, config: Readonly<Record<string, string>> = {}): Converter => createConverter({ className, isKey: false, config })

/** What a built-in answers: it never makes its callers wait. */
export const atOnce = <T>(answer: MaybePromise<T>): T => {
  if (answer instanceof Promise) throw new Error('answered by promise')
  return answer
}

/** Bytes of each value as text (null for null bytes), or the error's message. */
export const encode = (to: Converter, rows: readonly (readonly [value: unknown, schema: Schema | null])[]): (string | null | { readonly error: string })[] => {
  const table = new SchemaTable()
  const schema = Int32Array.from(rows, ([, each]) => table.indexOf(each))
  const column = columnToUtf8(columnOf(rows.map(([value]) => value), table))
  const encoded = atOnce(to.fromConnect({ count: rows.length, column, schemas: table.schemas, schema }, topics))
  const errors = new Map(encoded.errors.map(({ row, error }) => [row, error.message]))
  return rows.map((_, row) => {
    const error = errors.get(row)
    if (error !== undefined) return { error }
    const start = encoded.start[row] ?? -1
    return start < 0 ? null : Buffer.from(encoded.bytes).toString('utf8', start, encoded.end[row])
  })
}
export type Decoded = { readonly schema: Schema | null; readonly value: unknown } | { readonly error: string; readonly cause?: string }
/** Each text (or bytes) as one record, spread over two buffers with gaps, as record batches have them. */
export const decode = (from: Converter, rows: readonly (string | Uint8Array | null)[]): Decoded[] => {
  const part = (some: typeof rows) => {
    const buffers = some.map((row) => (row === null ? Buffer.alloc(0) : Buffer.from(row as string)))
    const start = new Int32Array(some.length)
    const end = new Int32Array(some.length)
    let at = 3
    buffers.forEach((buffer, row) => {
      start[row] = some[row] === null ? -1 : at
      end[row] = some[row] === null ? -1 : (at += buffer.length)
      at += 2
    })
    const bytes = Buffer.alloc(at + 8, '#')
    buffers.forEach((buffer, row) => (start[row] as number) >= 0 && buffer.copy(bytes, start[row]))
    return { count: some.length, bytes, start, end }
  }
  const middle = Math.ceil(rows.length / 2)
  const table = new SchemaTable()
  const decoded = atOnce(from.toConnect([part(rows.slice(0, middle)), part(rows.slice(middle))], topics, table))
  const values = hostValues(decoded.column, rows.length, table.schemas)
  const errors = new Map(decoded.errors.map(({ row, error }) => [row, error]))
  return rows.map((_, row) => {
    const error = errors.get(row)
    if (error) return { error: error.message, ...(error.cause instanceof Error ? { cause: error.cause.message } : {}) }
    return { schema: table.schemas[decoded.schema === null ? 0 : (decoded.schema[row] as number)] ?? null, value: values[row] }
  })
}
