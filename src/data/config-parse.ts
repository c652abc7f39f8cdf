/** The values of a configuration: from text to a typed value and back, as Kafka's `ConfigDef.parseType` and `convertToString` do it. */
import { ConfigException } from './errors.ts'
import { asciiDigits, javaDouble, readFloating } from './java-number.ts'

export const configTypes = ['BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'CLASS', 'PASSWORD'] as const
export type ConfigType = (typeof configTypes)[number]

/** A secret: it prints as `[hidden]` wherever it is printed; `value` is the text itself. */
export class Password {
  static readonly HIDDEN = '[hidden]'
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  value(): string {
    return this.#value
  }
  toString(): string {
    return Password.HIDDEN
  }
  toJSON(): string {
    return Password.HIDDEN
  }
}

/**
 * A parsed value: BOOLEAN boolean · STRING, CLASS string · INT, SHORT, DOUBLE number · LIST string[] · PASSWORD Password ·
 * LONG number, or bigint where a number cannot hold it exactly. `null` is a value given as null or a default of null.
 */
export type ConfigData = string | number | bigint | boolean | readonly string[] | Password | null
export type ConfigMap = Record<string, ConfigData>

/** Java's `String.trim`: everything up to U+0020, and nothing else (a no-break space stays). */
export const javaTrim = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

/** How a value stands in an error message (Java's `toString` of it). */
export const valueText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  return String(value)
}
/** `Invalid value V for configuration K: MSG`, with V as Java prints it. */
export const invalidValue = (name: string, value: unknown, message?: string): ConfigException => new ConfigException(name, valueText(value), message)

const integerLimits = { SHORT: [-0x8000n, 0x7fffn], INT: [-0x8000_0000n, 0x7fff_ffffn], LONG: [-(2n ** 63n), 2n ** 63n - 1n] } as const
const bitsOf = { SHORT: '16-bit integer (short)', INT: '32-bit integer', LONG: '64-bit integer (long)' } as const

const fitInteger = (value: bigint, type: 'SHORT' | 'INT' | 'LONG'): number | bigint | null => {
  const [low, high] = integerLimits[type]
  if (value < low || value > high) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
const parseInteger = (name: string, value: unknown, text: string | null, type: 'SHORT' | 'INT' | 'LONG'): number | bigint => {
  if (text !== null) {
    const digits = asciiDigits(text)
    const parsed = /^[+-]?\d+$/.test(digits) ? fitInteger(BigInt(digits.replace(/^\+/, '')), type) : null
    if (parsed === null) throw invalidValue(name, value, `Not a number of type ${type}`)
    return parsed
  }
  const parsed = (typeof value === 'number' && Number.isInteger(value)) || typeof value === 'bigint' ? fitInteger(BigInt(value), type) : null
  if (parsed === null) throw invalidValue(name, value, `Expected value to be a ${bitsOf[type]}, but it was a ${typeof value}`)
  return parsed
}
const parseDouble = (name: string, value: unknown, text: string | null): number => {
  if (text !== null) {
    const found = readFloating(text)
    if (found === null) throw invalidValue(name, value, 'Not a number of type DOUBLE')
    return found.double
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') throw invalidValue(name, value, `Expected value to be a double, but it was a ${typeof value}`)
  return Number(value)
}

/** Java's `\s*,\s*`: its `\s` knows six characters, JavaScript's many more. */
const commaPattern = /[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/

/**
 * Text (or a value that already has the type) to the typed value. A CLASS stays a name: only the worker's plugin shelf knows which exist.
 * Throws ConfigException in Kafka's words.
 */
export const parseType = (name: string, value: unknown, type: ConfigType): ConfigData => {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? javaTrim(value) : null
  switch (type) {
    case 'BOOLEAN': {
      if (typeof value === 'boolean') return value
      const lower = text?.toLowerCase()
      if (lower === 'true') return true
      if (lower === 'false') return false
      throw invalidValue(name, value, 'Expected value to be either true or false')
    }
    case 'STRING':
      if (text === null) throw invalidValue(name, value, `Expected value to be a string, but it was a ${typeof value}`)
      return text
    case 'PASSWORD':
      if (value instanceof Password) return value
      if (text === null) throw invalidValue(name, value, `Expected value to be a string, but it was a ${typeof value}`)
      return new Password(text)
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return parseInteger(name, value, text, type)
    case 'DOUBLE':
      return parseDouble(name, value, text)
    case 'LIST':
      if (Array.isArray(value)) return value.map(String)
      if (text === null) throw invalidValue(name, value, 'Expected a comma separated list.')
      return text === '' ? [] : text.split(commaPattern)
    case 'CLASS':
      if (typeof value === 'function' && value.name !== '') return value.name
      if (text === null) throw invalidValue(name, value, 'Expected a Class instance or class name.')
      return text
  }
}

/** The text REST shows; null stays null, a password is `[hidden]`. Without a type: lists in brackets, as Java prints them. */
export const convertToString = (value: ConfigData, type: ConfigType | null): string | null => {
  if (value === null) return null
  if (Array.isArray(value)) return type === null ? valueText(value) : value.join(',')
  if (type === 'DOUBLE' && typeof value === 'number') return javaDouble(value)
  return String(value)
}

/** Java's iteration order of a HashSet of strings (its default growth): some of Kafka's messages list their choices in it. */
export const javaSetOrder = (texts: Iterable<string>): readonly string[] => {
  const distinct = [...new Set(texts)]
  let capacity = 16
  while (distinct.length > capacity * 0.75) capacity *= 2
  const bucket = (text: string): number => {
    let hash = 0
    for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
    return (hash ^ (hash >>> 16)) & (capacity - 1)
  }
  return distinct.toSorted((a, b) => bucket(a) - bucket(b))
}
