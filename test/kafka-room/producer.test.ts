/** The producer against a scripted broker: batches, order across retries, sequences, what is told to the caller, memory. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { codeOfName } from '../../src/kafka/kafka-errors.ts'
import { producerSettingsOf } from '../../src/kafka/producer-config.ts'
import { createProducer } from '../../src/kafka/producer.ts'
import { KafkaError, type ClientProperties, type Header, type ProducedBatch, type Producer } from '../../src/kafka/types.ts'
import { logger, setLogWriter } from '../../src/log.ts'
import { type FakeConnection, fakeConnection, type SentProduce } from './fake-connection.ts'

let previous: (text: string) => void
beforeAll(() => {
  previous = setLogWriter(() => {})
})
afterAll(() => void setLogWriter(previous))

const notLeader = codeOfName('NOT_LEADER_OR_FOLLOWER')
const outOfOrder = codeOfName('OUT_OF_ORDER_SEQUENCE_NUMBER')
const tooLarge = codeOfName('MESSAGE_TOO_LARGE')
const invalidRecord = codeOfName('INVALID_RECORD')
const duplicate = codeOfName('DUPLICATE_SEQUENCE_NUMBER')
const lost = (): KafkaError => new KafkaError('NETWORK_EXCEPTION', 'gone', { retriable: true })

type Rig = { readonly connection: FakeConnection; readonly producer: Producer; readonly outcomes: ProducedBatch[]; readonly add: (text: string, token: number, partition?: number, headers?: readonly Header[]) => boolean; readonly told: () => readonly string[] }
/** One record a batch unless told otherwise, so that a test speaks of batches by their text. */
const rig = async (properties: ClientProperties = {}, setUp: (connection: FakeConnection) => void = () => {}): Promise<Rig> => {
  const connection = fakeConnection()
  setUp(connection)
  const outcomes: ProducedBatch[] = []
  const settings = producerSettingsOf({ 'batch.size': '1', 'retry.backoff.ms': '1', 'retry.backoff.max.ms': '1', ...properties })
  const producer = createProducer(connection, settings, (batch) => outcomes.push(batch), logger('test'))
  onTestFinished(() => producer.close(0))
  await producer.ensureTopic('t')
  const add = (text: string, token: number, partition = 0, headers: readonly Header[] | null = null): boolean => {
    const value = Buffer.from(text)
    return producer.append('t', partition, 1000, null, 0, 0, value, 0, value.length, headers, token)
  }
  const told = (): readonly string[] => outcomes.map((batch) => `${batch.tokens.join()} ${batch.ok ? `at ${batch.baseOffset}` : batch.error.kafkaCode}`)
  return { connection, producer, outcomes, add, told }
}
/** The broker takes a first record of partition 0, sequence 0: from then on several batches are in flight. Its outcome is left out. */
const acknowledgeOne = async ({ connection, producer, outcomes, add }: Rig): Promise<void> => {
  add('first', -1)
  const flushed = producer.flush()
  ;(await connection.next()).answer({})
  await flushed
  expect(outcomes.splice(0)).toMatchObject([{ ok: true, tokens: [-1] }])
}
const sequencesOf = (requests: readonly SentProduce[]): string[] => requests.flatMap(({ batches }) => batches.map(({ values, epoch, sequence }) => `${values.join()} ${epoch}:${sequence}`))
const take = async (connection: FakeConnection, count: number): Promise<SentProduce[]> => {
  const requests: SentProduce[] = []
  while (requests.length < count) requests.push(await connection.next())
  return requests
}

describe('batches', () => {
  test('records of a burst share a batch, and a flush sends what lingers', async () => {
    const { connection, producer, add, told } = await rig({ 'batch.size': '100000', 'linger.ms': '29000' })
    for (let i = 0; i < 5; i++) add(`r${i}`, i)
    const flushed = producer.flush()
    const request = await connection.next()
    expect(request.batches.map(({ values }) => values)).toEqual([['r0', 'r1', 'r2', 'r3', 'r4']])
    request.answer({}, 40)
    await flushed
    expect(told()).toEqual(['0,1,2,3,4 at 40'])
    expect(producer.bufferedBytes).toBe(0)
  })
  test('linger.ms sends without a flush', async () => {
    const { connection, add } = await rig({ 'batch.size': '100000', 'linger.ms': '1' })
    add('a', 0)
    expect((await connection.next()).batches[0]?.values).toEqual(['a'])
  })
  test('a request holds one batch per partition of its broker and not more than max.request.size', async () => {
    const { connection, producer, add } = await rig({ 'max.request.size': '1000', 'batch.size': '600', 'linger.ms': '29000', 'max.in.flight.requests.per.connection': '1' }, (fake) => {
      fake.partitions = 3
      fake.leaders.set('t-2', 2)
    })
    for (const partition of [0, 1, 2]) add('x'.repeat(400), partition, partition)
    void producer.flush()
    const first = await take(connection, 2)
    expect(first.map(({ node, batches }) => `${node}: ${batches.length}`).toSorted()).toEqual(['1: 1', '2: 1'])
    for (const request of first) request.answer({})
    expect((await connection.next()).batches).toHaveLength(1)
  })
  test('at most max.in.flight.requests.per.connection requests are under way, in order', async () => {
    const it = await rig({ 'max.in.flight.requests.per.connection': '3' })
    const { connection, add } = it
    await acknowledgeOne(it)
    for (let i = 0; i < 6; i++) add(String(i), i)
    const first = await take(connection, 3)
    expect(sequencesOf(first)).toEqual(['0 0:1', '1 0:2', '2 0:3'])
    expect(connection.produced).toHaveLength(0)
    first[0]?.answer({})
    expect(sequencesOf([await connection.next()])).toEqual(['3 0:4'])
  })
  test('a record with headers, a key or null arrives in the partition asked for', async () => {
    const { connection, producer } = await rig({}, (fake) => {
      fake.partitions = 4
    })
    const key = Buffer.from('21')
    producer.append('t', -1, 5, key, 0, 2, null, 0, 0, [{ key: 'h', value: null }], 9)
    expect((await connection.next()).batches[0]?.partition).toBe((-973932308 & 0x7fffffff) % 4)
  })
})

describe('a broker that does not know the producer takes any sequence', () => {
  test('one batch is in flight until it has taken the first, then several', async () => {
    const { connection, add, told } = await rig()
    for (let i = 0; i < 3; i++) add(String(i), i)
    for (const refuse of [(request: SentProduce) => request.answer({ 't-0': notLeader }), (request: SentProduce) => request.fail(lost())]) {
      const alone = await connection.next()
      expect(sequencesOf([alone])).toEqual(['0 0:0'])
      expect(connection.produced).toHaveLength(0)
      refuse(alone)
    }
    const first = await connection.next()
    expect(sequencesOf([first])).toEqual(['0 0:0'])
    expect(connection.produced).toHaveLength(0)
    first.answer({}, 0)
    const rest = await take(connection, 2)
    expect(sequencesOf(rest)).toEqual(['1 0:1', '2 0:2'])
    rest.forEach((request, i) => request.answer({}, 1 + i))
    await expect.poll(told).toEqual(['0 at 0', '1 at 1', '2 at 2'])
  })
  test('each partition waits for its own first acknowledgement', async () => {
    const it = await rig({}, (fake) => {
      fake.partitions = 2
    })
    const { connection, add } = it
    await acknowledgeOne(it)
    for (let i = 0; i < 4; i++) add(String(i), i, i % 2)
    const requests = await take(connection, 2)
    expect(sequencesOf(requests).toSorted()).toEqual(['0 0:1', '1 0:0', '2 0:2'])
    expect(connection.produced).toHaveLength(0)
  })
  test('without idempotence there is nothing to wait for', async () => {
    const { connection, add } = await rig({ 'enable.idempotence': 'false' })
    for (let i = 0; i < 3; i++) add(String(i), i)
    expect(sequencesOf(await take(connection, 3))).toEqual(['0 -1:-1', '1 -1:-1', '2 -1:-1'])
  })
})

describe('retries', () => {
  test('nothing more is sent until all that is in flight came back, then oldest first, with the same sequences', async () => {
    const it = await rig()
    const { connection, add, told } = it
    await acknowledgeOne(it)
    for (let i = 0; i < 4; i++) add(String(i), i)
    const first = await take(connection, 4)
    first[0]?.answer({ 't-0': notLeader })
    first[1]?.answer({ 't-0': outOfOrder })
    add('4', 4)
    first[2]?.fail(lost())
    first[3]?.fail(lost())
    const second = await take(connection, 5)
    expect(sequencesOf(second)).toEqual(['0 0:1', '1 0:2', '2 0:3', '3 0:4', '4 0:5'])
    second.forEach((request, i) => request.answer({}, i))
    await expect.poll(told).toEqual(['0 at 0', '1 at 1', '2 at 2', '3 at 3', '4 at 4'])
    expect(connection.metadataRequests).toBeGreaterThan(1)
  })
  test('a batch the broker already has counts as written', async () => {
    const { connection, add, told } = await rig()
    add('a', 1)
    ;(await connection.next()).fail(lost())
    ;(await connection.next()).answer({ 't-0': duplicate })
    await expect.poll(told).toEqual(['1 at -1'])
  })
  test('a gap the broker insists on is closed by a higher epoch from sequence 0', async () => {
    const it = await rig()
    const { connection, add, told } = it
    await acknowledgeOne(it)
    for (let i = 0; i < 3; i++) add(String(i), i)
    const first = await take(connection, 3)
    first[0]?.answer({}, 0)
    first[1]?.answer({ 't-0': outOfOrder })
    first[2]?.answer({ 't-0': outOfOrder })
    // The new epoch has to be taken before more than one batch of it is in flight.
    const second = await connection.next()
    expect(sequencesOf([second])).toEqual(['1 1:0'])
    expect(connection.produced).toHaveLength(0)
    second.answer({}, 1)
    const third = await connection.next()
    expect(sequencesOf([third])).toEqual(['2 1:1'])
    third.answer({}, 2)
    await expect.poll(told).toEqual(['0 at 0', '1 at 1', '2 at 2'])
    add('3', 3)
    expect(sequencesOf([await connection.next()])).toEqual(['3 1:2'])
  })
  test('after a batch that is refused for good, those behind it go on under a higher epoch', async () => {
    const it = await rig()
    const { connection, add, told } = it
    await acknowledgeOne(it)
    for (let i = 0; i < 3; i++) add(String(i), i)
    const first = await take(connection, 3)
    first[0]?.answer({ 't-0': invalidRecord })
    first[1]?.answer({ 't-0': outOfOrder })
    first[2]?.answer({ 't-0': outOfOrder })
    // The new epoch has to be taken before more than one batch of it is in flight.
    const second = await connection.next()
    expect(sequencesOf([second])).toEqual(['1 1:0'])
    expect(connection.produced).toHaveLength(0)
    second.answer({}, 0)
    const third = await connection.next()
    expect(sequencesOf([third])).toEqual(['2 1:1'])
    third.answer({}, 1)
    await expect.poll(told).toEqual(['0 INVALID_RECORD', '1 at 0', '2 at 1'])
  })
  test('another partition keeps its epoch and goes on meanwhile', async () => {
    const { connection, add } = await rig({}, (fake) => {
      fake.partitions = 2
      fake.leaders.set('t-1', 2)
    })
    add('a', 0, 0)
    ;(await connection.next()).answer({ 't-0': invalidRecord })
    add('b', 1, 1)
    add('c', 2, 0)
    expect(sequencesOf(await take(connection, 2)).toSorted()).toEqual(['b 0:0', 'c 1:0'])
  })
  test('a batch that the broker finds too large is split in place, with its sequences, headers and tokens', async () => {
    const it = await rig({ 'batch.size': '100000', 'linger.ms': '29000', 'compression.type': 'gzip' })
    const { connection, producer, add, told } = it
    await acknowledgeOne(it)
    const headers = [{ key: 'h', value: Buffer.from('v') }]
    for (let i = 0; i < 5; i++) add(`r${i}`, i, 0, headers)
    const flushed = producer.flush()
    ;(await connection.next()).answer({ 't-0': tooLarge })
    const halves = await take(connection, 2)
    expect(sequencesOf(halves)).toEqual(['r0,r1 0:1', 'r2,r3,r4 0:3'])
    halves.forEach((request, i) => request.answer({}, i * 2))
    await flushed
    expect(told()).toEqual(['0,1 at 0', '2,3,4 at 2'])
    expect(producer.bufferedBytes).toBe(0)
  })
  test('a single record that is too large fails', async () => {
    const { connection, add, told } = await rig()
    add('a', 7)
    ;(await connection.next()).answer({ 't-0': tooLarge })
    await expect.poll(told).toEqual(['7 MESSAGE_TOO_LARGE'])
  })
  test('retries=1 means two attempts', async () => {
    const { connection, add, told } = await rig({ retries: '1' })
    add('a', 0)
    ;(await connection.next()).answer({ 't-0': notLeader })
    ;(await connection.next()).answer({ 't-0': notLeader })
    await expect.poll(told).toEqual(['0 NOT_LEADER_OR_FOLLOWER'])
  })
  test('a batch that could not be sent within delivery.timeout.ms expires', async () => {
    const { producer, add, outcomes } = await rig({ 'delivery.timeout.ms': '40', 'request.timeout.ms': '20', 'linger.ms': '0' }, (fake) => void fake.leaders.set('t-0', -1))
    add('a', 0)
    await producer.flush()
    const [outcome] = outcomes
    expect(outcome?.ok === false && outcome.error.message).toMatch(/^Expiring 1 record\(s\) for t-0:\d+ ms has passed since batch creation$/)
    expect(outcome?.ok === false && outcome.error.kafkaCode).toBe('REQUEST_TIMED_OUT')
  })
  test('without idempotence nothing carries a producer id', async () => {
    const { connection, add } = await rig({ 'enable.idempotence': 'false' })
    add('a', 0)
    expect((await connection.next()).batches[0]).toMatchObject({ producerId: -1, epoch: -1, sequence: -1 })
    expect(connection.producerIds).toBe(0)
  })
})

describe('memory and the end', () => {
  test('append says when buffer.memory is used up, drained when there is room', async () => {
    const it = await rig({ 'buffer.memory': '1000', 'max.request.size': '600' })
    const { connection, producer, add } = it
    await acknowledgeOne(it)
    expect(add('x'.repeat(300), 0)).toBe(true)
    expect(add('x'.repeat(300), 1)).toBe(true)
    expect(add('x'.repeat(300), 2)).toBe(false)
    let isDrained = false
    const drained = producer.drained().then(() => {
      isDrained = true
    })
    const requests = await take(connection, 3)
    expect(isDrained).toBe(false)
    for (const request of requests) request.answer({})
    await drained
    expect(producer.bufferedBytes).toBeLessThan(1000)
  })
  test('a record larger than max.request.size is refused in Kafka\'s words', async () => {
    const { add } = await rig({ 'max.request.size': '600' })
    expect(() => add('x'.repeat(600), 0)).toThrow(/which is larger than 600, which is the value of the max.request.size configuration/)
  })
  test('a partition that does not exist is refused', async () => {
    const { add } = await rig()
    expect(() => add('x', 0, 1)).toThrow('Invalid partition given with record: 1 is not in the range [0...1) of topic t.')
  })
  test('close sends what is left, and fails what does not get through in time', async () => {
    const { connection, producer, add, told } = await rig({ 'linger.ms': '29000', 'batch.size': '100000' })
    add('a', 0)
    const closed = producer.close(30)
    expect((await connection.next()).batches).toHaveLength(1)
    await closed
    expect(told()).toEqual(['0 PRODUCER_CLOSED'])
    expect(() => add('b', 1)).toThrow(/closed/)
  })
  test('a callback that throws does not stop the producer', async () => {
    const connection = fakeConnection()
    const producer = createProducer(connection, producerSettingsOf({}), () => {
      throw new Error('callback')
    }, logger('test'))
    onTestFinished(() => producer.close(0))
    await producer.ensureTopic('t')
    producer.append('t', 0, 1, null, 0, 0, Buffer.from('a'), 0, 1, null, 0)
    const flushed = producer.flush()
    ;(await connection.next()).answer({})
    await flushed
    expect(producer.bufferedBytes).toBe(0)
  })
})

describe('settings', () => {
  test.each([
    [{ 'enable.idempotence': 'true', acks: '1' }, /Must set acks to all/],
    [{ 'enable.idempotence': 'true', 'max.in.flight.requests.per.connection': '6' }, /at most 5/],
    [{ 'delivery.timeout.ms': '10', 'request.timeout.ms': '20' }, /delivery.timeout.ms should be equal to or larger/],
    [{ acks: '2' }, /Invalid value 2 for configuration acks/],
    [{ 'compression.type': 'brotli' }, /String must be one of: none, gzip, snappy, lz4, zstd/],
    [{ 'linger.ms': 'soon' }, /Invalid value soon for configuration linger.ms: Not a number/],
    [{ 'partitioner.class': 'com.example.Mine' }, /Java classes cannot be loaded/],
  ] as const)('%o is refused', (properties, message) => {
    expect(() => producerSettingsOf(properties)).toThrow(message)
  })
  test('settings that contradict idempotence switch it off when it was not asked for', () => {
    expect(producerSettingsOf({ acks: '1' }).isIdempotent).toBe(false)
    expect(producerSettingsOf({ 'max.in.flight.requests.per.connection': '10' }).isIdempotent).toBe(false)
    expect(producerSettingsOf({}).isIdempotent).toBe(true)
  })
  test('Connect\'s own defaults are taken as they are', () => {
    expect(producerSettingsOf({ 'max.block.ms': '9223372036854775807', 'enable.idempotence': 'false', acks: 'all', 'max.in.flight.requests.per.connection': '1', 'delivery.timeout.ms': '2147483647' }))
      .toMatchObject({ isIdempotent: false, acks: -1, maxInFlight: 1, deliveryTimeoutMs: 2147483647, maxBlockMs: 2 ** 63 })
  })
})
