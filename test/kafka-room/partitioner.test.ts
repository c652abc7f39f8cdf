/** Keys go where Kafka's own producer sends them; records without one are spread in batches. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { murmur2, partitionForKey, roundRobinPartitioner, stickyPartitioner } from '../../src/kafka/partitioner.ts'

/** From Kafka's `UtilsTest.testMurmur2`. */
const vectors: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]
test.each(vectors)('murmur2 of %s is as in Kafka', (text, hash) => {
  const key = Buffer.from(text)
  expect(murmur2(key, 0, key.length)).toBe(hash)
})

test('a range of a buffer hashes as the range alone', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ maxLength: 30 }), (before, key) => {
    const around = Buffer.concat([before, key, Buffer.from('rest')])
    expect(murmur2(around, before.length, before.length + key.length)).toBe(murmur2(key, 0, key.length))
  }))
})

test('a key has one partition, whatever the hash\'s sign', () => {
  const key = Buffer.from('21')
  expect(partitionForKey(key, 0, 2, 10)).toBe((-973932308 & 0x7fffffff) % 10)
})

const all = { count: 4, hasLeader: () => true }
test('the sticky choice stays until a batch\'s worth of bytes, and then until the batch is full', () => {
  const sticky = stickyPartitioner(100)
  const first = sticky.next(all)
  for (let i = 0; i < 20; i++) {
    sticky.appended(4, true)
    expect(sticky.next(all)).toBe(first)
  }
  sticky.appended(30, false)
  expect(sticky.next(all)).toBe(first)
  const seen = new Set<number>()
  for (let i = 0; i < 200; i++) {
    seen.add(sticky.next(all))
    sticky.appended(100, true)
  }
  expect(seen).toEqual(new Set([0, 1, 2, 3]))
})
test('twice a batch\'s worth of bytes ends the stay in any case', () => {
  const sticky = stickyPartitioner(100)
  const partitions = new Set(Array.from({ length: 100 }, () => {
    const partition = sticky.next(all)
    sticky.appended(200, false)
    return partition
  }))
  expect(partitions.size).toBe(4)
})
test('partitions without a leader are not chosen while there are others', () => {
  const choices = { count: 4, hasLeader: (partition: number) => partition === 2 }
  for (let i = 0; i < 20; i++) expect(stickyPartitioner(1).next(choices)).toBe(2)
  const robin = roundRobinPartitioner()
  expect([robin.next(choices), robin.next(choices)]).toEqual([2, 2])
  expect(stickyPartitioner(1).next({ count: 4, hasLeader: () => false })).toBeLessThan(4)
})
test('round robin takes every partition in turn', () => {
  const robin = roundRobinPartitioner()
  expect([1, 2, 3, 4, 5].map(() => robin.next(all))).toEqual([0, 1, 2, 3, 0])
})
