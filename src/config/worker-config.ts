/** A worker's configuration: from properties to one typed object, or one error that names every wrong key. */
import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'
import { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import { ConfigException } from '../data/errors.ts'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { isolateSettings, workerIsolateSettings, type IsolateLimits, type IsolateSettings } from './isolate-keys.ts'
import { nearestKey } from './known-keys.ts'
import { parseHeaderRules, parseListener, type HeaderRule, type Listener } from './listener.ts'
import { distributedConfigDef, standaloneConfigDef } from './worker-config-def.ts'

export type WorkerMode = 'standalone' | 'distributed'
export type StringMap = Record<string, string>
/** A converter of the worker: class (or alias), version requirement, and the settings under its prefix. */
export type ConverterSettings = { readonly className: string; readonly version: string | null; readonly config: StringMap }
export type InternalTopic = {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Topic configuration for its creation. */
  readonly settings: StringMap
}
export type RestConfig = {
  readonly listeners: readonly Listener[]
  /** null: admin resources are on the main listeners; []: nowhere. */
  readonly adminListeners: readonly Listener[] | null
  readonly advertisedHostName: string | null
  readonly advertisedPort: number | null
  readonly advertisedListener: 'http' | 'https' | null
  readonly allowOrigin: readonly string[]
  readonly allowMethods: readonly string[]
  readonly responseHeaders: readonly HeaderRule[]
  readonly extensionClasses: readonly string[]
  readonly topicTrackingEnable: boolean
  readonly topicTrackingAllowReset: boolean
  /** `listeners.https.*` if there is any such key, else `ssl.*`; names without the first prefix. */
  readonly tls: StringMap
  readonly adminTls: StringMap
}
export type DistributedConfig = {
  readonly groupId: string
  readonly clientId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly workerSyncTimeoutMs: number
  readonly workerUnsyncBackoffMs: number
  readonly connectProtocol: 'eager' | 'compatible' | 'sessioned'
  readonly scheduledRebalanceMaxDelayMs: number
  readonly exactlyOnceSourceSupport: 'disabled' | 'preparing' | 'enabled'
  readonly interWorkerKeyTtlMs: number
  readonly interWorkerKeyGenerationAlgorithm: string
  readonly interWorkerKeySize: number | null
  readonly interWorkerSignatureAlgorithm: string
  readonly interWorkerVerificationAlgorithms: readonly string[]
  readonly configTopic: InternalTopic
  readonly offsetTopic: InternalTopic
  readonly statusTopic: InternalTopic
}
export type WorkerConfig = {
  readonly mode: WorkerMode
  /** The properties as given, variables resolved: what clients are configured from (client-properties.ts). May hold secrets. */
  readonly originals: Readonly<StringMap>
  /** Every defined key, typed. */
  readonly values: Readonly<ConfigMap>
  readonly bootstrapServers: readonly string[]
  readonly keyConverter: ConverterSettings
  readonly valueConverter: ConverterSettings
  readonly headerConverter: ConverterSettings
  readonly taskShutdownGracefulTimeoutMs: number
  readonly offsetFlushIntervalMs: number
  readonly offsetFlushTimeoutMs: number
  readonly pluginPath: readonly string[]
  readonly pluginCacheDir: string
  readonly pluginPermissions: 'declared' | 'approved'
  readonly topicCreationEnable: boolean
  readonly overridePolicy: { readonly name: string; readonly allowlist: readonly string[] }
  readonly taskThreads: number
  readonly isolate: { readonly defaults: IsolateSettings; readonly caps: IsolateLimits }
  readonly rest: RestConfig
  /** Standalone only; '' when distributed. */
  readonly offsetStorageFile: string
  readonly distributed: DistributedConfig | null
}

const log = logger('org.apache.kafka.connect.runtime.WorkerConfig')

const defaultCacheDir = (): string => join(homedir(), '.cache', 'isoconnect', 'plugins')
/** Where plugins are, from properties whose variables are not replaced yet: some providers of variables are plugins themselves. */
export const shelfLocations = (props: Readonly<StringMap>): { readonly pluginPath: readonly string[]; readonly cacheDir: string } => ({
  pluginPath: (props['plugin.path'] ?? '').split(',').map((folder) => folder.trim()).filter((folder) => folder !== ''),
  cacheDir: props['plugin.cache.dir']?.trim() ?? defaultCacheDir(),
})

/** Keys under a prefix, without it. */
export const withPrefix = (props: Readonly<StringMap>, prefix: string): StringMap =>
  Object.fromEntries(Object.entries(props).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])))

const prefixes = ['producer.', 'consumer.', 'admin.', 'key.converter.', 'value.converter.', 'header.converter.', 'config.providers.', 'metrics.context.', 'listeners.https.', 'admin.listeners.https.']
const distributedPrefixes = ['config.storage.', 'offset.storage.', 'status.storage.']
const removedKeys = ['internal.key.converter', 'internal.value.converter']
const isRemoved = (key: string): boolean => removedKeys.some((name) => key === name || key.startsWith(`${name}.`))

/** Keys that nothing in the worker reads. A standalone worker passes keys of the distributed one (security.protocol, sasl.*) on to its clients. */
const unusedKeys = (props: Readonly<StringMap>, mode: WorkerMode): readonly string[] => {
  const used = [...prefixes, ...(mode === 'distributed' ? distributedPrefixes : [])]
  const known = new Set([...standaloneConfigDef.names(), ...distributedConfigDef.names()])
  return Object.keys(props).filter((key) => !known.has(key) && !isRemoved(key) && !used.some((prefix) => key.startsWith(prefix)))
}
const logUnused = (props: Readonly<StringMap>, mode: WorkerMode): void => {
  const removed = Object.keys(props).filter(isRemoved)
  if (removed.length > 0) {
    log.warn(`The worker has been configured with one or more internal converter properties ([${removed.join(', ')}]). These properties have been removed since version 3.0 and an instance of the JsonConverter with schemas.enable set to false will be used instead.`)
  }
  const unused = unusedKeys(props, mode)
  if (unused.length === 0) return
  log.info(`These configurations '[${unused.join(', ')}]' were supplied but are not used yet.`)
  const known = (mode === 'distributed' ? distributedConfigDef : standaloneConfigDef).names()
  for (const key of unused) {
    const near = nearestKey(key, known)
    if (near !== null) log.warn(`Unknown configuration '${key}'; did you mean '${near}'?`)
  }
}

const parseAll = (def: ConfigDef, props: Readonly<StringMap>): { readonly values: ConfigMap; readonly errors: string[] } => {
  const values: ConfigMap = {}
  const errors: string[] = []
  for (const name of def.names()) {
    try {
      values[name] = def.parseKey(name, props, (message) => log.warn(message))
    } catch (error) {
      const near = error instanceof ConfigException && !Object.hasOwn(props, name) ? Object.keys(props).find((key) => !def.names().has(key) && nearestKey(key, [name]) !== null) : undefined
      errors.push(near === undefined ? messageOf(error) : `${messageOf(error)} ('${near}' is given; is it a slip?)`)
    }
  }
  return { values, errors }
}

/** Typed reading of parsed values; only used once there are no errors. */
const reader = (values: ConfigMap) => ({
  text: (key: string): string => String(values[key] ?? ''),
  textOrNull: (key: string): string | null => {
    const value = values[key] ?? ''
    return value === '' ? null : String(value)
  },
  number: (key: string): number => Number(values[key]),
  numberOrNull: (key: string): number | null => ((values[key] ?? null) === null ? null : Number(values[key])),
  flag: (key: string): boolean => values[key] === true,
  list: (key: string): readonly string[] => (Array.isArray(values[key]) ? values[key].map(String) : []),
})
type Reader = ReturnType<typeof reader>

const split = (text: string): readonly string[] => text.split(',').map((item) => item.trim()).filter((item) => item !== '')

const tlsOf = (props: Readonly<StringMap>, prefix: string): StringMap => {
  const own = withPrefix(props, prefix)
  return Object.keys(own).length > 0 ? own : Object.fromEntries(Object.entries(props).filter(([key]) => key.startsWith('ssl.')))
}
const restConfig = ({ text, textOrNull, numberOrNull, flag, list }: Reader, props: Readonly<StringMap>, values: ConfigMap): RestConfig => ({
  listeners: list('listeners').map(parseListener),
  adminListeners: values['admin.listeners'] === null ? null : list('admin.listeners').map(parseListener),
  advertisedHostName: textOrNull('rest.advertised.host.name'),
  advertisedPort: numberOrNull('rest.advertised.port'),
  advertisedListener: textOrNull('rest.advertised.listener') as 'http' | 'https' | null,
  allowOrigin: split(text('access.control.allow.origin')),
  allowMethods: split(text('access.control.allow.methods')),
  responseHeaders: parseHeaderRules(text('response.http.headers.config')),
  extensionClasses: list('rest.extension.classes'),
  topicTrackingEnable: flag('topic.tracking.enable'),
  topicTrackingAllowReset: flag('topic.tracking.allow.reset'),
  tls: tlsOf(props, 'listeners.https.'),
  adminTls: tlsOf(props, 'admin.listeners.https.'),
})

const internalTopic = ({ text, number }: Reader, props: Readonly<StringMap>, prefix: 'config' | 'offset' | 'status'): InternalTopic => {
  const { topic: _topic, partitions, 'replication.factor': _factor, 'cleanup.policy': policy, ...settings } = withPrefix(props, `${prefix}.storage.`)
  if (policy !== undefined && policy.trim() !== 'compact') log.warn(`Ignoring '${prefix}.storage.cleanup.policy=${policy}' setting, since the internal topic must be compacted`)
  if (prefix === 'config' && partitions !== undefined) log.warn(`Ignoring 'config.storage.partitions=${partitions}' setting, since config topic partitions is always 1`)
  return {
    topic: text(`${prefix}.storage.topic`),
    partitions: prefix === 'config' ? 1 : number(`${prefix}.storage.partitions`),
    replicationFactor: number(`${prefix}.storage.replication.factor`),
    settings,
  }
}
const distributedConfig = (from: Reader, props: Readonly<StringMap>): DistributedConfig => {
  const { text, number, numberOrNull, list } = from
  return {
    groupId: text('group.id'),
    clientId: text('client.id'),
    sessionTimeoutMs: number('session.timeout.ms'),
    rebalanceTimeoutMs: number('rebalance.timeout.ms'),
    heartbeatIntervalMs: number('heartbeat.interval.ms'),
    workerSyncTimeoutMs: number('worker.sync.timeout.ms'),
    workerUnsyncBackoffMs: number('worker.unsync.backoff.ms'),
    connectProtocol: text('connect.protocol').toLowerCase() as DistributedConfig['connectProtocol'],
    scheduledRebalanceMaxDelayMs: number('scheduled.rebalance.max.delay.ms'),
    exactlyOnceSourceSupport: text('exactly.once.source.support').toLowerCase() as DistributedConfig['exactlyOnceSourceSupport'],
    interWorkerKeyTtlMs: number('inter.worker.key.ttl.ms'),
    interWorkerKeyGenerationAlgorithm: text('inter.worker.key.generation.algorithm'),
    interWorkerKeySize: numberOrNull('inter.worker.key.size'),
    interWorkerSignatureAlgorithm: text('inter.worker.signature.algorithm'),
    interWorkerVerificationAlgorithms: list('inter.worker.verification.algorithms'),
    configTopic: internalTopic(from, props, 'config'),
    offsetTopic: internalTopic(from, props, 'offset'),
    statusTopic: internalTopic(from, props, 'status'),
  }
}

const defaultThreads = (): number => (availableParallelism() <= 2 ? 1 : Math.floor(availableParallelism() / 2))

/**
 * `props` with variables already resolved (config-provider.ts). Throws CONFIG_INVALID with every wrong key and its reason;
 * logs unknown keys as Kafka does, with the key that was probably meant.
 */
export const parseWorkerConfig = (props: Readonly<StringMap>, mode: WorkerMode): WorkerConfig => {
  const { values, errors } = parseAll(mode === 'distributed' ? distributedConfigDef : standaloneConfigDef, props)
  const from = reader(values)
  const { text, textOrNull, number, flag, list } = from
  if (mode === 'distributed' && errors.length === 0 && !list('inter.worker.verification.algorithms').includes(text('inter.worker.signature.algorithm'))) {
    errors.push(`Invalid value ${text('inter.worker.signature.algorithm')} for configuration inter.worker.signature.algorithm: Signature algorithm must be present in inter.worker.verification.algorithms list`)
  }
  if (errors.length > 0) {
    throw new ConnectError('CONFIG_INVALID', errors.length === 1 ? (errors[0] ?? '') : `The worker configuration has ${errors.length} errors:\n${errors.join('\n')}`)
  }
  logUnused(props, mode)
  const converter = (prefix: 'key' | 'value' | 'header'): ConverterSettings => {
    const { 'plugin.version': _version, ...config } = withPrefix(props, `${prefix}.converter.`)
    return { className: text(`${prefix}.converter`), version: textOrNull(`${prefix}.converter.plugin.version`), config }
  }
  return {
    mode,
    originals: { ...props },
    values,
    bootstrapServers: list('bootstrap.servers'),
    keyConverter: converter('key'),
    valueConverter: converter('value'),
    headerConverter: converter('header'),
    taskShutdownGracefulTimeoutMs: number('task.shutdown.graceful.timeout.ms'),
    offsetFlushIntervalMs: number('offset.flush.interval.ms'),
    offsetFlushTimeoutMs: number('offset.flush.timeout.ms'),
    pluginPath: list('plugin.path'),
    pluginCacheDir: textOrNull('plugin.cache.dir') ?? defaultCacheDir(),
    pluginPermissions: text('plugin.permissions') === 'approved' ? 'approved' : 'declared',
    topicCreationEnable: flag('topic.creation.enable'),
    overridePolicy: { name: text('connector.client.config.override.policy'), allowlist: list('connector.client.config.override.allowlist') },
    taskThreads: number('task.threads') === 0 ? defaultThreads() : number('task.threads'),
    isolate: workerIsolateSettings(values),
    rest: restConfig(from, props, values),
    offsetStorageFile: mode === 'standalone' ? text('offset.storage.file.filename') : '',
    distributed: mode === 'distributed' ? distributedConfig(from, props) : null,
  }
}

export { isolateSettings }
export type { HeaderRule, IsolateLimits, IsolateSettings, Listener }
