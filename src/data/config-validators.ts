/** ConfigDef's validators, with Kafka's factories, Kafka's messages and Kafka's one-line descriptions (`toString`). */
import { invalidValue, javaSetOrder, type ConfigData } from './config-parse.ts'
import { ConfigException } from './errors.ts'
import { javaDouble } from './java-number.ts'

export interface Validator {
  /** Throws ConfigException. During validation it also sees the null of a value that is missing or could not be parsed. */
  ensureValid(name: string, value: ConfigData): void
  /** What it accepts, in a few words, for generated documentation. */
  toString(): string
}

export class Range implements Validator {
  readonly #min: number | bigint | null
  readonly #max: number | bigint | null
  readonly #print: (number: unknown) => string
  private constructor(min: number | bigint | null, max: number | bigint | null, print: (number: unknown) => string = String) {
    this.#min = min
    this.#max = max
    this.#print = print
  }
  static atLeast(min: number | bigint): Range {
    return new Range(min, null)
  }
  static between(min: number | bigint, max: number | bigint): Range {
    return new Range(min, max)
  }
  /** The same for a key of type DOUBLE: its numbers print as Java's doubles. */
  ofDoubles(): Range {
    return new Range(this.#min, this.#max, (number) => javaDouble(Number(number)))
  }
  ensureValid(name: string, value: ConfigData): void {
    if (value === null) throw invalidValue(name, null, 'Value must be non-null')
    const number = Number(value)
    if (this.#min !== null && number < Number(this.#min)) throw invalidValue(name, this.#print(value), `Value must be at least ${this.#print(this.#min)}`)
    if (this.#max !== null && number > Number(this.#max)) throw invalidValue(name, this.#print(value), `Value must be no more than ${this.#print(this.#max)}`)
  }
  toString(): string {
    const [min, max] = [this.#min, this.#max].map((bound) => (bound === null ? null : this.#print(bound)))
    return `[${min ?? '...'},${min !== null && max !== null ? '...,' : ''}${max ?? '...'}]`
  }
}

export class ValidString implements Validator {
  readonly #valid: readonly string[]
  private constructor(valid: readonly string[]) {
    this.#valid = valid
  }
  static in(...valid: string[]): ValidString {
    return new ValidString(valid)
  }
  ensureValid(name: string, value: ConfigData): void {
    if (typeof value !== 'string' || !this.#valid.includes(value)) throw invalidValue(name, value, `String must be one of: ${this.#valid.join(', ')}`)
  }
  toString(): string {
    return `[${this.#valid.join(', ')}]`
  }
}

export class CaseInsensitiveValidString implements Validator {
  readonly #valid: readonly string[]
  private constructor(valid: readonly string[]) {
    this.#valid = javaSetOrder(valid.map((text) => text.toUpperCase()))
  }
  static in(...valid: string[]): CaseInsensitiveValidString {
    return new CaseInsensitiveValidString(valid)
  }
  ensureValid(name: string, value: ConfigData): void {
    if (typeof value !== 'string' || !this.#valid.includes(value.toUpperCase())) {
      throw invalidValue(name, value, `String must be one of (case insensitive): ${this.#valid.join(', ')}`)
    }
  }
  toString(): string {
    return `(case insensitive) [${this.#valid.join(', ')}]`
  }
}

/** A list without repeated or empty items. Plain parsing drops repetitions (with a warning) before this sees them; validation refuses them. */
export class ValidList implements Validator {
  readonly #valid: readonly string[]
  readonly #isEmptyAllowed: boolean
  readonly #isNullAllowed: boolean
  private constructor(valid: readonly string[], isEmptyAllowed: boolean, isNullAllowed: boolean) {
    this.#valid = valid
    this.#isEmptyAllowed = isEmptyAllowed
    this.#isNullAllowed = isNullAllowed
  }
  static anyNonDuplicateValues(isEmptyAllowed: boolean, isNullAllowed: boolean): ValidList {
    return new ValidList([], isEmptyAllowed, isNullAllowed)
  }
  static in(...args: readonly string[] | readonly [isEmptyAllowed: boolean, ...valid: string[]]): ValidList {
    const [first] = args
    const valid = args.flatMap((arg) => (typeof arg === 'string' ? [arg] : []))
    const isEmptyAllowed = typeof first === 'boolean' ? first : true
    if (!isEmptyAllowed && valid.length === 0) throw new ConfigException('At least one valid string must be provided when empty values are not allowed')
    return new ValidList(valid, isEmptyAllowed, false)
  }
  ensureValid(name: string, value: ConfigData): void {
    if (value === null) {
      if (this.#isNullAllowed) return
      throw new ConfigException(`Configuration '${name}' values must not be null.`)
    }
    const items = Array.isArray(value) ? value.map(String) : [String(value)]
    if (!this.#isEmptyAllowed && items.length === 0) {
      throw new ConfigException(`Configuration '${name}' must not be empty. Valid values include: ${this.#valid.length === 0 ? 'any non-empty value' : `[${this.#valid.join(', ')}]`}`)
    }
    if (new Set(items).size !== items.length) throw new ConfigException(`Configuration '${name}' values must not be duplicated.`)
    for (const item of items) {
      if (item === '') throw new ConfigException(`Configuration '${name}' values must not be empty.`)
      if (this.#valid.length > 0 && !this.#valid.includes(item)) throw invalidValue(name, item, `String must be one of: ${this.#valid.join(', ')}`)
    }
  }
  toString(): string {
    return this.#valid.length === 0 ? '' : `[${this.#valid.join(', ')}]`
  }
}

export class NonNullValidator implements Validator {
  ensureValid(name: string, value: ConfigData): void {
    if (value === null) throw invalidValue(name, 'null', 'entry must be non null')
  }
  toString(): string {
    return 'non-null string'
  }
}

export class NonEmptyString implements Validator {
  ensureValid(name: string, value: ConfigData): void {
    if (value === '') throw invalidValue(name, value, 'String must be non-empty')
  }
  toString(): string {
    return 'non-empty string'
  }
}

/** ISO control characters are U+0000–U+001F and U+007F–U+009F. */
export class NonEmptyStringWithoutControlChars implements Validator {
  static nonEmptyStringWithoutControlChars(): NonEmptyStringWithoutControlChars {
    return new NonEmptyStringWithoutControlChars()
  }
  ensureValid(name: string, value: ConfigData): void {
    if (typeof value !== 'string') return
    if (value === '') throw invalidValue(name, value, 'String may not be empty')
    const found = Array.from(value, (character) => character.codePointAt(0) ?? 0).filter((code) => code <= 0x1f || (code >= 0x7f && code <= 0x9f))
    if (found.length > 0) throw invalidValue(name, value, `String may not contain control sequences but had the following ASCII chars: ${found.join(', ')}`)
  }
  toString(): string {
    return 'non-empty string without ISO control characters'
  }
}

export class ListSize implements Validator {
  readonly #maxSize: number
  private constructor(maxSize: number) {
    this.#maxSize = maxSize
  }
  static atMostOfSize(maxSize: number): ListSize {
    return new ListSize(maxSize)
  }
  ensureValid(name: string, value: ConfigData): void {
    if (Array.isArray(value) && value.length > this.#maxSize) throw invalidValue(name, value, `exceeds maximum list size of [${this.#maxSize}].`)
  }
  toString(): string {
    return `List containing maximum of ${this.#maxSize} elements`
  }
}

export class LambdaValidator implements Validator {
  readonly #ensureValid: (name: string, value: ConfigData) => void
  readonly #describe: () => string
  private constructor(ensureValid: (name: string, value: ConfigData) => void, describe: () => string) {
    this.#ensureValid = ensureValid
    this.#describe = describe
  }
  static with(ensureValid: (name: string, value: ConfigData) => void, describe: () => string = () => ''): LambdaValidator {
    return new LambdaValidator(ensureValid, describe)
  }
  ensureValid(name: string, value: ConfigData): void {
    this.#ensureValid(name, value)
  }
  toString(): string {
    return this.#describe()
  }
}

export class CompositeValidator implements Validator {
  readonly #validators: readonly Validator[]
  private constructor(validators: readonly Validator[]) {
    this.#validators = validators
  }
  static of(...validators: Validator[]): CompositeValidator {
    return new CompositeValidator(validators)
  }
  ensureValid(name: string, value: ConfigData): void {
    for (const validator of this.#validators) validator.ensureValid(name, value)
  }
  toString(): string {
    return this.#validators.map(String).join(', ')
  }
}
