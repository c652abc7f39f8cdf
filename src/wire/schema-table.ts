/** The schemas of one batch as it is made: structs and records name them by index. */
import type { Schema } from '../data/schema.ts'
import { knownSchemaId, schemaId, schemasText } from './schema-writer.ts'

export class SchemaTable {
  readonly #schemas: Schema[] = []
  readonly #byIdentity = new Map<Schema, number>()
  readonly #byId = new Map<number, number>()

  /** The index of an equal schema, added when new. -1 for null: schemaless. Throws DataException for one that cannot cross. */
  indexOf(schema: Schema | null): number {
    if (schema === null) return -1
    const known = this.#byIdentity.get(schema)
    if (known !== undefined) return known
    const id = knownSchemaId(schema)
    // one never seen before is compared first: some build the same schema anew for every record
    let index = id === undefined ? this.#schemas.findIndex((other) => other.equals(schema)) : (this.#byId.get(id) ?? -1)
    if (index < 0) {
      const own = id ?? schemaId(schema)
      index = this.#byId.get(own) ?? this.#schemas.push(schema) - 1
      this.#byId.set(own, index)
    }
    this.#byIdentity.set(schema, index)
    return index
  }
  get schemas(): readonly Schema[] {
    return this.#schemas
  }
  /** As the batch carries them (schema-form.ts). */
  toText(): string {
    return schemasText(this.#schemas)
  }
}
