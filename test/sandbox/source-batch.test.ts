/** Fields of the records a poll returned: the author's own pass, misspelt ones are told. */
import { expect, test } from 'vitest'
import { toSourceBatch } from '../../sandbox/runtime/source-batch.ts'

const record = { topic: 't', value: 'v', sourcePartition: { p: 1 }, sourceOffset: { o: 1 } }
const { value: _, ...empty } = record

test.each([
  ['vlaue', 'value'],
  ['values', 'value'],
  ['header', 'headers'],
  ['Key', 'key'],
  ['value_schema', 'valueSchema'],
  ['keyschema', 'keySchema'],
  ['time_stamp', 'timestamp'],
])('%s instead of %s is told with the index of the record', (wrong, meant) => {
  expect(() => toSourceBatch([{ ...empty, [wrong]: 'x' }])).toThrow(`poll() returned a wrong record: record 0: it has '${wrong}' and no '${meant}'; if it is a field of your own, call it something else`)
})
test('fields of the author\'s own pass, and so does one that resembles a field that is there', () => {
  expect(toSourceBatch([{ ...record, deliveryTag: 7, id: 'x', ack() {}, values: [1], kafkaPartition: 3 }])).toMatchObject({ count: 1, partition: Int32Array.of(3) })
})
test('a record without a value is a record with null', () => {
  expect(toSourceBatch([empty, { ...empty, value: undefined }])).toMatchObject({ count: 2, value: { kind: 'null' } })
})
