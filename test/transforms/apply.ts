/** One record through one transformation. */
import type { ConnectRecord } from '../../src/data/record.ts'
import { SinkRecord, type SinkRecordFields, SourceRecord } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import { Struct } from '../../src/data/struct.ts'
import { createPredicate, createTransformation } from '../../src/transforms/create.ts'

const prefix = 'org.apache.kafka.connect.transforms.'
type Fields = Partial<SinkRecordFields>
export type Config = Readonly<Record<string, string>>

export const sinkRecord = (fields: Fields): SinkRecord => new SinkRecord({ topic: 't', kafkaPartition: 3, kafkaOffset: 42, timestamp: 1000, timestampType: 'CreateTime', ...fields })
export const apply = (name: string, config: Config, fields: Fields): ConnectRecord | null => createTransformation(`${prefix}${name}`, config).apply(sinkRecord(fields))
export const applyToSource = (name: string, config: Config, fields: Fields): ConnectRecord | null => createTransformation(`${prefix}${name}`, config).apply(new SourceRecord({ topic: 't', ...fields }))
export const holds = (name: string, config: Config, fields: Fields): boolean => createPredicate(`${prefix}predicates.${name}`, config).apply(sinkRecord(fields))
export const make = (name: string, config: Config) => () => createTransformation(`${prefix}${name}`, config)

/** A struct of these fields, in any order; fields left out stay null. */
export const struct = (schema: Schema, values: Readonly<Record<string, unknown>>): Struct => {
  const made = new Struct(schema)
  for (const [name, value] of Object.entries(values)) made.setAt(schema.field(name)?.index ?? -1, value)
  return made
}
/** `name:TYPE` of each field, with `?` when it is optional and the name of its schema in brackets. */
export const shape = (schema: Schema | null | undefined): string | null =>
  schema == null ? null : schema.type !== 'STRUCT' ? one(schema) : schema.fields.map((field) => `${field.name}:${one(field.schema)}`).join(' ')
const one = (schema: Schema): string => `${schema.type}${schema.isOptional ? '?' : ''}${schema.name === null ? '' : `(${schema.name.slice(schema.name.lastIndexOf('.') + 1)})`}`
/** The fields of a struct that are not null. */
export const fieldsOf = (value: unknown): unknown =>
  value instanceof Struct ? Object.fromEntries(value.schema.fields.map((field) => [field.name, fieldsOf(value.at(field.index))]).filter(([, item]) => item !== null)) : value
