/** Settings of Kafka's clients by Kafka's own names: defaults and parsers. */
import { ConnectError } from '../errors.ts'
import type { ClientProperties } from './types.ts'

const defaults: Readonly<Record<string, number>> = {
  'request.timeout.ms': 30_000,
  'socket.connection.setup.timeout.ms': 10_000,
  'reconnect.backoff.ms': 50,
  'reconnect.backoff.max.ms': 1_000,
}
export const numberOf = (properties: ClientProperties, key: string): number => {
  const text = properties[key]
  if (text === undefined) return defaults[key] ?? 0
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new ConnectError('CONFIG_INVALID', `Invalid value ${text} for configuration ${key}: Not a number of type INT`)
  return value
}
