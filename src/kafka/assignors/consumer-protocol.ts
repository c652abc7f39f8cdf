/**
 * The bytes that consumers put into JoinGroup and SyncGroup (protocol type `consumer`), as Java's ConsumerProtocol writes them:
 *
 *   Subscription v3:  INT16 version  ARRAY[STRING] topics  NULLABLE_BYTES userData
 *                     ARRAY[ STRING topic ARRAY[INT32] ] ownedPartitions (v1+)  INT32 generation (v2+)  NULLABLE_STRING rack (v3+)
 *   Assignment v3:    INT16 version  ARRAY[ STRING topic ARRAY[INT32] ] partitions  NULLABLE_BYTES userData
 *
 * Readers take any version: what a newer one appends is ignored, what an older one lacks is empty.
 */
import { ByteReader, ByteWriter } from '../bytes.ts'
import { readTopicPartitions, writeTopicPartitions } from './sticky.ts'
import type { Subscription, TopicPartitions } from './types.ts'

const version = 3

export const encodeSubscription = (subscription: Subscription): Buffer => {
  const writer = new ByteWriter().int16(version)
  writer.array(subscription.topics.toSorted(), (topic) => writer.string(topic)).bytes(subscription.userData)
  writeTopicPartitions(writer, subscription.owned)
  return Buffer.concat(writer.int32(subscription.generation).string(null).parts())
}

export const decodeSubscription = (bytes: Uint8Array): Subscription => {
  const reader = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  const sent = reader.int16()
  const topics = reader.array(() => reader.string())
  const userData = reader.nullableBytes()
  return {
    topics,
    userData,
    owned: sent >= 1 && reader.remaining > 0 ? readTopicPartitions(reader) : new Map(),
    generation: sent >= 2 && reader.remaining >= 4 ? reader.int32() : -1,
  }
}

export const encodeAssignment = (partitions: TopicPartitions): Buffer => {
  const writer = new ByteWriter().int16(version)
  writeTopicPartitions(writer, partitions)
  return Buffer.concat(writer.bytes(null).parts())
}

/** No bytes at all is no partitions: what a broker gives a member that the leader left out. */
export const decodeAssignment = (bytes: Uint8Array): Map<string, number[]> => {
  if (bytes.length === 0) return new Map()
  const reader = new ByteReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  reader.int16()
  return readTopicPartitions(reader)
}
