/** Values given one by one, as a column with its schemas, and columns as values: what transformations and converters work on. */
import { DataException } from '../../src/data/errors.ts'
import { Schema } from '../../src/data/schema.ts'
import { kindOf } from '../../src/data/struct.ts'
import type { Column, Index } from '../../src/wire/batch.ts'
import { columnOf } from '../../src/wire/columns.ts'
import type { SchemaTable } from '../../src/wire/schema-table.ts'
import { ValuesWriter } from '../../src/wire/values.ts'

/** Null is schemaless; anything else that is no Schema is the plugin's mistake. */
export const schemaOrNull = (schema: unknown, what: string): Schema | null => {
  if (schema === null || schema === undefined) return null
  if (schema instanceof Schema) return schema
  throw new DataException(`${what} is ${kindOf(schema)}; it must be a Schema (SchemaBuilder.…build()) or null`)
}
/** Throws ValuesError for a value that cannot cross, so that the row it belongs to fails and not the batch. */
export const checkCrosses = (value: unknown, schemas: SchemaTable): void => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return
  new ValuesWriter(schemas).write(value)
}

/** A column of the values, and the index of their schemas. */
export const sideOf = (values: readonly unknown[], rowSchemas: readonly (Schema | null)[], schemas: SchemaTable): { readonly column: Column; readonly index: Index } => ({
  column: columnOf(values, schemas),
  index: Int32Array.from(rowSchemas, (schema) => schemas.indexOf(schema)),
})
/** The schema of a row; index null is entry 0, and schemaless with an empty table. */
export const schemaAt = (index: Index, schemas: readonly Schema[], row: number): Schema | null => schemas[index === null ? 0 : (index[row] as number)] ?? null
