/**
 * Kafka's `Values.convertTo…`: a value as another Connect type. Strings are read by `parse` (that is `parseString`; values-parse.ts needs
 * these conversions itself). Throws DataException in Kafka's words.
 */
import { DataException } from './errors.ts'
import { doubleOf, floatOf, heldLong, isJavaNumber, longOf, narrow, parseBigDecimal } from './java-cast.ts'
import { JavaFloating } from './java-double.ts'
import { javaClassOf, javaText } from './java-text.ts'
import { dateName, Decimal, decimalName, fromLogical, msPerDay, timeName, timestampName, toLogical } from './logical.ts'
import { javaDouble } from './java-number.ts'
import { SchemaBuilder } from './schema-builder.ts'
import { Schema } from './schema.ts'
import { isPlainObject, Struct } from './struct.ts'
import { convertToString } from './values-text.ts'

export type SchemaAndValue = { readonly schema: Schema | null; readonly value: unknown }
export type ParseString = (text: string) => SchemaAndValue

const fixed = {
  date: SchemaBuilder.date().build(), time: SchemaBuilder.time().build(), timestamp: SchemaBuilder.timestamp().build(),
  array: SchemaBuilder.array(SchemaBuilder.string().build()).build(), map: SchemaBuilder.map(SchemaBuilder.string().build(), SchemaBuilder.string().build()).build(),
  struct: SchemaBuilder.struct().build(),
}
const nullRefused = 'Unable to convert a null value to a schema that requires a value'
const refuse = (value: unknown, from: Schema | null, to: string): DataException => new DataException(`Unable to convert ${javaText(value, from)} (class ${javaClassOf(value, from)}) to ${to}`)
const required = (value: unknown): void => {
  if (value === null || value === undefined) throw new DataException(nullRefused)
}

/** A long of a number, a number's text, or what a date counts. */
const asLong = (value: unknown, from: Schema | null): bigint => {
  if (isJavaNumber(value)) return longOf(value)
  if (typeof value === 'string') {
    const decimal = parseBigDecimal(value)
    if (decimal !== null) return longOf(decimal)
  }
  if (value instanceof Date && (from?.name === dateName || from?.name === timeName || from?.name === timestampName)) return BigInt(fromLogical(from, value) as number)
  throw refuse(value, from, from === null ? 'a number' : from.toString())
}
const asNumber = (value: unknown, from: Schema | null): number | bigint | Decimal | JavaFloating => {
  if (isJavaNumber(value)) return value
  return (typeof value === 'string' ? parseBigDecimal(value) : null) ?? asLong(value, from)
}

export const convertToByte = (from: Schema | null, value: unknown): number | null => (value == null ? null : narrow(asLong(value, from), 8))
export const convertToShort = (from: Schema | null, value: unknown): number | null => (value == null ? null : narrow(asLong(value, from), 16))
export const convertToInteger = (from: Schema | null, value: unknown): number | null => (value == null ? null : narrow(asLong(value, from), 32))
export const convertToLong = (from: Schema | null, value: unknown): number | bigint | null => (value == null ? null : heldLong(asLong(value, from)))
/** Java takes a Float by way of the double. */
export const convertToFloat = (from: Schema | null, value: unknown): number | null => (value == null ? null : floatOf(doubleOf(asNumber(value, from))))
export const convertToDouble = (from: Schema | null, value: unknown): number | null => (value == null ? null : doubleOf(asNumber(value, from)))

export const convertToBoolean = (from: Schema | null, value: unknown, parse: ParseString): boolean | null => {
  if (value == null) return null
  const { value: flag } = parsed(from, value, parse)
  return typeof flag === 'boolean' ? flag : asLong(value, from) !== 0n
}

/** To a Decimal of this scale; a Decimal keeps its own. */
export const convertToDecimal = (value: unknown, to: Schema): Decimal => {
  required(value)
  if (value instanceof Uint8Array) return toLogical(to, value) as Decimal
  if (value instanceof Decimal) return value
  if (isJavaNumber(value)) {
    // BigDecimal.valueOf(double) takes the digits that Double.toString prints
    const decimal = parseBigDecimal(javaDouble(doubleOf(value)))
    if (decimal !== null) return decimal
  }
  const decimal = typeof value === 'string' ? parseBigDecimal(value) : null
  if (decimal === null) throw refuse(value, null, to.toString())
  return decimal
}
const convertToBytes = (value: unknown, to: Schema): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if (value instanceof Decimal) return fromLogical(new Schema({ type: 'BYTES', name: decimalName, parameters: to.parameters }), value) as Uint8Array
  throw refuse(value, null, to.toString())
}

/** A string as what it says, with the schema of that. */
const parsed = (from: Schema | null, value: unknown, parse: ParseString): SchemaAndValue => (typeof value === 'string' ? parse(value) : { schema: from, value })

type Temporal = { readonly to: Schema; readonly same: string; readonly fromTimestamp?: (ms: number) => unknown; readonly fromOther?: boolean }
const temporal = (from: Schema | null, given: unknown, parse: ParseString, { to, same, fromTimestamp, fromOther }: Temporal): Date => {
  required(given)
  const { value } = parsed(from, given, parse)
  if (value instanceof Date) {
    if (from === null || from.name === same) return value
    if (from.name === timestampName && fromTimestamp) return toLogical(to, fromTimestamp(value.getTime())) as Date
    if (fromOther && from.name === dateName) return new Date((fromLogical(from, value) as number) * msPerDay)
    if (fromOther && from.name === timeName) return new Date(fromLogical(from, value) as number)
  }
  required(value)
  const long = asLong(value, from)
  return toLogical(to, same === timestampName ? Number(long) : narrow(long, 32)) as Date
}
/** A timestamp gives its day, cut towards 1970. */
export const convertToDate = (from: Schema | null, value: unknown, parse: ParseString, to: Schema = fixed.date): Date =>
  temporal(from, value, parse, { to, same: dateName, fromTimestamp: (ms) => Math.trunc(ms / msPerDay) })
export const convertToTime = (from: Schema | null, value: unknown, parse: ParseString, to: Schema = fixed.time): Date =>
  temporal(from, value, parse, { to, same: timeName, fromTimestamp: (ms) => ((ms % msPerDay) + msPerDay) % msPerDay })
export const convertToTimestamp = (from: Schema | null, value: unknown, parse: ParseString, to: Schema = fixed.timestamp): Date =>
  temporal(from, value, parse, { to, same: timestampName, fromOther: true })

export const convertToList = (from: Schema | null, given: unknown, parse: ParseString, to: Schema = fixed.array): readonly unknown[] => {
  required(given)
  const { schema, value } = parsed(from, given, parse)
  if (Array.isArray(value)) return value
  throw refuse(value, schema, to.toString())
}
export const convertToMap = (from: Schema | null, given: unknown, parse: ParseString, to: Schema = fixed.map): ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>> => {
  required(given)
  const { schema, value } = parsed(from, given, parse)
  if (value instanceof Map || isPlainObject(value)) return value
  throw refuse(value, schema, to.toString())
}
export const convertToStruct = (from: Schema | null, value: unknown, to: Schema = fixed.struct): Struct => {
  required(value)
  if (value instanceof Struct) return value
  throw refuse(value, from, to.toString())
}

/** `Values.convertTo(toSchema, fromSchema, value)`. */
export const convertTo = (to: Schema, from: Schema | null, value: unknown, parse: ParseString): unknown => {
  if (value === null || value === undefined) {
    if (to.isOptional) return null
    throw new DataException(nullRefused)
  }
  switch (to.type) {
    case 'BYTES':
      return to.name === decimalName ? convertToDecimal(value, to) : convertToBytes(value, to)
    case 'STRING':
      return convertToString(from, value)
    case 'BOOLEAN':
      return convertToBoolean(from, value, parse)
    case 'INT8':
      return convertToByte(from, value)
    case 'INT16':
      return convertToShort(from, value)
    case 'INT32':
      return to.name === dateName ? convertToDate(from, value, parse, to) : to.name === timeName ? convertToTime(from, value, parse, to) : convertToInteger(from, value)
    case 'INT64':
      return to.name === timestampName ? convertToTimestamp(from, value, parse, to) : convertToLong(from, value)
    case 'FLOAT32':
      return convertToFloat(from, value)
    case 'FLOAT64':
      return convertToDouble(from, value)
    case 'ARRAY':
      return convertToList(from, value, parse, to)
    case 'MAP':
      return convertToMap(from, value, parse, to)
    case 'STRUCT':
      return convertToStruct(from, value, to)
  }
}
