/** Headers as Kafka's ConnectHeaders keeps them. */
import { describe, expect, test } from 'vitest'
import { ConnectHeaders } from '../../src/data/headers.ts'
import { Decimal } from '../../src/data/logical.ts'
import { SinkRecord, SourceRecord } from '../../src/data/record.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'

const texts = (headers: ConnectHeaders): string[] => [...headers].map(({ key, value }) => `${key}=${String(value)}`)
const some = (): ConnectHeaders => new ConnectHeaders([{ key: 'a', value: 1 }, { key: 'b', value: 2 }, { key: 'a', value: 3 }])

describe('headers', () => {
  test('keep their order and repeat keys', () => {
    expect(texts(some())).toEqual(['a=1', 'b=2', 'a=3'])
    expect(some().lastWithName('a')?.value).toBe(3)
    expect([...some().allWithName('a')].map(({ value }) => value)).toEqual([1, 3])
    expect(some().lastWithName('c')).toBeNull()
  })
  test('are removed by key, or all but the latest of each', () => {
    expect(texts(some().remove('a'))).toEqual(['b=2'])
    expect(texts(some().retainLatest())).toEqual(['b=2', 'a=3'])
    expect(texts(some().add('b', 4, null).retainLatest('b'))).toEqual(['a=1', 'a=3', 'b=4'])
  })
  test('are changed one by one; null removes', () => {
    expect(texts(some().apply('a', (header) => header.with(null, 9)))).toEqual(['a=9', 'b=2', 'a=9'])
    expect(texts(some().apply((header) => (header.key === 'b' ? header.rename('c') : null)))).toEqual(['c=2'])
  })
  test('a duplicate goes its own way', () => {
    const original = some()
    original.duplicate().clear()
    expect(original.size).toBe(3)
  })
  test('typed adds choose the schema, an absent text or bytes the optional one', () => {
    const headers = new ConnectHeaders().addString('s', 'x').addString('s', null).addBytes('b', null).addLong('l', 5).addDecimal('d', null).addDecimal('d', new Decimal(1n, 2)).addTimestamp('t', null)
    expect([...headers].map(({ schema }) => String(schema))).toEqual([
      'Schema{STRING}', 'Schema{STRING}', 'Schema{BYTES}', 'Schema{INT64}', 'null', 'Schema{org.apache.kafka.connect.data.Decimal:BYTES}', 'Schema{org.apache.kafka.connect.data.Timestamp:INT64}',
    ])
    expect([...headers].map(({ schema }) => schema?.isOptional)).toEqual([false, true, true, false, undefined, false, false])
  })
  test('a struct without schema has its own', () => {
    const schema = SchemaBuilder.struct().field('x', schemas.INT32_SCHEMA).build()
    expect(new ConnectHeaders().add('s', new Struct(schema), null).lastWithName('s')?.schema).toBe(schema)
  })
  test.each([
    ['a null key', (headers: ConnectHeaders) => headers.add(null as never, 1, null), 'Null header keys are not permitted'],
    ['a list with the schema of a map', (headers: ConnectHeaders) => headers.addList('l', [], SchemaBuilder.mapOfNull().build()), 'Expecting ARRAY but instead found MAP'],
    ['a null for a required schema', (headers: ConnectHeaders) => headers.add('n', null, schemas.INT8_SCHEMA), 'A null value requires an optional schema but was Schema{INT8}'],
    ['a value of another type', (headers: ConnectHeaders) => headers.add('n', 'x', schemas.INT8_SCHEMA), 'The value x is not compatible with the schema Schema{INT8}'],
    ['a number too big', (headers: ConnectHeaders) => headers.add('n', 128, schemas.INT8_SCHEMA), 'The value 128 is not compatible with the schema Schema{INT8}'],
    ['a date with a time', (headers: ConnectHeaders) => headers.addDate('d', new Date(1)), 'Kafka Connect Date type should not have any time fields set to non-zero values.'],
  ])('%s is refused', (_, add, message) => {
    expect(() => add(new ConnectHeaders())).toThrow(message)
  })
  test('the smallest and largest of a type fit', () => {
    expect(texts(new ConnectHeaders().add('n', -128, schemas.INT8_SCHEMA).add('n', 127, schemas.INT8_SCHEMA).add('n', 2n ** 63n - 1n, schemas.INT64_SCHEMA))).toEqual(['n=-128', 'n=127', 'n=9223372036854775807'])
  })
})

describe('a new record', () => {
  const headers = some()
  test('of a source keeps partition and offset of the source, and copies the headers', () => {
    const record = new SourceRecord({ topic: 't', value: 1, headers, sourcePartition: { p: 1 }, sourceOffset: { n: 2 } })
    const changed = record.newRecord('u', 3, null, 'k', schemas.INT8_SCHEMA, 2, 7)
    expect(changed).toMatchObject({ topic: 'u', kafkaPartition: 3, key: 'k', value: 2, timestamp: 7, sourcePartition: { p: 1 }, sourceOffset: { n: 2 } })
    changed.headers.clear()
    expect(record.headers.size).toBe(3)
  })
  test('of a sink keeps where the record was', () => {
    const record = new SinkRecord({ topic: 't', kafkaPartition: 1, kafkaOffset: 9, timestampType: 'CreateTime' })
    expect(record.newRecord('u', 3, null, null, null, null, null).newRecord('v', 4, null, null, null, null, null)).toMatchObject({
      topic: 'v', kafkaPartition: 4, kafkaOffset: 9, originalTopic: 't', originalKafkaPartition: 1, originalKafkaOffset: 9, timestampType: 'CreateTime',
    })
  })
  test('prints as in Kafka', () => {
    expect(String(new SinkRecord({ topic: 't', kafkaPartition: 0, kafkaOffset: 5, key: 'k', keySchema: schemas.STRING_SCHEMA, value: { a: 1 }, timestamp: 3 }))).toBe(
      'SinkRecord{kafkaOffset=5, timestampType=NoTimestampType, originalTopic=t, originalKafkaPartition=0, originalKafkaOffset=5} ' +
        "ConnectRecord{topic='t', kafkaPartition=0, key=k, keySchema=Schema{STRING}, value={a=1}, valueSchema=null, timestamp=3, headers=ConnectHeaders(headers=)}",
    )
  })
})
