/** What Java would print for a value: numbers, lists, maps and structs by their toString, and class names for messages. */
import { dateOfDay } from './java-calendar.ts'
import { isJavaLong, JavaDouble, JavaFloat, JavaFloating } from './java-double.ts'
import { javaDouble, javaFloat } from './java-number.ts'
import { Decimal, msPerDay } from './logical.ts'
import type { Schema } from './schema.ts'
import { Struct } from './struct.ts'

/** A number by its schema; without one an integer prints as a Long, anything else as a Double. */
export const javaNumber = (value: number | bigint, schema: Schema | null): string => {
  if (typeof value === 'bigint') return String(value)
  if (schema?.type === 'FLOAT64') return javaDouble(value)
  if (schema?.type === 'FLOAT32') return javaFloat(value)
  return schema !== null ? integerText(value) : isJavaLong(value) ? BigInt(value).toString() : javaDouble(value)
}
const integerText = (value: number): string => (Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value).toString() : javaDouble(value))

export const javaText = (value: unknown, schema: Schema | null): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return javaNumber(value, schema)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Struct) {
    const fields = value.schema.fields.filter((field) => value.getWithoutDefault(field.name) !== null)
    return `Struct{${fields.map((field) => `${field.name}=${javaText(value.getWithoutDefault(field.name), field.schema)}`).join(',')}}`
  }
  if (value instanceof Decimal || value instanceof JavaFloating) return value.toString()
  if (value instanceof Date) return javaDate(value)
  // Java prints the identity of an array (`[B@1b2c6ec2`), which means nothing; the digits here are those of its length
  if (value instanceof Uint8Array) return `[B@${value.length.toString(16)}`
  if (Array.isArray(value)) return `[${value.map((item) => javaText(item, elementSchema(schema))).join(', ')}]`
  const entries = value instanceof Map ? [...value] : Object.entries(value as Record<string, unknown>)
  return `{${entries.map(([key, item]) => `${javaText(key, schema?.type === 'MAP' ? schema.keySchema : null)}=${javaText(item, elementSchema(schema))}`).join(', ')}}`
}
const elementSchema = (schema: Schema | null): Schema | null => (schema?.type === 'ARRAY' || schema?.type === 'MAP' ? schema.valueSchema : null)

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** java.util.Date.toString, in UTC. */
const javaDate = (date: Date): string => {
  const two = (part: number): string => String(part).padStart(2, '0')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  const { year, month, day } = dateOfDay(Math.floor(date.getTime() / msPerDay))
  return `${days[date.getUTCDay()]} ${months[month - 1]} ${two(day)} ${time} UTC ${year > 0 ? year : 1 - year}`
}

const integerClasses: Readonly<Record<string, string>> = { INT8: 'java.lang.Byte', INT16: 'java.lang.Short', INT32: 'java.lang.Integer', INT64: 'java.lang.Long', FLOAT32: 'java.lang.Float', FLOAT64: 'java.lang.Double' }
/** The Java class a value would have, for messages that Kafka's users know. */
export const javaClassOf = (value: unknown, schema: Schema | null = null): string => {
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? 'java.lang.Long' : 'java.math.BigInteger'
  if (typeof value === 'number') return integerClasses[schema?.type ?? ''] ?? (isJavaLong(value) ? 'java.lang.Long' : 'java.lang.Double')
  if (value instanceof Uint8Array) return '[B'
  if (value instanceof Struct) return 'org.apache.kafka.connect.data.Struct'
  if (value instanceof Date) return 'java.util.Date'
  if (value instanceof Decimal) return 'java.math.BigDecimal'
  if (value instanceof JavaFloat) return 'java.lang.Float'
  if (value instanceof JavaDouble) return 'java.lang.Double'
  return Array.isArray(value) ? 'java.util.ArrayList' : 'java.util.HashMap'
}
