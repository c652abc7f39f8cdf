/**
 * Poison records never stop the worker, and with tolerance they land whole in the dead letter topic: in every stage, with headers of
 * a megabyte, at the limits of record sizes; and what happens when the dead letter topic itself is of no use.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../../src/log.ts'
import { standaloneBed } from '../helpers/bed.ts'
import { uniqueName } from '../helpers/kafka.ts'
import { recordsOf } from '../helpers/records.ts'
import { until } from '../helpers/standalone.ts'
import { type TestRecord, type TestTopics, testTopics } from '../helpers/topics.ts'

setLevel('root', 'OFF')

const plugins = `
import { SinkConnector, SinkTask, Predicate } from 'isoconnect'
export class Stuck extends SinkConnector {
  start() {}
  taskClass() { return StuckTask }
  taskConfigs() { return [{}] }
}
class StuckTask extends SinkTask {
  start() {}
  put(records) { if (records.some(({ value }) => value === 'loop')) for (;;); }
}
export class Refusing extends SinkConnector {
  start(props) { this.props = props }
  taskClass() { return RefusingTask }
  taskConfigs() { return [this.props] }
}
class RefusingTask extends SinkTask {
  start() {}
  put(records) { for (const { value } of records) if (String(value).includes('poison')) throw new Error('will not take that') }
}
export class Picky extends Predicate { test({ value }) { if (String(value).includes('poison')) throw new Error('cannot tell'); return false } }
`
let topics: TestTopics
const bed = standaloneBed(async ({ kafka, folder, use }) => {
  topics = use(await testTopics(kafka.bootstrap))
  await folder.bundle('poison', [{ type: 'sink', class: 'com.example.Stuck', export: 'Stuck' }, { type: 'sink', class: 'com.example.Refusing', export: 'Refusing' }, { type: 'predicate', class: 'com.example.Picky', export: 'Picky' }], plugins)
})

const kafkaClass = (name: string): string => `org.apache.kafka.connect.${name}`
const integer = kafkaClass('converters.IntegerConverter')
/** Older records would be deleted by their topic's retention. */
const now = Date.now()
const tolerant = (letters: string, contextHeaders = true): Record<string, string> => ({
  'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': letters, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': String(contextHeaders),
})
/** A file sink (or another) on a topic of its own with these records. */
const sink = async (records: readonly TestRecord[], config: Readonly<Record<string, string>>, topicConfig: Readonly<Record<string, string>> = {}) => {
  const name = uniqueName('poison')
  const topic = `${name}-topic`
  await topics.create(topic, 1, topicConfig)
  for (const record of records) await topics.produce(topic, 0, [record])
  const file = bed.folder.file(`${name}.txt`)
  await bed.create(name, { 'connector.class': 'FileStreamSink', topics: topic, file, ...config })
  const committed = (offset: number) => until('everything is passed', async () => (await bed.worker.herder.offsets(name)).offsets[0]?.offset?.['kafka_offset'], (seen) => seen === offset)
  const written = () => readFile(file, 'utf8').then((text) => text.trim().split('\n'), (): string[] => [])
  const isRunning = async () => expect((await bed.worker.herder.connectorStatus(name)).tasks[0]?.state).toBe('RUNNING')
  return { name, topic, committed, written, isRunning }
}
const contextOf = (headers: readonly (readonly [string, string | null])[]) => Object.fromEntries(headers.filter(([key]) => key.startsWith('__connect.errors.')).map(([key, value]) => [key.slice(17), value]))
const own = { key: 'own', value: Buffer.from('h') }
const poison = { key: 'k', value: 'poison', timestampMs: now, headers: [own] }

const stages: readonly (readonly [stage: string, config: Readonly<Record<string, string>>, bad: TestRecord, good: (n: number) => TestRecord])[] = [
  ['KEY_CONVERTER', { 'key.converter': integer }, poison, (n) => ({ key: '\0\0\0\u0001', value: `good ${n}`, timestampMs: now })],
  ['VALUE_CONVERTER', { 'value.converter': kafkaClass('json.JsonConverter'), 'value.converter.schemas.enable': 'false' }, poison, (n) => ({ value: `"good ${n}"`, timestampMs: now })],
  ['HEADER_CONVERTER', { 'header.converter': integer }, poison, (n) => ({ value: `good ${n}`, timestampMs: now })],
  ['TRANSFORMATION', { transforms: 'x', 'transforms.x.type': kafkaClass('transforms.Filter'), 'transforms.x.predicate': 'p', predicates: 'p', 'predicates.p.type': 'com.example.Picky' }, poison, (n) => ({ value: `good ${n}`, timestampMs: now })],
  ['TASK_PUT', { 'connector.class': 'com.example.Refusing', 'errors.put.bisect': 'true' }, poison, (n) => ({ value: `good ${n}`, timestampMs: now })],
]
test.each(stages)('%s: the record lands whole, the others arrive, the task runs on', async (stage, config, bad, good) => {
  const letters = uniqueName('dlq')
  const { committed, written, isRunning } = await sink([good(1), bad, good(2)], { ...config, ...tolerant(letters) })
  const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
  expect(letter).toMatchObject({ key: 'k', value: 'poison', timestamp: now })
  expect(letter?.headers[0]).toEqual(['own', 'h'])
  expect(contextOf(letter?.headers ?? [])).toMatchObject({ stage, offset: '1' })
  await committed(3)
  if (stage !== 'TASK_PUT') expect(await written()).toEqual(['good 1', 'good 2'])
  await isRunning()
})

test('a header of a megabyte that cannot be converted is kept whole', async () => {
  const letters = uniqueName('dlq')
  const big = Buffer.alloc(1_040_000, 'h')
  const { committed, isRunning } = await sink([{ key: 'k', value: 'v', timestampMs: now, headers: [{ key: 'big', value: big }] }, 'good'], { 'header.converter': integer, ...tolerant(letters) })
  const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
  expect(letter).toMatchObject({ key: 'k', value: 'v', timestamp: now })
  expect(letter?.headers[0]?.[1] === big.toString()).toBe(true)
  expect(contextOf(letter?.headers ?? [])).toMatchObject({ stage: 'HEADER_CONVERTER', offset: '0' })
  await committed(2)
  await isRunning()
})
test.each([['what the producer allows', 1_048_450, {}], ['what the dead letter topic allows', 1900, { 'max.message.bytes': '2000' }]] as const)(
  'a record that context headers would make larger than %s is kept whole without them', async (_, bytes, limit) => {
    const letters = uniqueName('dlq')
    await topics.create(letters, 1, limit)
    const value = 'x'.repeat(bytes)
    const { committed, isRunning } = await sink([{ value, timestampMs: now }, { value: '\0\0\0\u0001', timestampMs: now }], { 'value.converter': integer, ...tolerant(letters) })
    const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
    expect(letter?.value === value).toBe(true)
    expect(letter).toMatchObject({ timestamp: now, headers: [] })
    await committed(2)
    await isRunning()
  })
test('one that is too large for the dead letter topic by itself is logged and passed, as in Kafka', async () => {
  const letters = uniqueName('dlq')
  await topics.create(letters, 1, { 'max.message.bytes': '2000' })
  const { committed, written, isRunning } = await sink([{ value: '"good"', timestampMs: now }, { value: 'x'.repeat(5000), timestampMs: now }, { value: '"fine"', timestampMs: now }], { 'value.converter': kafkaClass('json.JsonConverter'), 'value.converter.schemas.enable': 'false', ...tolerant(letters) })
  await committed(3)
  expect(await written()).toEqual(['good', 'fine'])
  await isRunning()
})
test('a dead letter topic that cannot be made ends the start of the task with its name; the worker answers on', async () => {
  const letters = uniqueName('dlq')
  const { name } = await sink(['x'], { ...tolerant(letters), 'errors.deadletterqueue.topic.replication.factor': '77' })
  const trace = await bed.taskTrace(name)
  expect(trace).toContain(`Could not initialize dead letter queue with topic=${letters} (errors.deadletterqueue.topic.replication.factor is 77)`)
  expect(trace).toMatch(/replication factor|Replication factor/)
  const other = await sink(['y'], {})
  await other.committed(1)
})

test('a source\'s record larger than its topic takes is a dead letter; its neighbours arrive, and the source goes on', async () => {
  const [name, letters] = [uniqueName('source'), uniqueName('dlq')]
  const topic = `${name}-topic`
  await topics.create(topic, 1, { 'max.message.bytes': '1000' })
  const file = bed.folder.file(`${name}-in.txt`)
  const long = 'x'.repeat(5000)
  await writeFile(file, `one\n${long}\nthree\n`)
  await bed.create(name, { 'connector.class': 'FileStreamSource', topic, file, ...tolerant(letters) })
  expect((await recordsOf(bed.kafka.bootstrap, topic, 2)).map(({ value }) => value)).toEqual(['one', 'three'])
  const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
  expect(JSON.parse(letter?.value ?? '')).toMatchObject({ payload: long })
  expect(contextOf(letter?.headers ?? [])).toMatchObject({ stage: 'KAFKA_PRODUCE', topic, 'exception.class.name': 'org.apache.kafka.common.errors.RecordTooLargeException', 'class.name': kafkaClass('runtime.WorkerSourceTask') })
  await until('its offset is passed', () => bed.worker.herder.offsets(name), ({ offsets }) => offsets[0]?.offset?.['position'] === 5011)
})
test('one larger than the producer allows is told and passed; without tolerance it ends the task with the setting to change', async () => {
  const huge = 'x'.repeat(2_000_000)
  const lines = async (name: string, config: Readonly<Record<string, string>>): Promise<string> => {
    const topic = `${name}-topic`
    await topics.create(topic)
    await writeFile(bed.folder.file(`${name}-in.txt`), `one\n${huge}\nthree\n`)
    await bed.create(name, { 'connector.class': 'FileStreamSource', topic, file: bed.folder.file(`${name}-in.txt`), ...config })
    return topic
  }
  const [lenient, strict] = [uniqueName('source'), uniqueName('source')]
  expect((await recordsOf(bed.kafka.bootstrap, await lines(lenient, tolerant(uniqueName('dlq'))), 2)).map(({ value }) => value)).toEqual(['one', 'three'])
  await until('its offset is passed', () => bed.worker.herder.offsets(lenient), ({ offsets }) => offsets[0]?.offset?.['position'] === 2_000_011)
  await lines(strict, {})
  expect(await bed.taskTrace(strict)).toMatch(/Unrecoverable exception from producer send callback[^]*max\.request\.size/)
})

test('a record that hangs put ends the task, and the trace names the records that put had', async () => {
  const { name, topic } = await sink(['fine', 'loop'], { 'connector.class': 'com.example.Stuck', 'isolate.put.timeout.ms': '1000' })
  expect(await bed.taskTrace(name)).toMatch(new RegExp(`process has ended \\(timeout\\).* put\\(\\) had [12] records? \\(${topic}-0 offsets [01] to 1\\)\\.`))
})
