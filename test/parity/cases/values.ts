/** Kafka's `Values`: texts of headers to values and back, and conversions between types. */
import type { Case, Conversion } from '../cases.ts'
import {
  ARRAY, asHeader, BOOLEAN, bytes, BYTES, classes, date, DATE, decimal, DECIMAL, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, read, STRING, STRUCT, struct, TIME, TIMESTAMP, write,
} from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

export const texts: readonly string[] = [
  '', ' ', '  \t', '\u00a0', '\u2003', 'null', ' null ', 'null,', 'NULL', 'true', 'false', ' true ', 'true}', 'true,false', 'TRUE', '"null"', '"abc"', '""', '"', '\\"', 'abc', ' abc ', 'a,b', 'a:b', 'a b', '\\', '\\\\', 'a\\:b',
  '1', '-1', '+1', '127', '128', '-128', '-129', '32767', '32768', '-32769', '2147483647', '2147483648', '-2147483649', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '10000000000000000000', '10000000000000000001', '99999999999999999999',
  '0', '-0', '0.0', '-0.0', '1.0', '1.', '.5', '+.5', '-.5', '1.5', '0.5', '1e3', '1E3', '1e-3', '1e19', '1e20', '1e-50', '3.4e38', '3.5e38', '3.4e39', '1e308', '1e309', '1e400', '1e-400', '100e-2', '1.10', '123456789.123456789', '0.1', '16777217.5', '1e2147483647', '1e2147483648', '1e-2147483648', '1e99999999999',
  '007', '1_000', '1,000', '0x10', 'NaN', 'Infinity', '-', '+', '--1', '1-', '1e', '1e+', '1:2', '1:', '1}', '1]', '1"', '1 2', '\u0661\u0662', '\u0967.\u096b', '1d', '1f', '1L', ' 1 ', '\t1\n', '5 ', '12:', '340282356779733661637539395458142568447.5',
  '[]', '[ ]', '[1]', '[1,2,3]', '[1, 2.5]', '[1000,1]', '[1,"a"]', '["a","b"]', '["a",1.5,0.1]', '[true,false]', '[true,1]', '[null]', '[null,null]', '[1,null]', '[null,1]', '["a",null]', '[1,]', '[1,,2]', '[,1]', '[1', '[1,2', '[a]', '[1]x', '[1] ', ' [1]', '[[1],[2]]', '[[1],["a"]]', '[[],[1]]', '[{}]', '[{"a":1}]',
  '[1,2]]', '[1 2]', '["a" "b"]', '[1e400,1]', '[1e400,2e400]', '[9223372036854775808,1]', '[128,1.5,1e300]', '[1.5,9223372036854775807]', '["\\"q\\""]', '["a,b:c[d]{e}"]', '["a\\\\"]', '[ "a" , "b" ]', '["a"b]', '["a', '[-1,+2]', '[1e50]', '[3.4e39,1]', '[128,"2019-08-23"]', '["2019-08-23",128]', '["2019-08-23",100000]', '[100000,"2019-08-23"]',
  '{}', '{ }', '{"a":1}', '{"a":1,"b":2}', '{"a":1,}', '{"a":1 "b":2}', '{"a":null}', '{"a":null,"b":1}', '{"a":1,"b":"x"}', '{1:2,300:4}', '{1:2,"a":4}', '{a:1}', '{"a"}', '{"a":}', '{:1}', '{"a":1', '{"a":1,"a":2}', '{null:1}', '{,}', '{"a":1}}', '{"a":{"b":[1,2]}}', '{"a":[],"b":{}}', '{true:1}', '{1.5:"x"}',
  '{"a":1.5,"b":2}', '{"a":1.5,"b":"x"}', '{[1]:2}', '{{}:1}', '{"a" : 1 , "b" : 2}', '{"":""}', '{"a":"2019-08-23"}', '{"2019-08-23":1}', '{1000:1,1:2}', '{1:"a",1.5:"b"}', '{"a":1.5,"b":null}',
  '2019-08-23', '2019-13-45', '2019-8-23', '2019-08-2x', '0001-01-01', '1582-10-15', '1582-10-14', '1500-02-29', '9999-12-31', '2019-00-00', '2019--1-01', '20190823', '2019-08-23 ', '-019-08-23', '2019/08/23', '1E3-01-001', '2019- 8- 3',
  '12:30:00.000Z', '25:61:61.999Z', '12:30:00.000', '12:30:00', '1:30:00.000Z', '00:00:00.000Z', '12:30:00,000Z', '12:30:00.000z', '12\\:30\\:00.000Z', '2019-08-23T14:30:00.000Z', '2019-08-23T14\\:30\\:00.000Z', '2019-08-23T14:30:00.000+', '2019-08-23 14:30:00.000Z', '2019-08-23T14:30:00.000Zx', '1969-12-31T23:59:59.999Z',
  '["2019-08-23"]', '["2019-08-23T14:30:00.000Z"]', '["12:30:00.000Z","13:30:00.000Z"]', '["2019-08-23","12:30:00.000Z"]', '["2019-08-23T14:30:00.000Z","12:30:00.000Z"]', '[2019-08-23]', '[12:30:00.000Z]', '[12\\:30\\:00.000Z]', '{"t":12:30:00.000Z}', '["2019-08-23",null]', '"2019-08-23"',
  '\u0662019-08-23', '\ud83d', '[\ud83d]', '["\ud83d\ude00"]', '\ufeff1', '[1,\n2]', '[[[[[[1]]]]]]', '{"a":{"a":{"a":{"a":null}}}}',
]

const day = 86_400_000
const point = STRUCT({ 'x"': INT32(), y: FLOAT64({ d: f64(2), o: true }), z: STRING(optional) })
const written: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [null, null], [STRING(), ''], [STRING(), 'a"b\\'], [null, list('a"b\\', '')], [null, map(['a"\\', list(bytes(1), null)], [i64(2), flag(true)])], [INT8(), i8(-1)], [FLOAT64(), f64(1)], [FLOAT64(), f64(1e300)], [FLOAT32(), f32(0.1)], [null, f64(1)], [null, f32(1.5)], [FLOAT64(), f64(NaN)],
  [BYTES(), bytes(1, 2)], [null, bytes()], [DECIMAL(2), decimal(1200, 2)], [DECIMAL(-2), decimal(12, -2)], [null, list(decimal(1, 8))], [BOOLEAN(), flag(true)], [ARRAY(FLOAT64()), list(f64(1), f64(2))], [MAP(FLOAT64(), FLOAT32()), map([f64(1), f32(2)])],
  [point, struct(point, i32(1), null, null)], [point, struct(point, i32(1), f64(1), 'z')], [DATE(), date(0)], [DATE(), date(day)], [TIME(), date(5)], [TIMESTAMP(), date(day - 1)], [TIMESTAMP(), date(day + 1)], [TIMESTAMP(), date(-1)], [TIMESTAMP(), date(-86400001)], [TIMESTAMP(), date(253402300800001)], [null, list(date(0), date(day), date(1566567000123))],
]

const inputs: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [null, null], [null, 'x'], [STRING(), 'x'], [null, ''], [null, 'true'], [null, 'false'], [null, 'null'], [null, '0'], [null, '1'], [null, '300'], [null, '70000.9'], [null, '-1.5'], [null, '1e30'], [null, '9223372036854775808'], [null, '1e-5'], [null, '0.1'], [null, ' 1'], [null, 'NaN'], [STRING(), '12:30:00.000Z'],
  [null, '2019-08-23'], [null, '2019-08-23T14:30:00.000Z'], [null, '[1,2]'], [null, '{"a":1}'], [null, '[x'], [INT8(), i8(-5)], [INT16(), i16(300)], [INT32(), i32(100000)], [INT64(), i64(9223372036854775807n)], [INT64(), i64(9007199254740993n)], [null, i64(5)], [FLOAT32(), f32(1.7)], [FLOAT64(), f64(1e30)], [FLOAT64(), f64(-1e30)], [FLOAT64(), f64(NaN)],
  [FLOAT64(), f64(0.5)], [FLOAT64(), f64(1.1)], [FLOAT64(), f64(3)], [null, f64(2)], [null, f32(0.1)], [BOOLEAN(), flag(true)], [null, flag(false)], [DECIMAL(2), decimal(12345, 2)], [DECIMAL(0), decimal(123456789012345678901234567890n, 0)], [DECIMAL(-30), decimal(5, -30)], [DECIMAL(3), decimal(1, 3)],
  [BYTES(), bytes(1, 2)], [BYTES(), bytes()], [DATE(), date(day * 18000)], [DATE(), date(1)], [TIME(), date(45000000)], [TIMESTAMP(), date(1566567000123)], [TIMESTAMP(), date(-1)], [TIMESTAMP(), date(-day - 1)], [null, date(1566567000123)], [STRING(), date(0)], [null, list(i64(1))], [ARRAY(INT32()), list(i32(1))], [null, map(['a', i64(1)])],
  [point, struct(point, i32(1), null, null)],
]
const conversions: readonly Conversion[] = ['Boolean', 'Byte', 'Short', 'Integer', 'Long', 'Float', 'Double', 'String', 'List', 'Map', 'Struct', 'Date', 'Time', 'Timestamp', 'Decimal']
const inferred: readonly TaggedValue[] = [
  null, 'x', flag(true), i64(1), f64(1.5), f64(1), f32(0.5), bytes(1), date(0), decimal(1, 0), list(), list(i64(1), i64(2)), list(i64(1), 'a'), list(i64(1), null), list(null), map(), map(['a', i64(1)]), map(['a', i64(1)], [i64(1), i64(1)]), map(['a', null], ['b', f64(1)]), list(list(i64(1)), list('a')), list(list()), map([null, 'x'], ['a', 'y']),
  struct(point, i32(1), null, null), list(struct(point, i32(1), null, null)), list(date(0)), list(map(['a', i64(1)])),
]

export const valuesCases: readonly Case[] = [
  ...texts.map((text): Case => ({ op: 'parseString', text })),
  ...texts.map((text) => asHeader(read(classes.simpleHeader, text))), asHeader(read(classes.simpleHeader, null)), asHeader(read(classes.simpleHeader, Buffer.from([0xff, 0x31]))),
  ...written.map(([schema, value]) => asHeader(write(classes.simpleHeader, schema, value))),
  ...conversions.flatMap((to) => inputs.map(([schema, value]): Case => ({ op: 'convert', to, schema, value, scale: 2 }))),
  ...inferred.map((value): Case => ({ op: 'inferSchema', value })),
]
