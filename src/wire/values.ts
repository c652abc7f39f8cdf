/**
 * The tagged binary encoding of values that are neither plain text nor bytes: one value after another, read front to back.
 *
 *   value   := tag payload
 *   NULL 0 | FALSE 1 | TRUE 2
 *   INT 3      zigzag varint (int32)            FLOAT 4    8 bytes little-endian
 *   BIGINT 5   8 bytes little-endian (int64)    BIGTEXT 6  next string: decimal digits (beyond int64)
 *   STRING 7   the next string of the column    BYTES 8    varint length, bytes
 *   ARRAY 9    varint count, values             OBJECT 10  varint count, (varint name index, value)…
 *   MAP 11     varint count, (value, value)…    STRUCT 12  varint schema index, one value per field in order
 *   DATE 13    8 bytes: milliseconds as float64 DECIMAL 14 zigzag varint scale, varint length, unscaled two's complement
 *   DOUBLE 15  8 bytes little-endian: a FLOAT that the host must not take for a Long (data/java-double.ts); a plain number to a guest
 *
 * Strings stand apart, in the order met, so that the host encodes and decodes them natively in one go. Object keys are a
 * per-column dictionary. The reader (values-reader.ts) checks bounds, counts, indexes and depth (ValuesError).
 */
import { JavaDouble, JavaFloating } from '../data/java-double.ts'
import { Decimal } from '../data/logical.ts'
import type { Schema } from '../data/schema.ts'
import { isPlainObject, kindOf, Struct } from '../data/struct.ts'
import type { TextColumn, ValuesColumn } from './batch.ts'

export const maxDepth = 200
export const Tag = {
  NULL: 0, FALSE: 1, TRUE: 2, INT: 3, FLOAT: 4, BIGINT: 5, BIGTEXT: 6, STRING: 7, BYTES: 8, ARRAY: 9, OBJECT: 10, MAP: 11, STRUCT: 12, DATE: 13, DECIMAL: 14, DOUBLE: 15,
} as const
const { NULL, FALSE, TRUE, INT, FLOAT, BIGINT, BIGTEXT, STRING, BYTES, ARRAY, OBJECT, MAP, STRUCT, DATE, DECIMAL, DOUBLE } = Tag

/** A value that cannot cross (writer), or bytes that are no values (reader). */
export class ValuesError extends Error {
  override readonly name = 'ValuesError'
}

/** Where structs find the number of their schema. */
export interface SchemaIndex {
  indexOf(schema: Schema): number
}
/** Where the strings of a column go; `finish` gives them as a column. */
export interface TextSink {
  add(text: string): void
  finish(): TextColumn
}
class JoinedTexts implements TextSink {
  readonly #strings: string[] = []
  add(text: string): void {
    this.#strings.push(text)
  }
  finish(): TextColumn {
    const lengths = new Int32Array(this.#strings.length)
    for (let index = 0; index < lengths.length; index++) lengths[index] = (this.#strings[index] as string).length
    return { kind: 'text', lengths, text: this.#strings.join('') }
  }
}

/** Writes values one after another; codecs that know what comes write the parts of a value themselves (`struct`, `object`, `date` …). */
export class ValuesWriter {
  #data: Uint8Array
  #view: DataView
  #length = 0
  readonly #strings: TextSink
  readonly #names: string[] = []
  readonly #nameIndex = new Map<string, number>()
  readonly #schemas: SchemaIndex

  /** `expectedBytes`: as long as the column is likely to be. */
  constructor(schemas: SchemaIndex, strings: TextSink = new JoinedTexts(), expectedBytes = 1024) {
    this.#schemas = schemas
    this.#strings = strings
    this.#data = new Uint8Array(expectedBytes)
    this.#view = new DataView(this.#data.buffer)
  }

  /** Appends one value. Throws ValuesError naming what cannot cross (functions, symbols, class instances, cycles). */
  write(value: unknown, depth = 0): void {
    this.#reserve(16)
    if (value === null || value === undefined) this.#tag(NULL)
    else if (typeof value === 'string') this.#string(STRING, value)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'boolean') this.#tag(value ? TRUE : FALSE)
    else if (typeof value === 'bigint') this.bigint(value)
    else if (depth >= maxDepth) throw new ValuesError(`a value is nested more than ${maxDepth} deep (is it cyclic?)`)
    else if (Array.isArray(value)) this.#array(value, depth)
    else if (value instanceof Uint8Array) this.#bytes(BYTES, value)
    else if (value instanceof Struct) this.#struct(value, depth)
    else if (value instanceof Map) this.#map(value, depth)
    else if (value instanceof Date) this.date(value.getTime())
    else if (value instanceof Decimal) {
      this.#tag(DECIMAL)
      this.#varint(zigzag(value.scale))
      this.#raw(value.toBytes())
    } else if (isPlainObject(value)) this.#object(value, depth)
    else if (value instanceof JavaDouble) this.double(value.value)
    else if (value instanceof JavaFloating) this.number(value.value)
    else throw new ValuesError(`${kindOf(value)} is not a Connect value; use strings, numbers, bigints, booleans, Uint8Array, Date, Decimal, arrays, Map, plain objects or Struct`)
  }

  finish(): ValuesColumn {
    return { kind: 'values', data: this.#data.slice(0, this.#length), strings: this.#strings.finish(), names: this.#names }
  }

  /** The bytes so far; another array after any write. */
  get data(): Uint8Array {
    return this.#data
  }
  get length(): number {
    return this.#length
  }
  /** Forgets what was written since the column was so long; its strings are the sink's to forget. */
  rollback(length: number): void {
    this.#length = length
  }
  nothing(): void {
    this.#reserve(1)
    this.#tag(NULL)
  }
  boolean(value: boolean): void {
    this.#reserve(1)
    this.#tag(value ? TRUE : FALSE)
  }
  number(value: number): void {
    this.#reserve(9)
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#tag(INT)
      this.#varint(zigzag(value))
    } else {
      this.#tag(FLOAT)
      this.#float(value)
    }
  }
  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) return this.#string(BIGTEXT, String(value))
    this.#reserve(9)
    this.#tag(BIGINT)
    this.#view.setBigInt64(this.#length, value, true)
    this.#length += 8
  }
  date(ms: number): void {
    this.#reserve(9)
    this.#tag(DATE)
    this.#float(ms)
  }
  /** A number that Java has as a Double. */
  double(value: number): void {
    this.#reserve(9)
    this.#tag(DOUBLE)
    this.#float(value)
  }
  /** The text itself is added to the sink. */
  textTag(): void {
    this.#reserve(1)
    this.#tag(STRING)
  }
  /** Room for so many bytes: where in `data` they are to be put. */
  bytes(length: number): number {
    this.#reserve(6)
    this.#tag(BYTES)
    return this.#room(length)
  }
  /** The same for the unscaled value of a decimal. */
  decimalBytes(scale: number, length: number): number {
    this.#reserve(11)
    this.#tag(DECIMAL)
    this.#varint(zigzag(scale))
    return this.#room(length)
  }
  /** The values of all fields follow, in order. */
  struct(schema: Schema): void {
    this.#reserve(6)
    this.#tag(STRUCT)
    this.#varint(this.#schemas.indexOf(schema))
  }
  /** Entries follow, each a name and a value; `setCount` with what this returns says how many. */
  object(): number {
    return this.#open(OBJECT)
  }
  array(): number {
    return this.#open(ARRAY)
  }
  /** Entries follow, each a key and a value. */
  map(): number {
    return this.#open(MAP)
  }
  /** One byte is kept for a count; what follows makes room for a longer one. */
  setCount(place: number, count: number): void {
    if (count <= 0x7f) {
      this.#data[place] = count
      return
    }
    const end = this.#length
    this.#length = place
    this.#reserve(end - place + 5)
    const rest = this.#data.slice(place + 1, end)
    this.#varint(count)
    this.#data.set(rest, this.#length)
    this.#length += rest.length
  }
  name(index: number): void {
    this.#reserve(5)
    this.#varint(index)
  }
  nameIndex(name: string): number {
    let index = this.#nameIndex.get(name)
    if (index === undefined) {
      index = this.#names.push(name) - 1
      this.#nameIndex.set(name, index)
    }
    return index
  }

  #open(tag: number): number {
    this.#reserve(2)
    this.#tag(tag)
    return this.#length++
  }
  #room(length: number): number {
    this.#varint(length)
    this.#reserve(length)
    this.#length += length
    return this.#length - length
  }
  #array(value: readonly unknown[], depth: number): void {
    this.#tag(ARRAY)
    this.#varint(value.length)
    for (let index = 0; index < value.length; index++) this.write(value[index], depth + 1)
  }
  #object(value: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(value)
    this.#tag(OBJECT)
    this.#varint(keys.length)
    for (const key of keys) {
      this.name(this.nameIndex(key))
      this.write(value[key], depth + 1)
    }
  }
  #map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.#tag(MAP)
    this.#varint(value.size)
    for (const [key, item] of value) {
      this.write(key, depth + 1)
      this.write(item, depth + 1)
    }
  }
  #struct(value: Struct, depth: number): void {
    this.struct(value.schema)
    const width = value.schema.fields.length
    for (let index = 0; index < width; index++) this.write(value.at(index), depth + 1)
  }
  #string(tag: number, value: string): void {
    this.#tag(tag)
    this.#strings.add(value)
  }
  #bytes(tag: number, value: Uint8Array): void {
    this.#tag(tag)
    this.#raw(value)
  }
  #raw(value: Uint8Array): void {
    this.#varint(value.length)
    this.#reserve(value.length)
    this.#data.set(value, this.#length)
    this.#length += value.length
  }
  #float(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }
  #tag(tag: number): void {
    this.#data[this.#length++] = tag
  }
  #varint(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.#data[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#data[this.#length++] = rest
  }
  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#data.length) return
    const grown = new Uint8Array(Math.max(this.#data.length * 2, this.#length + bytes + 16))
    grown.set(this.#data)
    this.#data = grown
    this.#view = new DataView(grown.buffer)
  }
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0
