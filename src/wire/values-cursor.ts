/**
 * A values column read tag by tag, for codecs that turn it into something else than JavaScript values. Strings are in utf8 form here.
 * Trusts nothing, as `ValuesReader`: every read past the end is a ValuesError.
 */
import type { ValuesColumn } from './batch.ts'
import { maxDepth, Tag, ValuesError } from './values.ts'

export class ValuesCursor {
  readonly data: Uint8Array
  /** The bytes of all strings. */
  readonly text: Buffer
  /** Of the string (in `text`) or the bytes (in `data`) read last. */
  start = 0
  end = 0
  /** Of the int64 read last by `halves`. */
  low = 0
  high = 0
  readonly #view: DataView
  readonly #lengths: Int32Array
  readonly #widths: readonly number[]
  #position = 0
  #string = 0
  #textEnd = 0
  readonly #kept = { position: 0, string: 0, textEnd: 0 }

  /** `widths`: how many fields the structs of each schema of the batch have. */
  constructor({ data, strings }: ValuesColumn, widths: readonly number[] = []) {
    this.#widths = widths
    if (strings.kind !== 'utf8') throw new ValuesError('the strings of a values column must be in utf8 form here')
    this.data = data
    this.text = Buffer.from(strings.bytes.buffer, strings.bytes.byteOffset, strings.bytes.byteLength)
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.#lengths = strings.lengths
  }

  /** Whether a null comes next. */
  get isNull(): boolean {
    return this.data[this.#position] === Tag.NULL
  }
  tag(): number {
    const tag = this.data[this.#position++]
    if (tag === undefined) throw new ValuesError('the column ends in the middle of a value')
    return tag
  }
  int(): number {
    const raw = this.count()
    return (raw >>> 1) ^ -(raw & 1)
  }
  float(): number {
    this.#take(8)
    return this.#view.getFloat64(this.#position - 8, true)
  }
  bigint(): bigint {
    this.#take(8)
    return this.#view.getBigInt64(this.#position - 8, true)
  }
  /** An int64 as its two halves, `low` and `high`. */
  halves(): void {
    this.#take(8)
    this.low = this.#view.getInt32(this.#position - 8, true)
    this.high = this.#view.getInt32(this.#position - 4, true)
  }
  count(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.tag()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new ValuesError('a varint of more than 5 bytes')
  }
  /** Sets `start` and `end` in `text`. */
  string(): void {
    const length = this.#lengths[this.#string++]
    if (length === undefined || length < 0 || this.#textEnd + length > this.text.length) throw new ValuesError('a string past the strings')
    this.start = this.#textEnd
    this.end = this.#textEnd += length
  }
  /** Sets `start` and `end` in `data`. */
  bytes(): void {
    const length = this.count()
    this.start = this.#position
    this.#take(length)
    this.end = this.#position
  }

  /** Remembers where the cursor is, for `back`. */
  keep(): void {
    this.#kept.position = this.#position
    this.#kept.string = this.#string
    this.#kept.textEnd = this.#textEnd
  }
  back(): void {
    this.#position = this.#kept.position
    this.#string = this.#kept.string
    this.#textEnd = this.#kept.textEnd
  }

  /** Over one value. */
  skip(depth = 0): void {
    if (depth > maxDepth) throw new ValuesError('nested too deep')
    switch (this.tag()) {
      case Tag.NULL:
      case Tag.FALSE:
      case Tag.TRUE:
        return
      case Tag.INT:
        this.count()
        return
      case Tag.FLOAT:
      case Tag.DOUBLE:
      case Tag.BIGINT:
      case Tag.DATE:
        return this.#take(8)
      case Tag.BIGTEXT:
      case Tag.STRING:
        return this.string()
      case Tag.BYTES:
        return this.bytes()
      case Tag.DECIMAL:
        this.count()
        return this.bytes()
      case Tag.ARRAY:
        return this.#skipMany(this.count(), depth)
      case Tag.MAP:
        return this.#skipMany(2 * this.count(), depth)
      case Tag.OBJECT:
        for (let left = this.count(); left > 0; left--) {
          this.count()
          this.skip(depth + 1)
        }
        return
      case Tag.STRUCT:
        return this.#skipMany(this.#widths[this.count()] ?? -1, depth)
      default:
        throw new ValuesError('unknown tag')
    }
  }
  #skipMany(count: number, depth: number): void {
    if (count < 0) throw new ValuesError('a struct names no struct schema')
    for (let left = count; left > 0; left--) this.skip(depth + 1)
  }
  #take(bytes: number): void {
    if (this.#position + bytes > this.data.length) throw new ValuesError('the column ends in the middle of a value')
    this.#position += bytes
  }
}
