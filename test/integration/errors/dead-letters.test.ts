/** Poison records on a standalone worker with real cells: what becomes of them, their topic, their tasks and everybody else. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setLevel, setLogWriter } from '../../../src/log.ts'
import { standaloneBed } from '../helpers/bed.ts'
import { uniqueName } from '../helpers/kafka.ts'
import { recordsOf } from '../helpers/records.ts'
import { until } from '../helpers/standalone.ts'
import { testTopics } from '../helpers/topics.ts'
import type { TestTopics } from '../helpers/topics.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const dlq = (topic: string): Record<string, string> => ({
  'errors.deadletterqueue.topic.name': topic, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': 'true',
})

/** Writes values to a file; `refuse` in a value makes its put fail, `report` hands the record to the reporter, `remake` a changed copy. */
const picky = `
import { SinkConnector, SinkTask, SourceConnector, SourceTask, ConfigDef, SchemaBuilder } from 'isoconnect'
import { appendFile } from 'node:fs/promises'
export class PickySink extends SinkConnector {
  static config = new ConfigDef().define('file', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'File').define('pin', ConfigDef.Type.PASSWORD, null, ConfigDef.Importance.LOW, 'Secret')
  start(props) { this.props = props }
  taskClass() { return PickySinkTask }
  taskConfigs() { return [this.props] }
}
class PickySinkTask extends SinkTask {
  start(props) { this.props = props }
  async put(records) {
    for (const record of records) {
      const text = JSON.stringify(record.value)
      if (text.includes('refuse')) { console.log('pin is ' + this.props.pin + ', name is ' + this.props.name); throw new Error('refused with ' + this.props.pin) }
      const reporter = this.context.errantRecordReporter()
      if (text.includes('report')) await reporter.report(record, new Error('reported'))
      else if (text.includes('remake')) await reporter.report({ ...record, value: 'made anew' }, new Error('remade'))
      else await appendFile(this.props.file, text + '\\n')
    }
  }
}
export class OddSource extends SourceConnector {
  start(props) { this.props = props }
  taskClass() { return OddSourceTask }
  taskConfigs() { return [this.props] }
}
class OddSourceTask extends SourceTask {
  start(props) { this.topic = props.topic }
  async poll() {
    if (this.done) { await new Promise((resolve) => setTimeout(resolve, 50)); return null }
    this.done = true
    const record = (n, value) => ({ topic: this.topic, key: 'k' + n, value, valueSchema: n === 2 ? SchemaBuilder.int32().build() : null, timestamp: 1000 + n, headers: { h: n }, sourcePartition: { p: 1 }, sourceOffset: { n } })
    return [record(1, 'one'), record(2, 2), record(3, 'three')]
  }
}
`
let topics: TestTopics
const lines: string[] = []
let restore: (text: string) => void
beforeAll(() => {
  setLevel('root', 'INFO')
  restore = setLogWriter((text) => void lines.push(text))
})
afterAll(() => void setLogWriter(restore))
const bed = standaloneBed(async ({ kafka, folder, use }) => {
  topics = use(await testTopics(kafka.bootstrap))
  const plugins = [{ type: 'sink', class: 'com.example.PickySink', export: 'PickySink' }, { type: 'source', class: 'com.example.OddSource', export: 'OddSource' }]
  await folder.bundle('picky', plugins, picky, { isoconnect: { plugins, permissions: { fs: [{ path: '${config:file}', access: 'write', reason: 'its output' }] } } })
})

const sink = async (values: readonly { readonly key?: string; readonly value: string }[], config: Record<string, string>) => {
  const name = uniqueName('picky')
  const topic = `${name}-topic`
  await topics.create(topic)
  await topics.produce(topic, 0, values.map(({ key = null, value }, n) => ({ key, value, timestampMs: 5000 + n, headers: [{ key: 'own', value: Buffer.from('h') }] })))
  const file = bed.folder.file(`${name}.txt`)
  await bed.worker.herder.putConnectorConfig(name, { name, 'connector.class': 'com.example.PickySink', topics: topic, file, ...config }, { allowReplace: false })
  const state = async () => (await bed.worker.herder.connectorStatus(name)).tasks[0]
  const written = () => readFile(file, 'utf8').then((text) => text.trim().split('\n'), (): string[] => [])
  const committed = async () => (await bed.worker.herder.offsets(name)).offsets[0]?.offset?.['kafka_offset']
  return { name, topic, state, written, committed }
}
const errorsIn = (headers: readonly (readonly [string, string | null])[]) => Object.fromEntries(headers.filter(([key]) => key.startsWith('__connect.errors.')).map(([key, value]) => [key.slice(17), value]))

test('a record that cannot be converted lands whole in the dead letter topic, and the others arrive', async () => {
  const letters = uniqueName('dlq')
  const { name, topic, written, committed } = await sink([{ value: '"good"' }, { key: 'k', value: 'not JSON' }, { value: '"fine"' }], { 'value.converter': json, 'value.converter.schemas.enable': 'false', 'errors.tolerance': 'all', ...dlq(letters) })
  const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
  expect(letter).toMatchObject({ key: 'k', value: 'not JSON', timestamp: 5001 })
  expect(letter?.headers[0]).toEqual(['own', 'h'])
  expect(errorsIn(letter?.headers ?? [])).toMatchObject({ topic, partition: '0', offset: '1', 'connector.name': name, 'task.id': '0', stage: 'VALUE_CONVERTER', 'class.name': json, 'exception.class.name': 'org.apache.kafka.connect.errors.DataException' })
  expect(await until('both good ones are written', written, (seen) => seen.length >= 2)).toEqual(['"good"', '"fine"'])
  await until('the bad one is passed', committed, (offset) => offset === 3)
})

test('without tolerance the task fails, says what the record looks like, and the record is in the dead letter topic all the same', async () => {
  const letters = uniqueName('dlq')
  const { topic, state } = await sink([{ value: 'hello' }], { 'value.converter': json, ...dlq(letters) })
  const failed = await until('it has failed', state, (task) => task?.state === 'FAILED')
  expect(failed?.trace).toContain('Tolerance exceeded in error handler')
  expect(failed?.trace).toContain(`where consumed record is {topic='${topic}', partition=0, offset=0, timestamp=5000, timestampType=CreateTime}`)
  expect(failed?.trace).toContain('The value begins with 68 65 6c 6c 6f (5 bytes) and looks like plain text: value.converter=org.apache.kafka.connect.storage.StringConverter reads it.')
  expect(await recordsOf(bed.kafka.bootstrap, letters, 1)).toMatchObject([{ value: 'hello' }])
})

test('the errant record reporter keeps a delivered record as it was fetched, and writes a changed one anew', async () => {
  const letters = uniqueName('dlq')
  const { written } = await sink([{ key: 'a', value: 'report me' }, { key: 'b', value: 'remake me' }, { value: 'good' }], { 'errors.tolerance': 'all', ...dlq(letters) })
  const found = await recordsOf(bed.kafka.bootstrap, letters, 2)
  expect(found).toMatchObject([{ key: 'a', value: 'report me', timestamp: 5000 }, { key: 'b', value: 'made anew', timestamp: 5001 }])
  expect(errorsIn(found[0]?.headers ?? [])).toMatchObject({ stage: 'TASK_PUT', 'class.name': 'org.apache.kafka.connect.sink.SinkTask', 'exception.message': 'reported' })
  await until('the good one is written', written, (seen) => seen.includes('"good"'))
})

test('without tolerance a report fails the task, although the task has swallowed it', async () => {
  const { state } = await sink([{ value: 'report me' }], dlq(uniqueName('dlq')))
  expect((await until('it has failed', state, (task) => task?.state === 'FAILED'))?.trace).toContain('Tolerance exceeded in error handler')
})

test('a put that fails is searched for the record that does it; that one alone is a dead letter', async () => {
  const letters = uniqueName('dlq')
  const values = Array.from({ length: 40 }, (_, n) => ({ value: n === 23 ? 'refuse me' : `v${n}` }))
  const { written, committed, state } = await sink(values, { 'errors.tolerance': 'all', 'errors.put.bisect': 'true', ...dlq(letters) })
  await until('everything is passed', committed, (offset) => offset === 40)
  expect(await recordsOf(bed.kafka.bootstrap, letters, 1)).toMatchObject([{ value: 'refuse me' }])
  // what a failed put had begun comes again: at least once
  expect(new Set(await written())).toEqual(new Set(values.filter((_, n) => n !== 23).map(({ value }) => `"${value}"`)))
  expect((await state())?.state).toBe('RUNNING')
})

test('a sink that takes nothing is not searched for ever: its task fails', async () => {
  const values = Array.from({ length: 20 }, (_, n) => ({ value: `refuse ${n}` }))
  const { state, committed } = await sink(values, { 'errors.tolerance': 'all', 'errors.put.bisect': 'true', 'errors.put.bisect.max.consecutive': '5', ...dlq(uniqueName('dlq')) })
  expect((await until('it has failed', state, (task) => task?.state === 'FAILED'))?.trace).toContain('the sink itself seems to be at fault')
  expect(await committed()).toBeUndefined()
})

test('a source\'s record that cannot be converted is a dead letter as JSON, and its neighbours arrive', async () => {
  const name = uniqueName('odd')
  const [topic, letters] = [`${name}-topic`, `${name}-dlq`]
  await topics.create(topic)
  await bed.worker.herder.putConnectorConfig(name, { name, 'connector.class': 'com.example.OddSource', topic, 'value.converter': 'org.apache.kafka.connect.converters.IntegerConverter', 'errors.tolerance': 'all', ...dlq(letters) }, { allowReplace: false })
  const found = await recordsOf(bed.kafka.bootstrap, letters, 2)
  expect(found.map(({ value }) => value)).toEqual(['{"schema":null,"payload":"one"}', '{"schema":null,"payload":"three"}'])
  expect(found[0]).toMatchObject({ key: '{"schema":null,"payload":"k1"}', timestamp: 1001 })
  expect(errorsIn(found[0]?.headers ?? [])).toMatchObject({ topic, 'source.partition': '{"p":1}', 'source.offset': '{"n":1}', stage: 'VALUE_CONVERTER' })
  expect(await recordsOf(bed.kafka.bootstrap, topic, 1)).toMatchObject([{ key: 'k2', value: '\0\0\0\u0002' }])
  await until('its offset is stored', () => bed.worker.herder.offsets(name), ({ offsets }) => offsets[0]?.offset?.['n'] === 2)
})

test('secrets are in no log line, no trace and no dead letter', async () => {
  const letters = uniqueName('dlq')
  const secret = 'hunter22-of-the-test'
  const { state } = await sink([{ value: 'fine' }, { value: 'refuse me' }], { pin: secret, 'errors.tolerance': 'all', 'errors.put.bisect': 'true', 'errors.log.enable': 'true', 'errors.log.include.messages': 'true', ...dlq(letters) })
  const everything = JSON.stringify([await recordsOf(bed.kafka.bootstrap, letters, 1), await state()])
  expect(everything).toContain('refused with [hidden]')
  const failing = await sink([{ value: 'refuse me' }], { pin: secret })
  const failed = await until('it has failed', failing.state, (task) => task?.state === 'FAILED')
  expect(failed?.trace).toContain('refused with [hidden]')
  expect(lines.join('')).toContain('pin is [hidden]')
  for (const text of [everything, JSON.stringify(failed), lines.join('')]) expect(text).not.toContain(secret)
})

test('topics that were reset are told again as long as the connector uses them', async () => {
  const { name, topic, written } = await sink([{ value: 'one' }], {})
  await until('it has arrived', written, (seen) => seen.length === 1)
  await until('the topic is tracked', () => bed.worker.herder.topics(name), (seen) => seen.includes(topic))
  await bed.worker.herder.resetTopics(name)
  expect(await bed.worker.herder.topics(name)).toEqual([])
  await topics.produce(topic, 0, ['two'])
  await until('the topic is tracked again', () => bed.worker.herder.topics(name), (seen) => seen.includes(topic))
})
