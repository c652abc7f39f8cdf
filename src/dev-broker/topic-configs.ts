/** The topic settings Kafka 4.3 knows, with their types and defaults; DescribeConfigs answers with all of them. Which ones do something here: README.md. */
import { BrokerError, errors } from './protocol/error-codes.ts'

/** Type numbers of DescribeConfigs: 1 boolean, 2 string, 3 int, 5 long, 6 double, 7 list. */
export type ConfigKey = { readonly name: string; readonly type: 1 | 2 | 3 | 5 | 6 | 7; readonly value: string; readonly oneOf?: readonly string[]; readonly min?: number }

const long = '9223372036854775807'
export const topicConfigKeys: readonly ConfigKey[] = [
  { name: 'cleanup.policy', type: 7, value: 'delete', oneOf: ['delete', 'compact'] },
  { name: 'compression.gzip.level', type: 3, value: '-1', min: -1 },
  { name: 'compression.lz4.level', type: 3, value: '9', min: 1 },
  { name: 'compression.type', type: 2, value: 'producer', oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] },
  { name: 'compression.zstd.level', type: 3, value: '3' },
  { name: 'delete.retention.ms', type: 5, value: '86400000', min: 0 },
  { name: 'file.delete.delay.ms', type: 5, value: '60000', min: 0 },
  { name: 'flush.messages', type: 5, value: long, min: 1 },
  { name: 'flush.ms', type: 5, value: long, min: 0 },
  { name: 'follower.replication.throttled.replicas', type: 7, value: '' },
  { name: 'index.interval.bytes', type: 3, value: '4096', min: 0 },
  { name: 'leader.replication.throttled.replicas', type: 7, value: '' },
  { name: 'local.retention.bytes', type: 5, value: '-2', min: -2 },
  { name: 'local.retention.ms', type: 5, value: '-2', min: -2 },
  { name: 'max.compaction.lag.ms', type: 5, value: long, min: 1 },
  { name: 'max.message.bytes', type: 3, value: '1048588', min: 0 },
  { name: 'message.timestamp.after.max.ms', type: 5, value: '3600000', min: 0 },
  { name: 'message.timestamp.before.max.ms', type: 5, value: long, min: 0 },
  { name: 'message.timestamp.type', type: 2, value: 'CreateTime', oneOf: ['CreateTime', 'LogAppendTime'] },
  { name: 'min.cleanable.dirty.ratio', type: 6, value: '0.5', min: 0 },
  { name: 'min.compaction.lag.ms', type: 5, value: '0', min: 0 },
  { name: 'min.insync.replicas', type: 3, value: '1', min: 1 },
  { name: 'preallocate', type: 1, value: 'false', oneOf: ['true', 'false'] },
  { name: 'remote.log.copy.disable', type: 1, value: 'false', oneOf: ['true', 'false'] },
  { name: 'remote.log.delete.on.disable', type: 1, value: 'false', oneOf: ['true', 'false'] },
  { name: 'remote.storage.enable', type: 1, value: 'false', oneOf: ['true', 'false'] },
  { name: 'retention.bytes', type: 5, value: '-1', min: -1 },
  { name: 'retention.ms', type: 5, value: '604800000', min: -1 },
  { name: 'segment.bytes', type: 3, value: '1073741824', min: 14 },
  { name: 'segment.index.bytes', type: 3, value: '10485760', min: 4 },
  { name: 'segment.jitter.ms', type: 5, value: '0', min: 0 },
  { name: 'segment.ms', type: 5, value: '604800000', min: 1 },
  { name: 'unclean.leader.election.enable', type: 1, value: 'false', oneOf: ['true', 'false'] },
]
const keyByName = new Map(topicConfigKeys.map((key) => [key.name, key]))

export type TopicConfigs = ReadonlyMap<string, string>

export const configValue = (configs: TopicConfigs, name: string): string => configs.get(name) ?? keyByName.get(name)?.value ?? ''
export const configNumber = (configs: TopicConfigs, name: string): number => Number(configValue(configs, name))
export const configList = (value: string): string[] => value.split(',').map((item) => item.trim()).filter((item) => item !== '')

/** Throws INVALID_CONFIG with Kafka's wording. */
export const checkConfig = (name: string, value: string | null): void => {
  const key = keyByName.get(name)
  if (key === undefined) throw new BrokerError(errors.INVALID_CONFIG, `Unknown topic config name: ${name}`)
  if (value === null) throw new BrokerError(errors.INVALID_CONFIG, `Null value not supported for topic configs: ${name}`)
  const wrong = (reason: string): BrokerError => new BrokerError(errors.INVALID_CONFIG, `Invalid value ${value} for configuration ${name}: ${reason}`)
  if (key.oneOf !== undefined) {
    const options = key.oneOf
    if (key.type === 7 ? configList(value).some((item) => !options.includes(item)) : !options.includes(value)) throw wrong(`String must be one of: ${options.join(', ')}`)
  }
  if (key.type === 3 || key.type === 5 || key.type === 6) {
    if (!(key.type === 6 ? /^[0-9.eE+-]+$/ : /^[+-]?\d+$/).test(value) || Number.isNaN(Number(value))) throw wrong(`Not a number of type ${key.type === 3 ? 'INT' : key.type === 5 ? 'LONG' : 'DOUBLE'}`)
    if (key.min !== undefined && Number(value) < key.min) throw wrong(`Value must be at least ${key.min}`)
  }
}
