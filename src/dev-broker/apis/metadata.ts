/** ApiVersions, Metadata and DescribeCluster: what a client asks first. */
import { brokerId } from '../cluster.ts'
import { leaderEpoch } from '../log/partition-log.ts'
import { apis } from '../protocol/api-keys.ts'
import { BrokerError, errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Writer } from '../protocol/writer.ts'
import { isInternal, type Topic } from '../topics.ts'
import type { Handler } from './handler.ts'
import { noId } from './topic-ref.ts'

const noAuthorizedOperations = -2147483648

export const writeApiVersions = (writer: Writer, version: number, error: KafkaErrorCode): void => {
  writer.int16(error)
  writer.structs(apis, (api) => {
    writer.int16(api.key)
    writer.int16(api.min)
    writer.int16(api.max)
  })
  if (version >= 1) writer.int32(0)
  writer.tags()
}
export const apiVersions: Handler = (_reader, writer, { version }) => {
  writeApiVersions(writer, version, errors.NONE)
  return 'answer'
}

type Found = { readonly error: KafkaErrorCode; readonly name: string | null; readonly id: string; readonly topic: Topic | null }

export const metadata: Handler = (reader, writer, { cluster, version, advertised }) => {
  const asked = reader.nullableStructs(() => ({ id: version >= 10 ? reader.uuid() : noId, name: version >= 10 ? reader.nullableString() : reader.string() }))
  const mayCreate = version >= 4 ? reader.bool() : true
  const isAll = asked === null || (version === 0 && asked.length === 0)
  const find = ({ id, name }: { id: string; name: string | null }): Found => {
    if (name === null) {
      const topic = cluster.topics.byId(id)
      return topic === undefined ? { error: errors.UNKNOWN_TOPIC_ID, name: version >= 12 ? null : '', id, topic: null } : { error: errors.NONE, name: topic.name, id, topic }
    }
    try {
      const topic = cluster.topicOrAutoCreated(name, mayCreate)
      return { error: errors.NONE, name, id: topic.id, topic }
    } catch (error) {
      if (error instanceof BrokerError) return { error: error.code, name, id: noId, topic: null }
      throw error
    }
  }
  const found: readonly Found[] = isAll ? cluster.topics.all.map((topic) => ({ error: errors.NONE, name: topic.name, id: topic.id, topic })) : asked.map(find)

  if (version >= 3) writer.int32(0)
  writer.structs([advertised], ({ host, port }) => {
    writer.int32(brokerId)
    writer.string(host)
    writer.int32(port)
    if (version >= 1) writer.string(null)
  })
  if (version >= 2) writer.string(cluster.clusterId)
  if (version >= 1) writer.int32(brokerId)
  writer.structs(found, ({ error, name, id, topic }) => {
    writer.int16(error)
    writer.string(name)
    if (version >= 10) writer.uuid(id)
    if (version >= 1) writer.bool(name !== null && isInternal(name))
    writer.structs(topic?.partitions ?? [], ({ partition }) => {
      writer.int16(errors.NONE)
      writer.int32(partition)
      writer.int32(brokerId)
      if (version >= 7) writer.int32(leaderEpoch)
      writer.array([brokerId], (id) => writer.int32(id))
      writer.array([brokerId], (id) => writer.int32(id))
      if (version >= 5) writer.array([], () => {})
    })
    if (version >= 8) writer.int32(noAuthorizedOperations)
  })
  if (version >= 8 && version <= 10) writer.int32(noAuthorizedOperations)
  writer.tags()
  return 'answer'
}

export const describeCluster: Handler = (reader, writer, { cluster, version, advertised }) => {
  reader.bool()
  const endpointType = version >= 1 ? reader.int8() : 1
  writer.int32(0)
  // Type 2 asks for controllers, which clients reach only when they were given a controller's address.
  writer.int16(endpointType === 1 ? errors.NONE : errors.INVALID_REQUEST)
  writer.string(endpointType === 1 ? null : 'This is a broker, not a controller.')
  if (version >= 1) writer.int8(endpointType)
  writer.string(cluster.clusterId)
  writer.int32(brokerId)
  writer.structs([advertised], ({ host, port }) => {
    writer.int32(brokerId)
    writer.string(host)
    writer.int32(port)
    writer.string(null)
  })
  writer.int32(noAuthorizedOperations)
  writer.tags()
  return 'answer'
}
