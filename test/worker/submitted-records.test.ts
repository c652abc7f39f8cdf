/** The tracker against a model that holds one object a record, as Kafka's does, under random acks, drops and takings. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetText, SubmittedRecords } from '../../src/worker/submitted-records.ts'
import type { OffsetColumn } from '../../src/wire/batch.ts'

const numbers = (values: readonly number[]): OffsetColumn => ({ kind: 'numbers', keys: ['n'], values: Float64Array.from(values) })
const oneBatch = (count: number, from = 0) => ({ count, sourcePartitions: ['{"p":0}'], sourcePartition: null, sourceOffset: numbers(Array.from({ length: count }, (_, row) => from + row)) })
const taken = (records: SubmittedRecords) => {
  const { offsets, messages } = records.takeCommittable()
  return { messages, offsets: offsets.map(({ partition, offsets: column, row }) => [partition, offsetText(column, row)]) }
}

test('nothing is committable before the first record is acked', () => {
  const records = new SubmittedRecords()
  records.add(oneBatch(3))
  records.ack([1, 2])
  expect(taken(records)).toEqual({ messages: 0, offsets: [] })
  records.ack([0])
  expect(taken(records)).toEqual({ messages: 3, offsets: [['{"p":0}', '{"n":2}']] })
  expect(records.waiting).toBe(0)
})

test('a dropped record lets those behind it through but its own offset is never committed', () => {
  const records = new SubmittedRecords()
  records.add(oneBatch(3))
  records.ack([0])
  records.drop(1)
  records.drop(2)
  expect(taken(records)).toEqual({ messages: 1, offsets: [['{"p":0}', '{"n":0}']] })
  records.add(oneBatch(1, 3))
  records.ack([3])
  expect(taken(records)).toEqual({ messages: 1, offsets: [['{"p":0}', '{"n":3}']] })
})

test('an ack that spans batches settles rows in each', () => {
  const records = new SubmittedRecords()
  records.add(oneBatch(2))
  records.add(oneBatch(2, 2))
  expect(records.rowsOf([1, 2, 3]).map(({ batch, rows, at }) => [batch.number, [...rows], at])).toEqual([[0, [1], 0], [1, [0, 1], 1]])
  records.ack([1, 2, 3])
  expect(records.waiting).toBe(1)
  records.ack([0])
  expect(taken(records).offsets).toEqual([['{"p":0}', '{"n":3}']])
})

test('offsets in JSON form are found by row, nulls included', () => {
  const texts = ['{"a":1}', null, '{"b":"é"}']
  const bytes = Buffer.from(texts.join(''))
  const column: OffsetColumn = { kind: 'json', offsets: { kind: 'utf8', bytes, lengths: Int32Array.of(7, -1, 10) } }
  expect(texts.map((_, row) => offsetText(column, row))).toEqual(texts)
})

type Step = { readonly kind: 'add'; readonly partitions: readonly number[] } | { readonly kind: 'ack' | 'drop'; readonly picks: readonly number[] } | { readonly kind: 'take' }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), partitions: fc.array(fc.nat(3), { maxLength: 12 }) }),
  fc.record({ kind: fc.constantFrom('ack' as const, 'drop' as const), picks: fc.array(fc.nat(60), { maxLength: 8 }) }),
  fc.constant({ kind: 'take' as const }),
)
type Record_ = { readonly token: number; readonly partition: string; state: 'waiting' | 'acked' | 'dropped' }

test('commits what Kafka would, whatever the order of acks', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const records = new SubmittedRecords()
    const model: Record_[] = []
    const queues = new Map<string, Record_[]>()
    for (const each of steps) {
      if (each.kind === 'add') {
        const first = model.length
        const added = records.add({
          count: each.partitions.length,
          sourcePartitions: ['0', '1', '2', '3'],
          sourcePartition: Int32Array.from(each.partitions),
          sourceOffset: numbers(each.partitions.map((_, row) => first + row)),
        })
        expect(added.firstToken).toBe(first)
        for (const partition of each.partitions) {
          const record: Record_ = { token: model.length, partition: String(partition), state: 'waiting' }
          model.push(record)
          queues.set(record.partition, [...(queues.get(record.partition) ?? []), record])
        }
      } else if (each.kind === 'take') {
        const expected: (readonly [string, string])[] = []
        let messages = 0
        for (const [partition, queue] of queues) {
          let last: Record_ | null = null
          while (queue[0] && queue[0].state !== 'waiting') {
            const record = queue.shift() as Record_
            if (record.state === 'acked') {
              last = record
              messages++
            }
          }
          if (last) expected.push([partition, `{"n":${last.token}}`])
        }
        const found = taken(records)
        expect(found.messages).toBe(messages)
        expect(Object.fromEntries(found.offsets)).toEqual(Object.fromEntries(expected))
      } else {
        const tokens = [...new Set(each.picks.map((pick) => (model.length === 0 ? -1 : pick % model.length)))].filter((token) => token >= 0).toSorted((a, b) => a - b)
        if (each.kind === 'ack') records.ack(tokens)
        else for (const token of tokens) records.drop(token)
        for (const token of tokens) {
          const record = model[token] as Record_
          if (record.state === 'waiting') record.state = each.kind === 'ack' ? 'acked' : 'dropped'
        }
      }
      expect(records.waiting).toBe(model.filter((record) => record.state === 'waiting').length)
    }
  }), { numRuns: 300 })
})
