/** What a transformation makes of a schema, for the last 16 of them: found by identity, which is the rule, or else by equality. */
import type { Schema } from '../data/schema.ts'

const maxEntries = 16

export class SchemaCache<T> {
  /** The least recently used first. */
  readonly #entries = new Map<Schema, T>()
  #lastSchema: Schema | null = null
  #last: T | null = null

  get(schema: Schema, make: (schema: Schema) => T): T {
    if (schema === this.#lastSchema && this.#last !== null) return this.#last
    const found = this.#entries.get(schema) ?? this.#equalTo(schema) ?? make(schema)
    // the entry moves to the end, under the schema that comes now
    this.#entries.delete(schema)
    this.#entries.set(schema, found)
    if (this.#entries.size > maxEntries) this.#entries.delete(this.#entries.keys().next().value as Schema)
    this.#lastSchema = schema
    this.#last = found
    return found
  }

  #equalTo(schema: Schema): T | undefined {
    for (const [known, value] of this.#entries) {
      if (!known.equals(schema)) continue
      this.#entries.delete(known)
      return value
    }
    return undefined
  }
}
