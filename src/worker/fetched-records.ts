/** Fetched records one by one: as a dead letter keeps them, as a log line names them, and found again by their offset. */
import { looksLike, looksLikeEnvelope } from '../converters/looks-like.ts'
import { partitionKey, type Header, type RecordColumns } from '../kafka/types.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'
import type { DeadRecord } from './dead-letters.ts'
import type { RowFailure } from './source-encode.ts'
import type { Failure } from './tolerance.ts'

/** A record: its place in a part. */
export type Fetched = { readonly part: RecordColumns; readonly index: number }

/** The record of a row numbered over all parts, in order. */
export const fetchedRow = (parts: readonly RecordColumns[], row: number): Fetched => {
  let index = row
  for (const part of parts) {
    if (index < part.count) return { part, index }
    index -= part.count
  }
  throw new RangeError(`row ${row} is in none of the parts`)
}

/** Bytes, headers and timestamp as fetched: views, which a producer copies. */
export const originalOf = ({ part, index }: Fetched): DeadRecord => ({
  origin: { topic: part.topic, partition: part.partition, offset: part.offset[index] as number },
  timestamp: part.timestamp[index] as number,
  key: bytesAt(part.data, part.keyStart[index] as number, part.keyEnd[index] as number),
  value: bytesAt(part.data, part.valueStart[index] as number, part.valueEnd[index] as number),
  headers: headersOf({ part, index }),
})
/** A producer may keep headers, and a Buffer's `slice` is no copy. */
const copied = (bytes: Uint8Array | null): Uint8Array | null => bytes && new Uint8Array(bytes)
const bytesAt = (data: Uint8Array, start: number, end: number): Uint8Array | null => (start < 0 ? null : data.subarray(start, end))
const headersOf = ({ part, index }: Fetched): readonly Header[] => {
  const { headers, data } = part
  if (headers === null) return []
  let first = 0
  for (let row = 0; row < index; row++) first += headers.counts[row] as number
  const text = new TextDecoder()
  return Array.from({ length: headers.counts[index] as number }, (_, at) => ({
    key: text.decode(data.subarray(headers.keyStart[first + at], headers.keyEnd[first + at])),
    value: copied(bytesAt(data, headers.valueStart[first + at] as number, headers.valueEnd[first + at] as number)),
  }))
}

const describeFetched = ({ part, index }: Fetched): string =>
  describeConsumed({ topic: part.topic, partition: part.partition, offset: part.offset[index] as number }, part.timestamp[index] as number, part.timestampType)
/** Kafka's words. */
export const describeConsumed = ({ topic, partition, offset }: TopicPartitionOffset, timestamp: number, timestampType: 0 | 1): string =>
  `consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, timestamp=${timestamp}, timestampType=${timestampType === 1 ? 'LogAppendTime' : 'CreateTime'}}`

/** What failed with a fetched record; a converter's failure comes with what the bytes look like and which setting would read them. */
export const failureOf = (fetched: Fetched, { stage, className, error, header }: Omit<RowFailure, 'row'>, readsEnvelopes = true): Failure => {
  const hint = (showBytes: boolean): string | null => {
    const { key, value, headers } = originalOf(fetched)
    switch (stage) {
      case 'KEY_CONVERTER':
        return key && looksLike({ side: 'key', className, bytes: key, showBytes })
      case 'VALUE_CONVERTER':
        return value && looksLike({ side: 'value', className, bytes: value, showBytes })
      case 'HEADER_CONVERTER': {
        const one = headers[header ?? -1]
        return one?.value ? looksLike({ side: 'header', header: one.key, className, bytes: one.value, showBytes }) : null
      }
      default:
        // a converter without schemas takes an envelope for data, and what comes after it does not find its fields
        return value && !readsEnvelopes && looksLikeEnvelope(value) ? looksLike({ side: 'value', className: '', bytes: value, showBytes }) : null
    }
  }
  return { stage, className, error, record: () => describeFetched(fetched), original: () => originalOf(fetched), hint }
}

/** Records that a task has been given and may still report, the latest up to so many bytes. */
export class RecentRecords {
  readonly #maxBytes: number
  #parts: RecordColumns[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }
  /** The newest are always kept. */
  add(parts: readonly RecordColumns[]): void {
    const before = this.#parts.length
    this.#parts.push(...parts)
    this.#bytes += parts.reduce((sum, part) => sum + part.data.byteLength, 0)
    let gone = 0
    while (gone < before && this.#bytes > this.#maxBytes) this.#bytes -= (this.#parts[gone++] as RecordColumns).data.byteLength
    this.#parts.splice(0, gone)
  }
  find(record: TopicPartitionOffset): Fetched | null {
    const key = partitionKey(record)
    for (const part of this.#parts) {
      if (partitionKey(part) !== key) continue
      const index = part.offset.subarray(0, part.count).indexOf(record.offset)
      if (index >= 0) return { part, index }
    }
    return null
  }
}
