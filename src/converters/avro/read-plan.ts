/** An Avro schema and the Connect schema made of it, compiled into a function that reads Avro's bytes straight into a column of tagged values (wire/values.ts). */
import { isUtf8 } from 'node:buffer'
import { DataException } from '../../data/errors.ts'
import { dateName, decimalName, msPerDay, timeName, timestampName, toLogical } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import type { TextColumn } from '../../wire/batch.ts'
import type { SchemaTable } from '../../wire/schema-table.ts'
import { Utf8Texts } from '../../wire/utf8-texts.ts'
import { maxDepth, ValuesWriter } from '../../wire/values.ts'
import { copyBytes } from '../columns.ts'
import { isAnything, readAnything } from './anything.ts'
import type { AvroCursor } from './binary.ts'
import { type AvroDataOptions, isUnionSchema } from './options.ts'
import { Recursion } from './recursion.ts'
import { type AvroType, primitive, type RecordType, type UnionType } from './schema.ts'
import { connectFromAvro } from './to-connect.ts'

export type Mark = { readonly values: number; readonly texts: number }
/** Where values go. `isTrusting`: texts are copied unseen; whether all of them were text is told at the end, at once (`isText`). */
export class TaggedTarget {
  readonly texts: Utf8Texts
  readonly values: ValuesWriter
  readonly isTrusting: boolean
  depth = 0
  /** Values are read over, and taken back: in which order they are written does not matter. */
  isOver = false
  #startsWhole = true
  constructor(schemas: SchemaTable, isTrusting: boolean, expected: Mark) {
    this.texts = new Utf8Texts(expected.texts)
    this.values = new ValuesWriter(schemas, this.texts, expected.values)
    this.isTrusting = isTrusting
  }
  text(from: Buffer, start: number, end: number): void {
    // a continuation byte could make a whole of two broken neighbours
    if (end > start && ((from[start] as number) & 0xc0) === 0x80) this.#startsWhole = false
    this.values.textTag()
    this.texts.addRange(from, start, end)
  }
  mark(): Mark {
    return { values: this.values.length, texts: this.texts.count }
  }
  rollback({ values, texts }: Mark): void {
    this.values.rollback(values)
    this.texts.rollback(texts)
  }
  isText(column: TextColumn): boolean {
    return this.#startsWhole && column.kind === 'utf8' && isUtf8(column.bytes)
  }
}
export type ReadAvro = (from: AvroCursor, to: TaggedTarget) => void
/** `schema` is null for schemaless values. */
export type ReadPlan = { readonly schema: Schema | null; readonly read: ReadAvro; readonly isString: boolean }

export const compileReader = (type: AvroType, version: number | null, options: AvroDataOptions): ReadPlan => {
  if (isAnything(type)) return { schema: null, isString: false, read: (from, to) => to.values.write(readAnything(from)) }
  const schema = connectFromAvro(type, version, options)
  // bytes and nothing else stand without a length
  return { schema, isString: type.kind === 'string' || type.kind === 'enum', read: type.kind === 'bytes' ? fixedReader(schema, (from) => from.left) : reader(type, schema, new Recursion()) }
}

type Structs = Recursion<ReadAvro>
const reader = (type: AvroType, schema: Schema, structs: Structs): ReadAvro => {
  switch (type.kind) {
    case 'null':
      return readNull
    case 'boolean':
      return (from, to) => to.values.boolean(from.boolean())
    case 'int':
      return dateReader(schema) ?? intReader(schema)
    case 'long':
      return dateReader(schema) ?? ((from, to) => long(to.values, from.long()))
    case 'float':
      return (from, to) => to.values.number(from.float())
    case 'double':
      return (from, to) => to.values.number(from.double())
    case 'bytes':
      return fixedReader(schema, (from) => from.length())
    case 'fixed':
      return fixedReader(schema, () => type.size)
    case 'string':
      return readString
    case 'enum':
      return enumReader(type.symbols)
    case 'array':
      return schema.type === 'MAP' ? entriesReader(type.items, schema, structs) : arrayReader(reader(type.items, inner(schema.valueSchema), structs))
    case 'map':
      return mapReader(entryReader(readString, reader(type.values, inner(schema.valueSchema), structs)))
    case 'record':
      return structs.of(schema, type, () => recordReader(type, schema, structs), (made) => (from, to) => made()(from, to))
    case 'union':
      return unionReader(type, schema, structs)
  }
}
const outside = (what: string): never => {
  throw new DataException(`The Avro data names ${what}`)
}
const inner = (schema: Schema | null): Schema => schema ?? outside('an element without a schema')

const readNull: ReadAvro = (_from, to) => to.values.nothing()
const long = (to: ValuesWriter, value: number | bigint): void => (typeof value === 'number' ? to.number(value) : to.bigint(value))
const intReader = (schema: Schema): ReadAvro => {
  if (schema.type === 'INT8') return (from, to) => to.values.number((from.int() << 24) >> 24)
  return schema.type === 'INT16' ? (from, to) => to.values.number((from.int() << 16) >> 16) : (from, to) => to.values.number(from.int())
}
/** Beyond these a JavaScript date has no value. */
const maxDateMs = 8.64e15
const dateReader = (schema: Schema): ReadAvro | null => {
  const { name } = schema
  if (name !== dateName && name !== timeName && name !== timestampName) return null
  const unitMs = name === dateName ? msPerDay : 1
  const [least, most] = name === timeName ? [0, msPerDay] : [-maxDateMs, maxDateMs]
  return (from, to) => {
    const value = from.long()
    const ms = Number(value) * unitMs
    if (ms >= least && ms <= most) to.values.date(ms)
    else to.values.write(toLogical(schema, value)) // this throws, and says why
  }
}
const readString: ReadAvro = (from, to) => {
  if (!to.isTrusting) return to.values.write(from.string())
  const length = from.length()
  const start = from.take(length)
  to.text(from.buffer, start, start + length)
}
const enumReader = (symbols: readonly string[]): ReadAvro => {
  const texts = symbols.map((symbol) => Buffer.from(symbol))
  return (from, to) => {
    const index = from.int()
    const text = texts[index] ?? outside(`symbol ${index} of an enum of ${texts.length}`)
    to.text(text, 0, text.length)
  }
}
const fixedReader = (schema: Schema, sizeOf: (from: AvroCursor) => number): ReadAvro => {
  const scale = Number(schema.parameters?.get('scale'))
  const isDecimal = schema.name === decimalName
  return (from, to) => {
    const size = sizeOf(from)
    const start = from.take(size)
    const { buffer } = from
    const { values } = to
    if (!isDecimal) {
      const at = values.bytes(size)
      copyBytes(buffer, start, start + size, values.data, at)
      return
    }
    // no digits, or no scale: this throws
    if (size === 0 || !Number.isInteger(scale)) return values.write(toLogical(schema, new Uint8Array(buffer.subarray(start, start + size))))
    const first = shortest(buffer, start, start + size)
    const length = start + size - first
    const at = values.decimalBytes(scale, length)
    copyBytes(buffer, first, first + length, values.data, at)
  }
}
/** Past the bytes that a two's complement can be without. */
const shortest = (bytes: Buffer, start: number, end: number): number => {
  let at = start
  while (at + 1 < end && bytes[at] === ((bytes[at + 1] as number) < 0x80 ? 0 : 0xff)) at++
  return at
}

const enter = (to: TaggedTarget): void => {
  if (to.depth++ >= maxDepth) throw new DataException(`The Avro data is nested more than ${maxDepth} deep`)
}
const arrayReader = (item: ReadAvro): ReadAvro => (from, to) => {
  enter(to)
  const place = to.values.array()
  to.values.setCount(place, from.items(item, to))
  to.depth--
}
const mapReader = (entry: ReadAvro): ReadAvro => (from, to) => {
  enter(to)
  const place = to.values.map()
  to.values.setCount(place, from.items(entry, to))
  to.depth--
}
const entryReader = (key: ReadAvro, value: ReadAvro): ReadAvro => (from, to) => {
  key(from, to)
  value(from, to)
}
/** Maps whose keys are no strings: an array of records of key and value. */
const entriesReader = (items: AvroType, schema: Schema, structs: Structs): ReadAvro => {
  const [first, second] = items.kind === 'record' ? items.fields : []
  const typeOf = (name: string): AvroType => (first?.name === name ? first.type : (second?.type ?? primitive('null')))
  const [key, value] = [reader(typeOf('key'), inner(schema.keySchema), structs), reader(typeOf('value'), inner(schema.valueSchema), structs)]
  return mapReader(first?.name === 'key' ? entryReader(key, value) : reversedReader(key, value))
}
/** Tagged maps have the key first: the value is read over, and again when it is its turn. What is in it is read over once only, or every level of nesting would double the work. */
const reversedReader = (key: ReadAvro, value: ReadAvro): ReadAvro => (from, to) => {
  if (to.isOver) {
    value(from, to)
    return key(from, to)
  }
  const start = from.at
  const mark = to.mark()
  to.isOver = true
  value(from, to)
  to.isOver = false
  to.rollback(mark)
  key(from, to)
  const end = from.at
  from.at = start
  value(from, to)
  from.at = end
}
const recordReader = (type: RecordType, schema: Schema, structs: Structs): ReadAvro => {
  const fields = schema.fields.map((field, index) => reader(type.fields[index]?.type ?? type, field.schema, structs))
  return (from, to) => {
    enter(to)
    to.values.struct(schema)
    for (let index = 0; index < fields.length; index++) (fields[index] as ReadAvro)(from, to)
    to.depth--
  }
}
const unionReader = (type: UnionType, schema: Schema, structs: Structs): ReadAvro => {
  const isOptional = type.types.length === 2 && type.types.some((each) => each.kind === 'null')
  const isStruct = !isOptional && (type.types.length > 1 || isUnionSchema(schema))
  let field = 0
  const members = type.types.map((member): ReadAvro => {
    if (member.kind === 'null') return readNull
    if (!isStruct) return reader(member, schema, structs)
    const at = field++
    return memberReader(schema, at, reader(member, inner(schema.fields[at]?.schema ?? null), structs))
  })
  return (from, to) => {
    const index = from.int()
    const read = members[index] ?? outside(`type ${index} of a union of ${members.length}`)
    read(from, to)
  }
}
const memberReader = (schema: Schema, at: number, read: ReadAvro): ReadAvro => (from, to) => {
  enter(to)
  to.values.struct(schema)
  for (let index = 0; index < schema.fields.length; index++) {
    if (index === at) read(from, to)
    else to.values.nothing()
  }
  to.depth--
}
