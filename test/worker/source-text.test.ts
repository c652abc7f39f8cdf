/** A polled record as text: the facts and the form of Java's `SourceRecord.toString`. */
import { expect, test } from 'vitest'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import type { SourceBatch, TextColumn } from '../../src/wire/batch.ts'
import { columnOf } from '../../src/wire/columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToUtf8 } from '../../src/wire/transcode.ts'
import { placeOf, textOf } from '../../src/worker/source-text.ts'
import { textBatch } from './fakes.ts'

const textColumnOf = (texts: readonly string[]): TextColumn => ({ kind: 'utf8', lengths: Int32Array.from(texts, (text) => Buffer.byteLength(text)), bytes: Buffer.from(texts.join('')) })

test('schemaless values, a given partition, no timestamp', () => {
  const batch: SourceBatch = { ...textBatch(['v'], 4), partition: Int32Array.of(3) }
  expect(textOf(batch, 0)).toBe("SourceRecord{sourcePartition={p=1}, sourceOffset={n=4}} ConnectRecord{topic='t', kafkaPartition=3, key=null, keySchema=null, value=v, valueSchema=null, timestamp=null, headers=ConnectHeaders(headers=)}")
  expect(placeOf(batch, 0)).toBe("SourceRecord{sourcePartition={p=1}, sourceOffset={n=4}} ConnectRecord{topic='t', kafkaPartition=3}")
})
test('structs, named schemas and headers', () => {
  const schema = new SchemaBuilder('STRUCT').name('com.example.Row').field('id', new SchemaBuilder('INT32').build()).field('note', new SchemaBuilder('STRING').optional().build()).build()
  const int = new SchemaBuilder('INT32').build()
  const table = new SchemaTable()
  const [struct, number] = [table.indexOf(schema), table.indexOf(int)]
  const value = columnToUtf8(columnOf([new Struct(schema).put('id', 7)], table))
  const batch: SourceBatch = {
    ...textBatch(['k'], 1), key: textBatch(['k']).value, value, schemas: table.toText(), keySchema: Int32Array.of(-1), valueSchema: Int32Array.of(struct), timestamp: Float64Array.of(1234),
    headers: { counts: Int32Array.of(2), keys: { kind: 'utf8', lengths: Int32Array.of(1, 2), bytes: Buffer.from('hno') }, values: columnToUtf8(columnOf([5, null], table)), schema: Int32Array.of(number, -1) },
    sourceOffset: { kind: 'json', offsets: { kind: 'utf8', lengths: Int32Array.of(-1), bytes: Buffer.alloc(0) } },
  }
  expect(textOf(batch, 0)).toBe("SourceRecord{sourcePartition={p=1}, sourceOffset=null} ConnectRecord{topic='t', kafkaPartition=null, key=k, keySchema=null, value=Struct{id=7}, valueSchema=Schema{com.example.Row:STRUCT}, " +
    'timestamp=1234, headers=ConnectHeaders(headers=[ConnectHeader(key=h, value=5, schema=Schema{INT32}), ConnectHeader(key=no, value=null, schema=null)])}')
})

test('offsets keep 64 bits and the names of their fields; what is no JSON is shown as it is', () => {
  const offsets = ['{"n":9007199254740993,"x\\n":1}', '{"x\\\\":2,"x\\n":-9223372036854775808}', 'no JSON']
  const batch: SourceBatch = { ...textBatch(['a', 'b', 'c']), sourceOffset: { kind: 'json', offsets: textColumnOf(offsets) } }
  expect(offsets.map((_, row) => placeOf(batch, row).match(/sourceOffset=(.*)\} ConnectRecord/s)?.[1])).toEqual(['{n=9007199254740993, x\n=1}', '{x\\=2, x\n=-9223372036854775808}', 'no JSON'])
})
test('when all the records of a large batch fail, what each was is told in time that grows with the batch, not with its square', () => {
  const schema = new SchemaBuilder('STRUCT').field('id', new SchemaBuilder('INT32').build()).build()
  const table = new SchemaTable()
  const count = 20_000
  const value = columnToUtf8(columnOf(Array.from({ length: count }, (_, id) => new Struct(schema).put('id', id)), table))
  const none = new Int32Array(count).fill(-1)
  const batch: SourceBatch = { ...textBatch(Array.from({ length: count }, () => 'k')), value, schemas: table.toText(), keySchema: none, valueSchema: new Int32Array(count).fill(table.indexOf(schema)) }
  for (let row = 0; row < count; row++) expect(textOf(batch, row).includes(`value=Struct{id=${row}}`)).toBe(true)
})
