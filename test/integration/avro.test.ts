/** An Avro topic between guest connectors: schemas register and evolve, a registry that is down is waited for, the sink reads what the source wrote. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { startRegistry, type TestRegistry } from '../registry/registry.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { until } from './helpers/standalone.ts'

setLevel('root', 'OFF')

const connectors = `
import { appendFileSync } from 'node:fs'
import { SourceConnector, SourceTask, SinkConnector, SinkTask, SchemaBuilder, schemas, Struct, sleep } from 'isoconnect'
const place = (version) => {
  const builder = SchemaBuilder.struct().name('com.acme.Place').field('id', schemas.INT64_SCHEMA).field('at', SchemaBuilder.timestamp().build())
    .field('tags', SchemaBuilder.array(schemas.STRING_SCHEMA).build()).field('note', schemas.OPTIONAL_STRING_SCHEMA)
  if (version > 1) builder.field('size', SchemaBuilder.float64().defaultValue(0.5).build())
  return builder.build()
}
export class PlaceSource extends SourceConnector {
  start(props) { this.props = props }
  taskClass() { return PlaceSourceTask }
  taskConfigs() { return [this.props] }
}
class PlaceSourceTask extends SourceTask {
  start(props) {
    this.props = props
    this.n = this.context.offsetStorageReader.offset({ p: 0 })?.n ?? 0
  }
  async poll() {
    if (this.n >= Number(this.props.count)) { await sleep(50); return [] }
    const n = ++this.n
    const schema = place(Number(this.props.schema))
    const value = new Struct(schema).put('id', 2n ** 62n + BigInt(n)).put('at', new Date(1000 * n)).put('tags', ['a', 'é'])
    if (n % 2) value.put('note', 'n' + n)
    if (schema.field('size')) value.put('size', n)
    return [{ topic: this.props.topic, keySchema: schemas.INT32_SCHEMA, key: n, valueSchema: schema, value, sourcePartition: { p: 0 }, sourceOffset: { n } }]
  }
}
export class PlaceSink extends SinkConnector {
  start(props) { this.props = props }
  taskClass() { return PlaceSinkTask }
  taskConfigs() { return [this.props] }
}
class PlaceSinkTask extends SinkTask {
  start(props) { this.file = props.file }
  put(records) {
    for (const { key, value, valueSchema } of records) {
      appendFileSync(this.file, JSON.stringify([key, String(value.get('id')), value.get('at').getTime(), value.get('tags'), value.get('note'), valueSchema.field('size') ? value.get('size') : 'none', valueSchema.version]) + '\\n')
    }
  }
}
`
let registry: TestRegistry
const bed = standaloneBed(async ({ folder, use }) => {
  registry = use(await startRegistry({ userInfo: 'bob:s3cret' }))
  const permissions = { fs: [{ path: '${config:file}', access: 'write', reason: 'what it has seen' }] }
  const plugins = [{ type: 'source', class: 'com.acme.PlaceSource', export: 'PlaceSource' }, { type: 'sink', class: 'com.acme.PlaceSink', export: 'PlaceSink' }]
  await folder.bundle('place', plugins, connectors, { isoconnect: { plugins, permissions } })
})

const converters = (more: Readonly<Record<string, string>> = {}): Record<string, string> => Object.fromEntries(['key', 'value'].flatMap((side) => Object.entries({
  '': 'io.confluent.connect.avro.AvroConverter', '.schema.registry.url': registry.url, '.basic.auth.credentials.source': 'USER_INFO', '.basic.auth.user.info': 'bob:s3cret',
  '.max.retries': '0', ...more,
}).map(([key, value]) => [`${side}.converter${key}`, value])))
const put = (name: string, config: Readonly<Record<string, string>>) => bed.worker.herder.putConnectorConfig(name, { name, ...config }, { allowReplace: true })
const lines = async (file: string): Promise<unknown[]> => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)
const untilLines = (file: string, count: number) => until(`${count} records`, () => lines(file), (seen) => seen.length >= count)

test('schemas register under their subjects, evolve, and reach the sink as they were', async () => {
  const topic = uniqueName('places')
  const file = bed.folder.file(`${topic}.txt`)
  const source = { 'connector.class': 'com.acme.PlaceSource', topic, ...converters() }
  await put(`${topic}-source`, { ...source, count: '2', schema: '1' })
  await put(`${topic}-sink`, { 'connector.class': 'com.acme.PlaceSink', topics: topic, file, ...converters() })
  expect(await untilLines(file, 2)).toEqual([
    [1, String(2n ** 62n + 1n), 1000, ['a', 'é'], 'n1', 'none', 1],
    [2, String(2n ** 62n + 2n), 2000, ['a', 'é'], null, 'none', 1],
  ])
  await put(`${topic}-source`, { ...source, count: '3', schema: '2' })
  expect((await untilLines(file, 3))[2]).toEqual([3, String(2n ** 62n + 3n), 3000, ['a', 'é'], 'n3', 3, 2])
  expect(registry.store.subjects(false).filter((subject) => subject.startsWith(topic))).toEqual([`${topic}-key`, `${topic}-value`])
  expect(registry.store.versions(`${topic}-value`).map(({ version }) => version)).toEqual([1, 2])

  // the old shape, written in the latest schema: the sink sees its default
  const latest = converters({ '.auto.register.schemas': 'false', '.use.latest.version': 'true' })
  await put(`${topic}-source`, { ...source, ...latest, count: '4', schema: '1' })
  expect((await untilLines(file, 4))[3]).toEqual([4, String(2n ** 62n + 4n), 4000, ['a', 'é'], null, 0.5, 2])
})
test('a registry that is down is waited for within errors.retry.timeout, and no record is lost', async () => {
  const topic = uniqueName('down')
  const file = bed.folder.file(`${topic}.txt`)
  registry.failWith = 503
  const asked = registry.requests.length
  await put(`${topic}-source`, { 'connector.class': 'com.acme.PlaceSource', topic, count: '3', schema: '1', 'errors.retry.timeout': '60000', 'errors.retry.delay.max.ms': '300', ...converters() })
  await put(`${topic}-sink`, { 'connector.class': 'com.acme.PlaceSink', topics: topic, file, ...converters() })
  await until('the registry was asked and asked again', async () => registry.requests.length - asked, (count) => count >= 2)
  registry.failWith = null
  expect((await untilLines(file, 3)).map((line) => (line as unknown[])[0])).toEqual([1, 2, 3])
})
test('a registry whose host refuses connections is waited for, and without errors.retry.timeout fails the task', async () => {
  const topic = uniqueName('refused')
  const file = bed.folder.file(`${topic}.txt`)
  const gone = await startRegistry()
  await gone[Symbol.asyncDispose]()
  // each attempt asks the first, which counts, and then the one that refuses
  await using counting = await startRegistry()
  counting.failWith = 503
  const both = converters({ '.schema.registry.url': `${counting.url},${gone.url}` })
  const source = { 'connector.class': 'com.acme.PlaceSource', count: '3', schema: '1' }
  await put(`${topic}-source`, { ...source, topic, 'errors.retry.timeout': '60000', 'errors.retry.delay.max.ms': '300', ...both })
  await put(`${topic}-sink`, { 'connector.class': 'com.acme.PlaceSink', topics: topic, file, ...both })
  await until('both schemas were asked for and asked for again', () => Promise.resolve(counting.requests.length), (count) => count > 4)

  await put(`${topic}-hasty`, { ...source, topic: `${topic}-hasty`, ...converters({ '.schema.registry.url': gone.url }) })
  const { tasks } = await until('the task that does not wait fails', () => bed.worker.herder.connectorStatus(`${topic}-hasty`), (status) => status.tasks[0]?.state === 'FAILED')
  expect(tasks[0]?.trace).toContain('ECONNREFUSED')
  expect(await bed.worker.herder.connectorStatus(`${topic}-source`)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })

  await using back = await startRegistry({ port: Number(new URL(gone.url).port) })
  expect((await untilLines(file, 3)).map((line) => (line as unknown[])[0])).toEqual([1, 2, 3])
  expect(back.store.subjects(false)).toEqual([`${topic}-key`, `${topic}-value`])
})
test('validation tells what the converter needs', async () => {
  const { configs } = await bed.worker.herder.validate({ name: 'x', 'connector.class': 'com.acme.PlaceSource', topic: 't', 'value.converter': 'AvroConverter' })
  const found = configs.find(({ definition }) => definition?.name === 'value.converter.schema.registry.url')
  expect(found?.value.errors).toEqual([expect.stringContaining('Missing required configuration')])
})
