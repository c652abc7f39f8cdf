/** What authors import beside the classes they extend: Java's names for schemas, logical types, Values and configurations. */
import { describe, expect, test } from 'vitest'
import { AbstractConfig } from '../../sandbox/sdk/abstract-config.ts'
import { Date as ConnectDate, Decimal, Schema, Time, Timestamp, Values } from '../../sandbox/sdk/data.ts'
import { toGuestError } from '../../sandbox/runtime/errors.ts'
import { ConfigDef } from '../../src/data/config-def.ts'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'

describe('schemas and logical types', () => {
  test('have their constants and builders where Java has them', () => {
    expect(Schema.OPTIONAL_STRING_SCHEMA.equals(SchemaBuilder.string().optional().build())).toBe(true)
    expect(Schema.Type.STRUCT).toBe('STRUCT')
    expect(Decimal.schema(2).equals(SchemaBuilder.decimal(2).build())).toBe(true)
    expect(Timestamp.SCHEMA.name).toBe('org.apache.kafka.connect.data.Timestamp')
    expect(ConnectDate.builder().optional().build().isOptional).toBe(true)
    expect(Schema.STRING_SCHEMA).toBeInstanceOf(Schema)
  })

  test('turn dates into what is underneath and back, and refuse a schema of another name', () => {
    const noon = new Date('1970-01-01T12:00:00Z')
    expect(Time.fromLogical(Time.SCHEMA, noon)).toBe(43_200_000)
    expect(ConnectDate.toLogical(ConnectDate.SCHEMA, 19_000).toISOString()).toBe('2022-01-08T00:00:00.000Z')
    expect(() => Timestamp.fromLogical(Time.SCHEMA, noon)).toThrow('Requested conversion of Timestamp object but the schema does not match.')
  })

  test('Values reads and writes texts as header converters do', () => {
    expect(Values.parseString('[1, 300]')).toMatchObject({ value: [1, 300] })
    expect(Values.convertToString(null, new Map([['a', 1]]))).toBe('{"a":1}')
  })
})

test('a struct that does not fit says so in Kafka\'s words, and its trace what would', () => {
  const schema = SchemaBuilder.struct().field('i8', Schema.INT8_SCHEMA).field('price', Decimal.schema(2)).field('at', Timestamp.SCHEMA).field('m', SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA)).build()
  const traceOf = (field: string, value: unknown): string => {
    try {
      new Struct(schema).put(field, value)
    } catch (error) {
      return toGuestError(error).message
    }
    return 'it fits'
  }
  expect(traceOf('i8', 127)).toBe('it fits')
  expect(traceOf('i8', 300)).toBe('Invalid Java object for schema with type INT8: class java.lang.Long for field: "i8"; it takes a whole number from -128 to 127')
  expect(traceOf('price', '1.20')).toMatch(/"org.apache.kafka.connect.data.Decimal" .*; it takes a Decimal$/)
  expect(traceOf('at', new Date(NaN))).toMatch(/; it takes a valid Date$/)
  expect(traceOf('m', { a: 1.5 })).toMatch(/value of map field: "m"; it takes a whole number that JavaScript holds exactly, or a bigint of 64 bits$/)
  expect(() => new Struct(schema).put('i8', 300)).toThrow(/for field: "i8"$/)
  expect(() => new Struct(SchemaBuilder.struct() as never)).toThrow('Not a struct schema: a SchemaBuilder; SchemaBuilder.struct()…build() makes one')
})

test('a struct shows itself in JSON.stringify with maps, bytes and whole numbers of any size', () => {
  const schema = SchemaBuilder.struct().field('id', Schema.INT64_SCHEMA).field('tags', SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT64_SCHEMA)).field('raw', Schema.BYTES_SCHEMA).build()
  const struct = new Struct(schema).put('id', 2n ** 60n).put('tags', new Map([['a', 1n]])).put('raw', Uint8Array.of(1, 2))
  expect(JSON.stringify(struct)).toBe('{"id":"1152921504606846976","tags":{"a":1},"raw":"AQI="}')
})

describe('AbstractConfig', () => {
  const definition = new ConfigDef()
    .define('batch', ConfigDef.Type.INT, 10, ConfigDef.Range.atLeast(1), ConfigDef.Importance.LOW, 'Records')
    .define('password', ConfigDef.Type.PASSWORD, ConfigDef.Importance.HIGH, 'Secret').define('tables', ConfigDef.Type.LIST, '', ConfigDef.Importance.LOW, 'Tables')

  test('has typed values by name, defaults filled in, and the text that was given', () => {
    const config = new AbstractConfig(definition, { password: 'secret', tables: 'a, b', 'db.host': 'x' })
    expect([config.getInt('batch'), config.getList('tables'), String(config.getPassword('password')), config.getPassword('password')?.value()]).toEqual([10, ['a', 'b'], '[hidden]', 'secret'])
    expect(config.originalsWithPrefix('db.')).toEqual({ host: 'x' })
    expect(() => config.get('db.host')).toThrow("Unknown configuration 'db.host'")
  })

  test('refuses a wrong configuration when it is made', () => {
    expect(() => new AbstractConfig(definition, { password: 'x', batch: '0' })).toThrow('Invalid value 0 for configuration batch: Value must be at least 1')
  })
})
