/** Topics and records for tests by plain requests, so that a test of the consumer needs no producer and one of the producer no consumer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteTopicsRequest } from '../../../src/kafka/admin-requests.ts'
import { type ApiRequest, type KafkaConnection, openConnection, withRetries } from '../../../src/kafka/connection.ts'
import { errorOrNull } from '../../../src/kafka/kafka-errors.ts'
import { produceRequest } from '../../../src/kafka/producer-requests.ts'
import { RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts'
import type { Header } from '../../../src/kafka/types.ts'
import type { CompressionType } from '../../../src/kafka/compression.ts'
import { logger } from '../../../src/log.ts'

export type TestRecord = string | { readonly key?: string | null; readonly value: string | null; readonly timestampMs?: number; readonly headers?: readonly Header[] }

export interface TestTopics extends AsyncDisposable {
  create(topic: string, partitions?: number, configs?: Readonly<Record<string, string>>, replication?: number): Promise<void>
  delete(topic: string): Promise<void>
  /** Grows a topic. */
  addPartitions(topic: string, total: number): Promise<void>
  deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<void>
  /** One batch; resolves with its base offset. */
  produce(topic: string, partition: number, records: readonly TestRecord[], compression?: CompressionType): Promise<number>
  close(): Promise<void>
}

const timeoutMs = 20_000

export const testTopics = async (bootstrap: string): Promise<TestTopics> => {
  const connection = await openConnection({ properties: { 'bootstrap.servers': bootstrap }, clientId: 'test-topics', log: logger('test.topics') })
  const close = (): Promise<void> => connection.close()
  /** A broker that has just started may not know the controller yet. */
  const toController = <T>(request: ApiRequest<T>): Promise<T> => withRetries(() => connection.send('controller', request), { deadlineMs: Date.now() + timeoutMs, backoffMs: 20, backoffMaxMs: 200 })
  const refresh = (topic: string): Promise<void> => connection.refreshMetadata([topic]).then(() => undefined, () => undefined)
  return {
    async create(topic, partitions = 1, configs = {}, replication = 1) {
      const error = await toController({
        apiKey: 19, apiName: 'CreateTopics', minVersion: 2, maxVersion: 4,
        encode: (writer) => {
          writer.int32(1).string(topic).int32(partitions).int16(replication).int32(0).array(Object.entries(configs), ([key, value]) => writer.string(key).string(value)).int32(timeoutMs).boolean(false)
        },
        decode: (reader) => {
          reader.int32()
          return reader.array(() => [reader.string(), reader.int16(), reader.nullableString()] as const).map(([name, code, message]) => errorOrNull(code, `Creating ${name}`, message))[0] ?? null
        },
      })
      if (error !== null) throw error
      await hasLeaders(connection, topic, partitions)
    },
    async delete(topic) {
      for (const { error } of await toController(deleteTopicsRequest([topic], timeoutMs))) if (error !== null) throw error
    },
    async addPartitions(topic, total) {
      const error = await toController({
        apiKey: 37, apiName: 'CreatePartitions', minVersion: 0, maxVersion: 1,
        encode: (writer) => void writer.int32(1).string(topic).int32(total).int32(-1).int32(timeoutMs).boolean(false),
        decode: (reader) => {
          reader.int32()
          return reader.array(() => [reader.string(), reader.int16(), reader.nullableString()] as const).map(([name, code, message]) => errorOrNull(code, `Growing ${name}`, message))[0] ?? null
        },
      })
      if (error !== null) throw error
      await hasLeaders(connection, topic, total)
    },
    async deleteRecords(topic, partition, beforeOffset) {
      await connection.refreshMetadata([topic])
      const error = await connection.send(connection.leaderOf(topic, partition), {
        apiKey: 21, apiName: 'DeleteRecords', minVersion: 0, maxVersion: 1,
        encode: (writer) => void writer.int32(1).string(topic).int32(1).int32(partition).int64(beforeOffset).int32(timeoutMs),
        decode: (reader) => {
          reader.int32()
          reader.int32()
          reader.string()
          reader.int32()
          reader.int32()
          reader.int64()
          return errorOrNull(reader.int16(), `Deleting records of ${topic}`)
        },
      })
      if (error !== null) throw error
    },
    async produce(topic, partition, records, compression = 'none') {
      const writer = new RecordBatchWriter(4096)
      for (const record of records) {
        const { key = null, value, timestampMs = Date.now(), headers = [] } = typeof record === 'string' ? { value: record } : record
        const [keyBytes, valueBytes] = [key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value)]
        writer.append(timestampMs, keyBytes, 0, keyBytes?.length ?? 0, valueBytes, 0, valueBytes?.length ?? 0, headers.length === 0 ? null : headers, 2 ** 30)
      }
      if (connection.leaderOf(topic, partition) < 0) await connection.refreshMetadata([topic])
      const batch = writer.finish({ compression, producerId: -1, producerEpoch: -1, baseSequence: -1 })
      // A broker refuses (NOT_LEADER_OR_FOLLOWER, nothing written) until it has heard from the controller that it leads a new partition.
      return withRetries(async () => {
        const leader = connection.leaderOf(topic, partition)
        const [answer] = await connection.send(leader < 0 ? 'any' : leader, produceRequest({ acks: -1, timeoutMs, transactionalId: null, topics: [{ name: topic, partitions: [{ index: partition, records: batch }] }] }))
        const error = errorOrNull(answer?.errorCode ?? 0, `Produce to ${topic}-${partition}`, answer?.errorMessage ?? null)
        if (error !== null) throw error
        return answer?.baseOffset ?? -1
      }, { deadlineMs: Date.now() + timeoutMs, backoffMs: 10, backoffMaxMs: 100, onRetry: () => refresh(topic) })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** CreateTopics answers before every broker knows the leaders; there is no event for it, so metadata is asked again. */
const hasLeaders = async (connection: KafkaConnection, topic: string, partitions: number): Promise<void> => {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const [found] = await connection.refreshMetadata([topic])
    if (found !== undefined && found.partitions.length === partitions && found.partitions.every(({ leader }) => leader >= 0)) return
    if (Date.now() > deadlineMs) throw new Error(`${topic} has no leaders after ${timeoutMs} ms`)
    await sleep(20)
  }
}
