/** A run of a RecordColumns as a RecordColumns: views of the same memory, nothing copied but header sums. */
import type { HeaderRanges, RecordColumns } from './types.ts'

export const sliceRecords = (columns: RecordColumns, from: number, to: number): RecordColumns => {
  if (from === 0 && to === columns.count) return columns
  return {
    topic: columns.topic,
    partition: columns.partition,
    topicId: columns.topicId,
    count: to - from,
    data: columns.data,
    offset: columns.offset.subarray(from, to),
    timestamp: columns.timestamp.subarray(from, to),
    timestampType: columns.timestampType,
    keyStart: columns.keyStart.subarray(from, to),
    keyEnd: columns.keyEnd.subarray(from, to),
    valueStart: columns.valueStart.subarray(from, to),
    valueEnd: columns.valueEnd.subarray(from, to),
    headers: columns.headers === null ? null : sliceHeaders(columns.headers, from, to),
  }
}

const sliceHeaders = (headers: HeaderRanges, from: number, to: number): HeaderRanges => {
  let first = 0
  for (let i = 0; i < from; i++) first += headers.counts[i] ?? 0
  let last = first
  for (let i = from; i < to; i++) last += headers.counts[i] ?? 0
  return {
    counts: headers.counts.subarray(from, to),
    keyStart: headers.keyStart.subarray(first, last),
    keyEnd: headers.keyEnd.subarray(first, last),
    valueStart: headers.valueStart.subarray(first, last),
    valueEnd: headers.valueEnd.subarray(first, last),
  }
}
