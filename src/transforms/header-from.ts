/** HeaderFrom: moves or copies fields into headers. */
import { ConfigDef } from '../data/config-def.ts'
import { invalidValue } from '../data/config-parse.ts'
import { LambdaValidator } from '../data/config-validators.ts'
import { ConfigException } from '../data/errors.ts'
import type { Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import { NullPointerException } from './java-errors.ts'
import { keyAndValue, listOf, replacesNull, textOf, withReplaceNull } from './plugin.ts'
import { entriesOf, entryOf, mapOf, requireMap, requireStruct } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copyFields, copyStructBasics, type FieldCopy, fieldValue, sameNamed } from './structs.ts'
import type { RecordRow, Side } from './types.ts'

const nonEmptyList = LambdaValidator.with((name, value) => {
  if (!Array.isArray(value) || value.length === 0) throw invalidValue(name, value, 'Empty list')
}, () => 'non-empty list')
const config = withReplaceNull(new ConfigDef()
  .define('fields', 'LIST', ConfigDef.NO_DEFAULT_VALUE, nonEmptyList, 'HIGH', 'Names of the fields whose values go into headers.')
  .define('headers', 'LIST', ConfigDef.NO_DEFAULT_VALUE, nonEmptyList, 'HIGH', 'Names of the headers, in the order of the fields.')
  .define('operation', 'STRING', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidString.in('move', 'copy'), 'HIGH', '`move` takes the fields away from key or value, `copy` leaves them there.'))

type Options = { readonly fields: readonly string[]; readonly headers: readonly string[]; readonly operation: string; readonly replaceNull: boolean }
type Moved = { readonly schema: Schema; readonly copies: readonly FieldCopy[] }

export const headerFrom = keyAndValue('HeaderFrom', config, (values, side) => {
  const options: Options = { fields: listOf(values, 'fields'), headers: listOf(values, 'headers'), operation: textOf(values, 'operation'), replaceNull: replacesNull(values) }
  if (options.fields.length !== options.headers.length) throw new ConfigException("'fields' config must have the same number of elements as 'headers' config.")
  const cache = new SchemaCache<Moved>()
  return {
    apply: (record) => {
      const schema = record.schema(side)
      if (schema === null) applyToMap(record, side, options)
      else applyToStruct(record, side, schema, options, cache)
      return true
    },
  }
})

const applyToMap = (record: RecordRow, side: Side, { fields, headers, operation }: Options): void => {
  const map = requireMap(record.value(side), `header ${operation}`)
  const updated = record.headers.duplicate()
  fields.forEach((field, index) => updated.add(headers[index] as string, entryOf(map, field), null))
  record.headers = updated
  if (operation === 'move') record.set(side, null, mapOf(entriesOf(map).filter(([key]) => !fields.includes(key)), map))
}

const applyToStruct = (record: RecordRow, side: Side, schema: Schema, { fields, headers, operation, replaceNull }: Options, cache: SchemaCache<Moved>): void => {
  const struct = requireStruct(record.value(side), `header ${operation}`, schema)
  const updated = record.headers.duplicate()
  const moved = operation === 'move' ? cache.get(schema, () => withoutFields(schema, fields)) : null
  const rest = moved && new Struct(moved.schema)
  if (moved && rest) copyFields(struct, rest, moved.copies, replaceNull)
  fields.forEach((name, index) => {
    const field = struct.schema.field(name)
    const declared = schema.field(name)
    if (declared === null) throw new NullPointerException(`The field ${name} is not in the schema of the ${side}, so that the header ${headers[index]} has none`)
    updated.add(headers[index] as string, field && fieldValue(struct, field, replaceNull), declared.schema)
  })
  record.headers = updated
  if (moved) record.set(side, moved.schema, rest)
}
const withoutFields = (schema: Schema, fields: readonly string[]): Moved => {
  const builder = copyStructBasics(schema)
  for (const field of schema.fields) if (!fields.includes(field.name)) builder.field(field.name, field.schema)
  const moved = builder.build()
  return { schema: moved, copies: sameNamed(schema, moved) }
}
