import { describe, expect, test } from 'vitest'
import {
  clientOverrides, connectorAdminProperties, deadLetterProducerProperties, overrideProblem, policyNotice, policyOf, sinkConsumerGroup, sinkConsumerProperties,
  sourceOffsetsConsumerProperties, sourceProducerProperties, taskAdminProperties, transactionalProducerProperties,
} from '../../src/config/client-properties.ts'
import { parseConnectorConfig } from '../../src/config/connector-config.ts'
import { fullMatch } from '../../src/config/java-regex.ts'
import { topicCreationGroups } from '../../src/config/topic-creation.ts'
import { distributedWith, lookups, workerWith } from './support.ts'

const source = { name: 'c', 'connector.class': 'X' }
const parse = (props: Record<string, string>, type: 'source' | 'sink' = 'source', worker = workerWith()) => parseConnectorConfig({ ...source, ...props }, type, worker, lookups)

describe('a connector’s configuration', () => {
  test('has Kafka’s defaults, and the worker’s converters with the worker’s settings', () => {
    expect(parse({})).toMatchObject({
      name: 'c', type: 'source', tasksMax: 1, tasksMaxEnforce: true, configReload: 'restart', transformations: [], sink: null,
      keyConverter: { className: 'org.apache.kafka.connect.storage.StringConverter' },
      valueConverter: { className: 'org.apache.kafka.connect.json.JsonConverter', config: { 'schemas.enable': 'false' } },
      errors: { retryTimeoutMs: 0, retryDelayMaxMs: 60_000, tolerance: 'none', logEnable: false, deadLetterQueue: null },
      source: { topicCreation: null, exactlyOnceSupport: 'requested', transactionBoundary: 'poll', transactionBoundaryIntervalMs: 60_000, offsetsTopic: null },
    })
  })
  test('a converter of its own takes only its own settings; settings without a class are ignored', () => {
    expect(parse({ 'value.converter': 'JsonConverter' }).valueConverter).toEqual({ className: 'org.apache.kafka.connect.json.JsonConverter', version: null, config: {} })
    expect(parse({ 'value.converter.schemas.enable': 'true' }).valueConverter.config).toEqual({ 'schemas.enable': 'false' })
  })
  test('has the SMT chain with its predicates', () => {
    const props = { transforms: 'a, b', 'transforms.a.type': 'Insert', 'transforms.a.field': 'f', 'transforms.b.type': 'Insert', 'transforms.b.field': 'g', 'transforms.b.predicate': 'p', 'transforms.b.negate': 'true', predicates: 'p', 'predicates.p.type': 'Matches', 'predicates.p.pattern': 'x' }
    expect(parse(props).transformations).toEqual([
      { alias: 'a', className: 'com.example.Insert', version: null, config: { field: 'f' }, negate: false, predicate: null },
      { alias: 'b', className: 'com.example.Insert', version: null, config: { field: 'g' }, negate: true, predicate: { alias: 'p', className: 'com.example.Matches', version: null, config: { pattern: 'x' } } },
    ])
  })
  test('of a sink: topics, dead letter queue', () => {
    expect(parse({ topics: 'a,b', 'errors.deadletterqueue.topic.name': 'dlq', 'errors.tolerance': 'all' }, 'sink')).toMatchObject({
      sink: { topics: ['a', 'b'], topicsRegex: null }, source: null, errors: { tolerance: 'all', deadLetterQueue: { topic: 'dlq', replicationFactor: 3, contextHeaders: false } },
    })
  })
  test('of a source may have a dead letter queue, which Kafka has for sinks only', () => {
    expect(parse({ 'errors.deadletterqueue.topic.name': ' dlq ', 'errors.deadletterqueue.context.headers.enable': 'true' }).errors).toMatchObject({
      deadLetterQueue: { topic: 'dlq', replicationFactor: 3, contextHeaders: true }, putBisection: null,
    })
  })
  test('looking for the record that fails needs a tolerance and a dead letter queue', () => {
    const sink = (more: Record<string, string>) => parse({ topics: 'a', 'errors.put.bisect': 'true', ...more }, 'sink').errors.putBisection
    expect(() => sink({ 'errors.deadletterqueue.topic.name': 'd' })).toThrow('errors.put.bisect: it needs errors.tolerance=all')
    expect(() => sink({ 'errors.tolerance': 'all' })).toThrow('errors.put.bisect: it needs errors.deadletterqueue.topic.name')
    expect(sink({ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'd' })).toEqual({ maxConsecutive: 100 })
  })
  test('plain parsing stops at the first error, a transformation that cannot be had among them', () => {
    expect(() => parse({ 'tasks.max': '0' })).toThrow('Invalid value 0 for configuration tasks.max: Value must be at least 1')
    expect(() => parse({ transforms: 't', 'transforms.t.type': 'Nope' })).toThrow('Invalid value Nope for configuration transforms.t.type: Class Nope could not be found.')
  })
})

test('what Kafka takes in any case is taken in any case', () => {
  expect(parse({ 'exactly.once.support': 'REQUIRED', 'transaction.boundary': 'Interval' }).source).toMatchObject({ exactlyOnceSupport: 'required', transactionBoundary: 'interval' })
})

describe('topic creation groups', () => {
  test('are tried in order, the default last; other keys are topic settings', () => {
    const groups = topicCreationGroups({
      'topic.creation.groups': 'log,default', 'topic.creation.default.partitions': '1', 'topic.creation.default.replication.factor': '-1',
      'topic.creation.log.include': 'log\\..*, audit', 'topic.creation.log.exclude': 'log\\.tmp', 'topic.creation.log.partitions': '6', 'topic.creation.log.cleanup.policy': 'compact',
    }) ?? []
    const groupOf = (topic: string): string | undefined => groups.find((group) => group.matches(topic))?.name
    expect(['log.a', 'audit', 'log.tmp', 'x'].map(groupOf)).toEqual(['log', 'log', 'default', 'default'])
    expect(groups[0]).toMatchObject({ name: 'log', partitions: 6, replicationFactor: -1, settings: { 'cleanup.policy': 'compact' } })
  })
  test('of several that take a topic the first in the list counts; `default` comes last wherever it stands, and the others have its numbers', () => {
    const numbers = { 'topic.creation.default.partitions': '4', 'topic.creation.default.replication.factor': '2' }
    const groups = topicCreationGroups({ ...numbers, 'topic.creation.groups': 'default, b, a', 'topic.creation.a.include': '.*a.*', 'topic.creation.b.include': '.*b.*' }) ?? []
    expect(groups.map(({ name }) => name)).toEqual(['b', 'a', 'default'])
    expect(['ab', 'a', 'c'].map((topic) => groups.find((group) => group.matches(topic))?.name)).toEqual(['b', 'a', 'default'])
    expect(groups.map(({ partitions, replicationFactor }) => [partitions, replicationFactor])).toEqual([[4, 2], [4, 2], [4, 2]])
  })
  test('need the default group’s numbers once there is any key', () => {
    expect(topicCreationGroups({ a: 'b' })).toBeNull()
    expect(() => topicCreationGroups({ 'topic.creation.x': '1' })).toThrow('Missing required configuration "topic.creation.default.replication.factor" which has no default value.')
    expect(() => topicCreationGroups({ 'topic.creation.default.partitions': '0', 'topic.creation.default.replication.factor': '1' })).toThrow("Number of partitions must be positive, or -1 to use the broker's default")
  })
})

describe('client properties', () => {
  const worker = workerWith({ 'producer.linger.ms': '7', 'producer.acks': '1', 'consumer.max.poll.records': '10', 'admin.retries': '3', 'security.protocol': 'SSL' })
  test('a source’s producer: ours, then the worker’s, then the connector’s', () => {
    expect(sourceProducerProperties(worker, { 'producer.override.linger.ms': '9' }, 'c', 2)).toEqual({
      'bootstrap.servers': 'kafka:9092', 'client.id': 'connector-producer-c-2', 'max.block.ms': '9223372036854775807', 'delivery.timeout.ms': '2147483647',
      'enable.idempotence': 'true', 'max.in.flight.requests.per.connection': '5', acks: '1', 'linger.ms': '9',
    })
    expect(deadLetterProducerProperties(worker, {}, 'c', 0)['client.id']).toBe('connector-dlq-producer-c-0')
  })
  test('without idempotence one request is in flight, so that order is kept', () => {
    expect(sourceProducerProperties(workerWith({ 'producer.enable.idempotence': 'false' }), {}, 'c', 0)['max.in.flight.requests.per.connection']).toBe('1')
  })
  test('exactly-once: idempotence and transactional id are ours, and an override is told', () => {
    const told: string[] = []
    const properties = transactionalProducerProperties(distributedWith(), { 'producer.override.transactional.id': 'mine' }, 'c', 1, (key) => told.push(key))
    expect([properties['transactional.id'], properties['enable.idempotence'], told]).toEqual(['connect-g-c-1', 'true', ['transactional.id']])
    expect(sourceOffsetsConsumerProperties(worker, { 'consumer.override.isolation.level': 'read_uncommitted' }, 'c', 0, true)['isolation.level']).toBe('read_committed')
    expect(sourceOffsetsConsumerProperties(worker, { 'consumer.override.isolation.level': 'read_uncommitted' }, 'c', 0, false)['isolation.level']).toBe('read_uncommitted')
  })
  test('a sink’s consumer and its group', () => {
    expect(sinkConsumerProperties(worker, {}, 'c', 0)).toEqual({
      'bootstrap.servers': 'kafka:9092', 'group.id': 'connect-c', 'client.id': 'connector-consumer-c-0', 'enable.auto.commit': 'false', 'auto.offset.reset': 'earliest', 'max.poll.records': '10',
    })
    expect(sinkConsumerGroup(worker, { 'consumer.override.group.id': 'mine' }, 'c')).toBe('mine')
  })
  test('an admin client has the worker’s unprefixed keys, then admin.*, then the connector’s', () => {
    const properties = taskAdminProperties(worker, { 'admin.override.retries': '4' }, 'c', 0)
    expect(properties).toMatchObject({ 'client.id': 'connector-adminclient-c-0', 'security.protocol': 'SSL', retries: '4' })
    expect(Object.keys(properties).filter((key) => /^(producer|consumer|admin)\./.test(key))).toEqual([])
    expect(connectorAdminProperties(distributedWith({ 'client.id': 'w' }), {}, 'c')['client.id']).toBe('w')
  })
})

describe('override policies', () => {
  const policy = (name: string, ...allowlist: string[]) => ({ name, allowlist })
  test.each([
    ['All', 'acks', true], ['None', 'acks', false], ['Allowlist', 'linger.ms', true], ['Allowlist', 'linger', false], ['Allowlist', 'linger.ms.x', false], ['Principal', 'sasl.jaas.config', true], ['Principal', 'acks', false],
    ['org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy', 'acks', false],
  ])('%s and %s', (name, key, allowed) => {
    expect(overrideProblem(policy(name, 'linger.ms'), key) === null).toBe(allowed)
  })
  test('say what they forbid, and what they are', () => {
    expect(() => clientOverrides(workerWith({ 'connector.client.config.override.policy': 'None' }), { 'producer.override.acks': '1' }, 'producer'))
      .toThrow("Client Config Overrides not allowed [The 'None' policy does not allow 'acks' to be overridden in the connector configuration.]")
    expect(() => policyOf(policy('Mine'))).toThrow('which name matches Mine')
    expect(policyNotice(policy('Allowlist', 'linger.ms', 'batch.size'))?.text).toContain('[linger.ms, batch.size]')
    expect(policyNotice(policy('All'))).toBeNull()
  })
})

test.each([
  ['a.c', 'abc', true], ['a.c', 'xabcx', false], ['(?i)ABC', 'abc', true], ['\\Qa.c\\E', 'abc', false], ['\\Qa.c\\E\\d', 'a.c1', true], ['\\p{Alpha}+', 'abc', true], ['[\\p{Digit}x]+', '12x', true],
  ['a|bc', 'bc', true], ['foo\\_bar', 'foo_bar', true], ['\\Aab\\z', 'ab', true],
])('Java’s expression %s on %s', (expression, text, matches) => {
  expect(fullMatch(expression).test(text)).toBe(matches)
})
test('possessive quantifiers are refused, not misread', () => {
  expect(() => fullMatch('a++')).toThrow('possessive quantifiers are not supported')
  expect(fullMatch('[+*]+\\++').test('+*+')).toBe(true)
})
