/** The same poison records through Java Connect and through ours: dead letters and log sentences must be the same, stack traces apart. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setLogWriter } from '../../src/log.ts'
import { testKafka, type TestKafka, uniqueName } from '../integration/helpers/kafka.ts'
import { type PlainRecord, recordsOf } from '../integration/helpers/records.ts'
import { testFolder, type TestFolder, testWorker, type TestWorker, until } from '../integration/helpers/standalone.ts'
import { type TestRecord, testTopics, type TestTopics } from '../integration/helpers/topics.ts'
import { javaErrorsPlugins, ourErrorsPlugins } from './errors-plugins.ts'
import { type JavaConnect, startJavaConnect } from './java-connect.ts'

const kafkaClass = (name: string): string => `org.apache.kafka.connect.${name}`
const json = kafkaClass('json.JsonConverter')
const integer = kafkaClass('converters.IntegerConverter')
const int = (value: number): string => String.fromCharCode(0, 0, 0, value)
/** Older records would be deleted by their topic's retention before all have read them. */
const now = Date.now()
const header = (key: string, value: string | null) => ({ key, value: value === null ? null : Buffer.from(value, 'latin1') })

type Scenario = {
  readonly config: Readonly<Record<string, string>>
  readonly records: readonly TestRecord[]
  /** The value of the last letter. */
  readonly last: string
}
const values = [
  'hello', '', '{"a":1}', '{"schema":null}', '{"schema":{"type":"int32"},"payload":"x"}', '{"schema":{"type":"strange"},"payload":1}', '{"a":', '[1,2', '\u0000\u0000\u0000\u0000\u0007abc', '"text"', '17', 'null', 'the end',
]
const scenarios: Readonly<Record<string, Scenario>> = {
  'a value converter': {
    config: { 'value.converter': json },
    records: values.map((value, n) => ({ key: n % 2 === 0 ? `k${n}` : null, value, timestampMs: now + n, headers: n === 0 ? [header('own', 'h'), header('none', null)] : [] })),
    last: 'the end',
  },
  'a key converter': {
    config: { 'key.converter': integer },
    records: ['abc', '', null, int(7), 'abcde', 'x'].map((key, n) => ({ key, value: `v${n}`, timestampMs: now + n, headers: [header('own', 'h')] })),
    last: 'v5',
  },
  'a header converter': {
    config: { 'header.converter': integer },
    records: [[header('h', int(1))], [header('h', 'xyz')], [header('h', int(1)), header('second', '')], [header('h', null)], [header('same', int(1)), header('same', 'four!')]]
      .map((headers, n) => ({ key: 'k', value: `v${n}`, timestampMs: now + n, headers })),
    last: 'v4',
  },
  'a transformation': {
    config: { 'value.converter': json, 'value.converter.schemas.enable': 'false', transforms: 'up,f', 'transforms.up.type': kafkaClass('transforms.HoistField$Key'), 'transforms.up.field': 'k', 'transforms.f.type': kafkaClass('transforms.ExtractField$Value'), 'transforms.f.field': 'a' },
    records: ['{"a":1}', '"text"', '[1]', '17', '{"a":null}', '1.5', 'true', '"the end"'].map((value, n) => ({ key: 'k', value, timestampMs: now + n, headers: [header('own', 'h')] })),
    last: '"the end"',
  },
  'a predicate': {
    config: { transforms: 'f', 'transforms.f.type': kafkaClass('transforms.Filter'), 'transforms.f.predicate': 'p', predicates: 'p', 'predicates.p.type': 'isoconnect.errors.FailingPredicate' },
    records: ['good', 'bad 1', 'fine', 'bad 2'].map((value, n) => ({ key: 'k', value, timestampMs: now + n })),
    last: 'bad 2',
  },
  'the task\'s reporter': {
    config: { 'connector.class': 'isoconnect.errors.ErrantSink' },
    records: ['good', 'report 1', 'silent', 'made', 'report the end'].map((value, n) => ({ key: 'k', value, timestampMs: now + n, headers: [header('own', 'h')] })),
    last: 'report the end',
  },
}
/** Both workers run every scenario with and without context headers. */
const runs = Object.keys(scenarios).flatMap((scenario) => [true, false].map((contextHeaders) => ({ scenario, contextHeaders, topic: uniqueName('poison'), java: uniqueName('java'), ours: uniqueName('ours') })))

let workDir: string
let kafka: TestKafka
let topics: TestTopics
let java: JavaConnect
let folder: TestFolder
let worker: TestWorker
let restore: (text: string) => void
let ourLog = ''
beforeAll(async () => {
  restore = setLogWriter((text) => void (ourLog += text))
  workDir = await mkdtemp(join(tmpdir(), 'isoconnect-dlq-'))
  kafka = await testKafka()
  topics = await testTopics(kafka.bootstrap)
  for (const { scenario, topic } of runs) {
    await topics.create(topic)
    await topics.produce(topic, 0, scenarios[scenario]?.records ?? [])
  }
  await writeFile(join(workDir, 'lines.txt'), 'one\ntwo\n')
  java = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, connectors: [...runs.map((run) => sinkConfig(run.java, run)), sourceConfig('java-lines')], properties: { 'offset.flush.interval.ms': '200', 'plugin.path': await javaErrorsPlugins(workDir) } })
  folder = await testFolder()
  await ourErrorsPlugins(folder)
  worker = await testWorker(folder, kafka)
  await worker.ready
  for (const config of [...runs.map((run) => sinkConfig(run.ours, run)), sourceConfig('our-lines')]) await worker.herder.putConnectorConfig(config['name'] ?? '', config, { allowReplace: false })
}, 240_000)
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  await java?.close()
  await topics?.close()
  await kafka?.close()
  await rm(workDir, { recursive: true, force: true })
  setLogWriter(restore)
})

const logged = { 'errors.tolerance': 'all', 'errors.log.enable': 'true', 'errors.log.include.messages': 'true' }
const sinkConfig = (name: string, { scenario, contextHeaders, topic }: (typeof runs)[number]): Record<string, string> => ({
  name, 'connector.class': 'FileStreamSink', topics: topic, file: join(workDir, `${name}.txt`), 'tasks.max': '1', ...logged,
  'errors.deadletterqueue.topic.name': `${name}-dlq`, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': String(contextHeaders), ...scenarios[scenario]?.config,
})
const lines = uniqueName('lines')
const sourceConfig = (name: string): Record<string, string> => ({
  name, 'connector.class': 'FileStreamSource', topic: lines, file: join(workDir, 'lines.txt'), 'tasks.max': '1', ...logged, 'value.converter': integer,
})

const lettersOf = async (name: string, last: string): Promise<readonly PlainRecord[]> => (await recordsOf(kafka.bootstrap, `${name}-dlq`, ({ value }) => value === last)).map((letter) => ({
  ...letter, headers: letter.headers.map(([key, value]) => [key, key === '__connect.errors.exception.stacktrace' ? (value === null ? null : 'TRACE') : value === name ? 'NAME' : value] as const),
}))
/** Kafka's sentences, without what ours says behind them. */
const sentencesOf = (log: string, name: string): readonly string[] =>
  [...log.matchAll(/Error encountered in task (\S+-0\. Executing stage '.*?' with class '.*?', where .*?\})\. ?/g)].map(([, sentence = '']) => sentence).filter((sentence) => sentence.startsWith(`${name}-0.`)).map((sentence) => sentence.slice(name.length))

test.each(runs)('$scenario, context headers $contextHeaders: the letters are those of Java Connect, and so is the log', { timeout: 120_000 }, async ({ scenario, contextHeaders, java: theirName, ours: ourName }) => {
  const last = scenarios[scenario]?.last ?? ''
  const [theirs, mine] = [await lettersOf(theirName, last), await lettersOf(ourName, last)]
  expect(theirs.length).toBeGreaterThan(1)
  expect(theirs.some(({ headers }) => headers.some(([key]) => key.startsWith('__connect.errors.')))).toBe(contextHeaders)
  expect(mine).toEqual(theirs)
  const count = theirs.length
  const said = await until('Java has logged them', async () => sentencesOf(await readFile(java.logFile, 'utf8'), theirName), (found) => found.length >= count)
  expect(await until('ours are logged', async () => sentencesOf(ourLog, ourName), (found) => found.length >= count)).toEqual(said)
})

test('a source\'s record is told as Java tells it', { timeout: 60_000 }, async () => {
  const timeless = (sentences: readonly string[]): readonly string[] => sentences.map((sentence) => sentence.replace(/timestamp=\d+/, 'timestamp=NOW'))
  const said = await until('Java has logged both', async () => sentencesOf(await readFile(java.logFile, 'utf8'), 'java-lines'), (found) => found.length >= 2)
  expect(timeless(said)[0]).toContain("where source record is = SourceRecord{sourcePartition={filename=")
  expect(timeless(await until('ours are logged', async () => sentencesOf(ourLog, 'our-lines'), (found) => found.length >= 2))).toEqual(timeless(said))
})
