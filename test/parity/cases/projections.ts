/** SchemaProjector: every type to every other, optional and required, with defaults, names, parameters, and what is inside structs, arrays and maps. */
import type { Case } from '../cases.ts'
import { ARRAY, BOOLEAN, BYTES, bytes, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, MAP, map, optional, STRING, STRUCT, struct, TIME, TIMESTAMP } from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

type Typed = readonly [schema: NonNullable<TaggedSchema>, value: TaggedValue]
const day = 86_400_000
const project = (source: TaggedSchema, value: TaggedValue, target: TaggedSchema): Case => ({ op: 'project', source, value, target })

const inner = STRUCT({ x: INT8(), y: STRING(optional) })
const all: readonly Typed[] = [
  [INT8(), i8(-128)], [INT16(), i16(32767)], [INT32(), i32(16_777_217)], [INT64(), i64(9007199254740993n)], [FLOAT32(), f32(0.1)], [FLOAT64(), f64(0.1)], [BOOLEAN(), flag(true)], [STRING(), 'x'], [BYTES(), bytes(1, 2)],
  [DATE(), date(day)], [TIME(), date(5)], [TIMESTAMP(), date(1566567000123)], [DECIMAL(2), decimal(1230, 2)], [ARRAY(INT8()), list(i8(1), i8(2))], [MAP(STRING(), INT8()), map(['a', i8(1)])], [inner, struct(inner, i8(1), 'y')],
]
/** The default that a target of this type has. */
const withDefault = ([schema, value]: Typed): NonNullable<TaggedSchema> => ({ ...schema, d: value })
const asOptional = (schema: NonNullable<TaggedSchema>): NonNullable<TaggedSchema> => ({ ...schema, o: true })
const structOf = (schema: NonNullable<TaggedSchema>, value: TaggedValue): TaggedValue => (Array.isArray(value) && value[0] === 's' ? struct(schema, ...(value[2] as readonly TaggedValue[])) : value)

/** Every type to every type, in all mixtures of optional, required and with a default; the value and null. */
const pairs = all.flatMap(([source, value]): readonly Case[] => all.flatMap((of): readonly Case[] => {
  const [target] = of
  return [
    project(source, value, target), project(source, value, asOptional(target)), project(source, value, withDefault(of)), project(source, null, target), project(source, null, withDefault(of)),
    ...[null, structOf(asOptional(source), value)].flatMap((each) => [target, asOptional(target), withDefault(of), { ...withDefault(of), o: true }].map((to) => project(asOptional(source), each, to))),
  ]
}))

const extremes: readonly Typed[] = [
  ...[-128, 127, 0].map((value): Typed => [INT8(), i8(value)]), ...[-32768, 32767].map((value): Typed => [INT16(), i16(value)]), ...[-(2 ** 31), 2 ** 31 - 1, 16_777_217, -16_777_219].map((value): Typed => [INT32(), i32(value)]),
  ...[-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 36_028_799_166_447_617n, -36_028_799_166_447_617n, 9_223_371_761_976_868_865n].map((value): Typed => [INT64(), i64(value)]),
  ...[-0, NaN, Infinity, -Infinity, 3.4028234663852886e38, 1.401298464324817e-45, 0.1].map((value): Typed => [FLOAT32(), f32(value)]), ...[-0, NaN, 5e-324, 1.7976931348623157e308].map((value): Typed => [FLOAT64(), f64(value)]),
]
const numbers = [INT8(), INT16(), INT32(), INT64(), FLOAT32(), FLOAT64()]

/** Names and parameters must be equal, whatever their order; versions and docs say nothing. */
const variants: readonly Partial<NonNullable<TaggedSchema>>[] = [
  {}, { n: 'a' }, { n: 'b' }, { n: 'a', v: 1 }, { v: 2 }, { doc: 'doc' }, { p: [['a', '1']] }, { p: [['a', '2']] }, { p: [['a', '1'], ['b', '2']] }, { p: [['b', '2'], ['a', '1']] }, { p: [['a', '1, b=2']] }, { n: 'a', p: [['a', '1']] }, { n: '' }, { n: 'null' },
]
const named = variants.flatMap((from) => variants.flatMap((to) => [project(INT32(from), i32(5), INT64(to)), project(STRING({ ...from, o: true }), null, STRING({ ...to, d: 'd' })), project({ ...STRUCT({ a: INT8() }), ...from }, struct({ ...STRUCT({ a: INT8() }), ...from }, i8(1)), { ...STRUCT({ a: INT16() }), ...to })]))

/** A struct with these fields, as it is sent, to one with others. */
const reshape = (source: Readonly<Record<string, Typed>>, target: Readonly<Record<string, NonNullable<TaggedSchema>>>, more: Partial<NonNullable<TaggedSchema>> = {}): Case => {
  const schema = STRUCT(Object.fromEntries(Object.entries(source).map(([name, [of]]) => [name, of])), more)
  return project(schema, struct(schema, ...Object.values(source).map(([, value]) => value)), STRUCT(target, more))
}
const a: Typed = [INT8(), i8(1)]
const nullable: Typed = [INT8(optional), null]
const defaulted: Typed = [INT8({ d: i8(9), o: true }), null]
const nestedInner = STRUCT({ deep: INT8(), gone: STRING() })
const nested = STRUCT({ in: nestedInner, l: ARRAY(nestedInner), m: MAP(STRING(), nestedInner) })
const one = struct(nestedInner, i8(3), 'gone')
const full = struct(nested, one, list(one, one), map(['k', one]))
const structs: readonly Case[] = [
  reshape({ a }, { a: INT64() }), reshape({ a }, {}), reshape({}, {}), reshape({ a }, { b: INT8() }), reshape({ a }, { b: INT8(optional) }), reshape({ a }, { b: INT8({ d: i8(7) }) }), reshape({ a }, { b: INT8({ d: i8(7), o: true }) }), reshape({ a }, { b: STRING(optional), a: FLOAT64() }),
  reshape({ a, b: [STRING(), 'x'] }, { b: STRING(), a: INT8() }), reshape({ a: nullable }, { a: INT8() }), reshape({ a: nullable }, { a: INT8({ d: i8(7) }) }), reshape({ a: nullable }, { a: INT16({ d: i16(7), o: true }) }), reshape({ a: nullable }, { a: INT8(optional) }), reshape({ a: defaulted }, { a: INT8({ d: i8(7) }) }), reshape({ a: defaulted }, { a: INT64(optional) }), reshape({ a: defaulted }, { a: INT8() }),
  reshape({ a: [STRING(), 'x'] }, { a: INT8() }), reshape({ a: [INT64(), i64(1)] }, { a: INT8() }), reshape({ a: [INT8({ n: 'n' }), i8(1)] }, { a: INT8() }), reshape({ a: [DECIMAL(2), decimal(5, 2)] }, { a: DECIMAL(3) }), reshape({ a: [DECIMAL(2), decimal(5, 2)] }, { a: DECIMAL(2, optional) }), reshape({ a }, { a: INT8() }, { n: 'named', v: 2 }),
  reshape({ __proto__x: a, constructor: a }, { constructor: INT16(), toString: STRING(optional) }), reshape({ a: [INT8({ d: i8(9), o: true }), null] }, { a: INT8({ d: i8(3) }) }), reshape({ a: [STRUCT({ x: INT8() }, optional), null] }, { a: STRUCT({ x: INT8() }, { d: struct(STRUCT({ x: INT8() }), i8(4)) }) }),
  ...[STRUCT({ deep: INT64() }), STRUCT({ deep: INT8(), more: STRING(optional) }), STRUCT({ deep: INT8(), more: STRING({ d: 'd' }) }), STRUCT({ deep: INT8(), more: STRING() }), STRUCT({ deep: STRING() }), STRUCT({})].flatMap((to) => [
    project(nested, full, STRUCT({ in: to })), project(nested, full, STRUCT({ l: ARRAY(to) })), project(nested, full, STRUCT({ m: MAP(STRING(), to) })), project(nested, full, STRUCT({ in: to, l: ARRAY(to), m: MAP(STRING(), to) })), project(nestedInner, one, to), project(ARRAY(ARRAY(nestedInner)), list(list(one)), ARRAY(ARRAY(to))),
  ]),
  project(STRUCT({ a: STRUCT({ b: STRUCT({ c: STRING() }) }) }), struct(STRUCT({ a: STRUCT({ b: STRUCT({ c: STRING() }) }) }), struct(STRUCT({ b: STRUCT({ c: STRING() }) }), struct(STRUCT({ c: STRING() }), 'x'))), STRUCT({ a: STRUCT({ b: STRUCT({ c: INT8() }) }) })),
]

const containers: readonly Case[] = [
  ...[ARRAY(INT8()), ARRAY(INT64()), ARRAY(INT8(optional)), ARRAY(STRING()), ARRAY(INT8({ n: 'x' })), ARRAY(FLOAT32({ d: f32(1) })), ARRAY(ARRAY(INT8()))].flatMap((target) => [
    project(ARRAY(INT8()), list(i8(1), i8(-1)), target), project(ARRAY(INT8()), list(), target), project(ARRAY(INT8(optional)), list(i8(1), null), target), project(ARRAY(INT8(optional)), list(), target), project(ARRAY(INT8({ d: i8(5), o: true })), list(null), target), project(ARRAY(INT8(), optional), null, { ...target, d: list() }),
  ]),
  ...[MAP(STRING(), INT8()), MAP(STRING(), INT64(optional)), MAP(STRING(), FLOAT64({ d: f64(1) })), MAP(INT8(), INT8()), MAP(INT64(), INT8()), MAP(FLOAT32(), STRING()), MAP(STRING(optional), INT16())].flatMap((target) => [
    project(MAP(STRING(), INT8()), map(['a', i8(1)], ['b', i8(2)]), target), project(MAP(STRING(), INT8()), map(), target), project(MAP(INT8(), INT8(optional)), map([i8(1), null], [i8(2), i8(3)]), target), project(MAP(INT32(), STRING()), map([i32(16_777_216), 'a'], [i32(16_777_218), 'b']), target), project(MAP(STRING(optional), INT8()), map([null, i8(1)]), target),
  ]),
  // what comes of texts whose elements have no common schema
  ...[ARRAY(null), ARRAY(INT8()), MAP(null, null), MAP(STRING(), null)].flatMap((target) => [project(ARRAY(null), list(), target), project(ARRAY(null), list(i8(1)), target), project(ARRAY(INT8()), list(i8(1)), target), project(MAP(null, null), map(), target), project(MAP(STRING(), null), map(['a', null]), target), project(MAP(STRING(), INT8()), map(['a', i8(1)]), target)]),
]

export const projectionCases: readonly Case[] = [...pairs, ...extremes.flatMap(([source, value]) => numbers.map((target) => project(source, value, target))), ...named, ...structs, ...containers]
