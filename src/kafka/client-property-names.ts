/** Every property name of Kafka 4.3's producer, consumer and admin client (their ConfigDefs), and a word about each key given to a client. */
import type { Logger } from '../log.ts'
import type { ClientProperties } from './types.ts'

export type ClientKind = 'producer' | 'consumer' | 'admin'

const commonNames = [
  'bootstrap.servers', 'client.dns.lookup', 'client.id', 'send.buffer.bytes', 'receive.buffer.bytes', 'reconnect.backoff.ms',
  'reconnect.backoff.max.ms', 'retry.backoff.ms', 'retry.backoff.max.ms', 'enable.metrics.push', 'request.timeout.ms', 'metadata.max.age.ms',
  'metrics.sample.window.ms', 'metrics.num.samples', 'metrics.recording.level', 'metric.reporters', 'socket.connection.setup.timeout.ms',
  'socket.connection.setup.timeout.max.ms', 'connections.max.idle.ms', 'security.protocol', 'security.providers',
  'metadata.recovery.strategy', 'metadata.recovery.rebootstrap.trigger.ms', 'config.providers',
]
const securityNames = [
  'ssl.protocol', 'ssl.provider', 'ssl.cipher.suites', 'ssl.enabled.protocols', 'ssl.keystore.type', 'ssl.keystore.location',
  'ssl.keystore.password', 'ssl.key.password', 'ssl.keystore.key', 'ssl.keystore.certificate.chain', 'ssl.truststore.certificates',
  'ssl.truststore.type', 'ssl.truststore.location', 'ssl.truststore.password', 'ssl.keymanager.algorithm', 'ssl.trustmanager.algorithm',
  'ssl.endpoint.identification.algorithm', 'ssl.secure.random.implementation', 'ssl.engine.factory.class', 'sasl.kerberos.service.name',
  'sasl.kerberos.kinit.cmd', 'sasl.kerberos.ticket.renew.window.factor', 'sasl.kerberos.ticket.renew.jitter',
  'sasl.kerberos.min.time.before.relogin', 'sasl.login.refresh.window.factor', 'sasl.login.refresh.window.jitter',
  'sasl.login.refresh.min.period.seconds', 'sasl.login.refresh.buffer.seconds', 'sasl.mechanism', 'sasl.jaas.config',
  'sasl.client.callback.handler.class', 'sasl.login.callback.handler.class', 'sasl.login.class', 'sasl.login.connect.timeout.ms',
  'sasl.login.read.timeout.ms', 'sasl.login.retry.backoff.max.ms', 'sasl.login.retry.backoff.ms', 'sasl.oauthbearer.jwt.retriever.class',
  'sasl.oauthbearer.jwt.validator.class', 'sasl.oauthbearer.scope', 'sasl.oauthbearer.client.credentials.client.id',
  'sasl.oauthbearer.client.credentials.client.secret', 'sasl.oauthbearer.assertion.algorithm', 'sasl.oauthbearer.assertion.claim.aud',
  'sasl.oauthbearer.assertion.claim.exp.seconds', 'sasl.oauthbearer.assertion.claim.iss', 'sasl.oauthbearer.assertion.claim.jti.include',
  'sasl.oauthbearer.assertion.claim.nbf.seconds', 'sasl.oauthbearer.assertion.claim.sub', 'sasl.oauthbearer.assertion.file',
  'sasl.oauthbearer.assertion.private.key.file', 'sasl.oauthbearer.assertion.private.key.passphrase',
  'sasl.oauthbearer.assertion.template.file', 'sasl.oauthbearer.scope.claim.name', 'sasl.oauthbearer.sub.claim.name',
  'sasl.oauthbearer.token.endpoint.url', 'sasl.oauthbearer.jwks.endpoint.url', 'sasl.oauthbearer.jwks.endpoint.refresh.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms', 'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
  'sasl.oauthbearer.clock.skew.seconds', 'sasl.oauthbearer.expected.audience', 'sasl.oauthbearer.expected.issuer',
  'sasl.oauthbearer.header.urlencode',
]
const producerNames = [
  'buffer.memory', 'retries', 'acks', 'compression.type', 'compression.gzip.level', 'compression.lz4.level', 'compression.zstd.level',
  'batch.size', 'partitioner.adaptive.partitioning.enable', 'partitioner.availability.timeout.ms', 'partitioner.ignore.keys', 'linger.ms',
  'delivery.timeout.ms', 'max.request.size', 'max.block.ms', 'metadata.max.idle.ms', 'max.in.flight.requests.per.connection',
  'key.serializer', 'value.serializer', 'partitioner.class', 'interceptor.classes', 'enable.idempotence', 'transaction.timeout.ms',
  'transactional.id', 'transaction.two.phase.commit.enable',
]
const consumerNames = [
  'group.id', 'group.instance.id', 'session.timeout.ms', 'heartbeat.interval.ms', 'partition.assignment.strategy', 'enable.auto.commit',
  'auto.commit.interval.ms', 'client.rack', 'max.partition.fetch.bytes', 'fetch.min.bytes', 'fetch.max.bytes', 'fetch.max.wait.ms',
  'auto.offset.reset', 'check.crcs', 'key.deserializer', 'value.deserializer', 'default.api.timeout.ms', 'interceptor.classes',
  'max.poll.records', 'max.poll.interval.ms', 'exclude.internal.topics', 'internal.throw.on.fetch.stable.offset.unsupported',
  'isolation.level', 'allow.auto.create.topics', 'group.protocol', 'group.remote.assignor', 'share.acknowledgement.mode',
  'share.acquire.mode',
]
const adminNames = [
  'retries', 'default.api.timeout.ms',
]

const namesOf: Readonly<Record<ClientKind, readonly string[]>> = {
  producer: [...commonNames, ...securityNames, ...producerNames],
  consumer: [...commonNames, ...securityNames, ...consumerNames],
  admin: [...commonNames, ...securityNames, ...adminNames],
}

/** Kafka knows them, this client has nothing to set by them; a value that asks for more than that is told so, once per client. */
const withoutEffect = new Map([
  ['client.dns.lookup', 'all addresses of a name are tried'],
  ['send.buffer.bytes', 'the operating system sizes socket buffers'],
  ['receive.buffer.bytes', 'the operating system sizes socket buffers'],
  ['socket.connection.setup.timeout.max.ms', 'socket.connection.setup.timeout.ms holds for every attempt'],
  ['connections.max.idle.ms', 'idle connections are closed by the broker'],
  ['metadata.max.idle.ms', 'topics are remembered as long as the client lives'],
  ['metadata.recovery.strategy', 'the bootstrap servers are tried again whenever no known broker answers'],
  ['metadata.recovery.rebootstrap.trigger.ms', 'the bootstrap servers are tried again whenever no known broker answers'],
  ['enable.metrics.push', 'clients push no telemetry'],
  ['metric.reporters', 'Java classes cannot be loaded'],
  ['interceptor.classes', 'Java classes cannot be loaded'],
  ['security.providers', 'Java classes cannot be loaded'],
  ['ssl.engine.factory.class', 'Java classes cannot be loaded'],
  ['sasl.client.callback.handler.class', 'Java classes cannot be loaded'],
  ['sasl.login.class', 'Java classes cannot be loaded'],
  ['compression.lz4.level', 'lz4 has one level here'],
  ['partitioner.adaptive.partitioning.enable', 'records without a key are spread evenly'],
  ['partitioner.availability.timeout.ms', 'records without a key are spread evenly'],
  ['group.protocol', 'the classic group protocol is spoken'],
  ['group.remote.assignor', 'the classic group protocol is spoken'],
])
/** The worker sets these on all its clients, or they say what is done anyway. */
const silent = /^(metrics\.|(key|value)\.(de)?serializer$|config\.providers)/
/** What the worker itself gives (Connect's defaults) is not worth a line. */
const unremarkable = new Set(['group.protocol=classic', 'metadata.recovery.strategy=rebootstrap', 'enable.metrics.push=false', 'client.dns.lookup=use_all_dns_ips', 'partitioner.adaptive.partitioning.enable=false'])

/** Unknown keys are a WARN that names the nearest known one; known keys without effect here are an INFO. */
export const reportUnknown = (kind: ClientKind, properties: ClientProperties, log: Logger): void => {
  const known = new Set(namesOf[kind])
  for (const [key, value] of Object.entries(properties)) {
    if (silent.test(key)) continue
    if (!known.has(key)) {
      const nearest = nearestName(key, namesOf[kind])
      // A worker's admin client is given every worker key, so there only a likely slip is worth a warning.
      if (kind !== 'admin' || nearest.edits <= 2) log.warn(`The ${kind} configuration '${key}' is unknown to Kafka and has no effect.${nearest.edits <= Math.max(2, key.length / 3) ? ` Did you mean '${nearest.name}'?` : ''}`)
      continue
    }
    const why = withoutEffect.get(key)
    if (why !== undefined && value !== '' && !unremarkable.has(`${key}=${value}`)) log.info(`The ${kind} configuration '${key}' has no effect here: ${why}.`)
  }
}

const nearestName = (key: string, names: readonly string[]): { readonly name: string; readonly edits: number } =>
  names.map((name) => ({ name, edits: editsBetween(key, name) })).reduce((best, next) => (next.edits < best.edits ? next : best))

/** Levenshtein's distance, one row at a time. */
const editsBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}
