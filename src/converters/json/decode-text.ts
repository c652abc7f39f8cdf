/** Columns whose payloads are JSON strings, decoded by bytes: what stands between the quotes is the value; escapes are undone while it is copied. */
import type { ConnectException } from '../../data/errors.ts'
import type { SchemaAndValue } from '../../data/connect-values.ts'
import type { Schema } from '../../data/schema.ts'
import type { SchemaTable } from '../../wire/schema-table.ts'
import { Utf8Texts } from '../../wire/utf8-texts.ts'
import { asBuffer, countOf } from '../columns.ts'
import { asConnectException } from '../encode-rows.ts'
import type { ByteRanges, DecodedColumn, RowError } from '../types.ts'
import type { JsonReader } from './reader.ts'
import { JsonTokens } from './scan-tokens.ts'
import { isPlainText } from './text.ts'

const quote = 0x22
const backslash = 0x5c
const brace = 0x7d

/** Null when the column holds other things than strings and nulls: the general way then reads it. */
export const decodeTextColumn = (parts: readonly ByteRanges[], reader: JsonReader, schemas: SchemaTable): DecodedColumn | null => {
  if (!firstIsText(parts, reader)) return null
  const count = countOf(parts)
  const lengths = new Int32Array(count)
  const index = new Int32Array(count)
  const errors: RowError[] = []
  /** Rows taken as bytes: they still have to be looked through for what a JSON string may not hold. */
  const asBytes = new Uint8Array(count)
  const texts = new Utf8Texts(parts.reduce((sum, part) => sum + spanOf(part), 0))
  const tokens = new JsonTokens(true)
  let plainFrom = 0
  let isPlain = true
  /** What was taken as bytes since the last text that was not. */
  const endPlain = (): void => {
    isPlain &&= plainFrom === texts.length || isPlainText(texts.room(0).subarray(plainFrom, texts.length))
    plainFrom = texts.length
  }
  let row = 0
  for (const part of parts) {
    const bytes = asBuffer(part.bytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let nextBackslash = -1
    for (let at = 0; at < part.count; at++, row++) {
      const start = part.start[at] as number
      const end = part.end[at] as number
      if (start < 0) {
        lengths[row] = index[row] = -1
        continue
      }
      const head = reader.headAt(view, start)
      if (head !== null) {
        const first = start + head.length + 1
        const last = end - head.tailLength - 1
        if (nextBackslash < first) nextBackslash = found(bytes.indexOf(backslash, first))
        const framed = last >= first && bytes[first - 1] === quote && (head.tailLength === 0 || bytes[end - 1] === brace) && isTextSchema(head.schema)
        if (framed && nextBackslash >= end && bytes.indexOf(quote, first) === last) {
          texts.addRange(bytes, first, last)
          lengths[row] = last - first
          asBytes[row] = 1
          index[row] = schemas.indexOf(head.schema)
          continue
        }
        const before = texts.length
        if (framed) endPlain()
        if (framed && tokens.textBetween(bytes, first - 1, last + 1, texts)) {
          lengths[row] = texts.length - before
          plainFrom = texts.length
          index[row] = schemas.indexOf(head.schema)
          continue
        }
      }
      endPlain()
      const value = readOr(reader, bytes, start, end)
      if ('error' in value) {
        errors.push({ row, error: value.error })
        lengths[row] = index[row] = -1
        continue
      }
      if (!isTextSchema(value.schema) || (value.value !== null && (typeof value.value !== 'string' || !value.value.isWellFormed()))) return null
      index[row] = schemas.indexOf(value.schema)
      const before = texts.length
      if (typeof value.value === 'string') texts.add(value.value)
      lengths[row] = value.value === null ? -1 : texts.length - before
      plainFrom = texts.length
    }
  }
  endPlain()
  const packed = texts.room(0).subarray(0, texts.length)
  if (!isPlain) refuseBroken(parts, reader, { lengths, asBytes, packed }, errors)
  return { count, column: { kind: 'utf8', lengths, bytes: packed }, schema: index.every((entry) => entry === 0) ? null : index, errors }
}

const isTextSchema = (schema: Schema | null): boolean => schema === null || schema.type === 'STRING'

/** Row by row what was taken as bytes: a raw control character or a broken sequence fails its row, with the words of the long way. */
const refuseBroken = (parts: readonly ByteRanges[], reader: JsonReader, rows: { readonly lengths: Int32Array; readonly asBytes: Uint8Array; readonly packed: Buffer }, errors: RowError[]): void => {
  let row = 0
  let from = 0
  for (const part of parts) {
    for (let at = 0; at < part.count; at++, row++) {
      const to = from + Math.max(0, rows.lengths[row] as number)
      if (rows.asBytes[row] === 1 && !isPlainText(rows.packed.subarray(from, to))) {
        const again = readOr(reader, asBuffer(part.bytes), part.start[at] as number, part.end[at] as number)
        if ('error' in again) errors.push({ row, error: again.error })
      }
      from = to
    }
  }
  errors.sort((a, b) => a.row - b.row)
}
const found = (index: number): number => (index < 0 ? Infinity : index)

/** Reads the first document the long way, which also teaches the reader its head. */
const firstIsText = (parts: readonly ByteRanges[], reader: JsonReader): boolean => {
  for (const part of parts) {
    const at = part.start.subarray(0, part.count).findIndex((start) => start >= 0)
    if (at < 0) continue
    const first = readOr(reader, asBuffer(part.bytes), part.start[at] as number, part.end[at] as number)
    return 'error' in first ? true : isTextSchema(first.schema) && (first.value === null || typeof first.value === 'string')
  }
  return false
}
const readOr = (reader: JsonReader, bytes: Buffer, start: number, end: number): SchemaAndValue | { readonly error: ConnectException } => {
  try {
    return reader.read(bytes, start, end)
  } catch (error) {
    return { error: asConnectException(error) }
  }
}
/** Unescaping never makes a string longer than its document. */
const spanOf = (part: ByteRanges): number => {
  let span = 0
  for (let row = 0; row < part.count; row++) if ((part.start[row] as number) >= 0) span += (part.end[row] as number) - (part.start[row] as number)
  return span
}
