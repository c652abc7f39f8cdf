/** Kafka's `Values` against the samples of the data contract; test/parity compares it with Java's on thousands of texts. */
import { expect, test } from 'vitest'
import * as Values from '../../src/data/connect-values.ts'
import { JavaDouble, JavaFloat, schemalessDouble, unboxed } from '../../src/data/java-double.ts'
import { javaText } from '../../src/data/java-text.ts'
import { Decimal } from '../../src/data/logical.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'

const shape = (text: string): unknown => {
  const { schema, value } = Values.parseString(text)
  return [schema?.name?.replace(/.*\./, '') ?? schema?.type ?? null, value]
}

test('numbers take the smallest type that holds them', () => {
  const rows: readonly (readonly [string, string, unknown])[] = [
    ['1', 'INT8', 1], ['-0.0', 'INT8', 0], ['1.', 'INT8', 1], ['+1', 'INT8', 1], ['128', 'INT16', 128], ['1e3', 'INT16', 1000], ['32768', 'INT32', 32768], ['2147483648', 'INT64', 2147483648],
    ['9223372036854775807', 'INT64', 9223372036854775807n], ['1.5', 'FLOAT32', 1.5], ['1e20', 'FLOAT32', Math.fround(1e20)], ['1e-50', 'FLOAT32', 0], ['3.4e39', 'FLOAT64', 3.4e39],
    ['9223372036854775808', 'Decimal', new Decimal(9223372036854775808n, 0)], ['1e400', 'Decimal', new Decimal(1n, -400)], ['1:2', 'INT8', 1], [' 1 ', 'INT8', 1], ['\u0661\u0662', 'INT8', 12],
  ]
  for (const [text, type, value] of rows) expect(shape(text), text).toEqual([type, value])
})

test('what is no literal, number, list or map is the text itself', () => {
  for (const text of ['', ' ', '"abc"', 'TRUE', '123abc', '0x10', 'NaN', '-', 'a,b', ' abc ', 'true}', '[1,null]', '[1,,2]', '[1,2', '[a]', '{a:1}', '{:1}', '[1 2]']) {
    expect(shape(text), text).toEqual(['STRING', text])
  }
  expect(Values.parseString('null')).toEqual({ schema: null, value: null })
})

test('lists and maps find a common schema, or have none', () => {
  expect(Values.parseString('[1,2.5]').schema?.valueSchema).toBe(schemas.FLOAT32_SCHEMA)
  expect(Values.parseString('[1000, 1]').schema?.valueSchema).toBe(schemas.INT16_SCHEMA)
  expect(Values.parseString('[1,"a",0.1]')).toMatchObject({ value: [1, 'a', new JavaFloat(Math.fround(0.1))] })
  expect(Values.parseString('{1:2, 300:4}').schema?.keySchema).toBe(schemas.INT16_SCHEMA)
  expect(Values.parseString('{"a":1 "b":2}').value).toEqual(new Map([['a', 1], ['b', 2]]))
  expect(Values.parseString('{"a":null}').schema?.valueSchema).toBeNull()
})

test('dates are read as leniently as Java reads them', () => {
  expect(shape('2019-13-45')).toEqual(['Date', new Date('2020-02-14T00:00:00Z')])
  expect(shape('12:30:00.005Z')).toEqual(['Time', new Date(45_000_005)])
  expect(shape('2019-08-23T14\\:30\\:00.000Z')).toEqual(['Timestamp', new Date('2019-08-23T14:30:00.000Z')])
  expect(shape('2019-08-23T14:30:00.000Z')).toEqual(['Timestamp', new Date('2019-08-23T14:30:00.000Z')])
  expect(shape('1500-03-01')).toEqual(['Date', new Date('1500-03-11T00:00:00Z')])
})

test('values become texts that are read back as the same values', () => {
  const map = new Map<unknown, unknown>([['a"\\', [1, Uint8Array.of(1)]], [2, null]])
  expect(Values.convertToString(null, map)).toBe('{"a\\"\\\\":[1,"AQ=="],2:null}')
  expect(Values.convertToString(schemas.FLOAT64_SCHEMA, 1)).toBe('1.0')
  expect(Values.convertToString(null, new JavaDouble(1))).toBe('1.0')
  expect([0, 86_400_000, 86_400_001].map((ms) => Values.convertToString(null, new Date(ms)))).toEqual(['00:00:00.000Z', '1970-01-02', '1970-01-02T00:00:00.001Z'])
})

test('conversions narrow as Java does', () => {
  expect([Values.convertToByte(null, 300), Values.convertToShort(null, '70000.9'), Values.convertToInteger(null, 1e30), Values.convertToLong(null, '9223372036854775808')]).toEqual([44, 4464, -1, -(2n ** 63n)])
  expect([Values.convertToBoolean(null, 'true'), Values.convertToBoolean(null, '0'), Values.convertToBoolean(null, 0.5)]).toEqual([true, false, false])
  expect(() => Values.convertToLong(null, 'x')).toThrow('Unable to convert x (class java.lang.String) to a number')
  expect(() => Values.convertToList(null, '{}')).toThrow('Unable to convert {} (class java.util.HashMap) to Schema{ARRAY}')
  expect(Values.convertToDate(SchemaBuilder.timestamp().build(), new Date(-1))).toEqual(new Date(0))
})

test('a schemaless double is a box on the host and a plain number in an isolate', () => {
  const value = [schemalessDouble(1), schemalessDouble(1.5), { n: schemalessDouble(-2) }]
  expect(javaText(value, null)).toBe('[1.0, 1.5, {n=-2.0}]')
  expect(valuesOf(columnOf([value], new SchemaTable()), 1, [])).toEqual([[1, 1.5, { n: -2 }]])
  expect(unboxed(value[0])).toBe(1)
})
test('a text becomes a float by way of the double, as in Java: what is half a float after that is rounded to the even one', () => {
  expect(Values.convertToFloat(null, '1.000000059604644775390625000001')).toBe(1)
  expect(Values.convertToFloat(null, '1.00000005960464499')).toBe(Math.fround(1.0000001))
})
