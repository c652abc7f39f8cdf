/** Avro's binary encoding: numbers as zigzag varints or little-endian, text and bytes behind their length, blocks of items behind a count. */
import { DataException } from '../../data/errors.ts'
import { javaUtf8Text } from '../../data/java-utf8.ts'
import { decodeUtf8 } from '../../wire/transcode.ts'
import { asBuffer, type Scratch } from '../columns.ts'

const zigzagLimit = 2 ** 30
export const putLong = (to: Scratch, value: number | bigint): void => {
  to.reserve(10)
  const { bytes } = to
  let at = to.length
  if (typeof value === 'number' && value >= -zigzagLimit && value < zigzagLimit) {
    let rest = (value << 1) ^ (value >> 31)
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    to.length = at
  } else if (typeof value === 'number') putLongHalves(to, value | 0, Math.floor(value / 2 ** 32) | 0)
  else putLongHalves(to, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)))
}
/** The two 32-bit halves of an int64. */
export const putLongHalves = (to: Scratch, low: number, high: number): void => {
  to.reserve(10)
  const { bytes } = to
  const sign = high >> 31
  let at = to.length
  let rest = ((low << 1) ^ sign) >>> 0
  let more = (((high << 1) | (low >>> 31)) ^ sign) >>> 0
  while (more !== 0 || rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest = ((rest >>> 7) | (more << 25)) >>> 0
    more >>>= 7
  }
  bytes[at++] = rest
  to.length = at
}
export const putBoolean = (to: Scratch, value: boolean): void => {
  to.reserve(1)
  to.bytes[to.length++] = value ? 1 : 0
}
export const putFloat = (to: Scratch, value: number): void => {
  to.reserve(4)
  to.length = to.bytes.writeFloatLE(value, to.length)
}
export const putDouble = (to: Scratch, value: number): void => {
  to.reserve(8)
  to.length = to.bytes.writeDoubleLE(value, to.length)
}
export const putBytes = (to: Scratch, value: Uint8Array): void => {
  putLong(to, value.length)
  putFixed(to, value)
}
export const putFixed = (to: Scratch, value: Uint8Array): void => {
  to.copy(asBuffer(value), 0, value.length)
}

/** Text of fewer UTF-16 units than this has a length of one byte when it is ASCII. */
const shortText = 64
export const putString = (to: Scratch, text: string): void => {
  to.reserve(text.length * 3 + 10)
  if (text.length < shortText && putShortAscii(to, text)) return
  const whole = javaUtf8Text(text)
  putLong(to, Buffer.byteLength(whole))
  to.length += to.bytes.write(whole, to.length, 'utf8')
}
const putShortAscii = (to: Scratch, text: string): boolean => {
  const { bytes, length } = to
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return false
    bytes[length + 1 + index] = code
  }
  bytes[length] = text.length << 1
  to.length = length + 1 + text.length
  return true
}

/** Reads one value after the other; throws a DataException past the end. */
export class AvroCursor {
  /** Where it is. */
  at = 0
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  #emptyItems = 0

  reset(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.at = start
    this.#end = end
    this.#emptyItems = 0
  }
  get left(): number {
    return this.#end - this.at
  }
  /** Where `take` points into. */
  get buffer(): Buffer {
    return this.#bytes
  }
  boolean(): boolean {
    return this.#byte() === 1
  }
  int(): number {
    const value = this.long()
    if (typeof value !== 'number' || value < -(2 ** 31) || value >= 2 ** 31) throw new DataException('The Avro data holds a number past 32 bits where an int is')
    return value
  }
  /** A bigint only where a number would not be exact. */
  long(): number | bigint {
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    let value = low
    for (let scale = 2 ** 28; scale < 2 ** 49; scale *= 128) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    let wide = BigInt(value)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      wide |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      const signed = BigInt.asIntN(64, (wide >> 1n) ^ -(wide & 1n))
      const near = Number(signed)
      return Number.isSafeInteger(near) ? near : signed
    }
    throw new DataException('The Avro data holds a number of more than 10 bytes')
  }
  float(): number {
    return this.#bytes.readFloatLE(this.take(4))
  }
  double(): number {
    return this.#bytes.readDoubleLE(this.take(8))
  }
  bytes(): Uint8Array {
    return this.fixed(this.length())
  }
  string(): string {
    const length = this.length()
    const start = this.take(length)
    return decodeUtf8(this.#bytes, start, start + length)
  }
  /** A copy: what is read outlives the buffer it came in. */
  fixed(size: number): Uint8Array {
    const start = this.take(size)
    return new Uint8Array(this.#bytes.subarray(start, start + size))
  }
  /** The items of all blocks, each read by `item`; how many there were. */
  items<T>(item: (from: AvroCursor, to: T) => void, to: T): number {
    let total = 0
    for (;;) {
      const count = Number(this.long())
      if (count === 0) return total
      // a negative count is followed by the block's size
      if (count < 0) this.long()
      for (let left = Math.abs(count); left > 0; left--) {
        const before = this.at
        item(this, to)
        if (this.at === before && ++this.#emptyItems > maxEmptyItems) throw new DataException('The Avro data claims more empty items than anybody writes')
      }
      total += Math.abs(count)
    }
  }
  /** Of text or bytes. */
  length(): number {
    const length = Number(this.long())
    if (length < 0) throw new DataException('The Avro data holds a negative length')
    return length
  }
  /** Over so many bytes; where they start. */
  take(size: number): number {
    if (this.at + size > this.#end) throw new DataException('The Avro data ends in the middle of a value')
    const at = this.at
    this.at += size
    return at
  }
  #byte(): number {
    if (this.at >= this.#end) throw new DataException('The Avro data ends in the middle of a value')
    return this.#bytes[this.at++] as number
  }
}
/** Items of no bytes (nulls, empty records) cost nothing to claim, in one block or in many. */
const maxEmptyItems = 1_000_000
