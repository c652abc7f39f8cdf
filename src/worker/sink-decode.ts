/** Fetched records through the converters into one batch for `put`; rows that fail are reported and left out. */
import type { ByteRanges, DecodedColumn } from '../converters/types.ts'
import { partitionKey, type RecordColumns } from '../kafka/types.ts'
import type { HeadersColumn, Index, SinkBatch, TextColumn } from '../wire/batch.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'
import { SchemaTable } from '../wire/schema-table.ts'
import type { Converters } from './source-encode.ts'
import type { ErrorTolerance, Stage } from './tolerance.ts'

export const createTime = 1
export const logAppendTime = 2

/** Records fetched and not yet taken by the task, with what `put` gets for them: null when none is left (or there were none). */
export type Delivery = {
  readonly parts: readonly RecordColumns[]
  readonly batch: SinkBatch | null
  /** Where each partition stands once the task has taken the batch. */
  readonly positions: readonly TopicPartitionOffset[]
}
export const emptyDelivery: Delivery = { parts: [], batch: null, positions: [] }

/** Throws what `errors.tolerance=none` makes of the first failing record. */
export const decodeDelivery = (parts: readonly RecordColumns[], converters: Converters, tolerance: ErrorTolerance): Delivery => {
  const positions = new Map<string, TopicPartitionOffset>()
  for (const { topic, partition, offset, count } of parts) {
    if (count > 0) positions.set(partitionKey({ topic, partition }), { topic, partition, offset: (offset[count - 1] as number) + 1 })
  }
  let kept: readonly RecordColumns[] = parts.filter((part) => part.count > 0)
  for (;;) {
    const { batch, failures } = decode(kept, converters)
    if (failures.size === 0) return { parts, batch: batch.count === 0 ? null : batch, positions: [...positions.values()] }
    for (const [row, { stage, className, error }] of [...failures].toSorted(([a], [b]) => a - b)) {
      tolerance.handle({ stage, className, error, record: () => describe(batch, row) })
    }
    kept = withoutRows(kept, failures)
  }
}

type Failures = Map<number, { readonly stage: Stage; readonly className: string; readonly error: Error }>

const decode = (parts: readonly RecordColumns[], converters: Converters): { readonly batch: SinkBatch; readonly failures: Failures } => {
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const table = new SchemaTable()
  const names = new Map<string, number>()
  for (const { topic } of parts) if (!names.has(topic)) names.set(topic, names.size)
  const topics = [...names.keys()]
  const topic = topics.length <= 1 ? null : new Int32Array(count)
  const partition = new Int32Array(count)
  const offset = new Float64Array(count)
  const timestamp = new Float64Array(count)
  const timestampType = new Uint8Array(count)
  let at = 0
  for (const part of parts) {
    const end = at + part.count
    topic?.fill(names.get(part.topic) ?? 0, at, end)
    partition.fill(part.partition, at, end)
    offset.set(part.count === part.offset.length ? part.offset : part.offset.subarray(0, part.count), at)
    // -1 is Kafka's "no timestamp"
    for (let row = 0; row < part.count; row++) timestamp[at + row] = (part.timestamp[row] as number) < 0 ? NaN : (part.timestamp[row] as number)
    timestampType.fill(part.timestampType === 0 ? createTime : logAppendTime, at, end)
    at = end
  }
  const failures: Failures = new Map()
  const note = (stage: Stage, className: string, decoded: DecodedColumn, rowOf = (row: number): number => row): DecodedColumn => {
    for (const { row, error } of decoded.errors) if (!failures.has(rowOf(row))) failures.set(rowOf(row), { stage, className, error })
    return decoded
  }
  const whole = { topics, topic }
  const side = (start: 'keyStart' | 'valueStart', end: 'keyEnd' | 'valueEnd'): readonly ByteRanges[] =>
    parts.map((part) => ({ count: part.count, bytes: part.data, start: part[start], end: part[end] }))
  const key = note('KEY_CONVERTER', converters.key.className, converters.key.toConnect(side('keyStart', 'keyEnd'), whole, table))
  const value = note('VALUE_CONVERTER', converters.value.className, converters.value.toConnect(side('valueStart', 'valueEnd'), whole, table))
  const headers = decodeHeaders(parts, count, topic, topics, converters, table, note)
  const batch: SinkBatch = {
    count, topics, topic, partition, offset, timestamp, timestampType,
    schemas: table.toJson(), key: key.column, keySchema: key.schema, value: value.column, valueSchema: value.schema, headers,
  }
  return { batch, failures }
}

type Note = (stage: Stage, className: string, decoded: DecodedColumn, rowOf: (row: number) => number) => DecodedColumn

const decodeHeaders = (parts: readonly RecordColumns[], count: number, topic: Index, topics: readonly string[], converters: Converters, table: SchemaTable, note: Note): HeadersColumn | null => {
  if (parts.every((part) => part.headers === null)) return null
  const counts = new Int32Array(count)
  const owner: number[] = []
  const keys: string[] = []
  const ranges: ByteRanges[] = []
  let first = 0
  for (const { headers, data, count: rows } of parts) {
    if (headers) {
      counts.set(headers.counts.subarray(0, rows), first)
      for (let row = 0; row < rows; row++) for (let left = headers.counts[row] as number; left > 0; left--) owner.push(first + row)
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      for (let index = 0; index < headers.keyStart.length; index++) keys.push(text.toString('utf8', headers.keyStart[index], headers.keyEnd[index]))
      ranges.push({ count: headers.valueStart.length, bytes: data, start: headers.valueStart, end: headers.valueEnd })
    }
    first += rows
  }
  const at = { topics, topic: topic && Int32Array.from(owner, (row) => topic[row] as number) }
  const decoded = note('HEADER_CONVERTER', converters.header.className, converters.header.toConnect(ranges, at, table), (row) => owner[row] as number)
  return { counts, keys: textColumnOf(keys), values: decoded.column, schema: decoded.schema }
}

const textColumnOf = (texts: readonly string[]): TextColumn => ({ kind: 'utf8', lengths: Int32Array.from(texts, (text) => Buffer.byteLength(text)), bytes: Buffer.from(texts.join('')) })

/** The same records without some rows (numbered over all parts). */
const withoutRows = (parts: readonly RecordColumns[], rows: ReadonlyMap<number, unknown>): readonly RecordColumns[] => {
  let first = 0
  return parts.map((part) => {
    const kept = Array.from({ length: part.count }, (_, row) => row).filter((row) => !rows.has(first + row))
    first += part.count
    return kept.length === part.count ? part : pickRows(part, kept)
  })
}
const pickRows = (part: RecordColumns, rows: readonly number[]): RecordColumns => {
  const ints = (column: Int32Array, at: readonly number[] = rows): Int32Array => Int32Array.from(at, (row) => column[row] as number)
  const floats = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] as number)
  const { headers } = part
  const headerRows: number[] = []
  if (headers) {
    const wanted = new Set(rows)
    for (let row = 0, at = 0; row < part.count; at += headers.counts[row++] as number) {
      if (wanted.has(row)) for (let index = 0; index < (headers.counts[row] as number); index++) headerRows.push(at + index)
    }
  }
  return {
    ...part,
    count: rows.length,
    offset: floats(part.offset), timestamp: floats(part.timestamp),
    keyStart: ints(part.keyStart), keyEnd: ints(part.keyEnd), valueStart: ints(part.valueStart), valueEnd: ints(part.valueEnd),
    headers: headers && {
      counts: ints(headers.counts),
      keyStart: ints(headers.keyStart, headerRows), keyEnd: ints(headers.keyEnd, headerRows), valueStart: ints(headers.valueStart, headerRows), valueEnd: ints(headers.valueEnd, headerRows),
    },
  }
}

const describe = (batch: SinkBatch, row: number): string => {
  const type = batch.timestampType?.[row] === logAppendTime ? 'LogAppendTime' : 'CreateTime'
  const timestamp = batch.timestamp?.[row] ?? NaN
  const at = Number.isNaN(timestamp) ? '' : `, timestamp=${timestamp}, timestampType=${type}`
  return `consumed record is {topic='${batch.topics[batch.topic?.[row] ?? 0]}', partition=${batch.partition[row]}, offset=${batch.offset[row]}${at}}`
}
