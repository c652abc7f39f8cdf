/** Transformations of fields: ExtractField, Flatten, HoistField, InsertField, MaskField, ReplaceField, SetSchemaMetadata and ValueToKey, on the same values. */
import type { Case, Config } from '../../cases.ts'
import {
  ARRAY, BOOLEAN, BYTES, bytes, DATE, date, DECIMAL, decimal, f32, f64, flag, FLOAT32, FLOAT64, i16, i32, i64, i8, INT16, INT32, INT64, INT8, list, map, MAP, optional, STRING, STRUCT, struct, TIME, TIMESTAMP,
} from '../../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'
import { onBoth, onValue } from './records.ts'

const day = 86_400_000
const inner = STRUCT({ x: INT32(), y: STRING(optional), 'z.w': INT64({ d: i64(9) }) }, { n: 'Inner' })
const optionalInner = { ...inner, o: true }
const deep = STRUCT({ in: inner, maybe: optionalInner, n: INT8() }, { doc: 'deep' })
const withDefaults = STRUCT({ a: INT32({ d: i32(7) }), b: STRING({ d: 'dflt', o: true }), in: { ...inner, d: struct(inner, i32(1), 'in', i64(2)) } }, { n: 'D', v: 4, doc: 'd', p: [['p', 'q']] })
const optionalRoot = STRUCT({ a: INT32(), in: inner, arr: ARRAY(inner) }, { ...optional, d: struct(STRUCT({ a: INT32(), in: inner, arr: ARRAY(inner) }), i32(5), struct(inner, i32(6), null, i64(7)), list()) })
const all = STRUCT({
  i8: INT8(), i16: INT16(), i32: INT32(), i64: INT64(), f32: FLOAT32(), f64: FLOAT64(), flag: BOOLEAN(), text: STRING(), bytes: BYTES(), arr: ARRAY(STRING()), dec: DECIMAL(2), day: DATE(), time: TIME(), ts: TIMESTAMP(), in: inner, n: STRING(optional),
})
const allMap = STRUCT({ m: MAP(STRING(), INT32()), a: INT32() })
const innerValue = struct(inner, i32(3), 'why', i64(4))

/** [schema, value] */
const values: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [null, null], [null, map()], [null, map(['a', i64(1)], ['b', 'text'], ['c', null])], [null, map(['a', map(['b', map(['c', i64(5)])], ['e', map()])], ['a.b', 'dotted'], ['l', list(i64(1), map(['z', i64(2)]))])],
  [null, map(['a', f64(1)], ['b', f32(2)], ['in', map(['x', flag(true)])], ['bytes', bytes(1)], ['ts', date(5)], ['dec', decimal(12, 1)])], [null, map(['a', innerValue])], [null, 'text'], [null, i64(5)], [null, list(i64(1))], [null, innerValue], [null, map(['a', list()], ['in', 'flat'], ['flag', flag(true)])],
  [inner, innerValue], [inner, struct(inner, i32(3), null, null)], [inner, null], [optionalInner, null], [optionalInner, struct(optionalInner, i32(1), null, i64(3))],
  [deep, struct(deep, innerValue, null, i8(1))], [deep, struct(deep, innerValue, struct(optionalInner, i32(8), 'y', null), i8(1))],
  [withDefaults, struct(withDefaults, null, null, null)], [withDefaults, struct(withDefaults, i32(1), 'b', innerValue)],
  [optionalRoot, null], [optionalRoot, struct(optionalRoot, i32(1), innerValue, list(innerValue))], [all, struct(all, i8(1), i16(2), i32(3), i64(4), f32(5), f64(6), flag(true), 'eight', bytes(9), list('ten'), decimal(1234, 2), date(day), date(13), date(14), innerValue, 'n')],
  [all, struct(all, i8(1), i16(2), i32(3), i64(4), f32(5), f64(6), flag(true), 'eight', bytes(9), list('ten'), decimal(1234, 2), date(day), date(13), date(14), innerValue, null)],
  [allMap, struct(allMap, map(['k', i32(1)]), i32(2))], [STRUCT({}), struct(STRUCT({}))], [INT32(), i32(5)], [INT32({ o: true, n: 'num', v: 2, doc: 'd' }), null], [STRING(), 'text'], [MAP(STRING(), INT32()), map(['a', i32(1)])], [ARRAY(INT32()), list(i32(1))], [DECIMAL(2), decimal(5, 2)], [STRUCT({ a: INT32() }), null],
]
const keep: Config = { 'replace.null.with.default': 'false' }

const configs: readonly (readonly [name: string, config: Config])[] = [
  ...['a', 'x', 'in', 'n', 'z.w', 'a.b', 'in.x', '', 'i64', 'b'].flatMap((field) => [['ExtractField', { field }], ['ExtractField', { field, 'field.syntax.version': 'V2' }]] as const),
  ...['`z.w`', 'in.`z.w`', 'in.y', 'maybe.x', 'maybe.`z.w`', 'a.b.c', '`a.b`', 'a.`b`.c', 'in.x.y', 'n.x', 'a.missing.c', 'in.missing', 'l.z', 'in.', '.', 'a..b', '`a\\`.b`', 'a`b', '``', 'in.``'].map((field) => ['ExtractField', { field, 'field.syntax.version': 'v2' }] as const),
  ['ExtractField', { field: 'a', ...keep }], ['ExtractField', { field: 'in.`z.w`', 'field.syntax.version': 'V2', ...keep }], ['ExtractField', { field: 'b', ...keep }], ['ExtractField', { field: 'z.w', ...keep }],
  ['Flatten', {}], ['Flatten', { delimiter: '_' }], ['Flatten', { delimiter: '' }], ['Flatten', { delimiter: '::' }],
  ['HoistField', { field: 'wrapped' }], ['HoistField', { field: '' }],
  ['InsertField', { 'topic.field': 't' }], ['InsertField', { 'topic.field': 't!', 'partition.field': 'p?', 'timestamp.field': 'ts' }], ['InsertField', { 'static.field': 's', 'static.value': 'fixed' }], ['InsertField', { 'timestamp.field': 'ts!', 'partition.field': 'p!' }], ['InsertField', { 'topic.field': 'a' }],
  ['InsertField', { 'topic.field': 'x', ...keep }], ['InsertField', { 'static.field': 'b!', 'static.value': '', 'topic.field': 'b' }], ['InsertField', { 'offset.field': 'o' }], ['InsertField', { 'topic.field': '' }], ['InsertField', { 'topic.field': '!' }], ['InsertField', { 'topic.field': 'q??' }], ['InsertField', { 'topic.field': 'new', ...keep }],
  ...['a', 'a,b', 'x,y', 'in', 'i8,i16,i32,i64,f32,f64,flag,text,dec,day,time,ts,arr,n', 'bytes', 'ts', 'dec', 'missing', 'l', 'flag', 'm', 'z.w', 'i64,f64'].flatMap((fields) => [['MaskField', { fields }], ['MaskField', { fields, replacement: '17' }]] as const),
  ...['abc', '1.5', '300', '99999999999999999999', '', ' 1', 'NaN', 'Infinity', '1e400', '0x10'].flatMap((replacement) => ['a,x', 'i8,i16,i32,i64', 'f32,f64', 'dec', 'text,n', 'i64', 'i8', 'f64'].map((fields) => ['MaskField', { fields, replacement }] as const)),
  ['MaskField', { fields: 'z.w', ...keep }], ['MaskField', { fields: 'x', ...keep }],
  ['ReplaceField', {}], ['ReplaceField', { exclude: 'a' }], ['ReplaceField', { include: 'a,in' }], ['ReplaceField', { include: 'a,b', exclude: 'b' }], ['ReplaceField', { renames: 'a:A,x:X' }], ['ReplaceField', { renames: 'a:b,b:a' }], ['ReplaceField', { renames: 'x:y', exclude: 'y' }], ['ReplaceField', { renames: 'x:y' }], ['ReplaceField', { renames: 'missing:a' }],
  ['ReplaceField', { include: 'missing' }], ['ReplaceField', { exclude: 'a,x', ...keep }], ['ReplaceField', { renames: 'a:c,b:c' }], ['ReplaceField', { renames: 'b:a,c:a,a:a' }], ['ReplaceField', { renames: 'x:q,y:q,a:q,in:q' }], ['ReplaceField', { renames: 'x:x2,z.w:z' }], ['ReplaceField', keep], ['ReplaceField', { renames: 'in:x', exclude: 'x' }], ['ReplaceField', { exclude: ' a , b ' }],
  ['SetSchemaMetadata', { 'schema.name': 'New' }], ['SetSchemaMetadata', { 'schema.version': '7' }], ['SetSchemaMetadata', { 'schema.name': 'New', 'schema.version': '-7' }], ['SetSchemaMetadata', { 'schema.name': 'New', ...keep }], ['SetSchemaMetadata', { 'schema.name': '' }],
]

const sink = { partition: 3, offset: 42, timestamp: 1566567000123 } as const
export const fieldCases: readonly Case[] = [
  ...configs.flatMap(([name, config]) => values.map(([schema, value]) => onValue(name, config, schema, value, { partition: 2, timestamp: 1566567000123, headers: [['h', INT32(), i32(1)]] }))),
  ...configs.flatMap(([name, config]) => values.slice(2, 24).filter((_, index) => index % 3 === 0).map(([schema, value]) => onBoth(name, config, schema, value)[0] as Case)),
  ...values.flatMap(([schema, value]) => [
    ...onBoth('InsertField', { 'offset.field': 'o', 'topic.field': 't' }, schema, value, sink), onValue('InsertField', { 'offset.field': 'o!', 'timestamp.field': 'ts', 'partition.field': 'p' }, schema, value, { ...sink, timestamp: null }), onValue('InsertField', { 'partition.field': 'p!', 'timestamp.field': 'ts!', 'static.field': 'st?', 'static.value': 'v' }, schema, value),
  ]),
  ...['a', 'x,y', 'a,b', 'missing', 'in', 'in,a', 'z.w', 'a,a', 'i8,i64,dec,ts,n', 'n', 'y,x'].flatMap((fields) => [{}, keep].flatMap((more) => values.map(([schema, value]): Case => ({
    op: 'transform', class: 'org.apache.kafka.connect.transforms.ValueToKey', config: { fields, ...more }, record: { topic: 't', keySchema: STRING(), key: 'old', valueSchema: schema, value },
  })))),
]
