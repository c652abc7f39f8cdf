/** What only real Kafka can show of the consumer: Java members in the same group, leaders that move, brokers that die, transactions. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openConnection } from '../../src/kafka/connection.ts'
import { createConsumer } from '../../src/kafka/consumer.ts'
import { errorOrNull } from '../../src/kafka/kafka-errors.ts'
import { initProducerIdRequest, produceRequest } from '../../src/kafka/producer-requests.ts'
import { RecordBatchWriter } from '../../src/kafka/record-batch-writer.ts'
import { type ClientProperties, type Consumer, partitionKey, type RecordColumns } from '../../src/kafka/types.ts'
import { logger, setLogWriter } from '../../src/log.ts'
import { testKafka, uniqueName } from '../integration/helpers/kafka.ts'
import { testTopics } from '../integration/helpers/topics.ts'
import { ensureKafkaJars } from './jars.ts'
import { startJava } from './java.ts'
import { startKafka } from './server.ts'

setLogWriter((line) => (process.env['TEST_LOG'] === undefined ? undefined : void process.stderr.write(line)))

const newConsumer = async (bootstrap: string, properties: ClientProperties): Promise<Consumer> => {
  const consumer = await createConsumer({
    properties: { 'bootstrap.servers': bootstrap, 'heartbeat.interval.ms': '200', 'auto.offset.reset': 'earliest', 'retry.backoff.ms': '50', ...properties }, clientId: uniqueName('client'),
  })
  onTestFinished(() => consumer.close())
  return consumer
}
const valuesOf = (records: readonly RecordColumns[]): string[] =>
  records.flatMap(({ count, data, valueStart, valueEnd }) => Array.from({ length: count }, (_, i) => Buffer.from(data.subarray(valueStart[i], valueEnd[i])).toString()))

test.for(['RangeAssignor', 'CooperativeStickyAssignor', 'StickyAssignor', 'RoundRobinAssignor'])('a Java consumer and ours share a group with %s, whoever leads it', { timeout: 120_000 }, async (assignor) => {
  const kafka = await testKafka()
  onTestFinished(() => kafka.close())
  const { bootstrap } = kafka
  const topics = await testTopics(bootstrap)
  onTestFinished(() => topics.close())
  const [topic, groupId] = [uniqueName('mixed'), uniqueName('g')]
  await topics.create(topic, 4)
  const strategy = { 'group.id': groupId, 'partition.assignment.strategy': `org.apache.kafka.clients.consumer.${assignor}` }
  const java = async (): Promise<Awaited<ReturnType<typeof startJava>>> => {
    const dir = await mkdtemp(join(tmpdir(), 'isoconnect-java-'))
    const { classPath } = await ensureKafkaJars()
    const consumer = await startJava({
      classPath, cwd: dir, logFile: join(dir, 'log'), mainClass: 'org.apache.kafka.tools.consumer.ConsoleConsumer', jvm: ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      args: ['--bootstrap-server', bootstrap, '--topic', topic, ...Object.entries({ ...strategy, 'auto.offset.reset': 'earliest', 'heartbeat.interval.ms': '200' }).flatMap(([key, value]) => ['--command-property', `${key}=${value}`]),
        '--formatter-property', 'print.partition=true', '--formatter-property', 'print.value=true'],
    })
    onTestFinished(async () => {
      await consumer.end('SIGKILL')
      await rm(dir, { recursive: true })
    })
    return consumer
  }

  // Ours alone, then Java joins what ours leads.
  const consumer = await newConsumer(bootstrap, strategy)
  const assigned = new Set<string>()
  const seen: string[] = []
  let isStopped = false
  await consumer.subscribe([topic], {
    onAssigned: (partitions) => Promise.resolve(partitions.forEach((partition) => assigned.add(partitionKey(partition)))),
    onRevoked: (partitions) => Promise.resolve(partitions.forEach((partition) => assigned.delete(partitionKey(partition)))),
    onLost: (partitions) => Promise.resolve(partitions.forEach((partition) => assigned.delete(partitionKey(partition)))),
  })
  const polling = (async () => {
    while (!isStopped) seen.push(...valuesOf(await consumer.poll(500)))
  })()
  onTestFinished(() => {
    isStopped = true
    return polling
  })
  await expect.poll(() => assigned.size, { timeout: 30_000 }).toBe(4)
  const first = await java()
  await expect.poll(() => assigned.size, { timeout: 30_000 }).toBe(2)
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`p${partition}`])
  const ours = [...assigned].map((key) => `p${key.at(-1)}`).toSorted()
  await expect.poll(() => seen.toSorted(), { timeout: 30_000 }).toEqual(ours)
  for (const value of ['p0', 'p1', 'p2', 'p3'].filter((name) => !ours.includes(name))) await first.sawLine(value, 30_000)

  // Java leads now, another of ours joins.
  isStopped = true
  await polling
  await consumer.close()
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`all${partition}`])
  for (const partition of [0, 1, 2, 3]) await first.sawLine(`all${partition}`, 30_000)
  const late = await newConsumer(bootstrap, strategy)
  const given = new Set<string>()
  await late.subscribe([topic], {
    onAssigned: (partitions) => Promise.resolve(partitions.forEach((partition) => given.add(partitionKey(partition)))),
    onRevoked: () => Promise.resolve(),
    onLost: () => Promise.resolve(),
  })
  const deadlineMs = Date.now() + 30_000
  while (given.size < 2 && Date.now() < deadlineMs) await late.poll(200)
  expect(given.size).toBe(2)
})

test('a leader that dies and comes back, or moves to another broker, costs no record', { timeout: 180_000 }, async () => {
  const kafka = await startKafka({ brokers: 2, properties: { 'default.replication.factor': '2', 'offsets.topic.replication.factor': '2', 'replica.lag.time.max.ms': '5000', 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' } })
  onTestFinished(() => kafka.close())
  const topics = await testTopics(kafka.bootstrap)
  onTestFinished(() => topics.close())
  const topic = uniqueName('moves')
  await topics.create(topic, 4, {}, 2)
  const consumer = await newConsumer(kafka.bootstrap, { 'group.id': uniqueName('g'), 'metadata.max.age.ms': '60000', 'session.timeout.ms': '30000' })
  const nothing = { onAssigned: () => Promise.resolve(), onRevoked: () => Promise.resolve(), onLost: () => Promise.resolve() }
  await consumer.subscribe([topic], nothing)
  const seen = new Set<string>()
  const readUntil = async (count: number): Promise<void> => {
    const deadlineMs = Date.now() + 60_000
    while (seen.size < count && Date.now() < deadlineMs) for (const value of valuesOf(await consumer.poll(500))) seen.add(value)
    expect(seen.size).toBe(count)
  }
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`before-${partition}`])
  await readUntil(4)
  await kafka.stop(2)
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`while-${partition}`])
  await readUntil(8)
  await kafka.start(2)
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`after-${partition}`])
  await readUntil(12)
  await consumer.commit([0, 1, 2, 3].map((partition) => ({ topic, partition, offset: 3 })))
})

test('read_committed gives what was committed, in order, and waits at an open transaction', { timeout: 60_000 }, async () => {
  const kafka = await testKafka()
  onTestFinished(() => kafka.close())
  const topics = await testTopics(kafka.bootstrap)
  onTestFinished(() => topics.close())
  const topic = uniqueName('transactions')
  await topics.create(topic)
  await topics.produce(topic, 0, ['plain'])
  const [aborting, committing] = [await transactions(kafka.bootstrap, topic), await transactions(kafka.bootstrap, topic)]
  await aborting.begin(['aborted-1', 'aborted-2'])
  await committing.begin(['committed-1'])
  await aborting.end(false)
  await aborting.begin(['committed-later'])

  const partition = { topic, partition: 0 }
  const [committed, uncommitted] = [await newConsumer(kafka.bootstrap, { 'isolation.level': 'read_committed' }), await newConsumer(kafka.bootstrap, {})]
  await committed.assign([partition])
  await uncommitted.assign([partition])
  const read = async (consumer: Consumer, count: number): Promise<string[]> => {
    const values: string[] = []
    const deadlineMs = Date.now() + 20_000
    while (values.length < count && Date.now() < deadlineMs) values.push(...valuesOf(await consumer.poll(200)))
    return values
  }
  expect(await read(uncommitted, 5)).toEqual(['plain', 'aborted-1', 'aborted-2', 'committed-1', 'committed-later'])
  expect(await read(committed, 1)).toEqual(['plain'])
  expect(await committed.poll(300)).toEqual([])
  await committing.end(true)
  expect(await read(committed, 1)).toEqual(['committed-1'])
  await aborting.end(true)
  expect(await read(committed, 1)).toEqual(['committed-later'])
  // Markers are passed over: the position is the end of the log.
  await expect.poll(async () => (await committed.poll(100)).length === 0 && (await committed.position(partition)), { timeout: 10_000 }).toBe(8)
})

/** A transactional producer by plain requests, one record batch a transaction. */
const transactions = async (bootstrap: string, topic: string): Promise<{ begin(values: readonly string[]): Promise<void>; end(commit: boolean): Promise<void> }> => {
  const transactionalId = uniqueName('tx')
  const connection = await openConnection({ properties: { 'bootstrap.servers': bootstrap }, clientId: transactionalId, log: logger('test.transactions') })
  onTestFinished(() => connection.close())
  const retrying = async (attempt: () => Promise<unknown>): Promise<void> => {
    await expect.poll(() => attempt().then(() => 'ok', (error: unknown) => String(error)), { timeout: 20_000 }).toBe('ok')
  }
  let producer = { producerId: -1, producerEpoch: -1 }
  await retrying(async () => (producer = await connection.send({ transactionalId }, initProducerIdRequest(transactionalId, 60_000))))
  await connection.refreshMetadata([topic])
  let sequence = 0
  const fail = (code: number, what: string): void => {
    const error = errorOrNull(code, what)
    if (error !== null) throw error
  }
  return {
    async begin(values) {
      await retrying(async () => {
        const code = await connection.send({ transactionalId }, {
          apiKey: 24, apiName: 'AddPartitionsToTxn', minVersion: 0, maxVersion: 0,
          encode: (writer) => void writer.string(transactionalId).int64(producer.producerId).int16(producer.producerEpoch).int32(1).string(topic).array([0], (partition) => writer.int32(partition)),
          decode: (reader) => {
            reader.int32()
            return reader.array(() => [reader.string(), reader.array(() => [reader.int32(), reader.int16()] as const)] as const)[0]?.[1][0]?.[1] ?? 0
          },
        })
        fail(code, 'AddPartitionsToTxn')
      })
      const writer = new RecordBatchWriter(1024)
      for (const value of values) writer.append(Date.now(), null, 0, 0, Buffer.from(value), 0, value.length, null, 4096)
      const records = writer.finish({ compression: 'none', ...producer, baseSequence: sequence, isTransactional: true })
      sequence += values.length
      const [answer] = await connection.send(connection.leaderOf(topic, 0), produceRequest({ acks: -1, timeoutMs: 10_000, transactionalId, topics: [{ name: topic, partitions: [{ index: 0, records }] }] }))
      fail(answer?.errorCode ?? 0, 'Produce')
    },
    async end(commit) {
      fail(await connection.send({ transactionalId }, {
        apiKey: 26, apiName: 'EndTxn', minVersion: 0, maxVersion: 0,
        encode: (writer) => void writer.string(transactionalId).int64(producer.producerId).int16(producer.producerEpoch).boolean(commit),
        decode: (reader) => {
          reader.int32()
          return reader.int16()
        },
      }), 'EndTxn')
    },
  }
}
