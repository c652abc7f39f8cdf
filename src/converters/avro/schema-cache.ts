/** What has been made of a schema, found again by an equal one: every batch brings its own objects. The oldest goes first. */
import type { Schema } from '../../data/schema.ts'

type Entry<T> = { readonly key: string; readonly schema: Schema | null; readonly made: T }

export class SchemaCache<T> {
  readonly #size: number
  /** By what is cheap to tell of a schema; those that share it are compared. */
  readonly #entries = new Map<string, Entry<T>[]>()
  readonly #oldestFirst: Entry<T>[] = []
  #known = new WeakMap<Schema, T>()
  constructor(size: number) {
    this.#size = size
  }
  get(schema: Schema | null, make: (schema: Schema | null) => T): T {
    const known = schema && this.#known.get(schema)
    if (known != null) return known
    const key = keyOf(schema)
    const found = this.#entries.get(key)?.find((entry) => entry.schema === schema || schema?.equals(entry.schema) === true)
    const made = found === undefined ? make(schema) : found.made
    if (found === undefined) this.#add({ key, schema, made })
    if (schema !== null) this.#known.set(schema, made)
    return made
  }
  #add(entry: Entry<T>): void {
    const alike = this.#entries.get(entry.key)
    if (alike === undefined) this.#entries.set(entry.key, [entry])
    else alike.push(entry)
    this.#oldestFirst.push(entry)
    if (this.#oldestFirst.length <= this.#size) return
    const { key } = this.#oldestFirst.shift() as Entry<T>
    const rest = this.#entries.get(key)?.slice(1) ?? []
    if (rest.length === 0) this.#entries.delete(key)
    else this.#entries.set(key, rest)
    this.#known = new WeakMap()
  }
}

/** Equal schemas have the same key. */
const keyOf = (schema: Schema | null): string => {
  if (schema === null) return ''
  const key = `${schema.type} ${schema.name} ${schema.version} ${schema.isOptional}`
  return schema.type === 'STRUCT' ? `${key} ${schema.fields.map((field) => `${field.name} ${field.schema.type}`).join()}` : key
}
