/** SetSchemaMetadata: another name or version for the schema of key or value. */
import { ConfigDef } from '../data/config-def.ts'
import { ConfigException, DataException } from '../data/errors.ts'
import type { Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import { keyAndValue, replacesNull, textOrNull, withReplaceNull } from './plugin.ts'
import { SchemaCache } from './schema-cache.ts'
import { changedSchema, copyFields, sameNamed } from './structs.ts'

const config = withReplaceNull(new ConfigDef()
  .define('schema.name', 'STRING', null, 'HIGH', 'Name the schema gets.')
  .define('schema.version', 'INT', null, 'HIGH', 'Version the schema gets.'))

export const setSchemaMetadata = keyAndValue('SetSchemaMetadata', config, (values, side) => {
  const name = textOrNull(values, 'schema.name')
  const version = values['schema.version'] == null ? null : Number(values['schema.version'])
  if (name === null && version === null) throw new ConfigException('Neither schema name nor version configured')
  const replaceNull = replacesNull(values)
  const cache = new SchemaCache<Schema>()
  return {
    apply: (record) => {
      const schema = record.schema(side)
      const value = record.value(side)
      if (schema === null && value === null) return true
      if (schema === null) throw new DataException('Schema required for [updating schema metadata]')
      const updated = cache.get(schema, () => changedSchema(schema, { name: name ?? schema.name, version: version ?? schema.version }))
      if (value instanceof Struct) {
        const copy = new Struct(updated)
        copyFields(value, copy, sameNamed(value.schema, updated), replaceNull)
        record.set(side, updated, copy)
      } else record.set(side, updated, value)
      return true
    },
  }
})
