/** Schemas in JsonConverter's notation, both ways (contract: data model §4). */
import { DataException } from '../../data/errors.ts'
import { type Field, Schema } from '../../data/schema.ts'
import type { SchemaTypeName } from '../../data/schema-json.ts'
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
export const schemaFromNode = (node: JsonNode | undefined): Schema | null => {
  if (node === null || node === undefined) return null
  const json = isObject(node) ? node : {}
  if (typeof json['type'] !== 'string') throw new DataException("Schema must contain 'type' field")
  const type = types.get(json['type'])
  if (type === undefined) throw new DataException(`Unknown schema type: ${json['type']}`)
  const version = json['version'] instanceof JsonNumber ? Number(json['version'].text) : json['version']
  const shape = {
    type,
    optional: json['optional'] === true,
    name: typeof json['name'] === 'string' ? json['name'] : null,
    version: typeof version === 'number' && Number.isInteger(version) ? version : null,
    doc: typeof json['doc'] === 'string' ? json['doc'] : null,
    parameters: parametersOf(json['parameters']),
    ...innerSchemas(type, json),
  }
  if (json['default'] === undefined || json['default'] === null) return new Schema(shape)
  // a schema's own default is read with that schema, without the default standing in for nulls inside it
  return new Schema({ ...shape, defaultValue: fromJson(json['default'], new Schema(shape), { replaceNullWithDefault: false }) })
}

const innerSchemas = (type: SchemaTypeName, json: { readonly [key: string]: JsonNode }): { readonly fields?: readonly Field[]; readonly keySchema?: Schema | null; readonly valueSchema?: Schema | null } => {
  const required = (key: string, message: string): Schema | null => {
    if (json[key] === undefined || json[key] === null) throw new DataException(message)
    return schemaFromNode(json[key])
  }
  if (type === 'ARRAY') return { valueSchema: required('items', 'Array schema did not specify the element type') }
  if (type === 'MAP') return { keySchema: required('keys', 'Map schema did not specify the key type'), valueSchema: required('values', 'Map schema did not specify the value type') }
  if (type !== 'STRUCT') return {}
  const fields = json['fields']
  if (!Array.isArray(fields)) throw new DataException("Struct schema's \"fields\" argument is not an array.")
  const list = fields as readonly JsonNode[]
  return {
    fields: list.map((field, index) => {
      const name = isObject(field) ? field['field'] : undefined
      if (typeof name !== 'string') throw new DataException("Struct schema's field name not specified properly")
      return { name, index, schema: schemaFromNode(field) as Schema }
    }),
  }
}

const parametersOf = (node: JsonNode | undefined): ReadonlyMap<string, string> | null => {
  if (!isObject(node)) return null
  const entries = Object.entries(node)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw new DataException('Schema parameters must have string values.')
  return new Map(entries)
}
