/**
 * Connect's schemas: immutable descriptions of a value. Same properties, equality and wording as
 * org.apache.kafka.connect.data.ConnectSchema. Build them with `SchemaBuilder`.
 */
import { DataException } from './errors.ts'
import type { SchemaTypeName } from './schema-json.ts'

export const Type = {
  INT8: 'INT8', INT16: 'INT16', INT32: 'INT32', INT64: 'INT64', FLOAT32: 'FLOAT32', FLOAT64: 'FLOAT64',
  BOOLEAN: 'BOOLEAN', STRING: 'STRING', BYTES: 'BYTES', ARRAY: 'ARRAY', MAP: 'MAP', STRUCT: 'STRUCT',
} as const satisfies Record<SchemaTypeName, SchemaTypeName>

export type Field = { readonly name: string; readonly index: number; readonly schema: Schema }

export type SchemaProperties = {
  readonly type: SchemaTypeName
  readonly optional?: boolean
  readonly defaultValue?: unknown
  readonly name?: string | null
  readonly version?: number | null
  readonly doc?: string | null
  readonly parameters?: ReadonlyMap<string, string> | null
  readonly fields?: readonly Field[] | null
  readonly keySchema?: Schema | null
  readonly valueSchema?: Schema | null
}

export class Schema {
  readonly type: SchemaTypeName
  readonly isOptional: boolean
  /** undefined = none. */
  readonly defaultValue: unknown
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: ReadonlyMap<string, string> | null
  readonly #fields: readonly Field[] | null
  readonly #byName: ReadonlyMap<string, Field> | null
  readonly #keySchema: Schema | null
  readonly #valueSchema: Schema | null

  constructor(properties: SchemaProperties) {
    this.type = properties.type
    this.isOptional = properties.optional ?? false
    this.defaultValue = properties.defaultValue
    this.name = properties.name ?? null
    this.version = properties.version ?? null
    this.doc = properties.doc ?? null
    this.parameters = properties.parameters ?? null
    this.#fields = properties.type === 'STRUCT' ? (properties.fields ?? []) : null
    this.#byName = this.#fields && new Map(this.#fields.map((field) => [field.name, field]))
    this.#keySchema = properties.keySchema ?? null
    this.#valueSchema = properties.valueSchema ?? null
  }

  get fields(): readonly Field[] {
    if (!this.#fields) throw new DataException('Cannot list fields on non-struct type')
    return this.#fields
  }
  field(name: string): Field | null {
    if (!this.#byName) throw new DataException('Cannot look up fields on non-struct type')
    return this.#byName.get(name) ?? null
  }
  /** Null for the special map whose keys have no schema. */
  get keySchema(): Schema | null {
    if (this.type !== 'MAP') throw new DataException('Cannot look up key schema on non-map type')
    return this.#keySchema
  }
  get valueSchema(): Schema | null {
    if (this.type !== 'MAP' && this.type !== 'ARRAY') throw new DataException('Cannot look up value schema on non-array and non-map type')
    return this.#valueSchema
  }

  equals(other: Schema | null): boolean {
    if (this === other) return true
    return other !== null && this.type === other.type && this.isOptional === other.isOptional && this.name === other.name
      && this.version === other.version && this.doc === other.doc && deepEquals(this.defaultValue, other.defaultValue)
      && sameParameters(this.parameters, other.parameters) && sameFields(this.#fields, other.#fields)
      && sameSchema(this.#keySchema, other.#keySchema) && sameSchema(this.#valueSchema, other.#valueSchema)
  }

  toString(): string {
    return this.name === null ? `Schema{${this.type}}` : `Schema{${this.name}:${this.type}}`
  }
}

export const sameSchema = (a: Schema | null, b: Schema | null): boolean => a === b || (a !== null && a.equals(b))

/** Whatever their order. */
export const sameParameters = (a: ReadonlyMap<string, string> | null, b: ReadonlyMap<string, string> | null): boolean =>
  a === b || (a !== null && b !== null && a.size === b.size && [...a].every(([key, value]) => b.get(key) === value))

const sameFields = (a: readonly Field[] | null, b: readonly Field[] | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length
    && a.every((field, index) => field.name === b[index]?.name && field.index === b[index].index && sameSchema(field.schema, b[index].schema)))

/** Deep equality of Connect values, as Java's Objects.deepEquals: byte arrays by content, lists, maps, dates and structs by value. */
export const deepEquals = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (typeof a === 'bigint' && typeof b === 'number') || (typeof a === 'number' && typeof b === 'bigint') ? BigInt(a) === BigInt(b) : false
  }
  if ('equals' in a && typeof a.equals === 'function') return Boolean(a.equals(b))
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, index) => byte === b[index])
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => deepEquals(item, b[index]))
  if (a instanceof Map && b instanceof Map) return a.size === b.size && [...a].every(([key, value]) => b.has(key) && deepEquals(value, b.get(key)))
  if (Array.isArray(a) !== Array.isArray(b) || a instanceof Map !== b instanceof Map) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length
    && keys.every((key) => Object.hasOwn(b, key) && deepEquals((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}
