/** JsonConverter, bytes to values: documents, envelopes, schemas, coercions and what it refuses. */
import type { Case } from '../cases.ts'
import { classes, plainJson, read } from '../shorthand.ts'

const json = classes.json
const envelope = (schema: string, payload: string): string => `{"schema":${schema},"payload":${payload}}`
const named = (type: string, name: string, more = ''): string => `{"type":"${type}","name":"org.apache.kafka.connect.data.${name}","version":1${more}}`

/** Whole documents, read with and without envelopes. */
const documents: readonly (string | Uint8Array)[] = [
  '', ' ', '\n', 'null', 'true', 'false', '1', '-1', '0', '-0', '01', '-007', '1.0', '1.50', '-0.0', '-0e5', '-1e-400', '1e3', '1E-3', '1e400', '9223372036854775807', '9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '0.1', '1.7976931348623157e308',
  '4.9e-324', '100.0', '12345678901234567890.5', '"x"', '""', '"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\"', '"\\ud83d"', '"é😀"', '[]', '{}', '[1,2.0,"x",null,true,{"a":[]}]', '{"a":1,"b":2.0,"a":3}', '{"__proto__":1,"constructor":{"x":1}}', '{"1":"one","0":"zero","b":1}',
  '{"":1}', ' {"a" : [ 1 , 2 ] } ', '1 2', '{} garbage', '{"a":1}}', '"x" x', 'nul', 'nulll', 'truex', 'NaN', 'Infinity', '-', '+1', '.5', '1.', '1e', '1.e3', '0x10', '[1,]', '[,1]', '{"a":1,}', '{a:1}', "{'a':1}", "'x'", '{"a"}', '{"a":}', '[1', '{"a":1', '"x', '"\\x"', '"\\u12"',
  '"a\nb"', '"a\tb"', '// c\n1', '/* c */1', '\ufeff1', '[[[[[[[[[[1]]]]]]]]]]', `${'['.repeat(100)}${']'.repeat(100)}`, `${'['.repeat(400)}${']'.repeat(400)}`, '{"a":{"b":{"c":{"d":1.0}}}}', '[1.0,1.10,100,1e0]', '{"v":"1.0"}',
  Buffer.from([0xff]), Buffer.from([0x22, 0xc3, 0x22]), Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), Buffer.from([0]), Buffer.from([0, 0, 0, 0, 1]), Buffer.from('"x"', 'utf16le'), Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff]), Buffer.from([0xff, 0xfe, 0x31]), Buffer.from([0, 0x31]), Buffer.from([0x31, 0]), Buffer.from([0xff, 0xfe, 0x31, 0]), Buffer.from([0xfe, 0xff, 0, 0x31]), Buffer.from('\ufeff"x"'),
]

const typed: readonly (readonly [schema: string, payloads: readonly string[]])[] = [
  ['{"type":"int8"}', ['1', '300', '-129', '"5"', '1.9', '-1.9', 'true', 'null', '[]', '1e2', '99999999999999999999', '4294967297']],
  ['{"type":"int16","optional":true}', ['40000', 'null', '70000.7']], ['{"type":"int32"}', ['2147483648', '-2147483649', '1e10', '12345678901234567890123.5', '"x"', '{}']],
  ['{"type":"int64"}', ['9223372036854775807', '9223372036854775808', '1.5', '1e30', '-1e19', '-0', '"1"', '9007199254740993', '9007199254740993.7']],
  ['{"type":"float"}', ['0.1', '1', '3.5e38', '-0.0', '16777217', '"1.5"', '"NaN"', 'NaN', '1e-50', '340282356779733661637539395458142568448', '9007199791611905', 'null']],
  ['{"type":"double"}', ['0.1', '1', '1e400', '-0.0', '-0', '"1"', '9007199254740993', 'true', '123456789012345678901234567890', '0.1000000000000000055511151231257827021181583404541015625']],
  ['{"type":"boolean"}', ['true', 'false', '"true"', '1', '0', 'null', '{}']], ['{"type":"string"}', ['"x"', '1', 'true', '{}', 'null', '"\\ud83d"']], ['{"type":"string","optional":true}', ['null', '1', '"a\\u0000b"']],
  ['{"type":"bytes"}', ['"AQI="', '"AQI"', '"AQ=="', '"AQ"', '""', '"!"', '"A"', '"AQ I="', '"AQ\\nI="', '1', '"AQI=AQI="', '"-_-_"', 'null', '"=="', '"AQ=I"']],
  ['{"type":"array","items":{"type":"int32"}}', ['[1,2]', '[]', '[null]', '{}', '{"a":1}', '1', '"x"', '[1.9,"x"]', 'null']], ['{"type":"array","items":{"type":"string","optional":true,"default":"d"}}', ['["a",null]']],
  ['{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}', ['{"a":1}', '{}', '[]', '[["a",1]]', '1', '{"a":null}', '{"b":1,"a":2,"b":3}', '{"__proto__":1}']],
  ['{"type":"map","keys":{"type":"int32"},"values":{"type":"string"}}', ['[[1,"a"]]', '[]', '{}', '[1]', '[[1]]', '[[1,"a",2]]', '[[1,"a"],[1,"b"]]', '[[null,"a"]]', '{"1":"a"}', '[{}]', '["ab"]']],
  ['{"type":"map","keys":{"type":"array","items":{"type":"int8"}},"values":{"type":"string"}}', ['[[[1],"a"],[[1],"b"]]']],
  ['{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"string","optional":true,"field":"b"},{"type":"int32","default":7,"field":"c"}]}', ['{"a":1}', '{"a":1,"b":"x","c":2,"extra":true}', '{}', '[]', 'null', '1', '"x"', '{"a":1,"c":null}', '{"a":"5","b":5,"c":1.5}', '{"a":1,"b":null}']],
  ['{"type":"struct","optional":true,"fields":[{"type":"struct","field":"in","fields":[{"type":"double","field":"d"}]}]}', ['{"in":{"d":1}}', 'null', '{"in":null}', '{"in":[]}', '{"in":{}}']],
  ['{"type":"struct","fields":[]}', ['{}', '{"a":1}']],
  [named('bytes', 'Decimal', ',"parameters":{"scale":"2"}'), ['"BNI="', '12.340', '12', '-0.0', '1e3', '1E-7', '"!"', '""', 'true', '[]', '{}', 'null', '123456789012345678901234567890.12', '-5', '"AQ"', '1e20', '100.0', '10000000000']],
  [named('bytes', 'Decimal'), ['"BNI="', '1.5']], [named('bytes', 'Decimal', ',"parameters":{"scale":"x"}'), ['"BNI="', '2']],
  [named('int32', 'Date'), ['0', '18000', '-1', '1.0', '"1"', '2147483648', 'null', 'true', '[]', '{}']], [named('int32', 'Time'), ['0', '86400000', '86400001', '-1', '1e2', '"x"', '43200000']],
  [named('int64', 'Timestamp'), ['0', '1566567000123', '-5', '1.5', '"x"', '1e3', 'null']], [named('int64', 'Timestamp', ',"optional":true,"default":5'), ['null', '7']],
]

const schemas: readonly string[] = [
  '{}', '1', '"string"', '[]', '{"type":1}', '{"type":null}', '{"type":"foo"}', '{"type":"INT32"}', '{"type":"array"}', '{"type":"array","items":null}', '{"type":"array","items":{}}', '{"type":"map"}', '{"type":"map","keys":{"type":"string"}}',
  '{"type":"map","keys":null,"values":{"type":"string"}}', '{"type":"map","keys":{"type":"string"},"values":null}', '{"type":"struct"}', '{"type":"struct","fields":{}}', '{"type":"struct","fields":[{"type":"string"}]}', '{"type":"struct","fields":[{"field":"a"}]}',
  '{"type":"struct","fields":[{"type":"string","field":1}]}', '{"type":"struct","fields":[1]}', '{"type":"struct","fields":[null]}', '{"type":"struct","fields":[{"type":"string","field":"a"},{"type":"string","field":"a"}]}', '{"type":"struct","fields":[{"type":"string","field":""}]}',
  '{"type":"int32","optional":"true"}', '{"type":"int32","optional":1}', '{"type":"int32","name":5,"version":"1","doc":false}', '{"type":"int32","version":1.0}', '{"type":"int32","version":4294967297}', '{"type":"int32","version":-1}', '{"type":"int32","parameters":[]}',
  '{"type":"int32","parameters":{"a":1}}', '{"type":"int32","parameters":{}}', '{"type":"int32","parameters":{"b":"1","a":"2"}}', '{"type":"int32","default":null}', '{"type":"int32","default":null,"optional":true}', '{"type":"int32","default":5}', '{"type":"int32","default":"x"}',
  '{"type":"string","default":5}', '{"type":"string","default":5,"optional":true}', '{"type":"bytes","default":"AQI="}', '{"type":"bytes","default":"!"}', '{"type":"array","items":{"type":"int32"},"default":[1,2]}', '{"type":"struct","fields":[{"type":"int32","field":"a"}],"default":{"a":1}}',
  '{"type":"map","keys":{"type":"string"},"values":{"type":"int8"},"default":{"a":1}}', named('int32', 'Date', ',"default":5'), named('int64', 'Timestamp', ',"default":5'), named('bytes', 'Decimal', ',"parameters":{"scale":"1"},"default":1.5'), '{"type":"boolean","default":1}',
  '{"type":"double","default":1}', '{"type":"float","default":0.1}', '{"type":"int8","default":300}', '{"type":"struct","fields":[{"type":"struct","field":"x","fields":[{"type":"string","field":"y","optional":true,"doc":"deep"}]}],"name":"n","doc":"d","version":3}',
]

const envelopes: readonly string[] = [
  '{"schema":null,"payload":1}', '{"schema":null,"payload":1.0}', '{"schema":null,"payload":null}', '{"payload":1,"schema":null}', '{"schema":null}', '{"payload":1}', '{"schema":null,"payload":1,"x":2}', '{"schema":null,"schema":null,"payload":1}', '{"schema":null,"payload":1,"payload":2}',
  '{"schema":1,"payload":1}', '{"schema":"string","payload":1}', ' { "schema" : {"type":"int32"} , "payload" : 5 } ', '{"schema":{"type":"int32"},"payload":5} trailing', '{"schema":{"type":"int32"},"payload":5', '[{"schema":null,"payload":1}]', '{"schema":{"type":"int32"},"payload":}',
  '{"\\u0073chema":{"type":"int32"},"payload":5}', '{"schema":{"type":"string"},"payload":"a}"}',
]

const contents: readonly string[] = ['{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"string","optional":true,"field":"b"}]}', '{"type":"string","optional":true}', '{"type":"int32","default":5}', '{"type":"array","items":{"type":"double"}}']
const contentDocuments: readonly string[] = ['{"a":1,"b":"x"}', '{"schema":null,"payload":1}', 'null', '', '"x"', '7', '[1]', '{"a":null}']
const badContents: readonly string[] = ['{', 'null', ' ', '', '1', '{"type":"foo"}', '{"optional":true}', '[]']

export const jsonReadCases: readonly Case[] = [
  ...documents.flatMap((document) => [read(json, document, plainJson), read(json, document)]),
  ...documents.filter((document) => typeof document === 'string').map((document) => read(json, envelope('null', document))),
  ...typed.flatMap(([schema, payloads]) => payloads.map((payload) => read(json, envelope(schema, payload)))),
  ...typed.flatMap(([schema]) => [read(json, envelope(schema, 'null'), { 'replace.null.with.default': 'false' })]),
  ...schemas.flatMap((schema) => [read(json, envelope(schema, 'null')), read(json, envelope(schema, '1')), read(json, envelope(schema, '{"a":1,"x":{"y":"z"}}'))]),
  ...envelopes.map((document) => read(json, document)),
  read(json, null), read(json, null, plainJson), read(json, null, { 'schema.content': contents[0] ?? '' }),
  ...contents.flatMap((content) => contentDocuments.flatMap((document) => [read(json, document, { 'schema.content': content }), read(json, document, { 'schema.content': content, ...plainJson })])),
  ...badContents.flatMap((content) => [{ op: 'configure', class: json, config: { 'schema.content': content } } as const, { op: 'configure', class: json, config: { 'schema.content': content, ...plainJson } } as const]),
  ...badContents.slice(1, 4).map((content) => read(json, '{"schema":null,"payload":1}', { 'schema.content': content })),
  read(json, envelope('{"type":"int32"}', '1'), { 'schemas.cache.size': '0' }),
]
