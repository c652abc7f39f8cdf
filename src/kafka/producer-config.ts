/** The producer's settings out of Kafka's properties, with Kafka's rules on how they fit together. */
import { ConnectError } from '../errors.ts'
import { booleanOf, choiceOf, numberOf } from './client-config.ts'
import { type CompressionType, compressionTypes } from './compression.ts'
import { type KeylessPartitioner, roundRobinPartitioner, stickyPartitioner } from './partitioner.ts'
import type { ClientProperties } from './types.ts'

export type ProducerSettings = {
  readonly acks: -1 | 0 | 1
  readonly isIdempotent: boolean
  readonly maxInFlight: number
  readonly batchBytes: number
  readonly lingerMs: number
  readonly bufferBytes: number
  readonly maxRequestBytes: number
  readonly compression: CompressionType
  readonly requestTimeoutMs: number
  readonly deliveryTimeoutMs: number
  readonly retries: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly maxBlockMs: number
  readonly metadataMaxAgeMs: number
  readonly ignoreKeys: boolean
  readonly keylessPartitioner: () => KeylessPartitioner
}

/**
 * Kafka's default batch.size of 16384 holds 160 records of 100 bytes, and each batch costs a part of a request, an ack and a callback.
 * Measured through one partition of a broker on the same two cores, records of 100 bytes: 16 KiB 1.0 M/s, 256 KiB 1.8, 512 KiB 2.4,
 * 1 MiB 2.0-2.5. Half of max.request.size's default leaves a request room for two partitions. Memory grows with what is really in
 * a batch, not with this limit. A batch.size that is given is kept.
 */
const defaultBatchBytes = 512 * 1024

export const producerSettingsOf = (properties: ClientProperties): ProducerSettings => {
  const acksText = properties['acks']?.trim() ?? 'all'
  if (!['all', '-1', '0', '1'].includes(acksText)) throw new ConnectError('CONFIG_INVALID', `Invalid value ${acksText} for configuration acks: String must be one of: all, -1, 0, 1`)
  const acks = acksText === 'all' ? -1 : (Number(acksText) as -1 | 0 | 1)
  const maxInFlight = numberOf(properties, 'max.in.flight.requests.per.connection')
  const retries = numberOf(properties, 'retries')
  const isIdempotent = idempotenceOf(properties, acks, maxInFlight, retries)
  if (properties['transactional.id'] !== undefined) throw new ConnectError('CONFIG_INVALID', 'transactional.id is set, but this producer does not write transactions yet: remove it')

  const requestTimeoutMs = numberOf(properties, 'request.timeout.ms')
  const lingerMs = numberOf(properties, 'linger.ms')
  const deliveryTimeoutMs = numberOf(properties, 'delivery.timeout.ms')
  if (deliveryTimeoutMs < lingerMs + requestTimeoutMs && properties['delivery.timeout.ms'] !== undefined) {
    throw new ConnectError('CONFIG_INVALID', 'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms')
  }
  const batchBytes = properties['batch.size'] === undefined ? defaultBatchBytes : Math.max(1, batchSizeOf(properties))
  const maxRequestBytes = numberOf(properties, 'max.request.size')
  return {
    acks, isIdempotent, maxInFlight: Math.max(1, maxInFlight), lingerMs, maxRequestBytes, requestTimeoutMs, retries,
    batchBytes: Math.min(batchBytes, maxRequestBytes),
    bufferBytes: numberOf(properties, 'buffer.memory'),
    compression: choiceOf(properties, 'compression.type', compressionTypes, 'none'),
    deliveryTimeoutMs: Math.max(deliveryTimeoutMs, lingerMs + requestTimeoutMs),
    retryBackoffMs: numberOf(properties, 'retry.backoff.ms'),
    retryBackoffMaxMs: numberOf(properties, 'retry.backoff.max.ms'),
    maxBlockMs: numberOf(properties, 'max.block.ms'),
    metadataMaxAgeMs: numberOf(properties, 'metadata.max.age.ms'),
    ignoreKeys: booleanOf(properties, 'partitioner.ignore.keys', false),
    keylessPartitioner: partitionerOf(properties, batchBytes),
  }
}

const batchSizeOf = (properties: ClientProperties): number => {
  const text = properties['batch.size']?.trim() ?? ''
  if (!/^\d+$/.test(text)) throw new ConnectError('CONFIG_INVALID', `Invalid value ${text} for configuration batch.size: Not a number of type INT`)
  return Number(text)
}

/** On unless the settings contradict it; contradicting settings are an error only when it was asked for (`ProducerConfig.postProcessAndValidateIdempotenceConfigs`). */
const idempotenceOf = (properties: ClientProperties, acks: number, maxInFlight: number, retries: number): boolean => {
  const asked = properties['enable.idempotence'] !== undefined
  if (!booleanOf(properties, 'enable.idempotence', true)) return false
  const problem = retries === 0 ? 'Must set retries to non-zero when using the idempotent producer.'
    : acks !== -1 ? 'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.'
      : maxInFlight > 5 ? 'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.' : null
  if (problem !== null && asked) throw new ConnectError('CONFIG_INVALID', problem)
  return problem === null
}

const partitionerOf = (properties: ClientProperties, batchBytes: number): (() => KeylessPartitioner) => {
  const name = properties['partitioner.class']?.trim() ?? ''
  if (name === '') return () => stickyPartitioner(batchBytes)
  if (name === 'org.apache.kafka.clients.producer.RoundRobinPartitioner') return roundRobinPartitioner
  throw new ConnectError('CONFIG_INVALID', `Invalid value ${name} for configuration partitioner.class: Java classes cannot be loaded; leave it empty for Kafka's default, or use org.apache.kafka.clients.producer.RoundRobinPartitioner`)
}
