/** Records that Kafka refuses, with and without tolerance: what is logged, kept as a dead letter, told to the task and committed. */
import { expect, test } from 'vitest'
import { schemas } from '../../src/data/schema-builder.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import type { CommittedRecords } from '../../src/wire/guest-api.ts'
import { schemasText } from '../../src/wire/schema-writer.ts'
import { logLines } from '../log-lines.ts'
import { textBatch } from './fakes.ts'
import { startSource, traits } from './source-bed.ts'

const tooLarge = new KafkaError('MESSAGE_TOO_LARGE', 'it is too large', { retriable: false })
const tolerant = { 'errors.tolerance': 'all' }
const withLetters = { ...tolerant, 'errors.deadletterqueue.topic.name': 'dlq', 'errors.deadletterqueue.context.headers.enable': 'true' }
const stringBatch = (values: readonly string[], from: number) => ({ ...textBatch(values, from), schemas: schemasText([schemas.STRING_SCHEMA]), timestamp: Float64Array.from(values, (_, row) => 1000 + row) })

const lines = logLines()

test('a refused record is logged with Kafka\'s sentence: stage, class and the whole record', async () => {
  const { source, until, producers, producer, stop } = startSource({ ...tolerant, 'errors.log.enable': 'true', 'errors.log.include.messages': 'true' })
  source.push(stringBatch(['a', 'b'], 1))
  await until(() => producers[0]?.appended.length === 2)
  producer().produced([0])
  producer().produced([1], tooLarge)
  await stop()
  expect(lines.join('')).toContain("Error encountered in task X-0. Executing stage 'KAFKA_PRODUCE' with class 'org.apache.kafka.connect.runtime.WorkerSourceTask', where source record is = " +
    "SourceRecord{sourcePartition={p=1}, sourceOffset={n=2}} ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=Schema{STRING}, value=b, valueSchema=Schema{STRING}, timestamp=1001, headers=ConnectHeaders(headers=)}.")
})

test('without errors.log.include.messages the sentence shows nothing of the record', async () => {
  const { source, until, producers, producer, stop } = startSource({ ...tolerant, 'errors.log.enable': 'true' })
  source.push(stringBatch(['secret-ish'], 1))
  await until(() => producers[0]?.appended.length === 1)
  producer().produced([0], tooLarge)
  await stop()
  expect(lines.join('')).toContain("Executing stage 'KAFKA_PRODUCE' with class 'org.apache.kafka.connect.runtime.WorkerSourceTask'. (")
  expect(lines.join('')).not.toContain('secret-ish')
})

test('with a dead letter topic it is kept there as JSON; its offset waits for the letter, and the task hears of it without metadata', async () => {
  const committed: CommittedRecords[] = []
  const { source, until, producers, producer, stored, stop } = startSource(withLetters, { start: () => ({ ...traits, commitRecord: true }), commitRecords: ((records: CommittedRecords) => void committed.push(records)) as never }, { offsetFlushTimeoutMs: 1, offsetFlushIntervalMs: 1 })
  source.push(stringBatch(['a', 'b'], 1))
  await until(() => producers[0]?.appended.length === 2)
  const letters = producers[1] ?? expect.fail('no producer of letters')
  producer().produced([0])
  producer().produced([1], tooLarge)
  await until(() => letters.appended.length === 1 && stored.size === 1)
  expect(letters.appended).toMatchObject([{ topic: 'dlq', value: '{"schema":{"type":"string","optional":false},"payload":"b"}', timestamp: 1001 }])
  const context = Object.fromEntries((letters.appended[0]?.headers ?? []).map(({ key, value }) => [key.replace('__connect.errors.', ''), value === null ? null : Buffer.from(value).toString()]))
  expect(context).toMatchObject({
    topic: 't', 'source.partition': '{"p":1}', 'source.offset': '{"n":2}', stage: 'KAFKA_PRODUCE', 'class.name': 'org.apache.kafka.connect.runtime.WorkerSourceTask',
    'exception.class.name': 'org.apache.kafka.common.errors.RecordTooLargeException', 'exception.message': 'it is too large',
  })
  expect([...stored]).toEqual([['{"p":1}', '{"n":1}']])
  expect(committed.map(({ rows, offsets }) => [[...rows], [...offsets]])).toEqual([[[0], [0]]])
  letters.ackAll()
  await until(() => stored.get('{"p":1}') === '{"n":2}')
  await until(() => committed.length === 2)
  expect(committed[1]).toMatchObject({ rows: Int32Array.of(1), offsets: Float64Array.of(-1), partition: -1 })
  await stop()
})

test('a letter that cannot be written either is logged, and the record counts as passed', async () => {
  const { source, until, producers, producer, stored, stop } = startSource(withLetters)
  source.push(stringBatch(['a'], 7))
  await until(() => producers[0]?.appended.length === 1)
  const letters = producers[1] ?? expect.fail('no producer of letters')
  letters.refuse = () => new KafkaError('RECORD_TOO_LARGE', 'that too', { retriable: false })
  producer().produced([0], tooLarge)
  await stop()
  expect(lines.join('')).toContain('Could not produce message to dead letter queue. topic=dlq')
  expect([...stored]).toEqual([['{"p":1}', '{"n":7}']])
})

test('a topic that takes nothing is tolerated record by record; without tolerance it ends the task', async () => {
  const refuses = (name: string): KafkaError | null => (name === 'forbidden' ? new KafkaError('TOPIC_AUTHORIZATION_FAILED', 'not for you', { retriable: false }) : null)
  const batch = { ...textBatch(['a', 'b', 'c'], 1), topics: ['t', 'forbidden'], topic: Int32Array.of(0, 1, 0) }
  const lenient = startSource(tolerant)
  await lenient.until(() => lenient.producers[0] !== undefined)
  lenient.producer().refusesTopic = refuses
  lenient.source.push(batch)
  await lenient.until(() => lenient.producer().appended.length === 2)
  lenient.producer().ackAll()
  await lenient.stop()
  expect(lenient.producer().appended.map(({ value }) => value)).toEqual(['a', 'c'])
  expect([...lenient.stored]).toEqual([['{"p":1}', '{"n":3}']])
  const strict = startSource({}, {}, { offsetFlushTimeoutMs: 1 })
  await strict.until(() => strict.producers[0] !== undefined)
  strict.producer().refusesTopic = refuses
  strict.source.push(batch)
  await strict.until(() => strict.traces.length === 1)
  expect(strict.traces[0]).toMatch(/Unrecoverable exception from producer send callback[^]*Caused by: KafkaError: not for you/)
})

test('a producer that has come to its end fails the task, whatever it tolerates: nothing counts as passed', async () => {
  const { source, until, producers, producer, stored, events, traces } = startSource(tolerant, {}, { offsetFlushTimeoutMs: 1 })
  source.push(stringBatch(['a'], 1))
  await until(() => producers[0]?.appended.length === 1)
  const end = new KafkaError('CLUSTER_AUTHORIZATION_FAILED', 'no producer id for you', { retriable: false })
  producer().failure = end
  producer().produced([0], end)
  source.push(null)
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toContain('no producer id for you')
  await until(() => producer().closed !== null)
  expect(stored.size).toBe(0)
})
