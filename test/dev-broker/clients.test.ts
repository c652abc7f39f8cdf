/** kafkajs, as anyone would use it, against the broker. Java's and librdkafka's clients are tried in test/kafka. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompressionTypes, ConfigResourceTypes, Kafka, Partitioners, logLevel, type Consumer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDevBroker, type DevBroker } from '../../src/dev-broker/broker.ts'
import { ConnectError } from '../../src/errors.ts'

let broker: DevBroker
let kafka: Kafka
const clientOf = ({ address }: DevBroker): Kafka => new Kafka({ brokers: [address], clientId: 'test', logLevel: logLevel.NOTHING })
beforeAll(async () => {
  broker = await startDevBroker({ port: 0, topics: [{ name: 'four', partitions: 4 }] })
  kafka = clientOf(broker)
})
afterAll(() => broker.close())

const send = async (to: Kafka, topic: string, values: readonly string[], options: { idempotent?: boolean; compression?: CompressionTypes; partition?: number } = {}): Promise<void> => {
  const producer = to.producer({ idempotent: options.idempotent ?? false, createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic, compression: options.compression ?? CompressionTypes.None, messages: values.map((value) => ({ value, partition: options.partition ?? 0 })) })
  await producer.disconnect()
}
/** Runs a consumer until it has seen `count` values. */
const consume = async (from: Kafka, topic: string, groupId: string, count: number): Promise<string[]> => {
  const consumer = from.consumer({ groupId, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const seen: string[] = []
  await new Promise<void>((resolve, reject) => {
    consumer.run({ eachMessage: ({ message }) => (seen.push(message.value?.toString() ?? ''), seen.length === count ? resolve() : undefined, Promise.resolve()) }).catch(reject)
  })
  await consumer.disconnect()
  return seen
}

test('what is produced is consumed, in order, plain, compressed and idempotent', async () => {
  await send(kafka, 'flow', ['a', 'b'])
  await send(kafka, 'flow', ['c', 'd'], { compression: CompressionTypes.GZIP })
  await send(kafka, 'flow', ['e'], { idempotent: true })
  expect(await consume(kafka, 'flow', 'flow-group', 5)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a group goes on where it committed', async () => {
  await send(kafka, 'resume', ['a', 'b'])
  await consume(kafka, 'resume', 'resume-group', 2)
  await send(kafka, 'resume', ['c'])
  expect(await consume(kafka, 'resume', 'resume-group', 1)).toEqual(['c'])
})

test('two members share the partitions and the second takes over when the first leaves', async () => {
  const joined = new Map<string, (partitions: readonly number[]) => void>()
  const nextAssignment = (name: string): Promise<readonly number[]> => new Promise((resolve) => joined.set(name, resolve))
  const start = async (name: string): Promise<Consumer> => {
    const consumer = kafka.consumer({ groupId: 'pair', maxWaitTimeInMs: 20, heartbeatInterval: 20 })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => joined.get(name)?.(payload.memberAssignment['four'] ?? []))
    await consumer.connect()
    await consumer.subscribe({ topic: 'four', fromBeginning: true })
    await consumer.run({ eachMessage: () => Promise.resolve() })
    return consumer
  }
  const alone = nextAssignment('first')
  const first = await start('first')
  expect(new Set(await alone)).toEqual(new Set([0, 1, 2, 3]))
  const shares = [nextAssignment('first'), nextAssignment('second')]
  const second = await start('second')
  const [one, two] = await Promise.all(shares)
  expect([one?.length, two?.length]).toEqual([2, 2])
  expect(new Set([...(one ?? []), ...(two ?? [])])).toEqual(new Set([0, 1, 2, 3]))
  const all = nextAssignment('second')
  await first.disconnect()
  expect(new Set(await all)).toEqual(new Set([0, 1, 2, 3]))
  await second.disconnect()
})

describe('administration', () => {
  const withAdmin = async <T>(use: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> => {
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await use(admin)
    } finally {
      await admin.disconnect()
    }
  }
  test('topics are created with settings, described, altered, grown and deleted', () =>
    withAdmin(async (admin) => {
      expect(await admin.createTopics({ topics: [{ topic: 'made', numPartitions: 2, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }] })).toBe(true)
      expect(await admin.createTopics({ topics: [{ topic: 'made' }] })).toBe(false)
      const policy = async (): Promise<unknown> => {
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'made', configNames: ['cleanup.policy'] }] })
        return resources[0]?.configEntries[0]?.configValue
      }
      expect(await policy()).toBe('compact')
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'made', configEntries: [{ name: 'cleanup.policy', value: 'delete' }] }] })
      expect(await policy()).toBe('delete')
      await admin.createPartitions({ topicPartitions: [{ topic: 'made', count: 3 }] })
      expect((await admin.fetchTopicMetadata({ topics: ['made'] })).topics[0]?.partitions).toHaveLength(3)
      await admin.deleteTopics({ topics: ['made'] })
      expect(await admin.listTopics()).not.toContain('made')
    }))

  test('what Kafka refuses with one broker is refused', () =>
    withAdmin(async (admin) => {
      const refused = (topic: string, more: object): Promise<unknown> => expect(admin.createTopics({ topics: [{ topic, ...more }] })).rejects.toThrow()
      await refused('three', { replicationFactor: 3 })
      await refused('none', { numPartitions: 0 })
      await refused('with space', {})
      await refused('odd', { configEntries: [{ name: 'no.such.setting', value: '1' }] })
      await refused('odd', { configEntries: [{ name: 'retention.ms', value: 'soon' }] })
    }))

  test('deleted records are out of reach', () =>
    withAdmin(async (admin) => {
      await send(kafka, 'shrink', ['a', 'b', 'c'])
      expect(await admin.fetchTopicOffsets('shrink')).toMatchObject([{ high: '3', low: '0' }])
      await admin.deleteTopicRecords({ topic: 'shrink', partitions: [{ partition: 0, offset: '2' }] })
      expect(await admin.fetchTopicOffsets('shrink')).toEqual([{ partition: 0, offset: '3', high: '3', low: '2' }])
      expect(await consume(kafka, 'shrink', 'shrink-group', 1)).toEqual(['c'])
    }))

  test('the cluster is one broker that is its own controller', () =>
    withAdmin(async (admin) => {
      expect(await admin.describeCluster()).toEqual({ brokers: [{ nodeId: 1, host: broker.host, port: broker.port }], controller: 1, clusterId: broker.clusterId })
    }))
})

describe('start and end', () => {
  test('a taken port is refused with a remedy', async () => {
    const error = await startDevBroker({ port: broker.port }).then(() => null, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConnectError)
    expect((error as ConnectError).message).toMatch(`port ${broker.port} is taken by another process. Choose another port`)
  })

  test('close ends connections and waiting joins, frees the port and may be called twice', async () => {
    const other = await startDevBroker({ port: 0 })
    const consumer = clientOf(other).consumer({ groupId: 'g', retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) } })
    await consumer.connect()
    await Promise.all([other.close(), other.close()])
    await consumer.disconnect()
    const next = createServer()
    next.listen(other.port, other.host)
    await once(next, 'listening')
    next.close()
  })

  test('auto-creation can be switched off', async () => {
    await using strict = await startDevBroker({ port: 0, autoCreateTopics: false })
    const producer = clientOf(strict).producer({ retry: { retries: 0 }, createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    await expect(producer.send({ topic: 'absent', messages: [{ value: 'v' }] })).rejects.toThrow()
    await producer.disconnect()
  })

  test('with a data directory topics, records, committed offsets and the cluster id survive a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'dev-broker-'))
    try {
      const before = await startDevBroker({ port: 0, dataDir, topics: [{ name: 'kept', partitions: 2, configs: { 'retention.ms': '1234567' } }] })
      await send(clientOf(before), 'kept', ['a', 'b'], { idempotent: true })
      expect(await consume(clientOf(before), 'kept', 'keepers', 2)).toEqual(['a', 'b'])
      await send(clientOf(before), 'kept', ['c'], { partition: 1 })
      await before.close()
      await using after = await startDevBroker({ port: 0, dataDir })
      expect(after.clusterId).toBe(before.clusterId)
      expect(await consume(clientOf(after), 'kept', 'keepers', 1)).toEqual(['c'])
      const admin = clientOf(after).admin()
      await admin.connect()
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'kept', configNames: ['retention.ms'] }] })
      expect(resources[0]?.configEntries[0]?.configValue).toBe('1234567')
      await admin.disconnect()
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
})
