import { expect, test } from 'vitest'
import { readBatchHeader } from '../../src/dev-broker/protocol/batch-header.ts'
import { BrokerError } from '../../src/dev-broker/protocol/error-codes.ts'
import { checkConfig } from '../../src/dev-broker/topic-configs.ts'
import { Topics, type Topic } from '../../src/dev-broker/topics.ts'
import { batch } from './batches.ts'

const append = (topic: Topic, count: number): void => {
  for (let number = 0; number < count; number++) {
    const bytes = batch({ values: ['x'.repeat(1000)] })
    const header = readBatchHeader(bytes)
    if (header !== null) topic.partitions[0]?.append(bytes, header)
  }
}

test('in memory, all logs together stay below the cap: the largest gives up its oldest segments, compacted ones keep theirs', () => {
  const topics = new Topics({ meta: null, maxMemoryBytes: 100_000 })
  const segments = { 'segment.bytes': '5000' }
  const compacted = topics.create({ name: 'state', partitions: 1, configs: { ...segments, 'cleanup.policy': 'compact' } })
  const small = topics.create({ name: 'small', partitions: 1, configs: segments })
  const large = topics.create({ name: 'large', partitions: 1, configs: segments })
  append(compacted, 20)
  append(small, 20)
  append(large, 1000)
  const sizes = [compacted, small, large].map((topic) => topic.partitions[0]?.sizeBytes ?? 0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100_000)
  expect([compacted.partitions[0]?.startOffset, small.partitions[0]?.startOffset]).toEqual([0, 0])
  expect(large.partitions[0]?.endOffset).toBe(1000)
  topics.delete(large)
  append(small, 50)
  expect(small.partitions[0]?.startOffset).toBe(0)
})

test.each([
  ['a/b', 'one or more characters other than'],
  ['', 'the empty string'],
  ['..', 'is not allowed'],
  ['x'.repeat(250), 'longer than the max'],
  ['a_b', 'collides with existing topic: a.b'],
  ['a.b', 'already exists'],
])('the topic name %j is refused', (name, reason) => {
  const topics = new Topics({ meta: null, maxMemoryBytes: 1000 })
  topics.create({ name: 'a.b', partitions: 1 })
  expect(() => topics.create({ name, partitions: 1 })).toThrow(reason)
})

test('settings are checked by name, type and range', () => {
  for (const [name, value] of [['cleanup.policy', 'delete, compact'], ['retention.ms', '-1'], ['min.cleanable.dirty.ratio', '0.1'], ['cleanup.policy', '']] as const) checkConfig(name, value)
  for (const [name, value] of [['retention.mss', '1'], ['retention.ms', '1s'], ['retention.ms', '-2'], ['cleanup.policy', 'keep'], ['message.timestamp.type', 'Sometimes'], ['retention.ms', null]] as const)
    expect(() => checkConfig(name, value), `${name}=${value}`).toThrow(BrokerError)
})
