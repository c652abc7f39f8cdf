/** A JSON tree as a Connect value: by its schema with Jackson's lenient getters, or schemaless. */
import { DataException } from '../../data/errors.ts'
import { dateName, Decimal, decimalName, timeName, timestampName, toLogical } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { Struct } from '../../data/struct.ts'
import { type JsonNode, JsonNumber } from './parse.ts'

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
  if (node instanceof JsonNumber) return node.isInteger ? int64(BigInt(node.text)) : Number(node.text)
  if (Array.isArray(node)) return (node as readonly JsonNode[]).map(schemaless)
  if (typeof node !== 'object' || node === null) return node
  const object: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(node)) {
    if (key === '__proto__') Object.defineProperty(object, key, { value: schemaless(item), enumerable: true, configurable: true, writable: true })
    else object[key] = schemaless(item)
  }
  return object
}
const int64 = (value: bigint): number | bigint => {
  const wrapped = BigInt.asIntN(64, value)
  return Number.isSafeInteger(Number(wrapped)) ? Number(wrapped) : wrapped
}

const integerBits = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const
const typed = (node: JsonNode, schema: Schema, options: ReadOptions): unknown => {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return Number(BigInt.asIntN(integerBits[schema.type], integerOf(node)))
    case 'INT64':
      return int64(integerOf(node))
    case 'FLOAT32':
      return Math.fround(numberOf(node))
    case 'FLOAT64':
      return numberOf(node)
    case 'BOOLEAN':
      return node === true
    case 'STRING':
      return typeof node === 'string' ? node : null
    case 'BYTES':
      return bytesOf(node, 'Invalid bytes field')
    case 'ARRAY':
      if (!Array.isArray(node)) throw new DataException(`Arrays should be encoded as JSON arrays, but found ${nodeType(node)}`)
      return (node as readonly JsonNode[]).map((item) => fromJson(item, schema.valueSchema, options))
    case 'MAP':
      return mapOf(node, schema, options)
    case 'STRUCT': {
      if (!isObject(node)) throw new DataException(`Structs should be encoded as JSON objects, but found ${nodeType(node)}`)
      const struct = new Struct(schema)
      for (const field of schema.fields) struct.setAt(field.index, fromJson(Object.hasOwn(node, field.name) ? node[field.name] : undefined, field.schema, options))
      return struct
    }
  }
}
const mapOf = (node: JsonNode, schema: Schema, options: ReadOptions): Map<unknown, unknown> => {
  const { keySchema, valueSchema } = schema
  if (keySchema === null || keySchema.type === 'STRING') {
    if (!isObject(node)) throw new DataException(`Maps with string fields should be encoded as JSON objects, but found ${nodeType(node)}`)
    return new Map(Object.entries(node).map(([key, item]) => [key, fromJson(item, valueSchema, options)]))
  }
  if (!Array.isArray(node)) throw new DataException(`Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeType(node)}`)
  return new Map((node as readonly JsonNode[]).map((entry) => {
    if (!Array.isArray(entry)) throw new DataException(`Found invalid map entry instead of array tuple: ${nodeType(entry)}`)
    const pair = entry as readonly JsonNode[]
    if (pair.length !== 2) throw new DataException(`Found invalid map entry, expected length 2 but found :${pair.length}`)
    return [fromJson(pair[0], keySchema, options), fromJson(pair[1], valueSchema, options)]
  }))
}

const isObject = (node: JsonNode): node is { readonly [key: string]: JsonNode } => typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof JsonNumber)

/** Jackson's longValue: fractions cut off, 0 for what is no number. */
const integerOf = (node: JsonNode): bigint => {
  if (node instanceof JsonNumber && node.isInteger) return BigInt(node.text)
  const value = Math.trunc(numberOf(node))
  return Number.isFinite(value) ? BigInt(value) : 0n
}
const numberOf = (node: JsonNode): number => (node instanceof JsonNumber ? Number(node.text) : typeof node === 'number' ? node : 0)

const bytesOf = (node: JsonNode, message: string): Uint8Array => {
  if (typeof node === 'string') {
    try {
      return Uint8Array.fromBase64(node)
    } catch (cause) {
      throw new DataException(message, { cause })
    }
  }
  throw new DataException(message)
}
const decimalOf = (node: JsonNode, schema: Schema): Decimal => {
  if (node instanceof JsonNumber) return Decimal.parse(node.text)
  if (typeof node === 'number') return Decimal.parse(String(node))
  if (typeof node === 'string') return toLogical(schema, bytesOf(node, 'Invalid bytes for Decimal field')) as Decimal
  throw new DataException(`Invalid type for Decimal, underlying representation should be numeric or bytes but was ${nodeType(node)}`)
}
const logicalInteger = (node: JsonNode, schema: Schema, what: 'integer' | 'integral'): number => {
  const value = node instanceof JsonNumber ? (node.isInteger ? Number(node.text) : NaN) : node
  const fits = typeof value === 'number' && Number.isInteger(value) && (what === 'integral' || (value | 0) === value)
  if (!fits) throw new DataException(`Invalid type for ${schema.name?.slice(schema.name.lastIndexOf('.') + 1)}, underlying representation should be ${what} but was ${nodeType(node)}`)
  return value
}

/** Jackson's JsonNodeType. */
export const nodeType = (node: JsonNode | undefined): string => {
  if (node === undefined) return 'MISSING'
  if (node === null) return 'NULL'
  if (node instanceof JsonNumber) return 'NUMBER'
  return Array.isArray(node) ? 'ARRAY' : typeof node === 'object' ? 'OBJECT' : typeof node === 'boolean' ? 'BOOLEAN' : typeof node === 'number' ? 'NUMBER' : 'STRING'
}
