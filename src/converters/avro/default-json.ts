/** Default values as Avro schemas carry them (bytes as ISO-8859-1 text, structs as objects), and back. */
import { DataException } from '../../data/errors.ts'
import { javaDouble, javaFloat } from '../../data/java-number.ts'
import { fromLogical, toLogical } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { Struct } from '../../data/struct.ts'
import { isJsonObject, type Json, NumberText } from './avro-json.ts'
import { scrubName } from './names.ts'
import { type AvroDataOptions, hasTextKeys, isUnionSchema, memberFieldName } from './options.ts'
import type { AvroType } from './schema.ts'

export const defaultToJson = (schema: Schema | null, logical: unknown, options: AvroDataOptions): Json => {
  if (logical === null || logical === undefined) return null
  if (schema === null) throw new DataException('A default value without a schema cannot be written to an Avro schema')
  const value = fromLogical(schema, logical)
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'BOOLEAN':
    case 'STRING':
      return value as Json
    case 'FLOAT32':
      return floating(value as number, javaFloat)
    case 'FLOAT64':
      return floating(value as number, javaDouble)
    case 'BYTES':
      return Buffer.from(value as Uint8Array).toString('latin1')
    case 'ARRAY':
      return (value as readonly unknown[]).map((item) => defaultToJson(schema.valueSchema, item, options))
    case 'MAP': {
      const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object)
      const inner = entries.map(([key, item]) => [key, defaultToJson(schema.valueSchema, item, options)] as const)
      return hasTextKeys(schema, options) ? Object.fromEntries(inner.map(([key, item]) => [String(key), item])) : inner.map(([key, item]) => [defaultToJson(schema.keySchema, key, options), item])
    }
    case 'STRUCT': {
      const struct = value as Struct
      const members = schema.fields.map((field) => [scrubName(field.name, options.scrubInvalidNames), defaultToJson(field.schema, struct.get(field.name), options)] as const)
      // the default of a union is one of its first type
      return isUnionSchema(schema) ? (members[0]?.[1] ?? null) : Object.fromEntries(members)
    }
  }
}
const floating = (value: number, text: (value: number) => string): Json => (Number.isFinite(value) ? new NumberText(text(value)) : text(value))

const invalid = (what: string): never => {
  throw new DataException(`Invalid default value: ${what}`)
}
/** Throws a DataException when the default does not fit. */
export const defaultFromJson = (schema: Schema, type: AvroType, json: Json, options: AvroDataOptions): unknown => {
  if (json === null) return null
  return toLogical(schema, plainFromJson(schema, type, json, options))
}
const plainFromJson = (schema: Schema, type: AvroType, json: Json, options: AvroDataOptions): unknown => {
  switch (type.kind) {
    case 'int':
      return typeof json === 'number' ? (schema.type === 'INT8' ? (json << 24) >> 24 : schema.type === 'INT16' ? (json << 16) >> 16 : json | 0) : invalid('not an integer')
    case 'long':
      return typeof json === 'number' || typeof json === 'bigint' ? json : invalid('not an integer')
    case 'float':
      return typeof json === 'number' ? Math.fround(json) : invalid('not a number')
    case 'double':
      return typeof json === 'number' || typeof json === 'bigint' ? Number(json) : invalid('not a number')
    case 'boolean':
      return typeof json === 'boolean' ? json : invalid('not a boolean')
    case 'null':
      return null
    case 'string':
    case 'enum':
      return typeof json === 'string' ? json : invalid('not a string')
    case 'bytes':
    case 'fixed':
      return typeof json === 'string' ? new Uint8Array(Buffer.from(json, 'latin1')) : invalid('not bytes as text')
    case 'array': {
      if (!Array.isArray(json)) return invalid('not an array')
      if (schema.type === 'MAP') return new Map((json as readonly Json[]).map((entry) => entryFromJson(schema, type.items, entry, options)))
      const items = schema.valueSchema
      return (json as readonly Json[]).map((item) => (items === null ? invalid('an item without a schema') : defaultFromJson(items, type.items, item, options)))
    }
    case 'map': {
      const values = schema.valueSchema
      if (!isJsonObject(json) || values === null) return invalid('not an object')
      return new Map(Object.entries(json).map(([key, item]) => [key, defaultFromJson(values, type.values, item, options)]))
    }
    case 'record': {
      if (!isJsonObject(json)) return invalid('not an object')
      const struct = new Struct(schema)
      for (const field of type.fields) {
        const target = schema.field(field.name) ?? invalid(`no field ${field.name}`)
        struct.setAt(target.index, defaultFromJson(target.schema, field.type, json[field.name] ?? field.defaultValue ?? null, options))
      }
      struct.validate()
      return struct
    }
    case 'union': {
      const first = type.types[0] ?? invalid('an empty union')
      if (schema.type !== 'STRUCT' || !isUnionSchema(schema)) {
        const member = type.types.find((each) => each.kind !== 'null') ?? first
        return plainFromJson(schema, member, json, options)
      }
      const field = schema.field(memberFieldName(first, 0, options)) ?? invalid('the first type of the union is null')
      const struct = new Struct(schema)
      struct.setAt(field.index, defaultFromJson(field.schema, first, json, options))
      return struct
    }
  }
}
/** Confluent's way writes the entry of a default map as a pair, Avro's as a record. */
const entryFromJson = (schema: Schema, items: AvroType, entry: Json, options: AvroDataOptions): readonly [unknown, unknown] => {
  const [key, value] = Array.isArray(entry) ? (entry as readonly Json[]) : isJsonObject(entry) ? [entry['key'], entry['value']] : []
  const { keySchema, valueSchema } = schema
  if (items.kind !== 'record' || keySchema === null || valueSchema === null) return invalid('not a map entry')
  const [keyField, valueField] = items.fields
  if (keyField === undefined || valueField === undefined) return invalid('not a map entry')
  return [defaultFromJson(keySchema, keyField.type, key ?? null, options), defaultFromJson(valueSchema, valueField.type, value ?? null, options)]
}

/** Whether Avro accepts a default for a type; the default of a union is one of its first type. */
export const isValidDefault = (type: AvroType, json: Json): boolean => {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return typeof json === 'number' && (json | 0) === json
    case 'long':
      return typeof json === 'bigint' || Number.isSafeInteger(json)
    case 'float':
    case 'double':
      return typeof json === 'number' || json instanceof NumberText || json === 'NaN' || json === 'Infinity' || json === '-Infinity'
    case 'string':
    case 'bytes':
    case 'enum':
    case 'fixed':
      return typeof json === 'string'
    case 'array':
      return Array.isArray(json) && (json as readonly Json[]).every((item) => isValidDefault(type.items, item))
    case 'map':
      return isJsonObject(json) && Object.values(json).every((item) => isValidDefault(type.values, item))
    case 'union':
      return type.types[0] !== undefined && isValidDefault(type.types[0], json)
    case 'record':
      return isJsonObject(json) && type.fields.every((field) => {
        const value = json[field.name] ?? field.defaultValue
        return value !== undefined && isValidDefault(field.type, value)
      })
  }
}
