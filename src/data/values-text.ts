/** Kafka's `Values.convertToString`: the text of a value in headers, which `parseString` reads back. */
import { DataException } from './errors.ts'
import { JavaFloating } from './java-double.ts'
import { javaClassOf, javaNumber, javaText } from './java-text.ts'
import { Decimal } from './logical.ts'
import type { Schema } from './schema.ts'
import { isPlainObject, Struct } from './struct.ts'
import { temporalText } from './temporal-text.ts'

/** The schema tells a Double from a Long; the text depends on nothing else of it. Null stays null. */
export const convertToString = (schema: Schema | null, value: unknown): string | null => (value === null || value === undefined ? null : valueText(value, schema, false))

/** Texts and bytes inside containers are quoted. */
const valueText = (value: unknown, schema: Schema | null, embedded: boolean): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return embedded ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : value
  if (typeof value === 'number' || typeof value === 'bigint') return javaNumber(value, schema)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return embedded ? `"${value.toBase64()}"` : value.toBase64()
  if (value instanceof Decimal || value instanceof JavaFloating) return value.toString()
  if (value instanceof Date) return temporalText(value)
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, schema?.type === 'ARRAY' ? schema.valueSchema : null, true)).join(',')}]`
  if (value instanceof Struct) return `{${value.schema.fields.map((field) => `${valueText(field.name, null, true)}:${valueText(value.get(field.name), field.schema, true)}`).join(',')}}`
  if (!(value instanceof Map) && !isPlainObject(value)) throw new DataException(`Failed to serialize unexpected value type ${javaClassOf(value)}: ${javaText(value, schema)}`)
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value)
  const [keys, items] = schema?.type === 'MAP' ? [schema.keySchema, schema.valueSchema] : [null, null]
  return `{${entries.map(([key, item]) => `${valueText(key, keys, true)}:${valueText(item, items, true)}`).join(',')}}`
}
