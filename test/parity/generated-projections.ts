/** Cases for SchemaProjector drawn by fast-check: a random schema with a value, and what became of the schema in a later version. The same seed gives the same cases. */
import fc from 'fast-check'
import type { Case } from './cases.ts'
import { typedValue } from './generated.ts'
import { bytes, date, decimal, f32, f64, flag, i16, i32, i64, i8, list, map, struct } from './shorthand.ts'
import type { TaggedSchema, TaggedValue } from './tagged.ts'

type Schema = NonNullable<TaggedSchema>
const widening: readonly Schema['t'][] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']
const numberAfter = (type: Schema['t'], by: number): Schema['t'] => (widening.includes(type) ? (widening[widening.indexOf(type) + by] ?? type) : type)
const plain: Readonly<Record<string, TaggedValue>> = { INT8: i8(7), INT16: i16(7), INT32: i32(7), INT64: i64(7), FLOAT32: f32(7.5), FLOAT64: f64(7.5), BOOLEAN: flag(true), STRING: 'd', BYTES: bytes(7), ARRAY: list(), MAP: map() }
/** Something that a schema of this kind can have as its default; structs with fields have none here. */
const defaultOf = (schema: Schema): TaggedValue => {
  if (schema.n?.endsWith('.Decimal') === true) return decimal(7, Number(schema.p?.[0]?.[1] ?? 0))
  if (/\.(Date|Time|Timestamp)$/.test(schema.n ?? '')) return date(0)
  return schema.t === 'STRUCT' ? (schema.f?.length === 0 ? struct(schema) : null) : (plain[schema.t] ?? null)
}

/** One step that changes a schema itself. Most keep it readable by whoever wrote with the old one. */
const steps: readonly ((schema: Schema) => Schema)[] = [
  (schema) => schema, (schema) => schema, (schema) => schema,
  (schema) => ({ ...schema, t: numberAfter(schema.t, 1) }), (schema) => ({ ...schema, t: numberAfter(schema.t, 2) }), (schema) => ({ ...schema, t: numberAfter(schema.t, -1) }), (schema) => ({ ...schema, t: schema.t === 'INT64' ? 'FLOAT32' : schema.t }),
  (schema) => ({ ...schema, o: true }), (schema) => ({ ...schema, o: false }), (schema) => withDefault(schema), (schema) => withDefault({ ...schema, o: false }), (schema) => ({ ...schema, v: 9, doc: 'later' }), (schema) => ({ ...schema, n: 'renamed' }), (schema) => ({ ...schema, p: [...(schema.p ?? []), ['more', '1']] }), (schema) => ({ ...schema, p: schema.p?.toReversed() }),
]
const withDefault = (schema: Schema): Schema => {
  const d = defaultOf(schema)
  return d === null ? schema : { ...schema, d }
}
/** Without what is undefined, which JSON does not carry. */
const tidy = (schema: Schema): Schema => JSON.parse(JSON.stringify(schema)) as Schema
const step = fc.constantFrom(...steps)
const extra = fc.constantFrom<Schema>({ t: 'INT8', o: true }, { t: 'STRING', d: 'new' }, { t: 'STRING' }, { t: 'INT64', o: true, d: i64(1) })

/** The schema and all in it, each part changed or not. */
const later = (schema: Schema): fc.Arbitrary<Schema> => {
  const inside = (part: TaggedSchema | undefined): fc.Arbitrary<TaggedSchema | undefined> => (part == null ? fc.constant(part) : fc.oneof({ weight: 3, arbitrary: fc.constant<TaggedSchema>(part) }, { weight: 2, arbitrary: later(part) }))
  const fields = schema.f === undefined ? fc.constant(undefined) : fc.tuple(fc.tuple(...schema.f.map(([name, of]) => fc.tuple(inside(of), fc.nat(9)).map(([changed, choice]) => (choice === 0 ? null : ([name, changed ?? null] as const))))), fc.option(extra, { freq: 3 }), fc.boolean()).map(([kept, more, reverse]) => {
    const left = [...kept.filter((field) => field !== null), ...(more === null ? [] : [['added by later', more] as const])]
    return reverse ? left.toReversed() : left
  })
  return fc.tuple(inside(schema.k), inside(schema.e), fields, step).map(([k, e, f, change]) => tidy(change({ ...schema, ...(k == null ? {} : { k }), ...(e == null ? {} : { e }), ...(f === undefined ? {} : { f }) })))
}

export const generateProjections = (seed: number, count: number): readonly Case[] =>
  fc.sample(typedValue.chain(({ schema, value }) => later(schema as Schema).map((target): Case => ({ op: 'project', source: schema, value, target }))), { seed, numRuns: count })
