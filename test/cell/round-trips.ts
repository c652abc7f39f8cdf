/**
 * Records from a source task in one cell to a sink task in another, both real, and between them what is between them in a worker: converters and
 * Kafka's record batches. Both sides make the same records; the sink's compares, inside its isolate.
 */
import { createConverter } from '../../src/converters/converters.ts'
import { decodeBatches } from '../../src/kafka/record-batch-reader.ts'
import { RecordBatchWriter } from '../../src/kafka/record-batch-writer.ts'
import type { SinkBatch, SourceBatch } from '../../src/wire/batch.ts'
import { decodeParts } from '../../src/worker/sink-decode.ts'
import { type Converters, encodeBatch, type EncodedBatch } from '../../src/worker/source-encode.ts'
import { cellOf, ok, soon } from './cells.ts'

/** `differ(a, b, at)`: what is not the same, to the bit, or null. `withSchemas` false: structs are compared by their fields. */
const comparison = `
const differ = (a, b, at) => {
  const is = (Class) => a instanceof Class && b instanceof Class
  const each = (pairs) => { for (const [x, y, where] of pairs) { const found = differ(x, y, at + where); if (found) return found } return null }
  if (is(Struct)) {
    if (withSchemas && !a.schema.equals(b.schema)) return at + ' has another schema'
    return each(a.schema.fields.map(({ name }) => [a.getWithoutDefault(name), b.getWithoutDefault(name), '.' + name]))
  }
  if (is(Map) && a.size === b.size) { const others = [...b]; return each([...a].flatMap(([key, value], n) => [[key, others[n][0], '<key ' + n + '>'], [value, others[n][1], '<' + n + '>']])) }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) return each(a.map((item, n) => [item, b[n], '[' + n + ']']))
  if (is(Uint8Array) && a.length === b.length) return a.every((byte, n) => byte === b[n]) ? null : at + ' has other bytes'
  if (is(Date)) return differ(a.getTime(), b.getTime(), at)
  if (is(Decimal)) return differ(a.toString() + ' scale ' + a.scale, b.toString() + ' scale ' + b.scale, at)
  const plain = (x) => typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
  if (plain(a) && plain(b)) return each([[Object.keys(a), Object.keys(b), ' keys'], ...Object.keys(a).map((key) => [a[key], b[key], '.' + key])])
  return Object.is(a, b) ? null : at + ': ' + typeof a + ' ' + String(a).slice(0, 40) + ' became ' + typeof b + ' ' + String(b).slice(0, 40)
}`
const imports = `
const { SourceConnector, SourceTask, SinkConnector, SinkTask, ConfigDef, SchemaBuilder, Struct, schemas, Decimal, ConnectException } = require('isoconnect')
const { INT8_SCHEMA, INT16_SCHEMA, INT32_SCHEMA, INT64_SCHEMA, FLOAT32_SCHEMA, FLOAT64_SCHEMA, BOOLEAN_SCHEMA, STRING_SCHEMA, BYTES_SCHEMA, OPTIONAL_STRING_SCHEMA, OPTIONAL_INT64_SCHEMA } = schemas
`
const connector = (kind: 'Source' | 'Sink', task: string): string => `
class Task extends ${kind}Task { start() {} ${task} }
class Plugin extends ${kind}Connector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [{}] } }
module.exports = { Plugin, Task }`

export type Trip = {
  /** Guest code for the list of records, as \`poll\` returns them. */
  readonly sent: string
  /** The same for what is to arrive, where that differs. */
  readonly expected?: string
  /** Which parts of a record are compared. */
  readonly parts?: readonly ('key' | 'keySchema' | 'value' | 'valueSchema' | 'headers' | 'timestamp')[]
  readonly withSchemas?: boolean
}

/** What the source's poll came to. */
export const polled = async (sent: string): Promise<SourceBatch> => {
  await using opened = await cellOf(`${imports}${connector('Source', `poll() { return (${sent}).map((record) => ({ topic: 't', sourcePartition: { a: 1 }, sourceOffset: { b: 1 }, ...record })) }`)}`)
  const task = await opened.open('source')
  ok(await task.call('start', [{}], soon))
  const batch = ok(await task.call('poll', [], soon))
  if (batch === null) throw new Error('no records')
  return batch
}
/** Throws with what is different. */
export const putAndCompare = async (batch: SinkBatch, { sent, expected = sent, parts = ['value', 'valueSchema'], withSchemas = true }: Trip): Promise<void> => {
  await using opened = await cellOf(`${imports}const withSchemas = ${withSchemas};${comparison}
    const sameSchema = (a, b) => a === b || (a !== null && a.equals(b))
    const part = (record, name) => name !== 'headers' ? record[name] ?? null : (record.headers ?? []).map(({ key, value }) => [key, value])
    ${connector('Sink', `put(records) {
      const due = ${expected}
      if (records.length !== due.length) throw new ConnectException(records.length + ' records')
      due.forEach((one, row) => {
        for (const name of ${JSON.stringify(parts)}) {
          const [a, b] = [part(one, name), part(records[row], name)]
          const found = name.endsWith('Schema') ? (sameSchema(a, b) ? null : name + ' is another') : differ(a, b, name)
          if (found) throw new ConnectException('record ' + row + ': ' + found)
        }
      })
    }`)}`)
  const task = await opened.open('sink')
  ok(await task.call('start', [{}], soon))
  ok(await task.call('put', [batch], soon))
}

type Spec = readonly [className: string, config?: Readonly<Record<string, string>>]
const simpleHeaders: Spec = ['org.apache.kafka.connect.storage.SimpleHeaderConverter']
export const convertersOf = (value: Spec, key: Spec = value, header: Spec = simpleHeaders): Converters => {
  const make = ([className, config = {}]: Spec, type: string) => createConverter({ className, isKey: type === 'key', config: { 'converter.type': type, ...config } })
  return { key: make(key, 'key'), value: make(value, 'value'), header: make(header, 'header') }
}

/** Through converters and a record batch; throws the first failure of a row. */
export const throughKafka = async (batch: SourceBatch, converters: Converters): Promise<SinkBatch> => {
  const encoded = await encodeBatch(batch, { converters, chain: null })
  if (encoded.failures[0]) throw encoded.failures[0].error
  const parts = decodeBatches(recordBatch(encoded, batch.count), { topic: 't', partition: 0, fetchOffset: 0, checkCrcs: true, abortedTransactions: null }).columns
  const decoded = await decodeParts(parts, { converters, chain: null })
  if (decoded.failures[0]) throw decoded.failures[0].error
  const put = decoded.batch()
  if (put === null) throw new Error('nothing to put')
  return put
}
const recordBatch = ({ key, value, headers, timestamp }: EncodedBatch, count: number): Buffer => {
  const writer = new RecordBatchWriter(1024)
  for (let row = 0; row < count; row++) {
    const [keyStart, valueStart] = [key.start[row] as number, value.start[row] as number]
    const ms = timestamp?.[row] ?? Number.NaN
    const keyBytes = keyStart < 0 ? null : key.bytes
    const valueBytes = valueStart < 0 ? null : value.bytes
    writer.append(Number.isNaN(ms) ? 1000 : ms, keyBytes, keyStart, key.end[row] as number, valueBytes, valueStart, value.end[row] as number, headers?.(row) ?? null, 100_000_000)
  }
  return Buffer.from(writer.finish({ compression: 'none', producerId: -1, producerEpoch: -1, baseSequence: -1 }))
}
/** With `converters` null straight from one cell into the other. */
export const roundTrip = async (trip: Trip, converters: Converters | null): Promise<void> => {
  const batch = await polled(trip.sent)
  if (converters !== null) return putAndCompare(await throughKafka(batch, converters), trip)
  const { count, topics, topic, timestamp, schemas, keySchema, valueSchema, key, value, headers } = batch
  const where = { partition: new Int32Array(count), offset: new Float64Array(count), timestampType: null, original: null }
  return putAndCompare({ count, topics, topic, timestamp, schemas, keySchema, valueSchema, key, value, headers, ...where }, trip)
}
