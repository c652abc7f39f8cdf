/** Every type through connectors in real cells: what a source task returns is what a sink task gets, directly and through JsonConverter with schemas. */
import { expect, test } from 'vitest'
import type { SinkBatch, SourceBatch } from '../../src/wire/batch.ts'
import { hostValues, packHostBatch } from '../../src/wire/host-columns.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { atOnce, converter } from '../converters/helpers.ts'
import { cellOf, ok, soon } from './cells.ts'

/** The record both sides make: the source returns it, the sink compares what it gets. `json` leaves out what JSON has no word for. */
const shared = `
const { SourceConnector, SourceTask, SinkConnector, SinkTask, ConfigDef, SchemaBuilder, Struct, schemas, Decimal, ConnectException } = require('isoconnect')
const { INT8_SCHEMA, INT16_SCHEMA, INT32_SCHEMA, INT64_SCHEMA, FLOAT32_SCHEMA, FLOAT64_SCHEMA, BOOLEAN_SCHEMA, STRING_SCHEMA, BYTES_SCHEMA, OPTIONAL_STRING_SCHEMA, OPTIONAL_INT64_SCHEMA } = schemas
let deep = SchemaBuilder.struct().name('deep.0').field('leaf', STRING_SCHEMA).build()
let deepValue = new Struct(deep).put('leaf', 'bottom')
for (let level = 1; level <= 15; level++) {
  deep = SchemaBuilder.struct().name('deep.' + level).field('down', deep).build()
  deepValue = new Struct(deep).put('down', deepValue)
}
const fields = [
  ['i8', INT8_SCHEMA, -128], ['i16', INT16_SCHEMA, 32767], ['i32', INT32_SCHEMA, -2147483648],
  ['i64max', INT64_SCHEMA, 9223372036854775807n], ['i64min', INT64_SCHEMA, -9223372036854775808n], ['i64safe', INT64_SCHEMA, 9007199254740991], ['i64odd', INT64_SCHEMA, 9007199254740993n],
  ['f32', FLOAT32_SCHEMA, Math.fround(0.1)], ['f64', FLOAT64_SCHEMA, 5e-324], ['huge', FLOAT64_SCHEMA, 1.7976931348623157e308],
  // JSON has no such numbers; Kafka reads -0.0 as a decimal, which is 0.0
  ...(json ? [] : [['minusZero', FLOAT64_SCHEMA, -0], ['nan', FLOAT64_SCHEMA, NaN], ['infinite', FLOAT64_SCHEMA, -Infinity]]),
  ['yes', BOOLEAN_SCHEMA, true], ['no', BOOLEAN_SCHEMA, false],
  ['empty', STRING_SCHEMA, ''], ['mega', STRING_SCHEMA, 'é😀x'.repeat(250000)], ['odd', STRING_SCHEMA, 'a\\u0000"\\\\\\n東'],
  ['bytes', BYTES_SCHEMA, Uint8Array.from({ length: 256 }, (_, at) => at)], ['noBytes', BYTES_SCHEMA, new Uint8Array(0)],
  ['nothing', OPTIONAL_STRING_SCHEMA, null], ['noNumber', OPTIONAL_INT64_SCHEMA, null], ['given', SchemaBuilder.int32().optional().defaultValue(7).build(), 8],
  ['decimal', SchemaBuilder.decimal(20).build(), new Decimal(-(10n ** 59n + 123456789012345678901234567890n), 20)], ['cents', SchemaBuilder.decimal(2).build(), new Decimal(-5n, 2)],
  ['date', SchemaBuilder.date().build(), new Date(-86400000)], ['time', SchemaBuilder.time().build(), new Date(86399999)], ['timestamp', SchemaBuilder.timestamp().build(), new Date(-1)],
  ['list', SchemaBuilder.array(SchemaBuilder.array(INT64_SCHEMA)).build(), [[1, -9223372036854775808n], []]],
  ['map', SchemaBuilder.map(INT32_SCHEMA, SchemaBuilder.float64().optional()).build(), new Map([[1, 0.5], [-2, null]])],
  ['deep', deep, deepValue],
]
const schema = fields.reduce((to, [name, inner]) => to.field(name, inner), SchemaBuilder.struct().name('every.Type').version(3).doc('all of them').parameter('p', 'q')).build()
const make = () => fields.reduce((struct, [name, , value]) => struct.put(name, value), new Struct(schema))
const offset = { sourcePartition: { a: 1 }, sourceOffset: { b: 1 } }
class Source extends SourceTask { start() {} poll() { return [1, 2].map(() => ({ ...offset, topic: 't', valueSchema: schema, value: make() })) } }
class Sink extends SinkTask {
  start() {}
  put(records) {
    if (records.length !== 2) throw new ConnectException(records.length + ' records')
    for (const { value, valueSchema } of records) {
      if (!valueSchema.equals(schema)) throw new ConnectException('another schema: ' + JSON.stringify(valueSchema))
      const expected = make()
      const wrong = schema.fields.filter(({ name }) => !new Struct(one(name)).put(name, value.get(name)).equals(new Struct(one(name)).put(name, expected.get(name))))
      if (wrong.length > 0) throw new ConnectException('changed: ' + wrong.map(({ name }) => name + ' ' + String(value.get(name)).slice(0, 50)).join(', '))
    }
  }
}
const one = (name) => SchemaBuilder.struct().field(name, schema.field(name).schema).build()
`
const plugin = (kind: 'Source' | 'Sink', json: boolean): string => `
const json = ${json}
${shared}
class Plugin extends ${kind}Connector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [{}] } }
class Task extends ${kind} {}
module.exports = { Plugin, Task }
`
const polled = async (json: boolean): Promise<SourceBatch> => {
  await using opened = await cellOf(plugin('Source', json))
  const task = await opened.open('source')
  ok(await task.call('start', [{}], soon))
  const batch = ok(await task.call('poll', [], soon))
  if (batch === null) throw new Error('no records')
  return batch
}
const put = async (json: boolean, batch: SinkBatch): Promise<void> => {
  await using opened = await cellOf(plugin('Sink', json))
  const task = await opened.open('sink')
  ok(await task.call('start', [{}], soon))
  ok(await task.call('put', [batch], soon))
}
const where = (count: number) => ({ partition: new Int32Array(count), offset: new Float64Array(count), timestampType: null, original: null })

test('every type crosses from a source task to a sink task as it was', async () => {
  const { count, topics, topic, timestamp, schemas, keySchema, valueSchema, key, value, headers } = await polled(false)
  expect(count).toBe(2)
  await put(false, { count, topics, topic, timestamp, schemas, keySchema, valueSchema, key, value, headers, ...where(count) })
})

test('every type survives JsonConverter with schemas on the way', async () => {
  const batch = await polled(true)
  const { count, topics } = batch
  const json = converter('org.apache.kafka.connect.json.JsonConverter', { 'schemas.enable': 'true' })
  const encoded = atOnce(json.fromConnect({ count, column: batch.value, schemas: knownSchemas(batch.schemas), schema: batch.valueSchema }, { topics, topic: null }))
  expect(encoded.errors).toEqual([])
  const table = new SchemaTable()
  const decoded = atOnce(json.toConnect([encoded], { topics, topic: null }, table))
  expect(decoded.errors).toEqual([])
  const host = { count, topics, topic: null, timestamp: null, key: { kind: 'null' }, keySchema: null, value: decoded.column, valueSchema: decoded.schema, headers: null, schemas: table.schemas, ...where(count) } as const
  await put(true, { ...packHostBatch(host), ...where(count) })
})

test('records made as in Java cross as plain ones do', async () => {
  await using opened = await cellOf(`
    const { SourceConnector, SourceTask, ConfigDef, ConnectHeaders, schemas, SourceRecord } = require('isoconnect')
    class Plugin extends SourceConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [{}] } }
    class Task extends SourceTask {
      start() {}
      poll() {
        const [p, o, s] = [{ a: 1 }, { b: 1 }, schemas.STRING_SCHEMA]
        const whole = new SourceRecord(p, o, 't', 3, s, 'k', s, 'v4', 1234, new ConnectHeaders().addString('h', 'x'))
        return [new SourceRecord(p, o, 't', s, 'v1'), new SourceRecord(p, o, 't', 2, s, 'v2'), new SourceRecord(p, o, 't', s, 'k', s, 'v3'), whole, whole.newRecord('u', 5, s, 'k', s, 'v5', null)]
      }
    }
    module.exports = { Plugin, Task }`)
  const task = await opened.open('source')
  ok(await task.call('start', [{}], soon))
  const batch = ok(await task.call('poll', [], soon))
  if (batch === null) throw new Error('no records')
  expect(hostValues(batch.key, 5, [])).toEqual([null, null, 'k', 'k', 'k'])
  expect(hostValues(batch.value, 5, [])).toEqual(['v1', 'v2', 'v3', 'v4', 'v5'])
  expect([...(batch.partition ?? [])]).toEqual([-1, 2, -1, 3, 5])
  expect([...(batch.timestamp ?? [])]).toEqual([NaN, NaN, NaN, 1234, NaN])
  expect([...(batch.headers?.counts ?? [])]).toEqual([0, 0, 0, 1, 1])
  expect(batch.topics).toEqual(['t', 'u'])
})
