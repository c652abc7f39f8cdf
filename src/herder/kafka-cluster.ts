/** Finds out which Kafka cluster the worker belongs to, and thereby whether it can be reached at all. */
import { setTimeout as sleep } from 'node:timers/promises'
import { workerClientProperties } from '../config/client-properties.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { ConnectError, messageOf } from '../errors.ts'
import type { KafkaClients } from '../kafka/types.ts'
import { logger } from '../log.ts'

const log = logger('org.apache.kafka.connect.runtime.WorkerConfig')
/** Kafka's default of `default.api.timeout.ms`: a broker that is starting beside us gets this long. */
const defaultTimeoutMs = 60_000
const retryPauseMs = 500

export const lookupKafkaClusterId = async (clients: Pick<KafkaClients, 'admin'>, worker: WorkerConfig, signal: AbortSignal): Promise<string> => {
  const { 'client.id': clientId = 'connect-worker-admin', ...properties } = worker.originals
  const timeoutMs = Number(worker.originals['default.api.timeout.ms'] ?? defaultTimeoutMs)
  const deadline = performance.now() + timeoutMs
  let reason: unknown = null
  for (;;) {
    signal.throwIfAborted()
    try {
      return await within(askOnce(clients, { ...workerClientProperties({ ...worker, originals: properties }, clientId) }, clientId), deadline, signal)
    } catch (error) {
      if (signal.aborted) throw error
      // when time runs out in the middle of an attempt, what the one before it has met says more
      if (reason === null || !(error instanceof ConnectError && error.code === 'TIMEOUT')) reason = error
      if (performance.now() + retryPauseMs >= deadline || isFinal(error)) {
        throw new ConnectError('KAFKA_UNREACHABLE', "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties.", { cause: reason })
      }
      log.warn(`Kafka cannot be reached at ${worker.bootstrapServers.join(', ')} yet (${messageOf(error)}); trying again for ${Math.ceil((deadline - performance.now()) / 1000)} s`)
      await pause(signal)
    }
  }
}

const askOnce = async (clients: Pick<KafkaClients, 'admin'>, properties: Readonly<Record<string, string>>, clientId: string): Promise<string> => {
  const admin = await clients.admin({ properties, clientId })
  try {
    return await admin.clusterId()
  } finally {
    // what has been learned counts, whatever closing says
    await admin.close().catch(() => undefined)
  }
}

/** Wrong settings stay wrong. */
const isFinal = (error: unknown): boolean =>
  (error instanceof ConnectError && error.code === 'CONFIG_INVALID') ||
  (error instanceof Error && (error.name === 'ConfigException' || ('kafkaCode' in error && 'retriable' in error && error.retriable === false)))

const within = async <T>(work: Promise<T>, deadline: number, signal: AbortSignal): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const giveUp = (): void => late.reject(new ConnectError('TIMEOUT', signal.aborted ? 'The start was given up' : 'The brokers did not answer in time'))
  const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()))
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}
/** An abort ends it early; the next attempt then gives up. */
const pause = (signal: AbortSignal): Promise<unknown> => sleep(retryPauseMs, undefined, { signal }).catch(() => undefined)
