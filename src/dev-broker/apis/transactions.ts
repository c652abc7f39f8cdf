/** InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit and EndTxn. */
import type { CommitEntry, Committed } from '../groups/offset-store.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Identity } from '../transactions/coordinator.ts'
import type { Reader } from '../protocol/reader.ts'
import type { Handler } from './handler.ts'
import { checkCommit } from './offsets.ts'

/** Older clients do not know PRODUCER_FENCED. */
const forVersion = (error: KafkaErrorCode, version: number, fencedSince: number): KafkaErrorCode =>
  error === errors.PRODUCER_FENCED && version < fencedSince ? errors.INVALID_PRODUCER_EPOCH : error

const readIdentity = (reader: Reader): Identity => ({ producerId: reader.int64(), epoch: reader.int16() })

export const initProducerId: Handler = (reader, writer, { cluster, version }) => {
  const id = reader.nullableString()
  const timeoutMs = reader.int32()
  const expected = version >= 3 ? readIdentity(reader) : null
  const isExpected = expected !== null && expected.producerId >= 0
  const answer =
    // Without a transactional id every producer gets an id of its own, whatever it had.
    id === null ? { error: errors.NONE, producerId: cluster.newProducerId(), epoch: 0 }
    : id === '' ? { error: errors.INVALID_REQUEST, producerId: -1, epoch: -1 }
    : cluster.transactions.initialise(id, timeoutMs, isExpected ? expected : null)
  writer.int32(0)
  writer.int16(forVersion(answer.error, version, 4))
  writer.int64(answer.producerId)
  writer.int16(answer.epoch)
  writer.tags()
  return 'answer'
}
export const addPartitionsToTxn: Handler = (reader, writer, { cluster, version }) => {
  const id = reader.string()
  const identity = readIdentity(reader)
  const topics = reader.structs(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) }))
  const asked = topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })))
  const isUnknown = (topic: string, partition: number): boolean => cluster.topics.log(topic, partition) === undefined
  const hasUnknown = asked.some(({ topic, partition }) => isUnknown(topic, partition))
  const error = hasUnknown ? errors.OPERATION_NOT_ATTEMPTED : forVersion(cluster.transactions.addPartitions(id, identity, asked), version, 2)
  writer.int32(0)
  writer.structs(topics, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, (partition) => {
      writer.int32(partition)
      writer.int16(isUnknown(name, partition) ? errors.UNKNOWN_TOPIC_OR_PARTITION : error)
    })
  })
  writer.tags()
  return 'answer'
}

export const addOffsetsToTxn: Handler = (reader, writer, { cluster, version }) => {
  const id = reader.string()
  const identity = readIdentity(reader)
  const error = cluster.transactions.addGroup(id, identity, reader.string())
  writer.int32(0)
  writer.int16(forVersion(error, version, 2))
  writer.tags()
  return 'answer'
}

export const endTxn: Handler = (reader, writer, { cluster, version }) => {
  const id = reader.string()
  const identity = readIdentity(reader)
  const error = cluster.transactions.end(id, identity, reader.bool())
  writer.int32(0)
  writer.int16(forVersion(error, version, 2))
  writer.tags()
  return 'answer'
}

export const txnOffsetCommit: Handler = (reader, writer, { cluster, version }) => {
  const id = reader.string()
  const groupId = reader.string()
  const identity = readIdentity(reader)
  const generationId = version >= 3 ? reader.int32() : -1
  const memberId = version >= 3 ? reader.string() : ''
  const instanceId = version >= 3 ? reader.nullableString() : null
  const topics = reader.structs(() => ({
    name: reader.string(),
    partitions: reader.structs(() => ({
      partition: reader.int32(),
      committed: { offset: reader.int64(), leaderEpoch: version >= 2 ? reader.int32() : -1, metadata: reader.nullableString() } satisfies Committed,
    })),
  }))
  // A producer that does not say which member it works for is fenced by its epoch alone.
  const isAnonymous = generationId < 0 && memberId === '' && instanceId === null
  const groupError = isAnonymous ? errors.NONE : cluster.groups.mayCommit({ groupId, generationId, memberId, instanceId })
  const checked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partition, committed }) => ({ partition, committed, error: checkCommit(cluster, name, partition, committed) })),
  }))
  const entries = checked.flatMap(({ name, partitions }) => partitions.flatMap(({ partition, committed, error }): CommitEntry[] => (error === errors.NONE ? [{ topic: name, partition, committed }] : [])))
  const error = groupError !== errors.NONE ? groupError : forVersion(cluster.transactions.commitOffsets(id, identity, groupId, entries), version, 3)
  writer.int32(0)
  writer.structs(checked, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, ({ partition, error: own }) => {
      writer.int32(partition)
      writer.int16(error === errors.NONE ? own : error)
    })
  })
  writer.tags()
  return 'answer'
}
