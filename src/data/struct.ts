/** Connect's Struct and the check of a value against its schema (ConnectSchema.validateValue), for both sides. */
import { DataException } from './errors.ts'
import { javaClassOf, javaText } from './java-text.ts'
import { dateName, Decimal, decimalName, timeName, timestampName } from './logical.ts'
import { deepEquals, type Field, Schema } from './schema.ts'

export class Struct {
  readonly schema: Schema
  readonly #values: unknown[]

  constructor(schema: Schema) {
    if (schema.type !== 'STRUCT') throw new DataException(`Not a struct schema: ${schema instanceof Schema ? schema.toString() : `${kindOf(schema)}; SchemaBuilder.struct()…build() makes one`}`)
    this.schema = schema
    // a loop: `fill` is slow for arrays as short as these
    const values: unknown[] = []
    for (let left = schema.fields.length; left > 0; left--) values.push(null)
    this.#values = values
  }

  /** The value, or the field's default where it is null. */
  get(name: string | Field): unknown {
    const field = typeof name === 'string' ? this.#field(name) : name
    return this.#values[field.index] ?? field.schema.defaultValue ?? null
  }
  getWithoutDefault(name: string): unknown {
    return this.#values[this.#field(name).index]
  }
  put(name: string | Field, value: unknown): this {
    const field = typeof name === 'string' ? this.#field(name) : name
    if (field == null) throw new DataException('field cannot be null.')
    if (!isPlainlyValid(field.schema, value)) validateValue(field.schema, value, `field: "${field.name}"`)
    this.#values[field.index] = value ?? null
    return this
  }
  // Kafka's typed getters: the field must be of the type; defaults do not stand in for nulls.
  getInt8(name: string): number | null { return this.#typed<number>(name, 'INT8') }
  getInt16(name: string): number | null { return this.#typed<number>(name, 'INT16') }
  getInt32(name: string): number | null { return this.#typed<number>(name, 'INT32') }
  getInt64(name: string): number | bigint | null { return this.#typed<number | bigint>(name, 'INT64') }
  getFloat32(name: string): number | null { return this.#typed<number>(name, 'FLOAT32') }
  getFloat64(name: string): number | null { return this.#typed<number>(name, 'FLOAT64') }
  getBoolean(name: string): boolean | null { return this.#typed<boolean>(name, 'BOOLEAN') }
  getString(name: string): string | null { return this.#typed<string>(name, 'STRING') }
  getBytes(name: string): Uint8Array | null { return this.#typed<Uint8Array>(name, 'BYTES') }
  getArray(name: string): readonly unknown[] | null { return this.#typed<readonly unknown[]>(name, 'ARRAY') }
  getMap(name: string): ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>> | null { return this.#typed(name, 'MAP') }
  getStruct(name: string): Struct | null { return this.#typed<Struct>(name, 'STRUCT') }
  #typed<T>(name: string, type: Schema['type']): T | null {
    const field = this.#field(name)
    if (field.schema.type !== type) throw new DataException(`Field '${name}' is not of type ${type}`)
    const value = this.#values[field.index]
    // what stands for a logical type is not what its schema's type says
    if (value instanceof Date || value instanceof Decimal) throw new DataException(`Field '${name}' holds a ${javaClassOf(value)}, which is no ${type}`)
    return value as T | null
  }
  /** By position, unchecked: for codecs that have checked already. */
  setAt(index: number, value: unknown): void {
    this.#values[index] = value
  }
  at(index: number): unknown {
    return this.#values[index]
  }
  validate(): void {
    for (const field of this.schema.fields) {
      const value = this.#values[field.index]
      if (value === null && (field.schema.isOptional || field.schema.defaultValue !== undefined)) continue
      validateValue(field.schema, value, `field: "${field.name}"`)
    }
  }
  equals(other: unknown): boolean {
    return other instanceof Struct && this.schema.equals(other.schema) && this.#values.every((value, index) => deepEquals(value, other.#values[index]))
  }
  toString(): string {
    return javaText(this, this.schema)
  }
  /** For `JSON.stringify`: something to look at, not a format. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.schema.fields.map((field) => [field.name, plainJson(this.get(field))]))
  }

  #field(name: string): Field {
    const field = this.schema.field(name)
    if (!field) throw new DataException(`${name} is not a valid field name`)
    return field
  }
}

/** What `JSON.stringify` has no form for, or an empty one: whole numbers beyond doubles become texts, bytes base64, Maps objects. */
const plainJson = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return value.toBase64()
  if (Array.isArray(value)) return value.map(plainJson)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plainJson(item)]))
  return isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)])) : value
}

const integerLimits: Readonly<Record<string, number>> = { INT8: 2 ** 7, INT16: 2 ** 15, INT32: 2 ** 31 }
/** Whether a value is a whole number of this type's width. */
export const isIntegerOf = (type: string, value: unknown): boolean => {
  const limit = integerLimits[type]
  if (limit !== undefined) return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
}
const fits = (schema: Schema, value: unknown): boolean => {
  switch (schema.name) {
    case decimalName:
      return value instanceof Decimal
    case dateName:
    case timeName:
    case timestampName:
      return value instanceof Date && !Number.isNaN(value.getTime())
  }
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      return isIntegerOf(schema.type, value)
    case 'FLOAT32':
    case 'FLOAT64':
      return typeof value === 'number'
    case 'BOOLEAN':
      return typeof value === 'boolean'
    case 'STRING':
      return typeof value === 'string'
    case 'BYTES':
      return value instanceof Uint8Array
    case 'ARRAY':
      return Array.isArray(value)
    case 'MAP':
      return value instanceof Map || isPlainObject(value)
    case 'STRUCT':
      return value instanceof Struct
  }
}
export const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
/** What a value is, for messages: `a string`, `an array`, `an object`, `a Uint8Array`, `null` … */
export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  const kind = Array.isArray(value) ? 'array' : isPlainObject(value) ? 'object' : typeof value === 'object' ? String(value.constructor?.name ?? '').replace(/^_/, '') || 'object' : typeof value
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`
}

/** What would fit, in JavaScript's words: the Java class of a number does not say that it is too large. */
const takenBy = (schema: Schema): string => {
  switch (schema.name) {
    case decimalName:
      return 'a Decimal'
    case dateName:
    case timeName:
    case timestampName:
      return 'a valid Date'
  }
  const limit = integerLimits[schema.type]
  return limit === undefined ? takenByType[schema.type] ?? '' : `a whole number from ${-limit} to ${limit - 1}`
}
/** For a converter's errors about a value that is not of its schema: what an author has to give. */
export const takesText = (schema: Schema): string => `a schema of type ${logicalNames.has(schema.name) ? schema.name?.slice(schema.name.lastIndexOf('.') + 1) : schema.type} takes ${takenBy(schema)}`
const logicalNames: ReadonlySet<string | null> = new Set([decimalName, dateName, timeName, timestampName])
const takenByType: Readonly<Record<string, string>> = {
  INT64: 'a whole number that JavaScript holds exactly, or a bigint of 64 bits', FLOAT32: 'a number', FLOAT64: 'a number', BOOLEAN: 'true or false', STRING: 'a string', BYTES: 'a Uint8Array',
  ARRAY: 'an array', MAP: 'a Map or a plain object', STRUCT: 'a Struct',
}

/** The quick answer for most values: valid, and nothing inside that would have to be looked at. */
const isPlainlyValid = (schema: Schema, value: unknown): boolean =>
  value !== null && value !== undefined && schema.type !== 'STRUCT' && schema.type !== 'ARRAY' && schema.type !== 'MAP' && fits(schema, value)

/** Throws a DataException in Kafka's words. `location` is e.g. `field: "F"`, or `value` at the top. */
export const validateValue = (schema: Schema | null, value: unknown, location = 'value'): void => {
  if (schema === null) throw new DataException(`No schema defined for ${location}`)
  if (value === null || value === undefined) {
    if (schema.isOptional) return
    throw new DataException(`Invalid value: null used for required ${location}, schema type: ${schema.type}`)
  }
  if (!fits(schema, value)) {
    const named = schema.name === null ? '' : ` "${schema.name}"`
    throw new DataException(`Invalid Java object for schema${named} with type ${schema.type}: class ${javaClassOf(value)} for ${location}`, { hint: `it takes ${takenBy(schema)}` })
  }
  if (schema.type === 'STRUCT' && !schema.equals((value as Struct).schema)) throw new DataException('Struct schemas do not match.')
  if (schema.type === 'ARRAY') for (const item of value as readonly unknown[]) validateValue(schema.valueSchema, item, `element of array ${location}`)
  if (schema.type === 'MAP') {
    for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
      validateValue(schema.keySchema, key, `key of map ${location}`)
      validateValue(schema.valueSchema, item, `value of map ${location}`)
    }
  }
}
