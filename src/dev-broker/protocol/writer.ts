/**
 * Writes Kafka's wire types, the mirror of reader.ts. Large byte ranges (record batches in a fetch) are not copied: the
 * finished message is a list of chunks for one vectored write to the socket.
 */

/** From this size on a range becomes a chunk of its own; below it copying is cheaper than another entry in writev. */
const copyBelowBytes = 4096

export class Writer {
  flexible: boolean
  #buffer: Buffer
  #start = 0
  #position = 0
  readonly #chunks: Buffer[] = []
  #chunkBytes = 0
  constructor(flexible = false, initialBytes = 512) {
    this.flexible = flexible
    this.#buffer = Buffer.allocUnsafe(initialBytes)
  }

  get length(): number {
    return this.#chunkBytes + this.#position - this.#start
  }

  #room(size: number): number {
    const at = this.#position
    if (at + size > this.#buffer.length) {
      const pending = this.#buffer.subarray(this.#start, at)
      this.#buffer = Buffer.allocUnsafe(Math.max(1024, pending.length * 2 + size))
      pending.copy(this.#buffer)
      this.#start = 0
      this.#position = pending.length + size
      return pending.length
    }
    this.#position = at + size
    return at
  }

  int8(value: number): void {
    const at = this.#room(1)
    this.#buffer.writeInt8(value, at)
  }
  int16(value: number): void {
    const at = this.#room(2)
    this.#buffer.writeInt16BE(value, at)
  }
  int32(value: number): void {
    const at = this.#room(4)
    this.#buffer.writeInt32BE(value, at)
  }
  int64(value: number): void {
    const at = this.#room(8)
    this.#buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
    this.#buffer.writeUInt32BE(value - Math.floor(value / 0x1_0000_0000) * 0x1_0000_0000, at + 4)
  }
  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }
  uuid(value: string): void {
    const at = this.#room(16)
    this.#buffer.write(value, at, 'hex')
  }

  uvarint(value: number): void {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      const at = this.#room(1)
      if (rest < 128) {
        this.#buffer[at] = rest
        return
      }
      this.#buffer[at] = (rest % 128) | 0x80
    }
  }

  string(value: string | null): void {
    const length = value === null ? -1 : Buffer.byteLength(value)
    if (this.flexible) this.uvarint(length + 1)
    else this.int16(length)
    if (value === null) return
    const at = this.#room(length)
    this.#buffer.write(value, at, 'utf8')
  }

  bytes(value: Buffer | null): void {
    this.#length(value === null ? -1 : value.length)
    if (value !== null) this.#raw(value)
  }
  /** Several ranges as one bytes (or records) field. */
  byteRanges(ranges: readonly Buffer[]): void {
    this.#length(ranges.reduce((sum, range) => sum + range.length, 0))
    for (const range of ranges) this.#raw(range)
  }

  array<T>(items: readonly T[] | null, item: (value: T) => void): void {
    this.#length(items === null ? -1 : items.length)
    if (items !== null) for (const value of items) item(value)
  }
  /** An array of structures: each ends in its own (empty) tagged fields. */
  structs<T>(items: readonly T[] | null, item: (value: T) => void): void {
    this.array(items, (value) => {
      item(value)
      this.tags()
    })
  }
  tags(): void {
    if (this.flexible) this.uvarint(0)
  }

  /** The message in pieces, in order. The writer is done after this. */
  finish(): Buffer[] {
    this.#cut()
    return this.#chunks
  }
  toBuffer(): Buffer {
    const chunks = this.finish()
    return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)
  }

  #length(length: number): void {
    if (this.flexible) this.uvarint(length + 1)
    else this.int32(length)
  }
  #raw(range: Buffer): void {
    if (range.length < copyBelowBytes) {
      const at = this.#room(range.length)
      range.copy(this.#buffer, at)
      return
    }
    this.#cut()
    this.#chunks.push(range)
    this.#chunkBytes += range.length
  }
  #cut(): void {
    if (this.#position === this.#start) return
    this.#chunks.push(this.#buffer.subarray(this.#start, this.#position))
    this.#chunkBytes += this.#position - this.#start
    this.#start = this.#position
  }
}
