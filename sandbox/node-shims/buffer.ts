/**
 * Node's Buffer: feross's `buffer`, with what it lacks (base64url, the *Slice methods npm packages call, aliases) and with text
 * done natively: by V8's own base64 and hex, and by the cell for big UTF-8 (text.ts).
 */
import { Buffer as Base } from 'buffer'
import { decodeAs, encodeAs, utf8Decode, utf8Encode, utf8Length } from './text.ts'

type Encoding = 'utf8' | 'utf-16le' | 'latin1' | 'ascii' | 'hex' | 'base64' | 'base64url'
const aliases: Readonly<Record<string, Encoding>> = {
  utf8: 'utf8', 'utf-8': 'utf8', ucs2: 'utf-16le', 'ucs-2': 'utf-16le', utf16le: 'utf-16le', 'utf-16le': 'utf-16le',
  latin1: 'latin1', binary: 'latin1', ascii: 'ascii', hex: 'hex', base64: 'base64', base64url: 'base64url',
}
const encodingOf = (name: unknown): Encoding => {
  if (name === undefined || name === null || name === '') return 'utf8'
  const known = aliases[String(name as string).toLowerCase()]
  if (known === undefined) throw Object.assign(new TypeError(`Unknown encoding: ${String(name as string)}`), { code: 'ERR_UNKNOWN_ENCODING' })
  return known
}

const encode = (text: string, encoding: Encoding): Uint8Array => (encoding === 'utf8' ? utf8Encode(text) : encodeAs(encoding, text))
const decode = (bytes: Uint8Array, encoding: Encoding): string => {
  if (encoding === 'utf8') return utf8Decode(bytes)
  if (encoding === 'hex') return bytes.toHex()
  if (encoding === 'base64') return bytes.toBase64()
  if (encoding === 'base64url') return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
  return decodeAs(encoding, bytes)
}
const lengthOf = (text: string, encoding: Encoding): number => {
  if (encoding === 'utf8') return utf8Length(text)
  if (encoding === 'latin1' || encoding === 'ascii') return text.length
  if (encoding === 'utf-16le') return text.length * 2
  return encode(text, encoding).length
}

export const asBuffer = (bytes: Uint8Array): Base => Base.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)

type Patchable = Record<string, unknown>
const patch = (target: object, methods: Patchable): void => {
  for (const name of Object.keys(methods)) Object.defineProperty(target, name, { value: methods[name], configurable: true, writable: true, enumerable: false })
}
const clamp = (value: unknown, fallback: number, max: number): number => {
  if (value === undefined) return fallback
  const number = Math.trunc(Number(value))
  return Number.isNaN(number) ? fallback : Math.max(0, Math.min(number, max))
}

const baseFrom = Base.from.bind(Base) as (...args: readonly unknown[]) => Base
const baseFill = Object.getOwnPropertyDescriptor(Base.prototype, 'fill')?.value as (...args: readonly unknown[]) => unknown
const baseIndexOf = Object.getOwnPropertyDescriptor(Base.prototype, 'indexOf')?.value as (...args: readonly unknown[]) => number
const baseLastIndexOf = Object.getOwnPropertyDescriptor(Base.prototype, 'lastIndexOf')?.value as (...args: readonly unknown[]) => number

/** A slab for small buffers, as Node has one: allocations of a few bytes are views of 8 KB. */
const poolSize = 8192
let pool = new ArrayBuffer(poolSize)
let poolUsed = 0
const allocUnsafe = (size: number): Base => {
  if (typeof size !== 'number' || size < 0 || size > 0x7fff_ffff || Number.isNaN(size)) throw Object.assign(new RangeError(`The value of "size" is out of range. It must be >= 0 && <= ${0x7fff_ffff}. Received ${String(size)}`), { code: 'ERR_OUT_OF_RANGE' })
  if (size >= poolSize >>> 1) return Base.from(new ArrayBuffer(size))
  if (poolUsed + size > poolSize) {
    pool = new ArrayBuffer(poolSize)
    poolUsed = 0
  }
  const buffer = Base.from(pool, poolUsed, size)
  poolUsed += (size + 7) & ~7
  return buffer
}

patch(Base, {
  from: (value: unknown, ...rest: readonly unknown[]): Base => {
    if (typeof value !== 'string') return baseFrom(value, ...rest)
    return asBuffer(encode(value, encodingOf(rest[0])))
  },
  allocUnsafe,
  byteLength: (value: unknown, encoding?: unknown): number => {
    if (typeof value === 'string') return lengthOf(value, encodingOf(encoding))
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
    throw Object.assign(new TypeError('The "string" argument must be of type string or an instance of Buffer or ArrayBuffer.'), { code: 'ERR_INVALID_ARG_TYPE' })
  },
  isEncoding: (name: unknown): boolean => typeof name === 'string' && Object.hasOwn(aliases, name.toLowerCase()),
  copyBytesFrom: (view: Uint8Array, offset = 0, length = view.length - offset): Base => baseFrom(view.slice(offset, offset + length)),
})

type Self = Base & Uint8Array
const slicer = (encoding: Encoding) => function slice(this: Self, start?: number, end?: number): string {
  return decode(window(this, start, end), encoding)
}
const window = (buffer: Uint8Array, start: unknown, end: unknown): Uint8Array => {
  const from = clamp(start, 0, buffer.length)
  return new Uint8Array(buffer.buffer, buffer.byteOffset + from, Math.max(0, clamp(end, buffer.length, buffer.length) - from))
}
const writer = (encoding: Encoding) => function write(this: Self, text: string, offset = 0, length = this.length - offset): number {
  const room = Math.max(0, Math.min(length, this.length - offset))
  let bytes = encode(text, encoding)
  if (bytes.length > room) {
    let end = room
    // a character is written whole or not at all
    if (encoding === 'utf8') while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--
    else if (encoding === 'utf-16le') end -= end % 2
    bytes = bytes.subarray(0, end)
  }
  Uint8Array.prototype.set.call(this, bytes, offset)
  return bytes.length
}
const writeUtf8 = writer('utf8')

patch(Base.prototype, {
  toString(this: Self, encoding?: unknown, start?: number, end?: number): string {
    return decode(window(this, start, end), encodingOf(encoding))
  },
  write(this: Self, text: string, ...rest: readonly unknown[]): number {
    const encoding = rest.find((item) => typeof item === 'string')
    const [offset, length] = rest.filter((item): item is number => typeof item === 'number')
    return (encoding === undefined ? writeUtf8 : writer(encodingOf(encoding))).call(this, text, offset, length)
  },
  fill(this: Self, value: unknown, ...rest: readonly unknown[]): unknown {
    if (typeof value !== 'string') return Reflect.apply(baseFill, this, [value, ...rest])
    const encoding = rest.find((item) => typeof item === 'string')
    const bytes = encode(value, encodingOf(encoding))
    return Reflect.apply(baseFill, this, [bytes.length === 0 ? 0 : asBuffer(bytes), ...rest.filter((item) => typeof item !== 'string')])
  },
  indexOf(this: Self, value: unknown, offset?: unknown, encoding?: unknown): number {
    // one byte is what parsers look for: straight to V8
    if (typeof value === 'number' && (offset === undefined || typeof offset === 'number')) return Uint8Array.prototype.indexOf.call(this, value & 255, offset)
    if (typeof value === 'string') return Reflect.apply(baseIndexOf, this, [asBuffer(encode(value, encodingOf(typeof offset === 'string' ? offset : encoding))), typeof offset === 'string' ? undefined : offset])
    return Reflect.apply(baseIndexOf, this, [value, offset])
  },
  lastIndexOf(this: Self, value: unknown, offset?: unknown, encoding?: unknown): number {
    if (typeof value === 'string') return Reflect.apply(baseLastIndexOf, this, [asBuffer(encode(value, encodingOf(typeof offset === 'string' ? offset : encoding))), typeof offset === 'string' ? undefined : offset])
    return Reflect.apply(baseLastIndexOf, this, [value, offset])
  },
  utf8Slice: slicer('utf8'), latin1Slice: slicer('latin1'), asciiSlice: slicer('ascii'), hexSlice: slicer('hex'),
  base64Slice: slicer('base64'), base64urlSlice: slicer('base64url'), ucs2Slice: slicer('utf-16le'), utf16leSlice: slicer('utf-16le'),
  utf8Write: writer('utf8'), latin1Write: writer('latin1'), asciiWrite: writer('latin1'), hexWrite: writer('hex'),
  base64Write: writer('base64'), base64urlWrite: writer('base64url'), ucs2Write: writer('utf-16le'), utf16leWrite: writer('utf-16le'),
})
for (const order of ['LE', 'BE']) {
  for (const verb of ['read', 'write']) {
    const method = (Base.prototype as unknown as Patchable)[`${verb}BigUInt64${order}`]
    patch(Base.prototype, { [`${verb}BigUint64${order}`]: method })
  }
}

export const Buffer = Base
const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80)
export const bufferModule = (): Record<string, unknown> => ({
  Buffer, SlowBuffer: Base, kMaxLength: 0x7fff_ffff, kStringMaxLength: 0x1fff_ffe8, INSPECT_MAX_BYTES: 50,
  constants: { MAX_LENGTH: 0x7fff_ffff, MAX_STRING_LENGTH: 0x1fff_ffe8 },
  isAscii, isUtf8: (bytes: Uint8Array): boolean => !utf8Decode(bytes).includes('\ufffd') || utf8Encode(utf8Decode(bytes)).length === bytes.length,
  transcode: (bytes: Uint8Array, from: string, to: string) => asBuffer(encode(decode(bytes, encodingOf(from)), encodingOf(to))),
  atob, btoa,
})

const invalid = (): Error => Object.assign(new Error('The string to be decoded is not correctly encoded.'), { name: 'InvalidCharacterError' })
export const atob = (text: string): string => {
  try {
    return decodeAs('latin1', Uint8Array.fromBase64(String(text).replaceAll(/[\t\n\f\r ]/g, '')))
  } catch {
    throw invalid()
  }
}
export const btoa = (text: string): string => {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 255) throw invalid()
    bytes[index] = code
  }
  return bytes.toBase64()
}
