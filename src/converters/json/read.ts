/** A JSON tree as a Connect value: by its schema with Jackson's lenient getters, or schemaless. */
import { DataException } from '../../data/errors.ts'
import { floatOf, heldLong, longOf, narrow } from '../../data/java-cast.ts'
import { schemalessDouble } from '../../data/java-double.ts'
import { dateName, Decimal, decimalName, timeName, timestampName, toLogical } from '../../data/logical.ts'
import { deepEquals, type Schema } from '../../data/schema.ts'
import { Struct, validateValue } from '../../data/struct.ts'
import { fromBase64 } from './base64.ts'
import { doubleOfText, type JsonNode, JsonNumber, missingNode } from './parse.ts'

export type ReadOptions = { readonly replaceNullWithDefault: boolean }

export const fromJson = (node: JsonNode | undefined, schema: Schema | null, options: ReadOptions): unknown => {
  if (schema === null) return schemaless(node ?? null)
  if (node === null || node === undefined) {
    if (schema.defaultValue !== undefined && options.replaceNullWithDefault) return schema.defaultValue
    if (schema.isOptional) return null
    throw new DataException(`Invalid null value for required ${schema.type} field`)
  }
  switch (schema.name) {
    case decimalName:
      return decimalOf(node, schema)
    case dateName:
    case timeName:
      return toLogical(schema, logicalInteger(node, schema, 'integer'))
    case timestampName:
      return toLogical(schema, logicalInteger(node, schema, 'integral'))
    default:
      return typed(node, schema, options)
  }
}

/** Integers are INT64: numbers while they are exact, bigints beyond; past 64 bits they wrap, as in Kafka. */
const schemaless = (node: JsonNode): unknown => {
  if (typeof node === 'number') return node + 0
  if (node instanceof JsonNumber) return node.isInteger ? heldLong(BigInt.asIntN(64, BigInt(node.text))) : schemalessDouble(numberOf(node))
  if (Array.isArray(node)) return (node as readonly JsonNode[]).map(schemaless)
  if (typeof node !== 'object' || node === null) return node
  const object: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(node)) {
    if (key === '__proto__') Object.defineProperty(object, key, { value: schemaless(item), enumerable: true, configurable: true, writable: true })
    else object[key] = schemaless(item)
  }
  return object
}

/** Counts texts and bytes that were none, which Jackson reads as null: a struct takes them only where a null may stand. */
let coercedToNull = 0
const noText = (): null => {
  coercedToNull++
  return null
}

const typed = (node: JsonNode, schema: Schema, options: ReadOptions): unknown => {
  switch (schema.type) {
    case 'INT8':
      return (lowBits(node) << 24) >> 24
    case 'INT16':
      return (lowBits(node) << 16) >> 16
    case 'INT32':
      return lowBits(node)
    case 'INT64':
      return typeof node === 'number' ? Math.trunc(node) + 0 : node instanceof JsonNumber ? heldLong(longOf(Decimal.parse(node.text))) : 0
    case 'FLOAT32':
      return node instanceof JsonNumber ? floatOf(Decimal.parse(node.text)) : Math.fround(numberOf(node))
    case 'FLOAT64':
      return numberOf(node)
    case 'BOOLEAN':
      return node === true
    case 'STRING':
      return typeof node === 'string' ? node : noText()
    case 'BYTES':
      return typeof node === 'string' ? bytesOf(node) : noText()
    case 'ARRAY':
      // Jackson walks through the values of an object as well, and finds none in anything else
      return Array.isArray(node) || isObject(node) ? (Object.values(node) as readonly JsonNode[]).map((item) => fromJson(item, schema.valueSchema, options)) : []
    case 'MAP':
      return mapOf(node, schema, options)
    case 'STRUCT':
      return structOf(node, schema, options)
  }
}
const structOf = (node: JsonNode, schema: Schema, options: ReadOptions): Struct => {
  if (!isObject(node)) throw new DataException(`Structs should be encoded as JSON objects, but found ${nodeType(node)}`)
  const struct = new Struct(schema)
  for (const field of schema.fields) {
    const before = coercedToNull
    const value = fromJson(Object.hasOwn(node, field.name) ? node[field.name] : undefined, field.schema, options)
    if (coercedToNull !== before) validateValue(field.schema, value, `field: "${field.name}"`)
    struct.setAt(field.index, value)
  }
  return struct
}
const mapOf = (node: JsonNode, schema: Schema, options: ReadOptions): Map<unknown, unknown> => {
  const { keySchema, valueSchema } = schema
  if (keySchema === null || keySchema.type === 'STRING') {
    if (!isObject(node)) throw new DataException(`Maps with string fields should be encoded as JSON objects, but found ${nodeType(node)}`)
    return new Map(Object.entries(node).map(([key, item]) => [key, fromJson(item, valueSchema, options)]))
  }
  if (!Array.isArray(node) || node === missingNode) throw new DataException(`Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeType(node)}`)
  const map = new Map<unknown, unknown>()
  for (const entry of node as readonly JsonNode[]) {
    if (!Array.isArray(entry)) throw new DataException(`Found invalid map entry instead of array tuple: ${nodeType(entry)}`)
    const pair = entry as readonly JsonNode[]
    if (pair.length !== 2) throw new DataException(`Found invalid map entry, expected length 2 but found :${pair.length}`)
    const key = fromJson(pair[0], keySchema, options)
    map.set(sameKey(map, key), fromJson(pair[1], valueSchema, options))
  }
  return map
}
/** The key of the map that is equal in Java: lists, maps, structs, dates and decimals by what is in them, arrays of bytes by identity. */
const sameKey = (map: ReadonlyMap<unknown, unknown>, key: unknown): unknown => {
  if (typeof key !== 'object' || key instanceof Uint8Array) return key
  for (const known of map.keys()) if (deepEquals(known, key)) return known
  return key
}

const isObject = (node: JsonNode): node is { readonly [key: string]: JsonNode } => typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof JsonNumber)

/** Jackson's intValue: fractions cut off, the low bits of what is larger, 0 for what is no number. */
const lowBits = (node: JsonNode): number => (typeof node === 'number' ? node | 0 : node instanceof JsonNumber ? narrow(longOf(Decimal.parse(node.text)), 32) : 0)
/** There is no negative zero. */
const numberOf = (node: JsonNode): number => (node instanceof JsonNumber ? doubleOfText(node.text) : typeof node === 'number' ? node + 0 : 0)

const bytesOf = (text: string): Uint8Array => {
  const bytes = fromBase64(text)
  if (bytes === null) throw new DataException('Invalid bytes field')
  return bytes
}
const decimalOf = (node: JsonNode, schema: Schema): Decimal => {
  if (node instanceof JsonNumber) return Decimal.parse(node.text)
  if (typeof node === 'number') return Decimal.parse(String(node))
  if (typeof node !== 'string') throw new DataException(`Invalid type for Decimal, underlying representation should be numeric or bytes but was ${nodeType(node)}`)
  try {
    return toLogical(schema, bytesOf(node)) as Decimal
  } catch (cause) {
    throw new DataException('Invalid bytes for Decimal field', { cause })
  }
}
const logicalInteger = (node: JsonNode, schema: Schema, what: 'integer' | 'integral'): number => {
  const value = node instanceof JsonNumber ? (node.isInteger ? Number(node.text) : NaN) : node
  const fits = typeof value === 'number' && Number.isInteger(value) && (what === 'integral' || (value | 0) === value)
  if (!fits) throw new DataException(`Invalid type for ${schema.name?.slice(schema.name.lastIndexOf('.') + 1)}, underlying representation should be ${what} but was ${nodeType(node)}`)
  return value
}

/** Jackson's JsonNodeType. */
const nodeType = (node: JsonNode | undefined): string => {
  if (node === undefined || node === missingNode) return 'MISSING'
  if (node === null) return 'NULL'
  if (node instanceof JsonNumber) return 'NUMBER'
  return Array.isArray(node) ? 'ARRAY' : typeof node === 'object' ? 'OBJECT' : typeof node === 'boolean' ? 'BOOLEAN' : typeof node === 'number' ? 'NUMBER' : 'STRING'
}
