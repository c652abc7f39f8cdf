/**
 * `new SourceRecord(…)` with the arguments of Java's constructors, told apart by their number as there, so that Java code ports as it is.
 * A plain object with the same fields does as well, and is a little faster.
 */
import type { HeaderLike } from '../../src/data/headers.ts'
import { SourceRecord as ConnectSourceRecord } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import type { OffsetMap } from './contexts.ts'
import type { SourceRecord as PlainRecord } from './records.ts'

type Start = [sourcePartition: OffsetMap | null, sourceOffset: OffsetMap | null, topic: string]
type Full = [...Start, partition: number | null, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown, timestamp?: number | null, headers?: Iterable<HeaderLike> | null]
type Arguments = [...Start, valueSchema: Schema | null, value: unknown] | [...Start, partition: number | null, valueSchema: Schema | null, value: unknown]
  | [...Start, keySchema: Schema | null, key: unknown, valueSchema: Schema | null, value: unknown] | Full

const full = (args: Arguments): Full => {
  const [sourcePartition, sourceOffset, topic, ...rest] = args
  const start: Start = [sourcePartition, sourceOffset, topic]
  if (rest.length === 2) return [...start, null, null, null, rest[0], rest[1]]
  if (rest.length === 3) return [...start, rest[0], null, null, rest[1], rest[2]]
  if (rest.length === 4) return [...start, null, rest[0], rest[1], rest[2], rest[3]]
  return [...start, ...(rest as never)] as unknown as Full
}

class JavaSourceRecord extends ConnectSourceRecord {
  constructor(...args: Arguments) {
    const [sourcePartition, sourceOffset, topic, kafkaPartition, keySchema, key, valueSchema, value, timestamp, headers] = full(args)
    super({ sourcePartition, sourceOffset, topic, kafkaPartition, keySchema, key, valueSchema, value, timestamp, headers })
  }
  /** What `newRecord` makes and what the runtime hands out are such records, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.isPrototypeOf.call((this === JavaSourceRecord ? ConnectSourceRecord : this).prototype, value as object)
  }
}

export type SourceRecord = PlainRecord
export const SourceRecord = JavaSourceRecord as unknown as new (...args: Arguments) => ConnectSourceRecord & PlainRecord
