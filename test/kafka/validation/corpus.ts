/** Configurations of connectors, good and bad, by what they are about. Both workers validate each of them. */
import fc from 'fast-check'

export type Config = Readonly<Record<string, string | null>>

const smt = 'org.apache.kafka.connect.transforms.'
const kafkaJson = 'org.apache.kafka.connect.json.JsonConverter'
export const source = (more: Config = {}): Config => ({ name: 'c', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector', topic: 't', ...more })
export const sink = (more: Config = {}): Config => ({ name: 'c', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector', topics: 't', ...more })
const without = (config: Config, ...names: readonly string[]): Config => Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)))
/** The configuration with each of these texts for the key. */
const each = (key: string, texts: readonly (string | null)[], of: (more: Config) => Config = source): readonly Config[] => texts.map((text) => of({ [key]: text }))
const transform = (type: string | null, more: Readonly<Record<string, string | null>> = {}, others: Config = {}): Config =>
  source({ transforms: 'a', ...(type === null ? {} : { 'transforms.a.type': type }), ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`transforms.a.${key}`, value])), ...others })

const names = [without(source(), 'name'), without(sink(), 'name'), ...each('name', ['', ' ', ' padded ', 'a\u0007b', 'a\u007fb', 'a/b', 'ünï', 'x'.repeat(300), 'a\nb', null]), source({ 'connector.class': 'FileStreamSource' }), source({ 'connector.class': 'FileStreamSourceConnector' }), sink({ 'connector.class': 'FileStreamSink' }), source({ 'connector.class': ' org.apache.kafka.connect.file.FileStreamSourceConnector' })]
const versions = ['connector.plugin.version', 'key.converter.plugin.version', 'value.converter.plugin.version', 'header.converter.plugin.version'].flatMap((key) => each(key, ['latest', '4.3.1', '[4.3.1]', '[4.0,5)', '', ' ', '9.9', '[9,10)', '[1.0', 'banana', '(,1.0]', '[1,2],[4,5)', null]))
const tasks = [...each('tasks.max', ['1', ' 7 ', '0', '-1', '2147483648', '1.5', 'x', '', '+3', null]), ...each('tasks.max.enforce', ['true', 'FALSE', 'no', '', null])]
const own = [without(source(), 'topic'), source({ topic: '' }), source({ topic: 'a,b' }), source({ 'batch.size': '0' }), source({ 'batch.size': 'many' }), source({ 'batch.size': '5', file: '/tmp/x' }), source({ file: '' }), sink({ file: '/tmp/x' }), sink({ file: null }), source({ topic: null }), source({ unknown: 'x', 'tasks.maxx': '3' })]

const topics = [
  without(sink(), 'topics'), ...each('topics', ['', ' ', 'a,b', ' a , b ', 'a,a', 'a,,b', ',', 'a,', 'a b', null], sink), ...each('topics.regex', ['', 'a.*', '[', '(?<n>x)', 'a{2,1}', null], sink), ...each('topics.regex', ['', ' ', 'a.*', '[', '*', 'a|b', null], (more) => without(sink(more), 'topics')),
  sink({ topics: '', 'topics.regex': 'a' }), sink({ topics: ' ', 'topics.regex': ' ' }), source({ topics: 'a,a' }), source({ 'topics.regex': '[' }),
]
const deadLetters = [
  ...each('errors.deadletterqueue.topic.name', ['', ' ', 'dlq', 't', 'bad name', null], sink), sink({ topics: 'a,b,dlq', 'errors.deadletterqueue.topic.name': 'dlq' }), without(sink({ 'topics.regex': 'd.*', 'errors.deadletterqueue.topic.name': 'dlq' }), 'topics'), without(sink({ 'topics.regex': '[', 'errors.deadletterqueue.topic.name': 'dlq' }), 'topics'), sink({ 'topics.regex': 'd.*', 'errors.deadletterqueue.topic.name': 'dlq' }), without(sink({ 'errors.deadletterqueue.topic.name': 'dlq' }), 'topics'),
  ...each('errors.deadletterqueue.topic.replication.factor', ['1', '-1', '0', '40000', 'x', null], sink), ...each('errors.deadletterqueue.context.headers.enable', ['true', 'x', ''], sink),
]
const errors = [
  ...each('errors.tolerance', ['none', 'all', 'ALL', '', 'some', null]), ...each('errors.retry.timeout', ['0', '-1', '-2', 'x', '9223372036854775808', null]), ...each('errors.retry.delay.max.ms', ['0', '-5', '1.5', '']), ...each('errors.log.enable', ['TRUE', 'yes', '']), ...each('errors.log.include.messages', ['true', 'maybe']),
  ...each('config.action.reload', ['none', 'restart', 'RESTART', '', 'later', null]),
]
const converterTexts = ['org.apache.kafka.connect.storage.StringConverter', 'StringConverter', 'String', kafkaJson, 'JsonConverter', 'Json', 'org.apache.kafka.connect.storage.SimpleHeaderConverter', 'com.example.None', '', ' ', 'java.lang.String', 'org.apache.kafka.connect.storage.Converter', null]
const jsonSettings: readonly Config[] = [{}, { 'schemas.enable': 'maybe' }, { 'schemas.cache.size': '-1', 'decimal.format': 'numeric' }, { 'decimal.format': 'text', 'replace.null.with.default': 'x' }, { 'converter.type': 'x' }, { 'schema.content': '{' }, { unknown: 'y' }, { 'converter.type': 'key' }]
const converters = [
  ...['key.converter', 'value.converter', 'header.converter'].flatMap((key) => each(key, converterTexts)),
  ...['key', 'value', 'header'].flatMap((side) => jsonSettings.map((more) => source({ [`${side}.converter`]: kafkaJson, ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`${side}.converter.${key}`, value])) }))),
  source({ 'key.converter': kafkaJson, 'key.converter.plugin.version': '9.9', 'key.converter.schemas.enable': 'x' }), source({ 'key.converter.schemas.enable': 'x' }), source({ 'key.converter': 'org.apache.kafka.connect.converters.LongConverter', 'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter', 'header.converter': 'org.apache.kafka.connect.converters.BooleanConverter' }), sink({ 'value.converter': 'org.apache.kafka.connect.storage.StringConverter', 'value.converter.converter.encoding': 'none' }),
]
const transforms = [
  ...each('transforms', ['', ' ', 'a,a', 'a,', ',', 'a,b', null]), transform(null), ...[`${smt}RegexRouter`, 'RegexRouter', 'com.example.None', '', ' ', `${smt}Cast`, `${smt}InsertField`, 'java.lang.String', `${smt}predicates.RecordIsTombstone`, 'Cast$Value', 'Value', `${smt}Transformation`, kafkaJson, null].map((type) => transform(type)),
  transform(`${smt}RegexRouter`, { regex: '[', replacement: 'x' }), transform(`${smt}RegexRouter`, { regex: 'a', replacement: 'x' }), transform(`${smt}Cast$Value`, { spec: 'foo' }), transform(`${smt}Cast$Key`, { spec: 'int8' }), transform(`${smt}MaskField$Value`, { fields: 'a,a' }), transform(`${smt}MaskField$Value`), transform(`${smt}ReplaceField$Value`, { include: 'a,,b' }), transform(`${smt}HeaderFrom$Value`, { fields: 'a', headers: '', operation: 'drop' }), transform(`${smt}ExtractField$Value`, { field: 'a', 'field.syntax.version': 'V3' }),
  transform(`${smt}TimestampConverter$Value`, { 'target.type': 'date', 'unix.precision': 'x' }), transform(`${smt}InsertHeader`, { header: 'h' }), transform(`${smt}SetSchemaMetadata$Value`, { 'schema.version': 'x' }), transform(`${smt}Filter`), transform(`${smt}Filter`, { predicate: 'none' }), transform(`${smt}Filter`, { negate: 'true' }), transform(`${smt}Filter`, { negate: 'x' }), transform(`${smt}Filter`, { negate: 'true', predicate: 'p' }), transform(`${smt}Filter`, { predicate: '' }), transform(`${smt}Filter`, { negate: null }), transform(`${smt}Filter`, { unknown: 'x' }),
  ...['latest', '4.3.1', '9.9', '[1.0', '', null].map((version) => transform(`${smt}RegexRouter`, { regex: 'a', replacement: 'b', 'plugin.version': version })), source({ transforms: 'a,b', 'transforms.a.type': `${smt}Filter`, 'transforms.b.type': `${smt}TimestampRouter`, 'transforms.b.timestamp.format': '' }), source({ 'transforms.x.type': 'nothing' }), source({ transforms: ' a , b ', 'transforms.a.type': `${smt}Filter`, 'transforms.b.type': `${smt}Flatten$Value` }),
  sink({ transforms: 'a', 'transforms.a.type': `${smt}DropHeaders`, 'transforms.a.headers': '' }),
]
const predicate = `${smt}predicates.`
const predicates = [
  ...each('predicates', ['', 'p,p', 'p,', 'p', null]), ...[`${predicate}RecordIsTombstone`, 'TopicNameMatches', `${predicate}HasHeaderKey`, 'com.example.None', `${smt}Filter`, '', null].map((type) => source({ predicates: 'p', 'predicates.p.type': type })), source({ predicates: 'p', 'predicates.p.type': `${predicate}TopicNameMatches`, 'predicates.p.pattern': '[' }), source({ predicates: 'p', 'predicates.p.type': `${predicate}HasHeaderKey`, 'predicates.p.name': '' }), source({ predicates: 'p', 'predicates.p.type': `${predicate}HasHeaderKey`, 'predicates.p.name': 'h', 'predicates.p.plugin.version': '9.9' }),
  transform(`${smt}Filter`, { predicate: 'p' }, { predicates: 'p', 'predicates.p.type': `${predicate}RecordIsTombstone` }), transform(`${smt}Filter`, { predicate: 'q', negate: 'TRUE' }, { predicates: 'p', 'predicates.p.type': `${predicate}RecordIsTombstone` }),
]
const creation = [
  ...each('topic.creation.groups', ['', 'a', 'a,a', 'default', 'a,', null]), source({ 'topic.creation.default.partitions': '1' }), source({ 'topic.creation.default.partitions': 'x', 'topic.creation.default.replication.factor': '0' }), source({ 'topic.creation.groups': 'g', 'topic.creation.g.include': '[', 'topic.creation.default.partitions': '1', 'topic.creation.default.replication.factor': '-1' }), sink({ 'topic.creation.groups': 'a,a' }),
  ...each('exactly.once.support', ['requested', 'REQUIRED', 'x', '', null]), ...each('transaction.boundary', ['poll', 'Interval', 'connector', 'x', null]), ...each('transaction.boundary.interval.ms', ['0', '-1', 'x', '', null]), ...each('offsets.storage.topic', ['o', '', ' ', null]),
]
const several = [
  source({ 'tasks.max': 'x', 'errors.tolerance': 'y', transforms: 'a,a', 'key.converter': 'none', 'batch.size': '-' }), sink({ topics: 'a,a', 'topics.regex': '[', 'errors.deadletterqueue.topic.name': 'a' }), { 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector' }, { 'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector' }, source({ 'tasks.max': null, 'errors.tolerance': null, nothing: null }), source({ '': 'x' }), source({ '__proto__': 'x', constructor: 'y' }),
]

export const corpus: readonly Config[] = [source(), sink(), ...names, ...versions, ...tasks, ...own, ...topics, ...deadLetters, ...errors, ...converters, ...transforms, ...predicates, ...creation, ...several]

/** What connectors set of their clients, under any policy. */
export const overrides: readonly Config[] = [
  source({ 'producer.override.linger.ms': '5' }), source({ 'producer.override.sasl.jaas.config': 'secret', 'producer.override.security.protocol': 'SASL_SSL' }), source({ 'producer.override.unknown': 'x' }), source({ 'consumer.override.max.poll.records': '5' }), source({ 'admin.override.retries': '5' }), source({ 'admin.override.retries': '5', 'topic.creation.default.partitions': '1' }),
  sink({ 'consumer.override.max.poll.records': '5', 'consumer.override.group.id': 'g' }), sink({ 'producer.override.linger.ms': '5' }), sink({ 'producer.override.batch.size': '5', 'errors.deadletterqueue.topic.name': 'd', 'admin.override.client.id': 'x', 'consumer.override.auto.offset.reset': 'latest' }), sink({ 'consumer.override.ssl.keystore.password': 'secret', 'consumer.override.': 'x' }), source({ 'producer.override.interceptor.classes': 'a,b', 'producer.override.acks': 'all', 'producer.override.compression.type': 'zstd' }), source({ 'producer.override.linger.ms': null }), source({ 'producer.override.linger.ms': 'soon' }), sink({ 'consumer.override.enable.auto.commit': 'maybe', 'consumer.override.fetch.min.bytes': ' 7 ' }),
]

type Creation = { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body: unknown; readonly status: number; readonly says: RegExp }
const invalid = (count: number, ...messages: readonly string[]): RegExp => new RegExp(`Connector configuration is invalid and contains the following ${count} error\\(s\\):\n${messages.map((message) => RegExp.escape(message)).join('\n')}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/\\{connectorType\\}/config/validate\``)
/** Connectors that cannot be created under the policy: the status, and what both workers say. */
export const creations = (policy: string): readonly Creation[] => {
  const forbidden = `The '${policy}' policy does not allow 'batch.size' to be overridden in the connector configuration.`
  const common: readonly Creation[] = [
    { method: 'POST', path: 'connectors', body: { name: 'bad', config: source({ name: 'bad', 'tasks.max': '0' }) }, status: 400, says: invalid(1, 'Invalid value 0 for configuration tasks.max: Value must be at least 1') },
    { method: 'PUT', path: 'connectors/bad/config', body: source({ name: 'bad', 'errors.tolerance': 'some' }), status: 400, says: invalid(1, 'Invalid value some for configuration errors.tolerance: String must be one of: none, all') },
    { method: 'PUT', path: 'connectors/bad/config', body: sink({ name: 'bad', topics: 'a,a' }), status: 400, says: invalid(1, "Configuration 'topics' values must not be duplicated.") },
    { method: 'PUT', path: 'connectors/bad/config', body: { ...transform(`${smt}Cast`), name: 'bad' }, status: 400, says: /This class is abstract and cannot be created\. Did you mean org\.apache\.kafka\.connect\.transforms\.Cast\$Key, org\.apache\.kafka\.connect\.transforms\.Cast\$Value\?/ },
    { method: 'POST', path: 'connectors', body: { name: 'bad', config: source({ name: 'other' }) }, status: 400, says: /Connector name configuration in config \(other\) doesn't match connector name in the request \(bad\)|Connector name configuration \(other\) doesn't match connector name in the URL \(bad\)/ },
    { method: 'PUT', path: 'connectors/bad/config', body: source({ name: 'bad', 'connector.plugin.version': '8.0' }), status: 400, says: /not found that matches the version range \[8\.0,8\.0\], available versions: \[4\.3\.1\]/ },
  ]
  return policy === 'All' ? common : [{ method: 'PUT', path: 'connectors/bad/config', body: source({ name: 'bad', 'producer.override.batch.size': '5' }), status: 400, says: invalid(1, forbidden) }]
}

/** Two or three of these configurations laid over each other: what is wrong at once must be told at once, and in order. The same seed gives the same. */
export const mixtures = (configs: readonly Config[], seed: number, count: number): readonly Config[] => {
  // a version that is not there ends a Java worker's validation, and its answer differs the second time
  const mixable = configs.filter((config) => !('connector.plugin.version' in config) && config['connector.class']?.startsWith('org.apache.kafka.connect.file.FileStream') === true)
  const kinds = ['Source', 'Sink'].map((kind) => mixable.filter((config) => config['connector.class']?.includes(kind) === true))
  return fc.sample(fc.constantFrom(...kinds).chain((of) => fc.array(fc.constantFrom(...of), { minLength: 2, maxLength: 3 })).map((parts) => Object.assign({}, ...parts) as Config), { seed, numRuns: count })
}
