/** Metadata and FindCoordinator: requests and what is remembered of their answers. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import type { KafkaError } from './types.ts'

export type Node = { readonly id: number; readonly host: string; readonly port: number }
export type PartitionMetadata = { readonly id: number; readonly leader: number; readonly leaderEpoch: number; readonly replicas: readonly number[]; readonly error: KafkaError | null }
/**
 * `id`: another one once a topic of that name has been deleted and made anew (KIP-516); null when the broker is too old to tell, or the topic is not there.
 * `error`: the topic cannot be used now (unknown, invalid name, not authorized, no leader yet). Partitions are sorted by id, which are 0 to n-1.
 */
export type TopicMetadata = { readonly name: string; readonly id: string | null; readonly error: KafkaError | null; readonly isInternal: boolean; readonly partitions: readonly PartitionMetadata[] }
export type ClusterMetadata = { readonly nodes: readonly Node[]; readonly clusterId: string | null; readonly controllerId: number; readonly topics: readonly TopicMetadata[] }

/** `topics` null: all of them; []: none, the brokers only. */
export const metadataRequest = (topics: readonly string[] | null, autoCreate: boolean): ApiRequest<ClusterMetadata> => ({
  apiKey: 3,
  apiName: 'Metadata',
  minVersion: 4,
  maxVersion: 12,
  flexibleFrom: 9,
  encode(writer, version) {
    writer.array(topics, (topic) => {
      if (version >= 10) writer.uuid(noId)
      writer.string(topic).tags()
    })
    writer.boolean(autoCreate)
    if (version >= 8 && version <= 10) writer.boolean(false) // the cluster's authorized operations
    if (version >= 8) writer.boolean(false) // the topics'
    writer.tags()
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const nodes = reader.array(() => {
      const node = { id: reader.int32(), host: reader.string(), port: reader.int32() }
      reader.nullableString() // rack
      reader.tags()
      return node
    })
    const clusterId = reader.nullableString()
    const controllerId = reader.int32()
    return {
      nodes, clusterId, controllerId,
      topics: reader.array(() => {
        const code = reader.int16()
        const name = reader.string()
        const id = version >= 10 ? reader.uuid() : noId
        const isInternal = reader.boolean()
        const partitions = reader.array(() => {
          const partitionCode = reader.int16()
          const number = reader.int32()
          const leader = reader.int32()
          const leaderEpoch = version >= 7 ? reader.int32() : -1
          const replicas = reader.array(() => reader.int32())
          reader.array(() => reader.int32()) // in-sync replicas
          if (version >= 5) reader.array(() => reader.int32()) // offline replicas
          reader.tags()
          return { id: number, leader, leaderEpoch, replicas, error: errorOrNull(partitionCode, `Metadata of ${name}-${number}`) }
        })
        if (version >= 8) reader.int32() // authorized operations
        reader.tags()
        return { name, id: id === noId ? null : id, error: errorOrNull(code, `Metadata of topic ${name}`, null, `Describe on topic ${name} (Read and Write include it), and Create if it is not there yet`), isInternal, partitions: partitions.toSorted((a, b) => a.id - b.id) }
      }),
    }
  },
})

const noId = '0'.repeat(32)

export type CoordinatorType = 'group' | 'transaction'
/** Answers a Node, or the error. */
export const findCoordinatorRequest = (type: CoordinatorType, key: string): ApiRequest<Node | KafkaError> => ({
  apiKey: 10,
  apiName: 'FindCoordinator',
  minVersion: 1,
  maxVersion: 2,
  encode(writer) {
    writer.string(key).int8(type === 'group' ? 0 : 1)
  },
  decode(reader) {
    reader.int32() // throttle time
    const code = reader.int16()
    const detail = reader.nullableString()
    const node = { id: reader.int32(), host: reader.string(), port: reader.int32() }
    return errorOrNull(code, `Finding the coordinator of ${type} ${key}`, detail, `Describe on ${type === 'group' ? 'group' : 'transactional id'} ${key}`) ?? node
  },
})
