/** ExtractField: one field takes the place of the whole key or value. */
import { ConfigDef } from '../data/config-def.ts'
import type { Field } from '../data/schema.ts'
import { FieldPath } from './field-path.ts'
import { IllegalArgumentException } from './java-errors.ts'
import { keyAndValue, replacesNull, textOf, withReplaceNull } from './plugin.ts'
import { requireMapOrNull, requireStructOrNull } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'

const purpose = 'field extraction'
const config = withReplaceNull(new ConfigDef().define('field', 'STRING', ConfigDef.NO_DEFAULT_VALUE, 'MEDIUM', 'Name of the field to extract, or its path with syntax version V2.')).define(
  'field.syntax.version', 'STRING', 'V1', ConfigDef.CaseInsensitiveValidString.in('V1', 'V2'), 'HIGH',
  'How fields are named. V1: by a name of the outermost level, whatever is in it. V2: by a path with dots, where backticks go around a name that has dots itself.',
)

export const extractField = keyAndValue('ExtractField', config, (values, side) => {
  const name = textOf(values, 'field')
  const path = new FieldPath(name, textOf(values, 'field.syntax.version'))
  const replaceNull = replacesNull(values)
  const cache = new SchemaCache<Field>()
  return {
    apply: (record) => {
      const schema = record.schema(side)
      if (schema === null) {
        const map = requireMapOrNull(record.value(side), purpose)
        record.set(side, null, map && path.entryIn(map))
        return true
      }
      const struct = requireStructOrNull(record.value(side), purpose, schema)
      const field = cache.get(schema, () => {
        const found = path.fieldIn(schema)
        if (found === null) throw new IllegalArgumentException(`Unknown field: ${name}`)
        return found
      })
      record.set(side, field.schema, struct && path.valueIn(struct, replaceNull))
      return true
    },
  }
})
