/** What unreadable bytes look like, and which setting would read them. */
import { expect, test } from 'vitest'
import { looksLike } from '../../src/converters/looks-like.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const string = 'org.apache.kafka.connect.storage.StringConverter'
const look = (bytes: string | readonly number[], className = json, showBytes = false): string =>
  looksLike({ side: 'value', className, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes), showBytes })

test('Confluent\'s magic byte is named with its schema id and the converter that reads it', () => {
  expect(look([0, 0, 0, 0, 42, 2, 0x61])).toBe(
    "The value looks like Confluent's wire format (magic byte 0, schema id 42): value.converter=io.confluent.connect.avro.AvroConverter with value.converter.schema.registry.url reads it if it is Avro.",
  )
  expect(look([0, 0, 0, 1, 0, 0x7b, 0x7d])).toContain('JSON with a schema of a registry')
  // an int64 of a small number begins with zeros too
  expect(look([0, 0, 0, 0, 0, 0, 0, 7])).toContain('LongConverter')
})
test('JSON with and without an envelope is told apart, each with its schemas.enable', () => {
  expect(look('{"a":1}')).toContain('JSON without a schema envelope: value.converter=org.apache.kafka.connect.json.JsonConverter with value.converter.schemas.enable=false reads it')
  expect(look('{"schema":null,"payload":1}', string)).toContain('JSON with a schema envelope: value.converter=org.apache.kafka.connect.json.JsonConverter with value.converter.schemas.enable=true')
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
  ['binary data of a format unknown here', [0xc3, 0x28, 0]],
] as const)('bytes: %s', (what, bytes) => {
  expect(look(bytes)).toContain(what)
})
test('the first sixteen bytes are shown in hex only when they may be', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz'
  expect(look(text, json, true)).toContain('The value begins with 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 … (26 bytes) and looks like plain text')
  expect(look('a', json, true)).toContain('begins with 61 (1 byte) and')
  expect(look(text)).not.toContain('61')
})
