/** Metadata and FindCoordinator: requests and what is remembered of their answers. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import type { KafkaError } from './types.ts'

export type Node = { readonly id: number; readonly host: string; readonly port: number }
export type PartitionMetadata = { readonly id: number; readonly leader: number; readonly leaderEpoch: number; readonly replicas: readonly number[]; readonly error: KafkaError | null }
/** `error`: the topic cannot be used now (unknown, invalid name, not authorized, no leader yet). Partitions are sorted by id, which are 0 to n-1. */
export type TopicMetadata = { readonly name: string; readonly error: KafkaError | null; readonly isInternal: boolean; readonly partitions: readonly PartitionMetadata[] }
export type ClusterMetadata = { readonly nodes: readonly Node[]; readonly clusterId: string | null; readonly controllerId: number; readonly topics: readonly TopicMetadata[] }

/** `topics` null: all of them; []: none, the brokers only. */
export const metadataRequest = (topics: readonly string[] | null, autoCreate: boolean): ApiRequest<ClusterMetadata> => ({
  apiKey: 3,
  apiName: 'Metadata',
  minVersion: 4,
  maxVersion: 7,
  encode(writer) {
    writer.array(topics, (topic) => writer.string(topic)).boolean(autoCreate)
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const nodes = reader.array(() => {
      const node = { id: reader.int32(), host: reader.string(), port: reader.int32() }
      reader.nullableString() // rack
      return node
    })
    const clusterId = reader.nullableString()
    const controllerId = reader.int32()
    return {
      nodes, clusterId, controllerId,
      topics: reader.array(() => {
        const code = reader.int16()
        const name = reader.string()
        const isInternal = reader.boolean()
        const partitions = reader.array(() => {
          const partitionCode = reader.int16()
          const id = reader.int32()
          const leader = reader.int32()
          const leaderEpoch = version >= 7 ? reader.int32() : -1
          const replicas = reader.array(() => reader.int32())
          reader.array(() => reader.int32()) // in-sync replicas
          if (version >= 5) reader.array(() => reader.int32()) // offline replicas
          return { id, leader, leaderEpoch, replicas, error: errorOrNull(partitionCode, `Metadata of ${name}-${id}`) }
        })
        return { name, error: errorOrNull(code, `Metadata of topic ${name}`, null, `Describe on topic ${name} (Read and Write include it), and Create if it is not there yet`), isInternal, partitions: partitions.toSorted((a, b) => a.id - b.id) }
      }),
    }
  },
})

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
