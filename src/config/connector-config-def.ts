/**
 * The framework's own keys of every connector (Kafka's ConnectorConfig, SourceConnectorConfig, SinkConnectorConfig), and the keys that
 * come with the transformations and predicates a configuration names. What plugins there are is asked of `PluginLookups`. Pure.
 */
import { ConfigDef } from '../data/config-def.ts'
import type { Importance, Recommender, Width } from '../data/config-key.ts'
import { invalidValue, parseType, type ConfigData, type ConfigType } from '../data/config-parse.ts'
import { ConfigException } from '../data/errors.ts'
import type { Validator } from '../data/config-validators.ts'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { addBisectionKeys, addSourceDeadLetterKeys } from './dead-letter-keys.ts'
import { addConnectorIsolateKeys, type IsolateLimits } from './isolate-keys.ts'
import { regexValidator } from './java-regex.ts'

export type PluginKind = 'converter' | 'header_converter' | 'transformation' | 'predicate'
/** What the plugins say; host code and guest bundles alike. */
export interface PluginLookups {
  /** The full class name of a name or alias among plugins of all kinds. */
  anyClass(name: string): string | null
  /** The full class name of a name or alias, null when there is none. */
  className(kind: PluginKind, name: string): string | null
  /** Its keys, as the settings under the prefix `at` have it. Throws (any Error) when it cannot be loaded, has no such version, or fails to say. `className` is full. */
  configDef(kind: PluginKind, className: string, version: string | null, at?: string): ConfigDef
  /** Classes and versions to recommend, newest version last. */
  classNames(kind: PluginKind): readonly string[]
  versions(kind: PluginKind, className: string): readonly string[]
  /** Throws when a version requirement cannot be understood. */
  checkVersion(requirement: string): void
}
/** Defaults that validation shows: the worker's converters, and the newest version of the connector. */
export type ConnectorDefaults = {
  readonly connectorVersions: readonly string[]
  readonly converters: Readonly<Record<'key' | 'value' | 'header', { readonly className: string | null; readonly version: string | null }>>
}
export type ConnectorDefContext = { readonly lookups: PluginLookups; readonly caps: IsolateLimits; readonly defaults: ConnectorDefaults | null }

const log = logger('org.apache.kafka.connect.runtime.ConnectorConfig')
const { Range, ValidString, ValidList, CaseInsensitiveValidString, CompositeValidator, LambdaValidator, NonNullValidator, NonEmptyString, NonEmptyStringWithoutControlChars } = ConfigDef

const COMMON = 'Common'
const ERRORS = 'Error Handling'
const ISOLATE_GROUP = 'Isolate'

const interfaces = { converter: 'Converter', header_converter: 'HeaderConverter', transformation: 'Transformation', predicate: 'Predicate' } as const
/** Refuses a class that is a plugin of another kind; what is no plugin at all could not be found before. */
const ofKind = (kind: PluginKind, className: string, lookups: PluginLookups): void => {
  if (lookups.className(kind, className) !== className) throw new ConfigException(`Class class ${className} does not implement the ${interfaces[kind]} interface`)
}
const anyOf = (kind: PluginKind, lookups: PluginLookups): ((name: string) => string | null) => (name) => lookups.className(kind, name) ?? lookups.anyClass(name)
export const isVersionProblem = (error: unknown): error is ConnectError => error instanceof ConnectError && (error.code === 'PLUGIN_VERSION' || error.code === 'PLUGIN_VERSION_RANGE')

const uniqueAliases = (kind: string): Validator =>
  CompositeValidator.of(new NonNullValidator(), LambdaValidator.with((name, value) => {
    if (Array.isArray(value) && new Set(value).size < value.length) throw invalidValue(name, value, 'Duplicate alias provided.')
  }, () => `unique ${kind} aliases`))
const recommend = (values: () => readonly string[]): Recommender => ({ validValues: () => values(), visible: () => true })
const nullOr = (validator: Validator): Validator => LambdaValidator.with((name, value) => (value === null ? undefined : validator.ensureValid(name, value)), () => validator.toString())

type Row = readonly [name: string, type: ConfigType, defaultValue: ConfigData | undefined, validator: Validator | null, importance: Importance, width: Width, displayName: string, documentation: string]
const defineGroup = (def: ConfigDef, group: string, rows: readonly Row[], firstOrder = 1): void =>
  rows.forEach(([name, type, defaultValue, validator, importance, width, displayName, documentation], index) =>
    def.define(name, { type, defaultValue, validator, importance, width, displayName, documentation, group, orderInGroup: firstOrder + index }))

/** Keys of all connectors, in Kafka's order. */
const commonConnectorDef = ({ lookups, defaults }: ConnectorDefContext): ConfigDef => {
  const def = new ConfigDef()
  const version: Validator = nullOr(LambdaValidator.with((_, value) => lookups.checkVersion(String(value))))
  let order = 0
  const common = (name: string, type: ConfigType, options: { defaultValue?: ConfigData; validator?: Validator; importance?: Importance; width?: Width; displayName: string; documentation: string; recommender?: Recommender; kind?: PluginKind; group?: string }): void => {
    const { kind, ...rest } = options
    def.define(name, { type, importance: 'LOW', width: 'SHORT', group: COMMON, orderInGroup: ++order, resolveClass: kind === undefined ? null : anyOf(kind, lookups), validator: kind === undefined ? null : nullOr(LambdaValidator.with((_, className) => ofKind(kind, String(className), lookups))), ...rest })
  }
  common('name', 'STRING', { validator: new NonEmptyStringWithoutControlChars(), importance: 'HIGH', width: 'MEDIUM', displayName: 'Connector name', documentation: 'Globally unique name to use for this connector.' })
  common('connector.class', 'STRING', { importance: 'HIGH', width: 'LONG', displayName: 'Connector class', documentation: 'Name or alias of the class for this connector. Must be a subclass of org.apache.kafka.connect.connector.Connector. If the connector is org.apache.kafka.connect.file.FileStreamSinkConnector, you can either specify this full name,  or use "FileStreamSink" or "FileStreamSinkConnector" to make the configuration a bit shorter' })
  common('connector.plugin.version', 'STRING', { defaultValue: defaults?.connectorVersions.at(-1) ?? null, validator: version, importance: 'MEDIUM', width: 'MEDIUM', displayName: 'Connector version', documentation: 'Version of the connector.', recommender: recommend(() => defaults?.connectorVersions ?? []) })
  common('tasks.max', 'INT', { defaultValue: 1, validator: Range.atLeast(1), importance: 'HIGH', displayName: 'Tasks max', documentation: 'Maximum number of tasks to use for this connector.' })
  common('tasks.max.enforce', 'BOOLEAN', { defaultValue: true, displayName: 'Enforce tasks max', documentation: '(Deprecated) Whether to enforce that the tasks.max property is respected by the connector. By default, connectors that generate too many tasks will fail, and existing sets of tasks that exceed the tasks.max property will also be failed. If this property is set to false, then connectors will be allowed to generate more than the maximum number of tasks, and existing sets of tasks that exceed the tasks.max property will be allowed to run. This property is deprecated and will be removed in an upcoming major release.' })
  for (const side of ['key', 'value', 'header'] as const) {
    const kind = side === 'header' ? 'header_converter' : 'converter'
    const title = side[0]?.toUpperCase() + side.slice(1)
    common(`${side}.converter`, 'CLASS', {
      kind, defaultValue: defaults?.converters[side].className ?? null, displayName: `${title} converter class`, recommender: recommend(() => lookups.classNames(kind)),
      documentation: `${side === 'header' ? 'HeaderConverter' : 'Converter'} class used to convert between Kafka Connect format and the serialized form that is written to Kafka. This controls the format of the ${side === 'header' ? 'header values' : `${side}s`} in messages written to or read from Kafka, and since this is independent of connectors it allows any connector to work with any serialization format. Examples of common formats include JSON and Avro.${side === 'header' ? ' By default, the SimpleHeaderConverter is used to serialize header values to strings and deserialize them by inferring the schemas.' : ''}`,
    })
    common(`${side}.converter.plugin.version`, 'STRING', { defaultValue: defaults?.converters[side].version ?? null, validator: version, displayName: `${title} converter version`, documentation: `Version of the ${side} converter.`, recommender: {
      validValues: (_, parsed) => (parsed[`${side}.converter`] == null ? [] : lookups.versions(kind, String(parsed[`${side}.converter`]))),
      visible: (_, parsed) => parsed[`${side}.converter`] != null,
    } })
  }
  common('transforms', 'LIST', { defaultValue: [], validator: uniqueAliases('transformation'), group: 'Transforms', width: 'LONG', displayName: 'Transforms', documentation: 'Aliases for the transformations to be applied to records.' })
  common('predicates', 'LIST', { defaultValue: [], validator: uniqueAliases('predicate'), group: 'Predicates', width: 'LONG', displayName: 'Predicates', documentation: 'Aliases for the predicates used by transformations.' })
  common('config.action.reload', 'STRING', { defaultValue: 'restart', validator: ValidString.in('none', 'restart'), width: 'MEDIUM', displayName: 'Reload Action', documentation: "The action that Connect should take on the connector when changes in external configuration providers result in a change in the connector's configuration properties. A value of 'none' indicates that Connect will do nothing. A value of 'restart' indicates that Connect should restart/reload the connector with the updated configuration properties.The restart may actually be scheduled in the future if the external configuration provider indicates that a configuration value will expire in the future." })
  defineGroup(def, ERRORS, [
    ['errors.retry.timeout', 'LONG', 0, null, 'MEDIUM', 'MEDIUM', 'Retry Timeout for Errors', 'The maximum duration in milliseconds that a failed operation will be reattempted. The default is 0, which means no retries will be attempted. Use -1 for infinite retries.'],
    ['errors.retry.delay.max.ms', 'LONG', 60_000, null, 'MEDIUM', 'MEDIUM', 'Maximum Delay Between Retries for Errors', 'The maximum duration in milliseconds between consecutive retry attempts. Jitter will be added to the delay once this limit is reached to prevent thundering herd issues.'],
    ['errors.tolerance', 'STRING', 'none', ValidString.in('none', 'all'), 'MEDIUM', 'SHORT', 'Error Tolerance', "Behavior for tolerating errors during connector operation. 'none' is the default value and signals that any error will result in an immediate connector task failure; 'all' changes the behavior to skip over problematic records."],
    ['errors.log.enable', 'BOOLEAN', false, null, 'MEDIUM', 'SHORT', 'Log Errors', "If true, write each error and the details of the failed operation and problematic record to the Connect application log. This is 'false' by default, so that only errors that are not tolerated are reported."],
    ['errors.log.include.messages', 'BOOLEAN', false, null, 'MEDIUM', 'SHORT', 'Log Error Details', "Whether to include in the log the Connect record that resulted in a failure. For sink records, the topic, partition, offset, and timestamp will be logged. For source records, the key and value (and their schemas), all headers, and the timestamp, Kafka topic, Kafka partition, source partition, and source offset will be logged. This is 'false' by default, which will prevent record keys, values, and headers from being written to log files."],
  ])
  return def
}

export const sourceConnectorDef = (context: ConnectorDefContext): ConfigDef => {
  const def = commonConnectorDef(context)
  defineGroup(def, 'Topic Creation', [
    ['topic.creation.groups', 'LIST', [], uniqueAliases('topic creation group'), 'LOW', 'LONG', 'Topic Creation Groups', 'Groups of configurations for topics created by source connectors'],
  ])
  defineGroup(def, 'Exactly Once Support', [
    ['exactly.once.support', 'STRING', 'requested', CaseInsensitiveValidString.in('requested', 'required'), 'MEDIUM', 'SHORT', 'Exactly once support', 'Permitted values are requested, required. If set to "required", forces a preflight check for the connector to ensure that it can provide exactly-once semantics with the given configuration. Some connectors may be capable of providing exactly-once semantics but not signal to Connect that they support this; in that case, documentation for the connector should be consulted carefully before creating it, and the value for this property should be set to "requested". Additionally, if the value is set to "required" but the worker that performs preflight validation does not have exactly-once support enabled for source connectors, requests to create or validate the connector will fail.'],
    ['transaction.boundary', 'STRING', 'poll', CaseInsensitiveValidString.in('poll', 'interval', 'connector'), 'MEDIUM', 'SHORT', 'Transaction Boundary', "Permitted values are: poll, interval, connector. If set to 'poll', a new producer transaction will be started and committed for every batch of records that each task from this connector provides to Connect. If set to 'connector', relies on connector-defined transaction boundaries; note that not all connectors are capable of defining their own transaction boundaries, and in that case, attempts to instantiate a connector with this value will fail. Finally, if set to 'interval', commits transactions only after a user-defined time interval has passed."],
    ['transaction.boundary.interval.ms', 'LONG', null, nullOr(Range.atLeast(0)), 'LOW', 'SHORT', 'Transaction boundary interval', "If 'transaction.boundary' is set to 'interval', determines the interval for producer transaction commits by connector tasks. If unset, defaults to the value of the worker-level 'offset.flush.interval.ms' property. It has no effect if a different transaction.boundary is specified."],
  ], 2)
  defineGroup(def, 'offsets.topic', [
    ['offsets.storage.topic', 'STRING', null, new NonEmptyString(), 'LOW', 'LONG', 'Offsets topic', "The name of a separate offsets topic to use for this connector. If empty or not specified, the worker’s global offsets topic name will be used. If specified, the offsets topic will be created if it does not already exist on the Kafka cluster targeted by this connector (which may be different from the one used for the worker's global offsets topic if the bootstrap.servers property of the connector's producer has been overridden from the worker's). Only applicable in distributed mode; in standalone mode, setting this property will have no effect."],
  ])
  return addConnectorIsolateKeys(addSourceDeadLetterKeys(def, ERRORS), context.caps, ISOLATE_GROUP)
}

export const sinkConnectorDef = (context: ConnectorDefContext): ConfigDef => {
  const def = commonConnectorDef(context)
  const topic = (name: string, type: ConfigType, defaultValue: ConfigData, validator: Validator, displayName: string, documentation: string): ConfigDef =>
    def.define(name, { type, defaultValue, validator, importance: 'HIGH', width: 'LONG', displayName, documentation, group: COMMON, orderInGroup: 4 })
  topic('topics', 'LIST', [], ValidList.anyNonDuplicateValues(true, false), 'Topics', 'List of topics to consume, separated by commas')
  topic('topics.regex', 'STRING', '', regexValidator, 'Topics regex', 'Regular expression giving topics to consume. Under the hood, the regex is compiled to a <code>java.util.regex.Pattern</code>. Only one of topics or topics.regex should be specified.')
  defineGroup(def, ERRORS, [
    ['errors.deadletterqueue.topic.name', 'STRING', '', null, 'MEDIUM', 'MEDIUM', 'Dead Letter Queue Topic Name', 'The name of the topic to be used as the dead letter queue (DLQ) for messages that result in an error when processed by this sink connector, or its transformations or converters. The topic name is blank by default, which means that no messages are to be recorded in the DLQ.'],
    ['errors.deadletterqueue.topic.replication.factor', 'SHORT', 3, null, 'MEDIUM', 'MEDIUM', 'Dead Letter Queue Topic Replication Factor', "Replication factor used to create the dead letter queue topic when it doesn't already exist."],
    ['errors.deadletterqueue.context.headers.enable', 'BOOLEAN', false, null, 'MEDIUM', 'MEDIUM', 'Enable Error Context Headers', 'If true, add headers containing error context to the messages written to the dead letter queue. To avoid clashing with headers from the original record, all error context header keys, all error context header keys will start with <code>__connect.errors.</code>'],
  ], 6)
  return addConnectorIsolateKeys(addBisectionKeys(def, ERRORS), context.caps, ISOLATE_GROUP)
}

type Aliased = { readonly kind: 'transformation' | 'predicate'; readonly key: 'transforms' | 'predicates'; readonly title: 'Transformation' | 'Predicate'; readonly group: string }
const aliased: readonly Aliased[] = [
  { kind: 'transformation', key: 'transforms', title: 'Transformation', group: 'Transforms' },
  { kind: 'predicate', key: 'predicates', title: 'Predicate', group: 'Predicates' },
]

/**
 * `base` with the keys of the transformations and predicates that `props` name. With `requireAll` (starting), a plugin that cannot be
 * had throws; without (validating), its type key says so when it is validated and its own keys are left out.
 */
export const enrichedConnectorDef = (base: ConfigDef, props: Readonly<Record<string, string | null>>, { lookups }: ConnectorDefContext, requireAll: boolean): ConfigDef => {
  const def = new ConfigDef(base)
  for (const { kind, key, title, group } of aliased) {
    const aliases = parseType(key, props[key], 'LIST')
    for (const alias of new Set(Array.isArray(aliases) ? aliases.map(String) : [])) {
      const prefix = `${key}.${alias}.`
      const keysOf = (className: string): ConfigDef => {
        ofKind(kind, className, lookups)
        try {
          return lookups.configDef(kind, className, props[`${prefix}plugin.version`] ?? null, `${key}.${alias}`)
        } catch (error) {
          if (isVersionProblem(error)) throw new ConfigException(error.message)
          throw error instanceof ConfigException ? error : invalidValue(`${prefix}type`, className, `Error getting config definition from ${title}: ${messageOf(error)}`)
        }
      }
      const typeValidator = LambdaValidator.with((_, value) => {
        if (kind === 'transformation' && Object.hasOwn(props, `${prefix}negate`) && !Object.hasOwn(props, `${prefix}predicate`)) {
          throw new ConfigException(`Config '${prefix}negate' was provided but there is no config '${prefix}predicate' defining a predicate to be negated.`)
        }
        if (value !== null) keysOf(String(value))
      }, () => `valid configs for ${alias} ${kind}`)
      const given = props[`${prefix}type`] ?? null
      const className = given === null ? null : anyOf(kind, lookups)(parseType('', given, 'CLASS') as string)
      const versions = className === null ? [] : lookups.versions(kind, className)
      def.define(`${prefix}type`, {
        type: 'CLASS', validator: typeValidator, resolveClass: anyOf(kind, lookups), importance: 'HIGH', width: 'LONG', group: `${group}: ${alias}`, orderInGroup: 0,
        documentation: `Class for the '${alias}' ${kind}.`, displayName: `${title} type for ${alias}`, recommender: recommend(() => lookups.classNames(kind)),
      })
      const versionValidator = LambdaValidator.with((_, value) => {
        lookups.checkVersion(String(value))
        if (className === null || versions.length === 0) return
        try {
          lookups.configDef(kind, className, String(value), `${key}.${alias}`)
        } catch (error) {
          // what else is wrong with the class is the matter of its own key
          if (isVersionProblem(error)) throw new ConfigException(error.message)
        }
      })
      def.define(`${prefix}plugin.version`, {
        type: 'STRING', defaultValue: versions.at(-1) ?? null, validator: nullOr(versionValidator), importance: 'HIGH', width: 'LONG',
        group: `${group}: ${alias}`, orderInGroup: 1, documentation: `Version of the '${alias}' ${kind}.`, displayName: `${title} version for ${alias}`, recommender: recommend(() => versions),
      })
      const own = new ConfigDef()
      if (kind === 'transformation') {
        own.define('predicate', 'STRING', null, 'MEDIUM', 'The alias of a predicate used to determine whether to apply this transformation.')
        own.define('negate', 'BOOLEAN', false, 'MEDIUM', 'Whether the configured predicate should be negated.')
      }
      try {
        if (className === null) throw given === null ? invalidValue(`${prefix}type`, null, `Not a ${title}`) : invalidValue(`${prefix}type`, given, `Class ${given} could not be found.`)
        for (const childKey of keysOf(className).configKeys().values()) {
          if (own.names().has(childKey.name)) log.warn(`Transformer config ${childKey.name} is masked by implicit config of that name`)
          else own.define(childKey.name, childKey)
        }
      } catch (error) {
        if (requireAll) throw error
        continue
      }
      def.embed(prefix, `${group}: ${alias}`, 2, own)
    }
  }
  return def
}
