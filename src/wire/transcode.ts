/**
 * Text between its two forms, on the host: `text` (one string, UTF-16 lengths) and `utf8` (one buffer, byte lengths).
 * Node encodes and decodes a whole column in one native call; only columns with non-ASCII text pay per value.
 * An unpaired surrogate becomes `?`, as in Java's encoder.
 */
import { isAscii } from 'node:buffer'
import { javaUtf8Text } from '../data/java-utf8.ts'
import type { Column, HeadersColumn, OffsetColumn, TextColumn } from './batch.ts'

export const toUtf8 = (column: TextColumn): Extract<TextColumn, { kind: 'utf8' }> => {
  if (column.kind === 'utf8') return column
  const { lengths } = column
  const text = javaUtf8Text(column.text)
  const byteLength = Buffer.byteLength(text, 'utf8')
  const bytes = Buffer.allocUnsafeSlow(byteLength)
  if (byteLength === text.length) {
    bytes.write(text, 0, byteLength, 'latin1')
    return { kind: 'utf8', lengths, bytes }
  }
  const byteLengths = new Int32Array(lengths.length)
  let at = 0
  let used = 0
  let pieces: Buffer[] | null = null
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] as number
    byteLengths[row] = length < 0 ? -1 : Buffer.byteLength(javaUtf8Text(text.substring(at, at + length)), 'utf8')
    if (length > 0) at += length
    used += Math.max(0, byteLengths[row] as number)
  }
  // a surrogate pair split between two values counts 1 + 1 bytes apart (two `?`) but 4 together: then each value is encoded by itself
  if (used !== byteLength) {
    pieces = []
    at = 0
    for (const length of lengths) if (length > 0) pieces.push(Buffer.from(javaUtf8Text(text.substring(at, (at += length))), 'utf8'))
    return { kind: 'utf8', lengths: byteLengths, bytes: Buffer.concat(pieces) }
  }
  bytes.write(text, 0, byteLength, 'utf8')
  return { kind: 'utf8', lengths: byteLengths, bytes }
}

/** UTF-8 to text as Java decodes it: an encoded surrogate is one U+FFFD there, where Node makes three of it. */
export const decodeUtf8 = (bytes: Buffer, start: number, end: number): string => {
  const text = bytes.toString('utf8', start, end)
  if (!text.includes('\ufffd\ufffd\ufffd')) return text
  const raw = bytes.toString('latin1', start, end)
  return /\xed[\xa0-\xbf][\x80-\xbf]/.test(raw) ? Buffer.from(raw.replaceAll(/\xed[\xa0-\xbf][\x80-\xbf]/g, '\xef\xbf\xbd'), 'latin1').toString('utf8') : text
}

export const toText = (column: TextColumn): Extract<TextColumn, { kind: 'text' }> => {
  if (column.kind === 'text') return column
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength)
  if (isAscii(bytes)) return { kind: 'text', lengths: column.lengths, text: bytes.toString('latin1') }
  // values are decoded one by one: bytes broken at a border must not flow into the neighbour
  const values: string[] = []
  const lengths = new Int32Array(column.lengths.length)
  let at = 0
  for (let row = 0; row < lengths.length; row++) {
    const length = column.lengths[row] as number
    if (length < 0) lengths[row] = -1
    else {
      const value = decodeUtf8(bytes, at, at + length)
      at += length
      lengths[row] = value.length
      values.push(value)
    }
  }
  return { kind: 'text', lengths, text: values.join('') }
}

/** The whole column in the form a side wants; the strings inside structured values follow. */
export const columnToUtf8 = (column: Column): Column =>
  column.kind === 'text' ? toUtf8(column) : column.kind === 'values' ? { ...column, strings: toUtf8(column.strings) } : column
export const columnToText = (column: Column): Column =>
  column.kind === 'utf8' ? toText(column) : column.kind === 'values' ? { ...column, strings: toText(column.strings) } : column

type Texts = { readonly key: Column; readonly value: Column; readonly headers: HeadersColumn | null; readonly sourceOffset?: OffsetColumn }
const convert = <B extends Texts>(batch: B, each: (column: Column) => Column, text: (column: TextColumn) => TextColumn): B => ({
  ...batch,
  key: each(batch.key),
  value: each(batch.value),
  headers: batch.headers && { ...batch.headers, keys: text(batch.headers.keys), values: each(batch.headers.values) },
  ...(batch.sourceOffset?.kind === 'json' ? { sourceOffset: { kind: 'json', offsets: text(batch.sourceOffset.offsets) } } : {}),
})
/** Every text of a batch; source offsets in JSON form follow too. */
export const batchToUtf8 = <B extends Texts>(batch: B): B => convert(batch, columnToUtf8, toUtf8)
export const batchToText = <B extends Texts>(batch: B): B => convert(batch, columnToText, toText)
