/** Connectors that return what they should not: each beside a healthy one. */
import { type HostileCase, hostileSuite } from './suite.ts'

/** A partition may only just have been made: the worker looks for it as long as the producer may block, ten seconds at most. */
const partitionWaitMs = 500
const json = { topic: 'returns', 'value.converter': 'org.apache.kafka.connect.json.JsonConverter', 'value.converter.schemas.enable': 'false' }
/** Returned once; afterwards it has nothing. */
const returned = (name: string, what: string, more: Partial<HostileCase> = {}): HostileCase => ({
  name, task: `start(props) { this.topic = props.topic } poll() { if (this.sent) return sleep(20).then(() => null); this.sent = true; return ${what} } commitRecord(record, metadata) { console.log('written as data') }`,
  props: json, ends: 'error', ...more,
})
const field = (name: string, fields: string, more: Partial<HostileCase> = {}): HostileCase => returned(name, `[record({ topic: this.topic, ${fields} })]`, more)
const written: Partial<HostileCase> = { ends: 'goes on', says: /written as data/ }

hostileSuite('returns', [
  returned('text', "'records'"),
  returned('a `Map`', 'new Map([[1, record()]])'),
  returned('an async generator instead of a promise', '(async function* () { yield record() })()'),
  returned('an object whose `then` throws', '{ get then() { throw new Error("then") } }'),
  returned('an object whose `then` never calls back', '{ then() {} }', { ends: 'timeout' }),
  returned('an object whose `then` resolves with itself', '(() => { const t = { then(resolve) { resolve(t) } }; return t })()', { ends: 'timeout' }),
  returned('records that are none: null', '[null]'),
  returned('records that are none: a hole', '[, record()]'),
  returned('an array that says it is a billion long', 'new Proxy([], { get: (t, k) => (k === "length" ? 1e9 : record()) })', { ends: ['oom', 'timeout'], props: { ...json, 'isolate.poll.timeout.ms': '1000' } }),
  returned('a proxy whose traps throw', 'new Proxy([record()], { get() { throw new Error("trap") } })'),
  returned('a record whose fields are other ones at every look', '[(() => { let n = 0; return { get topic() { return n++ % 2 ? 7 : "returns" }, value: "x", sourcePartition: {}, sourceOffset: {} } })()]', written),
  field('a record without a source partition', 'sourcePartition: undefined'),
  field('no topic', 'topic: undefined'),
  field('a topic that is an object with `toString`', "topic: { toString: () => 'returns' }"),
  field('a topic that no topic can be called: `../../etc`', "topic: '../../etc'"),
  field('a topic of 300 characters', "topic: 't'.repeat(300)"),
  field('a partition that is no integer', 'partition: 0.5'),
  field('a partition that the topic does not have', 'partition: 99', { text: /99/, limitMs: partitionWaitMs, props: { ...json, 'producer.override.max.block.ms': String(partitionWaitMs) } }),
  field('a partition below 0', 'partition: -2'),
  field('a partition that is NaN', 'partition: NaN'),
  field('a partition past 32 bits', 'partition: 2 ** 32'),
  field('a timestamp that is NaN', 'timestamp: NaN'),
  field('a timestamp before time', 'timestamp: -5'),
  field('a timestamp that is an invalid Date', "timestamp: new Date('never')"),
  field('a source offset of NaN', 'sourceOffset: { n: NaN }'),
  field('a source offset with an object in it', 'sourceOffset: { n: { deep: 1 } }'),
  field('source partitions and offsets with fields named `__proto__`, `constructor`, `toString`', "sourcePartition: JSON.parse('{\"__proto__\":\"p\",\"constructor\":\"c\"}'), sourceOffset: JSON.parse('{\"__proto__\":1,\"toString\":2}')", written),
  field('a value with fields named `__proto__`, `constructor`, `hasOwnProperty`', "value: JSON.parse('{\"__proto__\":{\"polluted\":true},\"constructor\":{\"prototype\":{\"polluted\":true}},\"hasOwnProperty\":1}')", written),
  field('a value that contains itself', 'value: (() => { const a = { n: 1 }; a.self = a; return a })()'),
  field('a value nested 100,000 deep', "value: (() => { let v = 1; for (let i = 0; i < 1e5; i++) v = [v]; return v })()"),
  field('a value whose getters throw', "value: { get x() { throw new Error('getter') } }"),
  field('a value that is a function', 'value: () => 1'),
  field('a value that is a symbol', 'value: Symbol()'),
  field('a value of NaN and Infinity', 'value: [NaN, Infinity, -0]', written),
  field('a schema that is none', "valueSchema: { type: 'INT32' }"),
  field('headers without keys', 'headers: [{ value: 1 }]'),
  { name: "a Connector's `taskConfigs`: no array", connector: 'taskConfigs() { return { length: 1 } }', ends: 'error' },
  { name: "a Connector's `taskConfigs`: more than it may", connector: 'taskConfigs() { return Array.from({ length: 1000 }, () => ({})) }', ends: 'error' },
  { name: "a Connector's `taskClass`: no class", connector: 'taskClass() { return 7 }', ends: 'error' },
  { name: "a Connector's `config`: no ConfigDef", connector: 'config() { return { toJson: () => [{ name: 7, type: {} }] } }', ends: 'quarantined' },
  { name: "a Connector's `validate`: values of wrong types", connector: 'validate() { return [{ name: {}, errors: 7 }] }', ends: 'refused' },
  { name: "a sink's `preCommit`: offsets that are none", type: 'sink', task: "preCommit() { return [{ topic: 7, partition: 'x', offset: NaN }] }", ends: 'goes on', says: /preCommit\(\) must return an array of \{ topic, partition, offset \}, or null/ },
  { name: "a sink's `preCommit`: offsets of other partitions, and ahead of what it was given", type: 'sink', task: "preCommit(offsets) { return [{ topic: 'other', partition: 0, offset: 1 }, { ...offsets[0], offset: 1e12 }] }", ends: 'goes on', says: /Ignoring invalid task provided offset/ },
])
