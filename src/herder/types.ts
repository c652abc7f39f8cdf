/** The Herder interface: what the REST room (and the CLI) may ask. `standalone.ts` implements it. Shapes are those of the REST contract. */
import type { ConnectorState, ConnectorType, TargetState, TaskId } from '../worker/types.ts'
import type { StringMap } from '../wire/guest-api.ts'

export type ConnectorInfo = { readonly name: string; readonly config: StringMap; readonly tasks: readonly TaskId[]; readonly type: ConnectorType | 'unknown' }
export type StateJson = { readonly state: ConnectorState; readonly worker_id: string; readonly version?: string | null; readonly trace?: string }
export type ConnectorStateInfo = { readonly name: string; readonly connector: StateJson; readonly tasks: readonly (StateJson & { readonly id: number })[]; readonly type: ConnectorType | 'unknown' }
export type TaskInfo = { readonly id: TaskId; readonly config: StringMap }
export type OffsetsJson = { readonly offsets: readonly { readonly partition: Readonly<Record<string, unknown>>; readonly offset: Readonly<Record<string, unknown>> | null }[] }

export type ConfigKeyInfo = {
  readonly name: string; readonly type: string; readonly required: boolean; readonly default_value: string | null; readonly importance: string
  readonly documentation: string; readonly group: string | null; readonly order_in_group: number; readonly width: string; readonly display_name: string; readonly dependents: readonly string[]
}
export type ConfigValueInfo = { readonly name: string; readonly value: string | null; readonly recommended_values: readonly string[]; readonly errors: readonly string[]; readonly visible: boolean }
export type ConfigInfos = { readonly name: string; readonly error_count: number; readonly groups: readonly string[]; readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo }[] }
export type PluginInfo = { readonly class: string; readonly type: string; readonly version?: string; readonly location?: string }

/** Errors carry an HTTP status (errors.ts): NotFound 404, AlreadyExists 409, BadRequest 400, anything else 500. */
export interface Herder {
  start(): Promise<void>
  /** True once start-up (command line connectors included) is over. */
  isReady(): boolean
  stop(): Promise<void>
  serverInfo(): Promise<{ readonly version: string; readonly commit: string; readonly kafka_cluster_id: string }>
  connectors(): Promise<readonly string[]>
  connectorInfo(name: string): Promise<ConnectorInfo>
  connectorConfig(name: string): Promise<StringMap>
  /** Validates, stores and starts. `allowReplace` false: 409 when it exists. */
  putConnectorConfig(name: string, config: StringMap, options: { readonly initialState?: TargetState; readonly allowReplace: boolean }): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>
  patchConnectorConfig(name: string, patch: Readonly<Record<string, string | null>>): Promise<ConnectorInfo>
  deleteConnector(name: string): Promise<void>
  connectorStatus(name: string): Promise<ConnectorStateInfo>
  taskStatus(id: TaskId): Promise<StateJson & { readonly id: number }>
  taskInfos(name: string): Promise<readonly TaskInfo[]>
  setTargetState(name: string, state: TargetState): Promise<void>
  restartConnector(name: string): Promise<void>
  restartConnectorAndTasks(name: string, options: { readonly includeTasks: boolean; readonly onlyFailed: boolean }): Promise<ConnectorStateInfo>
  restartTask(id: TaskId): Promise<void>
  topics(name: string): Promise<readonly string[]>
  resetTopics(name: string): Promise<void>
  offsets(name: string): Promise<OffsetsJson>
  alterOffsets(name: string, offsets: OffsetsJson['offsets']): Promise<{ readonly message: string }>
  resetOffsets(name: string): Promise<{ readonly message: string }>
  validate(config: StringMap): Promise<ConfigInfos>
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]>
}
