/**
 * Validation of a connector configuration: the framework's findings, the plugin's own and those of client overrides and converters in
 * one result, in Kafka's order and with Kafka's counting. Pure: what the plugin says is handed in.
 */
import { ConfigDef } from '../data/config-def.ts'
import { configKeyData, ConfigValue, configValueData, type ConfigKeyData, type ConfigValueData } from '../data/config-key.ts'
import { convertToString, javaSetOrder } from '../data/config-parse.ts'
import { messageOf } from '../errors.ts'
import { configKeyInfo, valueInfo, type ConfigInfo, type ConfigInfos, type ConfigKeyInfo, type ConfigValueInfo, type GivenConfig } from './config-infos.ts'
import { connectorDef, connectorDefaults, type ConnectorType } from './connector-config.ts'
import { enrichedConnectorDef, isVersionProblem, type PluginLookups } from './connector-config-def.ts'
import { bisectionProblems } from './dead-letter-keys.ts'
import { fullMatch } from './java-regex.ts'
import { nearestClasses } from './known-keys.ts'
import { overrideInfos } from './override-infos.ts'
import type { StringMap, WorkerConfig } from './worker-config.ts'

/** What `GET /connector-plugins/{plugin}/config` lists: a connector's own keys first, then the framework's that it does not redefine. */
export const pluginConfigInfos = (own: readonly ConfigKeyData[], type: ConnectorType | null, worker: WorkerConfig, lookups: PluginLookups): readonly ConfigKeyInfo[] => {
  const names = new Set(own.map(({ name }) => name))
  const framework = type === null ? [] : connectorDef(type, { lookups, caps: worker.isolate.caps, defaults: null }).toJson()
  return [...own, ...framework.filter(({ name }) => !names.has(name))].map((key) => configKeyInfo(key))
}

const nullMessage = 'Null value can not be supplied as the configuration value.'
const isBlank = (text: string | null | undefined): boolean => (text ?? '').trim() === ''

/** What the keys of a sink must be together. Messages are added to the values already known. */
const checkSink = (props: GivenConfig, values: Map<string, ConfigValue>): void => {
  const add = (name: string, message: string): void => {
    const value = values.get(name) ?? new ConfigValue(name)
    values.set(name, value)
    value.addErrorMessage(message)
  }
  const { topics, 'topics.regex': regex } = props
  const deadLetterTopic = (props['errors.deadletterqueue.topic.name'] ?? '').trim()
  if (isBlank(topics) === isBlank(regex)) {
    const message = isBlank(topics) ? 'Must configure one of topics or topics.regex' : 'topics and topics.regex are mutually exclusive options, but both are set.'
    add('topics', message)
    add('topics.regex', message)
  }
  const parsed = Object.fromEntries([...values].map(([name, { value }]) => [name, value]))
  for (const problem of bisectionProblems(parsed)) add('errors.put.bisect', problem)
  if (deadLetterTopic === '') return
  const list = ConfigDef.parseType('topics', topics, 'LIST')
  const names = new Set(Array.isArray(list) ? list.map(String).filter((name) => name !== '') : [])
  if (names.has(deadLetterTopic)) add('topics', `The DLQ topic '${deadLetterTopic}' may not be included in the list of topics ('topics=[${[...names].join(', ')}]') consumed by the connector`)
  try {
    if (!isBlank(regex) && fullMatch(regex ?? '').test(deadLetterTopic)) {
      add('topics.regex', `The DLQ topic '${deadLetterTopic}' may not be matched by the regex for the topics ('topics.regex=${regex}') consumed by the connector`)
    }
  } catch {
    // The regular expression itself is wrong; its own validator has said so.
  }
}
/** A sink's consumer group may not be the group of the distributed worker itself. */
const checkGroup = (props: GivenConfig, worker: WorkerConfig, values: ReadonlyMap<string, ConfigValue>, overrides: ConfigInfo[]): void => {
  const group = worker.distributed?.groupId
  if (group === undefined) return
  const own = props['consumer.override.group.id'] ?? null
  if (own !== null && own === group) {
    const at = overrides.findIndex(({ value }) => value.name === 'consumer.override.group.id')
    const found = overrides[at]
    if (found !== undefined) overrides[at] = { ...found, value: { ...found.value, errors: [...found.value.errors, `Consumer group ${own} conflicts with Connect worker group ${group}`] } }
  } else if (own === null && `connect-${props.name ?? ''}` === group) {
    values.get('name')?.addErrorMessage(`Consumer group for sink connector named ${props.name} conflicts with Connect worker group ${group}`)
  }
}

const converterInfos = (props: GivenConfig, values: ReadonlyMap<string, ConfigValue>, lookups: PluginLookups): { readonly infos: ConfigInfo[]; readonly groups: readonly string[] } => {
  const infos: ConfigInfo[] = []
  const groups: string[] = []
  for (const side of ['header', 'key', 'value'] as const) {
    const key = `${side}.converter`
    const classValue = values.get(key)
    if ((props[key] ?? null) === null || classValue === undefined || classValue.errorMessages.length > 0 || (values.get(`${key}.plugin.version`)?.errorMessages.length ?? 0) > 0 || props[`${key}.plugin.version`] === null) continue
    const version = props[`${key}.plugin.version`] ?? null
    try {
      const def = lookups.configDef(side === 'header' ? 'header_converter' : 'converter', String(classValue.value), version, key)
      const given = Object.fromEntries(Object.entries(props).flatMap(([name, value]) => (name.startsWith(`${key}.`) ? [[name.slice(key.length + 1), value]] : [])))
      const found = def.validateAll({ 'converter.type': side, ...given })
      // Java's order of keys and, by them, of groups is that of a hash table
      for (const value of javaSetOrder(found.keys()).flatMap((name) => found.get(name) ?? [])) {
        const definition = def.configKeys().get(value.name)
        if (definition?.group != null) groups.push(definition.group)
        infos.push({ definition: definition === undefined ? null : configKeyInfo(configKeyData(definition), `${key}.`), value: valueInfo(configValueData(value, definition?.type ?? null), `${key}.`) })
      }
    } catch (error) {
      if (isVersionProblem(error)) for (const name of [key, `${key}.plugin.version`]) values.get(name)?.addErrorMessage(error.message)
      else classValue.addErrorMessage(`Failed to load ConfigDef from ${side} converter: ${messageOf(error)}`)
    }
  }
  return { infos, groups }
}

export type ValidationInput = {
  /** Variables resolved. */
  readonly props: GivenConfig
  readonly type: ConnectorType
  readonly worker: WorkerConfig
  readonly lookups: PluginLookups
  /** Versions of the connector on the shelf, newest last. */
  readonly connectorVersions: readonly string[]
  /** What the connector's `config()` and `validate(props)` said. */
  readonly plugin: { readonly config: readonly ConfigKeyData[]; readonly values: readonly ConfigValueData[] }
}

export const validateConnectorConfig = ({ props, type, worker, lookups, connectorVersions, plugin }: ValidationInput): ConfigInfos => {
  const context = { lookups, caps: worker.isolate.caps, defaults: connectorDefaults(worker, lookups, props, connectorVersions) }
  const def = enrichedConnectorDef(connectorDef(type, context), props, context, false)
  const values = def.validateAll(props)
  if (type === 'sink') checkSink(props, values)
  const nulls = new Set(Object.keys(props).filter((name) => props[name] === null))
  for (const name of nulls) if (!values.has(name)) values.set(name, new ConfigValue(name))
  const converters = converterInfos(props, values, lookups)
  const overrides = overrideInfos(props, type, worker)
  if (type === 'sink') checkGroup(props, worker, values, overrides)

  const keys = new Map(def.toJson().map((key) => [key.name, key]))
  for (const key of plugin.config) keys.set(key.name, key)
  const all = [...[...values.values()].map((value) => configValueData(value, def.configKeys().get(value.name)?.type ?? null)), ...plugin.values]
  // Said last: in Kafka a plugin's own finding about its key wipes this one out, and the null is stored.
  const own = merged(keys, all).map((info) => (nulls.has(info.value.name) ? { ...info, value: { ...info.value, errors: [...info.value.errors, nullMessage] } } : info))
  const rest = [...overrides, ...converters.infos]
  return {
    name: props['connector.class'] ?? '',
    error_count: own.reduce((sum, { value }) => sum + value.errors.length, 0) + rest.filter(({ value }) => value.errors.length > 0).length,
    groups: [...new Set([...def.groups(), ...plugin.config.flatMap(({ group }) => group ?? []), ...converters.groups])],
    configs: [...own, ...rest],
  }
}
/** Values without a definition first, then one entry a key; of two values for a key the later counts. */
const merged = (keys: ReadonlyMap<string, ConfigKeyData>, values: readonly ConfigValueData[]): readonly ConfigInfo[] => {
  const byName = new Map(values.map((value) => [value.name, value]))
  return [
    ...values.filter(({ name }) => !keys.has(name)).map((value) => ({ definition: null, value: valueInfo(value) })),
    ...[...keys.values()].map((key) => ({
      definition: configKeyInfo(key),
      value: valueInfo(byName.get(key.name) ?? { name: key.name, value: null, recommendedValues: [], errors: [], visible: true }),
    })),
  ]
}

/** When the wanted version of the connector cannot be loaded: framework keys alone, with the reason on class and version. */
export const unloadableVersionInfos = (props: GivenConfig, worker: WorkerConfig, lookups: PluginLookups, connectorVersions: readonly string[], reason: string): ConfigInfos => {
  // Nothing is recommended here but the versions of the connector itself.
  const silent: PluginLookups = { ...lookups, classNames: () => [], versions: () => [] }
  const def = connectorDef('source', { lookups: silent, caps: worker.isolate.caps, defaults: { connectorVersions, converters: { key: none, value: none, header: none } } })
  const common = new Set(['Common', 'Transforms', 'Predicates', 'Error Handling'])
  const values = def.validateAll(props)
  for (const name of ['connector.class', 'connector.plugin.version']) values.get(name)?.addErrorMessage(reason)
  for (const name of Object.keys(props)) if (props[name] === null) values.get(name)?.addErrorMessage(nullMessage)
  const version = values.get('connector.plugin.version')
  if (version !== undefined) version.recommendedValues = [...connectorVersions]
  const configs = def.toJson().filter(({ group }) => common.has(group ?? '')).map((key) => {
    const value = values.get(key.name) ?? new ConfigValue(key.name)
    return { definition: configKeyInfo(key), value: valueInfo({ ...configValueData(value, key.type), recommendedValues: value.recommendedValues.flatMap((item) => convertToString(item, key.type) ?? []) }) }
  })
  return { name: props['connector.class'] ?? '', error_count: configs.reduce((sum, { value }) => sum + value.errors.length, 0), groups: [...common], configs }
}
const none = { className: null, version: null }

/** The text of the 400 for a configuration with errors; null when there are none. */
export const validationError = (infos: ConfigInfos): string | null => {
  if (infos.error_count === 0) return null
  const messages = infos.configs.flatMap(({ value }) => value.errors.map((error) => `${error}${otherClass(error, value.recommended_values)}`))
  return `Connector configuration is invalid and contains the following ${infos.error_count} error(s):\n${messages.join('\n')}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/{connectorType}/config/validate\``
}
/** What Kafka says of abstract classes, said of unknown ones as well. */
const otherClass = (error: string, known: readonly string[]): string => {
  const unknown = /: Class (.*) could not be found\.$/s.exec(error)?.[1]
  const near = unknown === undefined ? [] : nearestClasses(unknown, known)
  return near.length === 0 ? '' : ` Did you mean ${near.join(', ')}?`
}
export type { ConfigInfo, ConfigInfos, ConfigKeyInfo, ConfigValueInfo, GivenConfig, PluginLookups, StringMap }
