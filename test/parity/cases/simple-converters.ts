/** StringConverter in several charsets, ByteArrayConverter, the converters of one number each, and how they are configured. */
import type { Case } from '../cases.ts'
import {
  ARRAY, asHeader, BOOLEAN, bytes, BYTES, classes, date, DATE, decimal, DECIMAL, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, read, STRING, STRUCT, struct, TIMESTAMP, write,
} from '../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

const texts: readonly string[] = ['', 'plain', '\u00e9\u00fc\u00df', '\u20ac \u0100', '\u{1f600}', '\ud83d', 'a\ude00b', '\u0000\u0080\u00ff', '\ufeffx']
export const charsets: readonly string[] = ['UTF-8', 'utf8', 'ISO-8859-1', 'latin1', 'US-ASCII', 'ascii', 'UTF-16', 'UTF-16BE', 'UTF-16LE', 'UTF-32', 'windows-1252', 'Cp1252', 'ISO-8859-15', 'no-such-charset', '']
const raw: readonly Uint8Array[] = [
  Buffer.from('plain'), Buffer.from('\u00e9\u{1f600}'), Buffer.from([0xff, 0xfe, 0x61, 0x00]), Buffer.from([0xfe, 0xff, 0x00, 0x61]), Buffer.from([0xc3]), Buffer.from([0x61, 0xc3, 0x28]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf0, 0x9f, 0x98]),
  Buffer.from([0x80, 0x9f, 0xa4, 0xff]), Buffer.from([0xd8, 0x3d]), Buffer.from([0xd8, 0x3d, 0x00, 0x61]), Buffer.from([0x3d, 0xd8, 0x61, 0x00]), Buffer.from([0x61]), Buffer.from([]), Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from([0xc0, 0xaf]), Buffer.from([0xe2, 0x82, 0x41]),
]
const point = STRUCT({ x: INT32(), y: STRING(optional), z: ARRAY(FLOAT64()), w: FLOAT32(optional) })
const printed: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [null, null], [STRING(), null], [INT32(), i32(5)], [INT64(), i64(-9223372036854775808n)], [FLOAT64(), f64(1)], [FLOAT64(), f64(1e21)], [FLOAT32(), f32(0.1)], [FLOAT64(), f64(NaN)], [BOOLEAN(), flag(true)], [null, i64(7)], [null, f64(7)], [null, f64(1e20)], [null, f32(0.1)],
  [DECIMAL(2), decimal(1234, 2)], [DECIMAL(-3), decimal(12, -3)], [null, decimal(1, 7)], [TIMESTAMP(), date(0)], [DATE(), date(1566518400000)], [null, date(951782400000)], [ARRAY(INT32()), list(i32(1), i32(2))], [ARRAY(FLOAT64()), list(f64(1), f64(2.5))], [null, list('a', null, f64(1), i64(1))],
  [MAP(STRING(), FLOAT32()), map(['a', f32(1)], ['b', f32(0.1)])], [null, map(['a', map(['b', list()])])], [point, struct(point, i32(1), null, list(f64(1)), f32(0.5))], [point, struct(point, i32(1), 'q', list(), null)], [MAP(INT32(), BOOLEAN()), map([i32(1), flag(false)])],
]
const numbers: readonly (readonly [string, TaggedSchema, TaggedValue, number])[] = [
  [classes.short, INT16(), i16(-2), 2], [classes.integer, INT32(), i32(-2), 4], [classes.long, INT64(), i64(9223372036854775807n), 8], [classes.float, FLOAT32(), f32(0.1), 4], [classes.double, FLOAT64(), f64(-0), 8],
]
const everyNumber = [classes.boolean, ...numbers.map(([className]) => className)]
const strangers: readonly (readonly [TaggedSchema, TaggedValue])[] = [[STRING(), 'x'], [BOOLEAN(), flag(true)], [null, 'x'], [null, null], [BYTES(), bytes(1)], [null, list()], [null, map()], [DATE(), date(0)], [DECIMAL(0), decimal(1, 0)]]

export const simpleConverterCases: readonly Case[] = [
  ...charsets.flatMap((charset) => [...texts.map((text) => write(classes.string, STRING(), text, { 'converter.encoding': charset })), ...raw.map((content) => read(classes.string, content, { 'converter.encoding': charset })), read(classes.string, null, { 'converter.encoding': charset })]),
  ...printed.flatMap(([schema, value]) => [write(classes.string, schema, value), asHeader(write(classes.string, schema, value)), write(classes.string, schema, value, { 'converter.encoding': 'UTF-16' })]),
  ...[null, [], [0], [1, 2, 255]].map((content) => read(classes.bytes, content && Buffer.from(content))),
  ...([[BYTES(), bytes()], [BYTES(), bytes(1, 255)], [BYTES(optional), null], [null, bytes(3)], [null, null], [STRING(), 'x'], [STRING(), bytes(1)], [null, 'x'], [BYTES(), 'x'], [INT32(), null], [BYTES(), i64(1)], [DECIMAL(0), decimal(1, 0)], [null, map()]] as const)
    .map(([schema, value]) => write(classes.bytes, schema, value)),
  ...numbers.flatMap(([className, schema, value]) => [write(className, schema, value), write(className, null, null), asHeader(write(className, schema, value)), write(className, STRING(), null)]),
  ...everyNumber.flatMap((className) => [...strangers.map(([schema, value]) => write(className, schema, value)), ...[0, 1, 2, 3, 4, 5, 8, 9].map((length) => read(className, Buffer.alloc(length, 0x81))), read(className, null), read(className, Buffer.from([0])), read(className, Buffer.from([1]))]),
  ...everyNumber.flatMap((className) => ([[INT8(), i8(1)], [INT8(optional), null], [INT8(), i8(-128)], ...numbers.map(([, schema, value]) => [schema, value] as const)] as const).map(([schema, value]) => write(className, schema, value))),
  write(classes.boolean, BOOLEAN(), flag(true)), write(classes.boolean, null, flag(false)), write(classes.boolean, BOOLEAN(optional), null), write(classes.boolean, INT32(), flag(true)), write(classes.boolean, STRING(), null),
  ...[f64(1.5), f64(NaN), f64(Infinity), f64(5e-324)].map((value) => write(classes.double, FLOAT64(), value)), ...[f32(NaN), f32(-Infinity), f32(1.4e-45)].map((value) => write(classes.float, FLOAT32(), value)),
  write(classes.integer, null, i32(2147483647)), write(classes.short, null, i16(32767)), write(classes.long, null, i64(-1)), write(classes.double, null, f64(1)), write(classes.float, null, f32(1)), write(classes.integer, null, f64(1)), write(classes.long, null, f64(2)), write(classes.double, null, i64(2)),
]
export const configureCases: readonly Case[] = Object.values(classes).flatMap((className): Case[] => [
  { op: 'configure', class: className }, { op: 'configure', class: className, as: 'key', config: { unknown: 'x' } }, { op: 'configure', class: className, as: 'header' },
  { op: 'configure', class: className, config: { 'schemas.enable': 'yes' } }, { op: 'configure', class: className, config: { 'schemas.enable': ' TRUE ' } }, { op: 'configure', class: className, config: { 'schemas.cache.size': 'x' } }, { op: 'configure', class: className, config: { 'schemas.cache.size': '-1' } },
  { op: 'configure', class: className, config: { 'schemas.cache.size': '2147483648' } }, { op: 'configure', class: className, config: { 'decimal.format': 'text' } }, { op: 'configure', class: className, config: { 'decimal.format': ' numeric ' } }, { op: 'configure', class: className, config: { 'replace.null.with.default': '1' } },
])
