/** A Connect value as JSON text, as Kafka's JsonConverter writes it: its numbers, its escapes, its order, its errors. */
import { DataException } from '../../data/errors.ts'
import { isJavaLong, JavaFloating } from '../../data/java-double.ts'
import { dateName, Decimal, decimalName, fromLogical, timeName, timestampName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { isIntegerOf, Struct, takesText } from '../../data/struct.ts'
import { javaDouble, javaFloat } from '../../data/java-number.ts'
import { javaClassOf, javaNumber } from '../../data/java-text.ts'

export type JsonOptions = { readonly decimalNumeric: boolean; readonly replaceNullWithDefault: boolean }

export const writeJson = (value: unknown, schema: Schema | null, options: JsonOptions): string => {
  if (value === null || value === undefined) return nullText(schema, options)
  if (schema === null) return schemaless(value, options)
  const logical = logicalText(value, schema, options)
  if (logical !== null) return logical
  const text = typedText(value, schema, options)
  if (text === null) throw new DataException(`Invalid type for ${schema.type}: class ${javaClassOf(value)}`, { hint: takesText(schema) })
  return text
}

const nullText = (schema: Schema | null, options: JsonOptions): string => {
  if (schema === null) return 'null'
  if (schema.defaultValue !== undefined && options.replaceNullWithDefault) return writeJson(schema.defaultValue, schema, options)
  if (schema.isOptional) return 'null'
  throw new DataException('Conversion error: null value for field that is required and has no default value')
}

const logicalText = (value: unknown, schema: Schema, options: JsonOptions): string | null => {
  switch (schema.name) {
    case decimalName:
      if (!(value instanceof Decimal)) throw new DataException(`Invalid type for Decimal, expected BigDecimal but was class ${javaClassOf(value, schema)}`, { hint: takesText(schema) })
      return options.decimalNumeric ? value.toString() : `"${(fromLogical(schema, value) as Uint8Array).toBase64()}"`
    case dateName:
    case timeName:
    case timestampName:
      if (!(value instanceof Date)) throw new DataException(`Invalid type for ${schema.name.slice(schema.name.lastIndexOf('.') + 1)}, expected Date but was class ${javaClassOf(value, schema)}`, { hint: takesText(schema) })
      return String(fromLogical(schema, value))
    default:
      return null
  }
}

/** Null when the value is not of the schema's type. */
const typedText = (value: unknown, schema: Schema, options: JsonOptions): string | null => {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      return isIntegerOf(schema.type, value) ? String(value) : schema.type === 'INT64' && typeof value === 'number' && isJavaLong(value) ? String(BigInt(value)) : null
    case 'FLOAT32':
    case 'FLOAT64':
      return typeof value === 'number' ? floatText(schema.type === 'FLOAT32' ? javaFloat(value) : javaDouble(value)) : null
    case 'BOOLEAN':
      return typeof value === 'boolean' ? String(value) : null
    case 'STRING':
      return typeof value === 'string' ? quoted(value) : null
    case 'BYTES':
      if (value instanceof Uint8Array) return `"${value.toBase64()}"`
      throw new DataException(`Invalid type for bytes type: class ${javaClassOf(value)}`)
    case 'ARRAY':
      return Array.isArray(value) ? `[${value.map((item) => writeJson(item, schema.valueSchema, options)).join(',')}]` : null
    case 'MAP':
      return value instanceof Map || isObject(value) ? mapText(value, schema.keySchema, schema.valueSchema, options) : null
    case 'STRUCT':
      if (!(value instanceof Struct)) return null
      if (!value.schema.equals(schema)) throw new DataException('Mismatching schema.')
      return `{${schema.fields.map((field) => `${quoted(field.name)}:${writeJson(value.getWithoutDefault(field.name), field.schema, options)}`).join(',')}}`
  }
}

const schemaless = (value: unknown, options: JsonOptions): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return floatText(javaNumber(value, null))
  if (typeof value === 'boolean' || isIntegerOf('INT64', value)) return String(value)
  if (value instanceof Uint8Array) return `"${value.toBase64()}"`
  if (value instanceof JavaFloating) return floatText(value.toString())
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, null, options)).join(',')}]`
  if (value instanceof Struct) throw new DataException('Mismatching schema.')
  if (value instanceof Map || isObject(value)) return mapText(value, null, null, options)
  throw new DataException(`Java class class ${javaClassOf(value)} does not have corresponding schema type.`, { hint: 'a Date or a Decimal needs a schema, a bigint without one has at most 64 bits' })
}

/** With text keys an object, else a list of pairs. */
const mapText = (map: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>, keySchema: Schema | null, valueSchema: Schema | null, options: JsonOptions): string => {
  const entries: readonly (readonly [unknown, unknown])[] = map instanceof Map ? [...map] : Object.entries(map)
  const asObject = keySchema === null ? entries.every(([key]) => typeof key === 'string') : keySchema.type === 'STRING'
  if (asObject) {
    const keyText = (key: unknown): string => (typeof key === 'string' ? quoted(key) : nameOf(writeJson(key, keySchema, options)))
    return `{${entries.map(([key, item]) => `${keyText(key)}:${writeJson(item, valueSchema, options)}`).join(',')}}`
  }
  return `[${entries.map(([key, item]) => `[${writeJson(key, keySchema, options)},${writeJson(item, valueSchema, options)}]`).join(',')}]`
}

/** The name that a null key gets: the default of its schema, or `null`. */
const nameOf = (json: string): string => (json.startsWith('"') ? json : `"${json}"`)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
/** What JSON has no number for is a text, as Jackson writes it. */
const floatText = (text: string): string => (/[a-z]/.test(text) ? `"${text}"` : text)

/** Jackson's escapes: upper-case hex, surrogates escaped, `/` and everything else of the BMP raw. */
export const quoted = (text: string): string => {
  const json = JSON.stringify(text)
  // as short as it can be: nothing was escaped; astral characters JSON.stringify leaves raw
  return json.length === text.length + 2 && !/[\ud800-\udfff]/.test(json)
    ? json
    : json.replaceAll(/\\u[0-9a-f]{4}|[\ud800-\udfff]|\\\\/g, (found) =>
        found.length === 6 ? `\\u${found.slice(2).toUpperCase()}` : found.length === 2 ? found : `\\u${found.charCodeAt(0).toString(16).toUpperCase()}`)
}
