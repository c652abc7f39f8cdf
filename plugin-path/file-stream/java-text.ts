/** A value as Java's `toString` writes it: `null`, `1.0`, `{a=1, b=x}`, `[1, 2]`, `Struct{a=1}`. Bytes are written as the text they are. */
import { Decimal, type Schema, Struct } from 'isoconnect'

const isFloat = (schema: Schema | null | undefined): boolean => schema?.type === 'FLOAT32' || schema?.type === 'FLOAT64'

export const javaText = (value: unknown, schema: Schema | null = null): string => {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return Number.isSafeInteger(value) && !isFloat(schema) ? String(value) : javaDouble(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value === null || value === undefined ? 'null' : objectText(value, schema)
  }
}

const objectText = (value: object, schema: Schema | null): string => {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
  if (value instanceof Date) return javaDate(value)
  if (value instanceof Decimal) return value.toString()
  if (value instanceof Struct) {
    const shown = value.schema.fields.flatMap((field) => {
      const item = value.getWithoutDefault(field.name)
      return item === null ? [] : [`${field.name}=${javaText(item, field.schema)}`]
    })
    return `Struct{${shown.join(',')}}`
  }
  const inner = schema?.type === 'ARRAY' || schema?.type === 'MAP' ? schema.valueSchema : null
  if (Array.isArray(value)) return `[${value.map((item) => javaText(item, inner)).join(', ')}]`
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : Object.entries(value)
  const keySchema = schema?.type === 'MAP' ? schema.keySchema : null
  return `{${entries.map(([key, item]) => `${javaText(key, keySchema)}=${javaText(item, inner)}`).join(', ')}}`
}

/** Double.toString: `1.0`, `0.05`, `1.0E10`. */
export const javaDouble = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** java.util.Date's: `Thu Jan 01 00:00:00 UTC 1970`. */
const javaDate = (date: Date): string => {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} UTC ${date.getUTCFullYear()}`
}
