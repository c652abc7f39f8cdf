/** The schemas of a batch while it goes through the chain: found again by identity, since transformations cache what they build. */
import type { Schema } from '../data/schema.ts'

export class SchemaList {
  readonly #schemas: Schema[]
  readonly #index = new Map<Schema, number>()
  #last: Schema | null = null
  #lastIndex = -1

  constructor(schemas: readonly Schema[]) {
    this.#schemas = [...schemas]
    schemas.forEach((schema, index) => this.#index.set(schema, index))
  }
  get all(): readonly Schema[] {
    return this.#schemas
  }
  /** Null for an index of -1, and for entry 0 of an empty list: schemaless. */
  at(index: number): Schema | null {
    return this.#schemas[index] ?? null
  }
  indexOf(schema: Schema | null): number {
    // rows of a batch have the same schema as a rule
    if (schema === this.#last) return this.#lastIndex
    if (schema === null) return -1
    let index = this.#index.get(schema)
    if (index === undefined) this.#index.set(schema, (index = this.#schemas.push(schema) - 1))
    this.#last = schema
    this.#lastIndex = index
    return index
  }
}
