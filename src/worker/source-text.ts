/** A polled record as text: what Java's SourceRecord prints, or (where values must not be shown) only where it comes from and goes to. */
import { javaText } from '../data/java-text.ts'
import { parseJson } from '../data/json.ts'
import type { Schema } from '../data/schema.ts'
import type { Column, Index, SourceBatch } from '../wire/batch.ts'
import { type HostBatch, type HostColumn, hostValues, pickRows } from '../wire/host-columns.ts'
import { knownSchemas } from '../wire/schema-reader.ts'
import { textsOf } from './source-encode.ts'
import { offsetText } from './submitted-records.ts'

/** Batches of which a record has failed, as values: often many more of the same batch do, and unpacking is work for all of its rows. */
const opened = new WeakMap<SourceBatch, HostBatch>()
const openedOf = (batch: SourceBatch): HostBatch => {
  const known = opened.get(batch)
  if (known !== undefined) return known
  const schemas = knownSchemas(batch.schemas)
  const values = (column: Column, count: number): HostColumn => (column.kind === 'null' ? column : { kind: 'objects', values: hostValues(column, count, schemas) })
  const { count, headers } = batch
  const made: HostBatch = {
    ...batch, offset: null, schemas, key: values(batch.key, count), value: values(batch.value, count),
    headers: headers && { ...headers, values: values(headers.values, headers.keys.lengths.length) },
  }
  opened.set(batch, made)
  return made
}
/** One row as a batch of its own. */
export const pickSourceRow = (batch: SourceBatch, row: number): HostBatch => pickRows(openedOf(batch), Int32Array.of(row))

export const topicOf = (batch: SourceBatch, row: number): string => batch.topics[batch.topic?.[row] ?? 0] ?? ''
/** As JSON. */
export const sourcePartitionOf = (batch: SourceBatch, row: number): string => batch.sourcePartitions[batch.sourcePartition?.[row] ?? 0] ?? '{}'

/** Topic and partitions only. */
export const placeOf = (batch: SourceBatch, row: number): string => `${origin(batch, row)} ConnectRecord{topic='${topicOf(batch, row)}', kafkaPartition=${kafkaPartition(batch, row)}}`

/** Key, value and headers too. */
export const textOf = (batch: SourceBatch, row: number): string => {
  const one = pickSourceRow(batch, row)
  const key = printed(one, 'key', one.keySchema)
  const value = printed(one, 'value', one.valueSchema)
  const timestamp = batch.timestamp?.[row] ?? NaN
  return `${origin(batch, row)} ConnectRecord{topic='${topicOf(batch, row)}', kafkaPartition=${kafkaPartition(batch, row)}, key=${key.value}, keySchema=${key.schema}, ` +
    `value=${value.value}, valueSchema=${value.schema}, timestamp=${Number.isNaN(timestamp) ? 'null' : timestamp}, headers=ConnectHeaders(headers=${headersText(one)})}`
}

const origin = (batch: SourceBatch, row: number): string =>
  `SourceRecord{sourcePartition=${ofJson(sourcePartitionOf(batch, row))}, sourceOffset=${ofJson(offsetText(batch.sourceOffset, row) ?? 'null')}}`
/** The text itself where it is no JSON: a record is told of whatever its task made of its offset. */
const ofJson = (json: string): string => {
  try {
    return javaText(parseJson(json, (_key, value, { source = '' }) => (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value)), null)
  } catch {
    return json
  }
}
const kafkaPartition = ({ partition }: SourceBatch, row: number): string => (partition !== null && (partition[row] as number) >= 0 ? String(partition[row]) : 'null')

const schemaAt = (schemas: readonly Schema[], index: Index, row: number): Schema | null => schemas[index === null ? 0 : (index[row] as number)] ?? null
const schemaText = (schema: Schema | null): string => (schema === null ? 'null' : `Schema{${schema.name === null ? '' : `${schema.name}:`}${schema.type}}`)
const printed = (one: HostBatch, side: 'key' | 'value', index: Index): { readonly value: string; readonly schema: string } => {
  const schema = schemaAt(one.schemas, index, 0)
  return { value: javaText(hostValues(one[side], 1, one.schemas)[0], schema), schema: schemaText(schema) }
}
/** Java leaves the list out where there are none. */
const headersText = ({ headers, schemas }: HostBatch): string => {
  const total = headers?.counts[0] ?? 0
  if (headers === null || total === 0) return ''
  const values = hostValues(headers.values, total, schemas)
  const texts = textsOf(headers.keys).map((key, index) => {
    const schema = schemaAt(schemas, headers.schema, index)
    return `ConnectHeader(key=${key}, value=${javaText(values[index], schema)}, schema=${schemaText(schema)})`
  })
  return `[${texts.join(', ')}]`
}
