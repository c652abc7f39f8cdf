/** Reads the tagged encoding of values.ts back. It trusts nothing: the bytes may come from a cell. */
import { schemalessDouble } from '../data/java-double.ts'
import { Decimal } from '../data/logical.ts'
import type { Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import type { TextColumn, ValuesColumn } from './batch.ts'
import { maxDepth, Tag, ValuesError } from './values.ts'

const { NULL, FALSE, TRUE, INT, FLOAT, BIGINT, BIGTEXT, STRING, BYTES, ARRAY, OBJECT, MAP, STRUCT, DATE, DECIMAL, DOUBLE } = Tag

const maxReserved = 1024

/** Reads values in order. `schemas` are those of the batch, for structs. Needs the strings in `text` form (see transcode.ts). */
export class ValuesReader {
  readonly #data: Uint8Array
  readonly #view: DataView
  readonly #names: readonly string[]
  readonly #schemas: readonly Schema[]
  readonly #boxed: boolean
  readonly #text: string
  readonly #lengths: Int32Array
  #position = 0
  #string = 0
  #char = 0

  /** `boxed`: on the host, where a Double without a schema must not be taken for a Long. */
  constructor(column: ValuesColumn, schemas: readonly Schema[], boxed = false) {
    this.#boxed = boxed
    this.#data = column.data
    this.#view = new DataView(column.data.buffer, column.data.byteOffset, column.data.byteLength)
    this.#names = column.names
    this.#schemas = schemas
    const strings = textOf(column.strings)
    this.#text = strings.text
    this.#lengths = strings.lengths
  }

  get done(): boolean {
    return this.#position >= this.#data.length
  }

  next(depth = 0): unknown {
    if (depth > maxDepth) throw new ValuesError('nested too deep')
    const tag = this.#byte()
    switch (tag) {
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      case INT:
        return this.#zigzag()
      case FLOAT:
        return this.#float()
      case DOUBLE:
        return this.#boxed ? schemalessDouble(this.#float()) : this.#float()
      case BIGINT: {
        this.#need(8)
        this.#position += 8
        return this.#view.getBigInt64(this.#position - 8, true)
      }
      case BIGTEXT:
        return this.#bigtext()
      case STRING:
        return this.#nextString()
      case BYTES:
        return this.#bytes()
      case ARRAY: {
        const count = this.#count(1)
        // long ones grow: each of many nested in each other may claim all that is left
        const items = new Array<unknown>(Math.min(count, maxReserved))
        for (let index = 0; index < count; index++) items[index] = this.next(depth + 1)
        return items
      }
      case OBJECT:
        return this.#object(depth)
      case MAP: {
        const map = new Map<unknown, unknown>()
        for (let left = this.#count(2); left > 0; left--) map.set(this.next(depth + 1), this.next(depth + 1))
        return map
      }
      case STRUCT: {
        const schema = this.#schemas[this.#varint()]
        if (schema?.type !== 'STRUCT') throw new ValuesError('a struct names no struct schema')
        const struct = new Struct(schema)
        for (let index = 0; index < schema.fields.length; index++) struct.setAt(index, this.next(depth + 1))
        return struct
      }
      case DATE:
        return new Date(this.#float())
      case DECIMAL: {
        const scale = this.#zigzag()
        const bytes = this.#bytes()
        if (bytes.length === 0) throw new ValuesError('a decimal without digits')
        return Decimal.fromBytes(bytes, scale)
      }
      default:
        throw new ValuesError(`unknown tag ${tag}`)
    }
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    const count = this.#count(2)
    for (let index = 0; index < count; index++) {
      const name = this.#names[this.#varint()]
      if (name === undefined) throw new ValuesError('a name index past the names')
      const value = this.next(depth + 1)
      // `__proto__` must become a key like any other, never the prototype
      if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
      else if (depth === 0) setAt(object, index, name, value)
      else object[name] = value
    }
    return object
  }
  #bigtext(): bigint {
    const text = this.#nextString()
    if (!/^-?\d{1,10000}$/.test(text)) throw new ValuesError('not a big integer')
    return BigInt(text)
  }
  #nextString(): string {
    const length = this.#lengths[this.#string++]
    if (length === undefined || length < 0 || this.#char + length > this.#text.length) throw new ValuesError('a string past the strings')
    this.#char += length
    return this.#text.substring(this.#char - length, this.#char)
  }
  #bytes(): Uint8Array {
    const length = this.#count(1)
    this.#position += length
    return this.#data.slice(this.#position - length, this.#position)
  }
  #float(): number {
    this.#need(8)
    this.#position += 8
    return this.#view.getFloat64(this.#position - 8, true)
  }
  #zigzag(): number {
    const raw = this.#varint()
    return (raw >>> 1) ^ -(raw & 1)
  }
  /** A count of things of at least `size` bytes each: never more than what is left, so that a lie cannot allocate. */
  #count(size: number): number {
    const count = this.#varint()
    if (count * size > this.#data.length - this.#position) throw new ValuesError('a count past the end')
    return count
  }
  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new ValuesError('a varint of more than 5 bytes')
  }
  #byte(): number {
    const byte = this.#data[this.#position++]
    if (byte === undefined) throw new ValuesError('the column ends in the middle of a value')
    return byte
  }
  #need(bytes: number): void {
    if (this.#position + bytes > this.#data.length) throw new ValuesError('the column ends in the middle of a value')
  }
}

/**
 * `object[name] = value`. V8 remembers of each line that stores by name the one name it was met with, and looks names up anew once there were
 * two. The keys of records mostly come in the same order: with a line for each place of them an object of ten keys is made in a fifth of the time.
 */
const setAt = (object: Record<string, unknown>, index: number, name: string, value: unknown): void => {
  switch (index) {
    case 0: object[name] = value; break
    case 1: object[name] = value; break
    case 2: object[name] = value; break
    case 3: object[name] = value; break
    case 4: object[name] = value; break
    case 5: object[name] = value; break
    case 6: object[name] = value; break
    case 7: object[name] = value; break
    case 8: object[name] = value; break
    case 9: object[name] = value; break
    case 10: object[name] = value; break
    case 11: object[name] = value; break
    case 12: object[name] = value; break
    case 13: object[name] = value; break
    case 14: object[name] = value; break
    case 15: object[name] = value; break
    default: object[name] = value
  }
}

const textOf = (strings: TextColumn): { readonly text: string; readonly lengths: Int32Array } => {
  if (strings.kind !== 'text') throw new ValuesError('the strings of a values column must be in text form here')
  return strings
}
