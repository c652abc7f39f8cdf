/** Our transformations and predicates on the cases: one record at a time, each made once for a class and configuration, as on Java's side. */
import { ConnectHeaders } from '../../src/data/headers.ts'
import { type ConnectRecord, SinkRecord, SourceRecord } from '../../src/data/record.ts'
import { createPredicate, createTransformation } from '../../src/transforms/create.ts'
import type { Answer, Case, TaggedRecord } from './cases.ts'
import { schemaOf, tagSchema, tagValue, valueOf } from './tagged.ts'

type Of<Op extends Case['op']> = Extract<Case, { readonly op: Op }>

/** What `make` made for the first case of a class and configuration. */
const once = <Made>(make: (className: string, config: Readonly<Record<string, string>>) => Made): ((one: Of<'transform' | 'test'>) => Made) => {
  const known = new Map<string, Made>()
  return ({ class: className, config = {} }) => {
    const key = JSON.stringify([className, config])
    const made = known.get(key) ?? make(className, config)
    known.set(key, made)
    return made
  }
}
const transformationOf = once(createTransformation)
const predicateOf = once(createPredicate)

export const transformAnswer = (one: Of<'transform' | 'test'>): Answer => {
  const result = transformationOf(one).apply(recordOf(one.record))
  return { record: result && tagRecord(result) }
}
export const predicateAnswer = (one: Of<'transform' | 'test'>): Answer => ({ result: predicateOf(one).apply(recordOf(one.record)) })

const recordOf = (json: TaggedRecord): ConnectRecord => {
  const keySchema = schemaOf(json.keySchema ?? null)
  const valueSchema = schemaOf(json.valueSchema ?? null)
  const headers = new ConnectHeaders((json.headers ?? []).map(([key, tagged, value]) => {
    const schema = schemaOf(tagged)
    return { key, schema, value: valueOf(value, schema) }
  }))
  const fields = {
    topic: json.topic, kafkaPartition: json.partition ?? null, timestamp: json.timestamp ?? null, headers,
    keySchema, key: valueOf(json.key ?? null, keySchema), valueSchema, value: valueOf(json.value ?? null, valueSchema),
  }
  return json.offset === undefined ? new SourceRecord({ ...fields, sourcePartition: {}, sourceOffset: {} }) : new SinkRecord({ ...fields, kafkaOffset: json.offset, timestampType: fields.timestamp === null ? 'NoTimestampType' : 'CreateTime' })
}
const tagRecord = (record: ConnectRecord): unknown => ({
  topic: record.topic, partition: record.kafkaPartition, timestamp: record.timestamp, ...(record instanceof SinkRecord ? { offset: record.kafkaOffset } : {}),
  keySchema: tagSchema(record.keySchema), key: tagValue(record.key, record.keySchema), valueSchema: tagSchema(record.valueSchema), value: tagValue(record.value, record.valueSchema),
  headers: Array.from(record.headers, ({ key, schema, value }) => [key, tagSchema(schema), tagValue(value, schema)]),
})
