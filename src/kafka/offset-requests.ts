/** OffsetCommit, OffsetFetch and ListOffsets of a consumer. Errors of single partitions are in the answers. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import { byTopic, haveIds, topicReader, writeTopic } from './topic-references.ts'
import type { KafkaError, TopicPartition } from './types.ts'

export type PartitionOffset = TopicPartition & { readonly offset: number }
export type PartitionResult = TopicPartition & { readonly error: KafkaError | null }

/**
 * Without a membership (`generation` -1, empty member id) the group accepts a commit only while it has no members. With the id of every topic
 * (version 10, brokers from 4.1 on) an offset in a topic that is gone is refused with UNKNOWN_TOPIC_ID, whatever has its name by then.
 */
export const offsetCommitRequest = (
  member: { readonly groupId: string; readonly generation: number; readonly memberId: string; readonly groupInstanceId: string | null },
  offsets: readonly (PartitionOffset & { readonly topicId?: string | null })[],
): ApiRequest<readonly PartitionResult[]> => ({
  apiKey: 8,
  apiName: 'OffsetCommit',
  minVersion: 5,
  maxVersion: haveIds(offsets) ? 10 : 7,
  flexibleFrom: 8,
  encode(writer, version) {
    writer.string(member.groupId).int32(member.generation).string(member.memberId)
    if (version >= 7) writer.string(member.groupInstanceId)
    writer.array(byTopic(offsets), (topic) => {
      writeTopic(writer, topic, version >= 10).array(topic[1], ({ partition, offset }) => {
        writer.int32(partition).int64(offset)
        if (version >= 6) writer.int32(-1) // leader epoch: unknown
        writer.string('').tags()
      })
      writer.tags()
    })
    writer.tags()
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const readTopic = topicReader(reader, offsets, version >= 10)
    return reader.array(() => {
      const topic = readTopic()
      const results = reader.array(() => {
        const partition = reader.int32()
        const code = reader.int16()
        reader.tags()
        return { topic, partition, error: errorOrNull(code, `Committing the offset of ${topic}-${partition} in group ${member.groupId}`, null, `Read on group ${member.groupId} and on topic ${topic}`) }
      })
      reader.tags()
      return results
    }).flat()
  },
})

/** Offset -1: none committed. `partitions` null: all that the group has. */
export const offsetFetchRequest = (groupId: string, partitions: readonly TopicPartition[] | null): ApiRequest<{ readonly error: KafkaError | null; readonly offsets: readonly (PartitionOffset & PartitionResult)[] }> => ({
  apiKey: 9,
  apiName: 'OffsetFetch',
  minVersion: 3,
  maxVersion: 5,
  encode(writer) {
    writer.string(groupId).array(partitions === null ? null : byTopic(partitions), ([topic, list]) => writer.string(topic).array(list, ({ partition }) => writer.int32(partition)))
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const offsets = reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        const offset = reader.int64()
        if (version >= 5) reader.int32() // leader epoch
        reader.nullableString() // metadata
        return { topic, partition, offset, error: errorOrNull(reader.int16(), `The committed offset of ${topic}-${partition} in group ${groupId}`, null, `Describe on group ${groupId} and on topic ${topic}`) }
      })
    }).flat()
    return { error: errorOrNull(reader.int16(), `Committed offsets of group ${groupId}`, null, `Describe on group ${groupId}`), offsets }
  },
})

export const earliestTimestamp = -2
export const latestTimestamp = -1
/** To the leader of the partitions. The offset is the first with at least that timestamp; -1 when there is none. */
export const listOffsetsRequest = (partitions: readonly TopicPartition[], timestampMs: number, isolation: 0 | 1): ApiRequest<readonly (PartitionOffset & PartitionResult)[]> => ({
  apiKey: 2,
  apiName: 'ListOffsets',
  minVersion: 2,
  maxVersion: 5,
  encode(writer, version) {
    writer.int32(-1).int8(isolation)
    writer.array(byTopic(partitions), ([topic, list]) =>
      writer.string(topic).array(list, ({ partition }) => {
        writer.int32(partition)
        if (version >= 4) writer.int32(-1) // current leader epoch: unknown, not checked
        writer.int64(timestampMs)
      }))
  },
  decode(reader, version) {
    reader.int32() // throttle time
    return reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        const error = errorOrNull(reader.int16(), `The offset by time of ${topic}-${partition}`, null, `Describe on topic ${topic}`)
        reader.int64() // timestamp
        const offset = reader.int64()
        if (version >= 4) reader.int32() // leader epoch
        return { topic, partition, offset, error }
      })
    }).flat()
  },
})
