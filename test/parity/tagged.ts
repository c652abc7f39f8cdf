/**
 * Schemas and values as JSON that Java and we read and write alike (java/Tagged.java), down to Java's exact types.
 *
 *   schema := null | { t: type, o?: optional, n?: name, v?: version, doc?, p?: [[key, value]…], d?: value,
 *                      f?: [[field, schema]…], k?: key schema, e?: element or value schema }
 *   value  := null | "text" | ["b", true] | ["i8" "i16" "i32" "i64", "digits"] | ["f32" "f64", "text of the number"]
 *           | ["dec", "unscaled", scale] | ["y", base64] | ["date", ms] | ["l", [value…]] | ["m", [[key, value]…]]
 *           | ["s", schema, [value of each field…]]            (null for the schema where it is a default: it is that of the default's own schema)
 */
import { JavaDouble, JavaFloat, schemalessDouble, schemalessFloat } from '../../src/data/java-double.ts'
import { Decimal } from '../../src/data/logical.ts'
import { Schema } from '../../src/data/schema.ts'
import type { SchemaTypeName } from '../../src/data/schema-type.ts'
import { Struct } from '../../src/data/struct.ts'

export type TaggedSchema = null | {
  readonly t: SchemaTypeName
  readonly o?: boolean
  readonly n?: string
  readonly v?: number
  readonly doc?: string
  readonly p?: readonly (readonly [string, string])[]
  readonly d?: TaggedValue
  readonly f?: readonly (readonly [string, TaggedSchema])[]
  readonly k?: TaggedSchema
  readonly e?: TaggedSchema
}
export type TaggedValue =
  | null | string | readonly ['b', boolean] | readonly ['i8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64', string] | readonly ['dec', string, number] | readonly ['y', string] | readonly ['date', number]
  | readonly ['l', readonly TaggedValue[]] | readonly ['m', readonly (readonly [TaggedValue, TaggedValue])[]] | readonly ['s', TaggedSchema, readonly TaggedValue[]]

export const schemaOf = (json: TaggedSchema): Schema | null => {
  if (json === null) return null
  const shape = {
    type: json.t, optional: json.o ?? false, name: json.n ?? null, version: json.v ?? null, doc: json.doc ?? null, parameters: json.p === undefined ? null : new Map(json.p),
    fields: json.f?.map(([name, schema], index) => ({ name, index, schema: schemaOf(schema) as Schema })) ?? null,
    keySchema: schemaOf(json.k ?? null), valueSchema: schemaOf(json.e ?? null),
  }
  return new Schema({ ...shape, ...(json.d === undefined ? {} : { defaultValue: defaultOf(json.d, new Schema(shape)) }) })
}

const defaultOf = (json: TaggedValue, schema: Schema): unknown => (Array.isArray(json) && json[0] === 's' ? structOf(schema, json[2] as readonly TaggedValue[]) : valueOf(json, schema))
const structOf = (schema: Schema, values: readonly TaggedValue[]): Struct => {
  const struct = new Struct(schema)
  for (const field of schema.fields) struct.put(field.name, valueOf(values[field.index] ?? null, field.schema))
  return struct
}

export const tagSchema = (schema: Schema | null): TaggedSchema => {
  if (schema === null) return null
  return {
    t: schema.type,
    ...(schema.isOptional ? { o: true } : {}),
    ...(schema.name === null ? {} : { n: schema.name }),
    ...(schema.version === null ? {} : { v: schema.version }),
    ...(schema.doc === null ? {} : { doc: schema.doc }),
    ...(schema.parameters === null ? {} : { p: [...schema.parameters] }),
    ...(schema.type === 'STRUCT' ? { f: schema.fields.map((field) => [field.name, tagSchema(field.schema)] as const) } : {}),
    ...(schema.type === 'MAP' ? { k: tagSchema(schema.keySchema) } : {}),
    ...(schema.type === 'MAP' || schema.type === 'ARRAY' ? { e: tagSchema(schema.valueSchema) } : {}),
    ...(schema.defaultValue === undefined ? {} : { d: schema.defaultValue instanceof Struct ? ['s', null, fieldsOf(schema.defaultValue)] : tagValue(schema.defaultValue, schema) }),
  }
}

const integers: ReadonlySet<string> = new Set(['INT8', 'INT16', 'INT32', 'INT64'])
const inner = (schema: Schema | null, side: 'key' | 'value'): Schema | null =>
  schema?.type === 'MAP' ? (side === 'key' ? schema.keySchema : schema.valueSchema) : schema?.type === 'ARRAY' ? schema.valueSchema : null

/** The value as the worker holds it; where the schema does not say so itself, Java's doubles and floats are boxes. */
export const valueOf = (json: TaggedValue, schema: Schema | null): unknown => {
  if (json === null || typeof json === 'string') return json
  switch (json[0]) {
    case 'b':
      return json[1]
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
      return Number.isSafeInteger(Number(json[1])) ? Number(json[1]) : BigInt(json[1])
    case 'f64':
      return schema?.type === 'FLOAT64' || schema?.type === 'FLOAT32' ? Number(json[1]) : schemalessDouble(Number(json[1]))
    case 'f32':
      return schema?.type === 'FLOAT32' ? Math.fround(Number(json[1])) : schemalessFloat(Number(json[1]))
    case 'dec':
      return new Decimal(BigInt(json[1]), json[2])
    case 'y':
      return Uint8Array.fromBase64(json[1])
    case 'date':
      return new Date(json[1])
    case 'l':
      return json[1].map((item) => valueOf(item, inner(schema, 'value')))
    case 'm': {
      const entries = json[1].map(([key, item]) => [valueOf(key, inner(schema, 'key')), valueOf(item, inner(schema, 'value'))] as const)
      // schemaless objects are plain ones here
      return schema === null && entries.length > 0 && entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries)
    }
    case 's':
      return structOf(schemaOf(json[1]) as Schema, json[2])
  }
}

const integerTags: Readonly<Record<string, 'i8' | 'i16' | 'i32' | 'i64'>> = { INT8: 'i8', INT16: 'i16', INT32: 'i32', INT64: 'i64' }
export const tagValue = (value: unknown, schema: Schema | null): TaggedValue => {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return ['b', value]
  if (typeof value === 'bigint') return [integerTags[schema?.type ?? ''] ?? 'i64', String(value)]
  if (typeof value === 'number') return numberTag(value, schema)
  if (value instanceof JavaDouble) return ['f64', numberText(value.value)]
  if (value instanceof JavaFloat) return ['f32', numberText(value.value)]
  if (value instanceof Decimal) return ['dec', String(value.unscaled), value.scale]
  if (value instanceof Uint8Array) return ['y', value.toBase64()]
  if (value instanceof Date) return ['date', value.getTime()]
  if (Array.isArray(value)) return ['l', value.map((item) => tagValue(item, inner(schema, 'value')))]
  if (value instanceof Struct) return ['s', tagSchema(value.schema), fieldsOf(value)]
  const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : Object.entries(value)
  return ['m', entries.map(([key, item]) => [tagValue(key, inner(schema, 'key')), tagValue(item, inner(schema, 'value'))] as const)]
}
const fieldsOf = (struct: Struct): readonly TaggedValue[] => struct.schema.fields.map((field) => tagValue(struct.getWithoutDefault(field.name), field.schema))
const numberTag = (value: number, schema: Schema | null): TaggedValue => {
  if (schema?.type === 'FLOAT64') return ['f64', numberText(value)]
  if (schema?.type === 'FLOAT32') return ['f32', numberText(value)]
  if (schema !== null && integers.has(schema.type)) return [integerTags[schema.type] ?? 'i64', String(value)]
  return Object.is(schemalessDouble(value), value) ? ['f64', numberText(value)] : ['i64', String(BigInt(value))]
}
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
