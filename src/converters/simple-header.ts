/**
 * org.apache.kafka.connect.storage.SimpleHeaderConverter: values as text, text as the narrowest value (contract: data model §5).
 * Read here: null, booleans, numbers and strings. Texts that look like lists, maps or dates stay strings for now.
 */
import { Decimal } from '../data/logical.ts'
import { schemas } from '../data/schema-builder.ts'
import { SchemaBuilder } from '../data/schema-builder.ts'
import type { Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import { rangesOf, Scratch } from './columns.ts'
import { decodeRows, encodeRows, type SchemaAndValue } from './encode-rows.ts'
import { javaNumber } from './java-text.ts'
import type { MakeConverter } from './types.ts'

export const simpleHeaderConverter: MakeConverter = () => {
  const scratch = new Scratch()
  return {
    className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    fromConnect(values) {
      if (values.column.kind === 'utf8') return rangesOf(values.column.lengths, values.column.bytes)
      return encodeRows(values, scratch, (value, schema, to) => {
        if (value === null) return false
        to.utf8(headerText(value, schema, false))
        return true
      })
    },
    toConnect: (parts, _topics, table) => decodeRows(parts, table, (bytes, start, end) => parseHeader(bytes.toString('utf8', start, end)), nothing),
  }
}
const nothing: SchemaAndValue = { schema: null, value: null }

/** Values.convertToString: texts inside containers are quoted. */
export const headerText = (value: unknown, schema: Schema | null, embedded: boolean): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return embedded ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : value
  if (typeof value === 'number' || typeof value === 'bigint') return javaNumber(value, schema)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return embedded ? `"${value.toBase64()}"` : value.toBase64()
  if (value instanceof Decimal) return value.toString()
  if (value instanceof Date) return dateText(value)
  if (Array.isArray(value)) return `[${value.map((item) => headerText(item, schema?.type === 'ARRAY' ? schema.valueSchema : null, true)).join(',')}]`
  if (value instanceof Struct) return `{${value.schema.fields.map((field) => `"${field.name}":${headerText(value.get(field.name), field.schema, true)}`).join(',')}}`
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value)
  const [keys, items] = schema?.type === 'MAP' ? [schema.keySchema, schema.valueSchema] : [null, null]
  return `{${entries.map(([key, item]) => `${headerText(key, keys, true)}:${headerText(item, items, true)}`).join(',')}}`
}
const dateText = (date: Date): string => {
  const iso = date.toISOString()
  if (date.getTime() < 86_400_000) return iso.slice(11)
  return date.getTime() % 86_400_000 === 0 ? iso.slice(0, 10) : iso
}

const numeric = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Values.parseString for what this version reads. */
export const parseHeader = (text: string): SchemaAndValue => {
  const string: SchemaAndValue = { schema: schemas.STRING_SCHEMA, value: text }
  const trimmed = text.trim()
  if (trimmed === '') return string
  if (trimmed === 'null') return nothing
  if (trimmed === 'true' || trimmed === 'false') return { schema: schemas.BOOLEAN_SCHEMA, value: trimmed === 'true' }
  // only the first token counts when it is a number: `1:2` is 1
  const [token = ''] = /^[^:,{}[\]"]*/.exec(trimmed) ?? []
  const first = token.trim()
  return /^[\d+-]/.test(first) && numeric.test(first) && !/^[,{}[\]"]/.test(trimmed.slice(token.length)) ? numberOf(first) : string
}

const numberOf = (text: string): SchemaAndValue => {
  const decimal = Decimal.parse(text)
  const whole = wholeOf(decimal)
  if (whole !== null && BigInt.asIntN(64, whole) === whole) {
    const value = Number(whole)
    if (whole >= -128n && whole <= 127n) return { schema: schemas.INT8_SCHEMA, value }
    if (whole >= -32768n && whole <= 32767n) return { schema: schemas.INT16_SCHEMA, value }
    if (BigInt.asIntN(32, whole) === whole) return { schema: schemas.INT32_SCHEMA, value }
    return { schema: schemas.INT64_SCHEMA, value: Number.isSafeInteger(value) ? value : whole }
  }
  const double = Number(text)
  const float = Math.fround(double)
  if (Number.isFinite(float) && decimal.scale !== 0) return { schema: schemas.FLOAT32_SCHEMA, value: float }
  if (Number.isFinite(double) && decimal.scale !== 0) return { schema: schemas.FLOAT64_SCHEMA, value: double }
  return { schema: SchemaBuilder.decimal(decimal.scale).build(), value: decimal }
}
/** The integer a decimal stands for (`1.0`, `1e3`), or null when it has a fraction. */
const wholeOf = ({ unscaled, scale }: Decimal): bigint | null => {
  if (scale <= 0) return scale < -20 ? null : unscaled * 10n ** BigInt(-scale)
  if (unscaled === 0n) return 0n
  if (scale > 400) return null
  const unit = 10n ** BigInt(scale)
  return unscaled % unit === 0n ? unscaled / unit : null
}
