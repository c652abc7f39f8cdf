/** Connect schemas and values to be written as Avro: every type, every property of a schema, every option. */
import type { Config } from '../cases.ts'
import {
  ARRAY, BOOLEAN, bytes, BYTES, date, DATE, decimal, DECIMAL, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, MAP, map, optional, STRING, STRUCT, struct, TIME, TIMESTAMP,
} from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'
import type { AvroCase } from './run.ts'

const day = 86_400_000
const enumOf = (name: string, ...symbols: readonly string[]) => STRING({ n: name, p: [['io.confluent.connect.avro.Enum', name], ...symbols.map((symbol) => [`io.confluent.connect.avro.Enum.${symbol}`, symbol] as const)] })
const fixedOf = (size: number, name: string) => BYTES({ n: name, p: [['connect.fixed.size', String(size)]] })
const unionOf = (fields: Readonly<Record<string, TaggedSchema>>, more = {}) => STRUCT(fields, { n: 'io.confluent.connect.avro.Union', ...more })
const write = (schema: TaggedSchema, value: TaggedValue, config?: Config): AvroCase => ({ schema, value, ...(config === undefined ? {} : { config }) })
/** The same under each configuration. */
const under = (configs: readonly Config[], schema: TaggedSchema, value: TaggedValue): readonly AvroCase[] => configs.map((config) => write(schema, value, config))
const enhanced: Config = { 'enhanced.avro.schema.support': 'true' }
const all: readonly Config[] = [
  {}, enhanced, { 'connect.meta.data': 'false' }, { 'discard.type.doc.default': 'true' }, { 'scrub.invalid.names': 'true' }, { 'allow.optional.map.keys': 'true' }, { 'generalized.sum.type.support': 'true' }, { 'ignore.default.for.nullables': 'true' },
]

const scalars: readonly (readonly [TaggedSchema & object, readonly TaggedValue[]])[] = [
  [INT8(), [i8(0), i8(-128), i8(127)]], [INT16(), [i16(-32768), i16(300)]], [INT32(), [i32(-(2 ** 31)), i32(2 ** 31 - 1), i32(64)]],
  [INT64(), [i64(0), i64(-(2n ** 63n)), i64(2n ** 63n - 1n), i64(2 ** 31), i64(-(2 ** 32) - 1), i64(2 ** 53)]],
  [FLOAT32(), [f32(0), f32(-0), f32(1.1), f32(NaN), f32(-Infinity)]], [FLOAT64(), [f64(-0), f64(0.1), f64(5e-324), f64(NaN), f64(Infinity)]],
  [BOOLEAN(), [flag(true), flag(false)]], [STRING(), ['', 'é', '\u{1f600}', '\ud83d', 'x'.repeat(70), '\u0000']], [BYTES(), [bytes(), bytes(1, 0, 255)]],
  [DECIMAL(2), [decimal(0, 2), decimal(-1, 2), decimal(127, 2), decimal(128, 2), decimal(-129, 2), decimal(10n ** 60n, 2)]], [DECIMAL(-2), [decimal(5, -2)]], [DECIMAL(70), [decimal(5, 70)]],
  [DATE(), [date(0), date(-day), date(20_000 * day)]], [TIME(), [date(0), date(day - 1)]], [TIMESTAMP(), [date(0), date(-1), date(1_700_000_000_123)]],
]
const ofTypes = scalars.flatMap(([schema, values]) => [
  ...values.map((value) => write(schema, value)),
  ...[values[0] ?? null, null].map((value) => write({ ...schema, o: true }, value)),
  write({ ...schema, o: true, d: values[0] ?? null }, null), write({ ...schema, d: values[0] ?? null }, values[0] ?? null),
  write(STRUCT({ a: { ...schema, d: values.at(-1) ?? null }, b: { ...schema, o: true, d: values[0] ?? null } }), struct(STRUCT({ a: { ...schema, d: values.at(-1) ?? null }, b: { ...schema, o: true, d: values[0] ?? null } }), values[0] ?? null, null)),
  write({ ...schema, doc: 'what it is', ...(schema.n === undefined ? { n: 'n.S', v: 2, p: [['k', 'v'], ['avro.java.string', 'String']] as const } : {}) }, values[0] ?? null),
])

const inner = STRUCT({ x: INT64(), y: STRING(optional) }, { n: 'n.Inner' })
const value = struct(inner, i64(1), null)
const everything = STRUCT({
  i: INT32({ doc: 'an int' }), s: STRING({ ...optional, d: 'dflt', doc: 'a text' }), a: ARRAY(STRING()), m: MAP(STRING(), INT8()), r: inner, again: { ...inner, o: true }, third: inner, list: ARRAY(inner), d: DECIMAL(1, { p: [['scale', '1'], ['connect.decimal.precision', '9']] }),
}, { n: 'com.acme.Everything', v: 3, doc: 'of it', p: [['k', 'v'], ['io.confluent.connect.avro.record.doc', 'record doc'], ['io.confluent.connect.avro.field.doc.i', 'field doc']] })
const everythingValue = struct(everything, i32(1), null, list('a', 'b'), map(['k', i8(1)]), value, null, struct(inner, i64(2), 'y'), list(value), decimal(12, 1))
const empty = STRUCT({})
const odd = STRUCT({ 'a-b c': STRING(), 'é': INT8(), '1x': INT8(), 'a.b': INT8() }, { n: 'my-space.1.Na me' })
const documented = STRUCT({ a: INT32({ d: i32(5), doc: 'field', p: [['io.confluent.connect.avro.field.default', 'true']] }), b: { ...inner, p: [['extra', '1']] }, c: { ...inner, p: [['extra', '2']] } }, { n: 'n.Documented', doc: 'x', p: [['connect.record.doc', 'y']] })
const suit = enumOf('n.Suit', 'HEARTS', 'SPADES')
const hash = fixedOf(2, 'n.Hash')
const money = BYTES({ n: 'org.apache.kafka.connect.data.Decimal', v: 1, p: [['scale', '2'], ['connect.fixed.size', '8']] })

const ofShapes: readonly AvroCase[] = [
  ...under(all, everything, everythingValue),
  ...under(all, odd, struct(odd, 'x', i8(1), i8(2), i8(3))),
  ...under(all, documented, struct(documented, i32(6), struct({ ...inner, p: [['extra', '1']] }, i64(1), null), struct({ ...inner, p: [['extra', '2']] }, i64(2), null))),
  ...under(all, suit, 'SPADES'),
  ...under(all, { ...suit, o: true, d: 'HEARTS' }, null),
  ...under(all, STRUCT({ s: suit, h: hash, o: { ...hash, o: true } }), struct(STRUCT({ s: suit, h: hash, o: { ...hash, o: true } }), 'HEARTS', bytes(1, 2), bytes(3, 4))),
  ...under(all, MAP(STRING(optional), INT32()), map(['a', i32(1)])),
  ...under(all, MAP(INT32(), STRING(optional), { n: 'n.Map' }), map([i32(1), null])),
  ...under(all, unionOf({ int: INT32(optional), string: STRING(optional), Inner: { ...inner, o: true } }), struct(unionOf({ int: INT32(optional), string: STRING(optional), Inner: { ...inner, o: true } }), null, 'x', null)),
  ...under(all, unionOf({ int: INT32(optional), Inner: { ...inner, o: true } }, optional), null),
  write(empty, struct(empty)), write({ ...empty, o: true }, null), write({ ...empty, n: 'a.b.C.' }, struct({ ...empty, n: 'a.b.C.' })), write({ ...empty, n: 'C' }, struct({ ...empty, n: 'C' })),
  write(ARRAY(ARRAY(INT32(optional)), optional), list(list(i32(1), null), list())), write(ARRAY(STRING()), list()), write(MAP(STRING(), ARRAY(inner)), map(['k', list(value)])),
  write(MAP(STRING(), STRING(), { d: map(['a', 'b']) }), map()), write(ARRAY(INT8(), { d: list(i8(1)) }), list()), write(STRUCT({ r: { ...inner, d: value } }), struct(STRUCT({ r: { ...inner, d: value } }), struct({ ...inner, d: value }, i64(4), null))),
  write(MAP(INT8(), STRING(), { d: map([i8(1), 'x']) }), map([i8(2), 'y'])), write(MAP(DATE(), DECIMAL(0)), map([date(day), decimal(7, 0)])),
  write(STRUCT({ m: MAP(INT8(), STRING()), n: MAP(INT8(), STRING()) }), struct(STRUCT({ m: MAP(INT8(), STRING()), n: MAP(INT8(), STRING()) }), map([i8(1), 'x']), map([i8(2), 'y']))),
  write(STRUCT({ m: STRUCT({ a: INT8() }), n: STRUCT({ a: INT8() }), o: STRUCT({ b: INT8() }) }), struct(STRUCT({ m: STRUCT({ a: INT8() }), n: STRUCT({ a: INT8() }), o: STRUCT({ b: INT8() }) }), struct(STRUCT({ a: INT8() }), i8(1)), struct(STRUCT({ a: INT8() }), i8(2)), struct(STRUCT({ b: INT8() }), i8(3)))),
  write(hash, bytes(1, 2)), write({ ...hash, o: true }, null), write(money, decimal(-1, 2)), write(money, decimal(0, 2)), write({ ...money, o: true }, decimal(1234, 2)),
  write(STRUCT({ a: { ...inner, doc: 'one' }, b: { ...inner, doc: 'two' } }), struct(STRUCT({ a: { ...inner, doc: 'one' }, b: { ...inner, doc: 'two' } }), struct({ ...inner, doc: 'one' }, i64(1), null), struct({ ...inner, doc: 'two' }, i64(2), null))),
]
const schemaless: readonly AvroCase[] = [null, flag(true), i64(1), i64(2n ** 62n), f64(1.5), f64(2), f32(1.5), 'x', '\ud83d', list(), list(i64(1), null, 'x', list(flag(false))), map(['a', map(['b', null])]), map([i64(1), 'x'])].map((each) => write(null, each))
const refused: readonly AvroCase[] = [
  write(STRUCT({ 'a b': INT8() }, optional), null), write(STRUCT({}, { n: '1' }), null), write(STRUCT({ a: STRUCT({}, { n: 'x y' }) }, optional), null), write(INT32(), null), write(null, bytes(1)), write(null, date(0)), write(hash, bytes(1)),
  write(DECIMAL(2), decimal(1, 3)), write(DATE(), date(1)), write(TIME(), date(-1)), write(suit, 'CLUBS', enhanced), write(money, decimal(2n ** 80n, 2)),
]
const two = STRUCT({ a: INT32(), b: STRING() }, { n: 'n.R' })
const others = [
  [['a', 'int'], ['b', 'string']], [['b', 'string'], ['a', 'int']], [['a', 'int'], ['b', 'string'], ['c', 'int', 5]], [['a', 'int']], [['a', 'long'], ['b', 'string']], [['a', 'int'], ['b', ['null', 'string'], null]], [['x', 'int'], ['b', 'string']],
] as const
const inOthers = others.flatMap((fields) => ['true', 'false'].map((strict): AvroCase => ({
  config: { 'id.compatibility.strict': strict }, schema: two, value: struct(two, i32(1), 'x'),
  into: { type: 'record', name: 'R', namespace: 'n', fields: fields.map(([name, type, ...value]) => ({ name, type, ...(value.length === 0 ? {} : { default: value[0] }) })) },
})))
export const avroWriteCases: readonly AvroCase[] = [...ofTypes, ...ofShapes, ...schemaless, ...refused, ...inOthers]
