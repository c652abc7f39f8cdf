/** Which keys a worker's configuration has: Kafka's WorkerConfig, StandaloneConfig and DistributedConfig, and Isoconnect's own. */
import { ConfigDef } from '../data/config-def.ts'
import { invalidValue } from '../data/config-parse.ts'
import { ConfigException } from '../data/errors.ts'
import { defineAll, listOfDistinct, REQUIRED, saslKeys, sslKeys, type KeyRow } from './client-keys.ts'
import { workerIsolateKeys } from './isolate-keys.ts'
import { parseHeaderRules, parseListener } from './listener.ts'

const { Range, ValidString, ValidList, CaseInsensitiveValidString, LambdaValidator } = ConfigDef
const fromZero = Range.atLeast(0)

const listenersValidator = LambdaValidator.with((_, value) => {
  const items = Array.isArray(value) ? value.map(String) : []
  if (items.length === 0) throw new ConfigException('Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.')
  if (items.some((item) => item.trim() === '')) throw new ConfigException('Empty URL found when parsing listeners list.')
  items.forEach(parseListener)
}, () => 'List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.')
const adminListenersValidator = LambdaValidator.with((name, value) => {
  ValidList.anyNonDuplicateValues(true, true).ensureValid(name, value)
  if (Array.isArray(value)) value.map(String).forEach(parseListener)
})
const headerRulesValidator = LambdaValidator.with((_, value) => void parseHeaderRules(String(value)))
const oneOfOrNull = (...valid: string[]) =>
  LambdaValidator.with((name, value) => {
    if (value !== null && !valid.includes(String(value))) throw invalidValue(name, value, `String must be one of: ${valid.join(', ')}`)
  }, () => `[${valid.join(', ')}]`)

const commonKeys: readonly KeyRow[] = [
  ['bootstrap.servers', 'LIST', REQUIRED, ValidList.anyNonDuplicateValues(false, false)],
  ['client.dns.lookup', 'STRING', 'use_all_dns_ips', ValidString.in('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only')],
  ['key.converter', 'CLASS', REQUIRED],
  ['key.converter.plugin.version', 'STRING', null],
  ['value.converter', 'CLASS', REQUIRED],
  ['value.converter.plugin.version', 'STRING', null],
  ['task.shutdown.graceful.timeout.ms', 'LONG', 5_000],
  ['offset.flush.interval.ms', 'LONG', 60_000],
  ['offset.flush.timeout.ms', 'LONG', 5_000],
  ['plugin.path', 'LIST', null, ValidList.anyNonDuplicateValues(false, true)],
  ['plugin.discovery', 'STRING', 'hybrid_warn', CaseInsensitiveValidString.in('only_scan', 'service_load', 'hybrid_warn', 'hybrid_fail')],
  ['metrics.sample.window.ms', 'LONG', 30_000, fromZero],
  ['metrics.num.samples', 'INT', 2, Range.atLeast(1)],
  ['metrics.recording.level', 'STRING', 'INFO', ValidString.in('INFO', 'DEBUG')],
  ['metric.reporters', 'LIST', 'org.apache.kafka.common.metrics.JmxReporter', listOfDistinct],
  ['header.converter', 'CLASS', 'org.apache.kafka.connect.storage.SimpleHeaderConverter'],
  ['header.converter.plugin.version', 'STRING', null],
  ['config.providers', 'LIST', [], listOfDistinct],
  ['connector.client.config.override.policy', 'STRING', 'All'],
  ['connector.client.config.override.allowlist', 'LIST', [], listOfDistinct],
  ['topic.creation.enable', 'BOOLEAN', true],
  ...sslKeys,
  ['topic.tracking.enable', 'BOOLEAN', true],
  ['topic.tracking.allow.reset', 'BOOLEAN', true],
  ['listeners', 'LIST', 'http://:8083', listenersValidator],
  ['rest.advertised.host.name', 'STRING', null],
  ['rest.advertised.port', 'INT', null],
  ['rest.advertised.listener', 'STRING', null, oneOfOrNull('http', 'https')],
  ['access.control.allow.origin', 'STRING', ''],
  ['access.control.allow.methods', 'STRING', ''],
  ['response.http.headers.config', 'STRING', '', headerRulesValidator],
  ['ssl.client.auth', 'STRING', 'none', ValidString.in('required', 'requested', 'none')],
  ['rest.extension.classes', 'LIST', [], listOfDistinct],
  ['admin.listeners', 'LIST', null, adminListenersValidator],
]

/** Fails closed: nothing enforces approvals yet, and a worker that took the setting would only seem to. */
const permissionsValidator = LambdaValidator.with((name, value) => {
  ValidString.in('declared', 'approved').ensureValid(name, value)
  if (value === 'approved') throw invalidValue(name, value, "approval of plugins is not built yet, so nothing would be enforced; only 'declared' is possible")
}, () => '[declared]')

const ownKeys: readonly KeyRow[] = [
  ...workerIsolateKeys,
  ['task.threads', 'INT', 0, fromZero, 'Threads that run task loops; 0 = one on machines of up to two cores, else half the cores.'],
  ['plugin.permissions', 'STRING', 'declared', permissionsValidator, 'declared: putting a bundle on plugin.path is consent to what its manifest asks for.'],
  ['plugin.cache.dir', 'STRING', null, null, 'Where bundled plugins are kept between starts; null = a private folder of the user.'],
]

const partitions = LambdaValidator.with((name, value) => {
  if (Number(value) < 1 && Number(value) !== -1) throw invalidValue(name, value, "Number of partitions must be positive, or -1 to use the broker's default")
})
const replicationFactor = LambdaValidator.with((name, value) => {
  if (Number(value) < 1 && Number(value) !== -1) {
    throw invalidValue(name, value, "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")
  }
})

/** Java's names of the keyed hashes we and every JVM can do. */
const macAlgorithms = ['HmacMD5', 'HmacSHA1', 'HmacSHA224', 'HmacSHA256', 'HmacSHA384', 'HmacSHA512'] as const
const isMac = (value: unknown): boolean => macAlgorithms.some((name) => name.toLowerCase() === String(value).toLowerCase())
const unsupported = (name: string, value: unknown) =>
  invalidValue(name, value, `the algorithm is not supported by this worker; the supported algorithms are: [${macAlgorithms.join(', ')}]`)
const mac = LambdaValidator.with((name, value) => {
  if (!isMac(value)) throw unsupported(name, value)
}, () => `[${macAlgorithms.join(', ')}]`)
const macs = LambdaValidator.with((name, value) => {
  const items = Array.isArray(value) ? value.map(String) : []
  if (items.length === 0) throw invalidValue(name, items, 'At least one signature verification algorithm must be provided')
  const wrong = items.find((item) => !isMac(item))
  if (wrong !== undefined) throw unsupported(name, wrong)
})
const protocols = LambdaValidator.with((name, value) => {
  if (!['eager', 'compatible', 'sessioned'].includes(String(value).toLowerCase())) throw invalidValue(name, value, 'Invalid Connect protocol compatibility')
}, () => '[EAGER, COMPATIBLE, SESSIONED]')

const distributedKeys: readonly KeyRow[] = [
  ['group.id', 'STRING', REQUIRED],
  ['session.timeout.ms', 'INT', 10_000],
  ['rebalance.timeout.ms', 'INT', 60_000],
  ['heartbeat.interval.ms', 'INT', 3_000],
  ['exactly.once.source.support', 'STRING', 'disabled', CaseInsensitiveValidString.in('disabled', 'preparing', 'enabled')],
  ['metadata.max.age.ms', 'LONG', 300_000, fromZero],
  ['client.id', 'STRING', ''],
  ['send.buffer.bytes', 'INT', 131_072, Range.atLeast(-1)],
  ['receive.buffer.bytes', 'INT', 32_768, Range.atLeast(-1)],
  ['reconnect.backoff.ms', 'LONG', 50, fromZero],
  ['reconnect.backoff.max.ms', 'LONG', 1_000, fromZero],
  ['socket.connection.setup.timeout.ms', 'LONG', 10_000, fromZero],
  ['socket.connection.setup.timeout.max.ms', 'LONG', 30_000, fromZero],
  ['retry.backoff.ms', 'LONG', 100, fromZero],
  ['retry.backoff.max.ms', 'LONG', 1_000, fromZero],
  ['request.timeout.ms', 'INT', 40_000, fromZero],
  ['connections.max.idle.ms', 'LONG', 540_000],
  ['security.protocol', 'STRING', 'PLAINTEXT', CaseInsensitiveValidString.in('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL')],
  ...saslKeys,
  ['worker.sync.timeout.ms', 'INT', 3_000],
  ['worker.unsync.backoff.ms', 'INT', 300_000],
  ['offset.storage.topic', 'STRING', REQUIRED],
  ['offset.storage.partitions', 'INT', 25, partitions],
  ['offset.storage.replication.factor', 'SHORT', 3, replicationFactor],
  ['config.storage.topic', 'STRING', REQUIRED],
  ['config.storage.replication.factor', 'SHORT', 3, replicationFactor],
  ['status.storage.topic', 'STRING', REQUIRED],
  ['status.storage.partitions', 'INT', 5, partitions],
  ['status.storage.replication.factor', 'SHORT', 3, replicationFactor],
  ['connect.protocol', 'STRING', 'sessioned', protocols],
  ['scheduled.rebalance.max.delay.ms', 'INT', 300_000, Range.between(0, 2_147_483_647)],
  ['inter.worker.key.ttl.ms', 'INT', 3_600_000, Range.between(0, 2_147_483_647)],
  ['inter.worker.key.generation.algorithm', 'STRING', 'HmacSHA256', mac],
  ['inter.worker.key.size', 'INT', null],
  ['inter.worker.signature.algorithm', 'STRING', 'HmacSHA256', mac],
  ['inter.worker.verification.algorithms', 'LIST', 'HmacSHA256', macs],
  ['metadata.recovery.strategy', 'STRING', 'rebootstrap', CaseInsensitiveValidString.in('none', 'rebootstrap')],
  ['metadata.recovery.rebootstrap.trigger.ms', 'LONG', 300_000, fromZero],
]

export const standaloneConfigDef: ConfigDef = defineAll(new ConfigDef(), [...commonKeys, ['offset.storage.file.filename', 'STRING', REQUIRED], ...ownKeys])
export const distributedConfigDef: ConfigDef = defineAll(new ConfigDef(), [...commonKeys, ...distributedKeys, ...ownKeys])
