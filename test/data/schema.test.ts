import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataException, SchemaBuilderException } from '../../src/data/errors.ts'
import { Decimal, fromLogical, toLogical } from '../../src/data/logical.ts'
import { schemas, SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct, validateValue } from '../../src/data/struct.ts'

const address = SchemaBuilder.struct().name('Address').field('street', schemas.STRING_SCHEMA).field('no', schemas.OPTIONAL_INT32_SCHEMA).build()

describe('schemas', () => {
  test('are equal when every property is, and print as Kafka prints them', () => {
    const again = SchemaBuilder.struct().name('Address').field('street', SchemaBuilder.string().build()).field('no', SchemaBuilder.int32().optional().build()).build()
    expect(address.equals(again)).toBe(true)
    expect(address.equals(SchemaBuilder.struct().name('Address').field('street', schemas.STRING_SCHEMA).build())).toBe(false)
    expect(SchemaBuilder.string().doc('a').build().equals(SchemaBuilder.string().doc('b').build())).toBe(false)
    expect([String(address), String(schemas.INT8_SCHEMA)]).toEqual(['Schema{Address:STRUCT}', 'Schema{INT8}'])
  })

  test('refuse accessors of another type', () => {
    expect(() => schemas.STRING_SCHEMA.fields).toThrow('Cannot list fields on non-struct type')
    expect(() => schemas.STRING_SCHEMA.field('a')).toThrow('Cannot look up fields on non-struct type')
    expect(() => address.keySchema).toThrow('Cannot look up key schema on non-map type')
    expect(() => address.valueSchema).toThrow('Cannot look up value schema on non-array and non-map type')
  })

  test('the builder sets each property once and checks defaults and field names', () => {
    expect(() => SchemaBuilder.string().name('a').name('b')).toThrow('Invalid SchemaBuilder call: name has already been set.')
    expect(() => SchemaBuilder.int8().defaultValue(300)).toThrow(SchemaBuilderException)
    expect(() => SchemaBuilder.struct().field('a', address).field('a', address)).toThrow('Cannot create field because of field name duplication a')
    expect(() => SchemaBuilder.string().field('a', address)).toThrow('Cannot create fields on type STRING')
  })
})

describe('structs', () => {
  test('check what is put into them, in Kafka\'s words', () => {
    const struct = new Struct(address)
    expect(() => struct.put('street', null)).toThrow('Invalid value: null used for required field: "street", schema type: STRING')
    expect(() => struct.put('no', 'x')).toThrow(/Invalid Java object for schema with type INT32: class java\.lang\.String for field: "no"/)
    expect(() => struct.put('nope', 1)).toThrow('nope is not a valid field name')
    expect(() => new Struct(schemas.STRING_SCHEMA)).toThrow('Not a struct schema: Schema{STRING}')
    expect(String(struct.put('street', 'Sand'))).toBe('Struct{street=Sand}')
    expect(() => new Struct(address).validate()).toThrow(DataException)
  })

  test('get gives the default for null, getWithoutDefault does not', () => {
    const schema = SchemaBuilder.struct().field('n', SchemaBuilder.int32().defaultValue(7).build()).build()
    const struct = new Struct(schema)
    expect([struct.get('n'), struct.getWithoutDefault('n')]).toEqual([7, null])
    struct.validate()
  })

  test('nested values are checked where they are', () => {
    const list = SchemaBuilder.array(schemas.INT8_SCHEMA).build()
    expect(() => validateValue(list, [1, 200], 'field: "F"')).toThrow('element of array field: "F"')
    const map = SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.INT64_SCHEMA).build()
    validateValue(map, { a: 1n, b: 2 })
    expect(() => validateValue(map, new Map([[1, 1n]]), 'field: "F"')).toThrow('key of map field: "F"')
    expect(() => validateValue(schemas.INT64_SCHEMA, 2n ** 63n)).toThrow(DataException)
  })
})

describe('logical types', () => {
  test('decimals go through their bytes unharmed', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.integer({ min: -20, max: 40 }), (unscaled, scale) => {
      const decimal = new Decimal(unscaled, scale)
      return Decimal.fromBytes(decimal.toBytes(), scale).equals(decimal) && Decimal.parse(decimal.toString()).equals(decimal)
    }))
  })

  test('decimals print as BigDecimal.toString', () => {
    const texts = ['12.30', '1E+3', '1E-7', '0.000001', '-0.05', '1.23E+5', '0', '0.00', '123']
    expect(texts.map((text) => String(Decimal.parse(text)))).toEqual(texts)
  })

  test('dates must be whole days, times within a day', () => {
    const date = SchemaBuilder.date().build()
    expect(fromLogical(date, new Date(86_400_000 * 3))).toBe(3)
    expect(() => fromLogical(date, new Date(1))).toThrow('Kafka Connect Date type should not have any time fields set to non-zero values.')
    expect(() => fromLogical(SchemaBuilder.time().build(), new Date(86_400_001))).toThrow('Kafka Connect Time type should not have any date fields')
    expect(() => toLogical(SchemaBuilder.time().build(), -1)).toThrow('Time values must use number of milliseconds')
    expect(() => fromLogical(SchemaBuilder.decimal(2).build(), new Decimal(1n, 3))).toThrow('Schema has scale 2, value has scale 3.')
  })
})

test('typed getters want the field of their type, and no default stands in for a null', () => {
  const schema = SchemaBuilder.struct().field('n', SchemaBuilder.int64().optional().defaultValue(7)).field('s', schemas.STRING_SCHEMA).field('d', schemas.FLOAT64_SCHEMA).build()
  const struct = new Struct(schema).put('s', 'x').put('d', 1)
  expect([struct.get('n'), struct.getInt64('n'), struct.getString('s'), struct.getFloat64('d')]).toEqual([7, null, 'x', 1])
  expect(() => struct.getString('n')).toThrow("Field 'n' is not of type STRING")
  expect(() => struct.getString('m')).toThrow('m is not a valid field name')
  expect(String(struct)).toBe('Struct{s=x,d=1.0}')
  expect(() => struct.put('s', 5)).toThrow('Invalid Java object for schema with type STRING: class java.lang.Long for field: "s"')
})
test('a typed getter gives no value of a logical type for one of the type it stands on', () => {
  const schema = SchemaBuilder.struct().field('day', SchemaBuilder.date()).build()
  const struct = new Struct(schema).put('day', new Date(0))
  expect(struct.get('day')).toEqual(new Date(0))
  expect(() => struct.getInt32('day')).toThrow("Field 'day' holds a java.util.Date, which is no INT32")
})
test('a builder takes each property once, bar the same again', () => {
  expect(SchemaBuilder.string().optional().optional().name('a').name('a').build().name).toBe('a')
  expect(() => SchemaBuilder.string().name('a').name('b')).toThrow('Invalid SchemaBuilder call: name has already been set.')
  expect(() => SchemaBuilder.string().optional().required()).toThrow('Invalid SchemaBuilder call: optional has already been set.')
  expect(SchemaBuilder.string().defaultValue('a').defaultValue('a').build().defaultValue).toBe('a')
  expect(() => SchemaBuilder.string().defaultValue('a').defaultValue('b')).toThrow('Invalid SchemaBuilder call: default has already been set.')
})
