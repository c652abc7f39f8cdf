/** The converters of one fixed-size value: Boolean, Short, Integer, Long, Float, Double. Big-endian, as Kafka's serializers. */
import { DataException } from '../data/errors.ts'
import { JavaDouble, JavaFloat } from '../data/java-double.ts'
import { schemas } from '../data/schema-builder.ts'
import type { Schema } from '../data/schema.ts'
import { type Scratch, Scratch as NewScratch } from './columns.ts'
import { decodeRows, encodeRows } from './encode-rows.ts'
import { javaClassOf } from '../data/java-text.ts'
import type { MakeConverter } from './types.ts'

type Kind = {
  readonly simpleName: string
  readonly schema: Schema
  readonly bytes: number
  /** Kafka's words in its messages. */
  readonly word: string
  readonly fits: (value: unknown) => boolean
  readonly write: (to: Buffer, at: number, value: never) => void
  readonly read: (from: Buffer, at: number) => unknown
}

const integer = (bits: number) => (value: unknown): boolean =>
  typeof value === 'bigint' ? BigInt.asIntN(bits, value) === value : bits === 64 ? Number.isSafeInteger(value) : Number.isInteger(value) && Math.abs(value as number) <= 2 ** (bits - 1) && value !== 2 ** (bits - 1)
/** Without a schema a number is whatever the converter is for: JavaScript does not tell 2 from 2.0, nor a short from a long. */
const isNumber = (value: unknown): boolean => typeof value === 'number'
/** With a schema it is what the schema says, and no other will do: a Byte is no Short. */
const isOf = (kind: Kind, schema: Schema | null): boolean => schema === null || schema.type === kind.schema.type
/** A box is what it says. */
const plain = (kind: Kind, value: unknown): unknown =>
  (value instanceof JavaDouble && kind.word === 'double') || (value instanceof JavaFloat && kind.word === 'float') ? value.value : value

const kinds: readonly Kind[] = [
  { simpleName: 'ShortConverter', schema: schemas.OPTIONAL_INT16_SCHEMA, bytes: 2, word: 'short', fits: integer(16), write: (to, at, value) => to.writeInt16BE(Number(value), at), read: (from, at) => from.readInt16BE(at) },
  { simpleName: 'IntegerConverter', schema: schemas.OPTIONAL_INT32_SCHEMA, bytes: 4, word: 'integer', fits: integer(32), write: (to, at, value) => to.writeInt32BE(Number(value), at), read: (from, at) => from.readInt32BE(at) },
  {
    simpleName: 'LongConverter', schema: schemas.OPTIONAL_INT64_SCHEMA, bytes: 8, word: 'long', fits: integer(64), write: (to, at, value) => to.writeBigInt64BE(BigInt(value), at),
    read: (from, at) => {
      const value = from.readBigInt64BE(at)
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    },
  },
  { simpleName: 'FloatConverter', schema: schemas.OPTIONAL_FLOAT32_SCHEMA, bytes: 4, word: 'float', fits: isNumber, write: (to, at, value) => to.writeFloatBE(value, at), read: (from, at) => from.readFloatBE(at) },
  { simpleName: 'DoubleConverter', schema: schemas.OPTIONAL_FLOAT64_SCHEMA, bytes: 8, word: 'double', fits: isNumber, write: (to, at, value) => to.writeDoubleBE(value, at), read: (from, at) => from.readDoubleBE(at) },
]

const make = (kind: Kind): MakeConverter => () => {
  const scratch = new NewScratch()
  return {
    className: `org.apache.kafka.connect.converters.${kind.simpleName}`,
    fromConnect: (values) => encodeRows(values, scratch, (given, schema, to) => {
      if (given === null) return false
      const value = plain(kind, given)
      if (!isOf(kind, schema) || !kind.fits(value)) throw new DataException(`Failed to serialize to ${kind.word} (was class ${javaClassOf(value, schema)}): `)
      append(to, kind.bytes, (bytes, at) => kind.write(bytes, at, value as never))
      return true
    }),
    toConnect: (parts, _topics, table) => decodeRows(parts, table, (bytes, start, end) => {
      if (end - start !== kind.bytes) throw new DataException(`Failed to deserialize ${kind.word}: `, { cause: new DataException(`Size of data received is not ${kind.bytes}`) })
      return { schema: kind.schema, value: kind.read(bytes, start) }
    }, { schema: kind.schema, value: null }),
  }
}
const append = (to: Scratch, bytes: number, write: (bytes: Buffer, at: number) => void): void => {
  to.reserve(bytes)
  write(to.bytes, to.length)
  to.length += bytes
}

const booleanConverter: MakeConverter = () => {
  const scratch = new NewScratch()
  const schema = schemas.OPTIONAL_BOOLEAN_SCHEMA
  return {
    className: 'org.apache.kafka.connect.converters.BooleanConverter',
    fromConnect: (values) => encodeRows(values, scratch, (value, given, to) => {
      if (given !== null && given.type !== 'BOOLEAN') throw new DataException(`Invalid schema type for BooleanConverter: ${given.type}`)
      if (value === null) return false
      if (typeof value !== 'boolean') throw new DataException(`BooleanConverter is not compatible with objects of type class ${javaClassOf(value, given)}`)
      append(to, 1, (bytes, at) => bytes.writeUInt8(value ? 1 : 0, at))
      return true
    }),
    toConnect: (parts, _topics, table) => decodeRows(parts, table, (bytes, start, end) => {
      const byte = bytes[start]
      if (end - start !== 1 || (byte !== 0 && byte !== 1)) throw new DataException('Failed to deserialize boolean: ')
      return { schema, value: byte === 1 }
    }, { schema, value: null }),
  }
}

export const numberConverters: Readonly<Record<string, MakeConverter>> = {
  'org.apache.kafka.connect.converters.BooleanConverter': booleanConverter,
  ...Object.fromEntries(kinds.map((kind) => [`org.apache.kafka.connect.converters.${kind.simpleName}`, make(kind)])),
}
