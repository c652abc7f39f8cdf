/** What a converter makes of bytes. A plain `{ schema, value }` does as well. */
import type { Schema } from '../../src/data/schema.ts'

export class SchemaAndValue {
  static readonly NULL: SchemaAndValue = new SchemaAndValue(null, null)
  readonly schema: Schema | null
  readonly value: unknown
  constructor(schema: Schema | null, value: unknown) {
    this.schema = schema
    this.value = value
  }
}
