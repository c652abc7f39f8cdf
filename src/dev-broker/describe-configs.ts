/** How a setting is shown: its value and where it comes from. */
import { brokerId, type ClusterOptions } from './cluster.ts'
import type { ConfigKey, TopicConfigs } from './topic-configs.ts'

export const sources = { topic: 1, staticBroker: 4, default: 5 } as const

export const describeConfig = (key: ConfigKey, configs: TopicConfigs): { readonly value: string; readonly source: number } => {
  const set = configs.get(key.name)
  return set === undefined ? { value: key.value, source: sources.default } : { value: set, source: sources.topic }
}

/** The few broker settings that mean something here; they cannot be changed. */
export const brokerConfigKeys = (options: ClusterOptions): readonly ConfigKey[] => [
  { name: 'auto.create.topics.enable', type: 1, value: String(options.autoCreateTopics) },
  { name: 'broker.id', type: 3, value: String(brokerId) },
  { name: 'default.replication.factor', type: 3, value: '1' },
  { name: 'group.initial.rebalance.delay.ms', type: 3, value: String(options.initialRebalanceDelayMs) },
  { name: 'log.dirs', type: 2, value: options.dataDir ?? '' },
  { name: 'node.id', type: 3, value: String(brokerId) },
  { name: 'num.partitions', type: 3, value: String(options.defaultPartitions) },
]
