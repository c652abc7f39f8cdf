/** One value as another primitive type, by Java's rules: narrowing of numbers, its parsers of numbers, its texts. */
import { dateText } from '../data/connect-values.ts'
import { DataException } from '../data/errors.ts'
import { doubleOf, floatOf, heldLong, isJavaNumber, type JavaNumber, longOf, narrow, parseBigDecimal } from '../data/java-cast.ts'
import { isJavaLong, JavaFloating, schemalessDouble, schemalessFloat } from '../data/java-double.ts'
import { readFloating } from '../data/java-number.ts'
import { javaClassOf, javaText } from '../data/java-text.ts'
import { dateName, fromLogical, timeName, timestampName } from '../data/logical.ts'
import type { Schema } from '../data/schema.ts'
import type { SchemaTypeName } from '../data/schema-type.ts'
import { isPlainObject, Struct } from '../data/struct.ts'

export type CastTarget = 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT32' | 'FLOAT64' | 'BOOLEAN' | 'STRING'
const targets: ReadonlySet<string> = new Set<CastTarget>(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING'])
export const isCastTarget = (type: string): type is CastTarget => targets.has(type)

/** The type of a value by its class, as ConnectSchema.schemaType has it; null for dates and decimals, which have none. */
export const typeByClass = (value: unknown): SchemaTypeName | null => {
  if (typeof value === 'string') return 'STRING'
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof JavaFloating) return 'INT64'
  if (value instanceof Uint8Array) return 'BYTES'
  if (value instanceof Struct) return 'STRUCT'
  if (Array.isArray(value)) return 'ARRAY'
  return value instanceof Map || isPlainObject(value) ? 'MAP' : null
}

export const castValue = (schema: Schema | null, value: unknown, target: CastTarget): unknown => {
  if (value === null || value === undefined) return null
  const type = schema?.type ?? typeByClass(value)
  if (type === null) throw new DataException(`Cast transformation was passed a value of type class ${javaClassOf(value)} which is not supported by Connect's data API`)
  if (type !== 'BYTES' && !isCastTarget(type)) {
    throw new DataException(`Cast transformation does not support casting from ${type}; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]`)
  }
  if (target === 'STRING') return castToString(schema, value)
  return castTo(schema, schema === null ? value : encodeLogical(schema, value), target)
}

const encodeLogical = (schema: Schema, value: unknown): unknown =>
  schema.name === dateName || schema.name === timeName || schema.name === timestampName ? fromLogical(schema, value) : value

const castToString = (schema: Schema | null, value: unknown): string => {
  if (value instanceof Date) return dateText(value)
  return value instanceof Uint8Array ? value.toBase64() : javaText(value, schema)
}

const castTo = (schema: Schema | null, value: unknown, target: Exclude<CastTarget, 'STRING'>): unknown => {
  if (typeof value === 'boolean') return target === 'BOOLEAN' ? value : target === 'FLOAT32' || target === 'FLOAT64' ? floating(schema, value ? 1 : 0, target) : value ? 1 : 0
  if (typeof value === 'string') return castText(schema, value, target)
  if (!isJavaNumber(value)) throw new DataException(`Unexpected type in Cast transformation: class ${javaClassOf(value, schema)}`)
  switch (target) {
    case 'INT8':
      return narrow(intOf(schema, value), 8)
    case 'INT16':
      return narrow(intOf(schema, value), 16)
    case 'INT32':
      return narrow(intOf(schema, value), 32)
    case 'INT64':
      return heldLong(longOf(value))
    case 'FLOAT32':
      return floating(schema, floatOf(value), target)
    case 'FLOAT64':
      return floating(schema, doubleOf(value), target)
    case 'BOOLEAN':
      return longOf(value) !== 0n
  }
}
/** Without a schema a box keeps a float or double apart from a long. */
const floating = (schema: Schema | null, value: number, target: 'FLOAT32' | 'FLOAT64'): unknown =>
  schema !== null ? value : target === 'FLOAT32' ? schemalessFloat(value) : schemalessDouble(value)

const isFloating = (schema: Schema | null, value: JavaNumber): boolean =>
  value instanceof JavaFloating || (typeof value === 'number' && (schema === null ? !isJavaLong(value) : schema.type === 'FLOAT32' || schema.type === 'FLOAT64'))
/** Floating numbers go by way of an int that ends at its limits, whole ones keep their low bits. */
const intOf = (schema: Schema | null, value: JavaNumber): bigint => {
  const long = longOf(value)
  if (!isFloating(schema, value)) return long
  return long > 0x7fff_ffffn ? 0x7fff_ffffn : long < -0x8000_0000n ? -0x8000_0000n : long
}

const bits = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const
const castText = (schema: Schema | null, text: string, target: Exclude<CastTarget, 'STRING'>): unknown => {
  if (target === 'BOOLEAN') return text.toLowerCase() === 'true'
  if (target === 'FLOAT32' || target === 'FLOAT64') return floating(schema, parseFloating(text, target), target)
  if (!/^[+-]?\p{Nd}+$/u.test(text)) throw outOfRange(text)
  const value = parseBigDecimal(text)?.unscaled ?? 0n
  if (BigInt.asIntN(bits[target], value) !== value) throw outOfRange(text)
  return target === 'INT64' ? heldLong(value) : Number(value)
}
const outOfRange = (text: string): DataException => new DataException(`Value (${text}) was out of range for requested data type`)

const parseFloating = (text: string, target: 'FLOAT32' | 'FLOAT64'): number => {
  const found = readFloating(text)
  if (found === null) throw outOfRange(text)
  if (target === 'FLOAT64') return found.double
  const decimal = found.digits === null ? null : parseBigDecimal(found.digits)
  // a decimal has no -0, and its exponent has limits that a float's text has not
  return decimal === null || decimal.unscaled === 0n ? Math.fround(found.double) : floatOf(decimal)
}
