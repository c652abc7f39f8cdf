/** Damaged Avro: data ends in a column that can be read or in an error of its own, and so do schemas. */
import { expect, test } from 'vitest'
import { AvroCursor } from '../../src/converters/avro/binary.ts'
import { avroOptions } from '../../src/converters/avro/config.ts'
import { avroFromConnect } from '../../src/converters/avro/from-connect.ts'
import { compileReader, TaggedTarget } from '../../src/converters/avro/read-plan.ts'
import { avroText } from '../../src/converters/avro/schema-text.ts'
import { parseAvro } from '../../src/converters/avro/schema.ts'
import { DataException } from '../../src/data/errors.ts'
import { valuesOf } from '../../src/wire/columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToText } from '../../src/wire/transcode.ts'
import { ValuesError } from '../../src/wire/values.ts'
import { damagedBytes, damagedText, fuzz } from './fuzz.ts'

const { data } = avroOptions({ 'schema.registry.url': 'http://registry' }, false)
const field = (name: string, type: unknown) => ({ name, type })
const rich = JSON.stringify({
  type: 'record', name: 'Node', namespace: 'n', fields: [
    field('i', 'int'), field('l', 'long'), field('f', 'float'), field('d', 'double'), field('b', 'boolean'), field('s', 'string'), field('y', 'bytes'), field('h', { type: 'fixed', name: 'H', size: 3 }),
    field('e', { type: 'enum', name: 'E', symbols: ['A', 'B'] }), field('dec', { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 }), field('t', { type: 'long', logicalType: 'timestamp-millis' }),
    field('a', { type: 'array', items: ['null', 'string'] }), field('m', { type: 'map', values: 'long' }), field('u', ['null', 'int', 'string', 'Node']), field('kids', { type: 'array', items: 'Node' }),
    field('entries', { type: 'array', items: { type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro', fields: [field('key', 'int'), field('value', ['null', 'n.Node'])] } }),
  ],
})
/** The bytes of each field in turn. */
const leaf = (kids: string): string => ['02', '8080808010', '0000803f', '000000000000f03f', '01', '04c3a9', '020a', '010203', '02', '0204', '80897a', '040002026100', '0202610200', '040262', kids, '00'].join('')
const samples = [leaf('00'), leaf(`02${leaf('00')}00`), leaf(`04${leaf('00')}${leaf('00')}00`)].map((hex) => Buffer.from(hex, 'hex'))

test('data: a column whose values can be read again, or a DataException', () => {
  const plan = compileReader(parseAvro(rich), null, data)
  const cursor = new AvroCursor()
  const parse = (input: Buffer): void => {
    const table = new SchemaTable()
    const to = new TaggedTarget(table, false, { values: 64, texts: 64 })
    cursor.reset(input, 0, input.length)
    plan.read(cursor, to)
    expect(valuesOf(columnToText(to.values.finish()), 1, table.schemas)).toHaveLength(1)
  }
  for (const sample of samples) parse(sample)
  const result = fuzz({ samples, damaged: damagedBytes, seed: 41, refusals: [DataException], parse })
  expect(result.accepted).toBeGreaterThan(1000)
  expect(result.refused).toBeGreaterThan(1000)
})
test('schemaless data: a value, or a refusal', () => {
  const plan = compileReader(avroFromConnect(null, data), null, data)
  const cursor = new AvroCursor()
  const { accepted, refused } = fuzz({
    samples: ['00000000000202780000', '0000000000000002040000000000020200000000000000000000', '02010000000000000000'].map((hex) => Buffer.from(hex, 'hex')),
    damaged: damagedBytes,
    seed: 42,
    refusals: [DataException, ValuesError],
    parse: (input) => {
      cursor.reset(input, 0, input.length)
      plan.read(cursor, new TaggedTarget(new SchemaTable(), true, { values: 64, texts: 64 }))
    },
  })
  expect(accepted).toBeGreaterThan(1000)
  expect(refused).toBeGreaterThan(1000)
})
test('schemas: a Connect schema and an Avro schema again, or a DataException', () => {
  const { accepted, refused } = fuzz({
    samples: [rich, '["null",{"type":"int","connect.type":"int8","connect.default":1}]', '{"type":"record","name":"R","doc":"d","connect.parameters":{"k":"v"},"fields":[{"name":"x","type":["null","R"],"default":null},{"name":"y","type":"double","default":1.5}]}'],
    damaged: damagedText(['"', '{', '}', '[', ']', ',', ':', '"null"', '"R"', '"type"', '"fields":[', '"name":"', '"n.Node"', '"default":', '"size":1e9', '1e999', '"__proto__":', '"logicalType":"decimal"', '"connect.version":2', '"symbols":[]', '"items":"Node"', '-1', 'true']),
    seed: 43,
    refusals: [DataException],
    parse: (text) => {
      const { schema } = compileReader(parseAvro(text), 1, data)
      avroText(avroFromConnect(schema, data))
    },
  })
  expect(accepted).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(1000)
})
test('records of records of records, each used twice, are as many schemas as there are records', () => {
  const record = (level: number): unknown => ({ type: 'record', name: `R${level}`, fields: [field('a', level === 0 ? 'int' : record(level - 1)), field('b', level === 0 ? 'int' : `R${level - 1}`)] })
  const { schema } = compileReader(parseAvro(JSON.stringify(record(60))), 1, data)
  expect(avroText(avroFromConnect(schema, data)).match(/"R0"/g)).toHaveLength(3)
})
