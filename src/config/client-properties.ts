/**
 * Which properties each Kafka client of a connector gets: worker settings by prefix, then what the connector overrides and the worker's
 * policy allows. Later wins. Pure. (Serializers and metric contexts of Java's clients have no counterpart here and are left out.)
 */
import { ConnectError } from '../errors.ts'
import type { ClientKind } from './client-defs.ts'
import { withPrefix, type StringMap, type WorkerConfig } from './worker-config.ts'

type Props = Readonly<StringMap>
type Policy = WorkerConfig['overridePolicy']

const policyPattern = /^(?:org\.apache\.kafka\.connect\.connector\.policy\.)?(All|None|Allowlist|Principal)(?:ConnectorClientConfigOverridePolicy)?$/
const principalKeys = ['sasl.jaas.config', 'sasl.mechanism', 'security.protocol']

export type PolicyName = 'All' | 'None' | 'Allowlist' | 'Principal'
/** The policy of that name or class; throws when there is none. */
export const policyOf = ({ name }: Policy): PolicyName => {
  const found = policyPattern.exec(name)?.[1] as PolicyName | undefined
  if (found === undefined) {
    throw new ConnectError('CONFIG_INVALID', `Failed to find any class that implements interface org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy and which name matches ${name}; available are All, None, Allowlist and Principal`)
  }
  return found
}
/** The line Kafka logs once when the policy is set up: level and text. Throws when there is no such policy. */
export const policyNotice = (policy: Policy): { readonly level: 'info' | 'warn'; readonly text: string } | null => {
  const name = policyOf(policy)
  if (name === 'Allowlist') return { level: 'info', text: `Setting up Allowlist policy for ConnectorClientConfigOverride. This will allow the following client configurations to be overridden. [${policy.allowlist.join(', ')}]` }
  if (name === 'Principal') return { level: 'warn', text: 'The Principal ConnectorClientConfigOverridePolicy is deprecated, use the Allowlist policy instead. To replicate the Principal policy behavior, set the connector.client.config.override.allowlist configuration to "security.protocol,sasl.mechanism,sasl.jaas.config"' }
  return null
}

/** Why a key may not be overridden; null when it may. `key` is without the `producer.override.` prefix. */
export const overrideProblem = (policy: Policy, key: string): string | null => {
  const name = policyOf(policy)
  const allowed = name === 'All' || (name === 'Allowlist' && policy.allowlist.includes(key)) || (name === 'Principal' && principalKeys.includes(key))
  return allowed ? null : `The '${name}' policy does not allow '${key}' to be overridden in the connector configuration.`
}

/** The connector's `<kind>.override.*`, prefix removed. Throws when the policy forbids one. */
export const clientOverrides = (worker: WorkerConfig, connector: Props, kind: ClientKind): StringMap => {
  const overrides = withPrefix(connector, `${kind}.override.`)
  const problems = Object.keys(overrides).flatMap((key) => overrideProblem(worker.overridePolicy, key) ?? [])
  if (problems.length > 0) throw new ConnectError('CONFIG_INVALID', `Client Config Overrides not allowed [${problems.join(', ')}]`)
  return overrides
}

const bootstrap = (worker: WorkerConfig): StringMap => ({ 'bootstrap.servers': worker.bootstrapServers.join(',') })

const producer = (worker: WorkerConfig, connector: Props, clientId: string): StringMap => {
  const given = { ...withPrefix(worker.originals, 'producer.'), ...clientOverrides(worker, connector, 'producer') }
  const idempotent = (given['enable.idempotence'] ?? 'true').trim().toLowerCase() !== 'false'
  return {
    ...bootstrap(worker),
    'max.block.ms': '9223372036854775807',
    // Java's default is no idempotence and one request in flight; ours is five in flight, and the broker keeps their order (differences.md).
    'enable.idempotence': 'true',
    acks: 'all',
    'max.in.flight.requests.per.connection': idempotent ? '5' : '1',
    'delivery.timeout.ms': '2147483647',
    'client.id': clientId,
    ...given,
  }
}
export const sourceProducerProperties = (worker: WorkerConfig, connector: Props, name: string, task: number): StringMap =>
  producer(worker, connector, `connector-producer-${name}-${task}`)
/** Exactly once: `transactional.id` is ours, whatever the user says; `onOverride` hears of it. */
export const transactionalProducerProperties = (worker: WorkerConfig, connector: Props, name: string, task: number, onOverride: (key: string) => void = () => {}): StringMap => {
  const properties = sourceProducerProperties(worker, connector, name, task)
  const id = `${worker.distributed?.groupId ?? ''}-${name}-${task}`
  if ((properties['transactional.id'] ?? id) !== id) onOverride('transactional.id')
  if (properties['enable.idempotence'] !== 'true') onOverride('enable.idempotence')
  return { ...properties, 'enable.idempotence': 'true', 'transactional.id': id }
}
export const deadLetterProducerProperties = (worker: WorkerConfig, connector: Props, name: string, task: number): StringMap =>
  producer(worker, connector, `connector-dlq-producer-${name}-${task}`)

const consumer = (worker: WorkerConfig, connector: Props, name: string, clientId: string): StringMap => ({
  'group.id': `connect-${name}`,
  'client.id': clientId,
  ...bootstrap(worker),
  'enable.auto.commit': 'false',
  'auto.offset.reset': 'earliest',
  ...withPrefix(worker.originals, 'consumer.'),
  ...clientOverrides(worker, connector, 'consumer'),
})
export const sinkConsumerProperties = (worker: WorkerConfig, connector: Props, name: string, task: number): StringMap =>
  consumer(worker, connector, name, `connector-consumer-${name}-${task}`)
/** A source connector's reader of an offsets topic. Under exactly-once it only sees committed offsets, whatever the user says. */
export const sourceOffsetsConsumerProperties = (worker: WorkerConfig, connector: Props, name: string, task: number | null, exactlyOnce: boolean): StringMap => {
  const properties = consumer(worker, connector, name, `connector-consumer-${name}${task === null ? '' : `-${task}`}`)
  return exactlyOnce ? { ...properties, 'isolation.level': 'read_committed' } : { 'isolation.level': 'read_committed', ...properties }
}
/** The group whose offsets are a sink connector's. */
export const sinkConsumerGroup = (worker: WorkerConfig, connector: Props, name: string): string => consumer(worker, connector, name, '')['group.id'] ?? `connect-${name}`

const unprefixed = (worker: WorkerConfig): StringMap =>
  Object.fromEntries(Object.entries(worker.originals).filter(([key]) => !/^(?:admin|producer|consumer)\./.test(key)))
const admin = (worker: WorkerConfig, connector: Props, clientId: string): StringMap => ({
  ...bootstrap(worker),
  'client.id': clientId,
  ...unprefixed(worker),
  ...withPrefix(worker.originals, 'admin.'),
  ...clientOverrides(worker, connector, 'admin'),
})
export const taskAdminProperties = (worker: WorkerConfig, connector: Props, name: string, task: number): StringMap => admin(worker, connector, `connector-adminclient-${name}-${task}`)
export const deadLetterAdminProperties = (worker: WorkerConfig, connector: Props, name: string, task: number): StringMap => admin(worker, connector, `connector-dlq-adminclient-${name}-${task}`)
export const connectorAdminProperties = (worker: WorkerConfig, connector: Props, name: string): StringMap => admin(worker, connector, `connector-worker-adminclient-${name}`)

/** Clients of the worker itself (internal topics, group, admin): its settings without prefix. */
export const workerClientProperties = (worker: WorkerConfig, clientId: string): StringMap => ({ ...bootstrap(worker), ...unprefixed(worker), 'client.id': clientId })
