/** What unreadable bytes look like, and which setting would read them. */
import { expect, test } from 'vitest'
import { looksLike, looksLikeEnvelope } from '../../src/converters/looks-like.ts'
import { converter, decode } from './helpers.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const string = 'org.apache.kafka.connect.storage.StringConverter'
const look = (bytes: string | readonly number[], className = json, showBytes = false): string =>
  looksLike({ side: 'value', className, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes), showBytes })

test('Confluent\'s magic byte is named with its schema id and the converter that reads it', () => {
  expect(look([0, 0, 0, 0, 42, 2, 0x61])).toBe(
    "The value looks like Confluent's wire format (magic byte 0, schema id 42): value.converter=io.confluent.connect.avro.AvroConverter with value.converter.schema.registry.url reads it if it is Avro; Protobuf is read by no converter here.",
  )
  expect(look([0, 0, 0, 1, 0, 0x7b, 0x7d])).toContain('JSON with a schema of a registry is read by no converter here')
  // an int64 of a small number begins with zeros too
  expect(look([0, 0, 0, 0, 0, 0, 0, 7])).toContain('LongConverter')
})
test('JSON with and without an envelope is told apart, each with its schemas.enable', () => {
  expect(look('{"a":1}')).toContain('JSON without a schema envelope: value.converter=org.apache.kafka.connect.json.JsonConverter with value.converter.schemas.enable=false reads it')
  expect(look('{"schema":null,"payload":1}', string)).toContain('JSON with a schema envelope: value.converter=org.apache.kafka.connect.json.JsonConverter with value.converter.schemas.enable=true')
  // what the converter for it could not read is not told to use that converter
  expect(look('{"schema":{"type":"int23"},"payload":1}')).toContain('JSON with a schema envelope whose schema is wrong or does not fit its payload: that is for its producer to mend')
  expect(look('17')).toContain('JSON without a schema envelope')
  expect(look('17', string)).toContain('plain text')
})
test.each([
  ['plain text', 'hello, world', 'StringConverter'],
  ['broken or cut off JSON', '{"a":', 'StringConverter'],
  ['nothing at all', '', 'StringConverter'],
  ['a byte order mark', '\uFEFF{}', 'ef bb bf'],
] as const)('text: %s', (what, text, remedy) => {
  expect(look(text)).toContain(what)
  expect(look(text)).toContain(remedy)
})
test.each([
  ['an Avro container file', [0x4f, 0x62, 0x6a, 1, 4]],
  ['gzip data', [0x1f, 0x8b, 8, 0]],
  ['zstd data', [0x28, 0xb5, 0x2f, 0xfd, 0]],
  ['a serialized Java object', [0xac, 0xed, 0, 5, 0x73]],
  ['UTF-16 text', [0xff, 0xfe, 0x61, 0]],
  ['a binary number of 32 bits', [0x80, 0, 0, 1]],
  ['text in another encoding than UTF-8', [...Buffer.from('Grüße, Zoë', 'latin1')]],
  ['JSON in another encoding than UTF-8', [...Buffer.from('[ "Zoë" ]', 'latin1')]],
  ['binary data of a format unknown here', [0xc3, 0x28, 0]],
  // a control character of the upper half, more accents than plain letters, a DEL
  ['binary data of a format unknown here', [0x61, 0x62, 0x85, 0x63, 0x64]],
  ['binary data of a format unknown here', [0xe9, 0xe9, 0xe9, 0x61, 0x62]],
  ['binary data of a format unknown here', [0x61, 0x62, 0x7f, 0xe9, 0x62]],
] as const)('bytes: %s', (what, bytes) => {
  expect(look(bytes)).toContain(what)
})

const numbers = 'org.apache.kafka.connect.converters'
const avro = 'io.confluent.connect.avro.AvroConverter'
const long = Buffer.from('0000018f12345678', 'hex')
/** Misread by one converter, read by what the message names: null where it names a converter that only passes bytes on, or a registry. */
test.each([
  ['plain text by JsonConverter', json, { 'schemas.enable': 'false' }, 'hello, world', `${string}`, { value: 'hello, world' }],
  ['JSON without an envelope by JsonConverter with schemas', json, {}, '{"a":1}', `${json} with value.converter.schemas.enable=false`, { value: { a: 1 } }],
  ['an envelope by LongConverter', `${numbers}.LongConverter`, {}, '{"schema":{"type":"int32","optional":false},"payload":7}', `${json} with value.converter.schemas.enable=true`, { value: 7 }],
  ['cut off JSON by JsonConverter', json, {}, '{"a":', string, { value: '{"a":' }],
  ['nothing by JsonConverter', json, {}, '', string, { value: '' }],
  ['nothing by IntegerConverter', `${numbers}.IntegerConverter`, {}, '', string, { value: '' }],
  ['a long by IntegerConverter', `${numbers}.IntegerConverter`, {}, long, `${numbers}.LongConverter`, { value: 0x18f12345678 }],
  ['a long by ShortConverter', `${numbers}.ShortConverter`, {}, long, `${numbers}.LongConverter`, { value: 0x18f12345678 }],
  ['an int by LongConverter', `${numbers}.LongConverter`, {}, Buffer.from('00000102', 'hex'), `${numbers}.IntegerConverter`, { value: 258 }],
  ['a short by BooleanConverter', `${numbers}.BooleanConverter`, {}, Buffer.from('0102', 'hex'), `${numbers}.ShortConverter`, { value: 258 }],
  ['a boolean by FloatConverter', `${numbers}.FloatConverter`, {}, Buffer.from('01', 'hex'), `${numbers}.BooleanConverter`, { value: true }],
  ['digits by LongConverter', `${numbers}.LongConverter`, {}, '17', string, { value: '17' }],
  ['eight letters by IntegerConverter', `${numbers}.IntegerConverter`, {}, 'abcdefgh', string, { value: 'abcdefgh' }],
  ['UTF-16 with its mark by JsonConverter', json, {}, Buffer.from('feff00680069', 'hex'), `${string} with value.converter.converter.encoding=UTF-16`, { value: 'hi' }],
  ['UTF-16 of one byte order by JsonConverter', json, {}, Buffer.from('hello', 'utf16le'), `${string} with value.converter.converter.encoding=UTF-16LE`, { value: 'hello' }],
  ['UTF-16 of the other by JsonConverter', json, {}, Buffer.from('hello', 'utf16le').swap16(), `${string} with value.converter.converter.encoding=UTF-16BE`, { value: 'hello' }],
  ['Latin-1 by JsonConverter', json, {}, Buffer.from('Café Müller', 'latin1'), `${string} with value.converter.converter.encoding=ISO-8859-1`, { value: 'Café Müller' }],
  ['JSON in Latin-1 by JsonConverter', json, { 'schemas.enable': 'false' }, Buffer.from('{"a":"é"}', 'latin1'), `${string} with value.converter.converter.encoding=ISO-8859-1`, { value: '{"a":"é"}' }],
  ['gzip by JsonConverter', json, {}, Buffer.from('1f8b0800000000000003', 'hex'), `${numbers}.ByteArrayConverter`, null],
  ['Avro of a registry by JsonConverter', json, {}, Buffer.from('00000000070a68656c6c6f', 'hex'), `${avro} with value.converter.schema.registry.url`, null],
  ['Avro of a registry by IntegerConverter', `${numbers}.IntegerConverter`, {}, Buffer.from('00000000070a68656c6c6f', 'hex'), `${avro} with value.converter.schema.registry.url`, null],
  ['Protobuf of a registry by JsonConverter', json, {}, Buffer.from('000000000900089601', 'hex'), 'Protobuf is read by no converter here', null],
  ['JSON of a registry by JsonConverter', json, {}, Buffer.concat([Buffer.from('0000000007', 'hex'), Buffer.from('{"a":1}')]), `${numbers}.ByteArrayConverter`, null],
  ['a long by JsonConverter', json, {}, long, `${numbers}.LongConverter`, { value: 0x18f12345678 }],
  ['bytes of no known format by JsonConverter', json, {}, Buffer.from('c32800', 'hex'), `${numbers}.ByteArrayConverter`, null],
] as const)('%s: it fails, and the setting named reads it', (_, className, config, given, remedy, read) => {
  const bytes = Buffer.from(given)
  expect(decode(converter(className, config), [bytes])[0]).toHaveProperty('error')
  const said = looksLike({ side: 'value', className, bytes, showBytes: true })
  expect(said).toContain(bytes.length === 0 ? 'looks like' : `begins with ${bytes.subarray(0, 1).toString('hex')}`)
  expect(said).toContain(remedy)
  if (read === null) return
  const [named = '', setting] = remedy.split(' with value.converter.')
  const [key = '', value = ''] = setting?.split('=') ?? []
  expect(decode(converter(named, setting === undefined ? {} : { [key]: value }), [bytes])[0]).toMatchObject(read)
})
test('the Avro converter itself is told to look for another registry', () => {
  expect(look([0, 0, 0, 0, 42, 2, 0x61], avro)).toContain('value.converter.schema.registry.url has to be the registry that gave it this id')
})
test('a header is named', () => {
  expect(looksLike({ side: 'header', header: 'trace', className: json, bytes: Buffer.from('x-1'), showBytes: true })).toBe(`The header 'trace' begins with 78 2d 31 (3 bytes) and looks like plain text: header.converter=${string} reads it.`)
})
test('an envelope is known by its two fields', () => {
  expect(['{"schema":null,"payload":1}', '{"payload":1}', '[]', 'null', 'x'].map((text) => looksLikeEnvelope(Buffer.from(text)))).toEqual([true, false, false, false, false])
})
test('the first sixteen bytes are shown in hex only when they may be', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz'
  expect(look(text, json, true)).toContain('The value begins with 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 … (26 bytes) and looks like plain text')
  expect(look('a', json, true)).toContain('begins with 61 (1 byte) and')
  expect(look(text)).not.toContain('61')
})

test('a remedy names a setting that the converter has', () => {
  expect(look([0xff, 0xfe, 0x61, 0])).toContain('value.converter=org.apache.kafka.connect.storage.StringConverter with value.converter.converter.encoding=UTF-16 reads it')
})
