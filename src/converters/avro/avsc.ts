/**
 * The door to avsc: whether one schema reads what another wrote, and data of one schema written again in another: by name, with defaults
 * and promotions, or by position where it cannot be by name and nobody asked for the check.
 */
import avro from 'avsc'
import { DataException } from '../../data/errors.ts'
import { parseJson } from '../../data/json.ts'
import { messageOf } from '../../errors.ts'
import { byPosition } from './by-position.ts'
import type { AvroType } from './schema.ts'
import { avroText } from './schema-text.ts'

export type Translate = (bytes: Buffer) => Buffer

const exactLongs = {
  fromBuffer: (bytes: Buffer): bigint => bytes.readBigInt64LE(),
  toBuffer: (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown): boolean => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: bigint, b: bigint): number => (a === b ? 0 : a < b ? -1 : 1),
}
/** `strictBy`: the setting that has `to` checked first for reading what `from` wrote; null when it is off. Throws a DataException. */
export const translator = (from: AvroType, to: AvroType, strictBy: string | null): Translate => {
  const source = avscType(from)
  const target = avscType(to)
  try {
    const resolver = target.createResolver(source)
    return (bytes) => target.toBuffer(target.fromBuffer(bytes, resolver))
  } catch (cause) {
    if (strictBy !== null) {
      throw new DataException(`Incompatible schema: ${messageOf(cause)}. Register a version of the subject that can read the value's own schema, set auto.register.schemas=true, or set ${strictBy}=false to disable this check`, { cause })
    }
  }
  const convert = byPosition(from, to)
  return (bytes) => {
    const value = convert(source.fromBuffer(bytes))
    try {
      return target.toBuffer(value)
    } catch (cause) {
      throw new DataException(`The value does not fit the schema it is to be written in: ${messageOf(cause)}`, { cause })
    }
  }
}
/** The text holds every type it refers to, so that avsc needs no references. */
const avscType = (type: AvroType): avro.Type => {
  try {
    return avro.Type.forSchema(parseJson(avroText(type)) as avro.Schema, { registry: { long: avro.types.LongType.__with(exactLongs) as unknown as avro.Type }, wrapUnions: true })
  } catch (cause) {
    throw new DataException(`Not an Avro schema: ${messageOf(cause)}`, { cause })
  }
}
