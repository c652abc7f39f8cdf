/** `ConnectorConfiguration` over the config room, the plugin shelf and the cells that describe and validate plugins. */
import { connectorAdminProperties, sinkConsumerGroup } from '../config/client-properties.ts'
import { parseConnectorConfig } from '../config/connector-config.ts'
import type { ConnectorConfig } from '../config/connector-config.ts'
import { resolvedSecrets, secretsOf } from '../config/secrets.ts'
import { pluginConfigInfos, unloadableVersionInfos, validateConnectorConfig } from '../config/validation.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { ConnectError } from '../errors.ts'
import type { KafkaClients } from '../kafka/types.ts'
import { logger } from '../log.ts'
import { hideSecrets } from '../log-secrets.ts'
import type { Plugin, Shelf } from '../plugins/types.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { ConnectorType } from '../worker/types.ts'
import type { ConnectorConfiguration, RawConfig } from './configuration.ts'
import type { PluginCells } from './plugin-cells.ts'
import { withGuestConfigDefs } from './guest-config-defs.ts'
import type { ConfigInfos } from './types.ts'
import { createPluginLookups } from './plugin-lookups.ts'
import { shownInfos } from './shown-infos.ts'
import { buildConnectorSpec, buildTaskSpec } from './specs.ts'
import { taskPlugins } from './task-plugins.ts'

const log = logger('org.apache.kafka.connect.runtime.AbstractHerder')

const rememberedValidations = 32

export type ConfigurationDeps = {
  readonly worker: WorkerConfig
  readonly shelf: Shelf
  readonly cells: PluginCells
  readonly clients: KafkaClients
  /** Replaces variables of config providers. */
  readonly resolveWithTtl: ConnectorConfiguration['resolveWithTtl']
}

export const createConnectorConfiguration = ({ worker, shelf, cells, clients, resolveWithTtl }: ConfigurationDeps): ConnectorConfiguration => {
  const resolve = async (config: RawConfig): Promise<StringMap> => (await resolveWithTtl(config)).props
  const lookups = createPluginLookups(shelf)

  const connectorOf = (config: RawConfig): Plugin => shelf.find(config['connector.class'] ?? '', config['connector.plugin.version'] ?? null, 'connector')
  const runningOf = (config: RawConfig, version: string | undefined): Plugin => {
    const running = version === undefined ? undefined : shelf.list('connector').find((plugin) => plugin.version === version && plugin.className === connectorOf(config).className)
    return running ?? connectorOf(config)
  }
  const parse = (plugin: Plugin, config: StringMap): ConnectorConfig => parseConnectorConfig(config, typeOf(plugin), worker, lookups, plugin.limits)
  const secrets = async (raw: RawConfig, resolved: StringMap, connector: StringMap = resolved): Promise<readonly string[]> => {
    // a plugin that cannot be described cannot be started either; that is told elsewhere
    const keys = await cells.describe(connectorOf(connector)).then(({ config }) => config, () => [])
    return secretsOf(raw, resolved, keys.filter(({ type }) => type === 'PASSWORD').map(({ name }) => name))
  }
  let validations = 0
  /** `owner`: for whom the secrets are hidden. */
  const validateResolved = async (raw: RawConfig, props: StringMap, owner: string): Promise<ConfigInfos> => {
    const className = props['connector.class'] ?? ''
    let plugin: Plugin
    try {
      plugin = connectorOf(props)
    } catch (error) {
      const versions = shelf.versions(className)
      const isVersionProblem = error instanceof ConnectError && error.code === 'PLUGIN_VERSION' && versions.length > 0
      if (!isVersionProblem) throw error
      log.warn(`Failed to load connector ${className} with version ${props['connector.plugin.version']}, skipping additional validations (connector, converters, transformations, client overrides) `, error)
      return shownInfos(unloadableVersionInfos(props, worker, lookups, versions, error.message), raw, props)
    }
    log.info(`Validating connector ${className}, version ${plugin.version}`)
    hideSecrets(owner, await secrets(raw, props))
    const [{ config }, values, known] = await Promise.all([cells.describe(plugin), cells.validate(plugin, props), withGuestConfigDefs(props, lookups, shelf, cells)])
    return shownInfos(validateConnectorConfig({ props, type: typeOf(plugin), worker, lookups: known, connectorVersions: shelf.versions(plugin.className), plugin: { config, values } }), raw, props)
  }

  return {
    resolve,
    resolveWithTtl,
    secrets,
    validate: async (raw) => {
      if ((raw['connector.class'] ?? null) === null) {
        // Kafka prints resolved values here; ours may hold secrets and stay as they were given
        throw new ConnectError('BAD_REQUEST', `Connector config {${Object.entries(raw).map(([key, value]) => `${key}=${value}`).join(', ')}} contains no connector type`)
      }
      const props = await resolve(raw)
      // hidden until so many others have come: what is wrong is also told after this
      const owner = `validation ${validations++ % rememberedValidations}`
      hideSecrets(owner, resolvedSecrets(raw, props))
      return validateResolved(raw, props, owner)
    },
    pluginConfig: async (name, version) => {
      for (const kind of ['converter', 'header_converter', 'transformation', 'predicate'] as const) {
        const className = lookups.className(kind, name)
        if (className !== null && shelf.versions(className).length === 0) return pluginConfigInfos(lookups.configDef(kind, className, version).toJson(), null, worker, lookups)
      }
      const plugin = findAny(shelf, name, version)
      const isConnector = plugin.type === 'source' || plugin.type === 'sink'
      return pluginConfigInfos((await cells.describe(plugin)).config, isConnector ? typeOf(plugin) : null, worker, lookups)
    },
    typeOf: (config) => {
      try {
        return typeOf(connectorOf(config))
      } catch {
        return 'unknown'
      }
    },
    connectorSpec: (name, config, targetState, secrets, running) => {
      const plugin = runningOf(config, running)
      const parsed = parse(plugin, config)
      return buildConnectorSpec({ parsed: { ...parsed, name }, plugin: shelf.ref(plugin), grants: shelf.grants(plugin, config), config, secrets, targetState })
    },
    taskSpec: (connector, id, config) => {
      const parsed = parse(runningOf(connector.config, connector.plugin.version), connector.config)
      return buildTaskSpec({ worker, parsed, connector, id, config, plugins: taskPlugins(parsed, connector, connector.config, shelf) })
    },
    tasksMax: (config) => {
      const { tasksMax, tasksMaxEnforce } = parse(connectorOf(config), config)
      return { tasksMax, enforce: tasksMaxEnforce }
    },
    consumerGroup: (name, config) => sinkConsumerGroup(worker, config, name),
    connectorAdmin: (name, config) => clients.admin({ properties: connectorAdminProperties(worker, config, name), clientId: `connector-worker-adminclient-${name}` }),
  }
}
const typeOf = (plugin: Plugin): ConnectorType => (plugin.type === 'sink' ? 'sink' : 'source')

const findAny = (shelf: Shelf, name: string, version: string | null): Plugin => {
  try {
    return shelf.find(name, version)
  } catch (error) {
    if (error instanceof ConnectError && error.code === 'PLUGIN_UNKNOWN') throw new ConnectError('NOT_FOUND', `Unknown plugin ${name}.`, { cause: error })
    throw error
  }
}
