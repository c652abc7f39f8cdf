/** ListOffsets and OffsetForLeaderEpoch. */
import { leaderEpoch, notLeaderError, type PartitionLog } from '../log/partition-log.ts'
import { firstOffsetSince } from '../log/record-times.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { AsyncHandler, Handler } from './handler.ts'

/** Timestamps that mean something else: end, start, the newest record's, start of the local log. */
const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4

type Answer = { readonly error: KafkaErrorCode; readonly timestamp: number; readonly offset: number }

export const listOffsets: AsyncHandler = async (reader, writer, { cluster, version }) => {
  reader.int32()
  const isCommittedOnly = version >= 2 && reader.int8() === 1
  const topics = reader.structs(() => ({
    name: reader.string(),
    partitions: reader.structs(() => ({ partition: reader.int32(), leaderEpoch: version >= 4 ? reader.int32() : -1, timestamp: reader.int64() })),
  }))
  const answers: { name: string; partitions: (Answer & { partition: number })[] }[] = []
  for (const { name, partitions } of topics) {
    const found: (Answer & { partition: number })[] = []
    for (const wanted of partitions) {
      const log = cluster.topics.log(name, wanted.partition)
      const error = log === undefined ? errors.UNKNOWN_TOPIC_OR_PARTITION : notLeaderError(wanted.leaderEpoch)
      found.push({ partition: wanted.partition, ...(log === undefined || error !== errors.NONE ? { error, timestamp: -1, offset: -1 } : await lookUp(log, wanted.timestamp, isCommittedOnly)) })
    }
    answers.push({ name, partitions: found })
  }
  if (version >= 2) writer.int32(0)
  writer.structs(answers, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, ({ partition, error, timestamp, offset }) => {
      writer.int32(partition)
      writer.int16(error)
      writer.int64(timestamp)
      writer.int64(offset)
      if (version >= 4) writer.int32(offset < 0 ? -1 : leaderEpoch)
    })
  })
  writer.tags()
  return 'answer'
}

const lookUp = async (log: PartitionLog, timestamp: number, isCommittedOnly: boolean): Promise<Answer> => {
  const at = (offset: number, time = -1): Answer => ({ error: errors.NONE, timestamp: time, offset })
  const endOffset = isCommittedOnly ? log.lastStableOffset : log.endOffset
  if (timestamp === latest) return at(endOffset)
  if (timestamp === earliest || timestamp === earliestLocal) return at(log.startOffset)
  if (timestamp < 0 && timestamp !== maxTimestamp) return { error: errors.UNSUPPORTED_FOR_MESSAGE_FORMAT, timestamp: -1, offset: -1 }
  const wanted = timestamp === maxTimestamp ? log.maxTimestamp : timestamp
  const batch = wanted < 0 ? null : log.firstBatchSince(wanted)
  if (batch === null) return at(-1)
  const found = await firstOffsetSince(batch, wanted)
  const offset = Math.max(found.offset, log.startOffset)
  return offset < endOffset ? at(offset, found.timestamp) : at(-1)
}

export const offsetForLeaderEpoch: Handler = (reader, writer, { cluster, version }) => {
  if (version >= 3) reader.int32()
  const topics = reader.structs(() => ({
    name: reader.string(),
    partitions: reader.structs(() => ({ partition: reader.int32(), currentEpoch: reader.int32(), epoch: reader.int32() })),
  }))
  writer.int32(0)
  writer.structs(topics, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, ({ partition, currentEpoch, epoch }) => {
      const log = cluster.topics.log(name, partition)
      const error = log === undefined ? errors.UNKNOWN_TOPIC_OR_PARTITION : notLeaderError(currentEpoch)
      const isKnown = log !== undefined && error === errors.NONE && epoch === leaderEpoch
      writer.int16(error)
      writer.int32(partition)
      writer.int32(isKnown ? leaderEpoch : -1)
      writer.int64(isKnown ? log.endOffset : -1)
    })
  })
  writer.tags()
  return 'answer'
}
