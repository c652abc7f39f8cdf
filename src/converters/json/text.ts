/** The fast paths of JSON: whole text columns between UTF-8 and quoted JSON strings, without a JavaScript string per record. */
import { isAscii, isUtf8 } from 'node:buffer'
import { asBuffer, copyBytes, Scratch } from '../columns.ts'

const hex = '0123456789ABCDEF'
/** What follows the backslash for control characters with a short escape. */
const shortEscapes: Readonly<Record<number, number>> = { 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72 }

/** True when no byte of the column needs an escape: one native pass over all of it. */
export const needsNoEscape = (bytes: Uint8Array): boolean => {
  return isAscii(bytes) && isUnescaped(asBuffer(bytes).toString('latin1'))
}
/** True when these are whole characters without quotes, backslashes or control characters, as between the quotes of a JSON string. */
export const isPlainText = (bytes: Buffer): boolean =>
  isAscii(bytes) ? isUnescaped(bytes.toString('latin1')) : isUtf8(bytes) && isUnescaped(bytes.toString('utf8'))
/** V8 writes JSON strings many bytes at a time; what needs an escape comes out longer. */
const isUnescaped = (text: string): boolean => JSON.stringify(text).length === text.length + 2

/** Appends a range of UTF-8 as the inside of a JSON string. Room must be reserved for six bytes a byte. */
export const escapeInto = (from: Buffer, start: number, end: number, to: Scratch): void => {
  let clean = start
  for (let index = start; index < end; index++) {
    const byte = from[index] as number
    if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c && byte < 0xf0) continue
    to.length = copyBytes(from, clean, index, to.bytes, to.length)
    if (byte >= 0xf0) {
      const codePoint = ((byte & 7) << 18) | (((from[index + 1] ?? 0) & 63) << 12) | (((from[index + 2] ?? 0) & 63) << 6) | ((from[index + 3] ?? 0) & 63)
      index += 3
      unicodeEscape(0xd800 + ((codePoint - 0x10000) >> 10), to)
      unicodeEscape(0xdc00 + ((codePoint - 0x10000) & 0x3ff), to)
    } else if (byte === 0x22 || byte === 0x5c || shortEscapes[byte] !== undefined) {
      to.bytes[to.length++] = 0x5c
      to.bytes[to.length++] = shortEscapes[byte] ?? byte
    } else unicodeEscape(byte, to)
    clean = index + 1
  }
  to.length = copyBytes(from, clean, end, to.bytes, to.length)
}
const unicodeEscape = (unit: number, to: Scratch): void => {
  to.bytes[to.length++] = 0x5c
  to.bytes[to.length++] = 0x75
  for (let shift = 12; shift >= 0; shift -= 4) to.bytes[to.length++] = hex.charCodeAt((unit >> shift) & 15)
}

/** Bytes compared four at a time. */
export const startsWithBytes = (view: DataView, start: number, prefix: DataView): boolean => {
  const { byteLength } = prefix
  if (start + byteLength > view.byteLength) return false
  let index = 0
  for (; index + 4 <= byteLength; index += 4) if (view.getUint32(start + index) !== prefix.getUint32(index)) return false
  for (; index < byteLength; index++) if (view.getUint8(start + index) !== prefix.getUint8(index)) return false
  return true
}
