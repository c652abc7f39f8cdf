/** Random schemas with values that fit them, for property tests: every type, logical types, nulls, defaults left out, nesting. */
import fc from 'fast-check'
import { Decimal, msPerDay } from '../../src/data/logical.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'

export type Typed = { readonly schema: Schema; readonly value: unknown }
type Made = { readonly builder: () => SchemaBuilder; readonly value: fc.Arbitrary<unknown> }

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', 'plain', 'with "quotes" and \\', 'é東😀', '\u0000\u001f\n'))
const safeOrBig = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value)
const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, -1n, 2n ** 31n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n))).map(safeOrBig)
const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, 1, 0.1, 1e7, 1e21, 123456.789, 5e-324, 1e-3))
const ms = fc.integer({ min: -(10 ** 12), max: 10 ** 13 })

const scalars: readonly Made[] = [
  { builder: () => SchemaBuilder.int8(), value: fc.integer({ min: -128, max: 127 }) },
  { builder: () => SchemaBuilder.int16(), value: fc.integer({ min: -32_768, max: 32_767 }) },
  { builder: () => SchemaBuilder.int32(), value: fc.integer() },
  { builder: () => SchemaBuilder.int64(), value: int64 },
  { builder: () => SchemaBuilder.float32(), value: double.map((value) => Math.fround(value)) },
  { builder: () => SchemaBuilder.float64(), value: double },
  { builder: () => SchemaBuilder.bool(), value: fc.boolean() },
  { builder: () => SchemaBuilder.string(), value: text },
  { builder: () => SchemaBuilder.bytes(), value: fc.uint8Array({ maxLength: 10 }).map((bytes) => new Uint8Array(bytes)) },
  { builder: () => SchemaBuilder.date(), value: fc.integer({ min: -100_000, max: 100_000 }).map((days) => new Date(days * msPerDay)) },
  { builder: () => SchemaBuilder.time(), value: fc.integer({ min: 0, max: msPerDay }).map((at) => new Date(at)) },
  { builder: () => SchemaBuilder.timestamp(), value: ms.map((at) => new Date(at)) },
  { builder: () => SchemaBuilder.decimal(3), value: fc.oneof(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer().map(BigInt)).map((unscaled) => new Decimal(unscaled, 3)) },
]

const optionally = ({ builder, value }: Made): fc.Arbitrary<Typed> =>
  fc.boolean().chain((optional) => {
    const schema = optional ? builder().optional().build() : builder().build()
    return (optional ? fc.option(value, { freq: 4 }) : value).map((made): Typed => ({ schema, value: made }))
  })

/** Values of the inner schemas all by one schema: a shape is drawn first, then values for it. */
type Shape = { readonly schema: Schema; readonly value: fc.Arbitrary<unknown> }
const shapeOf = ({ builder, value }: Made): fc.Arbitrary<Shape> =>
  fc.boolean().map((optional) => (optional ? { schema: builder().optional().build(), value: fc.option(value, { freq: 4 }) } : { schema: builder().build(), value }))
const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...scalars).chain(shapeOf),
    tie('shape').chain((inner) => shapeOf({ builder: () => SchemaBuilder.array(inner.schema), value: fc.array(inner.value, { maxLength: 3 }) })),
    tie('shape').chain((inner) => shapeOf({ builder: () => SchemaBuilder.map(SchemaBuilder.string().build(), inner.schema), value: fc.array(fc.tuple(text, inner.value), { maxLength: 3 }).map((entries) => new Map(entries)) })),
    fc.array(fc.tuple(text.filter((name) => name !== ''), tie('shape')), { maxLength: 4 }).chain((fields) => {
      const unique = [...new Map(fields)]
      const builder = (): SchemaBuilder => unique.reduce((to, [name, inner]) => to.field(name, inner.schema), SchemaBuilder.struct().name('made.S').version(2))
      return shapeOf({ builder, value: fc.constant(null) }).map(({ schema }): Shape => {
        const value = fc.tuple(...unique.map(([, inner]) => inner.value)).map((values) => unique.reduce((struct, [name], index) => struct.put(name, values[index]), new Struct(schema)))
        return { schema, value: schema.isOptional ? fc.option(value, { freq: 4 }) : value }
      })
    }),
  ),
}))

/** One to four values of one schema. */
export const typedColumn: fc.Arbitrary<{ readonly schema: Schema; readonly values: readonly unknown[] }> =
  shape.chain(({ schema, value }) => fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => ({ schema, values })))
export const typedScalar: fc.Arbitrary<Typed> = fc.constantFrom(...scalars).chain(optionally)

const { any } = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, fc.boolean(), fc.constant(null), int64, double),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(text, tie('any'), { maxKeys: 5 }),
  ),
}))
/** Values without a schema: what JSON can say. */
export const schemaless: fc.Arbitrary<unknown> = any
