/** HoistField: wraps key or value as the only field of a struct or map. */
import { ConfigDef } from '../data/config-def.ts'
import { SchemaBuilder } from '../data/schema-builder.ts'
import { Struct } from '../data/struct.ts'
import { keyAndValue, textOf } from './plugin.ts'
import { SchemaCache } from './schema-cache.ts'
import type { Schema } from '../data/schema.ts'

const config = new ConfigDef().define('field', 'STRING', ConfigDef.NO_DEFAULT_VALUE, 'MEDIUM', 'Name of the single field of the resulting struct or map.')

export const hoistField = keyAndValue('HoistField', config, (values, side) => {
  const name = textOf(values, 'field')
  const cache = new SchemaCache<Schema>()
  return {
    apply: (record) => {
      const schema = record.schema(side)
      const value = record.value(side)
      if (schema === null) record.set(side, null, Object.fromEntries([[name, value]]))
      else {
        const hoisted = cache.get(schema, () => SchemaBuilder.struct().field(name, schema).build())
        record.set(side, hoisted, new Struct(hoisted).put(name, value))
      }
      return true
    },
  }
})
