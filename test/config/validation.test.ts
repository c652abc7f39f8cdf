import { describe, expect, test } from 'vitest'
import { ConfigDef } from '../../src/data/config-def.ts'
import { nearestClasses } from '../../src/config/known-keys.ts'
import { pluginConfigInfos, unloadableVersionInfos, validateConnectorConfig, validationError, type GivenConfig } from '../../src/config/validation.ts'
import type { WorkerConfig } from '../../src/config/worker-config.ts'
import { distributedWith, lookups, workerWith } from './support.ts'

const own = new ConfigDef().define('file', { type: 'STRING', defaultValue: null, group: 'File' }).define('batch.size', { type: 'INT', defaultValue: 2000, validator: ConfigDef.Range.atLeast(1) })
const validate = (props: GivenConfig, type: 'source' | 'sink' = 'source', worker: WorkerConfig = workerWith()) =>
  validateConnectorConfig({ props: { name: 'c', 'connector.class': 'Example', ...props }, type, worker, lookups, connectorVersions: ['1.0', '2.0'], plugin: { config: own.toJson(), values: own.validateToJson(props) } })
/** Keys with errors and what they are. */
const errorsOf = (...args: Parameters<typeof validate>): Record<string, readonly string[]> =>
  Object.fromEntries(validate(...args).configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors]))

describe('a valid configuration', () => {
  const infos = validate({ file: '/x' })
  test('has no errors, and Kafka’s groups and order: framework keys first, the plugin’s own after them', () => {
    expect(infos.error_count).toBe(0)
    expect(validationError(infos)).toBeNull()
    expect(infos.name).toBe('Example')
    expect(infos.groups).toEqual(['Common', 'Transforms', 'Predicates', 'Error Handling', 'Topic Creation', 'Exactly Once Support', 'offsets.topic', 'Isolate', 'File'])
    const names = infos.configs.map(({ value }) => value.name)
    expect(names.slice(0, 5)).toEqual(['name', 'connector.class', 'connector.plugin.version', 'tasks.max', 'tasks.max.enforce'])
    expect(names.slice(-2)).toEqual(['file', 'batch.size'])
  })
  test('shows values, defaults and recommendations as REST does', () => {
    const of = (name: string) => infos.configs.find(({ value }) => value.name === name)
    expect(of('key.converter')).toMatchObject({ definition: { default_value: 'org.apache.kafka.connect.storage.StringConverter', type: 'CLASS', order_in_group: 6 }, value: { value: 'org.apache.kafka.connect.storage.StringConverter' } })
    expect(of('connector.plugin.version')?.value).toEqual({ name: 'connector.plugin.version', value: '2.0', recommended_values: ['1.0', '2.0'], errors: [], visible: true })
    expect(of('batch.size')).toEqual({
      definition: { name: 'batch.size', type: 'INT', required: false, default_value: '2000', importance: 'MEDIUM', documentation: '', group: null, order_in_group: -1, width: 'NONE', display_name: 'batch.size', dependents: [] },
      value: { name: 'batch.size', value: '2000', recommended_values: [], errors: [], visible: true },
    })
    expect(Object.keys(of('name')?.definition ?? {})).toEqual(['name', 'type', 'required', 'default_value', 'importance', 'documentation', 'group', 'order_in_group', 'width', 'display_name', 'dependents'])
  })
  test('converters the connector names itself bring their keys, header before key before value', () => {
    const { groups, configs } = validate({ 'value.converter': 'JsonConverter', 'value.converter.schemas.enable': 'false' })
    expect(configs.at(-1)).toMatchObject({ definition: { name: 'value.converter.schemas.enable', default_value: 'true' }, value: { value: 'false' } })
    expect(groups.at(-1)).toBe('Schemas')
  })
})

describe('errors', () => {
  test('are counted by message, in a 400 text that lists them', () => {
    const infos = validate({ 'tasks.max': 'x', 'batch.size': '0' })
    expect(infos.error_count).toBe(3)
    expect(validationError(infos)).toBe(
      'Connector configuration is invalid and contains the following 3 error(s):\n' +
      'Invalid value x for configuration tasks.max: Not a number of type INT\nInvalid value null for configuration tasks.max: Value must be non-null\n' +
      'Invalid value 0 for configuration batch.size: Value must be at least 1\n' +
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`')
  })
  test('a class that is not there is told in the 400 with those of nearly its name, in validation as Kafka tells it', () => {
    const infos = validate({ 'value.converter': 'org.example.JsonConvertor', transforms: 't', 'transforms.t.type': 'com.exmaple.Insert' })
    expect(infos.configs.flatMap(({ value }) => value.errors)).toEqual(['Invalid value org.example.JsonConvertor for configuration value.converter: Class org.example.JsonConvertor could not be found.', 'Invalid value com.exmaple.Insert for configuration transforms.t.type: Class com.exmaple.Insert could not be found.'])
    expect(validationError(infos)).toMatch(/JsonConvertor could not be found\. Did you mean org\.apache\.kafka\.connect\.json\.JsonConverter\?\n.*Insert could not be found\. Did you mean com\.example\.Insert\?\n/)
  })
  test.each([
    ['org.apache.kafka.connect.transforms.HoistField$value', ['x.HoistField$Value']], ['HoistField', ['x.HoistField$Key', 'x.HoistField$Value']], ['x.HoistFeild$Key', ['x.HoistField$Key']],
    ['x.RegexRouter$Value', ['x.RegexRouter']], ['x.HoistField.Value', ['x.HoistField$Value']], ['io.debezium.transforms.ExtractNewRecordState', []], ['Nope', []],
  ])('%s was probably meant as %j', (className, meant) => {
    expect(nearestClasses(className, ['x.HoistField$Key', 'x.HoistField$Value', 'x.RegexRouter', 'x.Cast$Key'])).toEqual(meant)
  })
  test.each<[GivenConfig, Record<string, readonly string[]>]>([
    [{ name: '' }, { name: ['Invalid value  for configuration name: String may not be empty'] }],
    [{ 'config.action.reload': 'x' }, { 'config.action.reload': ['Invalid value x for configuration config.action.reload: String must be one of: none, restart'] }],
    [{ 'connector.plugin.version': '[1.0' }, { 'connector.plugin.version': ['Unbounded range: [1.0'] }],
    [{ 'key.converter': 'Nope' }, { 'key.converter': ['Invalid value Nope for configuration key.converter: Class Nope could not be found.'] }],
    [{ transforms: 't,t', 'transforms.t.type': 'Insert', 'transforms.t.field': 'f' }, { transforms: ['Invalid value [t, t] for configuration transforms: Duplicate alias provided.'] }],
    [{ transforms: 't' }, { 'transforms.t.type': ['Missing required configuration "transforms.t.type" which has no default value.'] }],
    [{ transforms: 't', 'transforms.t.type': 'X' }, { 'transforms.t.type': ['Invalid value X for configuration transforms.t.type: Class X could not be found.'] }],
    [{ transforms: 't', 'transforms.t.type': 'Insert', 'transforms.t.plugin.version': '9' }, { 'transforms.t.type': ['Invalid value com.example.Insert for configuration transforms.t.type: Error getting config definition from Transformation: no version 9'] }],
    [{ transforms: 't', 'transforms.t.type': 'Matches' }, { 'transforms.t.type': ['Class class com.example.Matches does not implement the Transformation interface'] }],
    [{ 'value.converter': 'JsonConverter', 'value.converter.schemas.enable': 'x', 'value.converter.plugin.version': null }, { 'value.converter.plugin.version': ['Null value can not be supplied as the configuration value.'] }],
    [{ 'key.converter': 'Insert' }, { 'key.converter': ['Class class com.example.Insert does not implement the Converter interface'] }],
    [{ transforms: 't', 'transforms.t.type': 'Insert' }, { 'transforms.t.field': ['Missing required configuration "transforms.t.field" which has no default value.'] }],
    [{ transforms: 't', 'transforms.t.type': 'Insert', 'transforms.t.field': 'f', 'transforms.t.negate': 'true' }, { 'transforms.t.type': ["Config 'transforms.t.negate' was provided but there is no config 'transforms.t.predicate' defining a predicate to be negated."] }],
    [{ predicates: 'p', 'predicates.p.type': 'Matches' }, { 'predicates.p.pattern': ['Missing required configuration "predicates.p.pattern" which has no default value.'] }],
    [{ 'topic.creation.groups': 'a,a' }, { 'topic.creation.groups': ['Invalid value [a, a] for configuration topic.creation.groups: Duplicate alias provided.'] }],
    [{ 'offsets.storage.topic': '' }, { 'offsets.storage.topic': ['Invalid value  for configuration offsets.storage.topic: String must be non-empty'] }],
    [{ 'transaction.boundary': 'x' }, { 'transaction.boundary': ['Invalid value x for configuration transaction.boundary: String must be one of (case insensitive): INTERVAL, POLL, CONNECTOR'] }],
    [{ 'isolate.memory.mb': '4096' }, { 'isolate.memory.mb': ['Invalid value 4096 for configuration isolate.memory.mb: Value must be no more than 1024'] }],
    [{ other: null }, { other: ['Null value can not be supplied as the configuration value.'] }],
    [{ file: null }, { file: ['Null value can not be supplied as the configuration value.'] }],
  ])('source %j', (props, errors) => {
    expect(errorsOf(props)).toEqual(errors)
  })
  test.each<[GivenConfig, Record<string, readonly string[]>]>([
    [{}, { topics: ['Must configure one of topics or topics.regex'], 'topics.regex': ['Must configure one of topics or topics.regex'] }],
    [{ topics: 'a', 'topics.regex': 'b' }, { topics: ['topics and topics.regex are mutually exclusive options, but both are set.'], 'topics.regex': ['topics and topics.regex are mutually exclusive options, but both are set.'] }],
    [{ topics: 'a,a' }, { topics: ["Configuration 'topics' values must not be duplicated."] }],
    [{ topics: 'a,,b' }, { topics: ["Configuration 'topics' values must not be empty."] }],
    [{ topics: 'a,b', 'errors.deadletterqueue.topic.name': 'a' }, { topics: ["The DLQ topic 'a' may not be included in the list of topics ('topics=[a, b]') consumed by the connector"] }],
    [{ 'topics.regex': 'a.*', 'errors.deadletterqueue.topic.name': 'abc' }, { 'topics.regex': ["The DLQ topic 'abc' may not be matched by the regex for the topics ('topics.regex=a.*') consumed by the connector"] }],
    [{ topics: 'a', 'errors.put.bisect': 'true' }, { 'errors.put.bisect': [
      'Invalid value true for configuration errors.put.bisect: it needs errors.tolerance=all, since the record it finds is left out',
      'Invalid value true for configuration errors.put.bisect: it needs errors.deadletterqueue.topic.name, the topic for the record it finds',
    ] }],
    [{ topics: 'a', 'errors.put.bisect': 'true', 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'd' }, {}],
    [{ topics: 'a', 'errors.put.bisect': 'maybe' }, { 'errors.put.bisect': ['Invalid value maybe for configuration errors.put.bisect: Expected value to be either true or false'] }],
  ])('sink %j', (props, errors) => {
    expect(errorsOf(props, 'sink')).toEqual(errors)
  })
  test.each<[GivenConfig, Record<string, readonly string[]>]>([
    [{ 'errors.deadletterqueue.topic.name': ' letters ' }, {}],
    [{ 'errors.deadletterqueue.topic.name': 'a b' }, { 'errors.deadletterqueue.topic.name': ['Invalid value a b for configuration errors.deadletterqueue.topic.name: it has to be a topic name: up to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-"'] }],
    [{ 'errors.deadletterqueue.topic.replication.factor': '-1' }, {}],
    [{ 'errors.deadletterqueue.topic.replication.factor': '0' }, { 'errors.deadletterqueue.topic.replication.factor': ["Invalid value 0 for configuration errors.deadletterqueue.topic.replication.factor: it has to be 1 or more, or -1 for the broker's default"] }],
    [{ 'errors.deadletterqueue.context.headers.enable': 'x' }, { 'errors.deadletterqueue.context.headers.enable': ['Invalid value x for configuration errors.deadletterqueue.context.headers.enable: Expected value to be either true or false'] }],
  ])('source with dead letters %j', (props, errors) => {
    expect(errorsOf(props)).toEqual(errors)
  })
  test('a regular expression that cannot be compiled', () => {
    expect(errorsOf({ 'topics.regex': '(' }, 'sink')['topics.regex']?.[0]).toMatch(/^Invalid value \( for configuration topics\.regex: Invalid regex: /)
  })
  test('client overrides of the wrong type are errors, of those clients that the connector has', () => {
    const props = { 'producer.override.linger.ms': 'soon', 'consumer.override.fetch.min.bytes': 'many', 'admin.override.retries': 'x' }
    const wrong = (type: 'source' | 'sink', more: GivenConfig = {}): readonly string[] => Object.keys(errorsOf({ ...props, ...(type === 'sink' ? { topics: 't' } : {}), ...more }, type))
    expect(errorsOf(props)).toEqual({ 'producer.override.linger.ms': ['Invalid value soon for configuration linger.ms: Not a number of type LONG'] })
    expect(wrong('source', { 'topic.creation.default.partitions': '1' })).toEqual(['producer.override.linger.ms', 'admin.override.retries'])
    expect(wrong('sink')).toEqual(['consumer.override.fetch.min.bytes'])
    expect(wrong('sink', { 'errors.deadletterqueue.topic.name': 'dlq' })).toEqual(['producer.override.linger.ms', 'consumer.override.fetch.min.bytes', 'admin.override.retries'])
  })
  test('client overrides that the policy forbids are counted by key', () => {
    const worker = workerWith({ 'connector.client.config.override.policy': 'Allowlist', 'connector.client.config.override.allowlist': 'linger.ms' })
    const infos = validate({ 'producer.override.linger.ms': '5', 'producer.override.acks': '1', 'consumer.override.group.id': 'x' }, 'source', worker)
    expect(infos.error_count).toBe(1)
    expect(infos.configs.slice(-2).map(({ value }) => [value.name, value.errors])).toEqual([
      ['producer.override.linger.ms', []], ['producer.override.acks', ["The 'Allowlist' policy does not allow 'acks' to be overridden in the connector configuration."]],
    ])
  })
  test('a sink’s group may not be the worker’s', () => {
    expect(errorsOf({ name: 'g', topics: 't' }, 'sink', distributedWith())).toEqual({ name: ['Consumer group for sink connector named g conflicts with Connect worker group connect-g'] })
    expect(errorsOf({ topics: 't', 'consumer.override.group.id': 'connect-g' }, 'sink', distributedWith())).toEqual({ 'consumer.override.group.id': ['Consumer group connect-g conflicts with Connect worker group connect-g'] })
  })
  test.each([
    'sasl.jaas.config', 'sasl.oauthbearer.client.credentials.client.secret', 'sasl.oauthbearer.assertion.private.key.passphrase', 'ssl.keystore.password', 'ssl.key.password', 'ssl.keystore.key',
    'ssl.keystore.certificate.chain', 'ssl.truststore.certificates', 'ssl.truststore.password',
  ])('%s, a password to Kafka, is not shown in an override', (key) => {
    const value = validate({ [`producer.override.${key}`]: 'hush' }).configs.at(-1)?.value
    expect([value?.name, value?.value]).toEqual([`producer.override.${key}`, '[hidden]'])
  })
  test.each(['ssl.keystore.location', 'sasl.mechanism', 'sasl.oauthbearer.token.endpoint.url'])('%s, which is none, is shown', (key) => {
    expect(validate({ [`producer.override.${key}`]: 'plain' }).configs.at(-1)?.value.value).toBe('plain')
  })
  test('a version that cannot be loaded is said on class and version, and nothing else is validated', () => {
    const infos = unloadableVersionInfos({ name: 'c', 'connector.class': 'X', 'connector.plugin.version': '3.0' }, workerWith(), lookups, ['1.0'], 'no 3.0')
    expect(infos.configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors, value.recommended_values])).toEqual([
      ['connector.class', ['no 3.0'], []], ['connector.plugin.version', ['no 3.0'], ['1.0']],
    ])
    expect([infos.error_count, infos.groups]).toEqual([2, ['Common', 'Transforms', 'Predicates', 'Error Handling']])
  })
})

test('the configuration of a plugin: its own keys first, for connectors the framework’s after them', () => {
  expect(pluginConfigInfos(own.toJson(), 'sink', workerWith(), lookups).map(({ name }) => name).slice(0, 4)).toEqual(['file', 'batch.size', 'name', 'connector.class'])
  expect(pluginConfigInfos(own.toJson(), null, workerWith(), lookups).map(({ name }) => name)).toEqual(['file', 'batch.size'])
})
