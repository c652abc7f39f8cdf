/** Every transformation and predicate that ships with Kafka: each of its configurations on the same handful of records, as Key and as Value. */
import type { Case, Config, TaggedRecord } from '../../cases.ts'
import {
  ARRAY, BOOLEAN, bytes, BYTES, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, STRING, STRUCT, struct, TIME, TIMESTAMP,
} from '../../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'
import { transforms } from './records.ts'

const inner = STRUCT({ x: INT32(), y: STRING(optional) }, { n: 'com.acme.Inner' })
const outer = STRUCT(
  {
    i8: INT8(), i16: INT16(), i32: INT32(), i64: INT64(), f32: FLOAT32(), f64: FLOAT64(), flag: BOOLEAN(), text: STRING(), number: STRING(), raw: BYTES(), opt: STRING({ o: true, d: 'dflt' }), none: INT32(optional), in: inner, list: ARRAY(INT32()), map: MAP(STRING(), INT32()),
    dec: DECIMAL(2), day: DATE(), time: TIME(), ts: TIMESTAMP(), 'a.b': STRING(),
  },
  { n: 'com.acme.Outer', v: 3, doc: 'doc', p: [['p', '1']] },
)
const ms = 1566567000123
const outerValue = struct(
  outer, i8(-1), i16(300), i32(70000), i64(9007199254740993n), f32(0.1), f64(2.5), flag(true), 'hello', '42', bytes(1, 2), null, null, struct(inner, i32(7), 'deep'), list(i32(1), i32(2)), map(['k', i32(1)]), decimal(1234, 2), date(86400000 * 18000), date(45000123), date(ms), 'dotted',
)
const free = map(
  ['i64', i64(5)], ['f64', f64(2.5)], ['whole', f64(3)], ['flag', flag(false)], ['text', 'hello'], ['number', '42'], ['none', null], ['in', map(['x', i64(7)], ['y', map(['z', 'deeper'])])], ['list', list(i64(1), 'a')], ['raw', bytes(1)], ['ts', date(ms)], ['dec', decimal(5, 1)], ['opt', 'o'], ['a.b', 'dotted'], ['iso', '2019-08-23T13:30:00.123Z'],
)
type Side = { readonly schema: TaggedSchema; readonly value: TaggedValue }
const simpleStruct = STRUCT({ a: STRING(), b: INT64(optional) })
const contents: readonly Side[] = [
  { schema: outer, value: outerValue }, { schema: null, value: free }, { schema: null, value: null }, { schema: { ...simpleStruct, o: true }, value: null }, { schema: simpleStruct, value: struct(simpleStruct, 'x', null) }, { schema: STRING(), value: '2019-08-23' }, { schema: null, value: 'text' }, { schema: INT64(), value: i64(ms) },
  { schema: null, value: i64(ms) }, { schema: FLOAT64(), value: f64(1.9) }, { schema: BOOLEAN(), value: flag(true) }, { schema: TIMESTAMP(), value: date(ms) }, { schema: null, value: date(ms) }, { schema: DATE(), value: date(86400000) }, { schema: null, value: map() }, { schema: null, value: list(i64(1)) }, { schema: DECIMAL(2), value: decimal(1250, 2) },
  { schema: BYTES(), value: bytes(7) }, { schema: null, value: f64(4) }, { schema: STRUCT({}), value: struct(STRUCT({})) },
]
const headers: TaggedRecord['headers'] = [['h1', STRING(), 'one'], ['h2', INT32(), i32(2)], ['h1', STRING(), 'again'], ['h3', null, null]]
const recordOf = (side: 'key' | 'value', { schema, value }: Side): TaggedRecord =>
  side === 'value' ? { topic: 'topic-1', partition: 3, timestamp: ms, keySchema: STRING(), key: 'k', valueSchema: schema, value, headers } : { topic: 'topic-1', partition: null, timestamp: null, keySchema: schema, key: value, valueSchema: STRING(), value: 'v' }
const valueRecords = contents.map((side) => recordOf('value', side))
const keyRecords = contents.map((side) => recordOf('key', side))

const both = (name: string, configs: readonly Config[]): readonly Case[] => configs.flatMap((config) => [
  ...valueRecords.map((record): Case => ({ op: 'transform', class: `${transforms}${name}$Value`, config, record })),
  ...keyRecords.map((record): Case => ({ op: 'transform', class: `${transforms}${name}$Key`, config, record })),
])
const whole = (name: string, configs: readonly Config[], op: 'transform' | 'test' = 'transform'): readonly Case[] => configs.flatMap((config) => [valueRecords[0], valueRecords[2], keyRecords[1]].map((record): Case => ({ op, class: `${transforms}${name}`, config, record: record as TaggedRecord })))
const specs = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string']

export const transformCases: readonly Case[] = [
  ...both('Cast', [...specs.map((spec) => ({ spec })), ...specs.map((type) => ({ spec: ['i8', 'i32', 'i64', 'f32', 'f64', 'flag', 'number', 'day', 'time', 'ts', 'whole'].map((field) => `${field}:${type}`).join(',') })),
    ...specs.map((type) => ({ spec: `text:${type}` })), ...specs.map((type) => ({ spec: `none:${type},opt:${type === 'string' ? type : 'string'}` })), ...specs.map((type) => ({ spec: `dec:${type}` })), { spec: 'in:string' }, { spec: 'raw:string,list:string' }, { spec: 'opt:string', 'replace.null.with.default': 'false' }, { spec: 'missing:int8' }, { spec: 'raw:int8' }]),
  ...both('ExtractField', [{ field: 'text' }, { field: 'in.x' }, { field: 'in.x', 'field.syntax.version': 'V2' }, { field: 'in.y.z', 'field.syntax.version': 'V2' }, { field: '`a.b`', 'field.syntax.version': 'V2' }, { field: 'a.b' }, { field: 'missing' }, { field: 'opt' }, { field: 'opt', 'replace.null.with.default': 'false' }, { field: 'none' }, { field: 'a' }]),
  ...both('Flatten', [{}, { delimiter: '_' }, { delimiter: '' }]),
  ...both('HoistField', [{ field: 'wrapped' }]),
  ...both('InsertField', [{ 'topic.field': 't' }, { 'topic.field': 't!', 'partition.field': 'p?', 'timestamp.field': 'ts2', 'static.field': 's', 'static.value': 'v' }, { 'partition.field': 'p!' }, { 'timestamp.field': '!x!' }, { 'static.field': 'text', 'static.value': 'dup' }, { 'offset.field': 'o' }, { 'offset.field': 'o!' }, { 'static.field': 's' }, { 'topic.field': 't', 'replace.null.with.default': 'false' }]),
  ...both('MaskField', [{ fields: 'text,i32,f64,flag' }, { fields: 'i8,i16,i64,f32,number,raw,list,map,dec,day,time,ts' }, { fields: 'text,number', replacement: '***' }, { fields: 'i32,i64,f64,dec,i8', replacement: '123' }, { fields: 'i32', replacement: 'x' }, { fields: 'in' }, { fields: 'opt,none' }, { fields: 'opt', 'replace.null.with.default': 'false' }, { fields: 'whole,dec', replacement: '7' }, { fields: 'flag', replacement: 'true' }]),
  ...both('ReplaceField', [{ exclude: 'text,in' }, { include: 'text,i64,opt' }, { renames: 'text:words,i64:n' }, { include: 'text', renames: 'text:words' }, { exclude: 'opt', 'replace.null.with.default': 'false' }, { include: 'opt', 'replace.null.with.default': 'false' }, { exclude: 'missing' }, { include: 'missing' }, {}]),
  ...both('SetSchemaMetadata', [{ 'schema.name': 'com.acme.New' }, { 'schema.version': '9' }, { 'schema.name': 'n', 'schema.version': '1' }, {}, { 'schema.version': '9', 'replace.null.with.default': 'false' }]),
  ...both('TimestampConverter', ['string', 'unix', 'Date', 'Time', 'Timestamp'].flatMap((type): Config[] => [
    { 'target.type': type, format: 'yyyy-MM-dd' }, { 'target.type': type, format: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", field: 'ts' }, { 'target.type': type, format: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", field: 'iso' }, { 'target.type': type, field: 'i64', 'unix.precision': 'microseconds', format: 'HH:mm' }, { 'target.type': type, field: 'day', 'unix.precision': 'seconds', format: 'EEE, d MMM yyyy' },
    { 'target.type': type, field: 'none', format: 'yyyy' }, { 'target.type': type, field: 'time', 'unix.precision': 'nanoseconds', format: 'HH:mm:ss.SSS' }, { 'target.type': type, field: 'text', format: 'yyyy' }, { 'target.type': type, field: 'missing', format: 'yyyy' },
  ])),
  ...whole('ValueToKey', [{ fields: 'text' }, { fields: 'text,in,opt' }, { fields: 'opt', 'replace.null.with.default': 'false' }, { fields: 'missing' }]),
  ...contents.map((side): Case => ({ op: 'transform', class: `${transforms}ValueToKey`, config: { fields: 'a' }, record: recordOf('value', side) })),
  ...both('HeaderFrom', [{ fields: 'text,i64', headers: 'ht,hi', operation: 'copy' }, { fields: 'text,in', headers: 'ht,hin', operation: 'move' }, { fields: 'opt', headers: 'ho', operation: 'copy', 'replace.null.with.default': 'false' }, { fields: 'opt,none', headers: 'ho,hn', operation: 'move' }, { fields: 'missing', headers: 'm', operation: 'copy' }]),
  ...whole('InsertHeader', [{ header: 'h', 'value.literal': '1' }, { header: 'h1', 'value.literal': '[1,"a"]' }, { header: '', 'value.literal': '' }, { header: 'h', 'value.literal': '{"a":1.5}' }, { header: 'h', 'value.literal': '2019-08-23' }, { header: 'h', 'value.literal': 'null' }, { header: 'h', 'value.literal': ' text ' }]),
  ...whole('DropHeaders', [{ headers: 'h1' }, { headers: 'h2,h3,missing' }]),
  ...whole('RegexRouter', [{ regex: '(.*)-(\\d)', replacement: '$2_$1' }, { regex: 'topic', replacement: 'x' }, { regex: '(?<n>t)opic-1', replacement: '${n}' }, { regex: '.*', replacement: '' }, { regex: 'topic-1', replacement: 'a$0b' }, { regex: '(.*)', replacement: '$2' }, { regex: '.*', replacement: '\\$x' }]),
  ...whole('TimestampRouter', [{}, { 'topic.format': '${topic}', 'timestamp.format': 'yyyyMM' }, { 'topic.format': 'x-${timestamp}-${timestamp}', 'timestamp.format': 'yyyy-MM-dd HH:mm:ss.SSS' }, { 'timestamp.format': "EEEE 'o''clock' h a" }]),
  ...whole('Filter', [{}]),
  ...whole('predicates.TopicNameMatches', [{ pattern: 'topic-\\d' }, { pattern: 'topic' }], 'test'), ...whole('predicates.HasHeaderKey', [{ name: 'h1' }, { name: 'missing' }], 'test'), ...whole('predicates.RecordIsTombstone', [{}], 'test'),
]

export const transformClasses: readonly string[] = [
  ...['Cast', 'ExtractField', 'Flatten', 'HoistField', 'InsertField', 'MaskField', 'ReplaceField', 'SetSchemaMetadata', 'TimestampConverter', 'HeaderFrom'].flatMap((name) => [`${transforms}${name}$Key`, `${transforms}${name}$Value`]),
  ...['ValueToKey', 'InsertHeader', 'DropHeaders', 'RegexRouter', 'TimestampRouter', 'Filter', 'predicates.TopicNameMatches', 'predicates.HasHeaderKey', 'predicates.RecordIsTombstone'].map((name) => `${transforms}${name}`),
]
/** Right and wrong configurations; each class looks at its own keys. */
const configs: readonly Config[] = [
  {}, { spec: '', field: '', fields: '', headers: '', exclude: '', include: '', renames: '', regex: '', pattern: '', name: '' }, { spec: 'int8', field: 'a', fields: 'a', headers: 'h', operation: 'copy', 'target.type': 'unix', regex: 'a', replacement: 'b', header: 'h', 'value.literal': 'v', pattern: '.*', name: 'h' },
  { spec: 'int8,int16' }, { spec: 'a:int99' }, { spec: 'a:int8,b' }, { spec: 'bytes' }, { spec: 'a:b:int8' }, { spec: 'array' }, { spec: 'a:date' }, { field: 'a', 'field.syntax.version': 'V3' }, { field: 'a', 'field.syntax.version': 'v2' }, { field: 'a..b', 'field.syntax.version': 'V2' }, { field: '`a', 'field.syntax.version': 'V2' }, { fields: 'a,,b' },
  { fields: 'a,a', headers: 'a,a' }, { fields: 'a', headers: 'a,b', operation: 'copy' }, { fields: 'a', headers: 'b', operation: 'steal' }, { 'static.field': 's' }, { 'static.value': 'v' }, { fields: 'a', replacement: '' }, { renames: 'a' }, { renames: 'a:b,a:c' }, { renames: ':' }, { exclude: 'a', include: 'a' }, { 'schema.version': 'x' }, { 'schema.version': '2147483648' },
  { 'target.type': 'nothing' }, { 'target.type': 'string' }, { 'target.type': 'string', format: 'bogus {' }, { 'target.type': 'unix', 'unix.precision': 'days' }, { regex: '(', replacement: 'x' }, { regex: 'a' }, { pattern: '(' }, { pattern: '[' }, { 'topic.format': '', 'timestamp.format': '' }, { 'timestamp.format': 'bogus' }, { 'replace.null.with.default': 'maybe', spec: 'int8', field: 'a', fields: 'a', 'target.type': 'unix' },
  { header: '', 'value.literal': '' }, { delimiter: '' }, { 'topic.field': '', 'partition.field': '!' }, { name: ' ' },
]
export const transformConfigCases: readonly Case[] = transformClasses.flatMap((className): Case[] => [
  { op: 'configDef', class: className },
  ...configs.flatMap((config): Case[] => [{ op: 'validate', class: className, config }, { op: 'configure', class: className, config }]),
])
