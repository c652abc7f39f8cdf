/** Values as Java's `String.valueOf` prints them: `null`, `{a=1}`, `[1, 2]`, `Struct{a=1}`, `1.0E10`. Bytes print as UTF-8 text. */
import { Decimal, type Schema, Struct } from 'isoconnect'

const decoder = new TextDecoder()

export const javaText = (value: unknown, schema: Schema | null = null): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return schema?.type === 'FLOAT64' || schema?.type === 'FLOAT32' || !Number.isInteger(value) ? floating(value) : String(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return decoder.decode(value)
  if (value instanceof Struct) {
    const fields = value.schema.fields.map((field) => [field, value.at(field.index)] as const).filter(([, item]) => item !== null)
    return `Struct{${fields.map(([field, item]) => `${field.name}=${javaText(item, field.schema)}`).join(',')}}`
  }
  if (Array.isArray(value)) return `[${value.map((item) => javaText(item, schema?.type === 'ARRAY' ? schema.valueSchema : null)).join(', ')}]`
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Decimal) return value.toString()
  const entries: [unknown, unknown][] = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object)
  const inner = schema?.type === 'MAP' ? schema : null
  return `{${entries.map(([key, item]) => `${javaText(key, inner?.keySchema ?? null)}=${javaText(item, inner?.valueSchema ?? null)}`).join(', ')}}`
}

/** Double.toString: a point always, scientific below 1e-3 and from 1e7 on. */
const floating = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}
