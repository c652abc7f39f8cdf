/** CreateTopics, DeleteTopics, DescribeConfigs, OffsetDelete and DeleteGroups. Errors of single items are in the answers. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import type { PartitionResult } from './offset-requests.ts'
import { byTopic } from './topic-references.ts'
import type { KafkaError, NewTopic, TopicPartition } from './types.ts'

export type NamedResult = { readonly name: string; readonly error: KafkaError | null }
const topicResource = 2

/** Partitions or replication factor -1: the broker's default. */
export const createTopicsRequest = (topics: readonly NewTopic[], timeoutMs: number): ApiRequest<readonly NamedResult[]> => ({
  apiKey: 19,
  apiName: 'CreateTopics',
  minVersion: 2,
  maxVersion: 4,
  encode(writer) {
    writer.array(topics, ({ name, partitions, replicationFactor, configs = {} }) => {
      writer.string(name).int32(partitions).int16(replicationFactor).array([], () => {})
      writer.array(Object.entries(configs), ([key, value]) => writer.string(key).string(value))
    })
    writer.int32(timeoutMs).boolean(false)
  },
  decode(reader) {
    reader.int32() // throttle time
    return reader.array(() => {
      const name = reader.string()
      const code = reader.int16()
      return { name, error: errorOrNull(code, `Creating topic ${name}`, reader.nullableString(), `Create on topic ${name} or on the cluster`) }
    })
  },
})

export const deleteTopicsRequest = (names: readonly string[], timeoutMs: number): ApiRequest<readonly NamedResult[]> => ({
  apiKey: 20,
  apiName: 'DeleteTopics',
  minVersion: 1,
  maxVersion: 3,
  encode(writer) {
    writer.array(names, (name) => writer.string(name)).int32(timeoutMs)
  },
  decode(reader) {
    reader.int32() // throttle time
    return reader.array(() => {
      const name = reader.string()
      return { name, error: errorOrNull(reader.int16(), `Deleting topic ${name}`, null, `Delete on topic ${name}`) }
    })
  },
})

export const describeTopicConfigRequest = (topic: string): ApiRequest<readonly (NamedResult & { readonly configs: Readonly<Record<string, string>> })[]> => ({
  apiKey: 32,
  apiName: 'DescribeConfigs',
  minVersion: 1,
  maxVersion: 2,
  encode(writer) {
    writer.array([topic], (name) => writer.int8(topicResource).string(name).array(null, () => {})).boolean(false)
  },
  decode(reader) {
    reader.int32() // throttle time
    return reader.array(() => {
      const code = reader.int16()
      const detail = reader.nullableString()
      reader.int8() // resource type
      const name = reader.string()
      const entries = reader.array(() => {
        const key = reader.string()
        const value = reader.nullableString()
        reader.boolean() // read only
        reader.int8() // source
        reader.boolean() // sensitive
        reader.array(() => [reader.nullableString(), reader.nullableString(), reader.int8()]) // synonyms
        return [key, value] as const
      })
      const configs = Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== null))
      return { name, error: errorOrNull(code, `Describing the configuration of topic ${name}`, detail, `DescribeConfigs on topic ${name}`), configs }
    })
  },
})

export const offsetDeleteRequest = (groupId: string, partitions: readonly TopicPartition[]): ApiRequest<{ readonly error: KafkaError | null; readonly partitions: readonly PartitionResult[] }> => ({
  apiKey: 47,
  apiName: 'OffsetDelete',
  minVersion: 0,
  maxVersion: 0,
  encode(writer) {
    writer.string(groupId).array(byTopic(partitions), ([topic, list]) => writer.string(topic).array(list, ({ partition }) => writer.int32(partition)))
  },
  decode(reader) {
    const error = errorOrNull(reader.int16(), `Deleting offsets of group ${groupId}`, null, `Delete on group ${groupId}`)
    reader.int32() // throttle time
    const results = reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        return { topic, partition, error: errorOrNull(reader.int16(), `Deleting the offset of ${topic}-${partition} in group ${groupId}`, null, `Read on topic ${topic}`) }
      })
    })
    return { error, partitions: results.flat() }
  },
})

export const deleteGroupsRequest = (groupId: string): ApiRequest<KafkaError | null> => ({
  apiKey: 42,
  apiName: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 1,
  encode(writer) {
    writer.array([groupId], (id) => writer.string(id))
  },
  decode(reader) {
    reader.int32() // throttle time
    const results = reader.array(() => {
      const id = reader.string()
      return errorOrNull(reader.int16(), `Deleting group ${id}`, null, `Delete on group ${id}`)
    })
    return results[0] ?? null
  },
})
