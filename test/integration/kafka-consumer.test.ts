/** The consumer against a broker: groups, rebalances, positions, data. Runs on the dev broker and, by `npm run test:kafka`, on real Kafka. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createConsumer } from '../../src/kafka/consumer.ts'
import type { ClientProperties, Consumer, TopicPartition } from '../../src/kafka/types.ts'
import { setLogWriter } from '../../src/log.ts'
import { testKafka, type TestKafka, uniqueName } from './helpers/kafka.ts'
import { keysOf, numbers, readAll, rowsOf, Running, until } from './helpers/running-consumer.ts'
import { type TestTopics, testTopics } from './helpers/topics.ts'

let kafka: TestKafka
let topics: TestTopics
beforeAll(async () => {
  setLogWriter((line) => (process.env['TEST_LOG'] === undefined ? undefined : void process.stderr.write(line)))
  kafka = await testKafka()
  topics = await testTopics(kafka.bootstrap)
})
afterAll(async () => {
  await topics.close()
  await kafka.close()
})

const cooperative = { 'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor' }
const quick = { 'heartbeat.interval.ms': '100', 'auto.offset.reset': 'earliest', 'fetch.max.wait.ms': '100', 'retry.backoff.ms': '20' }

const newConsumer = async (properties: ClientProperties): Promise<Consumer> => {
  const consumer = await createConsumer({ properties: { 'bootstrap.servers': kafka.bootstrap, ...quick, ...properties }, clientId: uniqueName('client') })
  onTestFinished(() => consumer.close())
  return consumer
}

const run = async (properties: ClientProperties, subscription: readonly string[] | RegExp, setup: (running: Running) => void = () => undefined): Promise<Running> => {
  const running = new Running(await newConsumer(properties))
  onTestFinished(() => running.stop())
  setup(running)
  await running.consumer.subscribe(subscription, running.listener)
  running.start()
  return running
}

test('a lone member is given every partition, and reads every record in order', async () => {
  const topic = uniqueName('lone')
  await topics.create(topic, 3)
  for (const partition of [0, 1, 2]) await topics.produce(topic, partition, numbers(0, 1200).map((value) => `${partition}-${value}`))
  const running = await run({ 'group.id': uniqueName('g') }, [topic])
  await until(() => running.values.length >= 3600)
  expect(running.events).toEqual(['assigned 0,1,2'])
  for (const partition of [0, 1, 2]) {
    const own = running.records.filter((record) => record.partition === partition)
    expect(own.map(({ value }) => value)).toEqual(numbers(0, 1200).map((value) => `${partition}-${value}`))
    expect(own.map(({ offset }) => offset)).toEqual(Array.from({ length: 1200 }, (_, i) => i))
  }
})

test('poll returns no more than max.poll.records, across batches and codecs', async () => {
  const topic = uniqueName('slices')
  await topics.create(topic)
  for (const [index, codec] of (['none', 'gzip', 'snappy', 'lz4', 'zstd', 'none'] as const).entries()) await topics.produce(topic, 0, numbers(index * 100, index * 100 + 100), codec)
  const consumer = await newConsumer({ 'max.poll.records': '37' })
  await consumer.assign([{ topic, partition: 0 }])
  const values: string[] = []
  while (values.length < 600) {
    const polled = rowsOf(await consumer.poll(5000))
    expect(polled.length).toBeLessThanOrEqual(37)
    values.push(...polled.map(({ value }) => value))
    expect(await consumer.position({ topic, partition: 0 })).toBe(values.length)
  }
  expect(values).toEqual(numbers(0, 600))
})

test('keys, headers, timestamps and nulls arrive as they were sent', async () => {
  const topic = uniqueName('fields')
  await topics.create(topic)
  await topics.produce(topic, 0, ['first', { key: 'k', value: null, timestampMs: 1234567890123, headers: [{ key: 'h', value: Buffer.from('x') }, { key: 'n', value: null }] }, { key: '', value: '' }])
  const consumer = await newConsumer({ 'max.poll.records': '1' })
  await consumer.assign([{ topic, partition: 0 }])
  await readAll(consumer, 1)
  const [second] = await consumer.poll(5000)
  if (second === undefined) throw new Error('no record')
  expect(second).toMatchObject({ count: 1, timestampType: 0 })
  expect([second.timestamp[0], second.valueStart[0]]).toEqual([1234567890123, -1])
  expect(Buffer.from(second.data.subarray(second.keyStart[0], second.keyEnd[0])).toString()).toBe('k')
  expect([...(second.headers?.counts ?? [])]).toEqual([2])
  const names = [0, 1].map((i) => Buffer.from(second.data.subarray(second.headers?.keyStart[i], second.headers?.keyEnd[i])).toString())
  expect(names).toEqual(['h', 'n'])
  expect(second.headers?.valueStart[1]).toBe(-1)
  const [third] = await consumer.poll(5000)
  expect(third?.headers === null || third?.headers.counts[0] === 0).toBe(true)
  expect(third?.keyStart[0]).toBe(third?.keyEnd[0])
})

test.for([
  ['range', {}],
  ['cooperative-sticky', cooperative],
  ['sticky', { 'partition.assignment.strategy': 'sticky' }],
  ['roundrobin', { 'partition.assignment.strategy': 'roundrobin' }],
] as const)('with %s two members share the partitions, and an awaited revoke commits first: nothing is lost or read twice', async ([name, strategy]) => {
  const topic = uniqueName('shared')
  await topics.create(topic, 4)
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, numbers(0, 50).map((value) => `${partition}-${value}`))
  const group = { 'group.id': uniqueName('g'), ...strategy }
  const order: string[] = []
  const commitPositions = async (running: Running, partitions: readonly TopicPartition[]): Promise<void> => {
    const offsets = await Promise.all(partitions.map(async (partition) => ({ ...partition, offset: await running.consumer.position(partition) })))
    await running.consumer.commit(offsets)
    order.push(`first committed ${keysOf(partitions)}`)
  }
  const first = await run(group, [topic], (running) => (running.onRevoked = (partitions) => commitPositions(running, partitions)))
  await until(() => first.values.length === 200)
  const second = await run(group, [topic], (running) => {
    running.onRevoked = (partitions) => commitPositions(running, partitions)
    const { listener } = running
    Object.defineProperty(running, 'listener', { value: { ...listener, onAssigned: (partitions: readonly TopicPartition[]) => {
      if (partitions.length > 0) order.push(`second assigned ${partitions.length}`)
      return listener.onAssigned(partitions)
    } } })
  })
  await until(() => first.assigned.size === 2 && second.assigned.size === 2)
  expect([...first.assigned, ...second.assigned].toSorted()).toEqual([0, 1, 2, 3].map((partition) => `${topic}-${partition}`))
  // The commit of the first member was in Kafka before the second had its partitions.
  expect(order[0]).toMatch(/^first committed/)
  expect(order[1]).toBe('second assigned 2')
  if (name === 'cooperative-sticky') expect(first.events.filter((event) => event.startsWith('revok'))).toEqual([expect.stringMatching(/^revoking \d,\d$/), expect.stringMatching(/^revoked \d,\d$/)])
  else expect(first.events.slice(1, 3)).toEqual(['revoking 0,1,2,3', 'revoked 0,1,2,3'])

  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, numbers(50, 60).map((value) => `${partition}-${value}`))
  await until(() => first.values.length + second.values.length === 240)
  await second.stop()
  await second.consumer.close()
  await until(() => first.assigned.size === 4)
  for (const partition of [0, 1, 2, 3]) await topics.produce(topic, partition, [`${partition}-last`])
  await until(() => first.values.length + second.values.length === 244)
  expect(new Set([...first.values, ...second.values]).size).toBe(244)
})

test('a member that stays away from poll longer than max.poll.interval.ms loses its partitions, and comes back', async () => {
  const topic = uniqueName('away')
  await topics.create(topic, 2)
  const group = { 'group.id': uniqueName('g'), 'max.poll.interval.ms': '300', 'session.timeout.ms': '6000' }
  const busy = new Running(await newConsumer(group))
  await busy.consumer.subscribe([topic], busy.listener)
  while (busy.assigned.size < 2) await busy.consumer.poll(1000)
  const other = await run({ ...group, 'max.poll.interval.ms': '60000' }, [topic])
  await until(() => other.assigned.size === 2)
  while (busy.assigned.size !== 1) await busy.consumer.poll(1000)
  expect(busy.events).toContain('lost 0,1')
  await until(() => other.assigned.size === 1)
})

test('pause holds records back, resume lets them through', async () => {
  const topic = uniqueName('pause')
  await topics.create(topic, 2)
  await topics.produce(topic, 0, numbers(0, 5))
  const consumer = await newConsumer({})
  const [zero, one] = [{ topic, partition: 0 }, { topic, partition: 1 }]
  await consumer.assign([zero, one])
  expect(await readAll(consumer, 5)).toEqual(numbers(0, 5))
  consumer.pause([zero])
  await topics.produce(topic, 0, numbers(5, 8))
  await topics.produce(topic, 1, ['other'])
  expect(await readAll(consumer, 1)).toEqual(['other'])
  expect(await consumer.poll(300)).toEqual([])
  consumer.resume([zero])
  expect(await readAll(consumer, 3)).toEqual(numbers(5, 8))
})

test('a partition paused with records already fetched gives them after resume, without a gap', async () => {
  const topic = uniqueName('paused-buffer')
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(0, 100))
  const consumer = await newConsumer({ 'max.poll.records': '10' })
  const partition = { topic, partition: 0 }
  await consumer.assign([partition])
  expect(await readAll(consumer, 10)).toEqual(numbers(0, 10))
  consumer.pause([partition])
  expect(await consumer.poll(50)).toEqual([])
  consumer.resume([partition])
  expect(await readAll(consumer, 90)).toEqual(numbers(10, 100))
})

test('seek drops what was fetched ahead, in both directions', async () => {
  const topic = uniqueName('seek')
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(0, 100))
  const consumer = await newConsumer({ 'max.poll.records': '10' })
  const partition = { topic, partition: 0 }
  await consumer.assign([partition])
  await readAll(consumer, 20)
  consumer.seek(partition, 5)
  expect(await consumer.position(partition)).toBe(5)
  expect(await readAll(consumer, 10)).toEqual(numbers(5, 15))
  consumer.seek(partition, 95)
  expect(await readAll(consumer, 5)).toEqual(numbers(95, 100))
  await consumer.seekToBeginning([partition])
  expect(await readAll(consumer, 10)).toEqual(numbers(0, 10))
})

test('auto.offset.reset says where a group without offsets starts', async () => {
  const topic = uniqueName('reset')
  await topics.create(topic)
  await topics.produce(topic, 0, [{ value: 'old', timestampMs: Date.now() - 3_600_000 }])
  await topics.produce(topic, 0, ['recent'])
  const partition = { topic, partition: 0 }
  const startOf = async (reset: string): Promise<number> => {
    const consumer = await newConsumer({ 'auto.offset.reset': reset, 'group.id': uniqueName('g') })
    await consumer.assign([partition])
    return consumer.position(partition)
  }
  expect(await startOf('earliest')).toBe(0)
  expect(await startOf('latest')).toBe(2)
  expect(await startOf('by_duration:PT10M')).toBe(1)
  await expect(startOf('none')).rejects.toMatchObject({ kafkaCode: 'NO_OFFSET_FOR_PARTITION', message: `Undefined offset with no reset policy for partitions: [${topic}-0]` })
})

test('a position outside the log is reset by the policy, or reported when it is none', async () => {
  const topic = uniqueName('range')
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(0, 10))
  const partition = { topic, partition: 0 }
  const consumer = await newConsumer({})
  await consumer.assign([partition])
  await readAll(consumer, 10)
  consumer.seek(partition, 1000)
  expect(await readAll(consumer, 10)).toEqual(numbers(0, 10))
  const strict = await newConsumer({ 'auto.offset.reset': 'none' })
  await strict.assign([partition])
  strict.seek(partition, 1000)
  await expect(strict.poll(5000)).rejects.toMatchObject({ kafkaCode: 'OFFSET_OUT_OF_RANGE' })
})

test('a topic made anew under the same name is read from where the policy says, also when it is longer than the old one was read', async () => {
  const topic = uniqueName('anew')
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(0, 10))
  const partition = { topic, partition: 0 }
  let oldId: string | null = null
  const readTen = async (reset: string): Promise<Consumer> => {
    const consumer = await newConsumer({ 'auto.offset.reset': reset })
    await consumer.assign([partition])
    consumer.seek(partition, 0)
    const [first] = await consumer.poll(5000)
    expect(first?.count).toBe(10)
    oldId = first?.topicId ?? null
    // nothing is fetched before the new topic is longer than ten
    consumer.pause([partition])
    return consumer
  }
  const [earliest, strict] = [await readTen('earliest'), await readTen('none')]
  await topics.delete(topic)
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(100, 120))
  for (const consumer of [earliest, strict]) consumer.resume([partition])
  expect(await readAll(earliest, 20)).toEqual(numbers(100, 120))
  // going back to a place in the old one
  earliest.seek(partition, 8, oldId)
  expect(await readAll(earliest, 20)).toEqual(numbers(100, 120))
  await expect(strict.poll(5000)).rejects.toMatchObject({ kafkaCode: 'OFFSET_OUT_OF_RANGE', message: expect.stringContaining('in a topic that has been deleted') })
})

test('commits are found by the next member, and committed() tells them', async () => {
  const topic = uniqueName('commit')
  await topics.create(topic, 2)
  await topics.produce(topic, 0, numbers(0, 10))
  const group = { 'group.id': uniqueName('g') }
  const first = await run(group, [topic])
  await until(() => first.values.length === 10)
  await first.consumer.commit([{ topic, partition: 0, offset: 7 }])
  expect(await first.consumer.committed([{ topic, partition: 0 }, { topic, partition: 1 }])).toEqual(new Map([[`${topic}-0`, 7]]))
  await first.stop()
  await first.consumer.close()
  const second = await run(group, [topic])
  await until(() => second.values.length === 3)
  expect(second.values).toEqual(numbers(7, 10))
})

test('a commit under a membership that the group has replaced is refused', async () => {
  const topic = uniqueName('fenced')
  await topics.create(topic, 1)
  const consumer = await newConsumer({ 'group.id': uniqueName('g'), 'max.poll.interval.ms': '200' })
  const running = new Running(consumer)
  await consumer.subscribe([topic], running.listener)
  while (running.assigned.size === 0) await consumer.poll(1000)
  await expect.poll(() => consumer.commit([{ topic, partition: 0, offset: 0 }]).then(() => 'committed', (error: unknown) => (error as { kafkaCode: string }).kafkaCode), { timeout: 20_000 }).toBe('UNKNOWN_MEMBER_ID')
  await consumer.poll(0)
  expect(running.events).toContain('lost 0')
})

test('close commits through onRevoked and leaves at once: the next member need not wait for a session to end', async () => {
  const topic = uniqueName('close')
  await topics.create(topic)
  await topics.produce(topic, 0, numbers(0, 5))
  const group = { 'group.id': uniqueName('g'), 'session.timeout.ms': '45000' }
  const first = await run(group, [topic], (running) => (running.onRevoked = (partitions) => running.consumer.commit(partitions.map((partition) => ({ ...partition, offset: 5 })))))
  await until(() => first.values.length === 5)
  await first.stop()
  await first.consumer.close()
  await first.consumer.close()
  expect(first.events).toEqual(['assigned 0', 'revoking 0', 'revoked 0'])
  await topics.produce(topic, 0, ['next'])
  const second = await run(group, [topic])
  await until(() => second.values.length === 1)
  expect(second.values).toEqual(['next'])
})

test('wakeup ends a waiting poll', async () => {
  const topic = uniqueName('wakeup')
  await topics.create(topic)
  const consumer = await newConsumer({})
  await consumer.assign([{ topic, partition: 0 }])
  const polled = consumer.poll(600_000)
  consumer.wakeup()
  expect(await polled).toEqual([])
})

test('a topic that appears later, and partitions that are added, are picked up', async () => {
  const topic = uniqueName('later')
  const running = await run({ 'group.id': uniqueName('g'), 'metadata.max.age.ms': '100', 'allow.auto.create.topics': 'false', ...cooperative }, [topic])
  await until(() => running.events.length > 0)
  expect(running.events[0]).toBe('assigned ')
  await topics.create(topic, 1)
  await topics.produce(topic, 0, ['a'])
  await until(() => running.values.length === 1)
  if (kafka.kind === 'dev') return // it does not grow topics
  await topics.addPartitions(topic, 2)
  await topics.produce(topic, 1, ['b'])
  await until(() => running.values.length === 2)
  expect(running.values).toEqual(['a', 'b'])
})

test('a pattern takes in the topics that match it whole, also those made later', async () => {
  const prefix = uniqueName('pattern')
  await topics.create(`${prefix}-a`)
  await topics.create(`x-${prefix}-a`)
  await topics.produce(`${prefix}-a`, 0, ['a'])
  await topics.produce(`x-${prefix}-a`, 0, ['x'])
  const running = await run({ 'group.id': uniqueName('g'), 'metadata.max.age.ms': '100', ...cooperative }, new RegExp(`${prefix}-.`))
  await until(() => running.values.length === 1)
  await topics.create(`${prefix}-b`)
  await topics.produce(`${prefix}-b`, 0, ['b'])
  await until(() => running.values.length === 2)
  expect(running.values).toEqual(['a', 'b'])
  expect([...running.assigned].toSorted()).toEqual([`${prefix}-a-0`, `${prefix}-b-0`])
})

test('a subscription can be changed', async () => {
  const [one, two] = [uniqueName('one'), uniqueName('two')]
  await topics.create(one)
  await topics.create(two)
  const running = await run({ 'group.id': uniqueName('g'), ...cooperative }, [one])
  await until(() => running.assigned.has(`${one}-0`))
  await running.consumer.subscribe([two], running.listener)
  await until(() => running.assigned.has(`${two}-0`))
  expect([...running.assigned]).toEqual([`${two}-0`])
})

test('a static member keeps its place over a restart', async () => {
  const topic = uniqueName('static')
  await topics.create(topic)
  const group = { 'group.id': uniqueName('g'), 'group.instance.id': 'me', 'session.timeout.ms': '30000' }
  const first = await run(group, [topic])
  await until(() => first.assigned.size === 1)
  await first.stop()
  await first.consumer.close()
  const second = await run(group, [topic])
  await until(() => second.assigned.size === 1)
})

test('settings that cannot be used are refused by name', async () => {
  const withSetting = (key: string, value: string) => createConsumer({ properties: { 'bootstrap.servers': kafka.bootstrap, [key]: value }, clientId: 'c' })
  await expect(withSetting('auto.offset.reset', 'sometimes')).rejects.toThrow(/auto\.offset\.reset/)
  await expect(withSetting('max.poll.records', 'many')).rejects.toThrow(/max\.poll\.records/)
  await expect(withSetting('partition.assignment.strategy', 'com.example.Mine')).rejects.toThrow(/com\.example\.Mine/)
  await expect(withSetting('heartbeat.interval.ms', '45000')).rejects.toThrow(/session\.timeout\.ms/)
})
