/**
 * The configuration store's interface: connectors, their target states and task configurations, raw (variables unresolved),
 * as Kafka's ConfigBackingStore and ClusterConfigState. Reads are answered from memory; writes resolve when they are durable.
 */
export type StoredTargetState = 'STARTED' | 'PAUSED' | 'STOPPED'
export type ConfigMap = Readonly<Record<string, string>>
export type StoredConnector = {
  readonly config: ConfigMap
  readonly targetState: StoredTargetState
  readonly taskConfigs: readonly ConfigMap[]
  /** The configuration in effect when the task configurations were stored; null when there are none. */
  readonly appliedConfig: ConfigMap | null
}

export interface ConfigStore {
  start(): Promise<void>
  /** In the order of creation. */
  connectors(): readonly string[]
  get(name: string): StoredConnector | undefined
  /** Creates or replaces. A null state keeps the present one (STARTED for a new connector). */
  putConnectorConfig(name: string, config: ConfigMap, targetState: StoredTargetState | null): Promise<void>
  removeConnectorConfig(name: string): Promise<void>
  putTaskConfigs(name: string, configs: readonly ConfigMap[]): Promise<void>
  removeTaskConfigs(name: string): Promise<void>
  putTargetState(name: string, state: StoredTargetState): Promise<void>
  stop(): Promise<void>
}
