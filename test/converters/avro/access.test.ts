/** How the Avro converter gets to its registry: credentials, TLS, several URLs, repetitions, and what each refusal becomes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { avroOptions } from '../../../src/converters/avro/config.ts'
import { Registry } from '../../../src/converters/avro/registry.ts'
import { ConfigException, DataException, RetriableException } from '../../../src/data/errors.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'
import { startRegistry, type TestRegistry } from '../../registry/registry.ts'
import { certificate, key, pkcs12 } from '../../rest/tls-fixture.ts'
import { jksKeyStore, jksTrustStore, pkcs12TrustStore } from '../../tls/store-fixtures.ts'
import { avroConverter, decodeAll, encodeAll, encodeOne } from './support.ts'

let registry: TestRegistry
beforeEach(async () => { registry = await startRegistry() })
afterEach(() => registry[Symbol.asyncDispose]())
const schema = schemas.STRING_SCHEMA
type Config = Readonly<Record<string, string>>
const outcome = (url: string, config: Config = {}): Promise<unknown> => encodeOne(avroConverter({ url }, { 'max.retries': '0', ...config }), 'x', schema).catch((error: unknown) => error)

const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="bob" password="s3cret";'
test.each<[string, Config]>([
  ['USER_INFO', { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'bob:s3cret' }],
  ['USER_INFO by its old name', { 'basic.auth.credentials.source': 'USER_INFO', 'schema.registry.basic.auth.user.info': 'bob:s3cret' }],
  ['SASL_INHERIT', { 'basic.auth.credentials.source': 'SASL_INHERIT', 'sasl.jaas.config': jaas }],
  ['a source in small letters', { 'basic.auth.credentials.source': 'user_info', 'basic.auth.user.info': 'bob:s3cret' }],
])('the registry takes the credentials of %s', async (_, config) => {
  await using locked = await startRegistry({ userInfo: 'bob:s3cret' })
  expect(await outcome(locked.url, config)).toBeInstanceOf(Buffer)
  expect(await outcome(locked.url)).toBeInstanceOf(ConfigException)
})
test('characters that a URL or a JAAS text has to escape are sent as they are meant', async () => {
  await using locked = await startRegistry({ userInfo: 'b@b:s/3"c' })
  const inUrl = locked.url.replace('://', '://b%40b:s%2F3%22c@')
  expect(await outcome(inUrl)).toBeInstanceOf(Buffer)
  expect(await outcome(locked.url, { 'basic.auth.credentials.source': 'SASL_INHERIT', 'sasl.jaas.config': 'x required username="b@b" password="s/3\\"c";' })).toBeInstanceOf(Buffer)
})
test('a wait between repetitions grows no longer than retries.max.wait.ms', async () => {
  registry.failWith = { status: 503, code: 50003 }
  const [error] = await encodeAll(avroConverter(registry, { 'max.retries': '2', 'retries.wait.ms': '600000', 'retries.max.wait.ms': '1' }), [['x', schema]])
  expect(error).toBeInstanceOf(RetriableException)
  expect(registry.requests).toHaveLength(3)
})
test('a schema that refers to one that refers to another is read with all of them', async () => {
  const record = (name: string, type: string): string => `{"type":"record","name":"${name}","fields":[{"name":"x","type":"${type}"}]}`
  const refer = (name: string) => [{ name, subject: name, version: 1 }]
  registry.store.register('A', { schema: record('A', 'int'), references: [] }, false)
  registry.store.register('B', { schema: record('B', 'A'), references: refer('A') }, false)
  const { id } = registry.store.register('t-value', { schema: record('C', 'B'), references: refer('B') }, false)
  const [row] = await decodeAll(avroConverter(registry), [Buffer.from([0, 0, 0, 0, id, 2])])
  expect(String((row as { readonly value: unknown }).value)).toBe('Struct{x=Struct{x=Struct{x=1}}}')
})
test('a version that has been deleted from its subject is still that version for the records that have it', async () => {
  const version = registry.store.register('t-value', { schema: '{"type":"record","name":"R","fields":[]}', references: [] }, false)
  version.isDeleted = true
  const [row] = await decodeAll(avroConverter(registry), [Buffer.from([0, 0, 0, 0, version.id])])
  expect(row).toMatchObject({ schema: { name: 'R', version: 1 } })
})
test('a bearer token is sent as one, and never shown', async () => {
  await using locked = await startRegistry({ token: 't0ken' })
  expect(await outcome(locked.url, { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 't0ken' })).toBeInstanceOf(Buffer)
  const refused = await outcome(locked.url, { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 'wr0ng' })
  expect(refused).toBeInstanceOf(ConfigException)
  expect(String(refused)).toMatch(/check .*bearer\.auth\.token/)
  expect(String(refused)).not.toContain('wr0ng')
})

describe('over TLS', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'avro-access-'))
    for (const [name, content] of Object.entries({ 'ca.pem': certificate, 'trust.jks': jksTrustStore, 'trust.p12': pkcs12TrustStore, 'key.p12': pkcs12, 'key.jks': jksKeyStore, 'both.pem': key + certificate })) writeFileSync(join(folder, name), content)
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const at = (store: string, name: string, more: Config = {}): Config => ({
    [`schema.registry.ssl.${store}.location`]: join(folder, name), ...Object.fromEntries(Object.entries(more).map(([each, value]) => [`schema.registry.ssl.${each}`, value])),
  })

  test.each<[string, () => Config]>([
    ['a PEM file', () => at('truststore', 'ca.pem')],
    ['a PEM file that says so', () => at('truststore', 'ca.pem', { 'truststore.type': 'PEM' })],
    ['a JKS store', () => at('truststore', 'trust.jks', { 'truststore.password': 'changeit' })],
    ['a PKCS12 store', () => at('truststore', 'trust.p12', { 'truststore.type': 'PKCS12', 'truststore.password': 'changeit' })],
    ['certificates in the configuration', () => ({ 'schema.registry.ssl.truststore.certificates': certificate })],
  ])('a registry is trusted by %s, and not without', async (_, config) => {
    await using locked = await startRegistry({ tls: { key, cert: certificate } })
    expect(await outcome(locked.url, config())).toBeInstanceOf(Buffer)
    expect(String(await outcome(locked.url))).toContain('self-signed certificate')
  })
  test.each<[string, () => Config]>([
    ['a PKCS12 store', () => at('keystore', 'key.p12', { 'keystore.password': 'changeit' })],
    ['a JKS store with a password for the key', () => at('keystore', 'key.jks', { 'keystore.type': 'JKS', 'keystore.password': 'changeit', 'key.password': 'changeit2' })],
    ['a PEM file', () => at('keystore', 'both.pem')],
    ['the configuration', () => ({ 'schema.registry.ssl.keystore.key': key, 'schema.registry.ssl.keystore.certificate.chain': certificate })],
  ])('the certificate from %s is shown to a registry that wants one', async (_, config) => {
    await using locked = await startRegistry({ tls: { key, cert: certificate, ca: certificate } })
    const trusting = at('truststore', 'ca.pem')
    expect(await outcome(locked.url, { ...trusting, ...config() })).toBeInstanceOf(Buffer)
    expect(await outcome(locked.url, trusting)).toBeInstanceOf(RetriableException)
  })
  test('a wrong store password is told by its setting, without the password', () => {
    const make = () => avroConverter(registry, at('truststore', 'trust.jks', { 'truststore.password': 'wr0ng' }))
    expect(make).toThrow(ConfigException)
    expect(make).toThrow('the password is wrong, or the file was tampered with (see schema.registry.ssl.truststore.password)')
    expect(make).not.toThrow('wr0ng')
  })
  test('a host that the certificate does not name is refused, unless the setting says that nobody looks', async () => {
    await using locked = await startRegistry({ tls: { key, cert: certificate } })
    const { port } = new URL(locked.url)
    const elsewhere = `https://0.0.0.0:${port}` // leads to this machine as well
    expect(String(await outcome(elsewhere, at('truststore', 'ca.pem')))).toContain('does not match certificate')
    expect(await outcome(elsewhere, at('truststore', 'ca.pem', { 'endpoint.identification.algorithm': '' }))).toBeInstanceOf(Buffer)
  })
})

test.each([
  [401, 401, ConfigException, 'Failed to access Avro data from topic t'],
  [403, 403, ConfigException, 'Failed to access Avro data from topic t'],
  [404, 40401, DataException, 'error code: 40401'],
  [409, 40901, DataException, 'error code: 40901'],
  [422, 42201, DataException, 'error code: 42201'],
  [408, 408, RetriableException, 'the schema registry did not answer'],
  [429, 429, RetriableException, 'the schema registry did not answer'],
  [500, 50001, RetriableException, 'error code: 50001'],
  [503, 50003, RetriableException, 'error code: 50003'],
] as const)('an answer of %i (%i) is a %o that says so, and repeated only where it may pass', async (status, code, kind, message) => {
  registry.failWith = { status, code }
  const converter = avroConverter(registry, { 'max.retries': '2' })
  const [error] = await encodeAll(converter, [['x', schema]])
  expect(error).toBeInstanceOf(kind)
  expect(String(error)).toContain(message)
  expect(registry.requests).toHaveLength(kind === RetriableException ? 3 : 1)
  const [read] = await decodeAll(converter, [Buffer.from([0, 0, 0, 0, 1, 0])])
  expect(read).toBeInstanceOf(kind)
})
test('a schema that is incompatible, invalid or not allowed is told with the registry’s own reason', async () => {
  await encodeOne(avroConverter(registry), 'x', schema)
  const [incompatible] = await encodeAll(avroConverter(registry), [[1, schemas.INT32_SCHEMA]])
  expect(String(incompatible)).toContain('incompatible with an earlier schema for subject "t-value"')
  registry.store.modes.set('t-value', 'READONLY')
  const [readOnly] = await encodeAll(avroConverter(registry), [[null, schemas.OPTIONAL_STRING_SCHEMA], ['x', schemas.OPTIONAL_STRING_SCHEMA]]).then((rows) => rows.slice(1))
  expect(String(readOnly)).toContain('Subject t-value is in READONLY mode; error code: 42205')
})
test('a registry that takes a connection and never answers ends with http.read.timeout.ms', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve))
  try {
    const error = await outcome(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, { 'http.read.timeout.ms': '50' })
    expect(error).toBeInstanceOf(RetriableException)
    expect(String(error)).toContain('no answer within 50 ms')
  } finally {
    silent.closeAllConnections()
    await new Promise<void>((resolve) => void silent.close(() => resolve()))
  }
})
test('the URL that answered last is asked first', async () => {
  await using other = await startRegistry()
  registry.failWith = 503
  const converter = avroConverter({ url: `${registry.url},${other.url}` }, { 'max.retries': '0' })
  await encodeOne(converter, 'x', schema)
  registry.failWith = null
  other.store.globalLevel = 'NONE'
  await encodeOne(converter, 1, schemas.INT8_SCHEMA)
  expect([registry.requests.length, other.requests.length]).toEqual([1, 2])
})
test('no more answers are kept than max.schemas.per.subject says, the oldest go first', async () => {
  const asked = new Registry(avroOptions({ 'schema.registry.url': registry.url, 'max.schemas.per.subject': '2' }, false))
  for (const type of ['"int"', '"long"', '"int"', '"string"', '"long"', '"int"']) await asked.register(`of ${type}`, type)
  expect(registry.requests).toHaveLength(4)
})
test('normalize.schemas has the registry compare what schemas mean', async () => {
  registry.store.register('t-value', { schema: '{"name":"R","type":"record","fields":[{"type":"int","name":"x"}],"connect.name":"R"}', references: [] }, true)
  const record = SchemaBuilder.struct().name('R').field('x', schemas.INT32_SCHEMA).build()
  const byText = { 'auto.register.schemas': 'false' }
  const rows = [[new Struct(record).put('x', 1), record]] as const
  expect((await encodeAll(avroConverter(registry, byText), rows))[0]).toBeInstanceOf(DataException)
  expect((await encodeAll(avroConverter(registry, { ...byText, 'normalize.schemas': 'true' }), rows))[0]).toBeInstanceOf(Buffer)
})
test.each([['-1', 1], ['0', 3]])('with latest.cache.ttl.sec=%s the latest version is asked for %i times in three batches', async (seconds, times) => {
  await encodeOne(avroConverter(registry), 'x', schema)
  const converter = avroConverter(registry, { 'auto.register.schemas': 'false', 'use.latest.version': 'true', 'latest.cache.ttl.sec': seconds })
  for (let batch = 0; batch < 3; batch++) await encodeOne(converter, 'x', schema)
  expect(registry.requests.filter((request) => request.endsWith('/versions/latest'))).toHaveLength(times)
})
test('keys and values have strategies of their own', async () => {
  const config = { 'key.subject.name.strategy': 'RecordNameStrategy', 'value.subject.name.strategy': 'TopicNameStrategy' }
  await encodeOne(avroConverter(registry, config), 'x', schema)
  await expect(encodeOne(avroConverter(registry, config, true), 'x', schema)).rejects.toThrow('In configuration key.subject.name.strategy')
})
test('a schema of another kind is refused by name', async () => {
  await encodeOne(avroConverter(registry), 'x', schema)
  registry.store.byId(1).schemaType = 'PROTOBUF'
  const [row] = await decodeAll(avroConverter(registry), [Buffer.from([0, 0, 0, 0, 1, 0])])
  expect(row).toMatchObject({ message: expect.stringContaining('is of type PROTOBUF; this converter reads AVRO') })
})
