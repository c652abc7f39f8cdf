/**
 * What a herder needs to know of connector configurations, apart from where they are stored: variables, validation and the
 * specifications the worker runs. `connector-configs.ts` implements it over the config room and the plugin shelf.
 */
import type { Admin } from '../kafka/types.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, ConnectorType, TargetState, TaskId, TaskSpec } from '../worker/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from './types.ts'

export type RawConfig = Readonly<Record<string, string>>

export interface ConnectorConfiguration {
  /** Replaces `${provider:path:key}` variables. What is stored and shown keeps them. */
  resolve(config: RawConfig): Promise<StringMap>
  /** The same for a connector about to run, with the time after which a value may have changed; null: never. */
  resolveWithTtl(config: RawConfig): Promise<{ readonly props: StringMap; readonly ttlMs: number | null }>
  /** The texts in a resolved configuration that nobody may see: what providers put in, and passwords of its plugins. */
  /** `connector`: the configuration that names the class, where `resolved` is a task's, which need not. */
  secrets(raw: RawConfig, resolved: StringMap, connector?: StringMap): Promise<readonly string[]>
  /** Full validation of a raw configuration. Throws coded errors where Kafka has no result (no class, unknown class). */
  validate(config: RawConfig): Promise<ConfigInfos>
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]>
  /** `unknown` when the class cannot be found now. */
  typeOf(config: RawConfig): ConnectorType | 'unknown'
  /**
   * Limits, grants and plugin of a connector whose configuration is resolved. `running` is the version its Connector runs: its
   * tasks stay on that, whatever is dropped into plugin.path, until the Connector is started anew. Throws when it cannot be run.
   */
  connectorSpec(name: string, config: StringMap, targetState: TargetState, secrets: readonly string[], running?: string): ConnectorSpec
  taskSpec(connector: ConnectorSpec, id: TaskId, config: StringMap): TaskSpec
  tasksMax(config: StringMap): { readonly tasksMax: number; readonly enforce: boolean }
  /** The consumer group of a sink connector: `connect-NAME` unless overridden. */
  consumerGroup(name: string, config: StringMap): string
  /** An admin client with the connector's settings; the caller closes it. */
  connectorAdmin(name: string, config: StringMap): Promise<Admin>
}
