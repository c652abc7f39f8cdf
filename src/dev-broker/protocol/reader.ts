/**
 * Reads Kafka's wire types. One reader serves fixed and flexible versions: `flexible` decides whether strings, bytes and
 * arrays are compact and whether structures end in tagged fields, so a handler is written once for all versions.
 *
 *   string   int16 length, bytes      compact: unsigned varint length + 1, bytes     null: -1 / 0
 *   array    int32 count, items       compact: unsigned varint count + 1, items      null: -1 / 0
 *   tags     nothing                  flexible: varint count, then (varint tag, varint size, bytes)*
 */

/** The bytes are not what the protocol says; the connection they came from is closed, as Kafka does. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export class Reader {
  readonly buffer: Buffer
  flexible: boolean
  position = 0
  constructor(buffer: Buffer, flexible = false) {
    this.buffer = buffer
    this.flexible = flexible
  }

  get remaining(): number {
    return this.buffer.length - this.position
  }

  #take(size: number): number {
    const at = this.position
    if (size < 0 || size > this.buffer.length - at) throw new ProtocolError(`${size} bytes wanted at ${at}, ${this.buffer.length - at} left`)
    this.position = at + size
    return at
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
  /** Offsets, timestamps and producer ids: exact within ±2^53. */
  int64(): number {
    const at = this.#take(8)
    return this.buffer.readInt32BE(at) * 0x1_0000_0000 + this.buffer.readUInt32BE(at + 4)
  }
  bool(): boolean {
    return this.int8() !== 0
  }
  uuid(): string {
    const at = this.#take(16)
    return this.buffer.toString('hex', at, at + 16)
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.#take(1)] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new ProtocolError('varint longer than 5 bytes')
  }

  nullableString(): string | null {
    const length = this.flexible ? this.uvarint() - 1 : this.int16()
    if (length < 0) return null
    const at = this.#take(length)
    return this.buffer.toString('utf8', at, at + length)
  }
  string(): string {
    const value = this.nullableString()
    if (value === null) throw new ProtocolError('null where a string must be')
    return value
  }

  /** A view, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.flexible ? this.uvarint() - 1 : this.int32()
    if (length < 0) return null
    const at = this.#take(length)
    return this.buffer.subarray(at, at + length)
  }
  bytes(): Buffer {
    const value = this.nullableBytes()
    if (value === null) throw new ProtocolError('null where bytes must be')
    return value
  }

  nullableArray<T>(item: (reader: this) => T): T[] | null {
    const count = this.flexible ? this.uvarint() - 1 : this.int32()
    if (count < 0) return null
    // Every item takes a byte at least: a count past the end is an attack on memory, not a request.
    if (count > this.remaining) throw new ProtocolError(`array of ${count} items in ${this.remaining} bytes`)
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(item(this))
    return items
  }
  array<T>(item: (reader: this) => T): T[] {
    return this.nullableArray(item) ?? []
  }

  /** An array of structures: each ends in its own tagged fields. */
  structs<T>(item: (reader: this) => T): T[] {
    return this.nullableStructs(item) ?? []
  }
  nullableStructs<T>(item: (reader: this) => T): T[] | null {
    return this.nullableArray((reader) => {
      const value = item(reader)
      reader.skipTags()
      return value
    })
  }

  skipTags(): void {
    if (!this.flexible) return
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint()
      this.#take(this.uvarint())
    }
  }
}
