/** A schema compiled into a function that writes its values as Avro: what depends on the schema alone is decided once. */
import { DataException } from '../../data/errors.ts'
import { decimalName, fromLogical } from '../../data/logical.ts'
import { javaClassOf } from '../../data/java-text.ts'
import type { Schema } from '../../data/schema.ts'
import { isPlainObject, Struct, takesText } from '../../data/struct.ts'
import type { Scratch } from '../columns.ts'
import { writeAnything } from './anything.ts'
import { putBoolean, putBytes, putDouble, putFixed, putFloat, putLong, putString } from './binary.ts'
import { type AvroDataOptions, hasTextKeys, isUnionSchema, required } from './options.ts'
import { Recursion } from './recursion.ts'
import type { AvroType, RecordType, UnionType } from './schema.ts'

/** Throws a DataException when the value does not fit its schema. */
export type WriteAvro = (value: unknown, to: Scratch) => void

/** `type` is what `avroFromConnect` made of `schema`. */
export const compileWriter = (schema: Schema | null, type: AvroType, options: AvroDataOptions): WriteAvro => anyWriter(schema, type, { options, structs: new Recursion() })

type Context = { readonly options: AvroDataOptions; readonly structs: Recursion<WriteAvro> }
const anyWriter = (schema: Schema | null, type: AvroType, context: Context): WriteAvro => {
  if (schema === null) return writeAnything
  if (isUnionSchema(schema) && type.kind === 'union') return unionWriter(schema, type, context)
  if (!schema.isOptional || type.kind !== 'union') {
    const write = plainWriter(schema, type, context)
    return (value, to) => {
      if (value === null || value === undefined) throw missing()
      write(value, to)
    }
  }
  const nullIndex = type.types.findIndex((each) => each.kind === 'null')
  const inner = type.types[1 - nullIndex]
  if (inner === undefined) throw new DataException('An optional schema should have an Avro Union type')
  const write = plainWriter(required(schema), inner, context)
  return (value, to) => {
    if (value === null || value === undefined) return putLong(to, nullIndex)
    putLong(to, 1 - nullIndex)
    write(value, to)
  }
}
const missing = (): DataException => new DataException('Found null value for non-optional schema')
const wrong = (schema: Schema, value: unknown): DataException => new DataException(`Invalid type for ${schema.type}: class ${javaClassOf(value)}`, { hint: takesText(schema) })

/** For values that are not null. */
const plainWriter = (schema: Schema, type: AvroType, context: Context): WriteAvro => {
  const write = baseWriter(schema, type, context)
  if (!isLogical(schema)) return write
  const isDecimal = schema.name === decimalName
  return (value, to) => {
    if (isDecimal ? !isDecimalValue(value) : !(value instanceof Date)) {
      throw new DataException(`Invalid type for ${shortName(schema)}, expected ${isDecimal ? 'BigDecimal' : 'Date'} but was class ${javaClassOf(value)}`, { hint: takesText(schema) })
    }
    write(fromLogical(schema, value), to)
  }
}
const isDecimalValue = (value: unknown): boolean => typeof value === 'object' && value !== null && 'unscaled' in value
const shortName = ({ name }: Schema): string => name?.slice(name.lastIndexOf('.') + 1) ?? ''
const logicalNames = new Set(['Decimal', 'Date', 'Time', 'Timestamp'].map((name) => `org.apache.kafka.connect.data.${name}`))
const isLogical = ({ name }: Schema): boolean => name !== null && logicalNames.has(name)

const baseWriter = (schema: Schema, type: AvroType, context: Context): WriteAvro => {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32': {
      const limit = schema.type === 'INT8' ? 0x80 : schema.type === 'INT16' ? 0x8000 : 2 ** 31
      return (value, to) => {
        if (typeof value !== 'number' || !Number.isInteger(value) || value < -limit || value >= limit) throw wrong(schema, value)
        putLong(to, value)
      }
    }
    case 'INT64':
      return (value, to) => {
        if (!isLong(value)) throw wrong(schema, value)
        putLong(to, value)
      }
    case 'FLOAT32':
    case 'FLOAT64': {
      const put = schema.type === 'FLOAT32' ? putFloat : putDouble
      return (value, to) => {
        if (typeof value !== 'number') throw wrong(schema, value)
        put(to, value)
      }
    }
    case 'BOOLEAN':
      return (value, to) => {
        if (typeof value !== 'boolean') throw wrong(schema, value)
        putBoolean(to, value)
      }
    case 'STRING':
      return type.kind === 'enum' ? enumWriter(schema, type.fullName, type.symbols) : (value, to) => {
        if (typeof value !== 'string') throw wrong(schema, value)
        putString(to, value)
      }
    case 'BYTES':
      return type.kind === 'fixed' ? fixedWriter(schema, type.size) : (value, to) => {
        if (!(value instanceof Uint8Array)) throw wrong(schema, value)
        putBytes(to, value)
      }
    case 'ARRAY': {
      const item = anyWriter(schema.valueSchema, type.kind === 'array' ? type.items : type, context)
      return (value, to) => {
        if (!Array.isArray(value)) throw wrong(schema, value)
        if (value.length > 0) putLong(to, value.length)
        for (const each of value as readonly unknown[]) item(each, to)
        putLong(to, 0)
      }
    }
    case 'MAP':
      return mapWriter(schema, type, context)
    case 'STRUCT':
      return context.structs.of(schema, type, () => structWriter(schema, type as RecordType, context), (made) => (value, to) => made()(value, to))
  }
}
const isLong = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
const enumWriter = (schema: Schema, name: string, symbols: readonly string[]): WriteAvro => {
  const indexes = new Map(symbols.map((symbol, index) => [symbol, index]))
  return (value, to) => {
    if (typeof value !== 'string') throw wrong(schema, value)
    const index = indexes.get(value)
    if (index === undefined) throw new DataException(`${value} is no symbol of the enum ${name}`)
    putLong(to, index)
  }
}
const fixedWriter = (schema: Schema, size: number): WriteAvro => {
  const isDecimal = schema.name === decimalName
  return (value, to) => {
    if (!(value instanceof Uint8Array)) throw wrong(schema, value)
    if (value.length === size) return putFixed(to, value)
    if (!isDecimal) throw new DataException(`${value.length} bytes for a fixed of ${size}`)
    if (value.length > size) throw new DataException(`Unscaled value byte array length ${value.length} is greater than fixed size ${size}`)
    const padded = new Uint8Array(size).fill((value[0] ?? 0) >= 0x80 ? 0xff : 0)
    padded.set(value, size - value.length)
    putFixed(to, padded)
  }
}
const mapWriter = (schema: Schema, type: AvroType, context: Context): WriteAvro => {
  const withText = hasTextKeys(schema, context.options)
  const entry = type.kind === 'array' && type.items.kind === 'record' ? type.items.fields : []
  const key = withText ? writeKey : anyWriter(schema.keySchema, entry[0]?.type ?? type, context)
  const item = anyWriter(schema.valueSchema, type.kind === 'map' ? type.values : (entry[1]?.type ?? type), context)
  return (value, to) => {
    if (!(value instanceof Map) && !isPlainObject(value)) throw wrong(schema, value)
    const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value)
    if (entries.length > 0) putLong(to, entries.length)
    for (const [name, each] of entries) {
      key(name, to)
      item(each, to)
    }
    putLong(to, 0)
  }
}
const writeKey: WriteAvro = (value, to) => {
  if (typeof value !== 'string') throw value === null ? missing() : new DataException(`Invalid type for MAP: a key of class ${javaClassOf(value)}`)
  putString(to, value)
}
const checkStruct = (schema: Schema, value: unknown): Struct => {
  if (!(value instanceof Struct)) throw wrong(schema, value)
  if (value.schema !== schema && !sameStruct(value.schema, schema)) throw new DataException('Mismatching struct schema')
  return value
}
/** An optional field and its struct differ in being optional only; the schema they were made of was the field's. */
export const sameStruct = (given: Schema, schema: Schema): boolean => given.equals(schema) || (given.isOptional && required(given).equals(schema))
const structWriter = (schema: Schema, type: RecordType, context: Context): WriteAvro => {
  const writers = schema.fields.map((field, index) => anyWriter(field.schema, type.fields[index]?.type ?? type, context))
  const defaults = schema.fields.map((field) => (context.options.ignoreDefaultForNullables ? null : (field.schema.defaultValue ?? null)))
  return (value, to) => {
    const struct = checkStruct(schema, value)
    for (let index = 0; index < writers.length; index++) (writers[index] as WriteAvro)(struct.at(index) ?? defaults[index], to)
  }
}
/** A union is held as a struct with one field for each of its types: the first that is set is the value. */
const unionWriter = (schema: Schema, type: UnionType, context: Context): WriteAvro => {
  const first = type.types[0]?.kind === 'null' ? 1 : 0
  const writers = schema.fields.map((field, index) => anyWriter(required(field.schema), type.types[first + index] as AvroType, context))
  return (value, to) => {
    if (value !== null && value !== undefined) {
      const struct = checkStruct(schema, value)
      for (let index = 0; index < writers.length; index++) {
        const member = struct.at(index)
        if (member === null) continue
        putLong(to, first + index)
        return (writers[index] as WriteAvro)(member, to)
      }
    }
    if (!schema.isOptional) throw missing()
    putLong(to, 0)
  }
}
