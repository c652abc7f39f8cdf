/** Settings of Kafka's clients by Kafka's own names: Kafka 4.3's defaults, and parsers that fail in Kafka's words. */
import { ConnectError } from '../errors.ts'
import type { ClientProperties } from './types.ts'

const numberDefaults = {
  'request.timeout.ms': 30_000,
  'default.api.timeout.ms': 60_000,
  'socket.connection.setup.timeout.ms': 10_000,
  'reconnect.backoff.ms': 50,
  'reconnect.backoff.max.ms': 1_000,
  'retry.backoff.ms': 100,
  'retry.backoff.max.ms': 1_000,
  'metadata.max.age.ms': 300_000,
  // producer
  'linger.ms': 5,
  'buffer.memory': 32 * 1024 * 1024,
  'max.request.size': 1024 * 1024,
  'max.block.ms': 60_000,
  'delivery.timeout.ms': 120_000,
  'transaction.timeout.ms': 60_000,
  retries: 2147483647,
  'max.in.flight.requests.per.connection': 5,
  // consumer
  'session.timeout.ms': 45_000,
  'heartbeat.interval.ms': 3_000,
  'max.poll.interval.ms': 300_000,
  'max.poll.records': 500,
  'auto.commit.interval.ms': 5_000,
  'fetch.min.bytes': 1,
  'fetch.max.bytes': 50 * 1024 * 1024,
  'fetch.max.wait.ms': 500,
  'max.partition.fetch.bytes': 1024 * 1024,
} as const satisfies Record<string, number>
export type NumberKey = keyof typeof numberDefaults

const invalid = (key: string, text: string, why: string): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value ${text} for configuration ${key}: ${why}`)

/** Java's Long.MAX_VALUE, "for ever" in many settings, becomes 2^63 as a number: larger than any time. */
export const numberOf = (properties: ClientProperties, key: NumberKey, otherDefault?: number): number => {
  const text = properties[key]?.trim()
  if (text === undefined) return otherDefault ?? numberDefaults[key]
  if (!/^[+-]?\d+$/.test(text)) throw invalid(key, text, 'Not a number of type LONG')
  const value = Number(text)
  if (value < 0) throw invalid(key, text, 'Value must be at least 0')
  return value
}
export const booleanOf = (properties: ClientProperties, key: string, otherwise: boolean): boolean => {
  const text = properties[key]?.trim().toLowerCase()
  if (text === undefined) return otherwise
  if (text !== 'true' && text !== 'false') throw invalid(key, text, 'Expected value to be either true or false')
  return text === 'true'
}
export const choiceOf = <T extends string>(properties: ClientProperties, key: string, choices: readonly T[], otherwise: T): T => {
  const text = properties[key]?.trim()
  if (text === undefined) return otherwise
  const choice = choices.find((name) => name === text)
  if (choice === undefined) throw invalid(key, text, `String must be one of: ${choices.join(', ')}`)
  return choice
}
export const listOf = (properties: ClientProperties, key: string, otherwise: readonly string[]): readonly string[] =>
  properties[key]?.split(',').map((item) => item.trim()).filter((item) => item !== '') ?? otherwise
