/** TimestampConverter: a field, or the whole key or value, from one form of a timestamp to another. */
import { ConfigDef } from '../data/config-def.ts'
import { ConfigException } from '../data/errors.ts'
import { type Field, Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import { IllegalArgumentException } from './java-errors.ts'
import { keyAndValue, replacesNull, textOf, withReplaceNull } from './plugin.ts'
import { entryOf, requireMap, requireStructOrNull, withEntries } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { SimpleDateFormat } from './simple-date-format.ts'
import { changedSchema, copyStructBasics, fieldValue, putField } from './structs.ts'
import { createTimestampForms, formByClass, formBySchema, unknownForm, type TimestampForm, type TimestampForms, unixPrecisions } from './timestamp-forms.ts'

const purpose = 'converting timestamp formats'
const config = withReplaceNull(new ConfigDef()
  .define('field', 'STRING', '', 'HIGH', 'The field that holds the timestamp; empty when the whole key or value is one.')
  .define('target.type', 'STRING', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidString.in('string', 'unix', 'Date', 'Time', 'Timestamp'), 'HIGH', 'The form it gets: string, unix, Date, Time or Timestamp.')
  .define('format', 'STRING', '', 'MEDIUM', 'Format of timestamps that are texts, before or after, as in <code>java.text.SimpleDateFormat</code>, in UTC.')
  .define('unix.precision', 'STRING', 'milliseconds', ConfigDef.ValidString.in(...unixPrecisions), 'LOW', 'What a unix timestamp counts, before or after: seconds, milliseconds, microseconds or nanoseconds. What is finer than a millisecond is lost.'))

/** `form`: that of the field's schema, if it has one; a record with a value in it says so if not. */
type Plan = { readonly schema: Schema; readonly fields: readonly { readonly from: Field; readonly to: Field; readonly isTimestamp: boolean; readonly form: TimestampForm | null }[] }
type Convert = (value: unknown, from: TimestampForm, schema: Schema | null) => unknown

export const timestampConverter = keyAndValue('TimestampConverter', config, (values, side) => {
  const name = textOf(values, 'field')
  const target = textOf(values, 'target.type') as TimestampForm
  const replaceNull = replacesNull(values)
  const pattern = textOf(values, 'format')
  if (target === 'string' && pattern.trim() === '') throw new ConfigException('TimestampConverter requires format option to be specified when using string timestamps')
  const forms = createTimestampForms(formatOf(pattern), textOf(values, 'unix.precision'))
  const convert: Convert = (value, from, schema) => (value === null ? null : forms[target].fromRaw(forms[from].toRaw(value, schema)))
  const cache = new SchemaCache<Plan>()
  return {
    apply: (record) => {
      const schema = record.schema(side)
      const value = record.value(side)
      if (schema === null) {
        if (value === null || name === '') record.set(side, null, value === null ? null : convert(value, formByClass(value), null))
        else {
          const map = requireMap(value, purpose)
          const timestamp = entryOf(map, name)
          record.set(side, null, withEntries(map, [[name, timestamp === null ? null : convert(timestamp, formByClass(timestamp), null)]]))
        }
        return true
      }
      if (name === '') {
        record.set(side, forms[target].schema(schema.isOptional), convert(value, formBySchema(schema) ?? unknownForm(schema), schema))
        return true
      }
      const struct = requireStructOrNull(value, purpose, schema)
      const plan = cache.get(schema, () => planOf(schema, name, forms[target], convert, replaceNull))
      record.set(side, plan.schema, struct && convertStruct(struct, plan, convert, replaceNull))
      return true
    },
  }
})

const formatOf = (pattern: string): SimpleDateFormat | null => {
  if (pattern.trim() === '') return null
  try {
    return new SimpleDateFormat(pattern)
  } catch (error) {
    if (!(error instanceof IllegalArgumentException)) throw error
    throw new ConfigException(`TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: ${pattern}`, `java.lang.IllegalArgumentException: ${error.message}`)
  }
}

const planOf = (schema: Schema, name: string, target: TimestampForms[TimestampForm], convert: Convert, replaceNull: boolean): Plan => {
  const builder = copyStructBasics(schema)
  for (const field of schema.fields) builder.field(field.name, field.name === name ? target.schema(field.schema.isOptional) : field.schema)
  if (schema.isOptional) builder.optional()
  const updated = builder.build()
  const fields = schema.fields.map((from) => ({ from, to: updated.field(from.name) ?? from, isTimestamp: from.name === name, form: from.name === name ? formBySchema(from.schema) : null }))
  if (!(schema.defaultValue instanceof Struct)) return { schema: updated, fields }
  return { schema: changedSchema(updated, { defaultValue: convertStruct(schema.defaultValue, { schema: updated, fields }, convert, replaceNull) }), fields }
}

const convertStruct = (struct: Struct, { schema, fields }: Plan, convert: Convert, replaceNull: boolean): Struct => {
  const updated = new Struct(schema)
  for (const { from, to, isTimestamp, form } of fields) {
    const value = fieldValue(struct, from, replaceNull)
    putField(updated, to, isTimestamp ? convert(value, form ?? unknownForm(from.schema), from.schema) : value)
  }
  return updated
}
