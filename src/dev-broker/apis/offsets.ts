/** OffsetCommit, OffsetFetch and OffsetDelete. */
import type { CommitEntry, Committed } from '../groups/offset-store.ts'
import type { Cluster } from '../cluster.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { subscribedTopics } from '../groups/subscription.ts'
import type { Handler } from './handler.ts'
import { readTopicRef, topicOf, unknownTopic, writeTopicRef } from './topic-ref.ts'

const maxMetadataBytes = 4096

export const offsetCommit: Handler = (reader, writer, { cluster, version }) => {
  const groupId = reader.string()
  const generationId = reader.int32()
  const memberId = reader.string()
  const instanceId = version >= 7 ? reader.nullableString() : null
  if (version <= 4) reader.int64()
  const topics = reader.structs(() => ({
    ref: readTopicRef(reader, version >= 10),
    partitions: reader.structs(() => ({
      partition: reader.int32(),
      committed: { offset: reader.int64(), leaderEpoch: version >= 6 ? reader.int32() : -1, metadata: reader.nullableString() } satisfies Committed,
    })),
  }))
  const groupError = cluster.groups.mayCommit({ groupId, generationId, memberId, instanceId })
  const entries: CommitEntry[] = []
  const results = topics.map(({ ref, partitions }) => {
    const topic = topicOf(cluster, ref)
    return {
      ref,
      partitions: partitions.map(({ partition, committed }) => {
        const error = groupError !== errors.NONE ? groupError : topic === undefined ? unknownTopic(ref) : checkCommit(cluster, topic.name, partition, committed)
        if (error === errors.NONE && topic !== undefined) entries.push({ topic: topic.name, partition, committed })
        return { partition, error }
      }),
    }
  })
  if (groupError === errors.NONE) cluster.groups.commit(groupId, entries)
  if (version >= 3) writer.int32(0)
  writer.structs(results, ({ ref, partitions }) => {
    writeTopicRef(writer, ref)
    writer.structs(partitions, ({ partition, error }) => {
      writer.int32(partition)
      writer.int16(error)
    })
  })
  writer.tags()
  return 'answer'
}

export const checkCommit = (cluster: Cluster, topic: string, partition: number, { metadata }: Committed): KafkaErrorCode =>
  cluster.topics.log(topic, partition) === undefined
    ? errors.UNKNOWN_TOPIC_OR_PARTITION
    : metadata !== null && Buffer.byteLength(metadata) > maxMetadataBytes
      ? errors.OFFSET_METADATA_TOO_LARGE
      : errors.NONE

type Asked = { readonly name: string; readonly partitions: readonly number[] }
type Fetched = { readonly name: string; readonly partitions: readonly { readonly partition: number; readonly committed: Committed }[] }

const nothing: Committed = { offset: -1, leaderEpoch: -1, metadata: '' }

/** Null asks for everything the group has. */
const fetched = (cluster: Cluster, groupId: string, asked: readonly Asked[] | null): Fetched[] => {
  const { offsets } = cluster.groups
  if (asked !== null)
    return asked.map(({ name, partitions }) => ({ name, partitions: partitions.map((partition) => ({ partition, committed: offsets.get(groupId, name, partition) ?? nothing })) }))
  const entries = Map.groupBy(offsets.ofGroup(groupId), ({ topic }) => topic)
  return [...entries].map(([name, partitions]) => ({ name, partitions }))
}

export const offsetFetch: Handler = (reader, writer, { cluster, version }) => {
  const readTopics = (): Asked[] | null => reader.nullableStructs(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) }))
  const groups =
    version <= 7
      ? [{ groupId: reader.string(), topics: readTopics() }]
      : reader.structs(() => {
          const groupId = reader.string()
          if (version >= 9) {
            reader.nullableString()
            reader.int32()
          }
          return { groupId, topics: readTopics() }
        })
  const mustBeStable = version >= 7 && reader.bool()
  const writeTopics = (groupId: string, topics: readonly Asked[] | null): void =>
    writer.structs(fetched(cluster, groupId, topics), ({ name, partitions }) => {
      writer.string(name)
      writer.structs(partitions, ({ partition, committed }) => {
        const isUnstable = mustBeStable && cluster.transactions.hasPendingOffset(groupId, name, partition)
        const shown = isUnstable ? nothing : committed
        writer.int32(partition)
        writer.int64(shown.offset)
        if (version >= 5) writer.int32(shown.leaderEpoch)
        writer.string(shown.metadata)
        writer.int16(isUnstable ? errors.UNSTABLE_OFFSET_COMMIT : errors.NONE)
      })
    })
  if (version >= 3) writer.int32(0)
  if (version <= 7) {
    for (const { groupId, topics } of groups) writeTopics(groupId, topics)
    if (version >= 2) writer.int16(errors.NONE)
  } else {
    writer.structs(groups, ({ groupId, topics }) => {
      writer.string(groupId)
      writeTopics(groupId, topics)
      writer.int16(errors.NONE)
    })
  }
  writer.tags()
  return 'answer'
}

export const offsetDelete: Handler = (reader, writer, { cluster }) => {
  const groupId = reader.string()
  const topics = reader.structs(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) }))
  const group = cluster.groups.get(groupId)
  const isBusy = group !== undefined && group.state !== 'Empty' && group.protocolType !== 'consumer'
  const groupError = group === undefined ? errors.GROUP_ID_NOT_FOUND : isBusy ? errors.NON_EMPTY_GROUP : errors.NONE
  const subscribed = group === undefined ? new Set<string>() : subscribedTopics(group)
  writer.int16(groupError)
  writer.int32(0)
  writer.structs(groupError === errors.NONE ? topics : [], ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, (partition) => {
      const error = subscribed.has(name) ? errors.GROUP_SUBSCRIBED_TO_TOPIC : cluster.topics.log(name, partition) === undefined ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.NONE
      if (error === errors.NONE) cluster.groups.offsets.delete(groupId, name, partition)
      writer.int32(partition)
      writer.int16(error)
    })
  })
  return 'answer'
}
