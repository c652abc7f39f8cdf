/** A connector's configuration as the framework understands it: from resolved properties to one typed object. Pure. */
import type { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import { logger } from '../log.ts'
import { enrichedConnectorDef, sinkConnectorDef, sourceConnectorDef, type ConnectorDefContext, type ConnectorDefaults, type PluginLookups } from './connector-config-def.ts'
import { deadLetterQueueOf, putBisectionOf, type DeadLetterQueue, type PutBisection } from './dead-letter-keys.ts'
import { isolateSettings, type IsolateLimits, type IsolateSettings } from './isolate-keys.ts'
import { topicCreationGroups, type TopicCreationGroup } from './topic-creation.ts'
import { withPrefix, type ConverterSettings, type StringMap, type WorkerConfig } from './worker-config.ts'

export type ConnectorType = 'source' | 'sink'
export type AliasedPlugin = { readonly alias: string; readonly className: string; readonly version: string | null; readonly config: Readonly<StringMap> }
/** One step of the SMT chain. */
export type TransformationStage = AliasedPlugin & { readonly predicate: AliasedPlugin | null; readonly negate: boolean }
export type ErrorHandling = {
  readonly retryTimeoutMs: number
  readonly retryDelayMaxMs: number
  readonly tolerance: 'none' | 'all'
  readonly logEnable: boolean
  readonly logIncludeMessages: boolean
  readonly deadLetterQueue: DeadLetterQueue | null
  /** Sinks only. */
  readonly putBisection: PutBisection | null
}
export type ConnectorConfig = {
  readonly name: string
  readonly type: ConnectorType
  readonly connectorClass: string
  readonly connectorVersion: string | null
  readonly tasksMax: number
  readonly tasksMaxEnforce: boolean
  /** The connector's own, or else the worker's with the worker's settings. */
  readonly keyConverter: ConverterSettings
  readonly valueConverter: ConverterSettings
  readonly headerConverter: ConverterSettings
  readonly transformations: readonly TransformationStage[]
  readonly configReload: 'none' | 'restart'
  readonly errors: ErrorHandling
  readonly isolate: IsolateSettings
  readonly sink: { readonly topics: readonly string[]; readonly topicsRegex: string | null } | null
  readonly source: {
    readonly topicCreation: readonly TopicCreationGroup[] | null
    readonly exactlyOnceSupport: 'requested' | 'required'
    readonly transactionBoundary: 'poll' | 'interval' | 'connector'
    readonly transactionBoundaryIntervalMs: number
    readonly offsetsTopic: string | null
  } | null
  /** Every framework key, typed. */
  readonly values: Readonly<ConfigMap>
}

const log = logger('org.apache.kafka.connect.runtime.ConnectorConfig')

/** The framework's keys of a connector of this type; with `defaults`, as validation shows them. */
export const connectorDef = (type: ConnectorType, context: ConnectorDefContext): ConfigDef => (type === 'source' ? sourceConnectorDef(context) : sinkConnectorDef(context))

/** What validation shows as defaults: the worker's converters with their newest (or wanted) versions, and the connector's newest version. */
export const connectorDefaults = (worker: WorkerConfig, lookups: PluginLookups, props: Readonly<Record<string, string | null>>, connectorVersions: readonly string[]): ConnectorDefaults => {
  const side = (name: 'key' | 'value' | 'header') => {
    const kind = name === 'header' ? 'header_converter' : 'converter'
    const ofWorker = worker[`${name}Converter`]
    const own = props[`${name}.converter`] ?? null
    const className = lookups.className(kind, own ?? ofWorker.className)
    const newest = className === null ? null : (lookups.versions(kind, className).at(-1) ?? null)
    return { className: lookups.className(kind, ofWorker.className) ?? ofWorker.className, version: own === null ? (ofWorker.version ?? newest) : newest }
  }
  return { connectorVersions, converters: { key: side('key'), value: side('value'), header: side('header') } }
}

const converter = (side: 'key' | 'value' | 'header', props: Readonly<StringMap>, values: ConfigMap, worker: WorkerConfig): ConverterSettings => {
  const className = values[`${side}.converter`] ?? null
  if (className === null) return worker[`${side}Converter`]
  const { 'plugin.version': _version, ...config } = withPrefix(props, `${side}.converter.`)
  const version = values[`${side}.converter.plugin.version`] ?? null
  return { className: String(className), version: version === null ? null : String(version), config }
}
const aliasedPlugin = (key: 'transforms' | 'predicates', alias: string, props: Readonly<StringMap>, values: ConfigMap): AliasedPlugin => {
  const prefix = `${key}.${alias}.`
  const { type: _type, 'plugin.version': version, ...config } = withPrefix(props, prefix)
  return { alias, className: String(values[`${prefix}type`] ?? ''), version: version ?? null, config }
}
const listOf = (values: ConfigMap, key: string): readonly string[] => (Array.isArray(values[key]) ? values[key].map(String) : [])

/**
 * Plain parsing, as at the start of a connector or task: throws ConfigException at the first wrong key.
 * `props` are resolved; `manifest` is what the connector's bundle asks for.
 */
export const parseConnectorConfig = (props: Readonly<StringMap>, type: ConnectorType, worker: WorkerConfig, lookups: PluginLookups, manifest: Partial<IsolateLimits> = {}): ConnectorConfig => {
  const context: ConnectorDefContext = { lookups, caps: worker.isolate.caps, defaults: null }
  const values = enrichedConnectorDef(connectorDef(type, context), props, context, true).parse(props, (message) => log.warn(message))
  const text = (key: string): string => String(values[key] ?? '')
  const textOrNull = (key: string): string | null => (text(key).trim() === '' ? null : text(key).trim())
  const transformations = listOf(values, 'transforms').map((alias): TransformationStage => {
    const { config, ...plugin } = aliasedPlugin('transforms', alias, props, values)
    const { predicate, negate: _negate, ...own } = config
    return {
      ...plugin, config: own, negate: values[`transforms.${alias}.negate`] === true,
      predicate: predicate === undefined ? null : aliasedPlugin('predicates', predicate, props, values),
    }
  })
  return {
    name: text('name'),
    type,
    connectorClass: text('connector.class'),
    connectorVersion: textOrNull('connector.plugin.version'),
    tasksMax: Number(values['tasks.max']),
    tasksMaxEnforce: values['tasks.max.enforce'] === true,
    keyConverter: converter('key', props, values, worker),
    valueConverter: converter('value', props, values, worker),
    headerConverter: converter('header', props, values, worker),
    transformations,
    configReload: text('config.action.reload') === 'none' ? 'none' : 'restart',
    errors: {
      retryTimeoutMs: Number(values['errors.retry.timeout']),
      retryDelayMaxMs: Number(values['errors.retry.delay.max.ms']),
      tolerance: text('errors.tolerance') === 'all' ? 'all' : 'none',
      logEnable: values['errors.log.enable'] === true,
      logIncludeMessages: values['errors.log.include.messages'] === true,
      deadLetterQueue: deadLetterQueueOf(values),
      putBisection: putBisectionOf(values),
    },
    isolate: isolateSettings(worker.isolate, manifest, values),
    sink: type === 'sink' ? { topics: listOf(values, 'topics'), topicsRegex: textOrNull('topics.regex') } : null,
    source: type === 'source' ? {
      topicCreation: worker.topicCreationEnable ? topicCreationGroups(props) : null,
      exactlyOnceSupport: text('exactly.once.support').toLowerCase() === 'required' ? 'required' : 'requested',
      transactionBoundary: text('transaction.boundary').toLowerCase() as 'poll' | 'interval' | 'connector',
      transactionBoundaryIntervalMs: Number(values['transaction.boundary.interval.ms'] ?? worker.offsetFlushIntervalMs),
      offsetsTopic: textOrNull('offsets.storage.topic'),
    } : null,
    values,
  }
}
