/** The producer and the admin client against a broker. Runs on the dev broker and, by `npm run test:kafka`, on real Kafka. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startDevBroker } from '../../src/dev-broker/broker.ts'
import { kafkaClients } from '../../src/kafka/clients.ts'
import { compressionTypes } from '../../src/kafka/compression.ts'
import { type Admin, type ClientProperties, type Consumer, type Header, partitionKey, type ProducedBatch, type Producer } from '../../src/kafka/types.ts'
import { setLogWriter } from '../../src/log.ts'
import { testKafka, type TestKafka, uniqueName } from './helpers/kafka.ts'
import { testTopics } from './helpers/topics.ts'

let kafka: TestKafka
let admin: Admin
beforeAll(async () => {
  setLogWriter((line) => (process.env['TEST_LOG'] === undefined ? undefined : void process.stderr.write(line)))
  kafka = await testKafka()
  admin = await kafkaClients().admin({ properties: { 'bootstrap.servers': kafka.bootstrap }, clientId: 'admin' })
})
afterAll(async () => {
  await admin.close()
  await kafka.close()
})

type Row = { readonly offset: number; readonly timestamp: number; readonly key: string | null; readonly value: string | null; readonly headers: readonly string[] }

const newTopic = async (partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> => {
  const name = uniqueName('produce')
  expect(await admin.createTopics([{ name, partitions, replicationFactor: 1, configs }])).toEqual([name])
  return name
}
const newProducer = async (properties: ClientProperties = {}, bootstrap = kafka.bootstrap): Promise<{ readonly producer: Producer; readonly outcomes: ProducedBatch[] }> => {
  const outcomes: ProducedBatch[] = []
  const producer = await kafkaClients().producer({ properties: { 'bootstrap.servers': bootstrap, ...properties }, clientId: uniqueName('producer'), onProduced: (batch) => outcomes.push(batch) })
  onTestFinished(() => producer.close(0))
  return { producer, outcomes }
}
const append = (producer: Producer, topic: string, partition: number, token: number, key: string | null, value: string | null, headers: readonly Header[] | null = null): boolean => {
  const [keyBytes, valueBytes] = [key, value].map((text) => (text === null ? null : Buffer.from(text)))
  return producer.append(topic, partition, 1_700_000_000_000 + token, keyBytes ?? null, 0, keyBytes?.length ?? 0, valueBytes ?? null, 0, valueBytes?.length ?? 0, headers, token)
}
/** All records of a partition, once as many as expected are there. */
const read = async (topic: string, partition: number, count: number, bootstrap = kafka.bootstrap): Promise<Row[]> => {
  const consumer: Consumer = await kafkaClients().consumer({ properties: { 'bootstrap.servers': bootstrap, 'auto.offset.reset': 'earliest', 'check.crcs': 'true', 'max.poll.records': '100000' }, clientId: uniqueName('reader') })
  onTestFinished(() => consumer.close())
  await consumer.assign([{ topic, partition }])
  const rows: Row[] = []
  while (rows.length < count) {
    for (const columns of await consumer.poll(5000)) {
      let h = 0
      const text = (start: number | undefined, end: number | undefined): string | null => (start === undefined || start < 0 ? null : Buffer.from(columns.data.subarray(start, end)).toString())
      for (let i = 0; i < columns.count; i++) {
        const headers: string[] = []
        for (let n = columns.headers?.counts[i] ?? 0; n > 0; n--, h++) headers.push(`${text(columns.headers?.keyStart[h], columns.headers?.keyEnd[h])}=${text(columns.headers?.valueStart[h], columns.headers?.valueEnd[h])}`)
        rows.push({ offset: columns.offset[i] ?? -1, timestamp: columns.timestamp[i] ?? -1, key: text(columns.keyStart[i], columns.keyEnd[i]), value: text(columns.valueStart[i], columns.valueEnd[i]), headers })
      }
    }
  }
  return rows
}

describe('the producer', () => {
  test.each(compressionTypes)('writes with compression %s what a consumer reads', async (compression) => {
    const topic = await newTopic()
    const { producer, outcomes } = await newProducer({ 'compression.type': compression, 'batch.size': '20000' })
    await producer.ensureTopic(topic)
    const headers = [{ key: 'a', value: Buffer.from('1') }, { key: 'ü', value: null }]
    for (let i = 0; i < 1000; i++) append(producer, topic, 0, i, i % 3 === 0 ? null : `k${i}`, i % 5 === 0 ? null : `value ${i} `.repeat(10), i % 2 === 0 ? headers : null)
    await producer.flush()
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    expect(await read(topic, 0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => ({
      offset: i, timestamp: 1_700_000_000_000 + i, key: i % 3 === 0 ? null : `k${i}`, value: i % 5 === 0 ? null : `value ${i} `.repeat(10), headers: i % 2 === 0 ? ['a=1', 'ü=null'] : [],
    })))
  })

  test('keeps the order of each partition with five requests in flight, and tells where each record is', async () => {
    const topic = await newTopic(3)
    const { producer, outcomes } = await newProducer({ 'batch.size': '1000', 'buffer.memory': '100000' })
    expect(await producer.ensureTopic(topic)).toEqual({ partitions: 3 })
    for (let i = 0; i < 9000; i++) if (!append(producer, topic, i % 3, i, null, String(i))) await producer.drained()
    await producer.flush()
    for (const partition of [0, 1, 2]) {
      const rows = await read(topic, partition, 3000)
      expect(rows.map(({ value }) => Number(value))).toEqual(Array.from({ length: 3000 }, (_, i) => i * 3 + partition))
      for (const batch of outcomes) {
        if (batch.partition !== partition || !batch.ok) continue
        batch.tokens.forEach((token, i) => expect(rows[batch.baseOffset + i]?.value).toBe(String(token)))
      }
    }
  })

  test('finds a partition that is added while it looks for it', async () => {
    const topic = await newTopic(1)
    await using topics = await testTopics(kafka.bootstrap)
    const { producer } = await newProducer()
    expect(await producer.ensureTopic(topic)).toEqual({ partitions: 1 })
    const found = producer.ensureTopic(topic, 2)
    await topics.addPartitions(topic, 3)
    expect(await found).toEqual({ partitions: 3 })
    append(producer, topic, 2, 0, null, 'there')
    expect(await read(topic, 2, 1)).toMatchObject([{ offset: 0, value: 'there' }])
  })

  test('says that a partition is not there, and refuses its records, and none else', async () => {
    const topic = await newTopic(2)
    const { producer } = await newProducer({ 'max.block.ms': '300' })
    const sentence = `Invalid partition given with record: 2 is not in the range [0...2) of topic ${topic}.`
    await expect(producer.ensureTopic(topic, 2)).rejects.toMatchObject({ kafkaCode: 'INVALID_PARTITION', message: sentence })
    expect(() => append(producer, topic, 2, 0, null, 'nowhere')).toThrow(sentence)
    append(producer, topic, 1, 1, null, 'there')
    expect(await read(topic, 1, 1)).toMatchObject([{ value: 'there' }])
  })

  test('spreads records without a key over the partitions, a batch at a time', async () => {
    const topic = await newTopic(2)
    const { producer, outcomes } = await newProducer({ 'batch.size': '500' })
    await producer.ensureTopic(topic)
    for (let i = 0; i < 2000; i++) append(producer, topic, -1, i, null, `value ${i}`)
    await producer.flush()
    const counts = [0, 1].map((partition) => outcomes.filter((batch) => batch.partition === partition).reduce((sum, { tokens }) => sum + tokens.length, 0))
    expect(counts.reduce((a, b) => a + b)).toBe(2000)
    expect(Math.min(...counts)).toBeGreaterThan(200)
    expect(outcomes.length).toBeLessThan(200)
  })

  test('creates a topic where the broker does that, and says what is wrong with a name', async () => {
    const { producer, outcomes } = await newProducer()
    const topic = uniqueName('created')
    await producer.ensureTopic(topic)
    append(producer, topic, 0, 1, null, 'first')
    await producer.flush()
    expect(outcomes).toMatchObject([{ ok: true, topic, baseOffset: 0, tokens: [1] }])
    await expect(producer.ensureTopic('bad name')).rejects.toMatchObject({ kafkaCode: 'INVALID_TOPIC_EXCEPTION', retriable: false })
  })

  test('splits batches that the topic does not take', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '2000' })
    const { producer, outcomes } = await newProducer()
    await producer.ensureTopic(topic)
    for (let i = 0; i < 200; i++) append(producer, topic, 0, i, null, `${i} ${'x'.repeat(90)}`)
    append(producer, topic, 0, 200, null, 'y'.repeat(3000))
    append(producer, topic, 0, 201, null, 'last')
    await producer.flush()
    expect(outcomes.filter(({ ok }) => !ok)).toMatchObject([{ tokens: [200], error: { kafkaCode: 'MESSAGE_TOO_LARGE' } }])
    expect((await read(topic, 0, 201)).map(({ value }) => value?.split(' ')[0])).toEqual([...Array.from({ length: 200 }, (_, i) => String(i)), 'last'])
  })

  test.each(['0', '1'])('acks=%s', async (acks) => {
    const topic = await newTopic()
    const { producer, outcomes } = await newProducer({ acks })
    await producer.ensureTopic(topic)
    for (let i = 0; i < 10; i++) append(producer, topic, 0, i, null, String(i))
    await producer.flush()
    expect(outcomes).toMatchObject([{ ok: true, baseOffset: acks === '0' ? -1 : 0 }])
    expect((await read(topic, 0, 10)).map(({ value }) => value)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  test('goes on where it was when the broker comes back, without losing, repeating or reordering a record', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'isoconnect-producer-'))
    onTestFinished(() => rm(dataDir, { recursive: true }))
    let broker = await startDevBroker({ port: 0, dataDir })
    onTestFinished(() => broker.close())
    const { port, address } = broker
    const { producer, outcomes } = await newProducer({ 'batch.size': '2000', 'retry.backoff.ms': '10', 'reconnect.backoff.ms': '10', 'reconnect.backoff.max.ms': '50' }, address)
    await producer.ensureTopic('t')
    let token = 0
    for (let restart = 0; restart < 3; restart++) {
      for (let i = 0; i < 2000; i++) append(producer, 't', 0, token, null, String(token++))
      await expect.poll(() => outcomes.length).toBeGreaterThan(restart)
      await broker.close()
      for (let i = 0; i < 500; i++) append(producer, 't', 0, token, null, String(token++))
      broker = await startDevBroker({ port, dataDir })
    }
    await producer.flush()
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([])
    expect((await read('t', 0, token, address)).map(({ value }) => Number(value))).toEqual(Array.from({ length: token }, (_, i) => i))
  })
})

describe('the admin client', () => {
  test('creates topics once, describes them without creating any, and deletes them', async () => {
    const topic = await newTopic(3, { 'cleanup.policy': 'compact' })
    expect(await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])).toEqual([])
    const missing = uniqueName('missing')
    await expect.poll(() => admin.describeTopics([topic, missing]).then((topics) => topics.map(({ name, partitions }) => [name, partitions.map(({ id }) => id)]))).toEqual([[topic, [0, 1, 2]]])
    expect((await admin.describeTopicConfig(topic))['cleanup.policy']).toBe('compact')
    const names = await admin.listTopics()
    expect([names.includes(topic), names.includes(missing)]).toEqual([true, false])
    await admin.deleteTopics([topic, missing])
    await expect.poll(() => admin.describeTopics([topic])).toEqual([])
    await expect(admin.createTopics([{ name: 'bad name', partitions: 1, replicationFactor: 1 }])).rejects.toMatchObject({ kafkaCode: 'INVALID_TOPIC_EXCEPTION' })
    expect(await admin.clusterId()).toMatch(/^\S{10,}$/)
  })

  test('lists offsets by their place and by time', async () => {
    const topic = await newTopic(2)
    const { producer } = await newProducer()
    await producer.ensureTopic(topic)
    for (let i = 0; i < 5; i++) append(producer, topic, 1, i, null, String(i))
    await producer.flush()
    const partitions = [0, 1].map((partition) => ({ topic, partition }))
    expect(await admin.listOffsets(partitions, 'latest')).toEqual(new Map([[`${topic}-0`, 0], [`${topic}-1`, 5]]))
    expect(await admin.listOffsets(partitions, 'earliest')).toEqual(new Map([[`${topic}-0`, 0], [`${topic}-1`, 0]]))
    expect((await admin.listOffsets(partitions, 1_700_000_000_003)).get(partitionKey({ topic, partition: 1 }))).toBe(3)
  })

  test('reads, changes and deletes the offsets of a group; one that does not exist is no error', async () => {
    const topic = await newTopic(2)
    const group = uniqueName('group')
    expect(await admin.consumerGroupOffsets(group)).toEqual([])
    await admin.alterConsumerGroupOffsets(group, [{ topic, partition: 0, offset: 7 }, { topic, partition: 1, offset: 8 }])
    expect((await admin.consumerGroupOffsets(group)).toSorted((a, b) => a.partition - b.partition)).toEqual([{ topic, partition: 0, offset: 7 }, { topic, partition: 1, offset: 8 }])
    await admin.deleteConsumerGroupOffsets(group, [{ topic, partition: 0 }])
    expect(await admin.consumerGroupOffsets(group)).toEqual([{ topic, partition: 1, offset: 8 }])
    await admin.deleteConsumerGroup(group)
    await admin.deleteConsumerGroup(group)
    expect(await admin.consumerGroupOffsets(group)).toEqual([])
  })
})
