/** ValueToKey: a new key of some fields of the value. */
import { ConfigDef } from '../data/config-def.ts'
import { DataException } from '../data/errors.ts'
import type { Schema } from '../data/schema.ts'
import { SchemaBuilder } from '../data/schema-builder.ts'
import { Struct } from '../data/struct.ts'
import { listOf, plugin, replacesNull, withReplaceNull } from './plugin.ts'
import { entryOf, requireMap, requireStruct } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copyFields, type FieldCopy, sameNamed } from './structs.ts'

const purpose = 'copying fields from value to key'
const config = withReplaceNull(new ConfigDef().define(
  'fields', 'LIST', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidList.anyNonDuplicateValues(false, false), 'HIGH', 'Names of the fields of the value that make the key, in this order.',
))

export const valueToKey = plugin('ValueToKey', config, (values) => {
  const fields = listOf(values, 'fields')
  const replaceNull = replacesNull(values)
  const cache = new SchemaCache<{ readonly schema: Schema; readonly copies: readonly FieldCopy[] }>()
  const plan = (schema: Schema) => {
    const builder = SchemaBuilder.struct()
    for (const name of fields) {
      const field = schema.field(name)
      if (field === null) throw new DataException(`Field does not exist: ${name}`)
      builder.field(name, field.schema)
    }
    const key = builder.build()
    return { schema: key, copies: sameNamed(schema, key) }
  }
  return {
    apply: (record) => {
      const valueSchema = record.schema('value')
      if (valueSchema === null) {
        const map = requireMap(record.value('value'), purpose)
        record.set('key', null, Object.fromEntries(fields.map((name) => [name, entryOf(map, name)])))
        return true
      }
      const struct = requireStruct(record.value('value'), purpose, valueSchema)
      const { schema, copies } = cache.get(struct.schema, plan)
      const key = new Struct(schema)
      copyFields(struct, key, copies, replaceNull)
      record.set('key', schema, key)
      return true
    },
  }
})
