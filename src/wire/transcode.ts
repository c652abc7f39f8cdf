/**
 * Text between its two forms, on the host: `text` (one string, UTF-16 lengths) and `utf8` (one buffer, byte lengths).
 * Node encodes and decodes a whole column in one native call; only columns with non-ASCII text pay per value.
 * With an unpaired surrogate in it the column is `wtf8`: what becomes of that is for a converter to say, as in Java.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { Column, HeadersColumn, OffsetColumn, TextColumn } from './batch.ts'

type HostTexts = Extract<TextColumn, { kind: 'utf8' | 'wtf8' }>
export const toUtf8 = (column: TextColumn): HostTexts => {
  if (column.kind !== 'text') return column
  const { lengths, text } = column
  if (!text.isWellFormed()) return eachToWtf8(column)
  const byteLength = Buffer.byteLength(text, 'utf8')
  const bytes = Buffer.allocUnsafeSlow(byteLength)
  if (byteLength === text.length) {
    bytes.write(text, 0, byteLength, 'latin1')
    return { kind: 'utf8', lengths, bytes }
  }
  const byteLengths = new Int32Array(lengths.length)
  let at = 0
  let used = 0
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] as number
    if (length <= 0) {
      byteLengths[row] = length
      continue
    }
    // a pair split between two values: neither of them is well-formed
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) return eachToWtf8(column)
    let bytesOfRow = 0
    // a guest's lengths may be lies
    for (const end = Math.min(at + length, text.length); at < end; at++) {
      const unit = text.charCodeAt(at)
      // of a pair either half counts two bytes
      bytesOfRow += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3
    }
    byteLengths[row] = bytesOfRow
    used += bytesOfRow
  }
  if (used !== byteLength) return eachToWtf8(column)
  bytes.write(text, 0, byteLength, 'utf8')
  return { kind: 'utf8', lengths: byteLengths, bytes }
}

const eachToWtf8 = ({ lengths, text }: Extract<TextColumn, { kind: 'text' }>): HostTexts => {
  let at = 0
  const pieces = Array.from(lengths, (length) => (length < 0 ? null : wtf8Of(text.substring(at, (at += length)))))
  return { kind: 'wtf8', lengths: Int32Array.from(pieces, (piece) => piece?.length ?? -1), bytes: Buffer.concat(pieces.filter((piece) => piece !== null)) }
}
const unpaired = /([\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])/
export const wtf8Of = (text: string): Buffer => {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  // every second piece is a surrogate
  return Buffer.concat(text.split(unpaired).map((piece, index) => {
    const unit = piece.charCodeAt(0)
    return index % 2 === 0 ? Buffer.from(piece, 'utf8') : Buffer.of(0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }))
}
/** As it was before `wtf8Of`. */
const decodeWtf8 = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('latin1', start, end).split(/(\xed[\xa0-\xbf][\x80-\xbf])/)
    .map((piece, index) => (index % 2 === 0 ? Buffer.from(piece, 'latin1').toString('utf8') : String.fromCharCode(0xd000 | ((piece.charCodeAt(1) & 0x3f) << 6) | (piece.charCodeAt(2) & 0x3f)))).join('')

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
  const counted = isUtf8(bytes) ? textLengths(bytes, column.lengths) : null
  if (counted !== null) return { kind: 'text', lengths: counted, text: bytes.toString('utf8') }
  // values are decoded one by one: bytes broken at a border must not flow into the neighbour
  const decode = column.kind === 'wtf8' ? decodeWtf8 : decodeUtf8
  const values: string[] = []
  const lengths = new Int32Array(column.lengths.length)
  let at = 0
  for (let row = 0; row < lengths.length; row++) {
    const length = column.lengths[row] as number
    if (length < 0) lengths[row] = -1
    else {
      const value = decode(bytes, at, at + length)
      at += length
      lengths[row] = value.length
      values.push(value)
    }
  }
  return { kind: 'text', lengths, text: values.join('') }
}

/**
 * UTF-16 lengths of values that are UTF-8 together: every byte that begins a character counts one, those of four bytes two.
 * Null when a value begins inside of a character, so that neither it nor the one before is UTF-8 by itself.
 */
const textLengths = (bytes: Buffer, byteLengths: Int32Array): Int32Array | null => {
  const lengths = new Int32Array(byteLengths.length)
  const ascii = new AsciiRuns(bytes)
  let at = 0
  for (let row = 0; row < lengths.length; row++) {
    const byteLength = byteLengths[row] as number
    if (byteLength <= 0) {
      lengths[row] = byteLength
      continue
    }
    const end = Math.min(at + byteLength, bytes.length)
    if (at >= ascii.end) ascii.from(at)
    if (end <= ascii.end) {
      lengths[row] = end - at
      at = end
      continue
    }
    if (((bytes[at] as number) & 0xc0) === 0x80) return null
    let length = 0
    for (; at < end; at++) {
      const byte = bytes[at] as number
      if (byte < 0x80 || byte >= 0xc0) length += byte >= 0xf0 ? 2 : 1
    }
    lengths[row] = length
  }
  return lengths
}
/** How far ASCII goes, looked for in four bytes at once. */
class AsciiRuns {
  /** Every byte before it, since where `from` was asked, is ASCII. */
  end = 0
  readonly #words: Int32Array
  readonly #offset: number

  constructor(bytes: Buffer) {
    this.#offset = -bytes.byteOffset & 3
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset + this.#offset, Math.max(0, (bytes.length - this.#offset) >> 2))
  }
  from(at: number): void {
    const words = this.#words
    const first = (at - this.#offset) >> 2
    let word = first
    if (word >= 0) while (word < words.length && ((words[word] as number) & highBits) === 0) word++
    this.end = word > first ? this.#offset + word * 4 : at
  }
}
const highBits = 0x80808080 | 0

/** The whole column in the form a side wants; the strings inside structured values follow. */
export const columnToUtf8 = (column: Column): Column =>
  column.kind === 'text' ? toUtf8(column) : column.kind === 'values' ? { ...column, strings: toUtf8(column.strings) } : column
export const columnToText = (column: Column): Column =>
  column.kind === 'utf8' || column.kind === 'wtf8' ? toText(column) : column.kind === 'values' ? { ...column, strings: toText(column.strings) } : column

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
