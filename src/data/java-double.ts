/**
 * Java's Double and Float where no schema tells them from a Long: JSON's `1.0` is a Double in Java and prints `1.0`, a JavaScript 1 is
 * a Long and prints `1`. Only host-side code that reads or casts schemaless values makes these boxes, and only where the bare number
 * would mean something else, so text, bytes and everything with a schema never meet one. They become plain numbers when they cross
 * into an isolate (wire/values.ts).
 *
 *   bare number, no schema: an integer within 64 bits is a Long, anything else a Double
 */
import { javaDouble, javaFloat } from './java-number.ts'

export abstract class JavaFloating {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  valueOf(): number {
    return this.value
  }
  toJSON(): number {
    return this.value
  }
  abstract equals(other: unknown): boolean
}

export class JavaDouble extends JavaFloating {
  equals(other: unknown): boolean {
    return other instanceof JavaDouble && Object.is(other.value, this.value)
  }
  override toString(): string {
    return javaDouble(this.value)
  }
}

export class JavaFloat extends JavaFloating {
  equals(other: unknown): boolean {
    return other instanceof JavaFloat && Object.is(other.value, this.value)
  }
  override toString(): string {
    return javaFloat(this.value)
  }
}

/** Whether a bare number without a schema stands for a Long. */
export const isJavaLong = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 && !Object.is(value, -0)

/** A Double without a schema: boxed only when the bare number would be read as a Long. */
export const schemalessDouble = (value: number): number | JavaDouble => (isJavaLong(value) ? new JavaDouble(value) : value)
/** A Float without a schema: its digits are not those of the double it is held in. */
export const schemalessFloat = (value: number): JavaFloat => new JavaFloat(Math.fround(value))

/** The plain number inside; any other value as it is. */
export const unboxed = (value: unknown): unknown => (value instanceof JavaFloating ? value.value : value)
