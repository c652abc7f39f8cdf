/** Calls on a Connector object: `ConnectorApi`. The object is made at the first call, so that a failing constructor is that call's error. */
import { ConfigDef } from '../../src/data/config-def.ts'
import { configValueData, ConfigValue } from '../../src/data/config-key.ts'
import { ConnectException } from '../../src/data/errors.ts'
import { parseJson } from '../../src/data/json.ts'
import type { ConfigValueJson, ConnectorApi, OffsetEntry, StringMap } from '../../src/wire/guest-api.ts'
import { type Connector, type SinkConnector, SourceConnector } from '../sdk/connectors.ts'
import { connectorContext } from './contexts.ts'
import { newConnector, plugin, taskClassName } from './plugin.ts'
import type { Async } from './api.ts'

export const connectorApi = (): Async<ConnectorApi> => {
  let made: Connector | undefined
  const connector = (): Connector => (made ??= newConnector())
  const configDef = async (): Promise<ConfigDef> => {
    const config: unknown = await connector().config()
    if (config instanceof ConfigDef) return config
    throw new ConnectException(`config() of ${plugin().className} returned no ConfigDef`)
  }
  const hooks = (): Partial<SourceConnector & SinkConnector> => connector() as unknown as Partial<SourceConnector & SinkConnector>

  return {
    async describe() {
      const version = await connector().version?.()
      return { version: version ?? plugin().version, config: (await configDef()).toJson() }
    },
    async validate(props) {
      const types = (await configDef()).configKeys()
      const values: unknown = await connector().validate(props)
      if (!Array.isArray(values) || !values.every(isConfigValue)) throw new ConnectException(`validate() of ${plugin().className} returned no array of ConfigValues`)
      return values.map((value): ConfigValueJson => (value instanceof ConfigValue ? configValueData(value, types.get(value.name)?.type ?? null) : valueJson(value)))
    },
    async initialize() {
      const context = connectorContext()
      if (typeof connector().initialize === 'function') connector().initialize(context)
      else connector().context = context
    },
    async start(props) {
      connector().context ??= connectorContext()
      await connector().start(props)
    },
    async stop() {
      await made?.stop?.()
    },
    async taskClass() {
      return taskClassName(await hooks().taskClass?.())
    },
    async taskConfigs(maxTasks) {
      const configs: unknown = await connector().taskConfigs(maxTasks)
      if (!Array.isArray(configs)) throw new ConnectException(`taskConfigs() of ${plugin().className} returned no array of configurations`)
      return configs.map((config, index) => stringMap(config, `taskConfigs()[${index}]`))
    },
    async exactlyOnceSupport(props) {
      return (await hooks().exactlyOnceSupport?.(props)) ?? null
    },
    async canDefineTransactionBoundaries(props) {
      return (await hooks().canDefineTransactionBoundaries?.(props)) ?? null
    },
    async alterOffsets(props, offsets) {
      const target = connector() as unknown as { alterOffsets?(props: StringMap, offsets: ReadonlyMap<unknown, unknown>): unknown }
      const entries = connector() instanceof SourceConnector ? offsets.map(sourceEntry) : offsets.map(sinkEntry)
      return (await target.alterOffsets?.(props, new Map(entries))) === true
    },
  }
}

const sourceEntry = ({ partition, offset }: OffsetEntry): [unknown, unknown] => [parseJson(partition), offset === null ? null : parseJson(offset)]
const sinkEntry = ({ partition, offset }: OffsetEntry): [unknown, unknown] => {
  const json = JSON.parse(partition) as { readonly kafka_topic?: unknown; readonly kafka_partition?: unknown }
  return [{ topic: String(json.kafka_topic), partition: Number(json.kafka_partition) }, offset === null ? null : Number(offset)]
}

/** A ConfigValue, or a plain object that looks like one. */
const isConfigValue = (value: unknown): value is ConfigValue | ConfigValueJson => {
  if (value instanceof ConfigValue) return true
  const { name, errors = [], recommendedValues = [] } = (value ?? {}) as { readonly name?: unknown; readonly errors?: unknown; readonly recommendedValues?: unknown }
  return typeof name === 'string' && Array.isArray(errors) && Array.isArray(recommendedValues)
}
const valueJson = (value: ConfigValueJson): ConfigValueJson => ({
  name: String(value.name),
  value: value.value == null ? null : String(value.value),
  recommendedValues: (value.recommendedValues ?? []).map(String),
  errors: (value.errors ?? []).map(String),
  visible: value.visible !== false,
})

/** Configurations are maps of strings; other simple values become text, null entries are left out. */
const stringMap = (config: unknown, where: string): StringMap => {
  if (typeof config !== 'object' || config === null) throw new ConnectException(`${where} of ${plugin().className} is no configuration object`)
  const entries: readonly (readonly [unknown, unknown])[] = config instanceof Map ? [...(config as ReadonlyMap<unknown, unknown>)] : Object.entries(config)
  return Object.fromEntries(entries.flatMap(([key, value]) => {
    if (value === null || value === undefined) return []
    if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') throw new ConnectException(`${where} of ${plugin().className}: the value of "${String(key)}" is no text`)
    return [[String(key), String(value as string | number | boolean | bigint)]]
  }))
}
