/** CreateTopics, DeleteTopics, CreatePartitions and DeleteRecords. */
import { describeConfig } from '../describe-configs.ts'
import { BrokerError, errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { topicConfigKeys } from '../topic-configs.ts'
import type { Topic, TopicSpec } from '../topics.ts'
import type { Handler } from './handler.ts'
import type { Cluster } from '../cluster.ts'
import { noId, topicOf, type TopicRef, unknownTopic } from './topic-ref.ts'

type Failure = { readonly code: KafkaErrorCode; readonly message: string | null }
const noFailure: Failure = { code: errors.NONE, message: null }
/** Runs what may be refused; anything but a refusal goes on. */
export const attempt = (action: () => void): Failure => {
  try {
    action()
    return noFailure
  } catch (error) {
    if (error instanceof BrokerError) return { code: error.code, message: error.message }
    throw error
  }
}

type Assignment = { readonly partition: number; readonly brokers: readonly number[] }
type NewTopic = { readonly name: string; readonly partitions: number; readonly replicationFactor: number; readonly assignments: readonly Assignment[]; readonly configs: readonly (readonly [string, string | null])[] }

const specOf = (cluster: Cluster, topic: NewTopic): TopicSpec => {
  const replicas = topic.assignments.length > 0 ? Math.max(...topic.assignments.map(({ brokers }) => brokers.length)) : topic.replicationFactor
  if (replicas === 0 || replicas < -1) throw new BrokerError(errors.INVALID_REPLICATION_FACTOR, 'Replication factor must be larger than 0, or -1 to use the default value.')
  if (replicas > 1)
    throw new BrokerError(errors.INVALID_REPLICATION_FACTOR, `Unable to replicate the partition ${replicas} time(s): The target replication factor of ${replicas} cannot be reached because only 1 broker(s) are registered.`)
  const missing = topic.configs.find(([, value]) => value === null)
  if (missing !== undefined) throw new BrokerError(errors.INVALID_CONFIG, `Null value not supported for topic configs: ${missing[0]}`)
  const partitions = topic.assignments.length > 0 ? topic.assignments.length : topic.partitions === -1 ? cluster.options.defaultPartitions : topic.partitions
  return { name: topic.name, partitions, configs: Object.fromEntries(topic.configs.map(([name, value]) => [name, value ?? ''])) }
}

export const createTopics: Handler = (reader, writer, { cluster, version }) => {
  const topics = reader.structs((): NewTopic => ({
    name: reader.string(),
    partitions: reader.int32(),
    replicationFactor: reader.int16(),
    assignments: reader.structs(() => ({ partition: reader.int32(), brokers: reader.array(() => reader.int32()) })),
    configs: reader.structs(() => [reader.string(), reader.nullableString()] as const),
  }))
  reader.int32()
  const isTrial = reader.bool()
  const results = topics.map((topic) => {
    let created: Topic | null = null
    const failure = attempt(() => {
      if (topics.filter(({ name }) => name === topic.name).length > 1) throw new BrokerError(errors.INVALID_REQUEST, 'Duplicate topic name.')
      const spec = specOf(cluster, topic)
      if (isTrial) cluster.topics.check(spec)
      else created = cluster.createTopic(spec)
    })
    return { topic, created: created as Topic | null, failure }
  })
  writer.int32(0)
  writer.structs(results, ({ topic, created, failure }) => {
    const isMade = failure.code === errors.NONE
    writer.string(topic.name)
    if (version >= 7) writer.uuid(created?.id ?? noId)
    writer.int16(failure.code)
    writer.string(failure.message)
    if (version < 5) return
    writer.int32(isMade ? (created?.partitions.length ?? specOf(cluster, topic).partitions) : -1)
    writer.int16(isMade ? 1 : -1)
    const configs = created?.configs ?? new Map(topic.configs.map(([name, value]) => [name, value ?? '']))
    writer.structs(isMade ? topicConfigKeys : null, (key) => {
      const { value, source } = describeConfig(key, configs)
      writer.string(key.name)
      writer.string(value)
      writer.bool(false)
      writer.int8(source)
      writer.bool(false)
    })
  })
  writer.tags()
  return 'answer'
}

export const deleteTopics: Handler = (reader, writer, { cluster, version }) => {
  const asked: readonly TopicRef[] =
    version >= 6
      ? reader.structs(() => ({ name: reader.nullableString(), id: reader.uuid() }))
      : reader.array(() => ({ name: reader.string(), id: noId }))
  writer.int32(0)
  writer.structs(asked, (ref) => {
    const topic = topicOf(cluster, ref)
    if (topic !== undefined) cluster.deleteTopic(topic)
    writer.string(ref.name ?? topic?.name ?? null)
    if (version >= 6) writer.uuid(topic?.id ?? ref.id)
    writer.int16(topic === undefined ? unknownTopic(ref) : errors.NONE)
    if (version >= 5) writer.string(topic === undefined ? 'This server does not host this topic-partition.' : null)
  })
  writer.tags()
  return 'answer'
}

export const createPartitions: Handler = (reader, writer, { cluster }) => {
  const topics = reader.structs(() => {
    const topic = { name: reader.string(), count: reader.int32() }
    reader.nullableStructs(() => reader.array(() => reader.int32()))
    return topic
  })
  reader.int32()
  const isTrial = reader.bool()
  writer.int32(0)
  writer.structs(topics, ({ name, count }) => {
    const failure = attempt(() => {
      const topic = cluster.topics.get(name)
      if (topic === undefined) throw new BrokerError(errors.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
      const now = topic.partitions.length
      if (count === now) throw new BrokerError(errors.INVALID_PARTITIONS, `Topic already has ${now} partition(s).`)
      if (count < now) throw new BrokerError(errors.INVALID_PARTITIONS, `The topic ${name} currently has ${now} partition(s); ${count} would not be an increase.`)
      if (!isTrial) cluster.topics.addPartitions(topic, count)
    })
    writer.string(name)
    writer.int16(failure.code)
    writer.string(failure.message)
  })
  writer.tags()
  return 'answer'
}

export const deleteRecords: Handler = (reader, writer, { cluster }) => {
  const topics = reader.structs(() => ({ name: reader.string(), partitions: reader.structs(() => ({ partition: reader.int32(), offset: reader.int64() })) }))
  writer.int32(0)
  writer.structs(topics, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, ({ partition, offset }) => {
      const log = cluster.topics.log(name, partition)
      const wanted = offset === -1 ? (log?.endOffset ?? 0) : offset
      const error = log === undefined ? errors.UNKNOWN_TOPIC_OR_PARTITION : wanted < 0 || wanted > log.endOffset ? errors.OFFSET_OUT_OF_RANGE : errors.NONE
      if (error === errors.NONE) log?.deleteBefore(wanted)
      writer.int32(partition)
      writer.int64(error === errors.NONE ? (log?.startOffset ?? -1) : -1)
      writer.int16(error)
    })
  })
  writer.tags()
  return 'answer'
}
