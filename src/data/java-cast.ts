/** Java's narrowing between its number types: `Number.longValue`, `(int)`, `BigDecimal.floatValue` … on the values that stand for them here. */
import { DataException } from './errors.ts'
import { JavaFloating } from './java-double.ts'
import { asciiDigits } from './java-number.ts'
import { Decimal } from './logical.ts'

export type JavaNumber = number | bigint | Decimal | JavaFloating
export const isJavaNumber = (value: unknown): value is JavaNumber =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal || value instanceof JavaFloating

const longMin = -(2n ** 63n)
const longMax = 2n ** 63n - 1n
/** `longValue`: floating numbers saturate (NaN is 0), big integers and decimals keep their low 64 bits. */
export const longOf = (value: JavaNumber): bigint => {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value)
  if (value instanceof Decimal) return BigInt.asIntN(64, truncated(value))
  const double = value instanceof JavaFloating ? value.value : value
  if (Number.isNaN(double)) return 0n
  if (double >= 2 ** 63) return longMax
  return double <= -(2 ** 63) ? longMin : BigInt(Math.trunc(double))
}
/** The whole part, as far as 64 bits of it need it. */
const truncated = ({ unscaled, scale }: Decimal): bigint => {
  // 10^64 is a multiple of 2^64
  if (scale <= 0) return scale < -64 ? 0n : unscaled * 10n ** BigInt(-scale)
  return String(unscaled).length - scale <= 0 ? 0n : unscaled / 10n ** BigInt(scale)
}

/** A long as it is held here: a number while that is exact. */
export const heldLong = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value)
/** The low bits of a long as a byte, short or int. */
export const narrow = (value: bigint, bits: 8 | 16 | 32): number => Number(BigInt.asIntN(bits, value))

/** `doubleValue`. */
export const doubleOf = (value: JavaNumber): number =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : value instanceof Decimal ? decimalDouble(value) : value.value
/** A decimal has no negative zero. */
const decimalDouble = (value: Decimal): number => (value.unscaled === 0n ? 0 : Number(value.toString()))

/** `floatValue`: rounded once, from the exact value, and not from the double next to it. */
export const floatOf = (value: JavaNumber): number => {
  const double = doubleOf(value)
  const float = Math.fround(double)
  if (float === double || Math.abs(double) > 2 ** 128 || typeof value === 'number' || value instanceof JavaFloating) return float
  const other = nextFloat(float, double > float ? 1 : -1)
  // past the largest float there is infinity, which rounds as if it were the next power of two
  const near = Number.isFinite(float) ? float : Math.sign(float) * 2 ** 128
  if (Math.abs(double - near) !== Math.abs(other - double)) return float
  // the double lies in the middle: what decides is on which side of it the exact value lies
  const side = compareExact(typeof value === 'bigint' ? new Decimal(value, 0) : value, double)
  return side === 0 ? float : side > 0 === other > double ? other : float
}
const bits = new DataView(new ArrayBuffer(4))
const nextFloat = (value: number, step: 1 | -1): number => {
  bits.setFloat32(0, value)
  bits.setInt32(0, bits.getInt32(0) + (value < 0 ? -step : step))
  return bits.getFloat32(0)
}
/** The sign of decimal - double, without rounding. */
const compareExact = (decimal: Decimal, double: number): number => {
  // a double is a whole multiple of 2^-1074
  const scaled = (value: number): bigint => {
    bits64.setFloat64(0, value)
    const raw = bits64.getBigUint64(0)
    const exponent = (raw >> 52n) & 0x7ffn
    const mantissa = (raw & 0xf_ffff_ffff_ffffn) | (exponent === 0n ? 0n : 1n << 52n)
    return (raw >> 63n === 0n ? 1n : -1n) * (mantissa << (exponent === 0n ? 0n : exponent - 1n))
  }
  const up = decimal.scale > 0 ? 10n ** BigInt(decimal.scale) : 1n
  const left = decimal.unscaled * (decimal.scale < 0 ? 10n ** BigInt(-decimal.scale) : 1n) << 1074n
  const right = scaled(double) * up
  return left === right ? 0 : left > right ? 1 : -1
}
const bits64 = new DataView(new ArrayBuffer(8))

/** `new BigDecimal(text)`; null where Java throws a NumberFormatException. */
export const parseBigDecimal = (text: string): Decimal | null => {
  try {
    const decimal = Decimal.parse(asciiDigits(text))
    return decimal.scale > -(2 ** 31) && decimal.scale < 2 ** 31 ? decimal : null
  } catch (error) {
    if (error instanceof DataException) return null
    throw error
  }
}
