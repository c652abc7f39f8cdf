/** ConfigDef itself: every type with every text, validators, defaults, dependents, recommenders, groups and embedding, validated and parsed. */
import type { Case, KeySpec, ValidatorSpec } from '../cases.ts'

type Texts = Readonly<Record<string, string | null>>
const define = (...keys: readonly KeySpec[]): Case => ({ op: 'define', keys })
/** Described, validated and parsed. */
const ask = (keys: readonly KeySpec[], config: Texts): readonly Case[] => [{ op: 'defineAndValidate', keys, config }, { op: 'defineAndParse', keys, config }]

const texts: readonly (string | null)[] = [
  null, '', ' ', 'true', 'TRUE', ' False ', 'yes', '0', '1', '-1', '+1', '--1', '-0', '007', '1.5', '1.', '.5', '1e3', '1E-3', '0x10', '0x1p3', '1_000', '1,000', '127', '128', '32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483648', '-2147483649', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809',
  '١٢', '1d', '1f', '1L', 'NaN', '-Infinity', 'Infinity', 'inf', '1e400', '1e-400', '4.9E-324', '0.1', '1e7', '12345678.9', 'a', 'A', ' a ', 'a,b', ' a , b ', 'a,a', 'a,,b', ',', ',a', 'a,', 'a, ,b', '\ta\n', '\u00a0a\u00a0', 'a\u00a0,\u2003b', 'a\u0007b', '\u007f', '\u0085x', '\u{1f600}', 'İ', 'ß', 'java.lang.String', '[hidden]', 'secret',
]
const types = ['BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'PASSWORD'] as const
const numbers: readonly ValidatorSpec[] = [['atLeast', '1'], ['between', '0', '10'], ['nonNull'], ['refusing', '1'], ['all', [['nonNull'], ['atLeast', '0'], ['refusing', '7']]]]
const words: readonly ValidatorSpec[] = [
  ['in', ['a', 'b', 'true']], ['in', []], ['inIgnoringCase', ['a', 'b', 'PLAINTEXT', 'SSL', 'SASL_SSL', 'İ', 'ß']], ['nonNull'], ['nonEmpty'], ['noControl'], ['refusing', 'a'], ['all', [['nonEmpty'], ['in', ['a']]]], ['all', []],
]
const lists: readonly ValidatorSpec[] = [['anyList', true, true], ['anyList', true, false], ['anyList', false, true], ['anyList', false, false], ['listIn', true, ['a', 'b']], ['listIn', false, ['a', 'b']], ['listIn', true, []], ['nonNull'], ['all', [['nonNull'], ['anyList', false, false]]]]
const validatorsOf: Readonly<Record<(typeof types)[number], readonly (ValidatorSpec | undefined)[]>> = {
  BOOLEAN: [undefined, ['nonNull'], ['refusing', 'true']], STRING: [undefined, ...words], INT: [undefined, ...numbers], SHORT: [undefined, ...numbers], LONG: [undefined, ...numbers, ['between', '-9223372036854775808', '9007199254740993']],
  DOUBLE: [undefined, ['atLeast', '0.5'], ['between', '0.0', '1.0'], ['between', '-1.5', '1.0E10'], ['nonNull'], ['refusing', '1.5']], LIST: [undefined, ...lists], PASSWORD: [undefined, ['nonNull'], ['refusing', '[hidden]']],
}
const keyOf = (type: KeySpec['type'], validator: ValidatorSpec | undefined, more: Partial<KeySpec> = {}): KeySpec => ({ name: 'k', type, ...(validator === undefined ? {} : { validator }), ...more })

const everyText = types.flatMap((type) => validatorsOf[type].flatMap((validator) => [...texts.flatMap((text) => ask([keyOf(type, validator)], { k: text })), ...ask([keyOf(type, validator)], {})]))
/** A default is parsed and validated when it is defined. */
const everyDefault = types.flatMap((type) => validatorsOf[type].flatMap((validator) => texts.flatMap((text) => [define(keyOf(type, validator, { default: text })), ...ask([keyOf(type, validator, { default: text })], {})])))
// a list that is missing is told of, and not also the NullPointerException of a validator behind it
const sizes = ['a', 'a,b', 'a,b,c', ''].flatMap((text) => ask([keyOf('LIST', ['listSize', 2])], { k: text }))
const classes = ['java.lang.String', ' java.util.List '].flatMap((text) => ask([keyOf('CLASS', undefined)], { k: text }))

const looks: readonly Case[] = [
  define(), define({ name: 'a', type: 'INT' }, { name: 'a', type: 'INT' }), define({ name: '', type: 'STRING' }), define({ name: '__proto__', type: 'STRING', default: 'x' }, { name: 'constructor', type: 'INT', default: '1' }),
  define({ name: 'b', type: 'STRING', group: 'G', order: 2, width: 'LONG', display: 'Bee', importance: 'LOW', dependents: ['a', 'x'] }, { name: 'a', type: 'PASSWORD', default: 'secret', group: 'H' }, { name: 'c', type: 'LIST', default: 'x, y', group: 'G', order: 1 }, { name: 'd', type: 'DOUBLE', default: '1', group: null }),
  define({ name: 'hidden', type: 'INT', default: '1', internal: true, group: '' }, { name: 'e', type: 'DOUBLE', default: '1e10', group: '' }), ...ask([{ name: 'hidden', type: 'INT', default: '1', internal: true }], { hidden: '7' }), ...ask([{ name: 'hidden', type: 'INT', default: '1', internal: true }], { hidden: 'x' }),
  ...ask([{ name: '__proto__', type: 'STRING', default: 'x' }, { name: 'toString', type: 'INT' }], {}), ...ask([{ name: 'hasOwnProperty', type: 'INT' }], { hasOwnProperty: '1' }), ...ask([], { any: 'thing' }), ...ask([{ name: 'a', type: 'INT' }, { name: 'b', type: 'INT' }], { a: 'x', b: 'y' }),
]

const parent: KeySpec = { name: 'p', type: 'STRING', default: 'a', dependents: ['q', 'r'], recommender: { values: ['a', 'b'] } }
const families: readonly (readonly KeySpec[])[] = [
  [parent, { name: 'q', type: 'INT', default: '1', recommender: { values: ['1', '2'], when: ['p', 'a'] } }, { name: 'r', type: 'STRING', recommender: { when: ['q', '2'] } }],
  // a key that two others point to is looked at twice
  [parent, { name: 'q', type: 'INT', dependents: ['s'], validator: ['atLeast', '1'] }, { name: 'r', type: 'INT', default: '5', dependents: ['s'] }, { name: 's', type: 'INT', validator: ['atLeast', '3'], recommender: { values: ['3', '4'], when: ['p', 'b'] } }],
  [parent, { name: 'q', type: 'LIST', default: 'a', recommender: { values: ['a', 'b', 'c,d'] } }], [{ ...parent, dependents: ['gone', 'q', 'lost', 'gone'] }, { name: 'q', type: 'INT', default: '1' }],
  [{ name: 'c1', type: 'INT', default: '1', dependents: ['c2'] }, { name: 'c2', type: 'INT', default: '2', dependents: ['c1'] }, { name: 'd', type: 'INT', default: '3' }], [{ name: 'p', type: 'STRING', default: 'a', recommender: { fails: true } }, { name: 'q', type: 'PASSWORD', default: 'x', recommender: { when: ['p', 'a'] } }],
  [{ name: 'p', type: 'BOOLEAN', default: 'true', dependents: ['q'] }, { name: 'q', type: 'DOUBLE', default: '1', recommender: { when: ['p', 'true'] } }], [{ name: 'p', type: 'LIST', default: 'x,y' }, { name: 'q', type: 'STRING', default: null, recommender: { when: ['p', '[x, y]'] } }],
]
const members: readonly Texts[] = [{}, { p: 'a' }, { p: 'b' }, { p: 'x', q: '2' }, { q: 'x' }, { q: '0', s: '1' }, { q: '2', r: 'z', s: 'x' }, { p: null, q: null }, { p: 'false' }, { s: '9', r: '1', q: '1' }]
const related = families.flatMap((keys) => [define(...keys), ...members.flatMap((config) => ask(keys, config))])

const child: readonly KeySpec[] = [
  { name: 'z', type: 'STRING', validator: ['in', ['a']], importance: 'LOW' }, { name: 'y', type: 'INT', default: '1', importance: 'HIGH', validator: ['atLeast', '1'] }, { name: 'x', type: 'LIST', default: 'a', group: 'Inner', order: 2, validator: ['anyList', false, false] }, { name: 'w', type: 'STRING', default: null, group: 'Inner', order: 1, dependents: ['v', 'nowhere'] },
  { name: 'v', type: 'STRING', default: 'q', group: 'Other', recommender: { values: ['q'], when: ['y', '1'] } }, { name: 'u', type: 'DOUBLE', default: '0.5', internal: true, importance: 'HIGH' },
]
const outer: readonly KeySpec[] = [{ name: 'o', type: 'STRING', default: 'q', group: 'Outer' }, { name: 'x', type: 'INT', default: '1' }]
const inside: readonly Texts[] = [{}, { 'in.z': 'b', 'in.y': '0' }, { 'in.x': '', 'in.y': '1' }, { 'in.x': 'a,a', 'in.y': '2', z: 'a' }, { z: 'c' }]
const embedded = [{ prefix: 'in.', group: 'In', order: 0, keys: child }, { prefix: '', group: '', order: -3, keys: [child[0] as KeySpec] }, { prefix: 'in.', group: 'In', order: 7, keys: [] }, { prefix: '', group: 'In', order: 1, keys: child }].flatMap((part): Case[] => [
  { op: 'define', keys: outer, embedded: part }, ...inside.flatMap((config): Case[] => [{ op: 'defineAndValidate', keys: outer, embedded: part, config }, { op: 'defineAndParse', keys: outer, embedded: part, config }]),
])

export const definitionCases: readonly Case[] = [...everyText, ...everyDefault, ...sizes, ...classes, ...looks, ...related, ...embedded]
