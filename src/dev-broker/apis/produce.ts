/** Produce: one batch a partition, checked by its header and checksum, kept as it came. */
import type { Cluster } from '../cluster.ts'
import { messageOf } from '../../errors.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { batchHeaderBytes, codecOf, crcMatches, isControl, isTransactional, magicAt, readBatchHeader, type BatchHeader } from '../protocol/batch-header.ts'
import { BrokerError, errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { configNumber, configValue } from '../topic-configs.ts'
import type { Topic } from '../topics.ts'
import type { Handler } from './handler.ts'

type Result = { readonly partition: number; readonly error: KafkaErrorCode; readonly message: string | null; readonly baseOffset: number; readonly logAppendTime: number; readonly startOffset: number }

/** Codec ids of record batches: none, gzip, snappy, lz4, zstd. */
const highestCodec = 4

export const produce: Handler = (reader, writer, { cluster, version }) => {
  // ApiVersions says 0 for librdkafka's sake; Kafka 4 ends the connection of a client that really sends the old ones.
  if (version < 3) return 'close'
  reader.nullableString()
  const acks = reader.int16()
  reader.int32()
  const topics = reader.structs(() => ({
    name: reader.string(),
    partitions: reader.structs(() => ({ partition: reader.int32(), records: reader.nullableBytes() })),
  }))
  const results = topics.map(({ name, partitions }) => {
    const topic = cluster.topics.get(name)
    return {
      name,
      partitions: partitions.map(({ partition, records }) => {
        if (acks < -1 || acks > 1) return failed(partition, errors.INVALID_REQUIRED_ACKS, null)
        return append(cluster, topic, partition, records)
      }),
    }
  })
  const hasFailed = results.some(({ partitions }) => partitions.some(({ error }) => error !== errors.NONE))
  if (acks === 0) return hasFailed ? 'close' : 'noAnswer'
  writer.structs(results, ({ name, partitions }) => {
    writer.string(name)
    writer.structs(partitions, (result) => {
      writer.int32(result.partition)
      writer.int16(result.error)
      writer.int64(result.baseOffset)
      writer.int64(result.logAppendTime)
      if (version >= 5) writer.int64(result.startOffset)
      if (version >= 8) {
        writer.array([], () => {})
        writer.string(result.message)
      }
    })
  })
  writer.int32(0)
  writer.tags()
  return 'answer'
}

const failed = (partition: number, error: KafkaErrorCode, message: string | null): Result => ({ partition, error, message, baseOffset: -1, logAppendTime: -1, startOffset: -1 })

const append = (cluster: Cluster, topic: Topic | undefined, partition: number, records: Buffer | null): Result => {
  const log = topic?.partitions[partition]
  if (topic === undefined || log === undefined) return failed(partition, errors.UNKNOWN_TOPIC_OR_PARTITION, null)
  try {
    return appendTo(cluster, topic, log, records ?? Buffer.alloc(0))
  } catch (error) {
    if (error instanceof BrokerError) return failed(partition, error.code, error.message)
    // A full disk, most likely. The client may try again, which is why this is no reason to close its connection.
    cluster.log(`Cannot append to ${topic.name}-${partition}: ${messageOf(error)}`)
    return failed(partition, errors.KAFKA_STORAGE_ERROR, messageOf(error))
  }
}

const appendTo = (cluster: Cluster, topic: Topic, log: PartitionLog, records: Buffer): Result => {
  const header = checked(topic, records)
  if (isTransactional(header.attributes)) {
    const error = cluster.transactions.mayWrite({ producerId: header.producerId, epoch: header.producerEpoch }, topic.name, log.partition)
    if (error !== errors.NONE) return failed(log.partition, error, 'The batch does not belong to an open transaction of its producer.')
  }
  const appended = log.append(records, header)
  if (!appended.ok) return failed(log.partition, appended.code, appended.message)
  return { partition: log.partition, error: errors.NONE, message: null, baseOffset: appended.baseOffset, logAppendTime: appended.logAppendTime, startOffset: log.startOffset }
}

/** Throws what Kafka answers to a batch that may not be appended. */
const checked = (topic: Topic, records: Buffer): BatchHeader => {
  const magic = magicAt(records)
  if (magic !== null && magic !== 2) throw new BrokerError(errors.INVALID_RECORD, `Produce requests are only allowed to contain record batches with magic version 2, not ${magic}`)
  const header = readBatchHeader(records)
  if (header === null || header.sizeBytes < batchHeaderBytes || header.sizeBytes > records.length) throw new BrokerError(errors.CORRUPT_MESSAGE, 'The record batch is shorter than its length says.')
  if (header.sizeBytes !== records.length) throw new BrokerError(errors.INVALID_RECORD, 'Produce requests must contain exactly one record batch per partition')
  const limit = configNumber(topic.configs, 'max.message.bytes')
  if (header.sizeBytes > limit) throw new BrokerError(errors.RECORD_TOO_LARGE, `The record batch size is ${header.sizeBytes} bytes which exceeds the maximum configured value of ${limit}.`)
  if (!crcMatches(records, header)) throw new BrokerError(errors.CORRUPT_MESSAGE, 'Record is corrupt (the checksum does not match)')
  const isCountWrong = header.recordCount <= 0 || header.lastOffsetDelta !== header.recordCount - 1
  if (isCountWrong) throw new BrokerError(errors.INVALID_RECORD, `A batch of ${header.recordCount} records has last offset delta ${header.lastOffsetDelta}`)
  if (isControl(header.attributes)) throw new BrokerError(errors.INVALID_RECORD, 'Clients are not allowed to write control records')
  if (codecOf(header.attributes) > highestCodec) throw new BrokerError(errors.INVALID_RECORD, `Unknown compression type id: ${codecOf(header.attributes)}`)
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) throw new BrokerError(errors.INVALID_RECORD, 'A batch with a producer id needs an epoch and a sequence')
  const aheadMs = configNumber(topic.configs, 'message.timestamp.after.max.ms')
  if (configValue(topic.configs, 'message.timestamp.type') === 'CreateTime' && header.maxTimestamp > Date.now() + aheadMs)
    throw new BrokerError(errors.INVALID_TIMESTAMP, `Timestamp ${header.maxTimestamp} is more than ${aheadMs} ms ahead of this broker's clock`)
  return header
}

