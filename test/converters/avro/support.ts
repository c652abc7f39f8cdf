/** Ways to call the Avro converter value by value against a registry. */
import { createConverter } from '../../../src/converters/converters.ts'
import type { Converter } from '../../../src/converters/types.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { columnOf } from '../../../src/wire/columns.ts'
import { hostValues } from '../../../src/wire/host-columns.ts'
import { SchemaTable } from '../../../src/wire/schema-table.ts'
import { columnToUtf8 } from '../../../src/wire/transcode.ts'
import type { TestRegistry } from '../../registry/registry.ts'

export const topics = { topics: ['t'], topic: null }
type Config = Readonly<Record<string, string>>
export const avroConverter = (registry: Pick<TestRegistry, 'url'>, config: Config = {}, isKey = false): Converter =>
  createConverter({ className: 'AvroConverter', isKey, config: { 'schema.registry.url': registry.url, 'retries.wait.ms': '1', 'converter.type': isKey ? 'key' : 'value', ...config } })

export type Row = readonly [value: unknown, schema: Schema | null]
/** As a transformation leaves values, or as they come from a connector. */
export type Form = 'objects' | 'packed'
/** The bytes of each row, null for null bytes, or the error. */
export const encodeAll = async (to: Converter, rows: readonly Row[], form: Form = 'objects'): Promise<(Buffer | null | Error)[]> => {
  const table = new SchemaTable()
  const schema = Int32Array.from(rows, ([, each]) => table.indexOf(each))
  const values = rows.map(([value]) => value)
  const column = form === 'objects' ? { kind: form, values } : columnToUtf8(columnOf(values, table))
  const encoded = await to.fromConnect({ count: rows.length, column, schemas: table.schemas, schema }, topics)
  const errors = new Map(encoded.errors.map(({ row, error }) => [row, error]))
  return rows.map((_, row) => {
    const start = encoded.start[row] as number
    return errors.get(row) ?? (start < 0 ? null : Buffer.from(encoded.bytes.subarray(start, encoded.end[row])))
  })
}
export const encodeOne = async (to: Converter, value: unknown, schema: Schema | null): Promise<Buffer> => {
  const [bytes] = await encodeAll(to, [[value, schema]])
  if (!Buffer.isBuffer(bytes)) throw bytes ?? new Error('null bytes')
  return bytes
}
export type Decoded = { readonly value: unknown; readonly schema: Schema | null }
export const decodeAll = async (from: Converter, rows: readonly (Uint8Array | null)[]): Promise<(Decoded | Error)[]> => {
  const table = new SchemaTable()
  const bytes = Buffer.concat(rows.map((row) => row ?? Buffer.alloc(0)))
  const start = new Int32Array(rows.length)
  const end = new Int32Array(rows.length)
  let at = 0
  rows.forEach((row, index) => {
    start[index] = row === null ? -1 : at
    end[index] = row === null ? -1 : (at += row.length)
  })
  const decoded = await from.toConnect([{ count: rows.length, bytes, start, end }], topics, table)
  const values = hostValues(decoded.column, rows.length, table.schemas)
  const errors = new Map(decoded.errors.map(({ row, error }) => [row, error]))
  return rows.map((_, row) => errors.get(row) ?? { value: values[row], schema: table.schemas[decoded.schema === null ? 0 : (decoded.schema[row] as number)] ?? null })
}
export const decodeOne = async (from: Converter, bytes: Uint8Array): Promise<Decoded> => {
  const [decoded] = await decodeAll(from, [bytes])
  if (decoded === undefined || decoded instanceof Error) throw decoded ?? new Error('nothing')
  return decoded
}
