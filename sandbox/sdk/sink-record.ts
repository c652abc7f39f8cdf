/** `new SinkRecord(…)` with the arguments of Java's constructors. Records given to `put` and to transformations are SinkRecords, too. */
import type { HeaderLike } from '../../src/data/headers.ts'
import { SinkRecord as ConnectSinkRecord, type TimestampType } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import type { SinkRecord as PlainRecord } from './records.ts'

type Arguments = [
  topic: string, partition: number, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown, kafkaOffset: number,
  timestamp?: number | null, timestampType?: TimestampType, headers?: Iterable<HeaderLike> | null,
  originalTopic?: string, originalKafkaPartition?: number | null, originalKafkaOffset?: number,
]

class JavaSinkRecord extends ConnectSinkRecord {
  constructor(...args: Arguments) {
    const [topic, kafkaPartition, keySchema, key, valueSchema, value, kafkaOffset, timestamp, timestampType, headers, originalTopic, originalKafkaPartition, originalKafkaOffset] = args
    super({
      topic, kafkaPartition, keySchema, key, valueSchema, value, kafkaOffset, timestamp, headers,
      ...(timestampType === undefined ? {} : { timestampType }), ...(originalTopic === undefined ? {} : { originalTopic }),
      ...(originalKafkaPartition === undefined ? {} : { originalKafkaPartition }), ...(originalKafkaOffset === undefined ? {} : { originalKafkaOffset }),
    })
  }
  /** What `newRecord` makes and what the runtime hands out are such records, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.isPrototypeOf.call((this === JavaSinkRecord ? ConnectSinkRecord : this).prototype, value as object)
  }
}

export type SinkRecord = PlainRecord
export const SinkRecord = JavaSinkRecord as unknown as new (...args: Arguments) => ConnectSinkRecord
