/** Partitions that a source's records name: looked for before the records are sent, as one may be seconds old. */
import { expect, test } from 'vitest'
import { KafkaError } from '../../src/kafka/types.ts'
import { logLines } from '../log-lines.ts'
import { textBatch } from './fakes.ts'
import { startSource } from './source-bed.ts'

const lines = logLines()

const batch = (partitions: readonly number[], from = 0) => ({ ...textBatch(partitions.map((partition) => `to ${partition}`), from), partition: Int32Array.from(partitions) })

test('each is asked for once, and none for records that leave it to the producer', async () => {
  const { source, until, producers, producer, stop } = startSource()
  source.push(batch([3, -1, 3, 0]))
  source.push(batch([0, 3, -1], 4))
  source.push(textBatch(['no partition'], 7))
  await until(() => producers[0]?.appended.length === 8)
  expect(producer().askedFor).toEqual(['t-3', 't-0'])
  producer().ackAll()
  await stop()
})

test('nothing is sent before they are there', async () => {
  const { source, until, producers, producer, stop } = startSource()
  const found = Promise.withResolvers<void>()
  await until(() => producers[0] !== undefined)
  producer().findsPartition = () => found.promise
  source.push(batch([3]))
  await until(() => producer().askedFor.length === 1)
  expect(producer().appended).toEqual([])
  found.resolve()
  await until(() => producer().appended.length === 1)
  producer().ackAll()
  await stop()
})

test('one that does not come is waited for once, and said; the producer refuses its records', async () => {
  const { source, until, producers, producer, stop } = startSource()
  await until(() => producers[0] !== undefined)
  producer().findsPartition = () => Promise.reject(new KafkaError('INVALID_PARTITION', '3 is not in the range [0...1)', { retriable: false }))
  source.push(batch([3]))
  source.push(batch([3], 1))
  await until(() => producer().appended.length === 2)
  expect(producer().askedFor).toEqual(['t-3'])
  expect(lines.join('')).toMatch(/Failed to find partition 3 of topic 't'; records for it are refused: [^]*3 is not in the range \[0\.\.\.1\)/)
  producer().ackAll()
  await stop()
})

test('a stop does not wait for them, and leaves their records for the next start', async () => {
  const { source, until, producers, producer, stored, stop } = startSource({}, {}, { offsetFlushTimeoutMs: 1 })
  await until(() => producers[0] !== undefined)
  producer().findsPartition = () => new Promise(() => {})
  source.push(batch([3]))
  await until(() => producer().askedFor.length === 1)
  await stop()
  expect(producer().appended).toEqual([])
  expect(stored.size).toBe(0)
})

test('a topic that cannot be sent to is not asked for its partitions', async () => {
  const { source, until, producers, producer, stop } = startSource({ 'errors.tolerance': 'all' })
  await until(() => producers[0] !== undefined)
  producer().refusesTopic = () => new KafkaError('TOPIC_AUTHORIZATION_FAILED', 'Not authorized', { retriable: false })
  source.push(batch([3]))
  source.push(null)
  await until(() => source.polls === 3)
  expect(producer().askedFor).toEqual([])
  expect(producer().appended).toEqual([])
  await stop()
})
