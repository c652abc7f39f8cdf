/**
 * Fetched records through the converters and the transformation chain into one batch for `put`. Rows keep their numbers (over all
 * parts, in order) until the batch is made; those that failed or were dropped are not in it. Offsets follow the records as fetched.
 */
import type { ByteRanges, Converter, DecodedColumn, RawHeader, RawHeaders, Topics } from '../converters/types.ts'
import { allThen, andThen, type MaybePromise } from '../data/maybe-promise.ts'
import type { RecordColumns } from '../kafka/types.ts'
import { RowBatch } from '../transforms/row-batch.ts'
import type { Index, SinkBatch, TextColumn } from '../wire/batch.ts'
import { type HostBatch, type HostHeaders, packHostBatch, pickInts, pickRows } from '../wire/host-columns.ts'
import { SchemaTable } from '../wire/schema-table.ts'
import type { Pipeline, RowFailure } from './source-encode.ts'

const createTime = 1
const logAppendTime = 2

export interface DecodedParts {
  readonly parts: readonly RecordColumns[]
  /** Ascending, at most one a row. */
  readonly failures: readonly RowFailure[]
  /** What the task gets: every row that neither failed nor was dropped. */
  batch(): SinkBatch | null
  /** The same parts with some failed rows tried again, each from the stage it failed in. This one must not be used any more. */
  retry(rows: readonly number[]): MaybePromise<DecodedParts>
}

export const decodeParts = (given: readonly RecordColumns[], pipeline: Pipeline): MaybePromise<DecodedParts> => {
  const parts = given.filter((part) => part.count > 0)
  return andThen(convert(parts, pipeline), ({ batch, timestampType, failures }) => {
    const rows = new RowBatch(batch)
    for (const row of failures.keys()) rows.exclude(row)
    const decoding: Decoding = { parts, pipeline, fetched: batch, timestampType, rows, failures }
    return andThen(pipeline.chain === null ? rows : pipeline.chain.apply(rows), () => decoded(decoding))
  })
}

type Failures = ReadonlyMap<number, RowFailure>
type Decoding = {
  readonly parts: readonly RecordColumns[]
  readonly pipeline: Pipeline
  readonly fetched: HostBatch
  readonly timestampType: Uint8Array
  readonly rows: RowBatch
  /** Of the converters; those of transformations are in `rows`. */
  readonly failures: Failures
}

const decoded = (decoding: Decoding): DecodedParts => {
  const { parts, pipeline, fetched, timestampType, rows, failures } = decoding
  const all: RowFailure[] = [...failures.values(), ...rows.failures.map(({ row, className, error }): RowFailure => ({ row, stage: 'TRANSFORMATION', className, error }))]
  return {
    parts,
    failures: all.toSorted((a, b) => a.row - b.row),
    batch: () => sinkBatch(fetched, timestampType, rows),
    retry: (some) => {
      const kept = new Map(failures)
      const again = some.filter((row) => kept.delete(row)).toSorted((a, b) => a - b)
      return andThen(again.length === 0 ? null : convert(onlyRows(parts, again), pipeline), (converted) => {
        if (converted) {
          for (const [index, failure] of converted.failures) kept.set(again[index] as number, { ...failure, row: again[index] as number })
          const from = new RowBatch(converted.batch)
          again.forEach((row, index) => {
            if (!converted.failures.has(index)) copyRow(from, index, rows, row)
          })
        }
        const transformed = some.filter((row) => !kept.has(row))
        if (pipeline.chain === null) for (const row of transformed) rows.revive(row)
        return andThen(pipeline.chain === null ? rows : pipeline.chain.retry(rows, transformed), () => decoded({ ...decoding, failures: kept }))
      })
    },
  }
}
const copyRow = (from: RowBatch, index: number, to: RowBatch, row: number): void => {
  for (const side of ['key', 'value'] as const) to.side(side).set(row, from.side(side).schema(index), from.side(side).value(index))
  to.setHeaders(row, from.headers(index))
}

const sinkBatch = (fetched: HostBatch, timestampType: Uint8Array, rows: RowBatch): SinkBatch | null => {
  const live = rows.liveRows()
  if ((live?.length ?? rows.count) === 0) return null
  const whole = rows.toHostBatch()
  const batch = packHostBatch(live === null ? whole : pickRows(whole, live))
  const pick = <C extends Index>(column: C): C => (live === null ? column : pickInts(column, live))
  return {
    ...batch,
    partition: batch.partition ?? new Int32Array(batch.count),
    offset: batch.offset ?? new Float64Array(batch.count),
    timestampType: live === null ? timestampType : Uint8Array.from(live, (row) => timestampType[row] as number),
    original: rows.isRouted ? { topics: fetched.topics, topic: pick(fetched.topic), partition: pick(fetched.partition ?? new Int32Array(fetched.count)) } : null,
  }
}

type Converted = { readonly batch: HostBatch; readonly timestampType: Uint8Array; readonly failures: Failures }

const convert = (parts: readonly RecordColumns[], { converters }: Pipeline): MaybePromise<Converted> => {
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
  let first = 0
  for (const part of parts) {
    const end = first + part.count
    topic?.fill(names.get(part.topic) ?? 0, first, end)
    partition.fill(part.partition, first, end)
    offset.set(part.count === part.offset.length ? part.offset : part.offset.subarray(0, part.count), first)
    // -1 is Kafka's "no timestamp"
    for (let row = 0; row < part.count; row++) timestamp[first + row] = (part.timestamp[row] as number) < 0 ? NaN : (part.timestamp[row] as number)
    timestampType.fill(part.timestampType === 0 ? createTime : logAppendTime, first, end)
    first = end
  }
  const at = (converter: Converter): Topics => (converter.takesHeaders === true ? { topics, topic, recordHeaders: rawHeadersOf(parts) } : { topics, topic })
  const side = (start: 'keyStart' | 'valueStart', end: 'keyEnd' | 'valueEnd'): readonly ByteRanges[] =>
    parts.map((part) => ({ count: part.count, bytes: part.data, start: part[start], end: part[end] }))
  return allThen(
    [
      converters.key.toConnect(side('keyStart', 'keyEnd'), at(converters.key), table),
      converters.value.toConnect(side('valueStart', 'valueEnd'), at(converters.value), table),
      decodeHeaders(parts, count, topic, topics, { converters, chain: null }, table),
    ],
    ([key, value, headers]) => {
      const failures = new Map<number, RowFailure>()
      const note = (failure: RowFailure): void => {
        if (!failures.has(failure.row)) failures.set(failure.row, failure)
      }
      for (const failed of key.errors) note({ ...failed, stage: 'KEY_CONVERTER', className: converters.key.className })
      for (const failed of value.errors) note({ ...failed, stage: 'VALUE_CONVERTER', className: converters.value.className })
      if (headers) for (const { row, error } of headers.errors) note({ ...headers.placeOf(row), error, stage: 'HEADER_CONVERTER', className: converters.header.className })
      const batch: HostBatch = {
        count, topics, topic, partition, timestamp, offset, schemas: table.schemas,
        key: key.column, keySchema: key.schema, value: value.column, valueSchema: value.schema, headers: headers && headers.column,
      }
      return { batch, timestampType, failures }
    },
  )
}

/** `placeOf`: to which record header `index` belongs, and the how manieth of it that is. */
type DecodedHeaders = { readonly column: HostHeaders; readonly errors: DecodedColumn['errors']; readonly placeOf: (index: number) => { readonly row: number; readonly header: number } }
const decodeHeaders = (parts: readonly RecordColumns[], count: number, topic: Index, topics: readonly string[], { converters }: Pipeline, table: SchemaTable): MaybePromise<DecodedHeaders | null> => {
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
  const placeOf = (index: number): { readonly row: number; readonly header: number } => {
    const row = owner[index] as number
    let header = 0
    while (owner[index - header - 1] === row) header++
    return { row, header }
  }
  const at = { topics, topic: topic && Int32Array.from(owner, (row) => topic[row] as number) }
  return andThen(converters.header.toConnect(ranges, { ...at, names: keys }, table), ({ column, schema, errors }) => (
    { column: { counts, keys: textColumnOf(keys), values: column, schema }, errors, placeOf }
  ))
}

/** Headers as they were fetched, by the row over all parts. */
const rawHeadersOf = (parts: readonly RecordColumns[]): RawHeaders => {
  const all = parts.flatMap(({ headers, data, count }): readonly (readonly RawHeader[] | null)[] => {
    if (headers === null) return new Array<null>(count).fill(null)
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    let at = 0
    return Array.from(headers.counts.subarray(0, count), (some) => Array.from({ length: some }, () => {
      const [start, end] = [headers.valueStart[at] as number, headers.valueEnd[at] as number]
      const key = bytes.toString('utf8', headers.keyStart[at], headers.keyEnd[at++])
      return { key, value: start < 0 ? null : bytes.subarray(start, end) }
    }))
  })
  return (row) => all[row] ?? null
}
const textColumnOf = (texts: readonly string[]): TextColumn => ({ kind: 'utf8', lengths: Int32Array.from(texts, (text) => Buffer.byteLength(text)), bytes: Buffer.from(texts.join('')) })

/** Only some rows (ascending, numbered over all parts). */
export const onlyRows = (parts: readonly RecordColumns[], rows: readonly number[]): readonly RecordColumns[] => {
  let first = 0
  return parts.map((part) => {
    const start = first
    first += part.count
    return pickFetched(part, rows.filter((row) => row >= start && row < first).map((row) => row - start))
  })
}
const pickFetched = (part: RecordColumns, rows: readonly number[]): RecordColumns => {
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
