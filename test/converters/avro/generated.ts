/** Values of every type with their schemas, nested a little, for property tests. */
import fc from 'fast-check'
import { Decimal } from '../../../src/data/logical.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'

export type Case = { readonly schema: Schema; readonly value: unknown }
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value))
const leaf: fc.Arbitrary<Case> = fc.oneof(
  fc.integer({ min: -128, max: 127 }).map((value) => ({ schema: schemas.INT8_SCHEMA, value })),
  fc.integer({ min: -32768, max: 32767 }).map((value) => ({ schema: schemas.INT16_SCHEMA, value })),
  fc.integer().map((value) => ({ schema: schemas.INT32_SCHEMA, value })),
  long.map((value) => ({ schema: schemas.INT64_SCHEMA, value })),
  fc.float().map((value) => ({ schema: schemas.FLOAT32_SCHEMA, value })),
  fc.double().map((value) => ({ schema: schemas.OPTIONAL_FLOAT64_SCHEMA, value })),
  fc.boolean().map((value) => ({ schema: schemas.BOOLEAN_SCHEMA, value })),
  fc.string({ unit: 'grapheme', maxLength: 80 }).map((value) => ({ schema: schemas.OPTIONAL_STRING_SCHEMA, value })),
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ schema: SchemaBuilder.bytes().optional().build(), value })),
  fc.constant({ schema: schemas.OPTIONAL_INT32_SCHEMA, value: null }),
  fc.date({ min: new Date(0), noInvalidDate: true }).map((value) => ({ schema: SchemaBuilder.timestamp().build(), value })),
  fc.integer({ min: -100_000, max: 100_000 }).map((days) => ({ schema: SchemaBuilder.date().build(), value: new Date(days * 86_400_000) })),
  fc.bigInt({ min: -(10n ** 59n), max: 10n ** 59n }).map((value) => ({ schema: SchemaBuilder.decimal(3).build(), value: new Decimal(value, 3) })),
)
export const structOf = (cases: readonly Case[]): Case => {
  const builder = SchemaBuilder.struct()
  cases.forEach(({ schema }, index) => builder.field(`f${index}`, schema))
  const schema = builder.build()
  const struct = new Struct(schema)
  cases.forEach(({ value }, index) => struct.setAt(index, value))
  return { schema, value: struct }
}
/** As in Java, two unnamed maps of different types cannot be in one schema: both would be called MapEntry. */
let maps = 0
export const avroTree = fc.letrec<{ node: Case }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { maxLength: 6 }).map(structOf),
    fc.tuple(leaf, fc.nat(4)).map(([{ schema, value }, size]) => ({ schema: SchemaBuilder.array(schema).build(), value: new Array<unknown>(size).fill(value) })),
    fc.tuple(leaf, fc.dictionary(fc.string({ maxLength: 4 }), fc.constant(0), { maxKeys: 3 })).map(([{ schema, value }, keys]) => (
      { schema: SchemaBuilder.map(schemas.STRING_SCHEMA, schema).build(), value: new Map(Object.keys(keys).map((key) => [key, value])) })),
    fc.tuple(leaf, fc.array(fc.integer(), { maxLength: 3 })).map(([{ schema, value }, keys]) => (
      { schema: SchemaBuilder.map(schemas.INT32_SCHEMA, schema).name(`n.Map${maps++}`).build(), value: new Map(keys.map((key) => [key, value])) })),
  ),
})).node
