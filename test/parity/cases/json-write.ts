/** JsonConverter, values to bytes: every type with and without the envelope, options, and what it refuses. */
import type { Case } from '../cases.ts'
import {
  ARRAY, BOOLEAN, bytes, BYTES, classes, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, plainJson, STRING, STRUCT,
  struct, TIME, TIMESTAMP, write,
} from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

const day = 86_400_000
const typed: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [INT8(), i8(0)], [INT8(), i8(-128)], [INT8(optional), i8(127)], [INT8(optional), null], [INT8(), null], [INT8({ d: i8(3) }), null], [INT8({ d: i8(3), o: true }), null],
  [INT16(), i16(-32768)], [INT16(), i16(32767)], [INT32(), i32(-2147483648)], [INT32(), i32(2147483647)],
  [INT64(), i64(9223372036854775807n)], [INT64(), i64(-9223372036854775808n)], [INT64(), i64(9007199254740993n)], [INT64(), i64(1)],
  [FLOAT32(), f32(0.1)], [FLOAT32(), f32(3.4028235e38)], [FLOAT32(), f32(1.4e-45)], [FLOAT32(), f32(16777216)], [FLOAT32(), f32(NaN)], [FLOAT32(), f32(Infinity)], [FLOAT32(), f32(-0)], [FLOAT32(), f32(1e10)],
  [FLOAT64(), f64(1)], [FLOAT64(), f64(-0)], [FLOAT64(), f64(1e21)], [FLOAT64(), f64(1e-5)], [FLOAT64(), f64(100)], [FLOAT64(), f64(0.001)], [FLOAT64(), f64(9999999)], [FLOAT64(), f64(1e7)], [FLOAT64(), f64(NaN)],
  [FLOAT64(), f64(-Infinity)], [FLOAT64(), f64(5e-324)], [FLOAT64(), f64(1.7976931348623157e308)], [FLOAT64(), f64(123456.789)],
  [BOOLEAN(), flag(true)], [BOOLEAN(), flag(false)], [BOOLEAN({ d: flag(true) }), null],
  [STRING(), ''], [STRING(), 'plain'], [STRING(), '"\\/\b\f\n\r\t\u0000\u001f\u007f'], [STRING(), '\u00e9\u2028\u2029\uffff'], [STRING(), '\u{1f600}'], [STRING(), '\ud83d'], [STRING(), 'a\ude00b'], [STRING(), 'x'.repeat(3000)],
  [STRING({ o: true, n: 'com.acme.Name', v: 7, doc: 'a "doc"\n', p: [['b', '1'], ['a', '2']] }), 'named'], [STRING({ d: 'dflt' }), null], [STRING({ d: '' }), null],
  [BYTES(), bytes()], [BYTES(), bytes(0, 255, 128)], [BYTES(optional), null], [BYTES({ d: bytes(1, 2) }), null], [BYTES(), bytes(1, 2, 3, 4)],
  [ARRAY(INT32()), list()], [ARRAY(INT32()), list(i32(1), i32(2))], [ARRAY(INT32(optional)), list(i32(1), null)], [ARRAY(INT32()), list(null)], [ARRAY(INT32({ d: i32(9) })), list(null)],
  [ARRAY(ARRAY(STRING())), list(list('a'), list())], [ARRAY(FLOAT64()), list(f64(1), f64(NaN))],
  [MAP(STRING(), INT32()), map()], [MAP(STRING(), INT32()), map(['b', i32(1)], ['a', i32(2)])], [MAP(STRING(optional), INT32()), map([null, i32(1)])], [MAP(STRING({ d: 'k', o: true }), INT32()), map([null, i32(1)])],
  [MAP(INT32(), BOOLEAN()), map([i32(1), flag(true)])], [MAP(INT32(), STRING(optional)), map([i32(2), null])], [MAP(ARRAY(INT8()), STRING()), map([list(i8(1)), 'x'])], [MAP(FLOAT64(), STRING()), map([f64(1), 'x'])],
  [MAP(STRING(), MAP(STRING(), BYTES())), map(['a', map(['b', bytes(7)])])], [MAP(STRING(), INT32()), map(['"q"', i32(1)], ['', i32(2)])], [MAP(BOOLEAN(), INT32()), map([flag(false), i32(0)])],
  [DECIMAL(2), decimal(1234, 2)], [DECIMAL(0), decimal(0, 0)], [DECIMAL(2), decimal(-1, 2)], [DECIMAL(2), decimal(1234, 3)], [DECIMAL(-3), decimal(5, -3)], [DECIMAL(10), decimal(1, 10)], [DECIMAL(2), f64(1.5)], [DECIMAL(2), 'x'],
  [DECIMAL(30), decimal(123456789012345678901234567890123456789012345678901234567890n, 30)], [DECIMAL(2, { d: decimal(100, 2) }), null], [{ t: 'BYTES', n: DECIMAL(0).n ?? '' }, decimal(1, 0)],
  [DATE(), date(0)], [DATE(), date(18000 * day)], [DATE(), date(-day)], [DATE(), date(1)], [DATE(), i32(5)], [DATE({ d: date(day), o: true }), null],
  [TIME(), date(0)], [TIME(), date(day - 1)], [TIME(), date(day)], [TIME(), date(day + 1)], [TIME(), date(-1)], [TIME(), 'x'], [TIMESTAMP(), date(1566567000123)], [TIMESTAMP(), date(-5)], [TIMESTAMP(), i64(5)],
]

const inner = STRUCT({ x: INT32(), y: STRING(optional) }, { n: 'com.acme.Inner' })
const record = STRUCT(
  {
    i8: INT8(), os: STRING(optional), def: INT32({ d: i32(7) }), arr: ARRAY(INT64()), mi: MAP(INT32(), BOOLEAN()), dec: DECIMAL(2), f32: FLOAT32(), in: inner, ts: TIMESTAMP(optional),
  },
  { n: 'com.acme.Rec', v: 2, doc: 'd', p: [['p1', 'v1']] },
)
const structs: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [inner, struct(inner, i32(1), 'a')], [inner, struct(inner, i32(1), null)], [STRUCT({}), struct(STRUCT({}))],
  [record, struct(record, i8(1), null, null, list(i64(1), i64(2)), map([i32(1), flag(true)]), decimal(1234, 2), f32(1.1), struct(inner, i32(5), '\u00e9'), date(1))],
  [STRUCT({ x: INT32() }), struct(inner, i32(1), 'a')], [{ ...inner, o: true }, struct(inner, i32(1), 'a')], [{ ...inner, o: true }, null], [inner, null], [inner, map(['x', i32(1)])],
  [STRUCT({ s: inner, l: ARRAY(inner) }), struct(STRUCT({ s: inner, l: ARRAY(inner) }), struct(inner, i32(1), null), list(struct(inner, i32(2), 'b'), struct(inner, i32(3), null)))],
  [STRUCT({ 'a.b "c"': STRING(optional), ' ': STRING(optional), '\u{1f600}': BOOLEAN() }), struct(STRUCT({ 'a.b "c"': STRING(optional), ' ': STRING(optional), '\u{1f600}': BOOLEAN() }), 'x', null, flag(true))],
  [STRUCT({ a: INT32({ d: i32(1), o: true }), b: STRING({ d: 'z', o: true }) }), struct(STRUCT({ a: INT32({ d: i32(1), o: true }), b: STRING({ d: 'z', o: true }) }), null, null)],
]

const schemaless: readonly TaggedValue[] = [
  null, 'text', '', flag(true), i64(5), i64(-9223372036854775808n), i64(9007199254740993n), f64(1.5), f64(1), f64(1e20), f64(-0), f64(NaN), f32(0.1), f32(2), bytes(1, 2), list(), list(i64(1), 'a', null, f64(2)), map(['a', i64(1)], ['b', null]),
  map([i64(1), 'x']), map(['a', i64(1)], [i64(2), 'b']), map([null, 'x']), map(['n', map(['m', list(map(['deep', f64(0)]))])]), map(['__proto__', i64(1)], ['constructor', i64(2)]), date(0), decimal(1, 0), list(date(0)), list(bytes(9)),
  struct(inner, i32(1), 'a'), map(['s', struct(inner, i32(1), 'a')]),
]

/** A value of another type than the schema's. */
const mistakes: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [INT8(), 'x'], [INT32(), 'x'], [INT64(), flag(true)], [FLOAT32(), 'x'], [FLOAT64(), 'x'], [BOOLEAN(), 'true'], [STRING(), i64(1)], [STRING(), flag(false)], [STRING(), bytes(1)], [BYTES(), 'x'], [BYTES(), i64(1)], [ARRAY(INT32()), 'x'],
  [ARRAY(INT32()), map()], [MAP(STRING(), INT32()), list()], [MAP(STRING(), INT32()), 'x'], [inner, 'x'], [INT32(), f64(1.5)], [INT32(), f64(1)], [ARRAY(STRING()), list('a', i64(1))], [MAP(STRING(), INT32()), map(['a', 'b'])],
  [MAP(STRING(), INT32()), map([i64(1), i32(1)])], [INT32(), list()], [INT32(), map()], [INT32(), date(0)], [INT32(), decimal(1, 0)], [BOOLEAN(), struct(inner, i32(1), null)],
]

const both = (schema: TaggedSchema, value: TaggedValue): readonly Case[] => [write(classes.json, schema, value), write(classes.json, schema, value, plainJson)]
const defaulted: readonly (readonly [TaggedSchema, TaggedValue])[] = typed.filter(([schema]) => schema?.d !== undefined)

export const jsonWriteCases: readonly Case[] = [
  ...typed.flatMap(([schema, value]) => both(schema, value)),
  ...structs.flatMap(([schema, value]) => both(schema, value)),
  ...schemaless.flatMap((value) => both(null, value)),
  ...mistakes.flatMap(([schema, value]) => both(schema, value)),
  ...[...typed, ...structs].filter(([schema]) => schema?.n?.endsWith('Decimal') ?? schema?.t === 'STRUCT').map(([schema, value]) => write(classes.json, schema, value, { 'decimal.format': 'numeric' })),
  ...[...defaulted, ...structs].flatMap(([schema, value]) => ['true', 'false'].map((enable) => write(classes.json, schema, value, { 'replace.null.with.default': 'false', 'schemas.enable': enable }))),
  ...both({ t: 'ARRAY', e: null }, list()), ...both({ t: 'MAP', k: STRING(), e: null }, map()),
  write(classes.json, STRING(), 'a', { 'schemas.cache.size': '0' }), write(classes.json, inner, struct(inner, i32(1), 'a'), { 'schemas.cache.size': '1' }),
  write(classes.json, STRING(), 'content does not matter here', { 'schema.content': '{"type":"int32"}' }),
]
