/** Dead letters: the headers in Kafka's order, the topic made at the start, and what becomes of a letter that cannot be sent. */
import { expect, test } from 'vitest'
import { ConfigException, DataException } from '../../src/data/errors.ts'
import { type Admin, KafkaError, type NewTopic } from '../../src/kafka/types.ts'
import { hideSecrets } from '../../src/log-secrets.ts'
import { contextHeaders, javaClassName } from '../../src/worker/dead-letter-headers.ts'
import { type DeadRecord, DeadLetters } from '../../src/worker/dead-letters.ts'
import type { Failure } from '../../src/worker/tolerance.ts'
import { FakeProducer, fakeDeps } from './fakes.ts'

const id = { connector: 'c', task: 3 }
const failure = (error: Error): Failure => ({ stage: 'VALUE_CONVERTER', className: 'org.example.C', error, record: () => '' })
const textOf = (headers: ReturnType<typeof contextHeaders>): readonly (readonly [string, string | null])[] => headers.map(({ key, value }) => [key.replace('__connect.errors.', ''), value === null ? null : Buffer.from(value).toString()])

test('the context headers are Kafka\'s, in its order, as texts', () => {
  const error = new DataException('bad', { cause: new Error('because') })
  const headers = textOf(contextHeaders(id, { topic: 't', partition: 2, offset: 17 }, failure(error)))
  expect(headers.slice(0, -1)).toEqual([
    ['topic', 't'], ['partition', '2'], ['offset', '17'], ['connector.name', 'c'], ['task.id', '3'], ['stage', 'VALUE_CONVERTER'], ['class.name', 'org.example.C'],
    ['exception.class.name', 'org.apache.kafka.connect.errors.DataException'], ['exception.message', 'bad'],
  ])
  expect(headers.at(-1)?.[0]).toBe('exception.stacktrace')
  expect(headers.at(-1)?.[1]).toContain('Caused by: Error: because')
})
test('a source record is told by its source partition and offset', () => {
  const headers = textOf(contextHeaders(id, { topic: 't', sourcePartition: '{"f":"a"}', sourceOffset: null }, failure(new Error('x'))))
  expect(headers.slice(0, 3)).toEqual([['topic', 't'], ['source.partition', '{"f":"a"}'], ['source.offset', null]])
})
test('an exception without a message has a null one; secrets stay out of messages and traces', () => {
  hideSecrets('c', ['hunter22'])
  try {
    expect(textOf(contextHeaders(id, { topic: 't', partition: 0, offset: 0 }, failure(new Error('')))).find(([key]) => key === 'exception.message')?.[1]).toBe(null)
    expect(JSON.stringify(textOf(contextHeaders(id, { topic: 't', partition: 0, offset: 0 }, failure(new Error('login hunter22'))))).includes('hunter22')).toBe(false)
  } finally {
    hideSecrets('c', [])
  }
})
test('exceptions of ours go by the name Kafka\'s users know, those of a plugin by their own', () => {
  expect([new ConfigException('x'), new DataException('x'), new TypeError('x')].map(javaClassName)).toEqual([
    'org.apache.kafka.common.config.ConfigException', 'org.apache.kafka.connect.errors.DataException', 'TypeError',
  ])
})
test('what Kafka or its client refuses goes by the name of the exception that Java\'s client throws', () => {
  const nameOf = (code: string): string => javaClassName(new KafkaError(code, 'no', { retriable: false }))
  expect(['MESSAGE_TOO_LARGE', 'RECORD_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'TOPIC_AUTHORIZATION_FAILED', 'REQUEST_TIMED_OUT', 'UNKNOWN_TOPIC_OR_PARTITION'].map(nameOf)).toEqual([
    'RecordTooLargeException', 'RecordTooLargeException', 'RecordBatchTooLargeException', 'TopicAuthorizationException', 'TimeoutException', 'UnknownTopicOrPartitionException',
  ].map((name) => `org.apache.kafka.common.errors.${name}`))
  expect(nameOf('ILLEGAL_STATE')).toBe('org.apache.kafka.common.KafkaException')
})

const record: DeadRecord = { origin: { topic: 't', partition: 0, offset: 5 }, timestamp: 1234, key: Buffer.from('k'), value: null, headers: [{ key: 'h', value: null }] }
const open = async (existing: readonly string[], settings: { readonly contextHeaders?: boolean; readonly createFails?: Error } = {}) => {
  const made: NewTopic[] = []
  const { deps } = fakeDeps({})
  let producer: FakeProducer | null = null
  const admin: Partial<Admin> = {
    describeTopics: async (names) => names.filter((name) => existing.includes(name)).map((name) => ({ name, partitions: [] })),
    createTopics: async (topics) => {
      if (settings.createFails) throw settings.createFails
      made.push(...topics)
      return topics.map(({ name }) => name)
    },
    close: async () => {},
  }
  const letters = new DeadLetters({
    clients: { ...deps.clients, admin: async () => admin as Admin, producer: async (options) => (producer = new FakeProducer(options)) },
    producer: {}, admin: {}, id, settings: { topic: 'dlq', replicationFactor: 2, contextHeaders: settings.contextHeaders ?? false },
  })
  await letters.open()
  return { letters, made, producer: () => producer ?? expect.fail('no producer') }
}

test('a missing topic is made with one partition and the replication asked for; one that is there is left alone', async () => {
  expect((await open([])).made).toEqual([{ name: 'dlq', partitions: 1, replicationFactor: 2 }])
  expect((await open(['dlq'])).made).toEqual([])
})
test('a topic that cannot be made is the end of the task\'s start', async () => {
  await expect(open([], { createFails: new KafkaError('X', 'no', { retriable: false }) })).rejects.toMatchObject({ message: 'Could not initialize dead letter queue with topic=dlq', cause: { message: 'no' } })
})
test('a letter has the record\'s bytes, timestamp and headers; the wait ends when the broker has it', async () => {
  const { letters, producer } = await open(['dlq'])
  let durable = false
  const sent = letters.send(record, failure(new Error('x'))).then(() => (durable = true))
  expect(producer().appended).toMatchObject([{ topic: 'dlq', partition: -1, key: 'k', value: null, timestamp: 1234, headers: [{ key: 'h', value: null }] }])
  expect(durable).toBe(false)
  producer().ackAll()
  await sent
  await letters.settled()
})
test('closed while it is being opened: nothing of it is left when close is over, and opening fails', async () => {
  const { deps } = fakeDeps({})
  const [described, made] = [Promise.withResolvers<never[]>(), Promise.withResolvers<FakeProducer>()]
  let adminsOpen = 0
  const describing = Promise.withResolvers<void>()
  const admin: Partial<Admin> = {
    describeTopics: () => (describing.resolve(), described.promise),
    close: async () => {
      adminsOpen = 0
      described.reject(new KafkaError('CLIENT_CLOSED', 'the client is closed', { retriable: false }))
    },
  }
  const lettersOf = (clients: Partial<typeof deps.clients>): DeadLetters =>
    new DeadLetters({ clients: { ...deps.clients, ...clients }, producer: {}, admin: {}, id, settings: { topic: 'dlq', replicationFactor: 1, contextHeaders: false } })
  const asking = lettersOf({ admin: async () => (adminsOpen++, admin as Admin) })
  const asked = expect(asking.open()).rejects.toMatchObject({ message: 'Could not initialize dead letter queue with topic=dlq' })
  await describing.promise
  await asking.close()
  await asked
  expect(adminsOpen).toBe(0)
  const there: Partial<Admin> = { describeTopics: async () => [{ name: 'dlq', partitions: [] }], close: async () => {} }
  const wanted = Promise.withResolvers<void>()
  const making = lettersOf({ admin: async () => there as Admin, producer: () => (wanted.resolve(), made.promise) })
  const opened = expect(making.open()).rejects.toThrow('Could not initialize')
  await wanted.promise
  const closed = making.close()
  const producer = new FakeProducer({ properties: {}, clientId: '', onProduced: () => {} })
  made.resolve(producer)
  await closed
  await opened
  expect(producer.closed).toBe(0)
})
test('a record without a timestamp (NaN, or Kafka\'s -1) gets the clock\'s', async () => {
  const { letters, producer } = await open(['dlq'])
  const before = Date.now()
  for (const timestamp of [NaN, -1, 0]) void letters.send({ ...record, timestamp }, failure(new Error('x')))
  const [none, minus, zero] = producer().appended.map(({ timestamp }) => timestamp)
  expect([none, minus].every((timestamp) => (timestamp ?? -1) >= before)).toBe(true)
  expect(zero).toBe(0)
})
test('a letter that is sent again has the record\'s bytes as they were, whatever has become of the fetched data', async () => {
  const { letters, producer } = await open(['dlq'], { contextHeaders: true })
  const fetched = Buffer.from('kv')
  const sent = letters.send({ ...record, key: fetched.subarray(0, 1), value: fetched.subarray(1) }, failure(new Error('x')))
  fetched.fill('!')
  producer().produced([0], new KafkaError('RECORD_LIST_TOO_LARGE', 'too large', { retriable: false }))
  expect(producer().appended[1]).toMatchObject({ key: 'k', value: 'v' })
  producer().produced([1])
  await sent
})
test('context headers follow the record\'s own', async () => {
  const { letters, producer } = await open(['dlq'], { contextHeaders: true })
  void letters.send(record, failure(new Error('x')))
  expect(producer().appended[0]?.headers?.map(({ key }) => key).slice(0, 3)).toEqual(['h', '__connect.errors.topic', '__connect.errors.partition'])
})
test('a letter that cannot be sent rejects, whether the broker or the producer refuses it', async () => {
  const { letters, producer } = await open(['dlq'])
  const sent = letters.send(record, failure(new Error('x')))
  producer().produced([0], new KafkaError('TOPIC_AUTHORIZATION_FAILED', 'no', { retriable: false }))
  await expect(sent).rejects.toThrow('no')
  producer().refuse = () => new KafkaError('RECORD_TOO_LARGE', 'too large', { retriable: false })
  await expect(letters.send(record, failure(new Error('x')))).rejects.toThrow('too large')
  await letters.close()
  await expect(letters.send(record, failure(new Error('x')))).rejects.toThrow('closed')
})
test('a letter that its context headers make too large is sent again without the stack trace, then without any; the record stays whole', async () => {
  const { letters, producer } = await open(['dlq'], { contextHeaders: true })
  const sent = letters.send(record, failure(new Error('x')))
  const tooLarge = new KafkaError('MESSAGE_TOO_LARGE', 'too large', { retriable: false })
  const keysOf = (index: number): readonly string[] => (producer().appended[index]?.headers ?? []).map(({ key }) => key.replace('__connect.errors.', ''))
  producer().produced([0], tooLarge)
  expect(keysOf(1)).toEqual(keysOf(0).filter((key) => key !== 'exception.stacktrace'))
  producer().produced([1], tooLarge)
  expect(producer().appended[2]).toMatchObject({ key: 'k', value: null, timestamp: 1234, headers: [{ key: 'h', value: null }] })
  producer().produced([2])
  await sent
})
test('one that is too large without them cannot be kept', async () => {
  const { letters, producer } = await open(['dlq'], { contextHeaders: true })
  producer().refuse = () => new KafkaError('RECORD_TOO_LARGE', 'too large', { retriable: false })
  await expect(letters.send(record, failure(new Error('x')))).rejects.toThrow('too large')
  await letters.settled()
})
