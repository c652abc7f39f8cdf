/**
 * One polled batch through the transformation chain and the converters: ranges of bytes for the producer, what was dropped, and the
 * rows that failed. Rows keep their numbers all the way; of a row that fails twice the first stage counts.
 */
import { asBuffer, copyBytes } from '../converters/columns.ts'
import type { ByteRanges, Converter, EncodedColumn, Topics } from '../converters/types.ts'
import { allThen, andThen, type MaybePromise } from '../data/maybe-promise.ts'
import { javaUtf8Text } from '../data/java-utf8.ts'
import type { Header } from '../kafka/types.ts'
import { RowBatch } from '../transforms/row-batch.ts'
import type { Chain } from '../transforms/types.ts'
import type { Column, Index, SourceBatch, TextColumn } from '../wire/batch.ts'
import { type HostBatch, type HostHeaders, pickRows } from '../wire/host-columns.ts'
import { knownSchemas } from '../wire/schema-reader.ts'
import { toText } from '../wire/transcode.ts'
import type { Stage } from './tolerance.ts'

export type Converters = { readonly key: Converter; readonly value: Converter; readonly header: Converter }
export type Pipeline = { readonly converters: Converters; readonly chain: Chain | null }
/** `header`: which of the record's headers it was, if one. */
export type RowFailure = { readonly row: number; readonly stage: Stage; readonly className: string; readonly error: Error; readonly header?: number }

export interface EncodedBatch {
  /** Topic, partition and timestamp as the transformations left them. */
  readonly topics: readonly string[]
  readonly topic: Index
  readonly partition: Int32Array | null
  readonly timestamp: Float64Array | null
  readonly key: ByteRanges
  readonly value: ByteRanges
  /** Null when no record of the batch has headers. */
  readonly headers: ((row: number) => readonly Header[] | null) | null
  /** Rows that a transformation dropped, ascending. */
  readonly dropped: Int32Array
  /** Ascending, at most one a row. */
  readonly failures: readonly RowFailure[]
  /** The topics of the rows that are neither dropped nor failed. */
  usedTopics(): readonly string[]
  /** The partitions that those rows name, each once. */
  namedPartitions(): Iterable<readonly [topic: string, partition: number]>
  /** The same batch with some failed rows tried again, each from the stage it failed in. This one must not be used any more. */
  retry(rows: readonly number[]): MaybePromise<EncodedBatch>
}

export const encodeBatch = (batch: SourceBatch, { converters, chain }: Pipeline): MaybePromise<EncodedBatch> => {
  const host: HostBatch = { ...batch, offset: null, schemas: knownSchemas(batch.schemas) }
  const rows = new RowBatch(host)
  return andThen(chain === null ? rows : chain.apply(rows), () => convert(rows, rows.toHostBatch(), rows.liveRows(), { converters, chain }, null))
}

type Parts = { readonly key: ByteRanges; readonly value: ByteRanges; readonly headers: EncodedBatch['headers']; readonly failures: ReadonlyMap<number, RowFailure> }

/** Converts the rows in `some` (null: all) and puts them beside what earlier rows became. */
const convert = (rows: RowBatch, whole: HostBatch, some: Int32Array | null, pipeline: Pipeline, before: Parts | null): MaybePromise<EncodedBatch> => {
  const { key, value, header } = pipeline.converters
  const batch = some === null ? whole : pickRows(whole, some)
  return andThen(
    encodeSides(batch, pipeline.converters),
    ([headerColumn, keyColumn, valueColumn]) => {
      const failures = new Map(before?.failures)
      const note = (stage: Stage, className: string, errors: EncodedColumn['errors'], rowOf = (row: number): number => row): void => {
        for (const { row: index, error } of errors) {
          const row = some === null ? rowOf(index) : (some[rowOf(index)] as number)
          if (!failures.has(row)) failures.set(row, { row, stage, className, error })
        }
      }
      if (headerColumn) note('HEADER_CONVERTER', header.className, headerColumn.errors, headerColumn.rowOf)
      note('KEY_CONVERTER', key.className, keyColumn.errors)
      note('VALUE_CONVERTER', value.className, valueColumn.errors)
      const parts: Parts = {
        key: spread(keyColumn, some, rows.count, before?.key ?? null),
        value: spread(valueColumn, some, rows.count, before?.value ?? null),
        headers: spreadHeaders(valueColumn.recordHeaders ?? keyColumn.recordHeaders ?? headerColumn?.of ?? null, some, before?.headers ?? null),
        failures,
      }
      return encoded(rows, whole, pipeline, parts)
    },
  )
}

type Sides = readonly [headers: EncodedHeaders | null, key: EncodedColumn, value: EncodedColumn]
/** All at once, unless a converter takes headers: then one after the other, as each may add some. */
const encodeSides = (batch: HostBatch, { key, value, header }: Converters): MaybePromise<Sides> => {
  const { count, topics, topic, schemas } = batch
  const headers = batch.headers && encodeHeaders(batch.headers, batch, header)
  const encodeKey = (at: Topics): MaybePromise<EncodedColumn> => key.fromConnect({ count, column: batch.key, schemas, schema: batch.keySchema }, at)
  const encodeValue = (at: Topics): MaybePromise<EncodedColumn> => value.fromConnect({ count, column: batch.value, schemas, schema: batch.valueSchema }, at)
  if (key.takesHeaders !== true && value.takesHeaders !== true) return allThen([headers, encodeKey({ topics, topic }), encodeValue({ topics, topic })], (sides) => sides)
  return andThen(headers, (all) => {
    const recordHeaders = all?.of ?? ((): null => null)
    return andThen(encodeKey({ topics, topic, recordHeaders }), (keys) =>
      andThen(encodeValue({ topics, topic, recordHeaders: keys.recordHeaders ?? recordHeaders }), (values): Sides => [all, keys, values]))
  })
}

const encoded = (rows: RowBatch, batch: HostBatch, pipeline: Pipeline, parts: Parts): EncodedBatch => {
  const failures: RowFailure[] = [...rows.failures.map(({ row, className, error }): RowFailure => ({ row, stage: 'TRANSFORMATION', className, error })), ...parts.failures.values()]
  const { key, value, headers } = parts
  return {
    topics: batch.topics, topic: batch.topic, partition: batch.partition, timestamp: batch.timestamp,
    key, value, headers,
    dropped: rows.droppedRows(),
    failures: failures.toSorted((a, b) => a.row - b.row),
    usedTopics: () => usedTopics(batch, rows, parts.failures),
    namedPartitions: () => namedPartitions(batch, rows, parts.failures),
    retry: (some) => {
      const kept = new Map(parts.failures)
      // of a row that did not fail nothing is to be tried again
      const again = some.filter((row) => kept.delete(row) || !rows.isLive(row)).toSorted((a, b) => a - b)
      return andThen(pipeline.chain === null ? rows : pipeline.chain.retry(rows, again), () => {
        const live = Int32Array.from(again.filter((row) => rows.isLive(row)))
        return convert(rows, rows.toHostBatch(), live, pipeline, { key: copied(key), value: copied(value), headers, failures: kept })
      })
    },
  }
}

const usedTopics = ({ topics, topic, count }: HostBatch, rows: RowBatch, failures: ReadonlyMap<number, unknown>): readonly string[] => {
  if (topics.length === 1 && rows.allLive && failures.size === 0) return topics
  const used = new Set<string>()
  for (let row = 0; row < count; row++) if (rows.isLive(row) && !failures.has(row)) used.add(topics[topic === null ? 0 : (topic[row] as number)] as string)
  return [...used]
}

const namedPartitions = ({ topics, topic, partition, count }: HostBatch, rows: RowBatch, failures: ReadonlyMap<number, unknown>): readonly (readonly [string, number])[] => {
  if (partition === null) return []
  const named = new Map<number, readonly [string, number]>()
  for (let row = 0; row < count; row++) {
    const number = partition[row] as number
    if (number < 0 || !rows.isLive(row) || failures.has(row)) continue
    const topicAt = topic === null ? 0 : (topic[row] as number)
    const key = topicAt * 2 ** 31 + number
    if (!named.has(key)) named.set(key, [topics[topicAt] as string, number])
  }
  return [...named.values()]
}

/** Converters use their buffer again. */
const copied = (ranges: ByteRanges): ByteRanges => ({ ...ranges, bytes: Buffer.from(ranges.bytes.subarray(0, ranges.end.reduce((last, end) => Math.max(last, end), 0))) })

/** Ranges by the rows of the whole batch; other rows are as before, or null. */
const spread = (column: ByteRanges, some: Int32Array | null, count: number, before: ByteRanges | null): ByteRanges => {
  if (some === null) return column
  const start = new Int32Array(count).fill(-1)
  const end = new Int32Array(count).fill(-1)
  if (before === null) {
    some.forEach((row, index) => {
      start[row] = column.start[index] as number
      end[row] = column.end[index] as number
    })
    return { count, bytes: column.bytes, start, end }
  }
  const renewed = new Map(Array.from(some, (row, index) => [row, index]))
  const source = (row: number): readonly [ByteRanges, number] => {
    const index = renewed.get(row)
    return index === undefined ? [before, row] : [column, index]
  }
  // packed anew: retries may go on for ever, and nothing of the earlier ones may stay
  let at = 0
  for (let row = 0; row < count; row++) {
    const [ranges, index] = source(row)
    if ((ranges.start[index] as number) < 0) continue
    start[row] = at
    end[row] = at += (ranges.end[index] as number) - (ranges.start[index] as number)
  }
  const bytes = Buffer.allocUnsafeSlow(at)
  for (let row = 0; row < count; row++) {
    const [ranges, index] = source(row)
    if ((start[row] as number) >= 0) copyBytes(asBuffer(ranges.bytes), ranges.start[index] as number, ranges.end[index] as number, bytes, start[row] as number)
  }
  return { count, bytes, start, end }
}
const spreadHeaders = (of: EncodedBatch['headers'], some: Int32Array | null, before: EncodedBatch['headers']): EncodedBatch['headers'] => {
  if (some === null || of === null) return of ?? before
  const index = new Map(Array.from(some, (row, at) => [row, at]))
  return (row) => {
    const at = index.get(row)
    return at === undefined ? (before?.(row) ?? null) : of(at)
  }
}

type EncodedHeaders = { readonly of: (row: number) => readonly Header[] | null; readonly errors: EncodedColumn['errors']; readonly rowOf: (index: number) => number }
const encodeHeaders = (headers: HostHeaders, batch: HostBatch, converter: Converter): MaybePromise<EncodedHeaders> => {
  const total = headers.counts.reduce((sum, count) => sum + count, 0)
  // header i belongs to record owner[i]
  const owner = new Int32Array(total)
  const first = new Int32Array(batch.count + 1)
  for (let row = 0, at = 0; row < batch.count; row++) {
    first[row] = at
    owner.fill(row, at, (at += headers.counts[row] as number))
    first[row + 1] = at
  }
  const topic = batch.topic && Int32Array.from(owner, (row) => batch.topic?.[row] ?? 0)
  const column = { count: total, column: headers.values, schemas: batch.schemas, schema: headers.schema }
  const names = textsOf(headers.keys)
  return andThen(converter.fromConnect(column, { topics: batch.topics, topic, names }), ({ start, end, bytes, errors }) => {
    // copied: the converter's buffer is used again, the producer may keep headers
    const all = names.map((key, index): Header => ({ key: javaUtf8Text(key), value: (start[index] as number) < 0 ? null : new Uint8Array(bytes.subarray(start[index], end[index])) }))
    const of = (row: number): readonly Header[] | null => (headers.counts[row] === 0 ? null : all.slice(first[row], first[row + 1]))
    return { of, errors, rowOf: (index: number): number => owner[index] as number }
  })
}

export const textsOf = (column: TextColumn): readonly string[] => {
  const { text, lengths } = toText(column)
  let at = 0
  return Array.from(lengths, (length) => (length < 0 ? '' : text.substring(at, (at += length))))
}

/** What a batch holds in memory, roughly: its columns. */
export const batchBytes = (batch: SourceBatch): number =>
  columnBytes(batch.key) + columnBytes(batch.value) + (batch.headers ? columnBytes(batch.headers.values) + columnBytes(batch.headers.keys) : 0) + batch.count * 32
const columnBytes = (column: Column): number => {
  switch (column.kind) {
    case 'null':
      return 0
    case 'text':
      return column.text.length * 2
    case 'utf8':
    case 'wtf8':
    case 'bytes':
      return column.bytes.byteLength
    case 'values':
      return column.data.byteLength + columnBytes(column.strings)
  }
}
