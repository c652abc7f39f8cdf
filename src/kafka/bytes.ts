/**
 * Kafka's primitive types on the wire (big-endian): the writer and reader all our requests use. One of each serves both forms:
 * `flexible` decides whether strings, bytes and arrays are compact and whether structures end in tagged fields.
 *
 *   string   int16 length, bytes      compact: unsigned varint length + 1, bytes     null: -1 / 0
 *   array    int32 count, items       compact: unsigned varint count + 1, items      null: -1 / 0
 *   tags     nothing                  flexible: varint count, then (varint tag, varint size, bytes)*
 *
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
  readonly flexible: boolean

  constructor(initialBytes = 512, flexible = false) {
    this.#buffer = Buffer.allocUnsafe(initialBytes)
    this.flexible = flexible
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
  uvarint(value: number): this {
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80)
    return this.#byte(rest)
  }
  /** 32 hexadecimal digits. */
  uuid(value: string): this {
    const at = this.#room(16)
    this.#buffer.write(value, at, 'hex')
    return this
  }
  string(value: string | null): this {
    if (value === null) return this.flexible ? this.uvarint(0) : this.int16(-1)
    const size = Buffer.byteLength(value)
    if (this.flexible) this.uvarint(size + 1)
    else this.int16(size)
    const at = this.#room(size)
    this.#buffer.write(value, at)
    return this
  }
  bytes(value: Uint8Array | null): this {
    return this.#size(value?.length ?? -1).raw(value ?? nothing)
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
    this.#size(values?.length ?? -1)
    for (const value of values ?? []) write(value)
    return this
  }
  /** The end of a structure: no tagged fields. */
  tags(): this {
    return this.flexible ? this.uvarint(0) : this
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

  #size(size: number): this {
    return this.flexible ? this.uvarint(size + 1) : this.int32(size)
  }
  #byte(value: number): this {
    const at = this.#room(1)
    this.#buffer[at] = value
    return this
  }
}
const nothing = new Uint8Array(0)

/** Reads within one response. Running past the end throws a RangeError, which the connection turns into a KafkaError. */
export class ByteReader {
  readonly buffer: Buffer
  position: number
  readonly flexible: boolean

  constructor(buffer: Buffer, position = 0, flexible = false) {
    this.buffer = buffer
    this.position = position
    this.flexible = flexible
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
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.#take(1)] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a varint of more than 5 bytes')
  }
  /** As 32 hexadecimal digits. */
  uuid(): string {
    const at = this.#take(16)
    return this.buffer.toString('hex', at, at + 16)
  }
  nullableString(): string | null {
    const size = this.flexible ? this.uvarint() - 1 : this.int16()
    if (size < 0) return null
    const at = this.#take(size)
    return this.buffer.toString('utf8', at, at + size)
  }
  string(): string {
    return this.nullableString() ?? ''
  }
  /** A view, not a copy. */
  nullableBytes(): Buffer | null {
    const size = this.#size()
    if (size < 0) return null
    const at = this.#take(size)
    return this.buffer.subarray(at, at + size)
  }
  array<T>(read: () => T): T[] {
    const count = this.#size()
    if (count > this.remaining) throw new RangeError(`an array of ${count} elements in ${this.remaining} bytes`)
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(read())
    return values
  }
  /** The end of a structure: what is tagged is of no use here. */
  tags(): void {
    if (!this.flexible) return
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint()
      this.#take(this.uvarint())
    }
  }

  #size(): number {
    return this.flexible ? this.uvarint() - 1 : this.int32()
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
