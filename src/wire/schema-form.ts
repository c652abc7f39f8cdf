/**
 * The flat form in which schemas cross: a table with one entry per distinct schema, whose children are indexes into it. So a schema
 * that many share crosses once, depth costs no nesting, and a struct can contain itself. As JSON text it stands in a batch:
 *
 *   { "roots": [entry…], "entries": [{ "type", "optional"?, "name"?, "version"?, "doc"?, "parameters"?: [[key, text]…], "default"?,
 *                                      "fields"?: [[name, entry]…], "keys"?: entry, "values"?: entry }…] }
 *
 * `roots` are the schemas that records and structs of the batch name by index. "" is no schemas at all.
 */
import type { SchemaTypeName } from '../data/schema-type.ts'

export type SchemaEntry = {
  readonly type: SchemaTypeName
  readonly optional?: true
  readonly name?: string
  readonly version?: number
  readonly doc?: string
  readonly parameters?: readonly (readonly [key: string, value: string])[]
  readonly default?: DefaultForm
  readonly fields?: readonly (readonly [name: string, entry: number])[]
  readonly keys?: number
  readonly values?: number
}
export type SchemasForm = { readonly roots: readonly number[]; readonly entries: readonly SchemaEntry[] }

/** A default: one value in the encoding of values.ts as base64, since JSON cannot hold every value, with the schemas of the structs in it. */
export type DefaultForm = { readonly data: string; readonly strings: readonly string[]; readonly names: readonly string[]; readonly schemas: SchemasForm }

/** Schemas within schemas, a cycle counted once: as deep as values may be. */
export const maxSchemaDepth = 200
/** Schemas in a schema with those that are shared counted each time, as whoever walks through it meets them. */
export const maxSchemaSize = 100_000
/** Of the text of one batch's schemas. */
export const maxSchemasChars = 2 * 1024 * 1024
/** A default that is a struct has a schema with defaults … */
export const maxDefaultNesting = 5
