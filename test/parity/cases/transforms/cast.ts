/** Cast: every type to every other with the extremes of each, with and without schemas; structs, maps, defaults, and what cannot be cast. */
import type { Case } from '../../cases.ts'
import {
  ARRAY, BOOLEAN, BYTES, bytes, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, STRING, STRUCT, struct, TIME, TIMESTAMP,
} from '../../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'
import { onBoth, onEach, onValue } from './records.ts'

const day = 86_400_000
export const castTargets = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'] as const

const doubles = [0, -0, 0.5, -0.5, 1, -1.9, 127.9, 128, 300, -32769, 65536.5, 2147483647, 2147483648, -2147483649, 1e10, 9007199254740992, 9.223372036854775e18, 1e19, -1e19, 1e20, 1e39, 3.4028235e38, 3.4028236e38, 5e-324, 1.4e-45, 0.1, 1 / 3, 1e21, 123456.789, NaN, Infinity, -Infinity]
const longs = [0n, 1n, -1n, 127n, 128n, -129n, 300n, 32768n, 65536n, 2147483647n, 2147483648n, -2147483649n, 16777217n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n, 9223371761976868863n, 1099511627781n]
const texts = [
  '', ' ', '0', '-0', '+5', '127', '128', '-129', '32768', '65536', '2147483648', '9223372036854775807', '9223372036854775808', ' 1', '1 ', '1.0', '1.5', '1e3', '1E400', '-1e-400', '0x10', '0x1.8p1', '0x1p-1074', '1f', '1.5d', '1L', '.5', '5.', '.', '-.5e+2', '--1', '+-1', 'NaN', '+NaN', '-Infinity', 'Infinity', 'infinity', 'nan',
  'true', 'TRUE', 'True', 'yes', 'false', ' true', '\u0661\u0662', '\uff11', '1_000', '1,000', 'abc', '\u00a01', '\t1.5\n', '3.4028235e38', '3.4028236e38', '1.00000017881393421514957253748434595763683319091796875001', '0.1', '1e', 'e1', '0b1', '\u0000',
]
const dates = [0, 1, day, day - 1, -1, -day, 1566567000123, 253402300800000, -62135596800000]

const values: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  ...doubles.flatMap((value) => [[FLOAT64(), f64(value)], [FLOAT32(), f32(value)], [null, f64(value)], [null, f32(value)]] as const),
  ...longs.flatMap((value) => [[INT64(), i64(value)], [null, i64(value)]] as const),
  ...[0, 1, -1, 2147483647, -2147483648, 300, 16777217].map((value) => [INT32(), i32(value)] as const), ...[0, 255, -32768, 32767].map((value) => [INT16(), i16(value)] as const), ...[0, 127, -128].map((value) => [INT8(), i8(value)] as const),
  ...texts.flatMap((value) => [[STRING(), value], [null, value]] as const),
  [BOOLEAN(), flag(true)], [BOOLEAN(), flag(false)], [null, flag(true)], [null, flag(false)],
  [BYTES(), bytes()], [BYTES(), bytes(1, 2, 255)], [null, bytes(0, 128)],
  [DECIMAL(2), decimal(1275, 2)], [DECIMAL(0), decimal(-(2n ** 70n) - 1n, 0)], [DECIMAL(3), decimal(-1, 3)], [DECIMAL(-3), decimal(5, -3)], [DECIMAL(-400), decimal(5, -400)], [DECIMAL(400), decimal(5, 400)], [DECIMAL(0), decimal(0, 0)], [null, decimal(1275, 2)], [DECIMAL(2), decimal(3000000000n, 0)],
  ...dates.map((ms) => [TIMESTAMP(), date(ms)] as const), ...dates.filter((ms) => ms % day === 0).map((ms) => [DATE(), date(ms)] as const), [DATE(), date(5)], [TIME(), date(0)], [TIME(), date(day - 1)], [TIME(), date(day)], [TIME(), date(-1)], [null, date(day)],
  [ARRAY(INT32()), list(i32(1))], [MAP(STRING(), INT32()), map(['a', i32(1)])], [STRUCT({ a: INT32() }), struct(STRUCT({ a: INT32() }), i32(1))], [null, list()], [null, map(['a', i64(1)])], [null, struct(STRUCT({ a: INT32() }), i32(1))],
  [INT32(optional), null], [INT32({ d: i32(3) }), null], [null, null], [STRING(), null],
  [STRING({ n: 'name', v: 3, doc: 'doc', p: [['a', 'b']], o: true, d: '12' }), '7'], [TIMESTAMP({ o: true, d: date(5) }), date(7)], [INT64({ d: i64(300) }), i64(1)], [FLOAT64({ d: f64(NaN) }), f64(1)], [BYTES({ d: bytes(9) }), bytes(1)], [STRING({ d: 'x' }), '1'],
]

const record = STRUCT(
  { a: INT32({ d: i32(7), doc: 'd', n: 'n', v: 1 }), b: TIMESTAMP(optional), c: STRING(), d: DECIMAL(2, optional), e: ARRAY(INT8(), optional), f: BOOLEAN(optional), g: FLOAT32(optional), h: BYTES(optional), i: DATE(optional) },
  { n: 's', v: 2, doc: 'doc', p: [['k', 'v']] },
)
const full = struct(record, i32(300), date(1566567000123), '12', decimal(1275, 2), list(i8(1)), flag(true), f32(1.5), bytes(1), date(day))
const sparse = struct(record, null, null, '12', null, null, null, null, null, null)
const optionalRecord = { ...record, o: true }
const withDefault = STRUCT({ a: INT32() }, { d: struct(STRUCT({ a: INT32() }), i32(1)) })

const specs = ['a:int8', 'a:string,b:string', 'b:int64,i:int32', 'b:int32', 'c:int64, c:float32', ' a : STRING ', 'd:float64,f:int8,g:string', 'd:string,h:string,i:string', 'h:int8', 'e:string', 'x:int8', 'a:string,b:string,c:boolean,d:int32,f:string,g:int64,h:string,i:int64', 'f:float64,g:boolean']

export const castCases: readonly Case[] = [
  ...castTargets.flatMap((spec) => onEach('Cast', { spec }, values)),
  ...specs.flatMap((spec) => [
    ...onBoth('Cast', { spec }, record, full), onValue('Cast', { spec }, record, sparse), onValue('Cast', { spec, 'replace.null.with.default': 'false' }, record, sparse), onValue('Cast', { spec }, optionalRecord, null), onValue('Cast', { spec }, record, null),
    onValue('Cast', { spec }, optionalRecord, struct(optionalRecord, ...(full?.[2] as readonly TaggedValue[]))),
    onValue('Cast', { spec }, null, map(['a', i64(300)], ['b', date(5)], ['c', '12'], ['d', f64(2)], ['f', flag(false)], ['g', f32(0.1)])), onValue('Cast', { spec }, null, map(['h', bytes(1)], ['c', null], ['e', list()])), onValue('Cast', { spec }, null, map()),
    onValue('Cast', { spec }, null, 'text'), onValue('Cast', { spec }, INT32(), i32(1)), onValue('Cast', { spec }, withDefault, struct(STRUCT({ a: INT32() }), i32(1))), onValue('Cast', { spec }, null, null),
    onValue('Cast', { spec }, ARRAY(INT32()), list(i32(1))), onValue('Cast', { spec }, MAP(STRING(), INT32()), map(['a', i32(1)])),
  ]),
  ...onBoth('Cast', { spec: 'int64' }, INT32({ o: true, n: 'x' }), i32(5), { partition: 3, timestamp: 12, headers: [['h', INT32(), i32(1)]] }),
]
