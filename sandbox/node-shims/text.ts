/** Text and bytes. Short ones here, big ones natively in the cell. Other half: src/cell/process/capabilities/text.ts. */
import { ask, askBytes, exact } from '../runtime/bridge.ts'

/** Below this a hop to the cell costs more than the loop. */
const hopLength = 256

export const utf8Encode = (text: string): Uint8Array => {
  if (text.length > hopLength) return askBytes('text.encode', 'utf8', text)
  const bytes = new Uint8Array(text.length * 3)
  let at = 0
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index)
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code <= 0xdbff ? text.charCodeAt(index + 1) : 0
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        index++
      } else code = 0xfffd
    }
    if (code < 0x80) bytes[at++] = code
    else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6)
      bytes[at++] = 0x80 | (code & 63)
    } else if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12)
      bytes[at++] = 0x80 | ((code >> 6) & 63)
      bytes[at++] = 0x80 | (code & 63)
    } else {
      bytes[at++] = 0xf0 | (code >> 18)
      bytes[at++] = 0x80 | ((code >> 12) & 63)
      bytes[at++] = 0x80 | ((code >> 6) & 63)
      bytes[at++] = 0x80 | (code & 63)
    }
  }
  return bytes.slice(0, at)
}
/** Broken bytes become U+FFFD, as the WHATWG decoder has it. A byte order mark is kept. */
export const utf8Decode = (bytes: Uint8Array): string => {
  if (bytes.length <= hopLength) {
    let text = ''
    let index = 0
    for (; index < bytes.length && (bytes[index] as number) < 0x80; index++) text += String.fromCharCode(bytes[index] as number)
    if (index === bytes.length) return text
  }
  return ask('text.decode', 'utf8', exact(bytes)) as string
}
export const utf8Length = (text: string): number => {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    if (code < 0x800) length++
    else {
      length += 2
      if (code >= 0xd800 && code <= 0xdbff) {
        const low = text.charCodeAt(index + 1)
        if (low >= 0xdc00 && low <= 0xdfff) index++ // two units, four bytes
      }
    }
  }
  return length
}
/** Any encoding of Node's Buffer, natively. */
export const encodeAs = (encoding: string, text: string): Uint8Array => askBytes('text.encode', encoding, text)
export const decodeAs = (encoding: string, bytes: Uint8Array): string => ask('text.decode', encoding, exact(bytes)) as string

const bytesOf = (input: unknown): Uint8Array => {
  if (input === undefined) return new Uint8Array(0)
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
  if (input instanceof ArrayBuffer) return new Uint8Array(input)
  throw Object.assign(new TypeError('The "input" argument must be an instance of ArrayBuffer or ArrayBufferView.'), { code: 'ERR_INVALID_ARG_TYPE' })
}

export class TextEncoder {
  readonly encoding = 'utf-8'
  encode(text = ''): Uint8Array {
    return utf8Encode(String(text))
  }
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number } {
    let read = 0
    let written = 0
    for (const character of String(text)) {
      const bytes = utf8Encode(character)
      if (written + bytes.length > target.length) break
      target.set(bytes, written)
      written += bytes.length
      read += character.length
    }
    return { read, written }
  }
}

const labels: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8', utf8: 'utf-8', 'unicode-1-1-utf-8': 'utf-8', 'utf-16le': 'utf-16le', 'utf-16': 'utf-16le', ucs2: 'utf-16le', 'ucs-2': 'utf-16le',
  'us-ascii': 'windows-1252', ascii: 'windows-1252', latin1: 'windows-1252', 'iso-8859-1': 'windows-1252', 'windows-1252': 'windows-1252',
}
type DecoderOptions = { readonly fatal?: boolean; readonly ignoreBOM?: boolean }
export class TextDecoder {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  #left = new Uint8Array(0)
  #started = false
  constructor(label = 'utf-8', options: DecoderOptions = {}) {
    const encoding = labels[String(label).trim().toLowerCase()]
    if (encoding === undefined) throw Object.assign(new RangeError(`The "${label}" encoding is not supported`), { code: 'ERR_ENCODING_NOT_SUPPORTED' })
    this.encoding = encoding
    this.fatal = options.fatal === true
    this.ignoreBOM = options.ignoreBOM === true
  }
  decode(input?: unknown, options: { readonly stream?: boolean } = {}): string {
    let bytes = bytesOf(input)
    if (this.#left.length > 0) {
      const joined = new Uint8Array(this.#left.length + bytes.length)
      joined.set(this.#left)
      joined.set(bytes, this.#left.length)
      bytes = joined
      this.#left = new Uint8Array(0)
    }
    if (options.stream === true) {
      const keep = this.encoding === 'utf-8' ? unfinished(bytes) : this.encoding === 'utf-16le' ? bytes.length % 2 : 0
      this.#left = bytes.slice(bytes.length - keep)
      bytes = bytes.subarray(0, bytes.length - keep)
    }
    if (this.fatal) ask('text.check', this.encoding, exact(bytes))
    let text = this.encoding === 'utf-8' ? utf8Decode(bytes) : decodeAs(this.encoding, bytes)
    if (!this.#started && text !== '') {
      this.#started = true
      if (!this.ignoreBOM && this.encoding !== 'windows-1252' && text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (options.stream !== true) this.#started = false
    return text
  }
}
/** How many bytes at the end are the start of a character that goes on. */
const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}
