// A source of tagged records (test/parity/tagged.ts) and a sink that writes down what it is given. Twin of ../java.
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { Decimal, SchemaBuilder, SinkConnector, SinkTask, sleep, SourceConnector, SourceTask, Struct } from 'isoconnect'

export class PipelineSource extends SourceConnector {
  start(props) { this.props = props }
  taskClass() { return PipelineSourceTask }
  taskConfigs() { return [this.props] }
}
class PipelineSourceTask extends SourceTask {
  ends = new Map()
  next = 0
  async start(props) {
    this.props = props
    this.records = JSON.parse(await readFile(props.records, 'utf8'))
  }
  async poll() {
    if (this.next >= this.records.length) {
      await sleep(50)
      return null
    }
    const from = this.next
    this.next += Number(this.props['batch.size'])
    return this.records.slice(from, this.next).map((record, at) => recordOf(record, from + at))
  }
  async commitRecord(record, metadata) {
    this.ends.set(record.sourceOffset.n, metadata === null ? null : [metadata.topic, metadata.partition, metadata.offset, metadata.timestamp])
    if (this.ends.size < this.records.length) return
    await writeFile(this.props.done, `${JSON.stringify(this.records.map((_, index) => this.ends.get(index)))}\nEND\n`)
  }
}

export class PipelineSink extends SinkConnector {
  start(props) { this.props = props }
  taskClass() { return PipelineSinkTask }
  taskConfigs() { return [this.props] }
}
class PipelineSinkTask extends SinkTask {
  start(props) { this.props = props }
  async put(records) {
    await appendFile(this.props.done, records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join(''))
  }
  async preCommit(offsets) {
    let sum = 0
    for (const { offset } of offsets) sum += offset
    if (sum >= Number(this.props.expect) && !this.ended) {
      this.ended = true
      await appendFile(this.props.done, 'END\n')
    }
    return offsets
  }
}

const recordOf = (json, n) => {
  const [keySchema, valueSchema] = [schemaOf(json.keySchema ?? null), schemaOf(json.valueSchema ?? null)]
  return {
    sourcePartition: { file: 'records' }, sourceOffset: { n }, topic: json.topic, partition: json.partition ?? null, timestamp: json.timestamp ?? null,
    keySchema, key: valueOf(json.key ?? null), valueSchema, value: valueOf(json.value ?? null),
    headers: (json.headers ?? []).map(([key, schema, value]) => ({ key, schema: schemaOf(schema), value: valueOf(value) })),
  }
}
const lineOf = (record) => ({
  topic: record.topic, partition: record.kafkaPartition, offset: record.kafkaOffset,
  originalTopic: record.originalTopic, originalPartition: record.originalKafkaPartition, originalOffset: record.originalKafkaOffset,
  timestamp: record.timestamp, timestampType: record.timestampType,
  keySchema: tagSchema(record.keySchema), key: tagValue(record.key, record.keySchema), valueSchema: tagSchema(record.valueSchema), value: tagValue(record.value, record.valueSchema),
  headers: [...record.headers].map(({ key, schema, value }) => [key, tagSchema(schema), tagValue(value, schema)]),
})

const known = new Map()
const schemaOf = (json) => {
  if (json === null) return null
  const text = JSON.stringify(json)
  if (!known.has(text)) known.set(text, built(json))
  return known.get(text)
}
const built = (json) => {
  const builder = json.t === 'ARRAY' ? SchemaBuilder.array(schemaOf(json.e)) : json.t === 'MAP' ? SchemaBuilder.map(schemaOf(json.k), schemaOf(json.e)) : SchemaBuilder.type(json.t)
  if (json.o) builder.optional()
  if (json.n !== undefined) builder.name(json.n)
  if (json.v !== undefined) builder.version(json.v)
  if (json.doc !== undefined) builder.doc(json.doc)
  for (const [key, value] of json.p ?? []) builder.parameter(key, value)
  for (const [name, schema] of json.f ?? []) builder.field(name, schemaOf(schema))
  if (json.d !== undefined) builder.defaultValue(valueOf(json.d))
  return builder.build()
}
const valueOf = (json) => {
  if (json === null || typeof json === 'string') return json
  const [tag, content, more] = json
  switch (tag) {
    case 'b': return content
    case 'i64': return Number.isSafeInteger(Number(content)) ? Number(content) : BigInt(content)
    case 'dec': return new Decimal(BigInt(content), more)
    case 'y': return Uint8Array.fromBase64(content)
    case 'date': return new Date(content)
    case 'l': return content.map(valueOf)
    case 'm': return new Map(content.map(([key, item]) => [valueOf(key), valueOf(item)]))
    case 's': {
      const struct = new Struct(schemaOf(content))
      content.f.forEach(([name], index) => struct.put(name, valueOf(more[index])))
      return struct
    }
    default: return Number(content)
  }
}

const tagSchema = (schema) => schema === null ? null : {
  t: schema.type,
  ...(schema.isOptional ? { o: true } : {}),
  ...(schema.name === null ? {} : { n: schema.name }),
  ...(schema.version === null ? {} : { v: schema.version }),
  ...(schema.doc === null ? {} : { doc: schema.doc }),
  ...(schema.parameters === null ? {} : { p: [...schema.parameters] }),
  ...(schema.type === 'STRUCT' ? { f: schema.fields.map((field) => [field.name, tagSchema(field.schema)]) } : {}),
  ...(schema.type === 'MAP' ? { k: tagSchema(schema.keySchema) } : {}),
  ...(schema.type === 'MAP' || schema.type === 'ARRAY' ? { e: tagSchema(schema.valueSchema) } : {}),
  ...(schema.defaultValue === undefined || schema.defaultValue === null ? {} : { d: schema.defaultValue instanceof Struct ? ['s', null, fieldsOf(schema.defaultValue)] : tagValue(schema.defaultValue, schema) }),
}
const numberTags = { INT8: 'i8', INT16: 'i16', INT32: 'i32', INT64: 'i64', FLOAT32: 'f32', FLOAT64: 'f64' }
const textOf = (value) => (Object.is(value, -0) ? '-0' : String(value))
const innerOf = (schema, side) => (schema?.type === 'MAP' ? schema[side] : schema?.type === 'ARRAY' ? schema.valueSchema : null)
const tagValue = (value, schema) => {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return ['b', value]
  if (typeof value === 'bigint') return [numberTags[schema?.type] ?? 'i64', String(value)]
  if (typeof value === 'number') return [numberTags[schema?.type] ?? (Number.isSafeInteger(value) ? 'i64' : 'f64'), textOf(value)]
  if (value instanceof Decimal) return ['dec', String(value.unscaled), value.scale]
  if (value instanceof Uint8Array) return ['y', value.toBase64()]
  if (value instanceof Date) return ['date', value.getTime()]
  if (Array.isArray(value)) return ['l', value.map((item) => tagValue(item, innerOf(schema, 'valueSchema')))]
  if (value instanceof Struct) return ['s', tagSchema(value.schema), fieldsOf(value)]
  if (value instanceof Map || Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
    return ['m', [...(value instanceof Map ? value : Object.entries(value))].map(([key, item]) => [tagValue(key, innerOf(schema, 'keySchema')), tagValue(item, innerOf(schema, 'valueSchema'))])]
  throw new Error(`a value of ${typeof value} ${value?.constructor?.name}`)
}
const fieldsOf = (struct) => struct.schema.fields.map((field) => tagValue(struct.getWithoutDefault(field.name), field.schema))
