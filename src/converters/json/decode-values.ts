/** Columns of structs and schemaless objects: most rows go from JSON bytes into the column directly (scan.ts), the others the long way. */
import { isUtf8 } from 'node:buffer'
import type { SchemaTable } from '../../wire/schema-table.ts'
import { Utf8Texts } from '../../wire/utf8-texts.ts'
import { ValuesWriter } from '../../wire/values.ts'
import { asBuffer, countOf } from '../columns.ts'
import { asConnectException } from '../encode-rows.ts'
import type { ByteRanges, DecodedColumn, RowError } from '../types.ts'
import type { JsonReader } from './reader.ts'
import type { ScanPlans } from './scan-plans.ts'
import { JsonScanner } from './scan.ts'

const brace = 0x7d

export const decodeValuesColumn = (parts: readonly ByteRanges[], reader: JsonReader, plans: ScanPlans, schemas: SchemaTable): DecodedColumn =>
  decode(parts, reader, plans, schemas, false) ?? (decode(parts, reader, plans, schemas, true) as DecodedColumn)

/** Null when some text was not UTF-8: then everything is read again with `careful`, to find out whose. */
const decode = (parts: readonly ByteRanges[], reader: JsonReader, plans: ScanPlans, schemas: SchemaTable, careful: boolean): DecodedColumn | null => {
  const texts = new Utf8Texts(plans.expectedTextBytes)
  const writer = new ValuesWriter(schemas, texts, plans.expectedBytes)
  const scanner = new JsonScanner(writer, texts, plans, careful)
  const index = new Int32Array(countOf(parts)).fill(-1)
  const errors: RowError[] = []
  let row = 0
  let hasSchemas = false
  for (const part of parts) {
    const bytes = asBuffer(part.bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < part.count; at++, row++) {
      const start = part.start[at] as number
      const end = part.end[at] as number
      const head = start < 0 ? null : reader.headAt(view, start)
      if (head !== null && (head.tailLength === 0 || bytes[end - 1] === brace) && scanner.scan(bytes, start + head.length, end - head.tailLength, head.schema)) {
        index[row] = schemas.indexOf(head.schema)
      } else if (start < 0) writer.write(null)
      else {
        const length = writer.length
        const count = texts.count
        try {
          const { schema, value } = reader.read(bytes, start, end)
          writer.write(value)
          index[row] = schemas.indexOf(schema)
        } catch (error) {
          writer.rollback(length)
          texts.rollback(count)
          writer.write(null)
          errors.push({ row, error: asConnectException(error) })
        }
      }
      hasSchemas ||= (index[row] as number) >= 0
    }
  }
  const column = writer.finish()
  if (!careful && (column.strings.kind !== 'utf8' || !isUtf8(column.strings.bytes))) return null
  plans.expect(column.data.length, texts.length)
  return { count: row, column, schema: hasSchemas && index.every((entry) => entry === 0) ? null : index, errors }
}
