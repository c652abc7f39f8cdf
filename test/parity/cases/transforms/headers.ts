/** HeaderFrom, InsertHeader, DropHeaders, Filter, and the predicates HasHeaderKey and RecordIsTombstone. */
import type { Case, Config, TaggedRecord } from '../../cases.ts'
import { ARRAY, DATE, date, f64, i32, i64, INT32, INT64, list, map, optional, STRING, STRUCT, struct, TIMESTAMP } from '../../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'
import { apply, ask, onBoth, onValue } from './records.ts'

const shape = STRUCT({ a: INT32(), b: STRING(optional), c: INT64({ d: i64(4) }), d: DATE(optional), e: ARRAY(STRING(), optional), in: STRUCT({ x: INT32() }, optional) }, { n: 'S', v: 1, doc: 'd', p: [['p', 'q']] })
const full = struct(shape, i32(1), 'two', i64(3), date(86_400_000), list('x'), struct(STRUCT({ x: INT32() }, optional), i32(5)))
const sparse = struct(shape, i32(1), null, null, null, null, null)
const optionalShape = { ...shape, o: true, d: full }
const values: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [null, map(['a', i64(1)], ['b', 'two'], ['c', null])], [null, map(['a', map(['x', i64(1)])], ['b', list(i64(1))], ['d', date(5)], ['e', f64(1)])], [null, map()], [null, null], [null, 'text'], [shape, full], [shape, sparse], [shape, null], [optionalShape, struct(optionalShape, i32(1), 'two', null, null, null, null)], [optionalShape, null], [INT32(), i32(5)], [STRING(), 'x'],
]
const moves: readonly (readonly [fields: string, headers: string])[] = [['a', 'h'], ['a,b', 'h1,h2'], ['a,a', 'h1,h2'], ['c', 'old'], ['missing', 'h'], ['d,e,in', 'd,e,in'], ['a,missing', 'x,y'], ['b,c', 'same,same'], ['a,b,c,d,e,in', '1,2,3,4,5,6'], ['c,d', 'c,d']]
const headers: NonNullable<TaggedRecord['headers']> = [['old', INT32(), i32(1)], ['old', STRING(), 'two'], ['other', null, 'three'], ['ts', TIMESTAMP(), date(5)], ['', null, null]]
const keep: Config = { 'replace.null.with.default': 'false' }
const literals = ['text', '1', '128', '-32769', '2147483648', '9223372036854775808', '1.5', '1e400', 'true', 'FALSE', 'null', '', ' ', '[1,2]', '[1,"a"]', '{"a":1}', '{"a":[true]}', '2019-08-23', '2019-08-23T14:30:00.000Z', '12:30:00.000Z', '"quoted"', '[', '{]', 'a,b', '[]', '{}', '[null]', '\u{1f600}', '"a\\"b"']

export const headerCases: readonly Case[] = [
  ...moves.flatMap(([fields, names]) => ['move', 'copy'].flatMap((operation) => [{}, keep].flatMap((more: Config) =>
    values.flatMap(([schema, value]) => onBoth('HeaderFrom', { fields, headers: names, operation, ...more }, schema, value, { headers }))))),
  onValue('HeaderFrom', { fields: 'a', headers: 'h', operation: 'move' }, shape, full),
  ...literals.flatMap((literal) => [apply('InsertHeader', { header: 'old', 'value.literal': literal }, { headers }), apply('InsertHeader', { header: '', 'value.literal': literal }, {})]),
  ...['old', 'other', 'old,other', 'missing', 'OLD', 'ts', ' old , ts '].flatMap((names) => [apply('DropHeaders', { headers: names }, { headers, value: 'v' }), apply('DropHeaders', { headers: names }, { partition: 1, timestamp: 5, key: 'k' })]),
  apply('Filter', {}, { value: 'x' }), apply('Filter', {}, {}), apply('Filter', { anything: 'else' }, { value: null }),
  ...['old', 'other', 'OLD', 'missing', 'ts', ' old'].flatMap((name) => [ask('HasHeaderKey', { name }, { headers }), ask('HasHeaderKey', { name }, {})]),
  ask('RecordIsTombstone', {}, {}), ask('RecordIsTombstone', {}, { value: '' }), ask('RecordIsTombstone', {}, { valueSchema: INT32(optional), value: null }), ask('RecordIsTombstone', {}, { valueSchema: INT32({ d: i32(1) }), value: null }), ask('RecordIsTombstone', {}, { key: null, value: list() }),
]
