/**
 * What Kafka 4.3's producer, consumer and admin client can be told (ProducerConfig, ConsumerConfig, AdminClientConfig), with the defaults of Kafka's
 * own clients: validation shows the keys that a connector overrides in these words. test/parity compares the tables with Kafka's classes.
 */
import { ConfigDef } from '../data/config-def.ts'
import type { Importance } from '../data/config-key.ts'
import type { ConfigData, ConfigType } from '../data/config-parse.ts'
import { REQUIRED, saslKeys, sslKeys } from './client-keys.ts'

export type ClientKind = 'producer' | 'consumer' | 'admin'
type Row = readonly [name: string, type: ConfigType, defaultValue: ConfigData | typeof REQUIRED, importance: Importance]

const common: readonly Row[] = [
  ['client.dns.lookup', 'STRING', 'use_all_dns_ips', 'MEDIUM'],
  ['send.buffer.bytes', 'INT', 131_072, 'MEDIUM'],
  ['reconnect.backoff.ms', 'LONG', 50, 'LOW'],
  ['reconnect.backoff.max.ms', 'LONG', 1000, 'LOW'],
  ['retry.backoff.ms', 'LONG', 100, 'LOW'],
  ['retry.backoff.max.ms', 'LONG', 1000, 'LOW'],
  ['request.timeout.ms', 'INT', 30_000, 'MEDIUM'],
  ['metadata.max.age.ms', 'LONG', 300_000, 'LOW'],
  ['metrics.sample.window.ms', 'LONG', 30_000, 'LOW'],
  ['metrics.num.samples', 'INT', 2, 'LOW'],
  ['metrics.recording.level', 'STRING', 'INFO', 'LOW'],
  ['metric.reporters', 'LIST', 'org.apache.kafka.common.metrics.JmxReporter', 'LOW'],
  ['socket.connection.setup.timeout.ms', 'LONG', 10_000, 'MEDIUM'],
  ['socket.connection.setup.timeout.max.ms', 'LONG', 30_000, 'MEDIUM'],
  ['security.protocol', 'STRING', 'PLAINTEXT', 'MEDIUM'],
  ['security.providers', 'STRING', null, 'LOW'],
  ['metadata.recovery.strategy', 'STRING', 'rebootstrap', 'LOW'],
  ['metadata.recovery.rebootstrap.trigger.ms', 'LONG', 300_000, 'LOW'],
  ['config.providers', 'LIST', '', 'LOW'],
]
const own: Readonly<Record<ClientKind, readonly Row[]>> = {
  producer: [
    ['bootstrap.servers', 'LIST', REQUIRED, 'HIGH'],
    ['buffer.memory', 'LONG', 33_554_432, 'HIGH'],
    ['retries', 'INT', 2_147_483_647, 'HIGH'],
    ['acks', 'STRING', 'all', 'LOW'],
    ['compression.type', 'STRING', 'none', 'HIGH'],
    ['compression.gzip.level', 'INT', -1, 'MEDIUM'],
    ['compression.lz4.level', 'INT', 9, 'MEDIUM'],
    ['compression.zstd.level', 'INT', 3, 'MEDIUM'],
    ['batch.size', 'INT', 16_384, 'MEDIUM'],
    ['partitioner.adaptive.partitioning.enable', 'BOOLEAN', true, 'LOW'],
    ['partitioner.availability.timeout.ms', 'LONG', 0, 'LOW'],
    ['partitioner.ignore.keys', 'BOOLEAN', false, 'MEDIUM'],
    ['linger.ms', 'LONG', 5, 'MEDIUM'],
    ['delivery.timeout.ms', 'INT', 120_000, 'MEDIUM'],
    ['client.id', 'STRING', '', 'MEDIUM'],
    ['receive.buffer.bytes', 'INT', 32_768, 'MEDIUM'],
    ['max.request.size', 'INT', 1_048_576, 'MEDIUM'],
    ['enable.metrics.push', 'BOOLEAN', true, 'LOW'],
    ['max.block.ms', 'LONG', 60_000, 'MEDIUM'],
    ['metadata.max.idle.ms', 'LONG', 300_000, 'LOW'],
    ['max.in.flight.requests.per.connection', 'INT', 5, 'LOW'],
    ['key.serializer', 'CLASS', REQUIRED, 'HIGH'],
    ['value.serializer', 'CLASS', REQUIRED, 'HIGH'],
    ['connections.max.idle.ms', 'LONG', 540_000, 'MEDIUM'],
    ['partitioner.class', 'CLASS', null, 'MEDIUM'],
    ['interceptor.classes', 'LIST', '', 'LOW'],
    ['enable.idempotence', 'BOOLEAN', true, 'LOW'],
    ['transaction.timeout.ms', 'INT', 60_000, 'LOW'],
    ['transactional.id', 'STRING', null, 'LOW'],
    ['transaction.two.phase.commit.enable', 'BOOLEAN', false, 'LOW'],
  ],
  consumer: [
    ['bootstrap.servers', 'LIST', REQUIRED, 'HIGH'],
    ['client.id', 'STRING', '', 'LOW'],
    ['receive.buffer.bytes', 'INT', 65_536, 'MEDIUM'],
    ['enable.metrics.push', 'BOOLEAN', true, 'LOW'],
    ['connections.max.idle.ms', 'LONG', 540_000, 'MEDIUM'],
    ['interceptor.classes', 'LIST', '', 'LOW'],
    ['group.id', 'STRING', null, 'HIGH'],
    ['group.instance.id', 'STRING', null, 'MEDIUM'],
    ['session.timeout.ms', 'INT', 45_000, 'HIGH'],
    ['heartbeat.interval.ms', 'INT', 3000, 'HIGH'],
    ['partition.assignment.strategy', 'LIST', 'class org.apache.kafka.clients.consumer.RangeAssignor,class org.apache.kafka.clients.consumer.CooperativeStickyAssignor', 'MEDIUM'],
    ['enable.auto.commit', 'BOOLEAN', true, 'MEDIUM'],
    ['auto.commit.interval.ms', 'INT', 5000, 'LOW'],
    ['client.rack', 'STRING', '', 'LOW'],
    ['max.partition.fetch.bytes', 'INT', 1_048_576, 'HIGH'],
    ['fetch.min.bytes', 'INT', 1, 'HIGH'],
    ['fetch.max.bytes', 'INT', 52_428_800, 'MEDIUM'],
    ['fetch.max.wait.ms', 'INT', 500, 'LOW'],
    ['auto.offset.reset', 'STRING', 'latest', 'MEDIUM'],
    ['check.crcs', 'BOOLEAN', true, 'LOW'],
    ['key.deserializer', 'CLASS', REQUIRED, 'HIGH'],
    ['value.deserializer', 'CLASS', REQUIRED, 'HIGH'],
    ['default.api.timeout.ms', 'INT', 60_000, 'MEDIUM'],
    ['max.poll.records', 'INT', 500, 'MEDIUM'],
    ['max.poll.interval.ms', 'INT', 300_000, 'MEDIUM'],
    ['exclude.internal.topics', 'BOOLEAN', true, 'MEDIUM'],
    ['internal.throw.on.fetch.stable.offset.unsupported', 'BOOLEAN', false, 'LOW'],
    ['isolation.level', 'STRING', 'read_uncommitted', 'MEDIUM'],
    ['allow.auto.create.topics', 'BOOLEAN', true, 'MEDIUM'],
    ['group.protocol', 'STRING', 'classic', 'HIGH'],
    ['group.remote.assignor', 'STRING', null, 'MEDIUM'],
    ['share.acknowledgement.mode', 'STRING', 'implicit', 'MEDIUM'],
    ['share.acquire.mode', 'STRING', 'BATCH_OPTIMIZED', 'MEDIUM'],
  ],
  admin: [
    ['bootstrap.servers', 'LIST', '', 'HIGH'],
    ['retries', 'INT', 2_147_483_647, 'LOW'],
    ['client.id', 'STRING', '', 'MEDIUM'],
    ['receive.buffer.bytes', 'INT', 65_536, 'MEDIUM'],
    ['enable.metrics.push', 'BOOLEAN', false, 'LOW'],
    ['connections.max.idle.ms', 'LONG', 300_000, 'MEDIUM'],
    ['default.api.timeout.ms', 'INT', 60_000, 'MEDIUM'],
    ['bootstrap.controllers', 'LIST', '', 'HIGH'],
  ],
}
// the others of TLS and SASL are MEDIUM
const highSecurity: ReadonlySet<string> = new Set([
  'ssl.keystore.location', 'ssl.keystore.password', 'ssl.key.password', 'ssl.keystore.key', 'ssl.keystore.certificate.chain',
  'ssl.truststore.certificates', 'ssl.truststore.location', 'ssl.truststore.password', 'sasl.oauthbearer.expected.audience',
  'sasl.oauthbearer.expected.issuer',
])
const lowSecurity: ReadonlySet<string> = new Set([
  'ssl.cipher.suites', 'ssl.keymanager.algorithm', 'ssl.trustmanager.algorithm', 'ssl.endpoint.identification.algorithm',
  'ssl.secure.random.implementation', 'ssl.engine.factory.class', 'sasl.kerberos.kinit.cmd', 'sasl.kerberos.ticket.renew.window.factor',
  'sasl.kerberos.ticket.renew.jitter', 'sasl.kerberos.min.time.before.relogin', 'sasl.login.refresh.window.factor',
  'sasl.login.refresh.window.jitter', 'sasl.login.refresh.min.period.seconds', 'sasl.login.refresh.buffer.seconds', 'sasl.login.connect.timeout.ms',
  'sasl.login.read.timeout.ms', 'sasl.login.retry.backoff.max.ms', 'sasl.login.retry.backoff.ms', 'sasl.oauthbearer.assertion.claim.exp.seconds',
  'sasl.oauthbearer.assertion.claim.nbf.seconds', 'sasl.oauthbearer.scope.claim.name', 'sasl.oauthbearer.sub.claim.name',
  'sasl.oauthbearer.jwks.endpoint.refresh.ms', 'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms', 'sasl.oauthbearer.clock.skew.seconds', 'sasl.oauthbearer.header.urlencode',
])

const defOf = (kind: ClientKind): ConfigDef => {
  const def = new ConfigDef()
  const documentation = `A setting of Kafka's ${kind === 'admin' ? 'admin client' : kind}.`
  for (const [name, type, defaultValue, importance] of [...common, ...own[kind]]) def.define(name, { type, defaultValue, importance, documentation, group: name.startsWith('internal.') ? '' : null, internalConfig: name.startsWith('internal.') })
  for (const [name, type, defaultValue] of [...sslKeys, ...saslKeys]) {
    def.define(name, { type, defaultValue, importance: highSecurity.has(name) ? 'HIGH' : lowSecurity.has(name) ? 'LOW' : 'MEDIUM', documentation })
  }
  return def
}
export const clientDefs: Readonly<Record<ClientKind, ConfigDef>> = { producer: defOf('producer'), consumer: defOf('consumer'), admin: defOf('admin') }
