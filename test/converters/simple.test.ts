/** The converters of one value each, and the lookup. */
import { expect, test } from 'vitest'
import { Scratch } from '../../src/converters/columns.ts'
import { createConverter, findConverter } from '../../src/converters/converters.ts'
import { encodeRows } from '../../src/converters/encode-rows.ts'
import { javaText } from '../../src/data/java-text.ts'
import { javaDouble, javaFloat } from '../../src/data/java-number.ts'
import { schemas } from '../../src/data/schema-builder.ts'
import { columnOf } from '../../src/wire/columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { atOnce, converter, decode, encode } from './helpers.ts'

test('converters are found by class, simple name and short name', () => {
  for (const name of ['org.apache.kafka.connect.storage.StringConverter', 'StringConverter', 'String']) expect(findConverter(name)).toBe('org.apache.kafka.connect.storage.StringConverter')
  expect(findConverter('Simple')).toBe('org.apache.kafka.connect.storage.SimpleHeaderConverter')
  expect(() => createConverter({ className: 'com.example.Nope', isKey: true, config: {} })).toThrow('Class com.example.Nope could not be found')
})

test('what a converter is for can be key, value or header', () => {
  const make = (type: string) => createConverter({ className: 'String', isKey: true, config: { 'converter.type': type } })
  for (const type of ['key', 'value', 'header']) expect(() => make(type)).not.toThrow()
  expect(() => make('other')).toThrow('Invalid value other for configuration converter.type: String must be one of: key, value, header')
})

test('strings pass as they are; other values as Java prints them', () => {
  const string = converter('String')
  expect(encode(string, [['é', null], ['', null], [null, null]])).toEqual(['é', '', null])
  expect(encode(string, [['x', null], [1, null], [1.5, null], [[1, 'a', null], null], [new Map<string, unknown>([['a', 1], ['b', 'x']]), null], [true, null]])).toEqual(['x', '1', '1.5', '[1, a, null]', '{a=1, b=x}', 'true'])
  expect(decode(string, ['a', null, 'é'])).toEqual(['a', null, 'é'].map((value) => ({ schema: schemas.OPTIONAL_STRING_SCHEMA, value })))
  // a value cut in the middle of a character does not flow into its neighbour
  expect(decode(string, [Buffer.from([0xc3]), Buffer.from([0xa9])]).map((found) => 'value' in found && found.value)).toEqual(['\ufffd', '\ufffd'])
})

test('other charsets are converted, unknown ones refused', () => {
  const latin = converter('String', { 'converter.encoding': 'ISO-8859-1' })
  expect(decode(latin, [Buffer.from([0xe9])]).map((found) => 'value' in found && found.value)).toEqual(['é'])
  expect(encode(converter('String', { 'converter.encoding': 'US-ASCII' }), [['aé\u{1f600}', null]])).toEqual(['a??'])
  expect(() => converter('String', { 'converter.encoding': 'klingon' })).toThrow('converter.encoding')
})

test('byte arrays pass untouched; anything else is refused in Kafka’s words', () => {
  const bytes = converter('ByteArray')
  expect(encode(bytes, [[Buffer.from('abc'), schemas.BYTES_SCHEMA], [null, null]])).toEqual(['abc', null])
  expect(encode(bytes, [['x', null], [null, schemas.STRING_SCHEMA]])).toEqual([
    { error: 'ByteArrayConverter is not compatible with objects of type class java.lang.String' }, { error: 'Invalid schema type for ByteArrayConverter: STRING' },
  ])
  expect(decode(bytes, ['abc', null])).toEqual([{ schema: schemas.OPTIONAL_BYTES_SCHEMA, value: Buffer.from('abc') }, { schema: schemas.OPTIONAL_BYTES_SCHEMA, value: null }])
})

test.each([
  ['Short', -2, [0xff, 0xfe]], ['Integer', 1, [0, 0, 0, 1]], ['Long', 2n ** 62n, [0x40, 0, 0, 0, 0, 0, 0, 0]], ['Float', 1, [0x3f, 0x80, 0, 0]], ['Double', 1, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]], ['Boolean', true, [1]],
] as const)('%s has its bytes big-endian, both ways', (name, value, bytes) => {
  const one = converter(name)
  const encoded = atOnce(one.fromConnect({ count: 2, column: columnOf([value, null], new SchemaTable()), schemas: [], schema: null }, { topics: ['t'], topic: null }))
  expect([...encoded.bytes.subarray(encoded.start[0], encoded.end[0])]).toEqual(bytes)
  expect(decode(one, [Uint8Array.from(bytes)])).toMatchObject([{ value }])
  expect(decode(one, [Uint8Array.of(1, 2, 3)])).toMatchObject([{ error: expect.stringContaining('Failed to deserialize') }])
})

test('numbers that do not fit are refused', () => {
  expect(encode(converter('Short'), [[40000, null], ['x', null]])).toEqual([{ error: 'Failed to serialize to short (was class java.lang.Long): ' }, { error: 'Failed to serialize to short (was class java.lang.String): ' }])
})

test('with a schema of another number a number is refused, whatever its size; without one it is what the converter is for', () => {
  const { INT8_SCHEMA, INT32_SCHEMA, FLOAT32_SCHEMA, FLOAT64_SCHEMA } = schemas
  const refused = (word: string, of: string) => ({ error: `Failed to serialize to ${word} (was class java.lang.${of}): ` })
  expect(encode(converter('Short'), [[1, INT8_SCHEMA], [1, INT32_SCHEMA], [0x6162, null]])).toEqual([refused('short', 'Byte'), refused('short', 'Integer'), 'ab'])
  expect(encode(converter('Long'), [[1, INT32_SCHEMA], [1, FLOAT64_SCHEMA]])).toEqual([refused('long', 'Integer'), refused('long', 'Double')])
  expect(encode(converter('Double'), [[0.5, FLOAT32_SCHEMA]])).toEqual([refused('double', 'Float')])
})

test('headers are read as the narrowest value', () => {
  const header = converter('SimpleHeaderConverter')
  const texts = ['1', '-1', '+1', '127', '128', '32768', '2147483648', '1.0', '1.', '1.5', '1e3', '3.4e39', ' 1 ', '1:2', '"abc"', 'TRUE', 'true', 'null', '123abc', '0x10', 'NaN', '-', 'a,b', ' abc ', '', '1e-50']
  expect(decode(header, texts).map((found) => ('error' in found ? found.error : [found.schema?.type ?? null, found.value]))).toEqual([
    ['INT8', 1], ['INT8', -1], ['INT8', 1], ['INT8', 127], ['INT16', 128], ['INT32', 32768], ['INT64', 2147483648], ['INT8', 1], ['INT8', 1], ['FLOAT32', 1.5], ['INT16', 1000], ['FLOAT64', 3.4e39], ['INT8', 1], ['INT8', 1],
    ['STRING', '"abc"'], ['STRING', 'TRUE'], ['BOOLEAN', true], [null, null], ['STRING', '123abc'], ['STRING', '0x10'], ['STRING', 'NaN'], ['STRING', '-'], ['STRING', 'a,b'], ['STRING', ' abc '], ['STRING', ''], ['FLOAT32', 0],
  ])
})

test('headers are written as text, texts inside containers quoted', () => {
  expect(encode(converter('SimpleHeaderConverter'), [['a "b"', null], [1.5, null], [['x"y', 1, null], null], [{ k: 'v' }, null], [Uint8Array.of(255), null], [new Date(0), null], [new Date(86_400_000), null]]))
    .toEqual(['a "b"', '1.5', '["x\\"y",1,null]', '{"k":"v"}', '/w==', '00:00:00.000Z', '1970-01-02'])
})

test('doubles and floats print as in Java', () => {
  expect([0, -0, 1, 100, 1e7, 12345678, 9999999, 0.001, 0.0009, 123.456, 1e21, 5e-324, NaN, -Infinity].map(javaDouble)).toEqual(['0.0', '-0.0', '1.0', '100.0', '1.0E7', '1.2345678E7', '9999999.0', '0.001', '9.0E-4', '123.456', '1.0E21', '4.9E-324', 'NaN', '-Infinity'])
  expect([0.1, 1, 16777216, 3.4028234663852886e38, 1.401298464324817e-45].map(javaFloat)).toEqual(['0.1', '1.0', '1.6777216E7', '3.4028235E38', '1.4E-45'])
  expect(javaText({ a: 1 }, null)).toBe('{a=1}')
})

test('a batch that comes to more bytes than can be held fails as a whole, and its buffer is given back', () => {
  const scratch = new Scratch(1_000_000)
  const values = { count: 3, column: { kind: 'objects', values: ['x', 'x', 'x'] }, schemas: [], schema: null } as const
  const write = (bytes: number) => encodeRows(values, scratch, (_value, _schema, to) => {
    to.ascii('y'.repeat(bytes))
    return true
  })
  expect([...write(300_000).end]).toEqual([300_000, 600_000, 900_000])
  expect(() => write(400_000)).toThrow(/more than 1000000 bytes once they are converted/)
  expect(write(3).errors).toEqual([])

  const large = new Scratch()
  large.ascii('y'.repeat(20 * 1024 * 1024))
  large.begin()
  expect(large.bytes.length).toBeGreaterThan(16 * 1024 * 1024)
  large.ascii('y')
  large.begin()
  expect(large.bytes.length).toBeLessThan(1024 * 1024)
})
