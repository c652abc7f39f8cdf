/** Cast by Java's rules. */
import { describe, expect, test } from 'vitest'
import { JavaDouble, JavaFloat } from '../../src/data/java-double.ts'
import { Decimal } from '../../src/data/logical.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { apply, fieldsOf, make, shape, struct } from './apply.ts'

const whole = (value: unknown, spec: string, schema: Schema | null = null): unknown => apply('Cast$Value', { spec }, { value, valueSchema: schema })?.value
const { INT64_SCHEMA: int64, FLOAT64_SCHEMA: float64, STRING_SCHEMA: string, BYTES_SCHEMA: bytes } = schemas

test.each([
  [300, int64, 'int8', 44], [1e20, float64, 'int32', 2147483647], [1e20, float64, 'int8', -1], [Number.NaN, float64, 'int64', 0], [2 ** 40 + 5, int64, 'int32', 5],
  [-1.9, float64, 'int16', -1], [0.5, float64, 'boolean', false], [7, int64, 'boolean', true], ['TRUE', string, 'boolean', true], ['yes', string, 'boolean', false],
  [true, schemas.BOOLEAN_SCHEMA, 'float64', 1], ['+12', string, 'int8', 12], ['9223372036854775807', string, 'int64', 9223372036854775807n], [' 1.5e3f ', string, 'float64', 1500],
  ['0x1.8p1', string, 'float32', 3], ['-Infinity', string, 'float64', -Infinity], [1e20, float64, 'string', '1.0E20'], [Uint8Array.of(1, 2, 3), bytes, 'string', 'AQID'],
  [1, null, 'string', '1'], [1.5, null, 'int32', 1], [new JavaDouble(2), null, 'string', '2.0'], [5, null, 'float64', new JavaDouble(5)], [0.1, null, 'float32', new JavaFloat(Math.fround(0.1))],
  [Decimal.parse('12.75'), SchemaBuilder.decimal(2).build(), 'int32', 12], [new Date(86_400_000), SchemaBuilder.date().build(), 'int32', 1],
  [new Date(1500), SchemaBuilder.timestamp().build(), 'string', '00:00:01.500Z'], [null, schemas.OPTIONAL_INT64_SCHEMA, 'string', null],
])('%s (%s) as %s is %s', (value, schema, spec, expected) => {
  expect(whole(value, spec, schema)).toEqual(expected)
})

describe('what cannot be cast', () => {
  test.each([
    ['1.5', string, 'int32', 'Value (1.5) was out of range for requested data type'],
    [' 1', string, 'int32', 'Value ( 1) was out of range for requested data type'],
    ['300', string, 'int8', 'Value (300) was out of range for requested data type'],
    ['x', string, 'float32', 'Value (x) was out of range for requested data type'],
    [Uint8Array.of(1), bytes, 'int8', 'Unexpected type in Cast transformation: class [B'],
    [{ a: 1 }, null, 'int8', 'Cast transformation does not support casting from MAP; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]'],
    [new Date(0), null, 'int8', "Cast transformation was passed a value of type class java.util.Date which is not supported by Connect's data API"],
  ])('%s (%s) as %s', (value, schema, spec, message) => {
    expect(() => whole(value, spec, schema)).toThrow(message)
  })
})

test('fields of a struct get a plain schema that keeps only optional and default', () => {
  const schema = SchemaBuilder.struct().name('s').version(2).optional().field('a', SchemaBuilder.int32().doc('d').defaultValue(7).build())
    .field('b', SchemaBuilder.timestamp().optional().build()).field('c', string).build()
  const record = apply('Cast$Value', { spec: 'a:string,b:int64' }, { valueSchema: schema, value: struct(schema, { b: new Date(5), c: 'x' }) })
  expect(shape(record?.valueSchema)).toBe('a:STRING b:INT64? c:STRING')
  expect(record?.valueSchema).toMatchObject({ name: 's', version: 2, isOptional: true })
  expect(record?.valueSchema?.field('a')?.schema).toMatchObject({ defaultValue: '7', doc: null })
  expect(fieldsOf(record?.value)).toEqual({ a: '7', b: 5, c: 'x' })
})
test('a default is not put in place of a null when told so, and the null is refused where it must not be', () => {
  const schema = SchemaBuilder.struct().field('a', SchemaBuilder.int32().defaultValue(7).build()).build()
  expect(() => apply('Cast$Value', { spec: 'a:int8', 'replace.null.with.default': 'false' }, { valueSchema: schema, value: struct(schema, {}) })).toThrow('Invalid value: null used for required field: "a", schema type: INT8')
})
test('a whole value keeps the name of its schema', () => {
  expect(shape(apply('Cast$Key', { spec: 'string' }, { keySchema: SchemaBuilder.timestamp().build(), key: new Date(0) })?.keySchema)).toBe('STRING(Timestamp)')
})
test('fields of a map are cast, one that is missing becomes null, others stay', () => {
  expect(apply('Cast$Value', { spec: 'a:string, b:int8' }, { value: { a: 1, c: true } })?.value).toEqual({ a: '1', b: null, c: true })
  expect(apply('Cast$Value', { spec: 'a:string' }, { value: new Map([['a', 1]]) })?.value).toEqual(new Map([['a', '1']]))
})

test.each([
  ['', 'Must specify at least one field to cast.'],
  ['a:b:c', 'Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c'],
  ['foo', 'Invalid value java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.FOO for configuration Invalid type found in casting spec: foo'],
  ['a:bytes', 'Cast transformation does not support casting to BYTES; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]'],
  ['int8,a:int8', 'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec'],
])('the spec %s is refused', (spec, message) => {
  expect(make('Cast$Value', { spec })).toThrow(message)
})
test('the class without Key or Value cannot be made', () => {
  expect(make('Cast', { spec: 'int8' })).toThrow('This class is abstract and cannot be created. Did you mean org.apache.kafka.connect.transforms.Cast$Key, org.apache.kafka.connect.transforms.Cast$Value?')
})
