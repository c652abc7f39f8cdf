/** A consumer's settings from Kafka's property names, with Kafka's defaults (clients 4.3, ConsumerConfig). */
import { ConnectError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { assignorsOf } from './assignors/assignors.ts'
import type { Assignor } from './assignors/types.ts'
import type { ClientProperties } from './types.ts'

export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly durationMs: number }
export type ConsumerSettings = {
  readonly groupId: string | null
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly maxPollIntervalMs: number
  readonly maxPollRecords: number
  readonly assignors: readonly Assignor[]
  readonly fetchMinBytes: number
  readonly fetchMaxBytes: number
  readonly fetchMaxWaitMs: number
  readonly maxPartitionFetchBytes: number
  readonly reset: OffsetReset
  readonly checkCrcs: boolean
  readonly readCommitted: boolean
  readonly excludeInternalTopics: boolean
  readonly autoCreateTopics: boolean
  readonly metadataMaxAgeMs: number
  readonly apiTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
}

export const consumerSettingsOf = (properties: ClientProperties, log: Logger): ConsumerSettings => {
  const sessionTimeoutMs = integer(properties, 'session.timeout.ms', 45_000, 1)
  const heartbeatIntervalMs = integer(properties, 'heartbeat.interval.ms', 3_000, 1)
  if (heartbeatIntervalMs >= sessionTimeoutMs) throw new ConnectError('CONFIG_INVALID', `heartbeat.interval.ms (${heartbeatIntervalMs}) must be lower than session.timeout.ms (${sessionTimeoutMs})`)
  for (const key of ignored) if (properties[key] !== undefined && properties[key] !== '') log.info(`The consumer setting ${key} has no effect here.`)
  if (properties['group.protocol']?.toLowerCase() === 'consumer') log.warn('group.protocol=consumer is not supported: the consumer uses the classic group protocol.')
  if (properties['enable.auto.commit'] === 'true') log.warn('enable.auto.commit=true has no effect here: offsets are committed by the worker.')
  return {
    groupId: text(properties, 'group.id'),
    groupInstanceId: text(properties, 'group.instance.id'),
    sessionTimeoutMs,
    heartbeatIntervalMs,
    maxPollIntervalMs: integer(properties, 'max.poll.interval.ms', 300_000, 1),
    maxPollRecords: integer(properties, 'max.poll.records', 500, 1),
    assignors: assignorsOf(properties['partition.assignment.strategy']),
    fetchMinBytes: integer(properties, 'fetch.min.bytes', 1, 0),
    fetchMaxBytes: integer(properties, 'fetch.max.bytes', 50 << 20, 0),
    fetchMaxWaitMs: integer(properties, 'fetch.max.wait.ms', 500, 0),
    // Larger ones measured no faster (4 to 5 million records of 100 bytes a second from 1 to 16 MiB): fetches run ahead.
    maxPartitionFetchBytes: integer(properties, 'max.partition.fetch.bytes', 1 << 20, 0),
    reset: resetOf(properties['auto.offset.reset'] ?? 'latest'),
    checkCrcs: boolean(properties, 'check.crcs', true),
    readCommitted: oneOf(properties, 'isolation.level', ['read_uncommitted', 'read_committed']) === 'read_committed',
    excludeInternalTopics: boolean(properties, 'exclude.internal.topics', true),
    autoCreateTopics: boolean(properties, 'allow.auto.create.topics', true),
    metadataMaxAgeMs: integer(properties, 'metadata.max.age.ms', 300_000, 0),
    apiTimeoutMs: integer(properties, 'default.api.timeout.ms', 60_000, 0),
    retryBackoffMs: integer(properties, 'retry.backoff.ms', 100, 0),
    retryBackoffMaxMs: integer(properties, 'retry.backoff.max.ms', 1_000, 0),
  }
}

const ignored = ['client.rack', 'interceptor.classes', 'group.remote.assignor'] as const

const invalid = (key: string, value: string, why: string): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value ${value} for configuration ${key}: ${why}`)
const text = (properties: ClientProperties, key: string): string | null => {
  const value = properties[key]?.trim() ?? ''
  return value === '' ? null : value
}
const maxInt = 2 ** 31 - 1
const integer = (properties: ClientProperties, key: string, fallback: number, min: number): number => {
  const value = properties[key]?.trim()
  if (value === undefined) return fallback
  if (!/^[+-]?\d+$/.test(value)) throw invalid(key, value, 'Not a number of type INT')
  const parsed = Number(value)
  if (parsed < min) throw invalid(key, value, `Value must be at least ${min}`)
  return Math.min(parsed, maxInt)
}
const boolean = (properties: ClientProperties, key: string, fallback: boolean): boolean => {
  const value = properties[key]?.trim().toLowerCase()
  if (value === undefined) return fallback
  if (value !== 'true' && value !== 'false') throw invalid(key, value, 'Expected value to be either true or false')
  return value === 'true'
}
const oneOf = <T extends string>(properties: ClientProperties, key: string, values: readonly [T, ...T[]]): T => {
  const value = properties[key]?.trim().toLowerCase() ?? values[0]
  const found = values.find((allowed) => allowed === value)
  if (found === undefined) throw invalid(key, value, `String must be one of (case insensitive): ${values.join(', ')}`)
  return found
}
/** `by_duration:P1DT2H3M4S` (KIP-1106): from that long ago. */
const resetOf = (value: string): OffsetReset => {
  const policy = value.trim().toLowerCase()
  if (policy === 'earliest' || policy === 'latest' || policy === 'none') return policy
  const match = /^by_duration:p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?$/.exec(policy)
  if (match === null || policy.endsWith(':p')) throw invalid('auto.offset.reset', value, "it must be 'earliest', 'latest', 'none' or of the format 'by_duration:<duration>'")
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return { durationMs: (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 }
}
