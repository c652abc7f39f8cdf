/** The classes of data themselves: Headers, Struct and its checks, SchemaBuilder, and the logical types. */
import type { Case, Step } from '../cases.ts'
import {
  ARRAY, BOOLEAN, BYTES, bytes, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, MAP, map, optional, STRING, STRUCT, struct, TIME, TIMESTAMP,
} from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

const day = 86_400_000
const inner = STRUCT({ x: INT32(), y: STRING(optional) })
const otherInner = STRUCT({ x: INT64() })

const headers = (...steps: readonly Step[]): Case => ({ op: 'headers', steps })
const some: readonly Step[] = [['add', 'a', i32(1), INT32()], ['addString', 'b', 'two'], ['add', 'a', 'three', STRING()], ['addInt', 'c', i32(4)], ['addString', 'a', null], ['add', '', null, null]]
const queries: readonly Step[] = [['last', 'a'], ['all', 'a'], ['last', 'b'], ['last', 'none'], ['all', 'none'], ['print']]
/** Values of every class, for every schema: which may stand together in a header. */
const values: readonly TaggedValue[] = [null, 'x', i8(1), i32(70_000), i64(5_000_000_000n), f64(1.5), flag(true), bytes(1), date(5), date(day), decimal(1, 2), list('a'), map(['a', i64(1)]), struct(inner, i32(1), null)]
const schemas: readonly TaggedSchema[] = [
  null, INT8(), INT16(), INT32(), INT64(), FLOAT32(), FLOAT64(), BOOLEAN(), STRING(), BYTES(), ARRAY(STRING()), MAP(STRING(), INT64()), inner, otherInner, DATE(), TIME(), TIMESTAMP(), DECIMAL(2), DECIMAL(3), STRING(optional), INT32(optional), DATE(optional), INT32({ n: 'named' }), STRING({ d: 'd' }),
]
/** A JavaScript number is of any width and of any kind that it fits: not what is asked here. */
const isAnyNumber = (value: TaggedValue, schema: TaggedSchema): boolean => Array.isArray(value) && /^[if]\d/.test(String(value[0])) && schema !== null && /^(INT|FLOAT)/.test(schema.t)
const pairs = values.flatMap((value) => schemas.flatMap((schema) => (isAnyNumber(value, schema) ? [] : [headers(['add', 'h', value, schema])])))
const headerCases: readonly Case[] = [
  headers(), headers(['print']), headers(...some, ...queries), headers(...some, ['remove', 'a'], ...queries), headers(...some, ['remove', 'none'], ...queries), headers(...some, ['retainLatest'], ...queries), headers(...some, ['retainLatest', 'a'], ...queries), headers(...some, ['retainLatest', 'none'], ...queries), headers(...some, ['clear'], ...queries.slice(0, 5)),
  headers(...some, ['rename', 'a', 'z'], ...queries), headers(...some, ['drop', 'a'], ...queries), headers(...some, ['renameAll'], ...queries), headers(['clear'], ['remove', 'a'], ['retainLatest'], ['retainLatest', 'a'], ['drop', 'a'], ['renameAll'], ...queries),
  ...[['add', null, 'x', STRING()], ['addString', null, 'x'], ['remove', null], ['last', null], ['rename', null, 'x']].map((step) => headers(step as unknown as Step)), headers(...some, ['remove', null]), headers(...some, ['last', null]),
  headers(['addBytes', 'h', bytes(1)], ['addBytes', 'h', null], ['addBoolean', 'h', flag(false)], ['addByte', 'h', i8(-1)], ['addShort', 'h', i16(300)], ['addInt', 'h', i32(-1)], ['addLong', 'h', i64(9007199254740993n)], ['addFloat', 'h', f32(0.1)], ['addDouble', 'h', f64(2)], ['print']),
  headers(['addList', 'h', list('a'), ARRAY(STRING())], ['addList', 'h', null, ARRAY(STRING())], ['addMap', 'h', map(['a', i64(1)]), MAP(STRING(), INT64())], ['addMap', 'h', null, INT8()], ['addStruct', 'h', struct(inner, i32(1), 'y')], ['addStruct', 'h', null]), headers(['addList', 'h', list('a'), STRING()]), headers(['addMap', 'h', map(), ARRAY(STRING())]),
  headers(['addDecimal', 'h', decimal(1234, 2)], ['addDecimal', 'h', decimal(5, -3)], ['addDecimal', 'h', null], ['addDate', 'h', date(day)], ['addDate', 'h', null], ['addTime', 'h', date(5)], ['addTime', 'h', date(day)], ['addTime', 'h', null], ['addTimestamp', 'h', date(-5)], ['addTimestamp', 'h', null]),
  ...[['addDate', 'h', date(1)], ['addTime', 'h', date(-1)], ['addTime', 'h', date(day + 1)]].map((step) => headers(step as unknown as Step)), ...pairs,
]

const everything = STRUCT({
  i8: INT8(), i16: INT16(), i32: INT32(), i64: INT64(), f32: FLOAT32(), f64: FLOAT64(), flag: BOOLEAN(), text: STRING(), raw: BYTES(), list: ARRAY(INT8()), map: MAP(STRING(), INT32(optional)), in: inner, opt: INT16(optional), def: INT32({ d: i32(7) }), optdef: STRING({ d: 'd', o: true }),
  day: DATE(), time: TIME(), ts: TIMESTAMP(), dec: DECIMAL(2), named: INT32({ n: 'com.acme.Named' }), lists: ARRAY(ARRAY(STRING(optional))), maps: MAP(INT32(), inner),
}, { n: 'E' })
const names = Object.fromEntries(everything.f?.map(([name, schema]) => [name, schema]) ?? [])
const right: Readonly<Record<string, TaggedValue>> = {
  i8: i8(-128), i16: i16(300), i32: i32(70_000), i64: i64(-(2n ** 63n)), f32: f32(0.1), f64: f64(-0), flag: flag(false), text: 'grün', raw: bytes(0, 255), list: list(i8(1), i8(2)), map: map(['a', i32(1)], ['b', null]), in: struct(inner, i32(5), null), opt: null, def: i32(8), optdef: 'o', day: date(-day), time: date(5), ts: date(-1), dec: decimal(-5, 2), named: i32(1), lists: list(list('a', null), list()), maps: map([i32(1), struct(inner, i32(2), 'y')]),
}
const onStruct = (...steps: readonly Step[]): Case => ({ op: 'struct', schema: everything, steps })
const all: readonly Step[] = Object.entries(right).map(([name, value]): Step => ['put', name, value])
const getters = ['getInt8', 'getInt16', 'getInt32', 'getInt64', 'getFloat32', 'getFloat64', 'getBoolean', 'getString', 'getBytes', 'getArray', 'getMap', 'getStruct']
const wrong: readonly TaggedValue[] = [null, 'x', i64(5_000_000_000n), f64(1.5), flag(true), bytes(1), date(1), date(day), decimal(1, 3), list('a'), list(null), list(list(i64(5_000_000_000n))), map([flag(true), 'a']), map(['a', f64(1.5)]), map([null, i32(1)]), map(['a', struct(otherInner, i64(1))]), map([i32(1), struct(otherInner, i64(1))]), struct(otherInner, i64(1)), struct(inner, i32(1), 'y')]
const structCases: readonly Case[] = [
  onStruct(...all, ['validate'], ['print'], ...Object.keys(right).flatMap((name): Step[] => [['get', name], ['getWithoutDefault', name]])), onStruct(['print'], ...Object.keys(right).flatMap((name): Step[] => [['get', name], ['getWithoutDefault', name]])), onStruct(['validate']), ...all.map((_, index) => onStruct(...all.filter((__, at) => at !== index), ['validate'], ['print'])),
  ...getters.flatMap((getter) => Object.keys(right).flatMap((name) => [onStruct(...all, [getter, name]), onStruct([getter, name])])), ...['nothing', '', 'I8', 'toString', '__proto__'].flatMap((name) => [onStruct(['put', name, i32(1)]), onStruct(['get', name]), onStruct(['getWithoutDefault', name]), onStruct(['getString', name])]),
  ...Object.entries(names).flatMap(([name, schema]) => wrong.filter((value) => !(isAnyNumber(value, schema) && schema?.t.startsWith('FLOAT') === true)).map((value) => onStruct(['put', name, value], ['get', name]))),
  ...[INT8(), ARRAY(INT8()), STRING(optional)].map((schema): Case => ({ op: 'struct', schema, steps: [] })), { op: 'struct', schema: STRUCT({}), steps: [['validate'], ['print'], ['get', 'a']] },
]

const build = (type: string, ...steps: readonly Step[]): Case => ({ op: 'build', type, steps })
const types = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES', 'STRUCT']
const setters: readonly Step[] = [['optional'], ['required'], ['name', 'n'], ['name', 'm'], ['version', 1], ['version', 2], ['doc', 'd'], ['doc', 'e'], ['parameter', 'p', '1'], ['parameter', 'p', '2'], ['field', 'a', INT8()], ['field', 'b', STRING()]]
const builderCases: readonly Case[] = [
  ...types.flatMap((type) => [build(type), ...setters.flatMap((first) => [build(type, first), ...setters.map((second) => build(type, first, second))])]),
  ...types.slice(0, 9).flatMap((type) => [null, 'x', i64(5_000_000_000n), flag(true), bytes(1), date(0), decimal(1, 0)].filter((value) => !isAnyNumber(value, { t: type as 'INT8' })).flatMap((value) => [build(type, ['default', value]), build(type, ['optional'], ['default', value])])), build('INT8', ['default', i8(1)]), build('INT8', ['default', i8(1)], ['default', i8(2)]), build('STRING', ['default', 'a'], ['optional'], ['name', 'n'], ['version', 3], ['doc', 'doc'], ['parameter', 'a', 'b'], ['parameter', 'c', 'd']),
  build('STRUCT', ['field', '', INT8()]), build('STRUCT', ['field', null, INT8()]), build('STRUCT', ['field', 'a', null]), build('STRUCT', ['name', 'x'], ['field', 'a', inner], ['field', 'c', ARRAY(inner)], ['optional']), build('STRUCT', ['field', '__proto__', INT8()], ['field', 'constructor', INT8()], ['field', '__proto__', INT8()]), build('STRING', ['name', null]), build('STRING', ['doc', null], ['doc', 'x']), build('STRING', ['name', 'x'], ['name', null]),
  ...[INT8(), inner, STRING({ d: 'x' })].flatMap((element): Case[] => [{ op: 'build', type: 'ARRAY', element, steps: [['optional'], ['name', 'list']] }, { op: 'build', type: 'MAP', key: STRING(), element, steps: [['version', 2]] }, { op: 'build', type: 'ARRAY', element, steps: [['default', list()]] }, { op: 'build', type: 'MAP', key: INT32(), element, steps: [['default', map()]] }]),
  { op: 'build', type: 'ARRAY', element: null, steps: [] }, { op: 'build', type: 'MAP', key: null, element: INT8(), steps: [] }, { op: 'build', type: 'MAP', key: INT8(), element: null, steps: [] }, { op: 'build', type: 'ARRAY', element: STRING(), steps: [['default', list('a', null)]] }, { op: 'build', type: 'ARRAY', element: STRING(), steps: [['default', 'a']] }, { op: 'build', type: 'MAP', key: STRING(), element: STRING(), steps: [['default', map(['a', flag(true)])]] }, { op: 'build', type: 'ARRAY', element: STRING(), steps: [['field', 'a', INT8()]] },
]

const logical = (as: 'Decimal' | 'Date' | 'Time' | 'Timestamp', from: boolean, schema: TaggedSchema, value: TaggedValue): Case => ({ op: 'logical', as, from, schema, value })
const unscaled = [0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n, 32767n, -32768n, 2n ** 31n, -(2n ** 63n), 2n ** 63n, 10n ** 60n, -(10n ** 60n)]
const logicalCases: readonly Case[] = [
  ...unscaled.flatMap((value) => [0, 2, -3, 40].map((scale) => logical('Decimal', true, DECIMAL(scale), decimal(value, scale)))), logical('Decimal', true, DECIMAL(2), decimal(1, 3)), logical('Decimal', true, BYTES({ n: 'org.apache.kafka.connect.data.Decimal' }), decimal(1, 0)), ...['', 'x', '1.5', ' 2', '2147483648', '+3'].map((scale) => logical('Decimal', true, BYTES({ n: 'org.apache.kafka.connect.data.Decimal', p: [['scale', scale]] }), decimal(1, 3))),
  ...[bytes(0), bytes(255), bytes(128, 0), bytes(0, 128), bytes(1, 2, 3, 4, 5, 6, 7, 8, 9), bytes(255, 255, 255)].flatMap((value) => [0, 2, -3].map((scale) => logical('Decimal', false, DECIMAL(scale), value))),
  ...[0, day, -day, 5 * day, 1, -1, day - 1, day + 1, 1566518400000].flatMap((ms) => [logical('Date', true, DATE(), date(ms)), logical('Time', true, TIME(), date(ms)), logical('Timestamp', true, TIMESTAMP(), date(ms))]),
  ...[0, 1, -1, 18000, day, day + 1, -day, 2 ** 31 - 1].flatMap((value) => [logical('Date', false, DATE(), i32(Math.min(value, 90_000_000))), logical('Time', false, TIME(), i32(value)), logical('Timestamp', false, TIMESTAMP(), i64(value))]),
]

export const dataCases: readonly Case[] = [...headerCases, ...structCases, ...builderCases, ...logicalCases]
