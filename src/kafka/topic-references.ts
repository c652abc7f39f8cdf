/** How requests name topics: by their names or, in newer versions, by their ids (KIP-516), and then all of them. */
import type { ByteReader, ByteWriter } from './bytes.ts'
import type { TopicPartition } from './types.ts'

type Referenced = TopicPartition & { readonly topicId?: string | null }

export const byTopic = <T extends TopicPartition>(partitions: readonly T[]): [string, T[]][] => {
  const topics = new Map<string, T[]>()
  for (const partition of partitions) {
    const list = topics.get(partition.topic)
    if (list === undefined) topics.set(partition.topic, [partition])
    else list.push(partition)
  }
  return [...topics]
}

export const haveIds = (partitions: readonly Referenced[]): boolean => partitions.every(({ topicId = null }) => topicId !== null)
/** An entry of `byTopic`. */
export const writeTopic = (writer: ByteWriter, [topic, partitions]: readonly [string, readonly Referenced[]], byId: boolean): ByteWriter =>
  byId ? writer.uuid(partitions[0]?.topicId ?? '') : writer.string(topic)
/** Reads in an answer the topic that was asked for: its name. */
export const topicReader = (reader: ByteReader, partitions: readonly Referenced[], byId: boolean): (() => string) => {
  if (!byId) return () => reader.string()
  const names = new Map(partitions.map(({ topic, topicId }) => [topicId, topic]))
  return () => names.get(reader.uuid()) ?? ''
}
