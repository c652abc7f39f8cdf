/** Schemas in JsonConverter's notation, both ways (contract: data model §4). */
import { DataException, SchemaBuilderException } from '../../data/errors.ts'
import { SchemaBuilder } from '../../data/schema-builder.ts'
import { type Field, Schema } from '../../data/schema.ts'
import type { SchemaTypeName } from '../../data/schema-type.ts'
import { Struct, validateValue } from '../../data/struct.ts'
import { type JsonNode, JsonNumber } from './parse.ts'
import { fromJson } from './read.ts'
import { type JsonOptions, writeJson } from './write.ts'

const jsonNames: Readonly<Record<SchemaTypeName, string>> = {
  INT8: 'int8', INT16: 'int16', INT32: 'int32', INT64: 'int64', FLOAT32: 'float', FLOAT64: 'double', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes', ARRAY: 'array', MAP: 'map', STRUCT: 'struct',
}
const types = new Map(Object.entries(jsonNames).map(([type, name]) => [name, type as SchemaTypeName]))

/** Kafka's order of properties; `field` comes last, for the fields of a struct. */
export const schemaText = (schema: Schema | null, options: JsonOptions, field?: string): string => {
  if (schema === null) return 'null'
  const parts = [`"type":"${jsonNames[schema.type]}"`]
  if (schema.type === 'ARRAY') parts.push(`"items":${schemaText(schema.valueSchema, options)}`)
  if (schema.type === 'MAP') parts.push(`"keys":${schemaText(schema.keySchema, options)}`, `"values":${schemaText(schema.valueSchema, options)}`)
  if (schema.type === 'STRUCT') parts.push(`"fields":[${schema.fields.map((each) => schemaText(each.schema, options, each.name)).join(',')}]`)
  parts.push(`"optional":${schema.isOptional}`)
  if (schema.name !== null) parts.push(`"name":${writeJson(schema.name, null, options)}`)
  if (schema.version !== null) parts.push(`"version":${schema.version}`)
  if (schema.doc !== null) parts.push(`"doc":${writeJson(schema.doc, null, options)}`)
  if (schema.parameters !== null) parts.push(`"parameters":${writeJson(Object.fromEntries(schema.parameters), null, options)}`)
  if (schema.defaultValue !== undefined) parts.push(`"default":${writeJson(schema.defaultValue, schema, options)}`)
  if (field !== undefined) parts.push(`"field":${writeJson(field, null, options)}`)
  return `{${parts.join(',')}}`
}

const isObject = (node: JsonNode | undefined): node is { readonly [key: string]: JsonNode } =>
  typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof JsonNumber)

/** Null for JSON null: schemaless. Wrongly typed `optional`, `name`, `version` and `doc` are ignored, as in Kafka. */
export const schemaFromNode = (node: JsonNode | undefined, replaceNullWithDefault = true): Schema | null => {
  if (node === null || node === undefined) return null
  const json = isObject(node) ? node : {}
  if (typeof json['type'] !== 'string') throw new DataException("Schema must contain 'type' field")
  const type = types.get(json['type'])
  if (type === undefined) throw new DataException(`Unknown schema type: ${json['type']}`)
  const version = json['version']
  const shape = {
    type,
    optional: json['optional'] === true,
    name: typeof json['name'] === 'string' ? json['name'] : null,
    version: version instanceof JsonNumber && version.isInteger ? Number(BigInt.asIntN(32, BigInt(version.text))) : null,
    doc: typeof json['doc'] === 'string' ? json['doc'] : null,
    parameters: parametersOf(json['parameters']),
    ...innerSchemas(type, json, replaceNullWithDefault),
  }
  if (json['default'] === undefined) return new Schema(shape)
  const bare = new Schema(shape)
  const defaultValue = fromJson(json['default'], bare, { replaceNullWithDefault })
  try {
    // Kafka takes the struct's schema for another one here: it reads no default that is a struct
    if (defaultValue instanceof Struct) throw new DataException('Struct schemas do not match.')
    validateValue(bare, defaultValue)
  } catch (cause) {
    throw new SchemaBuilderException('Invalid default value', { cause })
  }
  return defaultValue === null ? bare : new Schema({ ...shape, defaultValue })
}

const noElements = 'Array schema did not specify the element type'
const noValues = 'Map schema did not specify the value type'
const innerSchemas = (type: SchemaTypeName, json: { readonly [key: string]: JsonNode }, replaceNullWithDefault: boolean): { readonly fields?: readonly Field[]; readonly keySchema?: Schema | null; readonly valueSchema?: Schema | null } => {
  const inner = (key: string, message: string, ofNull: Error): Schema => {
    if (json[key] === undefined) throw new DataException(message)
    const schema = schemaFromNode(json[key], replaceNullWithDefault)
    if (schema === null) throw ofNull
    return schema
  }
  if (type === 'ARRAY') return { valueSchema: inner('items', noElements, new DataException(noElements)) }
  if (type === 'MAP') {
    if (json['keys'] !== undefined && json['values'] === undefined) throw new DataException(noValues)
    return { keySchema: inner('keys', 'Map schema did not specify the key type', new SchemaBuilderException('keySchema cannot be null.')), valueSchema: inner('values', noValues, new SchemaBuilderException('valueSchema cannot be null.')) }
  }
  if (type !== 'STRUCT') return {}
  const fields = json['fields']
  if (!Array.isArray(fields)) throw new DataException("Struct schema's \"fields\" argument is not an array.")
  const builder = SchemaBuilder.struct()
  for (const field of fields as readonly JsonNode[]) {
    const name = isObject(field) ? field['field'] : undefined
    if (typeof name !== 'string') throw new DataException("Struct schema's field name not specified properly")
    builder.field(name, schemaFromNode(field, replaceNullWithDefault) as Schema)
  }
  return { fields: builder.build().fields }
}

const parametersOf = (node: JsonNode | undefined): ReadonlyMap<string, string> | null => {
  if (!isObject(node)) return null
  const entries = Object.entries(node)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw new DataException('Schema parameters must have string values.')
  return entries.length === 0 ? null : new Map(entries)
}
