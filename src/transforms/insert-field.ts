/** InsertField: fields from what is known about a record (topic, partition, offset, timestamp), or of a fixed text. */
import { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import { ConfigException, DataException } from '../data/errors.ts'
import type { Field, Schema } from '../data/schema.ts'
import { SchemaBuilder, schemas } from '../data/schema-builder.ts'
import { Struct } from '../data/struct.ts'
import { onMapsAndStructs } from './maps-and-structs.ts'
import { keyAndValue, replacesNull, textOrNull, withReplaceNull } from './plugin.ts'
import { withEntries } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copyFields, copyStructBasics, type FieldCopy, sameNamed } from './structs.ts'
import type { RecordRow } from './types.ts'

const purpose = 'field insertion'
const optionality = 'A `!` at the end makes it a required field, `?` (or nothing) an optional one.'
const config = withReplaceNull(new ConfigDef()
  .define('topic.field', 'STRING', null, 'MEDIUM', `Name of the field for the topic. ${optionality}`)
  .define('partition.field', 'STRING', null, 'MEDIUM', `Name of the field for the partition. ${optionality}`)
  .define('offset.field', 'STRING', null, 'MEDIUM', `Name of the field for the offset, which only records of sinks have. ${optionality}`)
  .define('timestamp.field', 'STRING', null, 'MEDIUM', `Name of the field for the record's timestamp. ${optionality}`)
  .define('static.field', 'STRING', null, 'MEDIUM', `Name of the field for the fixed text. ${optionality}`)
  .define('static.value', 'STRING', null, 'MEDIUM', 'The fixed text.'))

/** One field to insert; a value of null is left out. */
type Insertion = {
  readonly name: string
  readonly schema: Schema
  readonly value: (record: RecordRow) => unknown
  /** The value beside a schema, where it is another one. */
  readonly typed?: (value: unknown) => unknown
}

const timestamp = { optional: SchemaBuilder.timestamp().optional().build(), required: SchemaBuilder.timestamp().build() }
const kinds: readonly { readonly key: string; readonly optional: Schema; readonly required: Schema; readonly value: (record: RecordRow) => unknown; readonly typed?: (value: unknown) => unknown }[] = [
  { key: 'topic.field', optional: schemas.OPTIONAL_STRING_SCHEMA, required: schemas.STRING_SCHEMA, value: (record) => record.topic },
  { key: 'partition.field', optional: schemas.OPTIONAL_INT32_SCHEMA, required: schemas.INT32_SCHEMA, value: (record) => record.kafkaPartition },
  { key: 'offset.field', optional: schemas.OPTIONAL_INT64_SCHEMA, required: schemas.INT64_SCHEMA, value: (record) => offsetOf(record) },
  { key: 'timestamp.field', ...timestamp, value: (record) => record.timestamp, typed: (ms) => new Date(ms as number) },
]
const offsetOf = (record: RecordRow): number => {
  if (record.kafkaOffset === null) throw new DataException(`Only SinkRecord supported for [${purpose}], found: org.apache.kafka.connect.source.SourceRecord`)
  return record.kafkaOffset
}

const insertionsOf = (values: ConfigMap): readonly Insertion[] => {
  const fixed = textOrNull(values, 'static.value')
  const all = [...kinds, { key: 'static.field', optional: schemas.OPTIONAL_STRING_SCHEMA, required: schemas.STRING_SCHEMA, value: () => fixed }]
  const insertions = all.flatMap(({ key, optional, required, ...rest }): Insertion[] => {
    const given = textOrNull(values, key)
    return given === null ? [] : [{ ...rest, name: given.replace(/[?!]$/, ''), schema: given.endsWith('!') ? required : optional }]
  })
  if (insertions.length === 0) throw new ConfigException('No field insertion configured')
  const staticField = textOrNull(values, 'static.field')
  if (staticField !== null && fixed === null) throw new ConfigException('static.value', null, `No value specified for static field: ${staticField}`)
  return insertions
}

type Plan = { readonly schema: Schema; readonly copies: readonly FieldCopy[]; readonly fields: readonly Field[] }

export const insertField = keyAndValue('InsertField', config, (values, side) => {
  const insertions = insertionsOf(values)
  const replaceNull = replacesNull(values)
  const cache = new SchemaCache<Plan>()
  const plan = (schema: Schema): Plan => {
    const builder = copyStructBasics(schema)
    for (const field of schema.fields) builder.field(field.name, field.schema)
    for (const insertion of insertions) builder.field(insertion.name, insertion.schema)
    const updated = builder.build()
    return { schema: updated, copies: sameNamed(schema, updated), fields: updated.fields.slice(schema.fields.length) }
  }
  return onMapsAndStructs(side, purpose, {
    map: (map, record) => {
      const entries = insertions.map(({ name, value }): [string, unknown] => [name, value(record)])
      return withEntries(map, entries.filter(([, inserted]) => inserted !== null))
    },
    struct: (struct, record) => {
      const { schema, copies, fields } = cache.get(struct.schema, plan)
      const updated = new Struct(schema)
      copyFields(struct, updated, copies, replaceNull)
      for (let index = 0; index < insertions.length; index++) {
        const insertion = insertions[index] as Insertion
        const inserted = insertion.value(record)
        if (inserted !== null) updated.setAt((fields[index] as Field).index, insertion.typed ? insertion.typed(inserted) : inserted)
      }
      return updated
    },
  })
})
