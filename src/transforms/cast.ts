/** Cast: fields, or the whole key or value, as another primitive type. */
import { ConfigDef } from '../data/config-def.ts'
import { invalidValue } from '../data/config-parse.ts'
import { ConfigException } from '../data/errors.ts'
import { inHashOrder } from '../data/java-hash.ts'
import type { Field, Schema } from '../data/schema.ts'
import { SchemaBuilder } from '../data/schema-builder.ts'
import type { SchemaTypeName } from '../data/schema-type.ts'
import { Struct } from '../data/struct.ts'
import { castValue, type CastTarget, isCastTarget } from './cast-value.ts'
import { colonParts, keyAndValue, listOf, replacesNull, withReplaceNull } from './plugin.ts'
import { entryOf, requireMap, requireStruct, withEntries } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copySchemaBasics, copyStructBasics, fieldValue, putField } from './structs.ts'

const purpose = 'cast types'
const typeNames: ReadonlySet<string> = new Set<SchemaTypeName>(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES', 'ARRAY', 'MAP', 'STRUCT'])

type Spec = { readonly whole: CastTarget | null; readonly fields: ReadonlyMap<string, CastTarget> }

/** Kafka's words, odd as they are: its own exception stands where a value should, and `renames` where `spec` should. */
const specOf = (mappings: readonly string[]): Spec => {
  const fields = new Map<string, CastTarget>()
  let whole: CastTarget | null = null
  const typeOf = (text: string): CastTarget => {
    const type = text.trim().toUpperCase()
    if (!typeNames.has(type)) {
      throw new ConfigException(`Invalid type found in casting spec: ${text.trim()}`, `java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.${type}`)
    }
    if (!isCastTarget(type)) {
      throw new ConfigException(`Cast transformation does not support casting to ${type}; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]`)
    }
    return type
  }
  for (const mapping of mappings) {
    const [first = '', second, ...rest] = colonParts(mapping)
    if (rest.length > 0) throw invalidValue('renames', mappings, `Invalid rename mapping: ${mapping}`)
    if (second === undefined) whole = typeOf(first)
    else fields.set(first.trim(), typeOf(second))
  }
  if (whole !== null && mappings.length > 1) throw new ConfigException('Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec')
  return { whole, fields: new Map(inHashOrder([...fields.keys()]).map((name) => [name, fields.get(name) as CastTarget])) }
}

const validSpec = ConfigDef.LambdaValidator.with((_, value) => {
  if (!Array.isArray(value) || value.length === 0) throw new ConfigException('Must specify at least one field to cast.')
  specOf(value.map(String))
}, () => 'list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>')
const config = withReplaceNull(new ConfigDef().define(
  'spec', 'LIST', ConfigDef.NO_DEFAULT_VALUE, validSpec, 'HIGH',
  'Fields and their new types, as `field:type`, or one type alone for the whole key or value. Types are int8, int16, int32, int64, float32, float64, boolean and string; bytes can only become a string.',
))

type Plan = { readonly schema: Schema; readonly fields: readonly { readonly from: Field; readonly to: Field; readonly target: CastTarget | null }[] }

export const cast = keyAndValue('Cast', config, (values, side) => {
  const { whole, fields } = specOf(listOf(values, 'spec'))
  const replaceNull = replacesNull(values)
  const cache = new SchemaCache<Schema>()
  const plans = new SchemaCache<Plan>()
  const plan = (schema: Schema, updated: Schema): Plan => ({
    schema: updated,
    fields: schema.fields.map((from) => ({ from, to: updated.field(from.name) ?? from, target: fields.get(from.name) ?? null })),
  })
  return {
    apply: (record) => {
      const value = record.value(side)
      if (value === null) return true
      const schema = record.schema(side)
      if (schema === null) {
        if (whole !== null) record.set(side, null, castValue(null, value, whole))
        else {
          const map = requireMap(value, purpose)
          record.set(side, null, withEntries(map, [...fields].map(([name, target]) => [name, castValue(null, entryOf(map, name), target)])))
        }
        return true
      }
      const updatedSchema = cache.get(schema, () => castSchema(schema, whole, fields))
      if (whole !== null) {
        record.set(side, updatedSchema, castValue(schema, value, whole))
        return true
      }
      const struct = requireStruct(value, purpose, schema)
      const updated = new Struct(updatedSchema)
      for (const { from, to, target } of plans.get(struct.schema, () => plan(struct.schema, updatedSchema)).fields) {
        const original = fieldValue(struct, from, replaceNull)
        putField(updated, to, target === null ? original : castValue(from.schema, original, target))
      }
      record.set(side, updatedSchema, updated)
      return true
    },
  }
})

const castSchema = (schema: Schema, whole: CastTarget | null, fields: Spec['fields']): Schema => {
  const builder = whole === null ? copyStructBasics(schema) : copySchemaBasics(schema, new SchemaBuilder(whole))
  if (whole === null) {
    for (const field of schema.fields) {
      const target = fields.get(field.name)
      builder.field(field.name, target === undefined ? field.schema : castFieldSchema(field.schema, target))
    }
  }
  if (schema.isOptional) builder.optional()
  // a struct's default cannot be cast, which the cast says
  if (schema.defaultValue !== undefined) builder.defaultValue(castValue(schema, schema.defaultValue, whole ?? 'STRING'))
  return builder.build()
}
/** Nothing of the field's schema stays but whether it is optional, and its default. */
const castFieldSchema = (schema: Schema, target: CastTarget): Schema => {
  const builder = new SchemaBuilder(target)
  if (schema.isOptional) builder.optional()
  if (schema.defaultValue !== undefined) builder.defaultValue(castValue(schema, schema.defaultValue, target))
  return builder.build()
}
