/** The door to avsc: whether one schema reads what another wrote, and data of one schema written again in another (by name, with defaults and promotions). */
import avro from 'avsc'
import { DataException } from '../../data/errors.ts'
import { messageOf } from '../../errors.ts'
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
/** Throws a DataException when `to` cannot read what `from` wrote, or one of them is no schema to avsc. */
export const translator = (from: AvroType, to: AvroType): Translate => {
  try {
    const source = avscType(from)
    const target = avscType(to)
    const resolver = target.createResolver(source)
    return (bytes) => target.toBuffer(target.fromBuffer(bytes, resolver))
  } catch (cause) {
    throw new DataException(`Incompatible schema: ${messageOf(cause)}. Register a version of the subject that can read the value's own schema, or set auto.register.schemas=true`, { cause })
  }
}
/** The text holds every type it refers to, so that avsc needs no references. */
const avscType = (type: AvroType): avro.Type =>
  avro.Type.forSchema(JSON.parse(avroText(type)) as avro.Schema, { registry: { long: avro.types.LongType.__with(exactLongs) as unknown as avro.Type }, wrapUnions: true })
