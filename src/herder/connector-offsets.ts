/** Reading, altering and resetting the offsets of a connector (KIP-875), with Kafka's messages. */
import { ConnectError, messageOf } from '../errors.ts'
import { type Admin, KafkaError } from '../kafka/types.ts'
import { logger } from '../log.ts'
import { checkOffsetMap, parseExact } from '../storage/offset-json.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import type { OffsetEntry, StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, Worker } from '../worker/types.ts'
import type { ConnectorConfiguration } from './configuration.ts'
import { parseSinkOffsets, sinkOffsetsJson } from './sink-offsets.ts'
import type { OffsetsJson } from './types.ts'

const log = logger('org.apache.kafka.connect.runtime.Worker')

export type OffsetsDeps = { readonly configuration: ConnectorConfiguration; readonly offsets: OffsetStore; readonly worker: () => Worker }
type Message = { readonly message: string }

export const createConnectorOffsets = ({ configuration, offsets, worker }: OffsetsDeps) => {
  const withAdmin = async <T>(name: string, config: StringMap, use: (admin: Admin, groupId: string) => Promise<T>): Promise<T> => {
    const admin = await configuration.connectorAdmin(name, config)
    try {
      return await use(admin, configuration.consumerGroup(name, config))
    } finally {
      await admin.close().catch((error: unknown) => log.warn(`Failed to close the admin client of connector ${name}`, error))
    }
  }

  /** The connector's own word on new offsets: true when it has taken care of everything, false when it does not care. */
  const askConnector = async (spec: ConnectorSpec, entries: readonly OffsetEntry[]): Promise<boolean> => {
    try {
      return await worker().alterOffsets(spec, entries)
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      if (name === 'UnsupportedOperationException') throw failure(`Failed to modify offsets for connector ${spec.name} because it doesn't support external modification of offsets`, error)
      if (name === 'CellDeathException' && messageOf(error).includes('(timeout)')) {
        throw failure(`Timed out while calling the 'alterOffsets' method for ${spec.type} connector ${spec.name}`, error)
      }
      throw connectExceptions.has(name) ? failure(messageOf(error), error) : failure(`Failed to modify offsets for ${spec.type} connector ${spec.name}`, error)
    }
  }

  const modifySource = async (spec: ConnectorSpec, requested: OffsetsJson['offsets'] | null): Promise<Message> => {
    const entries: readonly OffsetEntry[] =
      requested === null
        ? (await offsets.offsets(spec.name)).map(({ partition }) => ({ partition, offset: null }))
        : requested.map(({ partition, offset }) => ({ partition: JSON.stringify(partition ?? null), offset: jsonOrNull(offset) }))
    try {
      for (const { partition, offset } of entries) {
        checkOffsetMap(partition)
        checkOffsetMap(offset)
      }
    } catch (error) {
      throw failure(messageOf(error), error)
    }
    const answer = await askConnector(spec, entries)
    if (entries.length === 0) {
      log.info(
        `No offsets found for source connector ${spec.name} - this can occur due to a prior attempt to reset offsets or if the source connector hasn't committed any offsets yet`,
      )
    }
    await offsets.write(spec.name, entries).catch((error: unknown) => {
      throw failure(`Failed to modify offsets for source connector ${spec.name}: ${messageOf(error)}`, error)
    })
    return done(answer, requested === null)
  }

  const modifySink = (spec: ConnectorSpec, requested: OffsetsJson['offsets'] | null): Promise<Message> =>
    withAdmin(spec.name, spec.config, async (admin, groupId) => {
      const isReset = requested === null
      const changes = isReset
        ? (
            await admin.consumerGroupOffsets(groupId).catch((error: unknown) => {
              throw failure(`Failed to list offsets prior to resetting offsets for sink connector ${spec.name}`, error)
            })
          ).map(({ topic, partition }) => ({ topic, partition, offset: null }))
        : parseSinkOffsets(requested)
      const answer = await askConnector(
        spec,
        changes.map(({ topic, partition, offset }) => ({ partition: JSON.stringify({ kafka_topic: topic, kafka_partition: partition }), offset: offset === null ? null : String(offset) })),
      )
      try {
        if (isReset) await admin.deleteConsumerGroup(groupId)
        else {
          const altered = changes.flatMap(({ topic, partition, offset }) => (offset === null ? [] : [{ topic, partition, offset }]))
          const removed = changes.filter(({ offset }) => offset === null)
          if (altered.length > 0) await admin.alterConsumerGroupOffsets(groupId, altered)
          if (removed.length > 0) await admin.deleteConsumerGroupOffsets(groupId, removed)
        }
      } catch (error) {
        throw failure(groupFailure(spec.name, isReset, error), error)
      }
      return done(answer, isReset)
    })

  return {
    read: async (name: string, type: 'source' | 'sink' | 'unknown', config: StringMap): Promise<OffsetsJson> => {
      try {
        if (type === 'sink') return await withAdmin(name, config, async (admin, groupId) => sinkOffsetsJson(await admin.consumerGroupOffsets(groupId)))
        const stored = await offsets.offsets(name)
        return { offsets: stored.map(({ partition, offset }) => ({ partition: mapOf(partition), offset: mapOf(offset) })) }
      } catch (error) {
        throw failure(type === 'sink' ? `Failed to retrieve consumer group offsets for sink connector ${name}` : `Failed to retrieve offsets for source connector ${name}`, error)
      }
    },
    /** `requested` null resets. The caller has checked that the connector is stopped. */
    modify: (spec: ConnectorSpec, requested: OffsetsJson['offsets'] | null): Promise<Message> => (spec.type === 'sink' ? modifySink(spec, requested) : modifySource(spec, requested)),
  }
}
export type ConnectorOffsets = ReturnType<typeof createConnectorOffsets>

/** Connect's own exceptions reach the client with their message; other errors of a connector stay in the log. */
const connectExceptions = new Set(['ConnectError', 'ConnectException', 'RetriableException', 'DataException', 'ConfigException', 'SchemaBuilderException', 'SchemaProjectorException', 'CellDeathException'])

const failure = (message: string, cause: unknown): ConnectError => {
  log.error(message, cause)
  return new ConnectError('INTERNAL', message, { cause })
}

const activeGroup = new Set(['UNKNOWN_MEMBER_ID', 'GROUP_SUBSCRIBED_TO_TOPIC', 'NON_EMPTY_GROUP'])
const groupFailure = (name: string, isReset: boolean, error: unknown): string => {
  if (!(error instanceof KafkaError && activeGroup.has(error.kafkaCode))) {
    return isReset ? `Failed to reset consumer group offsets for sink connector ${name}` : `Failed to alter consumer group offsets for connector ${name}`
  }
  const [verb, what] = isReset ? ['reset', 'reset its offsets'] : ['alter', 'alter its offsets']
  return (
    `Failed to ${verb} consumer group offsets for connector ${name} either because its tasks haven't stopped completely yet or the connector was resumed before the request to ${what} ` +
    "could be successfully completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be " +
    'restarted to get rid of the zombie sink tasks.'
  )
}

const done = (answer: boolean, isReset: boolean): Message => {
  const verb = isReset ? 'reset' : 'altered'
  return {
    message: answer
      ? `The offsets for this connector have been ${verb} successfully`
      : `The Connect framework-managed offsets for this connector have been ${verb} successfully. However, if this connector manages offsets externally, they will need to be manually ${verb} in the system that the connector uses.`,
  }
}

const jsonOrNull = (value: object | null | undefined): string | null => (value === null || value === undefined ? null : JSON.stringify(value))
const mapOf = (text: string): Record<string, unknown> => parseExact(text) as Record<string, unknown>
