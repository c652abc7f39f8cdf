/** The same source connectors through Java Connect and through ours: the topics they make by `topic.creation.*`, what they say of those they cannot make, and the topics they are known to use. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { testKafka, type TestKafka, uniqueName } from '../integration/helpers/kafka.ts'
import { testFolder, type TestFolder, testWorker, type TestWorker, until } from '../integration/helpers/standalone.ts'
import { testTopics } from '../integration/helpers/topics.ts'
import { ensureKafkaJars } from './jars.ts'
import { runJava } from './java.ts'
import { type JavaConnect, startJavaConnect } from './java-connect.ts'

setLevel('root', 'OFF')

const groups = {
  'topic.creation.groups': 'states, default, short, last',
  'topic.creation.default.partitions': '3', 'topic.creation.default.replication.factor': '1',
  'topic.creation.states.include': '.*-state,.*-table', 'topic.creation.states.exclude': '.*-old-table', 'topic.creation.states.partitions': '-1', 'topic.creation.states.max.message.bytes': '100000',
  'topic.creation.short.include': '.*-(?:log|metrics)(-\\d+)?', 'topic.creation.short.replication.factor': '-1', 'topic.creation.short.retention.ms': '60000', 'topic.creation.short.compression.type': 'zstd',
  'topic.creation.last.include': '.*table.*,.*log.*', 'topic.creation.last.partitions': '2',
}
/** By the topic's name behind the worker's: what beside `groups` is configured, and whether the topic is there before. */
const made: Readonly<Record<string, { readonly config?: Readonly<Record<string, string>>; readonly isThere?: boolean }>> = {
  orders: {}, 'a-state': {}, 'b-table': {}, 'b-old-table': {}, 'c-log': {}, 'c-log-7': {}, 'c-log-x': {}, 'd-metrics': {}, 'e-state': { isThere: true },
  routed: { config: { transforms: 'r', 'transforms.r.type': 'org.apache.kafka.connect.transforms.RegexRouter', 'transforms.r.regex': '(.*)', 'transforms.r.replacement': '$1-log' } },
}
const refused: Readonly<Record<string, { readonly config: Readonly<Record<string, string>>; readonly says: RegExp }>> = {
  'many-copies': { config: { 'topic.creation.default.replication.factor': '5' }, says: /ConnectException: Unable to create topic\(s\) '\S+-many-copies': .*Unable to replicate the partition 5 time\(s\)/ },
  'odd-setting': { config: { 'topic.creation.default.cleanup.policy': 'sometimes' }, says: /ConnectException: Unable to create topic\(s\) '\S+-odd-setting': .*Invalid value sometimes for configuration cleanup\.policy/ },
  'no-setting': { config: { 'topic.creation.default.no.such.setting': '1' }, says: /ConnectException: Unable to create topic\(s\) '\S+-no-setting': .*Unknown topic config name: no\.such\.setting/ },
}
const actual = (name: string): string => (name === 'routed' ? 'routed-log' : name)

let workDir: string
let kafka: TestKafka
let java: JavaConnect
let folder: TestFolder
let worker: TestWorker
const [theirs, mine] = [uniqueName('java'), uniqueName('ours')]
const configOf = (side: string, name: string): Record<string, string> => ({
  name: `${side}-${name}`, 'connector.class': 'FileStreamSource', topic: `${side}-${name}`, file: join(workDir, 'lines.txt'), 'tasks.max': '1', ...groups, ...(made[name] ?? refused[name])?.config,
})
const all = [...Object.keys(made), ...Object.keys(refused)]
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'isoconnect-topics-'))
  await writeFile(join(workDir, 'lines.txt'), 'one\ntwo\n')
  kafka = await testKafka()
  await using topics = await testTopics(kafka.bootstrap)
  for (const [name, { isThere }] of Object.entries(made)) if (isThere) for (const side of [theirs, mine]) await topics.create(`${side}-${name}`, 4)
  java = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, connectors: all.map((name) => configOf(theirs, name)) })
  folder = await testFolder()
  worker = await testWorker(folder, kafka)
  await worker.ready
  for (const name of all) await worker.herder.putConnectorConfig(`${mine}-${name}`, configOf(mine, name), { allowReplace: false })
}, 240_000)
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  await java?.close()
  await kafka?.close()
  await rm(workDir, { recursive: true, force: true })
})

/** As `kafka-topics --describe` tells it: partitions, copies, settings of the topic's own. */
const described = async (): Promise<ReadonlyMap<string, string>> => {
  const { classPath } = await ensureKafkaJars()
  const output = await runJava({ classPath, cwd: workDir, mainClass: 'org.apache.kafka.tools.TopicCommand', args: ['--bootstrap-server', kafka.bootstrap, '--describe'], jvm: ['-Xmx256m'] })
  return new Map([...output.matchAll(/^Topic: (\S+)\s+TopicId: \S+\s+(PartitionCount: .*)$/gm)].map(([, name = '', rest = '']) => [name, rest.trim()]))
}
type Used = Readonly<Record<string, { readonly topics: readonly string[] }>>
/** What `GET /connectors/NAME/topics` answers when it names a topic. */
const usedBy = (side: string, name: string): Promise<Used> =>
  until(`${side}-${name} has written`, async () => (await (await fetch(`${side === theirs ? java.restUrl : worker.advertisedUrl.replace(/\/$/, '')}/connectors/${side}-${name}/topics`)).json()) as Used, (used) => (used[`${side}-${name}`]?.topics.length ?? 0) > 0)
const everywhere = Object.keys(made).flatMap((name) => [[theirs, name], [mine, name]] as const)

test('a connector is known to use the topics it has written to, and no other', { timeout: 120_000 }, async () => {
  for (const [side, name] of everywhere) expect(await usedBy(side, name)).toEqual({ [`${side}-${name}`]: { topics: [`${side}-${actual(name)}`] } })
})
test('topics have the partitions, copies and settings of the group that Java Connect takes them to be in', { timeout: 120_000 }, async () => {
  await Promise.all(everywhere.map(([side, name]) => usedBy(side, name)))
  const topics = await described()
  const of = (side: string) => Object.fromEntries(Object.keys(made).map((name) => [name, topics.get(`${side}-${actual(name)}`)]))
  expect(of(theirs)['a-state']).toMatch(/PartitionCount: \d+\s+ReplicationFactor: 1\s+Configs: .*max\.message\.bytes=100000/)
  expect(new Set(Object.values(of(theirs))).size).toBeGreaterThanOrEqual(5)
  expect(of(mine)).toEqual(of(theirs))
})
test('what a broker does not take fails the task in the words of Java Connect', { timeout: 120_000 }, async () => {
  type Status = { readonly tasks: readonly { readonly state: string; readonly trace?: string }[] }
  const traceOf = async (status: () => Promise<Status>): Promise<string> => (await until('the task has failed', status, ({ tasks }) => tasks[0]?.state === 'FAILED')).tasks[0]?.trace ?? ''
  for (const [name, { says }] of Object.entries(refused)) {
    expect(await traceOf(async () => (await (await fetch(`${java.restUrl}/connectors/${theirs}-${name}/status`)).json()) as Status)).toMatch(says)
    expect(await traceOf(() => worker.herder.connectorStatus(`${mine}-${name}`))).toMatch(says)
  }
})
