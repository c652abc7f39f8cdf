/** `apply` of the transformations that take maps without a schema and structs with one, and leave null alone. */
import type { Schema } from '../data/schema.ts'
import type { Struct } from '../data/struct.ts'
import { requireMap, requireStruct, type SchemalessMap } from './requirements.ts'
import type { RecordRow, Side, Transformation } from './types.ts'

type Changes = {
  readonly map: (map: SchemalessMap, record: RecordRow) => SchemalessMap
  /** `schema` is the record's; the struct's own may be another object, equal or not. */
  readonly struct: (struct: Struct, record: RecordRow, schema: Schema) => Struct
}

/** `purpose` is Kafka's word for it in messages. */
export const onMapsAndStructs = (side: Side, purpose: string, { map, struct }: Changes): Transformation => ({
  apply: (record) => {
    const value = record.value(side)
    if (value === null) return true
    const schema = record.schema(side)
    if (schema === null) record.set(side, null, map(requireMap(value, purpose), record))
    else {
      const updated = struct(requireStruct(value, purpose, schema), record, schema)
      record.set(side, updated.schema, updated)
    }
    return true
  },
})
