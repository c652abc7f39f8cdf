/** Validation and plugin configuration over a shelf and plugin cells that say what a test wants. */
import { describe, expect, test } from 'vitest'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { ConnectError } from '../../src/errors.ts'
import { createConnectorConfiguration } from '../../src/herder/connector-configuration.ts'
import type { PluginCells } from '../../src/herder/plugin-cells.ts'
import type { KafkaClients } from '../../src/kafka/types.ts'
import { setLevel } from '../../src/log.ts'
import { chooseVersion } from '../../src/plugins/versions.ts'
import type { Plugin, Shelf } from '../../src/plugins/types.ts'
import type { ConfigKeyJson, ConfigValueJson } from '../../src/wire/guest-api.ts'

setLevel('root', 'OFF')
const unused = (): never => {
  throw new Error('not expected in this test')
}
const plugin = (version: string, type: 'source' | 'sink'): Plugin => ({
  type, className: `com.example.${type}`, exportName: 'X', version, bundle: 'x', location: '/p', digest: version, bundleFile: `/${version}.js`,
  permissions: { fs: [], net: [], stdio: false }, limits: { memoryMb: 99 },
})
const plugins = [plugin('1.0.0', 'source'), plugin('2.0.0', 'source'), plugin('1.0.0', 'sink')]
const shelf: Shelf = {
  list: () => plugins, quarantined: () => [], aliases: () => [], condemn: unused, onChange: () => unused, close: () => Promise.resolve(), description: unused, remember: unused,
  versions: (name) => plugins.filter(({ className }) => className === name).map(({ version }) => version),
  find: (name, version) => {
    const found = plugins.filter(({ className }) => className === name)
    if (found.length === 0) throw new ConnectError('PLUGIN_UNKNOWN', `Failed to find any class that implements Connector and which name matches ${name}`)
    const chosen = chooseVersion(name, found.map((each) => each.version), version)
    return found.find((each) => each.version === chosen) ?? unused()
  },
  ref: ({ bundleFile, className, exportName, version }) => ({ bundleFile, className, exportName, version }),
  grants: (_plugin, config) => ({ fs: [{ path: config['file'] ?? '', access: 'read', reason: 'r' }], net: [], stdio: false }),
}
const key: ConfigKeyJson = { name: 'file', type: 'STRING', required: true, importance: 'HIGH', documentation: 'd', group: null, orderInGroup: -1, width: 'NONE', displayName: 'file', dependents: [] }
const rig = () => {
  const validated: (readonly [string, Readonly<Record<string, string>>])[] = []
  const cells: PluginCells = {
    describe: ({ version }) => Promise.resolve({ version, config: [key, { ...key, name: 'pin', type: 'PASSWORD' }] }),
    validate: ({ version }, props) => {
      validated.push([version, props])
      const value: ConfigValueJson = { name: 'file', value: props['file'] ?? null, recommendedValues: [], errors: props['file'] === undefined ? ['no file'] : [], visible: true }
      return Promise.resolve([value])
    },
    exactlyOnceSupport: unused, close: unused,
  }
  const worker = parseWorkerConfig(
    { 'bootstrap.servers': 'a:1', 'offset.storage.file.filename': '/tmp/x', 'key.converter': 'org.apache.kafka.connect.storage.StringConverter', 'value.converter': 'org.apache.kafka.connect.storage.StringConverter' },
    'standalone',
  )
  const resolveWithTtl = (raw: Readonly<Record<string, string>>) => Promise.resolve({ props: Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, value.replace('${v:k}', 'resolved')])), ttlMs: null })
  return { configuration: createConnectorConfiguration({ worker, shelf, cells, clients: {} as KafkaClients, resolveWithTtl }), validated }
}
const source = { name: 'c', 'connector.class': 'com.example.source' }

describe('validate', () => {
  test('asks the newest version, with variables resolved, and joins its findings to the framework’s', async () => {
    const { configuration, validated } = rig()
    const infos = await configuration.validate({ ...source, mark: '${v:k}', 'tasks.max': '0' })
    expect(validated).toEqual([['2.0.0', { ...source, mark: 'resolved', 'tasks.max': '0' }]])
    expect(infos.error_count).toBe(2)
    expect(infos.configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, ...value.errors])).toEqual([
      ['tasks.max', 'Invalid value 0 for configuration tasks.max: Value must be at least 1'], ['file', 'no file'],
    ])
  })
  test('shows variables as they were given, and what stands for them nowhere', async () => {
    const { configuration } = rig()
    const infos = await configuration.validate({ ...source, 'tasks.max': '${v:k}', 'errors.tolerance': 'x${v:k}', 'producer.override.client.id': '${v:k}' })
    const shown = Object.fromEntries(infos.configs.map(({ value }) => [value.name, value]))
    expect(shown['producer.override.client.id']?.value).toBe('${v:k}')
    expect(shown['tasks.max']?.errors).toEqual(['Invalid value [hidden] for configuration tasks.max: Not a number of type INT', 'Invalid value null for configuration tasks.max: Value must be non-null'])
    expect(JSON.stringify(infos)).not.toContain('resolved')
  })
  test('asks the version that is wanted', async () => {
    const { configuration, validated } = rig()
    await configuration.validate({ ...source, 'connector.plugin.version': '[1,2)' })
    expect(validated[0]?.[0]).toBe('1.0.0')
  })
  test('with a version that is not there stops early, with the reason on class and version and what there is', async () => {
    const { configuration, validated } = rig()
    const infos = await configuration.validate({ ...source, 'connector.plugin.version': '3.0' })
    expect(validated).toEqual([])
    const version = infos.configs.find(({ value }) => value.name === 'connector.plugin.version')?.value
    expect(version).toMatchObject({ recommended_values: ['1.0.0', '2.0.0'], errors: ['Plugin com.example.source not found that matches the version range [3.0,3.0], available versions: [1.0.0, 2.0.0]'] })
  })
  test('needs a class that there is', async () => {
    const { configuration } = rig()
    await expect(configuration.validate({ name: 'c', secret: '${v:k}' })).rejects.toMatchObject({ status: 400, message: 'Connector config {name=c, secret=${v:k}} contains no connector type' })
    await expect(configuration.validate({ 'connector.class': 'None' })).rejects.toMatchObject({ status: 400, code: 'PLUGIN_UNKNOWN' })
  })
})
describe('plugin configuration', () => {
  test('of a connector lists its own keys first, of a built-in converter just its own', async () => {
    const { configuration } = rig()
    const keys = await configuration.pluginConfig('com.example.sink', null)
    expect(keys.map(({ name }) => name).slice(0, 3)).toEqual(['file', 'pin', 'name'])
    expect((await configuration.pluginConfig('StringConverter', null)).every(({ name }) => name !== 'connector.class')).toBe(true)
  })
  test('of what is not there is 404', async () => {
    await expect(rig().configuration.pluginConfig('None', null)).rejects.toMatchObject({ status: 404, message: 'Unknown plugin None.' })
  })
})
test('a specification carries plugin, grants and the manifest’s limits', () => {
  const spec = rig().configuration.connectorSpec('c', { ...source, file: '/f' }, 'PAUSED', [])
  expect(spec).toMatchObject({ name: 'c', type: 'source', targetState: 'PAUSED', plugin: { version: '2.0.0', bundleFile: '/2.0.0.js' }, grants: { fs: [{ path: '/f' }] }, limits: { memoryMb: 99 } })
  expect(() => rig().configuration.connectorSpec('c', { ...source, 'tasks.max': 'x' }, 'STARTED', [])).toThrow('Invalid value x for configuration tasks.max: Not a number of type INT')
})
test('a task stays on the version its Connector runs, as long as there is that version', () => {
  const { configuration } = rig()
  const version = (running?: string) => configuration.connectorSpec('c', source, 'STARTED', [], running).plugin.version
  expect([version(), version('1.0.0'), version('0.9.0')]).toEqual(['2.0.0', '1.0.0', '2.0.0'])
})
test('the type of a connector whose class has gone is unknown', () => {
  expect([rig().configuration.typeOf({ 'connector.class': 'com.example.sink' }), rig().configuration.typeOf({ 'connector.class': 'None' }), rig().configuration.typeOf({})]).toEqual(['sink', 'unknown', 'unknown'])
})

describe('secrets', () => {
  test('are passwords of the class and what providers put in; a task’s configuration that names no class has the connector’s', async () => {
    const { configuration } = rig()
    const task = { pin: 'hush-hush', file: 'f', url: 'http://resolved' }
    expect(await configuration.secrets({ ...task, url: 'http://${v:k}' }, task, source)).toEqual(['hush-hush', 'resolved'])
    await expect(configuration.secrets(task, task)).rejects.toMatchObject({ status: 400 })
  })
})
