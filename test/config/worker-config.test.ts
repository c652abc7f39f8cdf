import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nearestKey } from '../../src/config/known-keys.ts'
import { parseHeaderRules, parseListener } from '../../src/config/listener.ts'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { isolateSettings } from '../../src/config/isolate-keys.ts'
import { ConnectError } from '../../src/errors.ts'
import { setLogWriter } from '../../src/log.ts'

const base = {
  'bootstrap.servers': 'localhost:9092, other:9092',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'value.converter.plugin.version': '1.0',
}
const standalone = { ...base, 'offset.storage.file.filename': '/tmp/offsets' }
const distributed = { ...base, 'group.id': 'g', 'config.storage.topic': 'c', 'offset.storage.topic': 'o', 'status.storage.topic': 's' }

let lines: string[] = []
let restore: (text: string) => void = () => {}
beforeEach(() => {
  lines = []
  restore = setLogWriter((text) => lines.push(text.replace(/^\[.*?\] /, '').trim()))
})
afterEach(() => void setLogWriter(restore))

const errorOf = (props: Record<string, string>, mode: 'standalone' | 'distributed'): ConnectError => {
  try {
    parseWorkerConfig(props, mode)
  } catch (error) {
    if (error instanceof ConnectError) return error
  }
  throw new Error('the configuration was accepted')
}

describe('a standalone worker configuration', () => {
  test('is typed, with Kafka’s defaults and ours', () => {
    const config = parseWorkerConfig(standalone, 'standalone')
    expect(config).toMatchObject({
      mode: 'standalone', bootstrapServers: ['localhost:9092', 'other:9092'], offsetStorageFile: '/tmp/offsets', distributed: null,
      keyConverter: { className: 'org.apache.kafka.connect.storage.StringConverter', version: null, config: {} },
      valueConverter: { className: 'org.apache.kafka.connect.json.JsonConverter', version: '1.0', config: { 'schemas.enable': 'false' } },
      headerConverter: { className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter', version: null, config: {} },
      taskShutdownGracefulTimeoutMs: 5000, offsetFlushIntervalMs: 60_000, offsetFlushTimeoutMs: 5000, pluginPath: [], pluginPermissions: 'declared',
      topicCreationEnable: true, overridePolicy: { name: 'All', allowlist: [] },
      isolate: { defaults: { memoryMb: 128, pollTimeoutMs: 60_000, putTimeoutMs: 300_000, callTimeoutMs: 30_000, cpuPercent: 200, cellPer: 'connector' }, caps: { memoryMb: 1024 } },
      rest: { listeners: [{ protocol: 'http', host: '', port: 8083 }], adminListeners: null, allowOrigin: [], responseHeaders: [], extensionClasses: [] },
    })
    expect(config.taskThreads).toBeGreaterThan(0)
    expect(lines).toEqual([])
  })

  test('names every wrong key at once, with the reason', () => {
    const { code, message } = errorOf({ 'offset.flush.interval.ms': 'soon', 'plugin.path': '/a,', 'isolate.cell': 'thread', listeners: 'ftp://x:1', 'value.converter': 'V', bootstrap_servers: 'x:1' }, 'standalone')
    expect(code).toBe('CONFIG_INVALID')
    expect(message.split('\n')).toEqual([
      'The worker configuration has 7 errors:',
      `Missing required configuration "bootstrap.servers" which has no default value. ('bootstrap_servers' is given; is it a slip?)`,
      'Missing required configuration "key.converter" which has no default value.',
      'Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG',
      "Configuration 'plugin.path' values must not be empty.",
      'Listener protocol must be either "http" or "https".',
      'Missing required configuration "offset.storage.file.filename" which has no default value.',
      'Invalid value thread for configuration isolate.cell: String must be one of: connector, task',
    ])
  })
  test('a single error is Kafka’s message alone', () => {
    expect(errorOf({ ...standalone, 'plugin.path': '' }, 'standalone').message).toBe("Configuration 'plugin.path' must not be empty. Valid values include: any non-empty value")
  })
  test('unknown keys are logged as Kafka does, with the key that was probably meant; client keys and prefixes are known', () => {
    parseWorkerConfig({ ...standalone, 'offset.flush.intervall.ms': '1', 'my.own.key': 'x', 'security.protocol': 'SSL', 'producer.linger.ms': '5', 'plugin.path': '/a,/a' }, 'standalone')
    expect(lines).toEqual([
      'WARN Configuration key "plugin.path" contains duplicate values. Duplicates will be removed. The original value is: [/a, /a], the updated value is: [/a] (org.apache.kafka.connect.runtime.WorkerConfig)',
      "INFO These configurations '[offset.flush.intervall.ms, my.own.key]' were supplied but are not used yet. (org.apache.kafka.connect.runtime.WorkerConfig)",
      "WARN Unknown configuration 'offset.flush.intervall.ms'; did you mean 'offset.flush.interval.ms'? (org.apache.kafka.connect.runtime.WorkerConfig)",
    ])
  })
  test('approval of plugins, which nothing enforces yet, is refused instead of ignored', () => {
    expect(errorOf({ ...standalone, 'plugin.permissions': 'approved' }, 'standalone').message).toMatch(/^Invalid value approved for configuration plugin\.permissions: .* not built yet/)
  })
  test('internal converters are ignored with Kafka’s warning', () => {
    parseWorkerConfig({ ...standalone, 'internal.key.converter': 'X' }, 'standalone')
    expect(lines.join()).toMatch(/^WARN The worker has been configured with one or more internal converter properties \(\[internal\.key\.converter\]\)\. .* will be used instead\./)
  })
})

describe('a distributed worker configuration', () => {
  test('has group, timeouts and internal topics with their settings', () => {
    const config = parseWorkerConfig({ ...distributed, 'offset.storage.partitions': '3', 'offset.storage.segment.bytes': '1000', 'config.storage.partitions': '2', 'connect.protocol': 'Eager', 'status.storage.replication.factor': '-1' }, 'distributed')
    expect(config.distributed).toMatchObject({
      groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 60_000, connectProtocol: 'eager', exactlyOnceSourceSupport: 'disabled',
      offsetTopic: { topic: 'o', partitions: 3, replicationFactor: 3, settings: { 'segment.bytes': '1000' } },
      configTopic: { topic: 'c', partitions: 1, settings: {} },
      statusTopic: { topic: 's', partitions: 5, replicationFactor: -1 },
    })
    expect(lines.join()).toContain("Ignoring 'config.storage.partitions=2' setting, since config topic partitions is always 1")
  })
  test.each([
    [{ 'offset.storage.partitions': '0' }, "Invalid value 0 for configuration offset.storage.partitions: Number of partitions must be positive, or -1 to use the broker's default"],
    [{ 'connect.protocol': 'x' }, 'Invalid value x for configuration connect.protocol: Invalid Connect protocol compatibility'],
    [{ 'exactly.once.source.support': 'x' }, 'Invalid value x for configuration exactly.once.source.support: String must be one of (case insensitive): DISABLED, ENABLED, PREPARING'],
    [{ 'inter.worker.verification.algorithms': '' }, 'Invalid value [] for configuration inter.worker.verification.algorithms: At least one signature verification algorithm must be provided'],
    [{ 'inter.worker.signature.algorithm': 'HmacSHA512' }, 'Invalid value HmacSHA512 for configuration inter.worker.signature.algorithm: Signature algorithm must be present in inter.worker.verification.algorithms list'],
    [{ 'group.id': undefined }, 'Missing required configuration "group.id" which has no default value.'],
    [{ 'admin.listeners': 'http://x:1,' }, "Configuration 'admin.listeners' values must not be empty."],
  ])('%j is refused in Kafka’s words', (change, message) => {
    const props = Object.fromEntries(Object.entries({ ...distributed, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined))
    expect(errorOf(props, 'distributed').message).toBe(message)
  })
})

test('listeners: host, port, brackets, and what is refused', () => {
  expect(parseListener('http://:8083')).toEqual({ protocol: 'http', host: '', port: 8083 })
  expect(parseListener('HTTPS://[::1]:0')).toEqual({ protocol: 'https', host: '::1', port: 0 })
  expect(() => parseListener('localhost')).toThrow("Listener doesn't have the right format (protocol://hostname:port).")
  expect(() => parseListener('http://x:70000')).toThrow('Listener port must be between 0 and 65535')
})
test('response header rules: actions, quotes, and what is refused', () => {
  expect(parseHeaderRules('set X-A:1, "add Cache-Control:no-cache, no-store", SETDATE Expires:1000')).toEqual([
    { action: 'set', name: 'X-A', value: '1' }, { action: 'add', name: 'Cache-Control', value: 'no-cache, no-store' }, { action: 'setDate', name: 'Expires', value: '1000' },
  ])
  expect(() => parseHeaderRules('set')).toThrow("Invalid format of header config 'set'. Expected: '[action] [header name]:[header value]'")
  expect(() => parseHeaderRules('put A:b')).toThrow("Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]")
  expect(() => parseHeaderRules('set A:b:c')).toThrow("Invalid format of header name and header value pair 'A:b:c'. Expected: '[header name]:[header value]'")
  expect(() => parseHeaderRules('set A B:c')).toThrow("Invalid header name 'A B'. The '[header name]' cannot contain whitespace")
})
test.each([
  ['offset.flush.intervall.ms', 'offset.flush.interval.ms'], ['bootstrap_servers', 'bootstrap.servers'], ['plugin.apth', 'plugin.path'], ['my.own.key', null], ['PLUGIN-PATH', 'plugin.path'], ['topisc', 'topics'], ['tobikcs', null], ['offset_flush-interval_ns', 'offset.flush.interval.ms'],
])('%s is probably %s', (key, meant) => {
  expect(nearestKey(key, ['offset.flush.interval.ms', 'offset.flush.timeout.ms', 'bootstrap.servers', 'plugin.path', 'topics'])).toBe(meant)
})
test('isolate limits: the connector beats the manifest, which beats the worker; the caps hold for all', () => {
  const { isolate } = parseWorkerConfig({ ...standalone, 'isolate.max.memory.mb': '512', 'isolate.poll.timeout.ms': '1000' }, 'standalone')
  expect(isolateSettings(isolate, { memoryMb: 4096, putTimeoutMs: 7000 }, { 'isolate.call.timeout.ms': 500, 'isolate.cell': 'task', 'isolate.put.timeout.ms': null })).toEqual({
    memoryMb: 512, pollTimeoutMs: 1000, putTimeoutMs: 7000, callTimeoutMs: 500, cpuPercent: 200, cellPer: 'task',
  })
})
