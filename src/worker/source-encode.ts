/** One polled batch through the converters: ranges of bytes for the producer, and the rows that failed, first stage first. */
import type { Converter, EncodedColumn } from '../converters/types.ts'
import type { Schema } from '../data/schema.ts'
import type { Header } from '../kafka/types.ts'
import type { Column, HeadersColumn, SourceBatch, TextColumn } from '../wire/batch.ts'
import { schemaFromJson } from '../wire/schema-table.ts'
import { toText } from '../wire/transcode.ts'
import type { Stage } from './tolerance.ts'

export type Converters = { readonly key: Converter; readonly value: Converter; readonly header: Converter }
export type RowFailure = { readonly row: number; readonly stage: Stage; readonly className: string; readonly error: Error }
export type EncodedBatch = {
  readonly key: EncodedColumn
  readonly value: EncodedColumn
  /** Null when no record of the batch has headers. */
  readonly headers: ((row: number) => readonly Header[] | null) | null
  /** Ascending, at most one a row. */
  readonly failures: readonly RowFailure[]
}

export const encodeBatch = (batch: SourceBatch, converters: Converters): EncodedBatch => {
  const schemas = batch.schemas.map((schema) => schemaFromJson(schema))
  const failures = new Map<number, RowFailure>()
  const note = (stage: Stage, className: string, errors: EncodedColumn['errors'], rowOf = (row: number): number => row): void => {
    for (const { row, error } of errors) if (!failures.has(rowOf(row))) failures.set(rowOf(row), { row: rowOf(row), stage, className, error })
  }
  const headers = batch.headers && encodeHeaders(batch.headers, schemas, batch, converters.header)
  if (headers) note('HEADER_CONVERTER', converters.header.className, headers.errors, headers.rowOf)
  const key = converters.key.fromConnect({ count: batch.count, column: batch.key, schemas, schema: batch.keySchema }, batch)
  note('KEY_CONVERTER', converters.key.className, key.errors)
  const value = converters.value.fromConnect({ count: batch.count, column: batch.value, schemas, schema: batch.valueSchema }, batch)
  note('VALUE_CONVERTER', converters.value.className, value.errors)
  return { key, value, headers: headers && headers.of, failures: [...failures.values()].toSorted((a, b) => a.row - b.row) }
}

const encodeHeaders = (headers: HeadersColumn, schemas: readonly Schema[], batch: SourceBatch, converter: Converter) => {
  const total = headers.values.kind === 'null' ? headers.keys.lengths.length : totalOf(headers.counts)
  // header i belongs to record owner[i]
  const owner = new Int32Array(total)
  const first = new Int32Array(batch.count + 1)
  for (let row = 0, at = 0; row < batch.count; row++) {
    first[row] = at
    owner.fill(row, at, (at += headers.counts[row] as number))
    first[row + 1] = at
  }
  const topic = batch.topic && Int32Array.from(owner, (row) => batch.topic?.[row] ?? 0)
  const encoded = converter.fromConnect({ count: total, column: headers.values, schemas, schema: headers.schema }, { topics: batch.topics, topic })
  const keys = textsOf(headers.keys)
  const of = (row: number): readonly Header[] | null => {
    const from = first[row] as number
    const to = first[row + 1] as number
    if (from === to) return null
    const list: Header[] = []
    for (let index = from; index < to; index++) {
      const start = encoded.start[index] as number
      // copied: the converter's buffer is used again, the producer may keep headers
      list.push({ key: keys[index] ?? '', value: start < 0 ? null : encoded.bytes.slice(start, encoded.end[index]) })
    }
    return list
  }
  return { of, errors: encoded.errors, rowOf: (index: number): number => owner[index] as number }
}
const totalOf = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0)

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
    case 'bytes':
      return column.bytes.byteLength
    case 'values':
      return column.data.byteLength + columnBytes(column.strings)
  }
}
