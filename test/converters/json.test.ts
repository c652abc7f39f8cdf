/** JsonConverter against the golden texts of the data contract, and its fast paths against the general way. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DataException } from '../../src/data/errors.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import type { Schema } from '../../src/data/schema.ts'
import { Decimal } from '../../src/data/logical.ts'
import { Struct } from '../../src/data/struct.ts'
import { createConverter } from '../../src/converters/converters.ts'
import { writeJson } from '../../src/converters/json/write.ts'
import { JsonReader } from '../../src/converters/json/reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { converter, decode, encode } from './helpers.ts'

const plain = () => converter('JsonConverter', { 'schemas.enable': 'false' })
const enveloped = () => converter('org.apache.kafka.connect.json.JsonConverter')
const { STRING_SCHEMA, OPTIONAL_STRING_SCHEMA, INT32_SCHEMA, FLOAT64_SCHEMA, FLOAT32_SCHEMA, INT64_SCHEMA, BOOLEAN_SCHEMA } = schemas

test('strings get the envelope of their schema, nulls without a schema stay null bytes', () => {
  expect(encode(enveloped(), [['a', STRING_SCHEMA], ['b', null], [null, null], [null, OPTIONAL_STRING_SCHEMA], [null, STRING_SCHEMA], ['', OPTIONAL_STRING_SCHEMA]])).toEqual([
    '{"schema":{"type":"string","optional":false},"payload":"a"}',
    '{"schema":null,"payload":"b"}',
    null,
    '{"schema":{"type":"string","optional":true},"payload":null}',
    { error: 'Conversion error: null value for field that is required and has no default value' },
    '{"schema":{"type":"string","optional":true},"payload":""}',
  ])
  expect(encode(plain(), [['a', STRING_SCHEMA], [null, OPTIONAL_STRING_SCHEMA], [null, null]])).toEqual(['"a"', 'null', null])
})

test('of the schemas read, the one not used for longest makes room', () => {
  const reader = new JsonReader({ schemasEnable: true, schemaContent: '', cacheSize: 2, replaceNullWithDefault: true })
  // the payload first, so that nothing but the cache remembers the schema
  const schemaOf = (type: string): Schema | null => {
    const bytes = Buffer.from(`{"payload":null,"schema":{"type":"${type}","optional":true}}`)
    return reader.read(bytes, 0, bytes.length).schema
  }
  const [string, int] = [schemaOf('string'), schemaOf('int32')]
  expect(schemaOf('string')).toBe(string)
  schemaOf('boolean')
  expect(schemaOf('string')).toBe(string)
  expect(schemaOf('int32')).not.toBe(int)
  expect(schemaOf('int32')).toEqual(int)
})

test('text is escaped as Jackson escapes it', () => {
  const texts = ['say "hi" \\ there', '\b\f\n\r\t', '\u001f\u0000', '/ é \u2028', 'a\u{1f600}b', 'plain']
  const expected = ['"say \\"hi\\" \\\\ there"', '"\\b\\f\\n\\r\\t"', '"\\u001F\\u0000"', '"/ é \u2028"', '"a\\uD83D\\uDE00b"', '"plain"']
  expect(encode(plain(), texts.map((text) => [text, null]))).toEqual(expected)
  // the same inside other values, where text is not a column of its own
  expect(encode(plain(), texts.map((text) => [[text], null]))).toEqual(expected.map((text) => `[${text}]`))
})

test('a whole column of text is encoded like each text alone', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constant(null)), { minLength: 1, maxLength: 20 }), (texts) => {
    const wellFormed = texts.map((text) => text?.toWellFormed() ?? null)
    const rows = wellFormed.map((text) => [text, null] as const)
    const boxed = encode(plain(), wellFormed.map((text) => [[text], null])) as string[]
    expect(encode(plain(), rows)).toEqual(boxed.map((text, row) => (wellFormed[row] === null ? null : text.slice(1, -1))))
    const bytes = encode(enveloped(), wellFormed.map((text) => [text, OPTIONAL_STRING_SCHEMA])) as string[]
    expect(decode(enveloped(), bytes).map((found) => ('value' in found ? found.value : found))).toEqual(wellFormed)
  }))
})

test('numbers are written as Java writes them', () => {
  expect(encode(plain(), [
    [1, FLOAT64_SCHEMA], [1e21, FLOAT64_SCHEMA], [1e-5, FLOAT64_SCHEMA], [100, FLOAT64_SCHEMA], [NaN, FLOAT64_SCHEMA], [-Infinity, FLOAT64_SCHEMA],
    [Math.fround(0.1), FLOAT32_SCHEMA], [3.4028234663852886e38, FLOAT32_SCHEMA], [7, INT32_SCHEMA], [2n ** 62n, INT64_SCHEMA], [5, null], [1.5, null], [true, BOOLEAN_SCHEMA],
  ])).toEqual(['1.0', '1.0E21', '1.0E-5', '100.0', '"NaN"', '"-Infinity"', '0.1', '3.4028235E38', '7', '4611686018427387904', '5', '1.5', 'true'])
})

test('a value that is not of its schema fails its row only', () => {
  expect(encode(plain(), [['x', INT32_SCHEMA], [1, INT32_SCHEMA], [1, STRING_SCHEMA]])).toEqual([{ error: 'Invalid type for INT32: class java.lang.String' }, '1', { error: 'Invalid type for STRING: class java.lang.Long' }])
  expect(encode(plain(), [['x', INT32_SCHEMA], ['y', STRING_SCHEMA]])).toEqual([{ error: 'Invalid type for INT32: class java.lang.String' }, '"y"'])
})

test('a number that its schema has no room for, and a date that is none, fail their row and are not written', () => {
  const point = SchemaBuilder.struct().field('at', SchemaBuilder.timestamp().build()).build()
  const struct = new Struct(point)
  struct.setAt(0, new Date(NaN))
  const invalidDate = { error: 'The value is an invalid Date, which stands for no point in time' }
  expect(encode(plain(), [[2 ** 40, INT32_SCHEMA], [128, schemas.INT8_SCHEMA], [-128, schemas.INT8_SCHEMA], [2 ** 63, INT64_SCHEMA], [2n ** 63n - 1n, INT64_SCHEMA], [2n ** 70n, null], [new Date(NaN), SchemaBuilder.timestamp().build()], [struct, point]])).toEqual([
    { error: 'Invalid type for INT32: class java.lang.Long' }, { error: 'Invalid type for INT8: class java.lang.Long' }, '-128', { error: 'Invalid type for INT64: class java.lang.Double' },
    '9223372036854775807', { error: 'Java class class java.math.BigInteger does not have corresponding schema type.' }, invalidDate, invalidDate,
  ])
})

test('the error of a misfit knows what its author has to give, in the words of JavaScript', () => {
  const hintOf = (value: unknown, schema: Schema | null): unknown => {
    try {
      return writeJson(value, schema, { replaceNullWithDefault: true, decimalNumeric: false })
    } catch (error) {
      return (error as DataException).hint
    }
  }
  expect(hintOf(1.5, INT32_SCHEMA)).toBe('a schema of type INT32 takes a whole number from -2147483648 to 2147483647')
  expect(hintOf('12.50', SchemaBuilder.decimal(2).build())).toBe('a schema of type Decimal takes a Decimal')
  expect(hintOf(Date.now(), SchemaBuilder.timestamp().build())).toBe('a schema of type Timestamp takes a valid Date')
  expect(hintOf({ a: 1 }, SchemaBuilder.struct().name('com.example.Item').build())).toBe('a schema of type STRUCT takes a Struct')
  for (const value of [new Date(0), Decimal.parse('1.5'), 2n ** 70n]) expect(hintOf([value], null)).toBe('a Date or a Decimal needs a schema, a bigint without one has at most 64 bits')
})

test('the sample of the contract comes out byte for byte', () => {
  const schema = SchemaBuilder.struct().name('com.acme.Rec').version(2).doc('d').parameter('p1', 'v1')
    .field('i8', schemas.INT8_SCHEMA).field('os', OPTIONAL_STRING_SCHEMA).field('def', SchemaBuilder.int32().defaultValue(7).build())
    .field('arr', SchemaBuilder.array(INT64_SCHEMA).build()).field('mi', SchemaBuilder.map(INT32_SCHEMA, BOOLEAN_SCHEMA).build())
    .field('dec', SchemaBuilder.decimal(2).build()).field('f32', FLOAT32_SCHEMA).build()
  const struct = new Struct(schema).put('i8', 1).put('arr', [1, 2]).put('mi', new Map([[1, true]])).put('dec', Decimal.parse('12.34')).put('f32', Math.fround(1.1))
  const [text] = encode(enveloped(), [[struct, schema]])
  expect(text).toBe(`{"schema":{"type":"struct","fields":[{"type":"int8","optional":false,"field":"i8"},{"type":"string","optional":true,"field":"os"},{"type":"int32","optional":false,"default":7,"field":"def"},{"type":"array","items":{"type":"int64","optional":false},"optional":false,"field":"arr"},{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"boolean","optional":false},"optional":false,"field":"mi"},{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"dec"},{"type":"float","optional":false,"field":"f32"}],"optional":false,"name":"com.acme.Rec","version":2,"doc":"d","parameters":{"p1":"v1"}},"payload":{"i8":1,"os":null,"def":7,"arr":[1,2],"mi":[[1,true]],"dec":"BNI=","f32":1.1}}`)
  const [back] = decode(enveloped(), [text as string])
  expect(back).toMatchObject({ value: expect.any(Struct) })
  expect('value' in (back ?? {}) && String((back as { value: Struct }).value)).toBe('Struct{i8=1,def=7,arr=[1, 2],mi={1=true},dec=12.34,f32=1.1}')
})

test('maps: text keys make an object, others a list of pairs', () => {
  const map = new Map<unknown, unknown>([['a', 1], ['b', [true, null]]])
  expect(encode(plain(), [[map, null], [{ k: { n: 'x' } }, null], [new Map([[1, 'x']]), null], [new Map([['a', 1]]), SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build()], [Uint8Array.of(1, 2, 255), null]]))
    .toEqual(['{"a":1,"b":[true,null]}', '{"k":{"n":"x"}}', '[[1,"x"]]', '{"a":1}', '"AQL/"'])
})

test('schemaless JSON is read as Kafka reads it', () => {
  const texts = ['"x"', '1', '01', '1.5', '9007199254740993', '18446744073709551617', '[1,"a",null]', '{"a":{"b":[true]}}', 'null', '1 2', '', '  ', null, '{"a":1,"a":2}']
  expect(decode(plain(), texts).map((found) => ('value' in found ? found.value : found))).toEqual(
    ['x', 1, 1, 1.5, 9007199254740993n, 1, [1, 'a', null], { a: { b: [true] } }, null, 1, null, null, null, { a: 2 }])
  expect(decode(plain(), texts).every((found) => 'schema' in found && found.schema === null)).toBe(true)
})

test('bad JSON fails its row, with the cause in Jackson’s terms', () => {
  const [bad, good] = decode(plain(), ['{"a":', '"fine"'])
  expect(bad).toMatchObject({ error: 'Converting byte[] to Kafka Connect data failed due to serialization error: ', cause: expect.stringContaining('com.fasterxml.jackson') })
  expect(good).toEqual({ schema: null, value: 'fine' })
  // also where all other rows are text, and where a raw control character hides between the quotes
  expect(decode(plain(), ['"a"', '"b', '"c\nd"', '"e"']).map((found) => ('error' in found ? 'failed' : found.value))).toEqual(['a', 'failed', 'failed', 'e'])
  expect(decode(plain(), ['"a"', Buffer.from([0x22, 0xc3, 0x22])]).map((found) => ('error' in found ? 'failed' : found.value))).toEqual(['a', 'failed'])
})

const envelope = (schema: string, payload: string): string => `{"schema":${schema},"payload":${payload}}`
const text = '{"type":"string","optional":false}'

test('a character that is no text is told by its code point', () => {
  const causes = decode(plain(), ['\0\0\0\0\x05abc', '[1 \x1b]', 'x']).map((found) => ('cause' in found ? String(found.cause) : 'none'))
  expect(causes).toEqual([expect.stringContaining('Unexpected character U+0000 at'), expect.stringContaining("Unexpected character U+001B: was expecting comma or ']' at"), expect.stringContaining("Unexpected character 'x' at")])
})
test('envelopes: exactly schema and payload, nothing else', () => {
  const message = 'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.'
  expect(decode(enveloped(), ['"x"', 'null', '', '{"schema":null}', '{"schema":null,"payload":1,"x":2}'])).toEqual(Array.from({ length: 5 }, () => ({ error: message })))
  // the same after the head of an envelope has been learned
  const found = decode(enveloped(), [envelope(text, '"a"'), `${envelope(text, '"b"').slice(0, -1)},"x":1}`, `${envelope(text, '"c"').slice(0, -1)},"payload":"d"}`, `{"payload":"e","schema":${text}}`, ` {"schema":${text},"payload": "f" }`])
  expect(found.map((each) => ('error' in each ? each.error : each.value))).toEqual(['a', message, 'd', 'e', 'f'])
})

test('envelopes of many schemas side by side, escapes and nulls among them', () => {
  const rows = [envelope(text, '"a\\"b\\u00e9"'), null, envelope('{"type":"string","optional":true}', 'null'), envelope(text, '"\u00e9\u{1f600}"'), envelope('null', '"free"'), envelope(text, 'null'), envelope(text, '5')]
  expect(decode(enveloped(), rows).map((each) => ('error' in each ? each.error : [each.schema?.type ?? null, each.schema?.isOptional ?? null, each.value]))).toEqual([
    ['STRING', false, 'a"bé'], [null, null, null], ['STRING', true, null], ['STRING', false, 'é\u{1f600}'], [null, null, 'free'], 'Invalid null value for required STRING field', ['STRING', false, null],
  ])
})

test('values are coerced by the schema with Jackson’s getters', () => {
  const one = (schema: string, payload: string): unknown => {
    const [found] = decode(enveloped(), [envelope(schema, payload)])
    return found && ('error' in found ? found.error : found.value)
  }
  expect(one('{"type":"int32"}', '"5"')).toBe(0)
  expect(one('{"type":"int8"}', '300')).toBe(44)
  expect(one('{"type":"boolean"}', '"true"')).toBe(false)
  expect(one('{"type":"int64"}', '9223372036854775807')).toBe(9223372036854775807n)
  expect(one('{"type":"double"}', '1')).toBe(1)
  expect(one('{"type":"bytes"}', '"AQI="')).toEqual(Uint8Array.of(1, 2))
  expect(one('{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}', '{"a":1}')).toEqual(new Map([['a', 1]]))
  expect(one('{"type":"array","items":{"type":"int32"}}', '[1,2]')).toEqual([1, 2])
  expect(one('{"type":"int32","optional":false,"default":9}', 'null')).toBe(9)
  expect(one('{"type":"foo"}', '1')).toBe('Unknown schema type: foo')
  expect(one('{"optional":true}', '1')).toBe("Schema must contain 'type' field")
  expect(one('{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}', '12.340')).toEqual(Decimal.parse('12.340'))
})

test('schema.content gives every document its schema', () => {
  const withContent = converter('JsonConverter', { 'schema.content': '{"type":"string","optional":true}' })
  expect(decode(withContent, ['"x"', 'null', null]).map((each) => ('error' in each ? each.error : [each.schema?.type ?? null, each.value]))).toEqual([['STRING', 'x'], ['STRING', null], [null, null]])
  expect(() => converter('JsonConverter', { 'schema.content': '{"type":"foo"}' })).toThrow('Unknown schema type: foo')
  expect(() => converter('JsonConverter', { 'schema.content': '{' })).toThrow('Failed to parse schema in converter config due to serialization error: ')
})

test('with envelopes, what is no JSON at all is told as that, and other JSON as lacking its envelope', () => {
  const converter = createConverter({ className: 'JsonConverter', isKey: false, config: { 'schemas.enable': 'true' } })
  const problem = async (text: string): Promise<string | undefined> => {
    const bytes = Buffer.from(text)
    const ranges = { count: 1, bytes, start: Int32Array.of(0), end: Int32Array.of(bytes.length) }
    return (await converter.toConnect([ranges], { topics: ['t'], topic: null }, new SchemaTable())).errors[0]?.error.message
  }
  return expect(Promise.all(['hello', '[1,2', '[1,2]', '17'].map(problem))).resolves.toEqual([
    'Converting byte[] to Kafka Connect data failed due to serialization error: ', 'Converting byte[] to Kafka Connect data failed due to serialization error: ',
    expect.stringContaining('requires "schema" and "payload" fields'), expect.stringContaining('requires "schema" and "payload" fields'),
  ])
})

test('a key with an escape is read as written, whatever keys came before it', () => {
  // Node 26's JSON.parse takes the second key for the first one's
  const keys = decode(plain(), ['{"a":[],"\\\\":1}', '{"a":[],"\\"":2}', '{"a":[],"\\n":3}']).map((found) => ('error' in found ? found.error : Object.keys(found.value as object)))
  expect(keys).toEqual([['a', '\\'], ['a', '"'], ['a', '\n']])
})

test('values of a recursive schema are written without the schema, and refused with it, row by row', () => {
  const next: Schema = SchemaBuilder.struct().name('List').field('value', STRING_SCHEMA).field('next', () => next).optional().build()
  const value = new Struct(next).put('value', 'a').put('next', new Struct(next).put('value', 'b'))
  expect(encode(plain(), [[value, next], [null, next]])).toEqual(['{"value":"a","next":{"value":"b","next":null}}', 'null'])
  const error = 'Schema{List:STRUCT} contains itself: JSON has no way to write such a schema (schemas.enable=false leaves it out)'
  expect(encode(enveloped(), [[value, next], [1, null], [null, next]])).toEqual([{ error }, '{"schema":null,"payload":1}', { error }])
})

test('unpaired surrogates are escapes in JSON, whatever the column looks like, and come back', () => {
  const texts = ['\ud83d', 'a\ude00b', '\ude00\ud83d', '\ud83d\ude00', 'plain é']
  const json = ['"\\uD83D"', '"a\\uDE00b"', '"\\uDE00\\uD83D"', '"\\uD83D\\uDE00"', '"plain é"']
  const record = SchemaBuilder.struct().field('s', STRING_SCHEMA).field('m', SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build()).build()
  const struct = (text: string): Struct => new Struct(record).put('s', text).put('m', new Map([[text, text]]))
  expect(encode(plain(), texts.map((text) => [text, STRING_SCHEMA]))).toEqual(json)
  expect(encode(plain(), texts.map((text) => [{ [text]: text }, null]))).toEqual(json.map((text) => `{${text}:${text}}`))
  expect(encode(plain(), texts.map((text) => [struct(text), record]))).toEqual(json.map((text) => `{"s":${text},"m":{${text}:${text}}}`))
  expect(decode(plain(), json)).toEqual(texts.map((value) => ({ schema: null, value })))
  // in a key Jackson reads none
  const list = SchemaBuilder.struct().field('s', STRING_SCHEMA).field('l', SchemaBuilder.array(STRING_SCHEMA).build()).build()
  const lists = texts.map((text) => new Struct(list).put('s', text).put('l', [text, text]))
  const structs = encode(enveloped(), lists.map((value) => [value, list])) as string[]
  for (const [row, found] of decode(enveloped(), structs).entries()) {
    expect('value' in found && (found.value as Struct).equals(lists[row])).toBe(true)
  }
  expect(decode(enveloped(), encode(enveloped(), texts.map((text) => [text, STRING_SCHEMA])) as string[])).toMatchObject(texts.map((value) => ({ value })))
})

test('broken UTF-8 beside an unpaired surrogate is still refused', () => {
  const row = (bytes: readonly number[]): Buffer => Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
  const found = decode(plain(), ['{"a":"\\ud83d"}', row([0xed, 0xa0, 0x80]), row([0xff])])
  expect(found[0]).toEqual({ schema: null, value: { a: '\ud83d' } })
  expect(found.slice(1).every((each) => 'error' in each)).toBe(true)
})

test('an unpaired surrogate is a question mark where text is written as UTF-8', () => {
  const texts = ['\ud83d', 'a\ude00b', '\ud83d\ude00']
  const bytes = ['?', 'a?b', '\ud83d\ude00']
  for (const name of ['org.apache.kafka.connect.storage.StringConverter', 'SimpleHeaderConverter']) expect(encode(converter(name), texts.map((text) => [text, STRING_SCHEMA])), name).toEqual(bytes)
})
