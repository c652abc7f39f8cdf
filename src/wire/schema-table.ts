/** The schemas of one batch: structs and records name them by index. Also the plain-data form of a schema. */
import { Schema } from '../data/schema.ts'
import type { SchemaJson } from '../data/schema-json.ts'
import { ValuesReader } from './values-reader.ts'
import { ValuesError, ValuesWriter } from './values.ts'

export class SchemaTable {
  readonly #schemas: Schema[] = []
  readonly #byIdentity = new Map<Schema, number>()

  /** The index of an equal schema, added when new. -1 for null: schemaless. */
  indexOf(schema: Schema | null): number {
    if (schema === null) return -1
    const known = this.#byIdentity.get(schema)
    if (known !== undefined) return known
    let index = this.#schemas.findIndex((other) => other.equals(schema))
    if (index < 0) index = this.#schemas.push(schema) - 1
    this.#byIdentity.set(schema, index)
    return index
  }
  get schemas(): readonly Schema[] {
    return this.#schemas
  }
  toJson(): readonly SchemaJson[] {
    return this.#schemas.map(schemaToJson)
  }
}

/** Structs inside a default value carry their schemas along, so a default is self-contained. */
type DefaultJson = { readonly data: string; readonly strings: readonly string[]; readonly names: readonly string[]; readonly schemas: readonly SchemaJson[] }

const defaultToJson = (value: unknown): string => {
  const table = new SchemaTable()
  const writer = new ValuesWriter(table)
  writer.write(value)
  const column = writer.finish()
  const strings: string[] = []
  if (column.strings.kind === 'text') {
    let at = 0
    for (const length of column.strings.lengths) strings.push(column.strings.text.substring(at, (at += length)))
  }
  return JSON.stringify({ data: column.data.toBase64(), strings, names: column.names, schemas: table.toJson() } satisfies DefaultJson)
}
const defaultFromJson = (text: string, depth: number): unknown => {
  const { data, strings, names, schemas } = defaultShape(text)
  const texts = { kind: 'text', lengths: Int32Array.from(strings, (item) => item.length), text: strings.join('') } as const
  return new ValuesReader({ kind: 'values', data, strings: texts, names }, schemas.map((schema) => schemaFromJson(schema, depth + 1))).next()
}
const defaultShape = (text: string): { readonly data: Uint8Array; readonly strings: readonly string[]; readonly names: readonly string[]; readonly schemas: readonly unknown[] } => {
  try {
    const json = JSON.parse(text) as Partial<Record<keyof DefaultJson, unknown>>
    const { data, strings, names, schemas } = json
    if (typeof data === 'string' && isTexts(strings) && isTexts(names) && Array.isArray(schemas)) return { data: Uint8Array.fromBase64(data), strings, names, schemas }
  } catch {
    // told below, with everything else that is no default
  }
  throw new ValuesError('a schema with a bad default')
}
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')

/** Schemas never change: each is put into its plain form once. */
const plainForms = new WeakMap<Schema, SchemaJson>()
export const schemaToJson = (schema: Schema): SchemaJson => {
  let json = plainForms.get(schema)
  if (json === undefined) plainForms.set(schema, (json = plainForm(schema)))
  return json
}
const plainForm = (schema: Schema): SchemaJson => ({
  type: schema.type,
  optional: schema.isOptional,
  ...(schema.name === null ? {} : { name: schema.name }),
  ...(schema.version === null ? {} : { version: schema.version }),
  ...(schema.doc === null ? {} : { doc: schema.doc }),
  ...(schema.parameters === null ? {} : { parameters: Object.fromEntries(schema.parameters) }),
  ...(schema.defaultValue === undefined ? {} : { defaultValue: defaultToJson(schema.defaultValue) }),
  ...(schema.type === 'STRUCT' ? { fields: schema.fields.map((field) => ({ name: field.name, schema: schemaToJson(field.schema) })) } : {}),
  ...(schema.type === 'MAP' ? { keySchema: schema.keySchema && schemaToJson(schema.keySchema) } : {}),
  ...(schema.type === 'MAP' || schema.type === 'ARRAY' ? { valueSchema: schema.valueSchema && schemaToJson(schema.valueSchema) } : {}),
})

const typeNames: ReadonlySet<string> = new Set(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES', 'ARRAY', 'MAP', 'STRUCT'])

/** The inverse; the input may come from a cell, so every field is checked (ValuesError). */
export const schemaFromJson = (json: unknown, depth = 0): Schema => {
  const bad = (what: string): never => {
    throw new ValuesError(`a schema with a bad ${what}`)
  }
  if (typeof json !== 'object' || json === null || depth > 100) return bad('shape')
  const { type, optional, name, version, doc, parameters, defaultValue, fields, keySchema, valueSchema } = json as Record<keyof SchemaJson, unknown>
  if (typeof type !== 'string' || !typeNames.has(type)) return bad('type')
  if (name !== undefined && typeof name !== 'string') return bad('name')
  if (version !== undefined && !Number.isInteger(version)) return bad('version')
  if (doc !== undefined && typeof doc !== 'string') return bad('doc')
  if (parameters !== undefined && (typeof parameters !== 'object' || parameters === null || !Object.values(parameters).every((value) => typeof value === 'string'))) return bad('parameter')
  if (defaultValue !== undefined && typeof defaultValue !== 'string') return bad('default')
  if (fields !== undefined && !Array.isArray(fields)) return bad('field list')
  const inner = (schema: unknown): Schema | null => (schema == null ? null : schemaFromJson(schema, depth + 1))
  return new Schema({
    type: type as SchemaJson['type'],
    optional: optional === true,
    name: name ?? null,
    version: (version as number | undefined) ?? null,
    doc: doc ?? null,
    parameters: parameters === undefined ? null : new Map(Object.entries(parameters as Record<string, string>)),
    defaultValue: defaultValue === undefined ? undefined : defaultFromJson(defaultValue, depth),
    fields: (fields as readonly ({ readonly name?: unknown; readonly schema?: unknown } | null)[] | undefined)?.map((field, index) => ({
      name: typeof field?.name === 'string' ? field.name : bad('field name'),
      index,
      schema: inner(field?.schema) ?? bad('field'),
    })) ?? null,
    keySchema: inner(keySchema),
    valueSchema: inner(valueSchema),
  })
}

const maxKnown = 1000
const maxKnownChars = 64 * 1024
const known = new Map<string, Schema>()
/** The same schema object for the same plain form, batch after batch: what is kept by schema (JSON heads, plans) is found again. Checked like `schemaFromJson`. */
export const knownSchema = (json: unknown): Schema => {
  const text = JSON.stringify(json) ?? ''
  const found = known.get(text)
  if (found !== undefined) return found
  const schema = schemaFromJson(json)
  if (text.length <= maxKnownChars) {
    if (known.size >= maxKnown) known.clear()
    known.set(text, schema)
  }
  return schema
}
