/** Kafka's `Values.parseString`: the value that a text most likely stands for (contract: data model §5). */
import { javaTrim } from './config-parse.ts'
import { DataException } from './errors.ts'
import { doubleOf, floatOf, heldLong, longOf, parseBigDecimal } from './java-cast.ts'
import { JavaFloat, schemalessDouble } from './java-double.ts'
import { dateName, Decimal, timeName, timestampName } from './logical.ts'
import { SchemaBuilder, schemas } from './schema-builder.ts'
import type { Schema } from './schema.ts'
import { parseTemporal } from './temporal-text.ts'
import { convertTo, type SchemaAndValue } from './values-convert.ts'
import { isBlank, Tokens } from './values-tokens.ts'

const nothing: SchemaAndValue = { schema: null, value: null }
const temporalSchemas = { [dateName]: SchemaBuilder.date().build(), [timeName]: SchemaBuilder.time().build(), [timestampName]: SchemaBuilder.timestamp().build() }

export const parseString = (text: string | null): SchemaAndValue => {
  if (text === null) return nothing
  if (text === '') return { schema: schemas.STRING_SCHEMA, value: text }
  return parse(new Tokens(text), false) ?? nothing
}

/** How deep lists and maps may stand inside each other: far more than a header needs. Java ends in a StackOverflowError, and a header in bytes. */
const maxDepth = 500

/** Null is a null; a failure of an embedded value makes the whole text a string. */
const parse = (tokens: Tokens, embedded: boolean, depth = 0): SchemaAndValue | null => {
  if (!tokens.hasNext) return null
  if (embedded && tokens.consume('"')) return quotedText(tokens)
  if (isLiteral(tokens, embedded, 'null')) return null
  for (const [literal, value] of [['true', true], ['false', false]] as const) if (isLiteral(tokens, embedded, literal)) return { schema: schemas.BOOLEAN_SCHEMA, value }
  const start = tokens.mark()
  try {
    if (depth > maxDepth) throw new DataException(`Nested more than ${maxDepth} deep`)
    if (tokens.consume('[')) return parseList(tokens, depth)
    if (tokens.consume('{')) return parseMap(tokens, depth)
  } catch (error) {
    if (!(error instanceof DataException) || depth > maxDepth) throw error
    tokens.rewindTo(start)
  }
  const token = tokens.next()
  return isBlank(token) ? { schema: schemas.STRING_SCHEMA, value: token } : scalar(tokens, javaTrim(token), embedded)
}

/** At the top nothing may follow a literal: `true}` is a text. */
const isLiteral = (tokens: Tokens, embedded: boolean, literal: string): boolean => {
  const start = tokens.mark()
  if (tokens.consume(literal) && (embedded || !tokens.hasNext)) return true
  tokens.rewindTo(start)
  return false
}

const scalar = (tokens: Tokens, token: string, embedded: boolean): SchemaAndValue => {
  const startsWithDigit = /^\p{Nd}/u.test(token)
  const found = (startsWithDigit ? temporalOfTokens(tokens, token) : null) ?? (startsWithDigit || /^[+-]/.test(token) ? numberOf(token) : null)
  if (found !== null) return found
  if (embedded) throw new DataException('Failed to parse embedded value')
  return { schema: schemas.STRING_SCHEMA, value: tokens.original }
}

/** The colons of a time are delimiters: it may be this token and four more. */
const temporalOfTokens = (tokens: Tokens, token: string): SchemaAndValue | null => {
  const start = tokens.mark()
  const rest = tokens.take(4)
  const found = rest === null ? null : temporalOf(token + rest)
  if (found !== null) return found
  tokens.rewindTo(start)
  return temporalOf(token)
}
const temporalOf = (text: string): SchemaAndValue | null => {
  const found = parseTemporal(text)
  return found && { schema: temporalSchemas[found.name], value: found.value }
}

const quotedText = (tokens: Tokens): SchemaAndValue => {
  let text = ''
  while (tokens.hasNext && !tokens.consume('"')) text += tokens.next()
  return temporalOf(text) ?? { schema: schemas.STRING_SCHEMA, value: text }
}

/** The smallest integer type for whole numbers, then float, double, and a Decimal for what neither holds. */
const numberOf = (text: string): SchemaAndValue | null => {
  const decimal = parseBigDecimal(text)
  if (decimal === null) return null
  const whole = wholeOf(decimal)
  if (whole !== null) {
    const value = heldLong(whole)
    if (BigInt.asIntN(8, whole) === whole) return { schema: schemas.INT8_SCHEMA, value }
    if (BigInt.asIntN(16, whole) === whole) return { schema: schemas.INT16_SCHEMA, value }
    if (BigInt.asIntN(32, whole) === whole) return { schema: schemas.INT32_SCHEMA, value }
    return { schema: schemas.INT64_SCHEMA, value }
  }
  const float = floatOf(decimal)
  if (Number.isFinite(float) && decimal.scale !== 0) return { schema: schemas.FLOAT32_SCHEMA, value: float }
  const double = doubleOf(decimal)
  if (Number.isFinite(double) && decimal.scale !== 0) return { schema: schemas.FLOAT64_SCHEMA, value: double }
  return { schema: SchemaBuilder.decimal(decimal.scale).build(), value: decimal }
}
/** The long that a decimal stands for (`1.0`, `1e3`), null when it has a fraction or is larger. */
const wholeOf = (decimal: Decimal): bigint | null => {
  const { unscaled, scale } = decimal
  if (unscaled === 0n) return 0n
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
  // a number from 1 to below 1e20 may be a long; a fraction has more decimals than trailing zeros
  if (digits.length - scale < 1 || digits.length - scale > 20 || scale > digits.length - digits.replace(/0+$/, '').length) return null
  const long = longOf(decimal)
  return (scale > 0 ? long * 10n ** BigInt(scale) : long) === (scale > 0 ? unscaled : unscaled * 10n ** BigInt(-scale)) ? long : null
}

/** Java's own types where no schema names them, also inside lists and maps that lose theirs. */
const asSchemaless = ({ schema, value }: SchemaAndValue): unknown => {
  if (value === null || schema === null) return value
  if (schema.type === 'FLOAT32') return new JavaFloat(value as number)
  if (schema.type === 'FLOAT64') return schemalessDouble(value as number)
  if (schema.type === 'ARRAY') return (value as readonly unknown[]).map((item) => asSchemaless({ schema: schema.valueSchema, value: item }))
  if (schema.type !== 'MAP') return value
  return new Map([...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [asSchemaless({ schema: schema.keySchema, value: key }), asSchemaless({ schema: schema.valueSchema, value: item })]))
}

const parseList = (tokens: Tokens, depth: number): SchemaAndValue => {
  const found: (SchemaAndValue | null)[] = []
  while (tokens.hasNext) {
    if (tokens.consume(']')) {
      const common = commonSchema(found)
      if (common === null) return { schema: SchemaBuilder.arrayOfNull().build(), value: found.map((item) => item && asSchemaless(item)) }
      return { schema: SchemaBuilder.array(common).build(), value: found.map((item) => convertTo(common, null, item?.value ?? null, parseString)) }
    }
    if (tokens.consume(',')) throw new DataException(`Unable to parse an empty array element: ${tokens.original}`)
    found.push(parse(tokens, true, depth + 1))
    const behind = tokens.mark()
    if (tokens.consume(']')) tokens.rewindTo(behind)
    else if (!tokens.consume(',')) throw new DataException("Array elements missing ',' delimiter")
  }
  throw new DataException(`Array is missing terminating ']': ${tokens.original}`)
}

/** Commas between entries may be missing. */
const parseMap = (tokens: Tokens, depth: number): SchemaAndValue => {
  const keys: SchemaAndValue[] = []
  const values: (SchemaAndValue | null)[] = []
  while (tokens.hasNext) {
    if (tokens.consume('}')) return mapOf(keys, values)
    if (tokens.consume(',')) throw new DataException(`Unable to parse a map entry with no key or value: ${tokens.original}`)
    const key = parse(tokens, true, depth + 1)
    if (key === null || key.value === null) throw new DataException(`Map entry may not have a null key: ${tokens.original}`)
    if (!tokens.consume(':')) throw new DataException(`Map entry is missing ':' in ${tokens.original}`)
    keys.push(key)
    values.push(parse(tokens, true, depth + 1))
    tokens.consume(',')
  }
  throw new DataException(`Map is missing terminating '}': ${tokens.original}`)
}
const mapOf = (keys: readonly SchemaAndValue[], values: readonly (SchemaAndValue | null)[]): SchemaAndValue => {
  const keySchema = commonSchema(keys)
  const valueSchema = keySchema && commonSchema(values)
  const entries = keys.map((key, index) => {
    const value = values[index] ?? null
    return [
      keySchema === null ? asSchemaless(key) : convertTo(keySchema, null, key.value, parseString),
      valueSchema === null ? value && asSchemaless(value) : convertTo(valueSchema, null, value?.value ?? null, parseString),
    ] as const
  })
  const schema = keySchema === null ? SchemaBuilder.mapOfNull() : valueSchema === null ? SchemaBuilder.mapWithNullValues(keySchema) : SchemaBuilder.map(keySchema, valueSchema)
  return { schema: schema.build(), value: new Map(entries) }
}

const widening: readonly string[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']
/** Null when there is none; nulls have any schema. */
const commonSchema = (values: readonly (SchemaAndValue | null)[]): Schema | null => {
  let common: Schema | null = null
  for (const value of values) {
    const schema = value?.schema ?? null
    if (schema === null) continue
    common = common === null ? schema : merged(common, schema)
    if (common === null) return null
  }
  return common
}
const merged = (previous: Schema, next: Schema): Schema | null => {
  if (previous.type === next.type) return previous.isOptional === next.isOptional ? (previous.isOptional ? previous : next) : previous.equals(next) ? previous : null
  const [left, right] = [widening.indexOf(previous.type), widening.indexOf(next.type)]
  if (left < 0 || right < 0) return null
  return left < right ? next : previous
}
