/** Every type through connectors in real cells, directly and by way of each converter and Kafka's record batches: what a source returns is what a sink gets. */
import { describe, expect, test } from 'vitest'
import { hostValues } from '../../src/wire/host-columns.ts'
import { startRegistry } from '../registry/registry.ts'
import { cellOf, errorOf, ok, sourcePlugin, soon } from './cells.ts'
import { convertersOf, polled, roundTrip, throughKafka, type Trip } from './round-trips.ts'

const json = (config: Readonly<Record<string, string>> = {}) => convertersOf(['org.apache.kafka.connect.json.JsonConverter', config])
const storage = (name: string) => convertersOf([`org.apache.kafka.connect.${name}`])

/** Fields as guest code: name, schema, value. */
const numbers = `
  ['i8', INT8_SCHEMA, -128], ['i16', INT16_SCHEMA, 32767], ['i32', INT32_SCHEMA, -2147483648],
  ['i64max', INT64_SCHEMA, 9223372036854775807n], ['i64min', INT64_SCHEMA, -9223372036854775808n], ['i64safe', INT64_SCHEMA, 9007199254740991], ['i64odd', INT64_SCHEMA, 9007199254740993n],
  ['f32', FLOAT32_SCHEMA, Math.fround(0.1)], ['f64', FLOAT64_SCHEMA, 5e-324], ['huge', FLOAT64_SCHEMA, 1.7976931348623157e308], ['yes', BOOLEAN_SCHEMA, true], ['no', BOOLEAN_SCHEMA, false],`
/** JSON has no such numbers; Kafka reads -0.0 as a decimal, which is 0.0. */
const oddNumbers = `['minusZero', FLOAT64_SCHEMA, -0], ['nan', FLOAT64_SCHEMA, NaN], ['infinite', FLOAT64_SCHEMA, -Infinity], ['nan32', FLOAT32_SCHEMA, NaN], ['minusZero32', FLOAT32_SCHEMA, -0],`
const others = `
  ['empty', STRING_SCHEMA, ''], ['mega', STRING_SCHEMA, 'é😀x'.repeat(250000)], ['odd', STRING_SCHEMA, 'a\\u0000"\\\\\\n東'],
  ['bytes', BYTES_SCHEMA, Uint8Array.from({ length: 256 }, (_, at) => at)], ['noBytes', BYTES_SCHEMA, new Uint8Array(0)],
  ['nothing', OPTIONAL_STRING_SCHEMA, null], ['noNumber', OPTIONAL_INT64_SCHEMA, null], ['given', SchemaBuilder.int32().optional().defaultValue(7).build(), 8],
  ['decimal', SchemaBuilder.decimal(20).build(), new Decimal(-(10n ** 59n + 123456789012345678901234567890n), 20)], ['cents', SchemaBuilder.decimal(2).build(), new Decimal(-5n, 2)],
  ['date', SchemaBuilder.date().build(), new Date(-86400000)], ['time', SchemaBuilder.time().build(), new Date(86399999)], ['timestamp', SchemaBuilder.timestamp().build(), new Date(-1)],
  ['list', SchemaBuilder.array(SchemaBuilder.array(INT64_SCHEMA)).build(), [[1, -9223372036854775808n], []]],
  ['map', SchemaBuilder.map(INT32_SCHEMA, SchemaBuilder.float64().optional()).build(), new Map([[1, 0.5], [-2, null]])],`
const surrogates = `
  ['high', STRING_SCHEMA, '\\ud83d'], ['low', STRING_SCHEMA, 'a\\ude00b'], ['turned', STRING_SCHEMA, '\\ude00\\ud83d'],
  ['inList', SchemaBuilder.array(STRING_SCHEMA).build(), ['\\ud800', '😀', '']], ['inMap', SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build(), new Map([['k', '\\udfff']])],`
/** A hundred levels each of structs, lists and maps. */
const deep = `...(() => {
  let [struct, value] = [SchemaBuilder.struct().name('deep.L0').field('leaf', STRING_SCHEMA).build()]
  value = new Struct(struct).put('leaf', 'bottom')
  let [list, items] = [INT32_SCHEMA, 7]
  let [map, entries] = [STRING_SCHEMA, 'inside']
  for (let level = 1; level < 100; level++) {
    struct = SchemaBuilder.struct().name('deep.L' + level).field('down', struct).build()
    value = new Struct(struct).put('down', value)
  }
  for (let level = 0; level < 100; level++) {
    list = SchemaBuilder.array(list).build()
    items = [items]
    map = SchemaBuilder.map(STRING_SCHEMA, map).build()
    entries = new Map([['k', entries]])
  }
  return [['deepStruct', struct, value], ['deepList', list, items], ['deepMap', map, entries]]
})(),`
/** Two records of a struct of these fields, as values and as keys. */
const records = (fields: string): string => `(() => {
  const fields = [${fields}]
  const schema = fields.reduce((to, [name, inner]) => to.field(name, inner), SchemaBuilder.struct().name('every.Type').version(3).doc('all of them').parameter('p', 'q')).build()
  const value = () => fields.reduce((struct, [name, , value]) => struct.put(name, value), new Struct(schema))
  return [1, 2].map(() => ({ valueSchema: schema, value: value(), timestamp: 5 }))
})()`
const texts = ['', 'plain', 'é東😀', '\\u0000\\n"\\\\', '\\ud83d', 'a\\ude00b'].map((text) => `'${text}'`)
const list = (schema: string, values: readonly string[]): string => `[${values.map((value) => `{ keySchema: ${schema}, key: ${value}, valueSchema: ${schema}, value: ${value} }`).join()}]`
const both = ['key', 'keySchema', 'value', 'valueSchema'] as const

describe('every type, from cell to cell', () => {
  test('directly', () => roundTrip({ sent: records(`${numbers}${oddNumbers}${others}${surrogates}${deep}`), parts: ['value', 'valueSchema', 'timestamp'] }, null))
  test('by JsonConverter with schemas', () => roundTrip({ sent: records(`${numbers}${others}${surrogates}${deep}`), parts: ['value', 'valueSchema', 'timestamp'] }, json()))
  test('by JsonConverter with decimals as numbers', () => roundTrip({ sent: records(others) }, json({ 'decimal.format': 'NUMERIC' })))

  test('by AvroConverter and a schema registry', async () => {
    await using registry = await startRegistry()
    const avro = convertersOf(['io.confluent.connect.avro.AvroConverter', { 'schema.registry.url': registry.url }])
    await roundTrip({ sent: records(`${numbers}${oddNumbers}${others}${deep}`), withSchemas: false, parts: ['value', 'timestamp'] }, avro)
  })
})

test.each([
  ['[{ value: 0 }]', '[{ value: -0 }]', 'record 0: value: number 0 became number 0'],
  ['[{ value: [1n << 62n] }]', '[{ value: [2 ** 62] }]', 'record 0: value[0]: number 4611686018427388000 became bigint 4611686018427387904'],
  ['[{ value: "a" }, { value: "\\ud800" }]', '[{ value: "a" }, { value: "?" }]', 'record 1: value: string ?'],
  ['[{ value: 1, valueSchema: INT8_SCHEMA }]', '[{ value: 1, valueSchema: INT16_SCHEMA }]', 'record 0: valueSchema is another'],
])('what is not the same is found: %s and %s', (sent, expected, message) => expect(roundTrip({ sent, expected }, null)).rejects.toThrow(message))

describe('a struct that contains itself', () => {
  const sent = `(() => {
    const next = SchemaBuilder.struct().name('n.List').field('x', INT32_SCHEMA).field('next', () => next).field('kids', SchemaBuilder.array(() => next).optional()).optional().build()
    let value = null
    for (let x = 0; x < 90; x++) value = new Struct(next).put('x', x).put('next', value).put('kids', value === null ? null : [new Struct(next).put('x', -x)])
    return [{ valueSchema: next, value }, { valueSchema: next, value: null }]
  })()`
  test('directly', () => roundTrip({ sent }, null))
  test('by AvroConverter', async () => {
    await using registry = await startRegistry()
    await roundTrip({ sent, withSchemas: false, parts: ['value'] }, convertersOf(['io.confluent.connect.avro.AvroConverter', { 'schema.registry.url': registry.url }]))
  })
  test('by JsonConverter without schemas as a map, with them not at all', async () => {
    const two = sent.replace('x < 90', 'x < 2').replace(', { valueSchema: next, value: null }', '')
    const expected = '[{ value: { x: 1, next: { x: 0, next: null, kids: null }, kids: [{ x: -1, next: null, kids: null }] } }]'
    await roundTrip({ sent: two, expected }, json({ 'schemas.enable': 'false' }))
    await expect(roundTrip({ sent: two }, json())).rejects.toThrow('Schema{n.List:STRUCT} contains itself: JSON has no way to write such a schema')
  })
})

describe('nulls and defaults', () => {
  const seven = 'SchemaBuilder.int32().optional().defaultValue(7).build()'
  const word = `SchemaBuilder.string().defaultValue('\\ud83d').build()`
  const sentWith = (value: string, text: string): string => `(() => {
    const schema = SchemaBuilder.struct().field('n', ${seven}).field('s', ${word}).field('given', ${seven}).build()
    const struct = new Struct(schema).put('given', 8)
    struct.setAt(0, ${value})
    struct.setAt(1, ${text})
    return [{ valueSchema: schema, value: struct }, { valueSchema: ${seven}, value: ${value} }, { valueSchema: OPTIONAL_STRING_SCHEMA, value: null }, { valueSchema: null, value: null }]
  })()`
  const sent = sentWith('null', 'null')
  test('cross as they are, defaults in their schemas', () => roundTrip({ sent }, null))
  test('replace.null.with.default=true: the default comes instead of a null', () => roundTrip({ sent, expected: sentWith('7', `'\\ud83d'`) }, json({ 'replace.null.with.default': 'true' })))
  test('replace.null.with.default=false: a null stays one where the schema allows it', async () => {
    const optional = sent.replace("SchemaBuilder.string().defaultValue", "SchemaBuilder.string().optional().defaultValue")
    await roundTrip({ sent: optional }, json({ 'replace.null.with.default': 'false' }))
    await expect(roundTrip({ sent }, json({ 'replace.null.with.default': 'false' }))).rejects.toThrow('Conversion error: null value for field that is required and has no default value')
  })
})

describe('values without a schema', () => {
  const deepList = `Array.from({ length: 100 }).reduce((inner) => [inner], 'x')`
  const deepMap = `Array.from({ length: 100 }).reduce((inner) => ({ k: inner }), 1.5)`
  const values = ['0', '-1', '9007199254740991', '9223372036854775807n', '-9223372036854775808n', '1.5', '5e-324', 'true', `'x'.repeat(1000000)`, ...texts, '[]', '({})', '[1, [true, null, 2.5], { a: "b" }]', `({ '1': 1, __proto__x: [], 'é"': '\\ud800' })`, deepList, deepMap]
  const sent = list('null', values)
  test('directly, with what only JavaScript has', () => roundTrip({ sent: list('null', [...values, 'NaN', '-0', '-Infinity', 'new Map([[1, new Uint8Array([1])], [null, new Date(5)]])', 'Decimal.parse("-1.50")', 'null']), parts: both }, null))
  test('by JsonConverter without schemas', () => roundTrip({ sent, parts: both }, json({ 'schemas.enable': 'false' })))
  test('by JsonConverter with envelopes', () => roundTrip({ sent, parts: both }, json()))
})

describe('by the simple converters', () => {
  const optional = (type: string): string => `schemas.OPTIONAL_${type}_SCHEMA`
  const same = (schema: string, values: readonly string[]): Trip => ({ sent: list(schema, values), parts: both })
  test('StringConverter: an unpaired surrogate is a question mark, as in Java', () => {
    const mega = `'é😀x'.repeat(250000)`
    const expected = [...texts.map((text) => text.replaceAll(/\\ud83d|\\ude00/g, '?')), mega, 'null']
    return roundTrip({ sent: list('STRING_SCHEMA', [...texts, mega, 'null']).replaceAll('STRING_SCHEMA', optional('STRING')), expected: list(optional('STRING'), expected), parts: both }, storage('storage.StringConverter'))
  })
  test('ByteArrayConverter', () => roundTrip(same(optional('BYTES'), ['new Uint8Array(0)', 'Uint8Array.from({ length: 256 }, (_, at) => at)', 'new Uint8Array(1000000).fill(0xff)', 'null']), storage('converters.ByteArrayConverter')))
  test.each([
    ['BooleanConverter', 'BOOLEAN', ['true', 'false', 'null']],
    ['ShortConverter', 'INT16', ['-32768', '32767', '0', 'null']],
    ['IntegerConverter', 'INT32', ['-2147483648', '2147483647', '0', 'null']],
    ['LongConverter', 'INT64', ['-9223372036854775808n', '9223372036854775807n', '9007199254740991', '9007199254740993n', '-1', '0', 'null']],
    ['FloatConverter', 'FLOAT32', ['NaN', '-0', 'Infinity', 'Math.fround(0.1)', '1e-45', 'null'].map((text) => (text === '1e-45' ? 'Math.fround(1e-45)' : text))],
    ['DoubleConverter', 'FLOAT64', ['NaN', '-0', '-Infinity', '5e-324', '1.7976931348623157e308', '0.1', 'null']],
  ])('%s', (name, type, values) => roundTrip(same(optional(type), values), storage(`converters.${name}`)))
})

test('headers: names that repeat, every kind of value, nulls', async () => {
  const headers = `[{ key: 'h', value: 'x', schema: STRING_SCHEMA }, { key: 'h', value: '\\ud83d', schema: STRING_SCHEMA }, { key: 'é', value: 9223372036854775807n, schema: INT64_SCHEMA }, { key: '', value: null, schema: null },
    { key: 'l', value: [1, 2], schema: SchemaBuilder.array(INT32_SCHEMA).build() }, { key: 'b', value: new Uint8Array([0, 255]), schema: BYTES_SCHEMA }, { key: 'd', value: Decimal.parse('1.5'), schema: SchemaBuilder.decimal(1).build() }]`
  const trip: Trip = { sent: `[{ value: 'a', headers: ${headers} }, { value: 'b' }, { value: null, headers: [] }]`, parts: ['value', 'headers'] }
  await roundTrip(trip, null)
  await roundTrip(trip, convertersOf(['org.apache.kafka.connect.json.JsonConverter'], undefined, ['org.apache.kafka.connect.json.JsonConverter']))
})

describe('deeper than can cross', () => {
  test('a value fails its poll in words', async () => {
    for (const value of [`Array.from({ length: 300 }).reduce((inner) => [inner], 1)`, `Array.from({ length: 100000 }).reduce((inner) => ({ k: inner }), 1)`]) {
      await using opened = await cellOf(sourcePlugin(`poll() { return [{ topic: 't', value: ${value}, sourcePartition: {}, sourceOffset: {} }] }`))
      const task = await opened.open('source')
      ok(await task.call('start', [{}], soon))
      expect(errorOf(await task.call('poll', [], soon)).message).toMatch(/a value is nested more than 200 deep/)
      // and the task is there for the next call
      ok(await task.call('stop', [], soon))
    }
  })
  test('a schema fails its poll in words', async () => {
    await using opened = await cellOf(sourcePlugin(`poll() {
      let schema = SchemaBuilder.struct().build()
      for (let level = 0; level < 3000; level++) schema = SchemaBuilder.struct().field('down', schema).build()
      return [{ topic: 't', valueSchema: schema, value: null, sourcePartition: {}, sourceOffset: {} }] }`))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    expect(errorOf(await task.call('poll', [], soon)).message).toMatch(/A schema is nested more than 200 deep/)
    ok(await task.call('stop', [], soon))
  })
  test('JSON fails its record in words', async () => {
    const batch = await polled(`[{ value: '${'['.repeat(250)}${']'.repeat(250)}' }, { value: '${'['.repeat(100_000)}' }]`)
    const texts = storage('storage.StringConverter')
    const converters = { ...texts, value: { ...json({ 'schemas.enable': 'false' }).value, fromConnect: (...args: Parameters<typeof texts.value.fromConnect>) => texts.value.fromConnect(...args) } }
    await expect(throughKafka(batch, converters)).rejects.toThrow(/nested/)
  })
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
