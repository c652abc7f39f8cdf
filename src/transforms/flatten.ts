/** Flatten: nested structs and maps become one level, their names joined by a delimiter. Arrays stay as they are. */
import { ConfigDef } from '../data/config-def.ts'
import { DataException } from '../data/errors.ts'
import { javaClassOf } from '../data/java-text.ts'
import type { Field, Schema } from '../data/schema.ts'
import type { SchemaBuilder } from '../data/schema-builder.ts'
import { Struct } from '../data/struct.ts'
import { typeByClass } from './cast-value.ts'
import { onMapsAndStructs } from './maps-and-structs.ts'
import { keyAndValue, textOf } from './plugin.ts'
import { entriesOf, mapOf, requireMap, type SchemalessMap } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copySchemaBasics, copyStructBasics, fieldValue, putField } from './structs.ts'

const purpose = 'flattening'
const config = new ConfigDef().define('delimiter', 'STRING', '.', 'MEDIUM', 'What stands between the names of the levels in the name of a field.')

type Name = (prefix: string, name: string) => string
/** Where the value of a nested field goes: straight over, or down into its struct. */
type Step = { readonly from: Field; readonly to: Field } | { readonly from: Field; readonly steps: readonly Step[] }

export const flatten = keyAndValue('Flatten', config, (values, side) => {
  const delimiter = textOf(values, 'delimiter')
  const nameOf: Name = (prefix, name) => (prefix === '' ? name : `${prefix}${delimiter}${name}`)
  const schemas = new SchemaCache<Schema>()
  const plans = new SchemaCache<readonly Step[]>()
  return onMapsAndStructs(side, purpose, {
    map: (map) => {
      const entries: [string, unknown][] = []
      flattenMap(map, '', nameOf, entries)
      return mapOf(entries, map)
    },
    struct: (struct, _record, schema) => {
      const updatedSchema = schemas.get(schema, () => {
        if (schema.isRecursive && containsItself(schema, [])) throw new DataException(`Flatten transformation does not support ${schema.toString()}, which contains itself: it has no end of fields`)
        const builder = copyStructBasics(schema)
        buildSchema(schema, '', nameOf, builder, schema.isOptional, schema.defaultValue)
        return builder.build()
      })
      const updated = new Struct(updatedSchema)
      copySteps(struct, updated, plans.get(struct.schema, () => stepsOf(struct.schema, '', nameOf, updatedSchema)))
      return updated
    },
  })
})

const flattenMap = (map: SchemalessMap, prefix: string, nameOf: Name, to: [string, unknown][]): void => {
  for (const [key, value] of entriesOf(map)) {
    const name = nameOf(prefix, key)
    const type = value === null || value === undefined ? 'STRING' : typeByClass(value)
    if (type === null) throw new DataException(`Flatten transformation was passed a value of type class ${javaClassOf(value)} which is not supported by Connect's data API`)
    if (type === 'STRUCT') throw new DataException(`Flatten transformation does not support class ${javaClassOf(value)} for record without schemas (for field ${name}).`)
    if (type === 'MAP') flattenMap(requireMap(value, purpose), name, nameOf, to)
    else to.push([name, value ?? null])
  }
}

/** A field is optional when it or anything around it is; its default is its own, or what it has in the default around it. */
const buildSchema = (schema: Schema, prefix: string, nameOf: Name, builder: SchemaBuilder, optional: boolean, defaultAround: unknown): void => {
  for (const field of schema.fields) {
    const name = nameOf(prefix, field.name)
    const isOptional = optional || field.schema.isOptional
    const defaultValue = field.schema.defaultValue ?? (defaultAround instanceof Struct ? fieldValue(defaultAround, field, true) : null)
    if (field.schema.type === 'STRUCT') buildSchema(field.schema, name, nameOf, builder, isOptional, defaultValue)
    else {
      refuseMap(field, name)
      const flat = copySchemaBasics(field.schema)
      if (isOptional) flat.optional()
      if (defaultValue !== null) flat.defaultValue(defaultValue)
      builder.field(name, flat.build())
    }
  }
}
/** By structs alone: lists stay as they are. */
const containsItself = (schema: Schema, around: readonly Schema[]): boolean =>
  around.includes(schema) || schema.fields.some((field) => field.schema.type === 'STRUCT' && containsItself(field.schema, [...around, schema]))
const refuseMap = (field: Field, name: string): void => {
  if (field.schema.type === 'MAP') throw new DataException(`Flatten transformation does not support MAP for record with schemas (for field ${name}).`)
}

const stepsOf = (schema: Schema, prefix: string, nameOf: Name, updated: Schema): readonly Step[] =>
  schema.fields.map((from): Step => {
    const name = nameOf(prefix, from.name)
    if (from.schema.type === 'STRUCT') return { from, steps: stepsOf(from.schema, name, nameOf, updated) }
    refuseMap(from, name)
    const to = updated.field(name)
    if (to === null) throw new DataException(`${name} is not a valid field name`)
    return { from, to }
  })
/** The fields of a struct that is null stay null. */
const copySteps = (struct: Struct, updated: Struct, steps: readonly Step[]): void => {
  for (const step of steps) {
    if ('to' in step) putField(updated, step.to, fieldValue(struct, step.from, true))
    else {
      const inner = struct.at(step.from.index)
      if (inner instanceof Struct) copySteps(inner, updated, step.steps)
    }
  }
}
