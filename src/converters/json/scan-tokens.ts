/**
 * The tokens of a JSON document read from its bytes, with no string made of them: numbers, text (its escapes undone while it is
 * copied), base64. Each gives up (false, -1 or null) on what needs more care: such a document is read the long way (reader.ts).
 */
import { isUtf8 } from 'node:buffer'
import { doubleOfText } from './parse.ts'
import type { Utf8Texts } from '../../wire/utf8-texts.ts'

export const quote = 0x22, backslash = 0x5c, comma = 0x2c, colon = 0x3a, open = 0x7b, close = 0x7d, openList = 0x5b, closeList = 0x5d
const minus = 0x2d, dot = 0x2e, zero = 0x30, nine = 0x39, pad = 0x3d, letterU = 0x75
const maxNumberChars = 40
const maxDigits = 15
/** Of integers that may be more than a double holds; the longest are looked at the long way. */
const maxLongDigits = 18
const halfDigits = 9
const powers = Array.from({ length: maxDigits + 1 }, (_, exponent) => 10 ** exponent)
/** What a letter behind a backslash stands for; 0: no such escape, or one of four hexadecimal digits. */
const escapes = new Uint8Array(256)
for (const [letter, char] of [['"', '"'], ['\\', '\\'], ['/', '/'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']] as const) escapes[letter.charCodeAt(0)] = char.charCodeAt(0)
const base64 = new Int8Array(256).fill(-1)
for (const [value, char] of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').entries()) base64[char] = value
const hex = new Int8Array(256).fill(-1)
for (let value = 0; value < 16; value++) hex[value.toString(16).charCodeAt(0)] = hex[value.toString(16).toUpperCase().charCodeAt(0)] = value

/** Of four bytes at once: whether one of them is a quote, a backslash or a control character (the highest bit of its difference is borrowed). */
const hasSpecial = (four: number): boolean => {
  const quotes = four ^ 0x22222222
  const backslashes = four ^ 0x5c5c5c5c
  return ((((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes) | ((four - 0x20202020) & ~four)) & 0x80808080) !== 0
}

export const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

export class JsonTokens {
  /** More than the document: what stands at `end` and behind is not its own. */
  bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  at = 0
  end = 0
  /** The number last read by `digits` or `longNumber`. */
  number = 0
  /** Check each text by itself; else whoever takes the texts checks all of them at once. */
  readonly #careful: boolean

  constructor(careful: boolean) {
    this.#careful = careful
  }

  /** The document between `start` and `end`. */
  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.at = start
    this.end = end
  }
  /** Over white space; the byte that comes then. */
  next(): number {
    let byte = this.bytes[this.at] as number
    while (byte <= 0x20 && isBlank(byte)) byte = this.bytes[++this.at] as number
    return byte
  }
  /** The three bytes behind this one. */
  word(a: number, b: number, c: number): boolean {
    const { bytes, at } = this
    this.at += 4
    return bytes[at + 1] === a && bytes[at + 2] === b && bytes[at + 3] === c
  }

  /**
   * Reads a number and returns how many digits stand behind the dot; -1 for anything that needs more care. With at most 15 digits
   * both the digits and the power of ten are exact doubles, so that their quotient is the nearest one, as from the text.
   */
  digits(): number {
    const { bytes } = this
    let { at } = this
    const isNegative = bytes[at] === minus
    if (isNegative) at++
    const first = at
    let value = 0
    let fraction = -1
    let digits = 0
    for (; ; at++) {
      const byte = bytes[at] as number
      if (byte >= zero && byte <= nine) {
        value = value * 10 + byte - zero
        digits++
      } else if (byte === dot && fraction < 0 && digits > 0) fraction = digits
      else break
    }
    if (digits === 0 || digits > maxDigits || fraction === digits || (bytes[first] === zero && digits > 1 && fraction !== 1) || !this.#endsValue(at)) return -1
    this.at = at
    const behind = fraction < 0 ? 0 : digits - fraction
    const whole = behind === 0 ? value : value / (powers[behind] as number)
    // Kafka reads decimals, which have no -0
    this.number = isNegative && whole !== 0 ? -whole : whole
    return behind
  }
  /** An integer of 16 to 18 digits, which 64 bits always hold. */
  longInteger(): bigint | null {
    const { bytes } = this
    const isNegative = bytes[this.at] === minus
    const first = isNegative ? this.at + 1 : this.at
    let high = 0
    let low = 0
    let at = first
    for (; at - first <= maxLongDigits; at++) {
      const digit = (bytes[at] as number) - zero
      if (!(digit >= 0 && digit <= 9)) break
      if (at - first < halfDigits) high = high * 10 + digit
      else low = low * 10 + digit
    }
    const count = at - first
    if (count <= maxDigits || count > maxLongDigits || bytes[first] === zero || !this.#endsValue(at)) return null
    this.at = at
    const value = BigInt(high) * BigInt(powers[count - halfDigits] as number) + BigInt(low)
    return isNegative ? -value : value
  }
  /** A floating point number of any length, by its text. */
  longNumber(): boolean {
    const { bytes } = this
    let { at } = this
    while (at < this.end && at - this.at < maxNumberChars && !this.#endsValue(at)) at++
    const text = bytes.toString('latin1', this.at, at)
    if (!this.#endsValue(at) || !/^-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)$/.test(text)) return false
    this.at = at
    this.number = doubleOfText(text)
    return true
  }
  #endsValue(at: number): boolean {
    const byte = this.bytes[at]
    return at === this.end || byte === comma || byte === close || byte === closeList || isBlank(byte)
  }

  /** A text in quotes, appended to `texts`. It begins with a whole character, so that texts that are UTF-8 one behind the other are so each. */
  text(texts: Utf8Texts): boolean {
    const { bytes, end } = this
    let at = this.at + 1
    if (bytes[this.at] !== quote || ((bytes[at] as number) & 0xc0) === 0x80) return false
    const to = texts.room(end - at) // escapes are longer than what they stand for
    const toView = texts.view
    const from = this.#view
    const first = texts.length
    let out = first
    while (at < end) {
      while (at + 4 <= end) {
        const four = from.getInt32(at, true)
        if (hasSpecial(four)) break
        toView.setInt32(out, four, true)
        at += 4
        out += 4
      }
      const byte = bytes[at] as number
      if (byte === quote) {
        if (this.#careful && !isUtf8(to.subarray(first, out))) return false
        texts.push(out - first)
        this.at = at + 1
        return true
      }
      if (byte !== backslash) {
        if (byte < 0x20) return false
        to[out++] = byte
        at++
        continue
      }
      const plain = escapes[bytes[at + 1] as number] as number
      if (plain !== 0) {
        to[out++] = plain
        at += 2
        continue
      }
      const unit = this.#unit(at)
      at += 6
      if (unit < 0) return false
      if (unit < 0x80) to[out++] = unit
      else if (unit < 0x800) {
        to[out++] = 0xc0 | (unit >> 6)
        to[out++] = 0x80 | (unit & 0x3f)
      } else if (unit < 0xd800 || unit > 0xdfff) {
        to[out++] = 0xe0 | (unit >> 12)
        to[out++] = 0x80 | ((unit >> 6) & 0x3f)
        to[out++] = 0x80 | (unit & 0x3f)
      } else {
        const low = unit < 0xdc00 ? this.#unit(at) : -1
        at += 6
        if (low < 0xdc00 || low > 0xdfff) return false
        const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
        to[out++] = 0xf0 | (point >> 18)
        to[out++] = 0x80 | ((point >> 12) & 0x3f)
        to[out++] = 0x80 | ((point >> 6) & 0x3f)
        to[out++] = 0x80 | (point & 0x3f)
      }
    }
    return false
  }
  /** The same for a text that is all there is between `start` and `end`; else nothing is appended. */
  textBetween(bytes: Buffer, start: number, end: number, texts: Utf8Texts): boolean {
    this.begin(bytes, start, end)
    const { count } = texts
    if (this.text(texts) && this.at === end) return true
    texts.rollback(count)
    return false
  }
  /** The UTF-16 unit of `\uXXXX`, -1 for anything else. */
  #unit(at: number): number {
    const { bytes } = this
    if (at + 6 > this.end || bytes[at] !== backslash || bytes[at + 1] !== letterU) return -1
    const [a, b, c, d] = [hex[bytes[at + 2] as number] as number, hex[bytes[at + 3] as number] as number, hex[bytes[at + 4] as number] as number, hex[bytes[at + 5] as number] as number]
    return a < 0 || b < 0 || c < 0 || d < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d
  }

  /** Goes over canonical base64 in quotes (what Java writes) and returns how many bytes it stands for, -1 when it is none. `base64Into` then reads it. */
  base64Length(): number {
    const { bytes } = this
    if (bytes[this.at] !== quote) return -1
    const start = this.at + 1
    let end = start
    while (end < this.end && bytes[end] !== quote) end++
    if (end >= this.end || (end - start) % 4 !== 0) return -1
    this.at = end + 1
    if (bytes[end - 1] === pad && end > start) end -= bytes[end - 2] === pad ? 2 : 1
    this.#base64Start = start
    this.#base64End = end
    return Math.floor(((end - start) * 3) / 4)
  }
  #base64Start = 0
  #base64End = 0
  base64Into(data: Uint8Array, to: number): boolean {
    const { bytes } = this
    let bits = 0
    let held = 0
    for (let at = this.#base64Start; at < this.#base64End; at++) {
      const value = base64[bytes[at] as number] as number
      if (value < 0) return false
      bits = ((bits << 6) | value) & 0xffff
      held += 6
      if (held >= 8) {
        held -= 8
        data[to++] = (bits >> held) & 0xff
      }
    }
    return (bits & ((1 << held) - 1)) === 0
  }
}
