/**
 * Kafka's primitive types on the wire (big-endian, the non-flexible forms): the writer and reader all our requests use.
 * Large byte ranges are kept by reference and leave in one `writev`, so a megabyte of records is never copied into its request.
 * int64 is a JavaScript number: offsets, timestamps and producer ids stay below 2^53.
 */

const referencedFromBytes = 2048

export class ByteWriter {
  #buffer: Buffer
  #start = 0
  #end = 0
  #parts: Buffer[] = []
  #partBytes = 0

  constructor(initialBytes = 512) {
    this.#buffer = Buffer.allocUnsafe(initialBytes)
  }

  get length(): number {
    return this.#partBytes + this.#end - this.#start
  }

  #room(bytes: number): number {
    if (this.#end + bytes > this.#buffer.length) {
      const kept = this.#end - this.#start
      const grown = Buffer.allocUnsafe(kept + Math.max(kept, bytes + 512))
      this.#buffer.copy(grown, 0, this.#start, this.#end)
      this.#end -= this.#start
      this.#start = 0
      this.#buffer = grown
    }
    const at = this.#end
    this.#end += bytes
    return at
  }

  int8(value: number): this {
    const at = this.#room(1)
    this.#buffer.writeInt8(value, at)
    return this
  }
  int16(value: number): this {
    const at = this.#room(2)
    this.#buffer.writeInt16BE(value, at)
    return this
  }
  int32(value: number): this {
    const at = this.#room(4)
    this.#buffer.writeInt32BE(value, at)
    return this
  }
  int64(value: number): this {
    const at = this.#room(8)
    writeInt64(this.#buffer, value, at)
    return this
  }
  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }
  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const size = Buffer.byteLength(value)
    this.int16(size)
    const at = this.#room(size)
    this.#buffer.write(value, at)
    return this
  }
  /** int32 length, then the bytes; null is -1. */
  bytes(value: Uint8Array | null): this {
    if (value === null) return this.int32(-1)
    return this.int32(value.length).raw(value)
  }
  /** The bytes alone. Ranges of some size are referenced, not copied: they must not change until the request has been sent. */
  raw(value: Uint8Array): this {
    if (value.length >= referencedFromBytes) {
      if (this.#end > this.#start) this.#parts.push(this.#buffer.subarray(this.#start, this.#end))
      this.#parts.push(Buffer.from(value.buffer, value.byteOffset, value.length))
      this.#partBytes += this.#end - this.#start + value.length
      this.#start = this.#end
    } else {
      const at = this.#room(value.length)
      this.#buffer.set(value, at)
    }
    return this
  }
  array<T>(values: readonly T[] | null, write: (value: T) => void): this {
    if (values === null) return this.int32(-1)
    this.int32(values.length)
    for (const value of values) write(value)
    return this
  }

  /** All that was written, in order, as few buffers as there are. */
  parts(): Buffer[] {
    if (this.#end > this.#start) {
      this.#parts.push(this.#buffer.subarray(this.#start, this.#end))
      this.#partBytes += this.#end - this.#start
      this.#start = this.#end
    }
    return this.#parts
  }
}

/** Reads within one response. Running past the end throws a RangeError, which the connection turns into a KafkaError. */
export class ByteReader {
  readonly buffer: Buffer
  position: number

  constructor(buffer: Buffer, position = 0) {
    this.buffer = buffer
    this.position = position
  }

  get remaining(): number {
    return this.buffer.length - this.position
  }
  int8(): number {
    return this.buffer.readInt8(this.#take(1))
  }
  int16(): number {
    return this.buffer.readInt16BE(this.#take(2))
  }
  int32(): number {
    return this.buffer.readInt32BE(this.#take(4))
  }
  int64(): number {
    return readInt64(this.buffer, this.#take(8))
  }
  boolean(): boolean {
    return this.int8() !== 0
  }
  nullableString(): string | null {
    const size = this.int16()
    if (size < 0) return null
    const at = this.#take(size)
    return this.buffer.toString('utf8', at, at + size)
  }
  string(): string {
    return this.nullableString() ?? ''
  }
  /** A view, not a copy. */
  nullableBytes(): Buffer | null {
    const size = this.int32()
    if (size < 0) return null
    const at = this.#take(size)
    return this.buffer.subarray(at, at + size)
  }
  array<T>(read: () => T): T[] {
    const count = this.int32()
    if (count > this.remaining) throw new RangeError(`an array of ${count} elements in ${this.remaining} bytes`)
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(read())
    return values
  }

  #take(bytes: number): number {
    const at = this.position
    if (at + bytes > this.buffer.length) throw new RangeError(`${bytes} bytes wanted at ${at} of ${this.buffer.length}`)
    this.position = at + bytes
    return at
  }
}

/** int64 from a safe integer; two's complement for negatives (`Math.floor` carries the sign into the high word). */
export const writeInt64 = (buffer: Buffer, value: number, at: number): void => {
  buffer.writeInt32BE(Math.floor(value / 4294967296) | 0, at)
  buffer.writeInt32BE(value | 0, at + 4)
}
export const readInt64 = (buffer: Buffer, at: number): number => buffer.readInt32BE(at) * 4294967296 + buffer.readUInt32BE(at + 4)
