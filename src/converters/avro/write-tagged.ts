/**
 * Tagged values (wire/values.ts) straight to Avro's bytes, by a plan per schema: no value is made on the way. What it does not know
 * (schemaless parts, values of the wrong type …) it leaves to the general writer (write-plan.ts), which has the
 * errors too and whose bytes these must equal.
 */
import { javaUtf8Text } from '../../data/java-utf8.ts'
import { dateName, decimalName, msPerDay, timeName, timestampName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import type { ValuesCursor } from '../../wire/values-cursor.ts'
import { maxDepth, Tag } from '../../wire/values.ts'
import { asBuffer, Scratch } from '../columns.ts'
import { putBoolean, putDouble, putFloat, putLong, putLongHalves } from './binary.ts'
import { type AvroDataOptions, hasTextKeys, isUnionSchema, required } from './options.ts'
import { Recursion } from './recursion.ts'
import { type AvroType, primitive, type UnionType } from './schema.ts'
import { compileWriter, sameStruct } from './write-plan.ts'

/** The column that values are read from, front to back. */
export class TaggedColumn {
  readonly cursor: ValuesCursor
  readonly data: Buffer
  readonly schemas: readonly Schema[]
  depth = 0
  readonly #names: readonly string[]
  readonly #nameBytes: Buffer[] = []
  constructor(cursor: ValuesCursor, schemas: readonly Schema[], names: readonly string[]) {
    this.cursor = cursor
    this.data = asBuffer(cursor.data)
    this.schemas = schemas
    this.#names = names
  }
  /** UTF-8 of the key of an object. */
  name(index: number): Buffer | null {
    const known = this.#nameBytes[index]
    if (known !== undefined) return known
    const name = this.#names[index]
    return name === undefined ? null : (this.#nameBytes[index] = Buffer.from(javaUtf8Text(name)))
  }
}
/** A value whose tag has been read; false when the general writer has to do it. Cursor and scratch may be anywhere in the value then. */
type WriteTagged = (tag: number, from: TaggedColumn, to: Scratch) => boolean
export type TaggedPlan = {
  /** The index of the union's member before the value; -1: no union. */
  readonly head: number
  /** What a null is written as; null: it may not be. */
  readonly onNull: Buffer | null
  readonly write: WriteTagged
}

/** `type` is what `avroFromConnect` made of `schema`. Null: nothing but the general writer knows such values. */
export const compileTagged = (schema: Schema, type: AvroType, options: AvroDataOptions): TaggedPlan | null => planOf(schema, type, { options, structs: new Recursion() }, null)
type Context = { readonly options: AvroDataOptions; readonly structs: Recursion<WriteTagged | null> }

export const writeTagged = ({ head, onNull, write }: TaggedPlan, from: TaggedColumn, to: Scratch): boolean => {
  const tag = from.cursor.tag()
  if (tag === Tag.NULL) return onNull !== null && copied(to, onNull, 0, onNull.length)
  if (head >= 0) putLong(to, head)
  return write(tag, from, to)
}

/** `onNull`: the default of a field, which stands in for a null. */
const planOf = (schema: Schema | null, type: AvroType, context: Context, onNull: unknown): TaggedPlan | null => {
  if (schema === null) return null
  const isUnion = isUnionSchema(schema) && type.kind === 'union'
  const nullIndex = type.kind === 'union' && schema.isOptional ? type.types.findIndex((each) => each.kind === 'null') : -1
  if (isUnion) {
    const write = unionWriter(schema, type, context)
    return write && { head: -1, write, onNull: nullIndex < 0 ? null : longBytes(nullIndex) }
  }
  const inner = nullIndex < 0 || type.kind !== 'union' ? type : type.types[1 - nullIndex]
  const write = inner === undefined ? null : valueWriter(required(schema), inner, context)
  if (write === null) return null
  return { head: nullIndex < 0 ? -1 : 1 - nullIndex, write, onNull: onNull === null ? (nullIndex < 0 ? null : longBytes(nullIndex)) : bytesOf((to) => compileWriter(schema, type, context.options)(onNull, to)) }
}
const bytesOf = (write: (to: Scratch) => void): Buffer | null => {
  const to = new Scratch()
  try {
    write(to)
  } catch {
    return null // the general writer says what is wrong with the default
  }
  return Buffer.from(to.bytes.subarray(0, to.length))
}
const longBytes = (value: number): Buffer | null => bytesOf((to) => putLong(to, value))

const copied = (to: Scratch, from: Buffer, start: number, end: number): true => {
  to.copy(from, start, end)
  return true
}

const valueWriter = (schema: Schema, type: AvroType, context: Context): WriteTagged | null => {
  switch (schema.name) {
    case decimalName:
      return decimalWriter(schema, type)
    case dateName:
    case timeName:
    case timestampName:
      return dateWriter(schema.name)
  }
  switch (schema.type) {
    case 'INT8':
      return intWriter(0x80)
    case 'INT16':
      return intWriter(0x8000)
    case 'INT32':
      return intWriter(2 ** 31)
    case 'INT64':
      return writeLong
    case 'FLOAT32':
      return floatWriter(putFloat)
    case 'FLOAT64':
      return floatWriter(putDouble)
    case 'BOOLEAN':
      return writeBoolean
    case 'STRING':
      return type.kind === 'enum' ? enumWriter(type.symbols) : writeString
    case 'BYTES':
      return type.kind === 'fixed' ? fixedWriter(type.size) : writeBytes
    case 'ARRAY':
      return arrayWriter(planOf(schema.valueSchema, type.kind === 'array' ? type.items : type, context, null))
    case 'MAP': {
      const [key, value] = type.kind === 'array' && type.items.kind === 'record' ? type.items.fields : []
      const keys = hasTextKeys(schema, context.options) ? textKey : key && planOf(schema.keySchema, key.type, context, null)
      return mapWriter(keys ?? null, planOf(schema.valueSchema, type.kind === 'map' ? type.values : (value?.type ?? type), context, null))
    }
    case 'STRUCT':
      return context.structs.of(schema, type, () => structWriter(schema, type, context), late)
  }
}

/** One that turns out not to be known fails the struct around it too, so that nobody ever asks. */
const late = (made: () => WriteTagged | null): WriteTagged => (tag, from, to) => made()?.(tag, from, to) ?? false
const intWriter = (limit: number): WriteTagged => (tag, { cursor }, to) => {
  if (tag !== Tag.INT) return false
  const value = cursor.int()
  if (value < -limit || value >= limit) return false
  putLong(to, value)
  return true
}
const writeLong: WriteTagged = (tag, { cursor }, to) => {
  if (tag === Tag.INT) putLong(to, cursor.int())
  else if (tag === Tag.BIGINT) {
    cursor.halves()
    putLongHalves(to, cursor.low, cursor.high)
  } else {
    const value = tag === Tag.FLOAT ? cursor.float() : NaN
    if (!Number.isSafeInteger(value)) return false
    putLong(to, value)
  }
  return true
}
const floatWriter = (put: (to: Scratch, value: number) => void): WriteTagged => (tag, { cursor }, to) => {
  if (tag !== Tag.INT && tag !== Tag.FLOAT) return false
  put(to, tag === Tag.INT ? cursor.int() : cursor.float())
  return true
}
const writeBoolean: WriteTagged = (tag, _from, to) => {
  if (tag !== Tag.TRUE && tag !== Tag.FALSE) return false
  putBoolean(to, tag === Tag.TRUE)
  return true
}
export const writeString: WriteTagged = (tag, { cursor }, to) => {
  if (tag !== Tag.STRING) return false
  cursor.string()
  putLong(to, cursor.end - cursor.start)
  return copied(to, cursor.text, cursor.start, cursor.end)
}
const textKey: TaggedPlan = { head: -1, onNull: null, write: writeString }
const enumWriter = (symbols: readonly string[]): WriteTagged => {
  const indexes = new Map(symbols.map((symbol, index) => [symbol, index]))
  return (tag, { cursor }, to) => {
    if (tag !== Tag.STRING) return false
    cursor.string()
    const index = indexes.get(cursor.text.toString('utf8', cursor.start, cursor.end))
    if (index === undefined) return false
    putLong(to, index)
    return true
  }
}
const writeBytes: WriteTagged = (tag, { cursor, data }, to) => {
  if (tag !== Tag.BYTES) return false
  cursor.bytes()
  putLong(to, cursor.end - cursor.start)
  return copied(to, data, cursor.start, cursor.end)
}
const fixedWriter = (size: number): WriteTagged => (tag, { cursor, data }, to) => {
  if (tag !== Tag.BYTES) return false
  cursor.bytes()
  return cursor.end - cursor.start === size && copied(to, data, cursor.start, cursor.end)
}
const decimalWriter = (schema: Schema, type: AvroType): WriteTagged | null => {
  const scale = Number(schema.parameters?.get('scale'))
  if (!Number.isInteger(scale)) return null
  const size = type.kind === 'fixed' ? type.size : null
  return (tag, { cursor, data }, to) => {
    if (tag !== Tag.DECIMAL || cursor.int() !== scale) return false
    cursor.bytes()
    const { start, end } = cursor
    if (!isShortest(data, start, end) || (size !== null && end - start !== size)) return false
    if (size === null) putLong(to, end - start)
    return copied(to, data, start, end)
  }
}
/** Whether the first byte of a two's complement is needed: the general writer makes the shortest one of any. */
const isShortest = (data: Buffer, start: number, end: number): boolean => {
  const first = data[start]
  if (end - start < 2) return end > start
  return (data[start + 1] as number) < 0x80 ? first !== 0 : first !== 0xff
}
const dateWriter = (name: string): WriteTagged => (tag, { cursor }, to) => {
  if (tag !== Tag.DATE) return false
  const ms = cursor.float()
  if (!Number.isSafeInteger(ms) || (name === dateName && ms % msPerDay !== 0) || (name === timeName && (ms < 0 || ms > msPerDay))) return false
  const value = name === dateName ? ms / msPerDay : ms
  if (name === dateName && (value | 0) !== value) return false
  putLong(to, value)
  return true
}

const arrayWriter = (item: TaggedPlan | null): WriteTagged | null => item && ((tag, from, to) => {
  if (tag !== Tag.ARRAY || from.depth >= maxDepth) return false
  const count = from.cursor.count()
  if (count > 0) putLong(to, count)
  from.depth++
  for (let left = count; left > 0; left--) if (!writeTagged(item, from, to)) return false
  from.depth--
  putLong(to, 0)
  return true
})
const mapWriter = (key: TaggedPlan | null, value: TaggedPlan | null): WriteTagged | null => key && value && ((tag, from, to) => {
  if (tag === Tag.OBJECT && key === textKey) return writeObject(value, from, to)
  if (tag !== Tag.MAP || from.depth >= maxDepth) return false
  const count = from.cursor.count()
  if (count > 0) putLong(to, count)
  from.depth++
  for (let left = count; left > 0; left--) if (!writeTagged(key, from, to) || !writeTagged(value, from, to)) return false
  from.depth--
  putLong(to, 0)
  return true
})
/** A plain object as a map: its keys are those of the column. */
const writeObject = (value: TaggedPlan, from: TaggedColumn, to: Scratch): boolean => {
  if (from.depth >= maxDepth) return false
  const count = from.cursor.count()
  if (count > 0) putLong(to, count)
  from.depth++
  for (let left = count; left > 0; left--) {
    const name = from.name(from.cursor.count())
    if (name === null) return false
    putLong(to, name.length)
    to.copy(name, 0, name.length)
    if (!writeTagged(value, from, to)) return false
  }
  from.depth--
  putLong(to, 0)
  return true
}
const structWriter = (schema: Schema, type: AvroType, context: Context): WriteTagged | null => {
  if (type.kind !== 'record') return null
  const fields = schema.fields.map((field, index) =>
    planOf(field.schema, type.fields[index]?.type ?? primitive('null'), context, context.options.ignoreDefaultForNullables ? null : (field.schema.defaultValue ?? null)))
  const isOwn = ownStruct(schema)
  return fields.every((field) => field !== null) ? (tag, from, to) => {
    if (tag !== Tag.STRUCT || from.depth >= maxDepth || !isOwn(from.schemas[from.cursor.count()])) return false
    from.depth++
    for (let index = 0; index < fields.length; index++) if (!writeTagged(fields[index] as TaggedPlan, from, to)) return false
    from.depth--
    return true
  } : null
}
/** The first field that is set is the value; the others are passed over. */
const unionWriter = (schema: Schema, { types }: UnionType, context: Context): WriteTagged | null => {
  const first = types[0]?.kind === 'null' ? 1 : 0
  const members = schema.fields.map((field, index) => valueWriter(required(field.schema), types[first + index] ?? primitive('null'), context))
  const isOwn = ownStruct(schema)
  return members.every((member) => member !== null) ? (tag, from, to) => {
    const { cursor } = from
    if (tag !== Tag.STRUCT || from.depth >= maxDepth || !isOwn(from.schemas[cursor.count()])) return false
    let isWritten = false
    from.depth++
    for (let index = 0; index < members.length; index++) {
      if (isWritten) cursor.skip()
      else {
        const inner = cursor.tag()
        if (inner === Tag.NULL) continue
        putLong(to, first + index)
        if (!(members[index] as WriteTagged)(inner, from, to)) return false
        isWritten = true
      }
    }
    from.depth--
    return isWritten
  } : null
}
/** Batch after batch brings the same schema objects: they are compared once. */
const ownStruct = (schema: Schema): ((given: Schema | undefined) => boolean) => {
  let own = schema
  return (given) => {
    if (given === undefined) return false
    if (given === own) return true
    if (!sameStruct(given, schema)) return false
    own = given
    return true
  }
}
