/**
 * The forms in which TimestampConverter knows a timestamp, and the way from one to another: by way of a raw value, milliseconds since
 * the epoch. That is a number, or a bigint beyond exact numbers: Java's Date holds any long, JavaScript's ends after 273,790 years.
 */
import { ConnectException, DataException } from '../data/errors.ts'
import { heldLong } from '../data/java-cast.ts'
import { isJavaLong } from '../data/java-double.ts'
import { javaClassOf } from '../data/java-text.ts'
import { dateName, msPerDay, timeName, timestampName } from '../data/logical.ts'
import type { Schema } from '../data/schema.ts'
import { SchemaBuilder, schemas } from '../data/schema-builder.ts'
import { NullPointerException } from './java-errors.ts'
import type { SimpleDateFormat } from './simple-date-format.ts'

export type TimestampForm = 'string' | 'unix' | 'Date' | 'Time' | 'Timestamp'
type Raw = number | bigint
type Form = {
  /** Throws DataException for a value that has not the form. `schema` is that of the value. */
  readonly toRaw: (value: unknown, schema: Schema | null) => Raw
  readonly fromRaw: (raw: Raw) => unknown
  readonly schema: (optional: boolean) => Schema
}
export type TimestampForms = Readonly<Record<TimestampForm, Form>>

/** Units in a millisecond, or (seconds) milliseconds in a unit. */
const units = { nanoseconds: 1_000_000n, microseconds: 1000n, milliseconds: 1n, seconds: 1000n } as const
export const unixPrecisions = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const satisfies readonly (keyof typeof units)[]

export const formBySchema = (schema: Schema): TimestampForm | null => {
  if (schema.name === timestampName) return 'Timestamp'
  if (schema.name === dateName) return 'Date'
  if (schema.name === timeName) return 'Time'
  if (schema.type === 'STRING') return 'string'
  return schema.type === 'INT64' ? 'unix' : null
}
export const unknownForm = (schema: Schema): never => {
  throw new ConnectException(`Schema ${schema.toString()} does not correspond to a known timestamp type format`)
}
export const formByClass = (value: unknown): TimestampForm => {
  if (value instanceof Date) return 'Timestamp'
  if (isLong(value, null)) return 'unix'
  if (typeof value === 'string') return 'string'
  throw new DataException(`TimestampConverter does not support class ${javaClassOf(value)} objects as timestamps`)
}
const isLong = (value: unknown, schema: Schema | null): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && (schema === null ? isJavaLong(value) : schema.type === 'INT64'))

const pair = (make: () => SchemaBuilder): Form['schema'] => {
  const optional = make().optional().build()
  const required = make().build()
  return (isOptional) => (isOptional ? optional : required)
}
const dateSchema = pair(() => SchemaBuilder.date())
const timeSchema = pair(() => SchemaBuilder.time())
const timestampSchema = pair(() => SchemaBuilder.timestamp())

const maxLong = 2n ** 63n - 1n
/** TimeUnit's conversions: cut towards zero, ending at the limits of a long. */
const saturated = (value: bigint): Raw => heldLong(value > maxLong ? maxLong : value < -maxLong - 1n ? -maxLong - 1n : value)
const scaled = (value: Raw, unit: bigint, up: boolean): Raw => {
  if (unit === 1n) return value
  if (typeof value === 'number' && !up) return Math.trunc(value / Number(unit)) + 0 // no -0
  const product = typeof value === 'number' ? value * Number(unit) : NaN
  if (Number.isSafeInteger(product)) return product
  return saturated(up ? BigInt(value) * unit : BigInt(value) / unit)
}

const dateOf = (raw: Raw): Date => {
  const date = new Date(Number(raw))
  if (Number.isNaN(date.getTime())) throw new DataException(`The timestamp of ${raw} milliseconds is beyond what a date can be here (273,790 years from 1970)`)
  return date
}
const logical = (name: string, schema: Form['schema'], fromMs: (ms: number) => number): Form => ({
  schema,
  toRaw: (value, of) => {
    if (!(value instanceof Date)) throw new DataException(`Expected ${name} to be a java.util.Date, but found class ${javaClassOf(value, of)}`)
    return value.getTime()
  },
  fromRaw: (raw) => new Date(fromMs(dateOf(raw).getTime())),
})

/** `format` is null when none is configured. */
export const createTimestampForms = (format: SimpleDateFormat | null, precision: string): TimestampForms => {
  const unit = units[precision as keyof typeof units]
  const inSeconds = precision === 'seconds'
  const needed = (): SimpleDateFormat => {
    if (format === null) throw new NullPointerException('The timestamp is a text and there is no `format` to read it by')
    return format
  }
  return {
    string: {
      schema: (optional) => (optional ? schemas.OPTIONAL_STRING_SCHEMA : schemas.STRING_SCHEMA),
      toRaw: (value, of) => {
        if (typeof value !== 'string') throw new DataException(`Expected string timestamp to be a String, but found class ${javaClassOf(value, of)}`)
        const parsed = needed().parse(value)
        if (parsed === null) throw new DataException(`Could not parse timestamp: value (${value}) does not match pattern (${needed().pattern})`)
        return parsed
      },
      fromRaw: (raw) => needed().format(dateOf(raw).getTime()),
    },
    unix: {
      schema: (optional) => (optional ? schemas.OPTIONAL_INT64_SCHEMA : schemas.INT64_SCHEMA),
      toRaw: (value, of) => {
        if (!isLong(value, of)) throw new DataException(`Expected Unix timestamp to be a Long, but found class ${javaClassOf(value, of)}`)
        return scaled(value, unit, inSeconds)
      },
      fromRaw: (raw) => scaled(raw, unit, !inSeconds),
    },
    Date: logical('Date', dateSchema, (ms) => Math.floor(ms / msPerDay) * msPerDay),
    Time: logical('Time', timeSchema, (ms) => ((ms % msPerDay) + msPerDay) % msPerDay),
    Timestamp: logical('Timestamp', timestampSchema, (ms) => ms),
  }
}
