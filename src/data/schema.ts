/**
 * Connect's schemas: immutable descriptions of a value. Same properties, equality and wording as
 * org.apache.kafka.connect.data.ConnectSchema. Build them with `SchemaBuilder`.
 *
 * A struct may contain itself (a tree, a list): then the inner schema is given late, as a function that is asked when the schema is
 * first looked at. Kafka's own classes know no such thing; Confluent's converter makes one by wrapping a builder, and compares
 * it by identity. Here two of them are equal when they describe the same values.
 */
import { DataException } from './errors.ts'
import type { SchemaTypeName } from './schema-type.ts'

export { Type } from './schema-type.ts'

/** A schema that is not there yet. Called once. */
export type LateSchema = () => Schema
export interface Field {
  readonly name: string
  readonly index: number
  readonly schema: Schema
}
/** A field whose schema may be given late. */
export const fieldOf = (name: string, index: number, schema: Schema | LateSchema): Field => (typeof schema === 'function' ? new LateField(name, index, schema) : { name, index, schema })

class LateField implements Field {
  readonly name: string
  readonly index: number
  readonly #schema: () => Schema
  constructor(name: string, index: number, schema: LateSchema) {
    this.name = name
    this.index = index
    this.#schema = once(schema)
  }
  get schema(): Schema {
    return this.#schema()
  }
}
const once = (late: LateSchema): LateSchema => {
  let given: Schema | LateSchema = late
  return () => (typeof given === 'function' ? (given = given()) : given)
}

export type SchemaProperties = {
  readonly type: SchemaTypeName
  readonly optional?: boolean
  readonly defaultValue?: unknown
  readonly name?: string | null
  readonly version?: number | null
  readonly doc?: string | null
  readonly parameters?: ReadonlyMap<string, string> | null
  readonly fields?: readonly Field[] | null
  readonly keySchema?: Schema | LateSchema | null
  readonly valueSchema?: Schema | LateSchema | null
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
  #keySchema: Schema | LateSchema | null
  #valueSchema: Schema | LateSchema | null
  /** Every cycle of schemas goes through one with something late in it. */
  readonly #hasLate: boolean
  #isRecursive: boolean | null = null

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
    this.#hasLate = typeof this.#keySchema === 'function' || typeof this.#valueSchema === 'function' || (this.#fields?.some((field) => field instanceof LateField) ?? false)
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
    if (typeof this.#keySchema === 'function') this.#keySchema = this.#keySchema()
    return this.#keySchema
  }
  get valueSchema(): Schema | null {
    if (this.type !== 'MAP' && this.type !== 'ARRAY') throw new DataException('Cannot look up value schema on non-array and non-map type')
    if (typeof this.#valueSchema === 'function') this.#valueSchema = this.#valueSchema()
    return this.#valueSchema
  }
  /** The schemas right under this one, in order. */
  get children(): readonly Schema[] {
    if (this.#fields) return this.#fields.map(({ schema }) => schema)
    return [this.type === 'MAP' ? this.keySchema : null, this.type === 'MAP' || this.type === 'ARRAY' ? this.valueSchema : null].filter((schema) => schema !== null)
  }
  /** Whether it has no end: it is in itself, or something in it is. */
  get isRecursive(): boolean {
    return (this.#isRecursive ??= reachesItself(this))
  }

  equals(other: Schema | null): boolean {
    return Schema.#same(this, other, null)
  }
  static #same(a: Schema | null, b: Schema | null, around: Pairs | null): boolean {
    if (a === b) return true
    if (a === null || b === null || a.type !== b.type || a.isOptional !== b.isOptional || a.name !== b.name || a.version !== b.version || a.doc !== b.doc) return false
    if (!deepEquals(a.defaultValue, b.defaultValue) || !sameParameters(a.parameters, b.parameters)) return false
    let pairs = around
    if (a.#hasLate || b.#hasLate) {
      pairs ??= new Pairs()
      if (pairs.has(a, b)) return true // being compared further out: whether they are the same is decided there
      pairs.add(a, b)
    }
    if (pairs !== null && (pairs.depth >= maxPairDepth || pairs.size > maxPairs)) return false
    if (pairs !== null) pairs.depth++
    const same = Schema.#sameInside(a, b, pairs)
    if (pairs !== null) pairs.depth--
    return same
  }
  static #sameInside(a: Schema, b: Schema, pairs: Pairs | null): boolean {
    if (a.#fields !== null && b.#fields !== null) {
      if (a.#fields.length !== b.#fields.length) return false
      for (const [index, field] of a.#fields.entries()) {
        const other = b.#fields[index] as Field
        if (field.name !== other.name || field.index !== other.index || !Schema.#same(field.schema, other.schema, pairs)) return false
      }
    }
    if (a.type === 'MAP' && !Schema.#same(a.keySchema, b.keySchema, pairs)) return false
    return (a.type !== 'MAP' && a.type !== 'ARRAY') || Schema.#same(a.valueSchema, b.valueSchema, pairs)
  }

  toString(): string {
    return this.name === null ? `Schema{${this.type}}` : `Schema{${this.name}:${this.type}}`
  }
}

/** Recursive schemas that are the same only as far as this are taken as different: the comparison must end before the stack does. */
const maxPairDepth = 1000
const maxPairs = 1000
class Pairs {
  readonly #pairs = new Map<Schema, Set<Schema>>()
  size = 0
  /** Of the schemas being compared right now. */
  depth = 0
  has(a: Schema, b: Schema): boolean {
    return this.#pairs.get(a)?.has(b) ?? false
  }
  add(a: Schema, b: Schema): void {
    const others = this.#pairs.get(a)
    if (others === undefined) this.#pairs.set(a, new Set([b]))
    else others.add(b)
    this.size++
  }
}

const reachesItself = (schema: Schema): boolean => {
  const [path, done] = [new Set<Schema>(), new Set<Schema>()]
  const visit = (inner: Schema): boolean => {
    if (path.has(inner)) return true
    if (done.has(inner)) return false
    path.add(inner)
    if (inner.children.some(visit)) return true
    path.delete(inner)
    done.add(inner)
    return false
  }
  return visit(schema)
}

export const sameSchema = (a: Schema | null, b: Schema | null): boolean => a === b || (a !== null && a.equals(b))

/** Whatever their order. */
export const sameParameters = (a: ReadonlyMap<string, string> | null, b: ReadonlyMap<string, string> | null): boolean =>
  a === b || (a !== null && b !== null && a.size === b.size && [...a].every(([key, value]) => b.get(key) === value))

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
