/**
 * Connect's logical types: Decimal, Date, Time, Timestamp. A value of a logical type is a `Decimal` or a JavaScript `Date`;
 * underneath, it is bytes or an integer (contract: data model).
 */
import { DataException } from './errors.ts'
import type { Schema } from './schema.ts'

const prefix = 'org.apache.kafka.connect.data.'
export const decimalName = `${prefix}Decimal`
export const dateName = `${prefix}Date`
export const timeName = `${prefix}Time`
export const timestampName = `${prefix}Timestamp`
export const msPerDay = 86_400_000

/** An exact decimal: unscaled · 10^-scale. Keeps its scale, as Java's BigDecimal does: 1.0 and 1.00 differ. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Accepts `-12.340`, `1E+3`, `1e-7`; the scale is that of the text. Throws a DataException otherwise. */
  static parse(text: string): Decimal {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
    const digits = match ? `${match[2]}${match[3] ?? ''}` : ''
    if (!match || digits === '') throw new DataException(`Not a decimal number: ${text}`)
    const scale = (match[3]?.length ?? 0) - Number(match[4] ?? 0)
    return new Decimal(BigInt(`${match[1] === '-' ? '-' : ''}${digits}`), scale)
  }

  /** Two's complement, big-endian, as short as possible (BigInteger.toByteArray). */
  toBytes(): Uint8Array {
    if (this.unscaled < fastLimit && this.unscaled >= -fastLimit) return smallBytes(Number(this.unscaled))
    let length = 6
    while (this.unscaled > (1n << BigInt(8 * length - 1)) - 1n || this.unscaled < -(1n << BigInt(8 * length - 1))) length++
    const bytes = new Uint8Array(length)
    for (let index = length - 1, rest = this.unscaled; index >= 0; index--, rest >>= 8n) bytes[index] = Number(rest & 0xffn)
    return bytes
  }

  static fromBytes(bytes: Uint8Array, scale: number): Decimal {
    if (bytes.length === 0) throw new DataException('Zero length BigInteger')
    if (bytes.length <= 6) return new Decimal(BigInt(smallValue(bytes)), scale)
    let value = BigInt.asIntN(8, BigInt(bytes[0] ?? 0))
    for (let index = 1; index < bytes.length; index++) value = (value << 8n) | BigInt(bytes[index] ?? 0)
    return new Decimal(value, scale)
  }

  equals(other: unknown): boolean {
    return other instanceof Decimal && other.unscaled === this.unscaled && other.scale === this.scale
  }

  /** BigDecimal.toString: plain while 0 <= scale and the exponent is at least -6, scientific otherwise. */
  toString(): string {
    const negative = this.unscaled < 0n
    const digits = String(negative ? -this.unscaled : this.unscaled)
    const exponent = -this.scale + (digits.length - 1)
    const sign = negative ? '-' : ''
    if (this.scale === 0) return `${sign}${digits}`
    if (this.scale > 0 && exponent >= -6) {
      const padded = digits.padStart(this.scale + 1, '0')
      return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`
    }
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
    return `${sign}${mantissa}${exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`}`
  }
  toJSON(): string {
    return this.toString()
  }
}

/** Up to 48 bits doubles do it, which is many times faster than bigints byte by byte. */
const fastLimit = 2n ** 47n
/** By length: what signed values of so many bytes stay below. */
const limits = Array.from({ length: 8 }, (_, length) => 2 ** (8 * length - 1))
const smallBytes = (value: number): Uint8Array => {
  let length = 1
  while (value >= (limits[length] as number) || value < -(limits[length] as number)) length++
  const bytes = new Uint8Array(length)
  for (let index = length - 1, rest = value; index >= 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest & 0xff
  return bytes
}
const smallValue = (bytes: Uint8Array): number => {
  let value = (bytes[0] as number) << 24 >> 24
  for (let index = 1; index < bytes.length; index++) value = value * 256 + (bytes[index] as number)
  return value
}

/** The value under a logical value: bytes (Decimal), days (Date), milliseconds (Time, Timestamp as number). */
export const fromLogical = (schema: Schema, value: unknown): unknown => {
  switch (schema.name) {
    case decimalName: {
      const scale = scaleOf(schema)
      const decimal = value as Decimal
      if (decimal.scale !== scale) {
        throw new DataException(`Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale ${decimal.scale}.`)
      }
      return decimal.toBytes()
    }
    case dateName: {
      const ms = msOf(value)
      if (ms % msPerDay !== 0) throw new DataException('Kafka Connect Date type should not have any time fields set to non-zero values.')
      return ms / msPerDay
    }
    case timeName: {
      const ms = msOf(value)
      if (ms < 0 || ms > msPerDay) throw new DataException('Kafka Connect Time type should not have any date fields set to non-zero values.')
      return ms
    }
    case timestampName:
      return msOf(value)
    default:
      return value
  }
}

/** The inverse of `fromLogical`. */
export const toLogical = (schema: Schema, value: unknown): unknown => {
  switch (schema.name) {
    case decimalName:
      return Decimal.fromBytes(value as Uint8Array, scaleOf(schema))
    case dateName:
      return dateOf(Number(value) * msPerDay)
    case timeName:
      if (Number(value) < 0 || Number(value) > msPerDay) throw new DataException('Time values must use number of milliseconds greater than 0 and less than 86400000')
      return new Date(Number(value))
    case timestampName:
      return dateOf(Number(value))
    default:
      return value
  }
}

const msOf = (value: unknown): number => {
  const ms = (value as Date).getTime()
  if (Number.isNaN(ms)) throw new DataException('The value is an invalid Date, which stands for no point in time')
  return ms
}
/** JavaScript's dates end in the year 275760, 8.64e15 ms from 1970; Java's go further. */
const dateOf = (ms: number): Date => {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) throw new DataException(`A date of ${ms} ms since 1970 is beyond the dates that JavaScript has (8640000000000000 ms)`)
  return date
}

const scaleOf = (schema: Schema): number => {
  const text = schema.parameters?.get('scale')
  if (text === undefined) throw new DataException('Invalid Decimal schema: scale parameter not found.')
  const digit = text.length === 1 ? text.charCodeAt(0) - 0x30 : -1
  if (digit >= 0 && digit <= 9) return digit
  const scale = /^[+-]?\d+$/.test(text) ? Number(text) : NaN
  if ((scale | 0) !== scale) throw new DataException('Invalid scale parameter found in Decimal schema: ')
  return scale
}
