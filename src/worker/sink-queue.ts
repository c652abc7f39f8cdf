/** Records fetched and not yet given to the task. They can be put back (by seeking) as if they had never been fetched. */
import { type Consumer, partitionKey, type RecordColumns, type TopicPartition } from '../kafka/types.ts'

/** Up to this many bytes of records go into one `put`; a single record batch may be larger. */
export const maxPutBytes = 8 * 1024 * 1024

const bytesOf = (part: RecordColumns): number => {
  let bytes = 0
  for (let row = 0; row < part.count; row++) bytes += (part.valueEnd[row] as number) - (part.valueStart[row] as number) + (part.keyEnd[row] as number) - (part.keyStart[row] as number)
  return bytes
}

export class SinkQueue {
  #parts: RecordColumns[] = []

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }
  add(parts: readonly RecordColumns[]): void {
    for (const part of parts) if (part.count > 0) this.#parts.push(part)
  }
  putBack(parts: readonly RecordColumns[]): void {
    this.#parts.unshift(...parts)
  }
  /** The next records, in order, up to `maxPutBytes`. */
  take(): readonly RecordColumns[] {
    let bytes = 0
    let end = 0
    while (end < this.#parts.length && (end === 0 || bytes < maxPutBytes)) bytes += bytesOf(this.#parts[end++] as RecordColumns)
    return this.#parts.splice(0, end)
  }
  drop(partitions: readonly TopicPartition[]): void {
    this.#parts = withoutPartitions(this.#parts, partitions)
  }
  /** Seeks back to before everything held here. */
  rollBack(consumer: Consumer): void {
    const assigned = new Set(consumer.assignment().map(partitionKey))
    const first = new Map<string, RecordColumns>()
    for (const part of this.#parts) if (!first.has(partitionKey(part))) first.set(partitionKey(part), part)
    for (const [key, part] of first) if (assigned.has(key)) consumer.seek({ topic: part.topic, partition: part.partition }, part.offset[0] as number, part.topicId)
    this.#parts = []
  }
}

export const withoutPartitions = (parts: readonly RecordColumns[], partitions: readonly TopicPartition[]): RecordColumns[] => {
  const gone = new Set(partitions.map(partitionKey))
  return parts.filter((part) => !gone.has(partitionKey(part)))
}
