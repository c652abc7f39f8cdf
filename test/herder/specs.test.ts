/** From configuration to what the worker runs. */
import { describe, expect, test } from 'vitest'
import { parseConnectorConfig } from '../../src/config/connector-config.ts'
import type { ConnectorType } from '../../src/config/connector-config.ts'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { createPluginLookups } from '../../src/herder/plugin-lookups.ts'
import { buildConnectorSpec, buildTaskSpec, runtimeShareMb } from '../../src/herder/specs.ts'
import { setLevel } from '../../src/log.ts'
import type { DeclaredLimits } from '../../src/plugins/types.ts'

setLevel('root', 'OFF')
const workerWith = (more: Record<string, string> = {}) =>
  parseWorkerConfig({
    'bootstrap.servers': 'localhost:9092', 'offset.storage.file.filename': '/tmp/x', 'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter', 'value.converter.converter.encoding': 'UTF-16', 'offset.flush.interval.ms': '1234', ...more,
  }, 'standalone')
const unknownClass = (): never => {
  throw new Error('not expected in this test')
}
const lookups = createPluginLookups({ find: unknownClass, list: () => [], versions: () => [] })
const plugin = { bundleFile: '/b.js', className: 'C', exportName: 'C', version: '1.0' }
const grants = { fs: [], net: [], stdio: false }
const build = (given: Record<string, string>, options: { readonly type?: ConnectorType; readonly declared?: DeclaredLimits; readonly worker?: Record<string, string> } = {}) => {
  const worker = workerWith(options.worker)
  const config = { name: 'c', 'connector.class': 'C', ...given }
  const parsed = parseConnectorConfig(config, options.type ?? 'source', worker, lookups, options.declared)
  return { worker, parsed, connector: buildConnectorSpec({ parsed, plugin, grants, config, secrets: [], targetState: 'STARTED' }) }
}
const task = (...args: Parameters<typeof build>) => buildTaskSpec({ ...build(...args), id: { connector: 'c', task: 2 }, plugins: {}, config: { 'task.class': 'T' } })

describe('limits', () => {
  test('come from the connector, else the manifest, else the worker', () => {
    const memoryMb = (...args: Parameters<typeof build>) => build(...args).connector.limits.memoryMb
    expect(memoryMb({})).toBe(128)
    expect(memoryMb({}, { worker: { 'isolate.memory.mb': '64' } })).toBe(64)
    expect(memoryMb({}, { declared: { memoryMb: 200 }, worker: { 'isolate.memory.mb': '64' } })).toBe(200)
    expect(memoryMb({ 'isolate.memory.mb': '300' }, { declared: { memoryMb: 200 } })).toBe(300)
    expect(build({ 'isolate.poll.timeout.ms': '500', 'isolate.put.timeout.ms': '600', 'isolate.call.timeout.ms': '700', 'isolate.cpu.percent': '50' }).connector).toMatchObject({
      pollTimeoutMs: 500, putTimeoutMs: 600, limits: { callTimeoutMs: 700, cpuPercent: 50 },
    })
  })
  test('are capped by the worker', () => {
    expect(build({}, { declared: { pollTimeoutMs: 99_999_999 }, worker: { 'isolate.max.poll.timeout.ms': '1000' } }).connector.pollTimeoutMs).toBe(1000)
    expect(() => build({ 'isolate.memory.mb': '300' }, { worker: { 'isolate.max.memory.mb': '256' } })).toThrow(/isolate.memory.mb/)
  })
  test('of the process make room for the Connector and each task it may hold', () => {
    expect(build({ 'tasks.max': '3' }).connector.limits.rssMb).toBe(runtimeShareMb + 4 * 128)
    expect(build({ 'tasks.max': '3', 'isolate.cell': 'task' }).connector).toMatchObject({ cellPer: 'task', limits: { rssMb: runtimeShareMb + 2 * 128 } })
  })
})
describe('converters', () => {
  test('are the worker’s with its settings', () => {
    expect(task({}).converters).toMatchObject({ key: { isKey: true, config: {} }, value: { isKey: false, config: { 'converter.encoding': 'UTF-16' } }, header: { isKey: false } })
  })
  test('of the connector come with its own settings only', () => {
    expect(task({ 'value.converter': 'org.apache.kafka.connect.storage.StringConverter', 'value.converter.x': '1' }).converters.value).toEqual({
      className: 'org.apache.kafka.connect.storage.StringConverter', isKey: false, config: { x: '1' },
    })
  })
  test('settings without a class of the connector are not used', () => {
    expect(task({ 'value.converter.converter.encoding': 'UTF-8' }).converters.value.config).toEqual({ 'converter.encoding': 'UTF-16' })
  })
})
describe('clients', () => {
  test('of a source are a producer, of a sink a consumer', () => {
    const source = task({ 'producer.override.linger.ms': '5' }, { worker: { 'producer.batch.size': '7' } }).clients
    expect(source.producer).toMatchObject({ 'bootstrap.servers': 'localhost:9092', 'linger.ms': '5', 'batch.size': '7', 'client.id': 'connector-producer-c-2' })
    expect(source.consumer).toEqual({})
    const sink = task({ topics: 't' }, { type: 'sink' }).clients
    expect(sink.consumer).toMatchObject({ 'group.id': 'connect-c', 'client.id': 'connector-consumer-c-2', 'auto.offset.reset': 'earliest' })
    expect(sink.producer).toEqual({})
  })
  test('of a task with a dead letter queue include those that write it', () => {
    expect(task({ topics: 't', 'errors.deadletterqueue.topic.name': 'd' }, { type: 'sink' }).clients.deadLetters).toMatchObject({
      producer: { 'client.id': 'connector-dlq-producer-c-2' }, admin: { 'client.id': 'connector-dlq-adminclient-c-2' },
    })
    expect(task({ 'errors.deadletterqueue.topic.name': 'd' }).clients.deadLetters).not.toBeNull()
    expect(task({}).clients.deadLetters).toBeNull()
  })
  test('keep to the worker’s override policy', () => {
    expect(() => task({ 'producer.override.linger.ms': '5' }, { worker: { 'connector.client.config.override.policy': 'None' } })).toThrow(/Client Config Overrides not allowed/)
  })
})
test('a task carries its own configuration beside its connector’s', () => {
  expect(task({})).toMatchObject({ id: { connector: 'c', task: 2 }, connector: { name: 'c', type: 'source' }, config: { 'task.class': 'T' }, offsetFlushIntervalMs: 1234, offsetFlushTimeoutMs: 5000, topicCreationEnable: true })
})
