/** The Avro converter and its registry: subjects, registration, caches, failures, credentials. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createConverter } from '../../../src/converters/converters.ts'
import { ConfigException, DataException, RetriableException } from '../../../src/data/errors.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'
import { startRegistry, type TestRegistry } from '../../registry/registry.ts'
import { avroConverter, decodeAll, decodeOne, encodeAll, encodeOne } from './support.ts'

let registry: TestRegistry
beforeEach(async () => { registry = await startRegistry() })
afterEach(() => registry[Symbol.asyncDispose]())

const one = SchemaBuilder.struct().name('n.R').field('x', schemas.INT32_SCHEMA).build()
const two = SchemaBuilder.struct().name('n.R').field('x', schemas.INT32_SCHEMA).field('y', schemas.OPTIONAL_STRING_SCHEMA).build()
const three = SchemaBuilder.struct().name('n.R').field('x', schemas.INT32_SCHEMA).field('z', schemas.STRING_SCHEMA).build()
const r1 = new Struct(one).put('x', 1)
const r2 = new Struct(two).put('x', 2).put('y', 'why')
const r3 = new Struct(three).put('x', 3).put('z', 'zed')

test.each([
  ['TopicNameStrategy', 't-value'],
  ['io.confluent.kafka.serializers.subject.RecordNameStrategy', 'n.R'],
  ['TopicRecordNameStrategy', 't-n.R'],
])('%s registers under %s', async (strategy, subject) => {
  const converter = avroConverter(registry, { 'value.subject.name.strategy': strategy })
  expect(String((await decodeOne(converter, await encodeOne(converter, r1, one))).value)).toBe('Struct{x=1}')
  expect(registry.store.subjects(false)).toEqual([subject])
})
test('a key registers under the key subject; a strategy by record refuses what is no record', async () => {
  await encodeOne(avroConverter(registry, {}, true), 'k', schemas.STRING_SCHEMA)
  expect(registry.store.subjects(false)).toEqual(['t-key'])
  await expect(encodeOne(avroConverter(registry, { 'value.subject.name.strategy': 'RecordNameStrategy' }), 'k', schemas.STRING_SCHEMA)).rejects.toThrow('the message value must only be a record schema')
})
test('a schema is asked for once; a batch whose schemas are known does not wait', async () => {
  const converter = avroConverter(registry)
  const bytes = await encodeOne(converter, r1, one)
  await encodeOne(converter, r1, SchemaBuilder.struct().name('n.R').field('x', schemas.INT32_SCHEMA).build())
  await decodeAll(converter, [bytes, bytes])
  await decodeAll(converter, [bytes])
  expect(registry.requests.map((request) => request.split('?')[0])).toEqual(['POST /subjects/t-value/versions', 'GET /schemas/ids/1', 'POST /subjects/t-value'])
  const values = { count: 1, column: { kind: 'objects', values: [r1] }, schemas: [one], schema: null } as const
  expect(converter.fromConnect(values, { topics: ['t'], topic: null })).not.toBeInstanceOf(Promise)
})
test('schemas evolve under a subject; an incompatible one fails its rows only', async () => {
  const converter = avroConverter(registry)
  const rows = await encodeAll(converter, [[r1, one], [r2, two], [r3, three], [null, SchemaBuilder.struct().optional().build()]])
  expect(rows).toEqual([expect.any(Buffer), expect.any(Buffer), expect.any(DataException), null])
  expect(String(rows[2])).toContain('incompatible with an earlier schema for subject "t-value"')
  const read = await decodeAll(converter, [rows[0] as Buffer, rows[1] as Buffer])
  expect(read.map((row) => (row instanceof Error ? row : [row.schema?.version, String(row.value)]))).toEqual([[1, 'Struct{x=1}'], [2, 'Struct{x=2,y=why}']])
})
test('without auto.register.schemas a schema that is not there is refused, and one that is there is found', async () => {
  const converter = avroConverter(registry, { 'auto.register.schemas': 'false' })
  await expect(encodeOne(converter, r1, one)).rejects.toThrow("Subject 't-value' not found.; error code: 40401")
  const registered = await encodeOne(avroConverter(registry), r1, one)
  expect(await encodeOne(converter, r1, one)).toEqual(registered)
})
test('with use.latest.version values are written in the latest schema: by name, with its defaults', async () => {
  await encodeOne(avroConverter(registry), r1, one)
  await encodeOne(avroConverter(registry), r2, two)
  const latest = avroConverter(registry, { 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
  const bytes = await encodeOne(latest, r1, one)
  expect(bytes.readInt32BE(1)).toBe(2)
  expect(String((await decodeOne(latest, bytes)).value)).toBe('Struct{x=1}')
  await expect(encodeOne(latest, new Struct(three).put('x', 1).put('z', 'z'), SchemaBuilder.struct().name('other').field('x', schemas.STRING_SCHEMA).build())).rejects.toThrow()
})
test.each([
  ['latest.compatibility.strict', { 'use.latest.version': 'true' }],
  ['id.compatibility.strict', { 'use.schema.id': '1' }],
])('%s refuses a schema the registered one cannot read; off, its fields are written by position', async (setting, more) => {
  await encodeOne(avroConverter(registry), r1, one)
  const renamed = SchemaBuilder.struct().name('n.R').field('renamed', schemas.INT64_SCHEMA).field('more', schemas.STRING_SCHEMA).build()
  const value = new Struct(renamed).put('renamed', 5n).put('more', 'm')
  const config = { 'auto.register.schemas': 'false', ...more }
  await expect(encodeOne(avroConverter(registry, config), value, renamed)).rejects.toThrow(`or set ${setting}=false to disable this check`)
  const lax = avroConverter(registry, { ...config, [setting]: 'false' })
  expect(String((await decodeOne(lax, await encodeOne(lax, value, renamed))).value)).toBe('Struct{x=5}')
  const text = SchemaBuilder.struct().name('n.R').field('x', schemas.STRING_SCHEMA).build()
  await expect(encodeOne(lax, new Struct(text).put('x', 'no int'), text)).rejects.toThrow('A value of the Avro type string cannot be written as int')
})
test('a field and a record that were renamed are found by their aliases', async () => {
  await encodeOne(avroConverter(registry), r1, one)
  registry.store.register('t-value', { schema: '{"type":"record","name":"New","namespace":"n","aliases":["R"],"fields":[{"name":"y","type":"int","aliases":["x"]}]}', references: [] }, false)
  const latest = avroConverter(registry, { 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
  const { schema, value } = await decodeOne(latest, await encodeOne(latest, r1, one))
  expect([schema?.name, String(value)]).toEqual(['n.New', 'Struct{y=1}'])
})
test('use.schema.id writes with that schema', async () => {
  await encodeOne(avroConverter(registry), r1, one)
  await encodeOne(avroConverter(registry), r2, two)
  const converter = avroConverter(registry, { 'auto.register.schemas': 'false', 'use.schema.id': '1' })
  expect((await encodeOne(converter, r2, two)).subarray(0, 6).toString('hex')).toBe('000000000104')
})
test('a schema that refers to others is read with them', async () => {
  registry.store.register('place', { schema: '{"type":"record","name":"Place","namespace":"n","fields":[{"name":"x","type":"long"}]}', references: [] }, false)
  const trip = { schema: '{"type":"record","name":"Trip","namespace":"n","fields":[{"name":"to","type":"Place"}]}', references: [{ name: 'n.Place', subject: 'place', version: 1 }] }
  const { id } = registry.store.register('t-value', trip, false)
  const { value } = await decodeOne(avroConverter(registry), Buffer.from([0, 0, 0, 0, id, 6]))
  expect(String(value)).toBe('Struct{to=Struct{x=3}}')
})
test('what is not Confluent’s Avro says so', async () => {
  const rows = await decodeAll(avroConverter(registry), [Buffer.from('{"a":1}'), Buffer.from([0, 0]), Buffer.from([0, 0, 0, 0, 99, 1]), Buffer.from([1, ...new Uint8Array(20)])])
  expect(rows.map(String)).toEqual([
    expect.stringContaining('Failed to deserialize data for topic t to Avro: Unknown magic byte!'),
    expect.stringContaining('Unknown magic byte! A record of 2 bytes'),
    expect.stringContaining('Schema 99 not found; error code: 40403'),
    expect.stringContaining('byte 1, which stands before the GUID of a schema'),
  ])
})
test('a registry that is down is worth trying again, and is asked again when it is back', async () => {
  const converter = avroConverter(registry, { 'max.retries': '1' })
  registry.failWith = 503
  await expect(encodeOne(converter, r1, one)).rejects.toBeInstanceOf(RetriableException)
  expect(registry.requests.length).toBe(2)
  registry.failWith = null
  await expect(encodeOne(converter, r1, one)).resolves.toBeInstanceOf(Buffer)
})
test('the next URL is asked where one does not answer', async () => {
  const gone = await startRegistry()
  await gone[Symbol.asyncDispose]()
  const converter = avroConverter(registry, { 'schema.registry.url': `${gone.url},${registry.url}`, 'max.retries': '0' })
  await expect(encodeOne(converter, r1, one)).resolves.toBeInstanceOf(Buffer)
  await expect(encodeOne(avroConverter(gone, { 'max.retries': '0' }), r1, one)).rejects.toThrow(/did not answer: POST http:\/\/127.0.0.1:\d+\/subjects\/t-value\/versions: .*ECONNREFUSED/)
})
test('credentials come from the user info or the URL, and never show', async () => {
  await using locked = await startRegistry({ userInfo: 'bob:s3cret' })
  await expect(encodeOne(avroConverter(locked, { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'bob:s3cret' }), r1, one)).resolves.toBeInstanceOf(Buffer)
  const withUser = locked.url.replace('//', '//bob:s3cret@')
  await expect(encodeOne(avroConverter({ url: withUser }), r1, one)).resolves.toBeInstanceOf(Buffer)
  const refused: unknown = await encodeOne(avroConverter({ url: withUser.replace('s3cret', 'wr0ng') }), r1, one).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ConfigException)
  expect(String(refused)).toContain('error code: 401')
  expect(String(refused)).not.toMatch(/wr0ng|bob/)
})
test.each([
  [{}, 'schema.registry.url'],
  [{ 'schema.registry.url': 'ftp://u:secret@x' }, 'Invalid value [hidden] for configuration schema.registry.url: not a URL of the form'],
  [{ 'schema.registry.url': 'registry:8081' }, 'Invalid value registry:8081 for configuration schema.registry.url: not a URL of the form http://host:port'],
  [{ 'schema.registry.url': 'http://x', 'value.subject.name.strategy': 'Mine' }, 'value.subject.name.strategy'],
  [{ 'schema.registry.url': 'http://x', 'basic.auth.credentials.source': 'USER_INFO' }, 'basic.auth.user.info must be set'],
  [{ 'schema.registry.url': 'http://x', 'schema.registry.ssl.truststore.location': '/x.jks', 'schema.registry.ssl.truststore.type': 'BKS' }, 'schema.registry.ssl.truststore.type: JKS, PKCS12 and PEM can be read here. Convert the store once'],
  [{ 'schema.registry.url': 'http://x', 'schema.registry.ssl.truststore.location': '/x.jks' }, 'schema.registry.ssl.truststore.location: the file cannot be read'],
  [{ 'schema.registry.url': 'http://x', 'basic.auth.credentials.source': 'SASL_INHERIT', 'sasl.jaas.config': 'username="u"' }, 'sasl.jaas.config must hold'],
  [{ 'schema.registry.url': 'http://x', 'bearer.auth.credentials.source': 'OAUTHBEARER' }, 'this worker knows STATIC_TOKEN'],
] as [Record<string, string>, string][])('a configuration of %o is refused', (config, message) => {
  const make = () => createConverter({ className: 'io.confluent.connect.avro.AvroConverter', isKey: false, config })
  expect(make).toThrow(ConfigException)
  expect(make).toThrow(message)
  expect(make).not.toThrow('secret')
})
