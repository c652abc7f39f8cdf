/**
 * Secrets of configuration providers and passwords, with connectors that throw and print them in every stage: no REST answer, log
 * line at any level, status or dead letter shows one. What was given as a variable is shown as that variable.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setLevel, setLogWriter } from '../../../src/log.ts'
import { type TestKafka, uniqueName } from '../helpers/kafka.ts'
import { recordsOf } from '../helpers/records.ts'
import { testFolder, type TestFolder, testKafka, testWorker, type TestWorker, until } from '../helpers/standalone.ts'
import { testTopics, type TestTopics } from '../helpers/topics.ts'

const secrets = { changing: 'changes-each-time', file: 'from-the-file-9f1c', env: 'from-the-env-77ab', dir: 'from-the-folder-3e0d', guest: 'from-the-vault:deep/path:pin', password: 'given-as-password "5b2e"', worker: 'of-the-worker-c41f', other: 'only-in-requests-11d0' } as const

const leaky = `
import { ConfigDef, ConfigProvider, SinkConnector, SinkTask, SourceConnector, SourceTask, Transformation, sleep } from 'isoconnect'
const config = new ConfigDef().define('leak', ConfigDef.Type.STRING, 'none', ConfigDef.Importance.HIGH, 'Where to leak').define('password', ConfigDef.Type.PASSWORD, null, ConfigDef.Importance.HIGH, 'One more')
const leak = (props, stage) => {
  const all = ['file', 'env', 'dir', 'guest', 'password'].map((key) => props[key]).join(' and ')
  console.log(stage + ' prints ' + all)
  if (props.leak !== stage) return
  const error = new Error(stage + ' throws ' + all + ' and ' + JSON.stringify(props), { cause: new Error('since ' + all) })
  error.name = 'Leak ' + props.file
  throw error
}
const connector = (Base, task) => class extends Base {
  static config = config
  validate(props) { leak(props, 'validate'); return super.validate(props) }
  start(props) { this.props = props; leak(props, 'start') }
  taskClass() { return task }
  taskConfigs() { leak(this.props, 'taskConfigs'); return [this.props] }
  alterOffsets(props) { leak(props, 'alterOffsets'); return true }
  stop() { if (this.props) leak(this.props, 'stop') }
}
export class LeakySource extends connector(SourceConnector, class extends SourceTask {
  start(props) { this.props = props; leak(props, 'task start') }
  async poll() {
    leak(this.props, 'poll')
    if (this.done) { await sleep(20); return null }
    this.done = true
    return [{ topic: this.props.topic, value: 'polled', sourcePartition: { p: 1 }, sourceOffset: { n: 1 } }]
  }
  commit() { leak(this.props, 'commit') }
  commitRecord() { leak(this.props, 'commitRecord') }
  stop() { leak(this.props, 'task stop') }
}) {}
export class LeakySink extends connector(SinkConnector, class extends SinkTask {
  start(props) { this.props = props; leak(props, 'task start') }
  open() { leak(this.props, 'open') }
  async put(records) {
    if (records.length === 0) return
    leak(this.props, 'put')
    if (this.props.leak !== 'report') return
    for (const record of records) await this.context.errantRecordReporter().report(record, new Error('reported ' + this.props.file + ' and ' + this.props.password))
  }
  preCommit(offsets) { leak(this.props, 'preCommit'); return offsets }
  stop() { leak(this.props, 'task stop') }
}) {}
export class LeakyTransformation extends Transformation {
  configure(props) { this.props = props }
  apply(record) { leak(this.props, 'apply'); return record }
}
export class Vault extends ConfigProvider {
  n = 0
  get(path, keys) {
    if (path === 'changing') return { data: Object.fromEntries([...(keys ?? [])].map((key) => [key, 'changes-each-time-' + ++this.n])) }
    return { data: Object.fromEntries([...(keys ?? [])].map((key) => [key, 'from-the-vault:' + path + ':' + key])) }
  }
}
`
const classes = [['source', 'LeakySource'], ['sink', 'LeakySink'], ['transformation', 'LeakyTransformation'], ['config_provider', 'Vault']] as const

let kafka: TestKafka
let topics: TestTopics
let folder: TestFolder
let worker: TestWorker
let restore: (text: string) => void
/** Everything that has left the worker, by where it was seen. */
const seen: { readonly where: string; readonly text: string }[] = []
let log = ''
beforeAll(async () => {
  restore = setLogWriter((text) => void (log += text))
  setLevel('root', 'TRACE')
  kafka = await testKafka()
  topics = await testTopics(kafka.bootstrap)
  folder = await testFolder()
  await writeFile(folder.file('secrets.properties'), `pin=${secrets.file}\nworker=${secrets.worker}\n`)
  await mkdir(folder.file('secrets'))
  await writeFile(join(folder.file('secrets'), 'pin'), `${secrets.dir}\n`) // as an editor leaves it
  await folder.bundle('leaky', classes.map(([type, name]) => ({ type, class: `com.example.${name}`, export: name })), leaky)
  const provider = (name: string): string => `org.apache.kafka.common.config.provider.${name}ConfigProvider`
  worker = await testWorker(folder, kafka, {
    'config.providers': 'file,env,dir,vault', 'config.providers.file.class': provider('File'), 'config.providers.env.class': provider('EnvVar'), 'config.providers.dir.class': provider('Directory'),
    'config.providers.vault.class': 'com.example.Vault', 'value.converter.unused.password': `\${file:${folder.file('secrets.properties')}:worker}`,
  }, [], { ISO_PIN: secrets.env, ISO_OTHER: secrets.other })
  await worker.ready
}, 120_000)
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  await topics?.close()
  await kafka?.close()
  setLevel('root', 'INFO')
  setLogWriter(restore)
})

const variables = (): Record<string, string> => ({ file: `\${file:${folder.file('secrets.properties')}:pin}`, env: '${env:ISO_PIN}', dir: `\${dir:${folder.file('secrets')}:pin}`, guest: '${vault:deep/path:pin}' })
const configOf = (name: string, type: 'Source' | 'Sink', leak: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  name, 'connector.class': `com.example.Leaky${type}`, ...(type === 'Sink' ? { topics: `${name}-topic` } : { topic: `${name}-topic` }), leak, password: secrets.password, ...variables(),
  'errors.log.enable': 'true', 'errors.log.include.messages': 'true', ...more,
})
/** Asks, notes the answer and returns its status. */
const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
  const response = await fetch(new URL(path, worker.advertisedUrl), { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) })
  seen.push({ where: `${method} ${path} (${response.status})`, text: `${await response.text()} ${JSON.stringify([...response.headers])}` })
  return response.status
}
const askEverything = async (name: string): Promise<void> => {
  for (const path of ['status', 'tasks', 'tasks/0/status', 'topics', 'offsets']) await ask('GET', `/connectors/${name}/${path}`)
}
const taskOf = async (name: string) => (await worker.herder.connectorStatus(name)).tasks[0]
const start = async (type: 'Source' | 'Sink', leak: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
  const name = uniqueName('leaky')
  await topics.create(`${name}-topic`)
  await topics.produce(`${name}-topic`, 0, ['hello'])
  const status = await ask('POST', '/connectors', { name, config: configOf(name, type, leak, more) })
  if (status === 400) throw new Error(`the configuration is refused: ${seen.at(-1)?.text}`)
  return name
}
/** The secrets found, each with where; and that the stage was reached at all. */
const leaks = (): readonly string[] =>
  [...seen, { where: 'the log', text: log }].flatMap(({ where, text }) => Object.entries(secrets).flatMap(([kind, secret]) => {
    const forms = [secret, JSON.stringify(secret).slice(1, -1)]
    // an answer that is a configuration shows it as it was given, as in Kafka: passwords too, unless they were given as variables
    if (kind === 'password' && /^(POST \/connectors \(201\)|GET \S+\/tasks \(200\))/.test(where)) return []
    return forms.some((form) => text.includes(form)) ? [`${kind} in ${where}: …${text.slice(Math.max(0, text.indexOf(forms[0] ?? '') - 120), text.indexOf(forms[0] ?? '') + 60)}…`] : []
  }))

test.each([
  ['Source', 'start'], ['Source', 'taskConfigs'], ['Source', 'task start'], ['Source', 'poll'], ['Sink', 'start'], ['Sink', 'task start'], ['Sink', 'open'], ['Sink', 'put'],
] as const)('%s failing in %s', async (type, leak) => {
  const name = await start(type, leak)
  await until('it has failed', () => worker.herder.connectorStatus(name), ({ connector, tasks }) => connector.state === 'FAILED' || tasks[0]?.state === 'FAILED')
  const { connector, tasks } = await worker.herder.connectorStatus(name)
  expect(`${connector.trace ?? ''}${tasks[0]?.trace ?? ''}`).toContain(`${leak} throws [hidden] and [hidden] and [hidden] and [hidden] and [hidden]`)
  await askEverything(name)
  await ask('POST', `/connectors/${name}/restart?includeTasks=true`)
  await ask('DELETE', `/connectors/${name}`)
  expect(leaks()).toEqual([])
})

test.each([['Source', 'commit'], ['Source', 'commitRecord'], ['Source', 'task stop'], ['Source', 'stop'], ['Sink', 'preCommit'], ['Sink', 'task stop']] as const)('%s failing in %s, which is only logged', async (type, leak) => {
  const name = await start(type, leak)
  const from = log.length
  await until('it runs', () => taskOf(name), (task) => task?.state === 'RUNNING')
  if (!leak.includes('stop')) await until('it is logged', async () => log.slice(from), (text) => text.includes(`${leak} throws [hidden]`))
  await askEverything(name)
  await ask('PUT', `/connectors/${name}/stop`)
  await ask('DELETE', `/connectors/${name}`)
  await until('it is logged', async () => log, (text) => text.includes(`${leak} prints [hidden]`))
  expect(leaks()).toEqual([])
})

test.each(['start', 'task start', 'poll', 'stop'])('values that a provider makes anew each time it is asked, in %s', async (leak) => {
  const name = await start('Source', leak, { guest: '${vault:changing:pin}' })
  await until('it has begun', () => worker.herder.connectorStatus(name), ({ connector, tasks }) => connector.state === 'FAILED' || ['RUNNING', 'FAILED'].includes(tasks[0]?.state ?? ''))
  await askEverything(name)
  await ask('POST', `/connectors/${name}/restart?includeTasks=true`)
  await askEverything(name)
  await ask('DELETE', `/connectors/${name}`)
  expect(leaks()).toEqual([])
})

test('a validation, a change of offsets and requests that fail with the secrets in their reason', async () => {
  const name = await start('Source', 'alterOffsets')
  await until('it runs', () => taskOf(name), (task) => task?.state === 'RUNNING')
  await ask('PUT', `/connectors/${name}/stop`)
  await until('it is stopped', () => worker.herder.connectorStatus(name), ({ connector }) => connector.state === 'STOPPED')
  expect(await ask('PATCH', `/connectors/${name}/offsets`, { offsets: [{ partition: { p: 1 }, offset: { n: 2 } }] })).toBeGreaterThanOrEqual(400)
  expect(await ask('DELETE', `/connectors/${name}/offsets`)).toBeGreaterThanOrEqual(400)
  const invalid = { ...configOf('invalid', 'Source', 'validate'), env: '${env:ISO_OTHER}' }
  await ask('PUT', '/connector-plugins/LeakySource/config/validate', invalid)
  await ask('POST', '/connectors', { name: 'invalid', config: invalid })
  await ask('PUT', '/connectors/invalid/config', invalid)
  // values of the wrong kind come back in messages; no connector that runs has this one
  await ask('PUT', '/connectors/invalid/config', { ...configOf('invalid', 'Source', 'none'), 'tasks.max': '${env:ISO_OTHER}', 'errors.retry.timeout': `\${file:${folder.file('secrets.properties')}:pin}` })
  await ask('PUT', '/connectors/invalid/config', { ...configOf('invalid', 'Source', 'none'), transforms: '${env:ISO_OTHER}', 'value.converter': '${vault:deep/path:pin}' })
  await ask('POST', '/connectors', { name: 'invalid', config: { ...configOf('invalid', 'Source', 'none'), 'connector.class': '${env:ISO_OTHER}' } })
  expect(leaks()).toEqual([])
})

test('dead letters of a transformation, of a put and of the reporter', async () => {
  const letters = (name: string) => ({ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': `${name}-dlq`, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': 'true' })
  const transformed = { transforms: 't', 'transforms.t.type': 'com.example.LeakyTransformation', 'transforms.t.leak': 'apply', 'transforms.t.password': secrets.password, ...Object.fromEntries(Object.entries(variables()).map(([key, value]) => [`transforms.t.${key}`, value])) }
  for (const [type, leak, more] of [['Sink', 'none', transformed], ['Source', 'none', transformed], ['Sink', 'put', { 'errors.put.bisect': 'true' }], ['Sink', 'report', {}]] as const) {
    const dlq = uniqueName('leaks')
    const name = await start(type, leak, { ...letters(dlq), ...more })
    const [letter] = await recordsOf(kafka.bootstrap, `${dlq}-dlq`, 1)
    expect(JSON.stringify(letter)).toContain('[hidden]')
    seen.push({ where: `a dead letter of ${leak}`, text: JSON.stringify(letter) })
    await askEverything(name)
    await ask('DELETE', `/connectors/${name}`)
  }
  expect(leaks()).toEqual([])
})

test('configurations are shown as they were given, with their variables, and everything else shows none of it', async () => {
  const name = await start('Source', 'none')
  await until('it runs', () => taskOf(name), (task) => task?.state === 'RUNNING')
  for (const path of ['/', '/health', '/connectors', '/connectors?expand=status', '/connector-plugins?connectorsOnly=false', '/connector-plugins/LeakySource/config', '/connector-plugins/LeakySource/permissions', '/connector-plugins/LeakySource/versions', '/connector-plugins/quarantine', '/admin/loggers']) await ask('GET', path)
  await askEverything(name)
  const shown = await Promise.all([`/connectors/${name}`, `/connectors/${name}/config`, `/connectors/${name}/tasks`, `/connectors/${name}/tasks-config`, '/connectors?expand=info'].map(async (path) => (await fetch(new URL(path, worker.advertisedUrl))).text()))
  for (const text of shown) {
    expect(text).toContain('${env:ISO_PIN}')
    for (const kind of ['file', 'env', 'dir', 'guest', 'worker'] as const) expect(text).not.toContain(secrets[kind])
  }
  expect(leaks()).toEqual([])
})
