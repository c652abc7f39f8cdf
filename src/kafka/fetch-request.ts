/** Fetch, without fetch sessions: each request says all it wants. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import { byTopic, haveIds, topicReader, writeTopic } from './topic-references.ts'
import type { KafkaError, TopicPartition } from './types.ts'

export type AbortedTransaction = { readonly producerId: number; readonly firstOffset: number }
/** `topicId` null: the broker tells none. */
export type FetchPartition = TopicPartition & { readonly topicId: string | null; readonly offset: number; readonly leaderEpoch: number }
export type FetchedPartition = TopicPartition & {
  readonly error: KafkaError | null
  readonly highWatermark: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches, the last one perhaps cut off. A view of the response. */
  readonly records: Buffer
}
export type FetchAnswer = { readonly error: KafkaError | null; readonly partitions: readonly FetchedPartition[] }

const noRecords = Buffer.alloc(0)
const noSession = -1

export const fetchRequest = (fetch: {
  /** In this order: the broker fills them one after the other until `maxBytes`. */
  readonly partitions: readonly FetchPartition[]
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly partitionMaxBytes: number
  readonly readCommitted: boolean
}): ApiRequest<FetchAnswer> => ({
  apiKey: 1,
  apiName: 'Fetch',
  minVersion: 4,
  maxVersion: haveIds(fetch.partitions) ? 13 : 11,
  flexibleFrom: 12,
  encode(writer, version) {
    writer.int32(-1).int32(fetch.maxWaitMs).int32(fetch.minBytes).int32(fetch.maxBytes).int8(fetch.readCommitted ? 1 : 0)
    if (version >= 7) writer.int32(0).int32(noSession)
    writer.array(byTopic(fetch.partitions), (topic) => {
      writeTopic(writer, topic, version >= 13).array(topic[1], ({ partition, leaderEpoch, offset }) => {
        writer.int32(partition)
        if (version >= 9) writer.int32(leaderEpoch)
        writer.int64(offset)
        if (version >= 12) writer.int32(-1) // epoch of the last record fetched: a follower's
        if (version >= 5) writer.int64(-1) // log start offset: a follower's
        writer.int32(fetch.partitionMaxBytes).tags()
      })
      writer.tags()
    })
    if (version >= 7) writer.array([], () => {}) // forgotten topics
    if (version >= 11) writer.string('') // rack
    writer.tags()
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const error = version >= 7 ? errorOrNull(reader.int16(), 'Fetch') : null
    if (version >= 7) reader.int32() // session id
    const readTopic = topicReader(reader, fetch.partitions, version >= 13)
    const partitions = reader.array(() => {
      const topic = readTopic()
      const fetched = reader.array((): FetchedPartition => {
        const partition = reader.int32()
        const partitionError = errorOrNull(reader.int16(), `Fetching ${topic}-${partition}`, null, `Read on topic ${topic}`)
        const highWatermark = reader.int64()
        reader.int64() // last stable offset
        if (version >= 5) reader.int64() // log start offset
        const aborted = reader.array(() => {
          const transaction = { producerId: reader.int64(), firstOffset: reader.int64() }
          reader.tags()
          return transaction
        })
        if (version >= 11) reader.int32() // preferred read replica: only with a rack
        const records = reader.nullableBytes() ?? noRecords
        reader.tags()
        return { topic, partition, error: partitionError, highWatermark, aborted, records }
      })
      reader.tags()
      return fetched
    })
    return { error, partitions: partitions.flat() }
  },
})
