/** JSON tokens as JsonConverter writes them, straight into bytes. Each returns true, so that whoever writes a value can end with it. */
import { javaDouble } from '../../data/java-number.ts'
import { msPerDay } from '../../data/logical.ts'
import type { Scratch } from '../columns.ts'
import { quoted } from './write.ts'

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const quote = 0x22, backslash = 0x5c, minus = 0x2d, zero = 0x30
const billion = 1e9
const digitsOfBillion = 9
/** Up to this many characters a loop beats a native call. */
const fewChars = 24

export const text = (to: Scratch, ascii: string): true => {
  to.ascii(ascii)
  return true
}

/** Digits without making a string of them first. Any whole number; there is no -0. */
export const integer = (to: Scratch, value: number): true => {
  if (!Number.isSafeInteger(value)) return text(to, String(BigInt(value)))
  to.reserve(20)
  let size = value
  if (value < 0) {
    to.bytes[to.length++] = minus
    size = -value
  }
  if (size < billion) return small(to, size, 0)
  const high = Math.floor(size / billion)
  small(to, high, 0)
  return small(to, size - high * billion, digitsOfBillion)
}
/** At most nine digits, and no fewer than `least`. */
const small = (to: Scratch, value: number, least: number): true => {
  let digits = 1
  for (let limit = 10; digits < digitsOfBillion && value >= limit; limit *= 10) digits++
  if (digits < least) digits = least
  const { bytes } = to
  let rest = value | 0
  for (let at = to.length + digits - 1; at >= to.length; at--) {
    const next = (rest / 10) | 0
    bytes[at] = zero + rest - next * 10
    rest = next
  }
  to.length += digits
  return true
}

/** NaN and the infinities are texts. */
export const floating = (to: Scratch, java: string): true => text(to, /[a-z]/.test(java) ? `"${java}"` : java)
export const double = (to: Scratch, value: number): true => {
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return text(to, Number.isInteger(value) ? `${value}.0` : String(value))
  return floating(to, javaDouble(value))
}
/** False for what is none of its kind. */
export const date = (to: Scratch, kind: 'date' | 'time' | 'timestamp', ms: number): boolean => {
  if (!Number.isSafeInteger(ms) || Object.is(ms, -0) || (kind === 'date' && ms % msPerDay !== 0) || (kind === 'time' && (ms < 0 || ms > msPerDay))) return false
  return integer(to, kind === 'date' ? ms / msPerDay : ms)
}

export const base64 = (to: Scratch, data: Uint8Array, start: number, end: number): true => {
  to.reserve(Math.ceil((end - start) / 3) * 4 + 2)
  const out = to.bytes
  let at = to.length
  out[at++] = quote
  for (let index = start; index < end; index += 3) {
    const second = index + 1 < end ? (data[index + 1] as number) : 0
    const third = index + 2 < end ? (data[index + 2] as number) : 0
    const bits = ((data[index] as number) << 16) | (second << 8) | third
    out[at++] = alphabet[bits >> 18] as number
    out[at++] = alphabet[(bits >> 12) & 63] as number
    out[at++] = index + 1 < end ? (alphabet[(bits >> 6) & 63] as number) : 0x3d
    out[at++] = index + 2 < end ? (alphabet[bits & 63] as number) : 0x3d
  }
  out[at++] = quote
  to.length = at
  return true
}

/** A JavaScript string: characters that need no escape as they are, with anything else the long way. */
export const string = (to: Scratch, value: string): true => {
  // looked up once: strings have many shapes in V8
  const { length } = value
  to.reserve(length * 3 + 2)
  const first = to.length
  to.bytes[first] = quote
  const end = length <= fewChars ? plainAscii(to.bytes, first + 1, value, length) : plainUtf8(to.bytes, first + 1, value)
  if (end < 0) {
    to.utf8(quoted(value))
    return true
  }
  to.bytes[end] = quote
  to.length = end + 1
  return true
}
const plainAscii = (bytes: Buffer, start: number, value: string, length: number): number => {
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index)
    if (code < 0x20 || code === quote || code === backslash || code > 0x7e) return index > 0 && code <= 0x7e ? -1 : plainUtf8(bytes, start, value)
    bytes[start + index] = code
  }
  return start + length
}
/** Nothing of four bytes: surrogates are written as escapes. Unpaired ones have become U+FFFD. */
const plainUtf8 = (bytes: Buffer, start: number, value: string): number => {
  const end = start + bytes.write(value, start, 'utf8')
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 0x20 || byte === quote || byte === backslash || byte >= 0xef) return -1
  }
  return end
}
