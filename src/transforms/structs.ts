/** Structs from structs by plans made once a schema: positions instead of names, and no second look at values that were checked before. */
import { type Field, Schema, type SchemaProperties } from '../data/schema.ts'
import { SchemaBuilder } from '../data/schema-builder.ts'
import type { SchemaTypeName } from '../data/schema-type.ts'
import { type Struct, validateValue } from '../data/struct.ts'

/** A builder with name, version, doc and parameters of a schema, of its type or another. */
export const copySchemaBasics = (source: Schema, builder = new SchemaBuilder(source.type, source.type === 'ARRAY' ? { valueSchema: source.valueSchema } : {})): SchemaBuilder => {
  if (source.name !== null) builder.name(source.name)
  if (source.version !== null) builder.version(source.version)
  if (source.doc !== null) builder.doc(source.doc)
  if (source.parameters !== null) builder.parameters(source.parameters)
  return builder
}
export const copyStructBasics = (source: Schema): SchemaBuilder => copySchemaBasics(source, new SchemaBuilder('STRUCT' satisfies SchemaTypeName))

/** The same schema with some properties changed; `fields` throws for one that is no struct, as in Java. */
export const changedSchema = (schema: Schema, changes: Partial<SchemaProperties>): Schema => new Schema({
  type: schema.type, optional: schema.isOptional, defaultValue: schema.defaultValue, name: schema.name, version: schema.version, doc: schema.doc, parameters: schema.parameters,
  fields: schema.fields, ...changes,
})

/** `Struct.get` or `getWithoutDefault`. */
export const fieldValue = (struct: Struct, field: Field, replaceNull: boolean): unknown => {
  const value = struct.at(field.index)
  if (value !== null && value !== undefined) return value
  return replaceNull ? (field.schema.defaultValue ?? null) : null
}
/** `Struct.put` for a value that fits: only what is missing is looked at. */
export const putField = (struct: Struct, field: Field, value: unknown): void => {
  if (value === null || value === undefined) validateValue(field.schema, null, `field: "${field.name}"`)
  struct.setAt(field.index, value ?? null)
}

/** A field of one struct and where its value goes in another. */
export type FieldCopy = { readonly from: Field; readonly to: Field }
export const copyFields = (from: Struct, to: Struct, copies: readonly FieldCopy[], replaceNull: boolean): void => {
  for (const copy of copies) putField(to, copy.to, fieldValue(from, copy.from, replaceNull))
}
/** Fields of the same name, in the order of `to`. */
export const sameNamed = (from: Schema, to: Schema): readonly FieldCopy[] =>
  to.fields.flatMap((field) => {
    const source = from.field(field.name)
    return source === null ? [] : [{ from: source, to: field }]
  })
