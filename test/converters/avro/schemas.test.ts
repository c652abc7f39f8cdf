/** Connect schemas as Avro schemas and back: the texts are those Confluent's AvroData makes. */
import { expect, test } from 'vitest'
import { avroFromConnect } from '../../../src/converters/avro/from-connect.ts'
import type { AvroDataOptions } from '../../../src/converters/avro/options.ts'
import { avroText } from '../../../src/converters/avro/schema-text.ts'
import { parseAvro } from '../../../src/converters/avro/schema.ts'
import { connectFromAvro } from '../../../src/converters/avro/to-connect.ts'
import { Decimal } from '../../../src/data/logical.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'

const plain: AvroDataOptions = {
  enhancedAvroSchemaSupport: false, scrubInvalidNames: false, connectMetaData: true, discardTypeDocDefault: false, allowOptionalMapKeys: false,
  flattenSingletonUnions: true, generalizedSumTypeSupport: false, ignoreDefaultForNullables: false, schemasCacheSize: 10,
}
const text = (schema: Schema | null, options: Partial<AvroDataOptions> = {}): unknown => JSON.parse(avroText(avroFromConnect(schema, { ...plain, ...options })))
const connect = (avro: unknown, options: Partial<AvroDataOptions> = {}): Schema => connectFromAvro(parseAvro(JSON.stringify(avro)), null, { ...plain, ...options })

test('primitive types have their Avro type, and bytes and shorts say that they are ints', () => {
  expect([schemas.INT8_SCHEMA, schemas.INT16_SCHEMA, schemas.INT32_SCHEMA, schemas.INT64_SCHEMA, schemas.FLOAT32_SCHEMA, schemas.FLOAT64_SCHEMA, schemas.BOOLEAN_SCHEMA, schemas.STRING_SCHEMA, schemas.BYTES_SCHEMA].map((schema) => text(schema)))
    .toEqual([{ type: 'int', 'connect.type': 'int8' }, { type: 'int', 'connect.type': 'int16' }, 'int', 'long', 'float', 'double', 'boolean', 'string', 'bytes'])
})
test('an optional type is a union with null, which stands last where there is a default', () => {
  expect(text(schemas.OPTIONAL_STRING_SCHEMA)).toEqual(['null', 'string'])
  expect(text(SchemaBuilder.int32().optional().defaultValue(7).build())).toEqual([{ type: 'int', 'connect.default': 7 }, 'null'])
})
test('the properties of logical types stand in the order of the Java converter', () => {
  expect(avroText(avroFromConnect(SchemaBuilder.decimal(2).build(), plain)))
    .toBe('{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}')
  expect(avroText(avroFromConnect(SchemaBuilder.date().build(), plain))).toBe('{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Date","logicalType":"date"}')
  expect(avroText(avroFromConnect(SchemaBuilder.time().build(), plain))).toBe('{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Time","logicalType":"time-millis"}')
  expect(avroText(avroFromConnect(SchemaBuilder.timestamp().build(), plain))).toBe('{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}')
})
test('a struct is a record, with defaults, and without a name it is ConnectDefault', () => {
  const inner = SchemaBuilder.struct().field('x', schemas.FLOAT64_SCHEMA).build()
  const schema = SchemaBuilder.struct().field('a', schemas.OPTIONAL_INT32_SCHEMA).field('b', SchemaBuilder.float64().defaultValue(1).build()).field('c', inner).build()
  expect(avroText(avroFromConnect(schema, plain))).toBe(
    '{"type":"record","name":"ConnectDefault","namespace":"io.confluent.connect.avro","fields":[{"name":"a","type":["null","int"],"default":null},'
    + '{"name":"b","type":{"type":"double","connect.default":1.0},"default":1.0},{"name":"c","type":{"type":"record","name":"ConnectDefault2","fields":[{"name":"x","type":"double"}]}}]}',
  )
})
test('a named struct keeps name, version, doc and parameters, and is written once', () => {
  const named = SchemaBuilder.struct().name('com.acme.Place').version(3).doc('where').parameter('p', 'v').field('x', schemas.INT32_SCHEMA).build()
  const schema = SchemaBuilder.struct().name('com.acme.Trip').field('from', named).field('to', named).build()
  const place = {
    type: 'record', name: 'Place', fields: [{ name: 'x', type: 'int' }],
    'connect.doc': 'where', 'connect.version': 3, 'connect.parameters': { p: 'v' }, 'connect.name': 'com.acme.Place',
  }
  expect(text(schema)).toEqual({
    type: 'record', name: 'Trip', namespace: 'com.acme', 'connect.name': 'com.acme.Trip',
    fields: [{ name: 'from', type: place }, { name: 'to', type: 'Place', 'connect.parameters': { p: 'v' } }],
  })
})
test('maps with string keys are maps, all others arrays of entries', () => {
  expect(text(SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.INT32_SCHEMA).build())).toEqual({ type: 'map', values: 'int' })
  const entries = { type: 'array', items: { type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro', fields: [{ name: 'key', type: 'int' }, { name: 'value', type: ['null', 'string'], default: null }] } }
  expect(text(SchemaBuilder.map(schemas.INT32_SCHEMA, schemas.OPTIONAL_STRING_SCHEMA).build())).toEqual(entries)
  const optionalKeys = SchemaBuilder.map(schemas.OPTIONAL_STRING_SCHEMA, schemas.INT32_SCHEMA).build()
  expect(text(optionalKeys)).toMatchObject({ type: 'array' })
  expect(text(optionalKeys, { allowOptionalMapKeys: true })).toEqual({ type: 'map', values: 'int' })
})
test('schemaless values have the record Anything', () => {
  expect(avroText(avroFromConnect(null, plain))).toBe(
    '{"type":"record","name":"Anything","namespace":"io.confluent.connect.avro","fields":['
    + ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string'].map((name) => `{"name":"${name}","type":["null","${name}"],"default":null},`).join('')
    + '{"name":"array","type":["null",{"type":"array","items":"Anything"}],"default":null},'
    + '{"name":"map","type":["null",{"type":"array","items":{"type":"record","name":"MapEntry","fields":[{"name":"key","type":"Anything"},{"name":"value","type":"Anything"}]}}],"default":null}]}',
  )
})
test('names that Avro does not allow are scrubbed when asked', () => {
  const schema = SchemaBuilder.struct().name('a-b.c d').field('1x', schemas.INT32_SCHEMA).field('é', schemas.INT32_SCHEMA).build()
  expect(text(schema, { scrubInvalidNames: true })).toMatchObject({ name: 'c_d', namespace: 'a_b', fields: [{ name: 'x1x' }, { name: '_C3_A9' }] })
})
test('without connect.meta.data only Avro itself is left', () => {
  expect(text(SchemaBuilder.int16().name('n').version(2).build(), { connectMetaData: false })).toBe('int')
})
test('enums are strings with their symbols as parameters, and enums again with enhanced support', () => {
  const avro = { type: 'enum', name: 'Suit', namespace: 'c', symbols: ['A', 'B'] }
  const schema = connect(avro)
  expect([schema.type, schema.name, [...(schema.parameters ?? [])]]).toEqual(['STRING', 'c.Suit', [
    ['io.confluent.connect.avro.Enum', 'c.Suit'], ['io.confluent.connect.avro.Enum.A', 'A'], ['io.confluent.connect.avro.Enum.B', 'B'],
  ]])
  expect(text(schema)).toMatchObject({ type: 'string' })
  expect(text(schema, { enhancedAvroSchemaSupport: true })).toMatchObject(avro)
  expect([...(connect(avro, { generalizedSumTypeSupport: true }).parameters ?? [])][1]).toEqual(['org.apache.kafka.connect.data.Enum.A', '0'])
})
test('unions of more than null and one type are structs, with one optional field for each type', () => {
  const record = { type: 'record', name: 'R', namespace: 'n', fields: [{ name: 'x', type: 'int' }] }
  const schema = connect(['null', 'int', record])
  expect([schema.name, schema.isOptional, schema.fields.map(({ name, schema: each }) => [name, each.type, each.isOptional])])
    .toEqual(['io.confluent.connect.avro.Union', true, [['int', 'INT32', true], ['R', 'STRUCT', true]]])
  expect(connect(['int', record], { enhancedAvroSchemaSupport: true }).fields[1]?.name).toBe('n.R')
  expect(text(schema)).toMatchObject(['null', 'int', { type: 'record', name: 'R' }])
})
test('fixed types keep name and size both ways', () => {
  const schema = connect({ type: 'fixed', name: 'Hash', namespace: 'n', size: 4 })
  expect([schema.type, schema.name, schema.parameters?.get('connect.fixed.size')]).toEqual(['BYTES', 'n.Hash', '4'])
  expect(text(schema)).toMatchObject({ type: 'fixed', name: 'Hash', namespace: 'n', size: 4 })
})
test('docs and defaults of Avro fields become parameters and defaults', () => {
  const schema = connect({ type: 'record', name: 'R', doc: 'the record', fields: [{ name: 'x', type: 'int', doc: 'the x', default: 5 }] })
  expect([...(schema.parameters ?? [])]).toEqual([['io.confluent.connect.avro.record.doc', 'the record'], ['io.confluent.connect.avro.field.doc.x', 'the x']])
  expect([schema.field('x')?.schema.defaultValue, schema.field('x')?.schema.parameters?.get('io.confluent.connect.avro.field.default')]).toEqual([5, 'true'])
  expect(text(schema)).toEqual({
    type: 'record', name: 'R', doc: 'the record', fields: [{ name: 'x', type: 'int', doc: 'the x', default: 5 }], 'connect.name': 'R',
    'connect.parameters': { 'io.confluent.connect.avro.record.doc': 'the record', 'io.confluent.connect.avro.field.doc.x': 'the x' },
  })
})
test('a Connect schema comes back from its Avro schema as it was', () => {
  const schema = SchemaBuilder.struct().name('n.R').version(2).doc('d')
    .field('i8', SchemaBuilder.int8().optional().defaultValue(3).build())
    .field('dec', SchemaBuilder.bytes().name('org.apache.kafka.connect.data.Decimal').version(1).parameter('scale', '2').defaultValue(new Decimal(1230n, 2)).build())
    .field('when', SchemaBuilder.int64().name('org.apache.kafka.connect.data.Timestamp').version(1).optional().build())
    .field('list', SchemaBuilder.array(schemas.OPTIONAL_INT64_SCHEMA).optional().build())
    .field('map', SchemaBuilder.map(schemas.INT32_SCHEMA, schemas.STRING_SCHEMA).name('n.M').build())
    .build()
  const back = connectFromAvro(parseAvro(avroText(avroFromConnect(schema, plain))), null, plain)
  expect(back.fields.map((field) => [field.name, schema.field(field.name)?.schema.equals(field.schema)])).toEqual(schema.fields.map(({ name }) => [name, true]))
  expect(back.equals(schema)).toBe(true)
})
test('a schema without a version of its own has the registry’s', () => {
  expect(connectFromAvro(parseAvro('"int"'), 4, plain).version).toBe(4)
})
test.each([
  ['"null"', 'Standalone null schemas are not supported by this converter'],
  ['{"type":"int","connect.type":"int7"}', 'Connect type annotation for Avro int field is null'],
  ['"Nobody"', 'Not an Avro schema: the name Nobody is not defined'],
  ['{', 'The Avro schema is no JSON'],
  ['{"type":"record","fields":[]}', 'Not an Avro schema: a record without a name'],
])('%s is refused', (avro, message) => {
  expect(() => connectFromAvro(parseAvro(avro), null, plain)).toThrow(message)
})
test('aliases stay in the text of a schema, where Java writes them', () => {
  const schema = '{"type":"record","name":"R","namespace":"n","fields":[{"name":"x","type":{"type":"enum","name":"E","symbols":["A"],"aliases":["n.Old"]},"aliases":["y"],"p":1},{"name":"f","type":{"type":"fixed","name":"F","size":2,"aliases":["n.G"]}}],"q":2,"aliases":["n.S"]}'
  expect(avroText(parseAvro(schema))).toBe(schema)
})
