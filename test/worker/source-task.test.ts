/** The source loop with a fake cell and producer: order, offsets never ahead of acks, back-pressure, pause, stop and failure. */
import { expect, test } from 'vitest'
import { schemas } from '../../src/data/schema-builder.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import { setLogWriter } from '../../src/log.ts'
import type { StageSpec } from '../../src/transforms/types.ts'
import type { SourceBatch } from '../../src/wire/batch.ts'
import type { CommittedRecords } from '../../src/wire/guest-api.ts'
import { schemasText } from '../../src/wire/schema-writer.ts'
import { ThreadHost } from '../../src/worker/host.ts'
import { connectorSpec, fakeDeps, guestError, GuestFailure, taskSpec, textBatch } from './fakes.ts'
import { startSource as start, traits } from './source-bed.ts'

test('records reach the producer in order, with the topic reported once when it was acked', async () => {
  const { source, until, producer, producers, events, stop } = start()
  source.push(textBatch(['a', 'b'], 1))
  source.push(textBatch(['c'], 3))
  await until(() => producers[0]?.appended.length === 3)
  expect(producer().appended.map(({ value, token, key }) => [value, token, key])).toEqual([['a', 0, null], ['b', 1, null], ['c', 2, null]])
  expect(events).toEqual(['X-0 RUNNING 1.0'])
  producer().ackAll()
  expect(events).toEqual(['X-0 RUNNING 1.0', 'topic t'])
  await stop()
  expect(events.at(-1)).toBe('X-0 UNASSIGNED null')
  expect(producer().closed).toBe(30_000)
})

test('the next poll is asked for while the last batch is being sent', async () => {
  const { source, until, producers, producer, stop } = start()
  await until(() => producers[0] !== undefined)
  producer().full = 1
  source.push(textBatch(['a', 'b']))
  await until(() => producer().appended.length === 1)
  // the producer is full: nothing more is appended, yet the next poll is under way
  await until(() => source.polls === 2)
  expect(producer().appended.length).toBe(1)
  producer().drain()
  await until(() => producer().appended.length === 2)
  producer().ackAll()
  await stop()
})

test('a stop in the middle of a batch: what was polled behind it does not overtake the rest', async () => {
  const { source, until, producers, producer, stored, stop } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  await until(() => producers[0] !== undefined)
  producer().full = 1
  source.push(textBatch(['a', 'b', 'c'], 10))
  await until(() => source.polls === 2)
  source.push(textBatch(['d', 'e'], 13))
  const stopped = stop()
  producer().ackAll()
  await stopped
  expect(producer().appended.map(({ value }) => value)).toEqual(['a'])
  expect([...stored]).toEqual([['{"p":1}', '{"n":10}']])
})

test('a stop stores the offsets of the acked prefix only', async () => {
  const { source, until, producers, producer, stored, stop } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  source.push(textBatch(['a', 'b', 'c', 'd'], 10))
  await until(() => producers[0]?.appended.length === 4)
  producer().produced([0, 1])
  producer().produced([3])
  await stop()
  expect([...stored]).toEqual([['{"p":1}', '{"n":11}']])
})

test('nothing acked: nothing stored', async () => {
  const { source, until, producers, stored, stop } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  source.push(textBatch(['a']))
  await until(() => producers[0]?.appended.length === 1)
  await stop()
  expect(stored.size).toBe(0)
})

test('a stop waits for outstanding acks, then commits and calls commit before stop', async () => {
  const { source, until, producers, producer, stored, stop, cells } = start({}, { start: () => ({ ...traits, commit: true }) })
  source.push(textBatch(['a'], 5))
  await until(() => producers[0]?.appended.length === 1)
  const stopped = stop()
  source.push(null)
  await until(() => cells[0]?.calls.includes('0.poll') === true)
  expect(stored.size).toBe(0)
  producer().ackAll()
  await stopped
  expect([...stored]).toEqual([['{"p":1}', '{"n":5}']])
  expect(cells[0]?.calls.slice(-2)).toEqual(['0.commit', '0.stop'])
})

test('commitRecord crosses only for tasks that override it, with rows and offsets', async () => {
  const committed: CommittedRecords[] = []
  const { source, until, producers, producer, stop } = start({ 'errors.tolerance': 'all' }, { start: () => ({ ...traits, commitRecord: true }), commitRecords: ((records: CommittedRecords) => void committed.push(records)) as never })
  source.push(textBatch(['a', 'b'], 1))
  source.push(textBatch(['c'], 3))
  await until(() => producers[0]?.appended.length === 3)
  producer().produced([1, 2], 100)
  producer().produced([0], new KafkaError('RECORD_TOO_LARGE', 'too large', { retriable: false }))
  await until(() => committed.length === 3)
  expect(committed.map(({ batch, rows, offsets, partition }) => [batch, [...rows], [...offsets], partition])).toEqual([[0, [1], [100], 0], [1, [0], [101], 0], [0, [0], [-1], -1]])
  expect(committed.map(({ timestamps }) => [...timestamps])).toEqual([[producer().appended[1]?.timestamp], [producer().appended[2]?.timestamp], [-1]])
  await stop()
})

test('an asynchronous send failure fails the task at the next step; its offset is not committed', async () => {
  const { source, until, producers, producer, events, traces, stored } = start()
  source.push(textBatch(['a', 'b'], 1))
  await until(() => producers[0]?.appended.length === 2)
  producer().produced([0])
  producer().produced([1], new KafkaError('TOPIC_AUTHORIZATION_FAILED', 'not allowed', { retriable: false }))
  source.push(null)
  source.push(null)
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toMatch(/Unrecoverable exception from producer send callback[^]*Caused by: KafkaError: not allowed/)
  await until(() => producer().closed !== null)
  expect([...stored]).toEqual([['{"p":1}', '{"n":1}']])
})

test('with errors.tolerance=all a failed send counts as acked', async () => {
  const { source, until, producers, producer, stored, stop } = start({ 'errors.tolerance': 'all' })
  source.push(textBatch(['a', 'b'], 1))
  await until(() => producers[0]?.appended.length === 2)
  producer().produced([0, 1], new KafkaError('RECORD_TOO_LARGE', 'too large', { retriable: false }))
  await stop()
  expect([...stored]).toEqual([['{"p":1}', '{"n":2}']])
})

const withBadRow = (): SourceBatch => ({ ...textBatch(['1', 'x', '3'], 1), schemas: schemasText([schemas.OPTIONAL_BYTES_SCHEMA, schemas.OPTIONAL_STRING_SCHEMA]), valueSchema: Int32Array.of(1, 0, 1) })
const json = { key: { className: 'JsonConverter', isKey: true, config: {} }, value: { className: 'JsonConverter', isKey: false, config: { 'schemas.enable': 'false' } }, header: { className: 'SimpleHeaderConverter', isKey: false, config: {} } }

test('a value that cannot be converted ends the task, naming connector, stage, record and offset', async () => {
  const { source, until, producers, events, traces } = start({}, {}, { converters: json, offsetFlushTimeoutMs: 1 })
  source.push(withBadRow())
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toMatch(/Tolerance exceeded in error handler/)
  expect(traces[0]).toMatch(/Stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.json.JsonConverter' failed in task X-0.*sourceOffset=\{n=2\}.*topic='t'/)
  expect(producers[0]?.appended.map(({ value }) => value)).toEqual(['"1"'])
})

test('the trace and the log say what the author has to give where a value is not of its schema', async () => {
  const misfit = { ...withBadRow(), schemas: schemasText([schemas.OPTIONAL_STRING_SCHEMA, schemas.OPTIONAL_INT32_SCHEMA]), valueSchema: Int32Array.of(0, 1, 0) }
  const lines: string[] = []
  const restore = setLogWriter((text) => void lines.push(text))
  const { source, until, events, traces } = start({ 'errors.log.enable': 'true' }, {}, { converters: json, offsetFlushTimeoutMs: 1 })
  source.push(misfit)
  await until(() => events.includes('X-0 FAILED 1.0'))
  setLogWriter(restore)
  const given = 'A schema of type INT32 takes a whole number from -2147483648 to 2147483647.'
  expect(traces[0]).toContain(`${given}\n`)
  expect(traces[0]).toContain('Caused by: DataException: Invalid type for INT32: class java.lang.String')
  expect(lines.join('')).toContain(`Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.json.JsonConverter'. ${given}`)
})

test('with errors.tolerance=all it is dropped, and those behind it are committed', async () => {
  const { source, until, producers, producer, stored, stop } = start({ 'errors.tolerance': 'all' }, {}, { converters: json })
  source.push(withBadRow())
  await until(() => producers[0]?.appended.length === 2)
  expect(producer().appended.map(({ value }) => value)).toEqual(['"1"', '"3"'])
  producer().ackAll()
  await stop()
  expect([...stored]).toEqual([['{"p":1}', '{"n":3}']])
})

test('a RetriableException of poll is polled again, any other ends the task', async () => {
  const { source, until, events, traces, producers } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  source.push(new GuestFailure(guestError('later', { retriable: true })))
  source.push(textBatch(['a']))
  source.push(new GuestFailure(guestError('broken')))
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(producers[0]?.appended.length).toBe(1)
  expect(traces[0]).toContain('Error: broken\n    at guest.js:1')
})

test('a pause is reported once what was polled is sent; a resume polls on', async () => {
  const { source, until, producers, events, host, stop } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  await until(() => source.polls === 1)
  await host.setTargetState('X', 'PAUSED')
  source.push(textBatch(['a']))
  await until(() => events.includes('X-0 PAUSED 1.0'))
  expect(producers[0]?.appended.length).toBe(1)
  expect(source.polls).toBe(1)
  await host.setTargetState('X', 'STARTED')
  await until(() => source.polls === 2)
  expect(events.slice(-2)).toEqual(['X-0 PAUSED 1.0', 'X-0 RUNNING 1.0'])
  await stop()
})

test('a task of a paused connector waits without being started', async () => {
  const world = fakeDeps({ source: { start: () => traits } })
  const host = new ThreadHost(world.deps)
  host.startTask(taskSpec(connectorSpec('source', {}, { targetState: 'PAUSED' })))
  await world.until(() => world.events.includes('X-0 PAUSED 1.0'))
  expect(world.cells[0]?.calls).toEqual([])
  await host.stopTasks(host.tasks())
  expect(world.events.at(-1)).toBe('X-0 UNASSIGNED null')
})

test('the death of the cell fails the task at once, even while it waits for a broker; a restart gets a fresh cell', async () => {
  const { source, until, producers, producer, cells, events, traces, host } = start({}, {}, { offsetFlushTimeoutMs: 1 })
  await until(() => producers[0] !== undefined)
  producer().full = 1
  source.push(textBatch(['a', 'b'], 1))
  await until(() => producer().appended.length === 1)
  producer().produced([0])
  cells[0]?.die({ reason: 'oom', detail: 'It used 300 MB; isolate.memory.mb allows 128.' })
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toContain("The connector's process has ended (oom): It used 300 MB; isolate.memory.mb allows 128.")
  await host.stopTasks(host.tasks())
  expect(events.filter((event) => event.startsWith('X-0'))).toEqual(['X-0 RUNNING 1.0', 'X-0 FAILED 1.0'])
  host.startTask(taskSpec(connectorSpec('source')))
  source.push(null)
  await until(() => cells.length === 2 && events.filter((event) => event === 'X-0 RUNNING 1.0').length === 2)
  await host.stopTasks(host.tasks())
  expect(cells[1]?.closed).toBe(true)
})

test('a poll that does not end within the graceful time is cut off: no status, no commit', async () => {
  const world = fakeDeps({ source: { start: () => traits, poll: () => new Promise(() => {}), stop: () => undefined } }, { gracefulShutdownTimeoutMs: 1 })
  const host = new ThreadHost(world.deps)
  host.startTask(taskSpec(connectorSpec('source')))
  await world.until(() => world.cells[0]?.calls.includes('0.poll') === true)
  await host.stopTasks(host.tasks())
  expect(world.events).toEqual(['X-0 RUNNING 1.0'])
})

const stage = (className: string, config: Record<string, string>, more: Partial<StageSpec> = {}): StageSpec => (
  { alias: 'a', className: `org.apache.kafka.connect.transforms.${className}`, config, predicate: null, negate: false, ...more }
)
const ofTopic = (pattern: string) => ({ alias: 'p', className: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches', config: { pattern } })
const route = stage('RegexRouter', { regex: 't(.*)', replacement: 'routed$1' })

test('a transformed topic is the one that is written to, created and reported', async () => {
  const { source, until, producers, producer, events, stop } = start({}, {}, { transforms: [route] })
  source.push(textBatch(['a', 'b']))
  await until(() => producers[0]?.appended.length === 2)
  expect(producer().appended.map(({ topic, value }) => [topic, value])).toEqual([['routed', 'a'], ['routed', 'b']])
  producer().ackAll()
  expect(events).toEqual(['X-0 RUNNING 1.0', 'topic routed'])
  await stop()
})

test('a dropped record is told to the task without metadata, and its offset is never stored by itself', async () => {
  const crossings: CommittedRecords[] = []
  const { source, until, producers, producer, stored, stop } = start({}, {
    start: () => ({ ...traits, commitRecord: true }), commitRecords: ((records: CommittedRecords) => crossings.push(records)) as never,
  }, { transforms: [stage('Filter', {}, { predicate: ofTopic('drop'), negate: false }), route] })
  source.push({ ...textBatch(['a', 'b', 'c'], 5), topics: ['t1', 'drop'], topic: Int32Array.of(1, 0, 1) })
  await until(() => producers[0]?.appended.length === 1)
  expect(producer().appended).toMatchObject([{ topic: 'routed1', value: 'b' }])
  producer().ackAll()
  await until(() => crossings.length === 3)
  expect(crossings.map(({ rows, offsets, topic }) => [rows[0], offsets[0], topic])).toEqual([[0, -1, 'drop'], [2, -1, 'drop'], [1, 0, 'routed1']])
  await stop()
  expect([...stored]).toEqual([['{"p":1}', '{"n":6}']])
})

test('a record that a transformation fails on ends the task, or is dropped with errors.tolerance=all', async () => {
  const broken = stage('RegexRouter', { regex: 'bad', replacement: '$7' })
  const batch = { ...textBatch(['a', 'b', 'c']), topics: ['t', 'bad'], topic: Int32Array.of(0, 1, 0) }
  const strict = start({}, {}, { transforms: [broken] })
  strict.source.push(batch)
  await strict.until(() => strict.traces.length === 1)
  expect(strict.traces[0]).toContain('Tolerance exceeded in error handler')
  expect(strict.traces[0]).toContain("Stage 'TRANSFORMATION' with class 'org.apache.kafka.connect.transforms.RegexRouter' failed in task X-0")
  expect(strict.traces[0]).toContain('IndexOutOfBoundsException: No group 7')
  const tolerant = start({ 'errors.tolerance': 'all' }, {}, { transforms: [broken] })
  tolerant.source.push(batch)
  await tolerant.until(() => tolerant.producers[0]?.appended.length === 2)
  expect(tolerant.producer().appended.map(({ value }) => value)).toEqual(['a', 'c'])
  tolerant.producer().ackAll()
  await tolerant.stop()
})

test('a transformation that cannot be made fails the task before it starts', async () => {
  const { until, events, traces } = start({}, {}, { transforms: [stage('RegexRouter', { regex: '(', replacement: '' })] })
  await until(() => events.length > 0)
  expect(events).toEqual(['X-0 FAILED null'])
  expect(traces[0]).toContain('Invalid value ( for configuration regex: Invalid regex')
})

test('what start throws fails the task with its version', async () => {
  const { until, events, traces } = start({}, { start: () => { throw new GuestFailure(guestError('no such table')) } })
  await until(() => events.length > 0)
  expect(events).toEqual(['X-0 FAILED 1.0'])
  expect(traces[0]).toContain('no such table')
})
