/** What has been made of a schema, found again by an equal one: every batch brings its own objects. The oldest goes first. */
import type { Schema } from '../../data/schema.ts'

export class SchemaCache<T> {
  readonly #size: number
  readonly #entries: { readonly schema: Schema | null; readonly made: T }[] = []
  #known = new WeakMap<Schema, T>()
  constructor(size: number) {
    this.#size = size
  }
  get(schema: Schema | null, make: (schema: Schema | null) => T): T {
    const known = schema && this.#known.get(schema)
    if (known != null) return known
    const found = this.#entries.find((entry) => entry.schema === schema || (schema !== null && schema.equals(entry.schema)))
    const made = found === undefined ? make(schema) : found.made
    if (found === undefined) {
      this.#entries.push({ schema, made })
      if (this.#entries.length > this.#size) {
        this.#entries.shift()
        this.#known = new WeakMap()
      }
    }
    if (schema !== null) this.#known.set(schema, made)
    return made
  }
}
