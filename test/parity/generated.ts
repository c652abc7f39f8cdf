/** Cases drawn by fast-check: random schemas with values that fit them (mostly), random documents, texts and conversions. The same seed gives the same cases. */
import fc from 'fast-check'
import type { Case, Conversion } from './cases.ts'
import { ARRAY, asHeader, BOOLEAN, BYTES, classes, DATE, DECIMAL, FLOAT32, FLOAT64, INT16, INT32, INT64, INT8, MAP, plainJson, read, STRING, STRUCT, TIME, TIMESTAMP, write } from './shorthand.ts'
import { numberText, type TaggedSchema, type TaggedValue } from './tagged.ts'

const day = 86_400_000
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 30 }), fc.constantFrom('', '"', '\\', '\ud83d', '\u{1f600}', '\u2028', '1.0', 'null'))
const double = fc.oneof(fc.double(), fc.integer().map(Number), fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 1000), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e21, 1e7, 1e-3))
const long = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt), fc.integer().map(BigInt))
const integer = (bits: number, tag: 'i8' | 'i16' | 'i32') => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }).map((value): TaggedValue => [tag, String(value)])
const scale = fc.integer({ min: -5, max: 20 })
const decimalOf = (of: number) => fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map((unscaled): TaggedValue => ['dec', String(unscaled), of])
const bytes = fc.uint8Array({ maxLength: 12 }).map((content): TaggedValue => ['y', content.toBase64()])
const date = fc.integer({ min: -140_000, max: 2_000_000 })

type Typed = { readonly schema: TaggedSchema; readonly value: TaggedValue }
const leaf: fc.Arbitrary<{ readonly schema: Exclude<TaggedSchema, null>; readonly values: fc.Arbitrary<TaggedValue> }> = fc.oneof(
  fc.constantFrom(
    { schema: INT8(), values: integer(8, 'i8') }, { schema: INT16(), values: integer(16, 'i16') }, { schema: INT32(), values: integer(32, 'i32') }, { schema: INT64(), values: long.map((value): TaggedValue => ['i64', String(value)]) },
    { schema: FLOAT32(), values: double.map((value): TaggedValue => ['f32', numberText(Math.fround(value))]) }, { schema: FLOAT64(), values: double.map((value): TaggedValue => ['f64', numberText(value)]) },
    { schema: BOOLEAN(), values: fc.boolean().map((value): TaggedValue => ['b', value]) }, { schema: STRING(), values: text as fc.Arbitrary<TaggedValue> }, { schema: BYTES(), values: bytes },
    { schema: DATE(), values: date.map((days): TaggedValue => ['date', days * day]) }, { schema: TIME(), values: fc.integer({ min: 0, max: day }).map((ms): TaggedValue => ['date', ms]) },
    { schema: TIMESTAMP(), values: fc.integer({ min: -12_000_000_000_000, max: 200_000_000_000_000 }).map((ms): TaggedValue => ['date', ms]) },
  ),
  scale.map((of) => ({ schema: DECIMAL(of), values: decimalOf(of) })),
)
type Shape = { readonly schema: Exclude<TaggedSchema, null>; readonly values: fc.Arbitrary<TaggedValue> }
/** A schema with what it may hold: optional now and then, with a name, a doc or a default. */
const decorated = (shapes: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> =>
  fc.tuple(shapes, fc.integer({ min: 0, max: 9 }), fc.string({ maxLength: 5 })).map(([{ schema, values }, choice, word]): Shape => {
    if (choice < 3) return { schema: { ...schema, o: true }, values: fc.option(withSchema(values, { ...schema, o: true }), { nil: null, freq: 3 }) }
    if (choice === 3 && schema.n === undefined) {
      const named = { ...schema, n: `n${word}`, v: 3, doc: word, p: [['b', word], ['a', '1']] } as const
      return { schema: named, values: withSchema(values, named) }
    }
    return { schema, values }
  })
/** Structs name their schema themselves. */
const withSchema = (values: fc.Arbitrary<TaggedValue>, schema: TaggedSchema): fc.Arbitrary<TaggedValue> => values.map((value) => (Array.isArray(value) && value[0] === 's' ? ['s', schema, value[2] as readonly TaggedValue[]] : value))
const shape = (depth: number): fc.Arbitrary<Shape> => {
  if (depth === 0) return decorated(leaf)
  const inner = shape(depth - 1)
  return decorated(fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: inner.map(({ schema, values }): Shape => ({ schema: ARRAY(schema), values: fc.array(values, { maxLength: 4 }).map((items): TaggedValue => ['l', items]) })) },
    { weight: 1, arbitrary: fc.tuple(decorated(leaf), inner).map(([key, item]): Shape => ({ schema: MAP(key.schema, item.schema), values: fc.uniqueArray(fc.tuple(key.values, item.values), { maxLength: 3, selector: ([of]) => keyText(of) }).map((pairs): TaggedValue => ['m', pairs]) })) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.tuple(fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '0', '__proto__'), fc.string({ minLength: 1, maxLength: 4 })), inner), { maxLength: 5, selector: ([name]) => name }).map((fields): Shape => {
      const schema: Exclude<TaggedSchema, null> = { ...STRUCT({}), f: fields.map(([name, field]) => [name, field.schema] as const) }
      return { schema, values: fc.tuple(...fields.map(([, field]) => field.values)).map((values): TaggedValue => ['s', schema, values]) }
    }) },
  ))
}
/** Keys that JavaScript takes for one (0 and -0) stand once. */
const keyText = (key: TaggedValue): string => JSON.stringify(key).replace('"-0"', '"0"')
export const typedValue: fc.Arbitrary<Typed> = shape(3).chain(({ schema, values }) => values.map((value) => ({ schema, value })))

export const schemaless: fc.Arbitrary<TaggedValue> = fc.letrec<{ value: TaggedValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.constant(null), text as fc.Arbitrary<TaggedValue>, long.map((value): TaggedValue => ['i64', String(value)]), double.map((value): TaggedValue => ['f64', numberText(value)]), fc.boolean().map((value): TaggedValue => ['b', value]), bytes),
    fc.array(tie('value'), { maxLength: 4 }).map((items): TaggedValue => ['l', items]),
    fc.uniqueArray(fc.tuple(text as fc.Arbitrary<TaggedValue>, tie('value')), { maxLength: 4, selector: ([key]) => JSON.stringify(key) }).map((pairs): TaggedValue => ['m', inObjectOrder(pairs)]),
  ),
})).value
/** Plain objects put keys that are indexes first: so do these maps, or their JSON would only differ in that. */
const isIndex = (key: TaggedValue): boolean => typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1
const inObjectOrder = (pairs: readonly (readonly [TaggedValue, TaggedValue])[]): readonly (readonly [TaggedValue, TaggedValue])[] =>
  [...pairs.filter(([key]) => isIndex(key)).toSorted(([a], [b]) => Number(a) - Number(b)), ...pairs.filter(([key]) => !isIndex(key))]

/** JSON as people write it, with numbers in all their forms. */
const numberLiteral = fc.oneof(fc.constantFrom('0', '-0', '1.0', '-0.0', '1e3', '1E-7', '01', '1.50', '9223372036854775808', '123456789012345678901234567890', '0.1'), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.integer().map(String), long.map(String), fc.integer().map((value) => `${value}.0`))
const document: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, fc.oneof(numberLiteral, text.map((value) => JSON.stringify(value)), fc.constantFrom('null', 'true', 'false')), fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`), fc.array(fc.tuple(text, tie('node')), { maxLength: 4 }).map((pairs) => `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${item}`).join(',')}}`)),
})).node
/** A document with one character too many, too few, or another. */
const damaged = fc.tuple(document, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', 'x', '\u0001', '1', '-')).map(([whole, at, char]) => `${whole.slice(0, at % (whole.length + 1))}${char}${whole.slice((at % (whole.length + 1)) + (char === '' ? 1 : 0))}`)

const jsonType: fc.Arbitrary<string> = fc.letrec<{ schema: string }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('int8', 'int16', 'int32', 'int64', 'float', 'double', 'boolean', 'string', 'bytes').map((type) => `{"type":"${type}","optional":true}`),
    tie('schema').map((items) => `{"type":"array","items":${items}}`), tie('schema').map((values) => `{"type":"map","keys":{"type":"string"},"values":${values}}`),
    fc.array(tie('schema'), { maxLength: 3 }).map((fields) => `{"type":"struct","fields":[${fields.map((field, index) => field.replace('{', `{"field":"${'abc'[index]}",`)).join(',')}]}`),
  ),
})).schema

const token = fc.oneof(numberLiteral, fc.constantFrom('null', 'true', 'false', '"a"', '"b,c"', '\\"', '2019-08-23', '12:30:00.000Z', '"2019-08-23T14:30:00.000Z"', ' ', ':', ',', '[', ']', '{', '}', '"', '\\', 'x', '-', '+', '1e400'), text)
const valueText: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof({ maxDepth: 3 }, token, fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`), fc.array(fc.tuple(token, tie('text')), { maxLength: 3 }).map((pairs) => `{${pairs.map(([key, item]) => `${key}:${item}`).join(',')}}`), fc.array(token, { maxLength: 6 }).map((items) => items.join(''))),
})).text

const conversions: readonly Conversion[] = ['Boolean', 'Byte', 'Short', 'Integer', 'Long', 'Float', 'Double', 'String', 'List', 'Map', 'Struct', 'Date', 'Time', 'Timestamp', 'Decimal']
const numbers: Readonly<Record<string, string>> = { INT16: classes.short, INT32: classes.integer, INT64: classes.long, FLOAT32: classes.float, FLOAT64: classes.double, BOOLEAN: classes.boolean, BYTES: classes.bytes, STRING: classes.string }
const jsonConfigs = fc.constantFrom({}, plainJson, { 'decimal.format': 'NUMERIC' }, { ...plainJson, 'replace.null.with.default': 'false' })

const kinds: readonly fc.Arbitrary<Case>[] = [
  fc.tuple(typedValue, jsonConfigs).map(([{ schema, value }, config]) => write(classes.json, schema, value, config)),
  fc.tuple(schemaless, jsonConfigs).map(([value, config]) => write(classes.json, null, value, config)),
  document.map((content) => read(classes.json, content, plainJson)),
  damaged.map((content) => read(classes.json, content, plainJson)),
  fc.tuple(jsonType, document).map(([schema, payload]) => read(classes.json, `{"schema":${schema},"payload":${payload}}`)),
  document.map((payload) => read(classes.json, `{"schema":null,"payload":${payload}}`)),
  typedValue.map(({ schema, value }) => asHeader(write(classes.simpleHeader, schema, value))),
  valueText.map((content) => asHeader(read(classes.simpleHeader, content))),
  valueText.map((content): Case => ({ op: 'parseString', text: content })),
  fc.tuple(decorated(leaf), fc.constantFrom(...conversions), scale).chain(([{ schema, values }, to, of]) => values.map((value): Case => ({ op: 'convert', to, schema, value, scale: of }))),
  fc.tuple(valueText, fc.constantFrom(...conversions), scale).map(([value, to, of]): Case => ({ op: 'convert', to, schema: null, value, scale: of })),
  decorated(leaf).chain(({ schema, values }) => values.map((value) => write(numbers[schema.t] ?? classes.string, schema, value))),
  fc.tuple(fc.uint8Array({ maxLength: 9 }), fc.constantFrom(...Object.values(numbers))).map(([content, className]) => read(className, content)),
  schemaless.map((value): Case => ({ op: 'inferSchema', value })),
]

/** So many cases, of all kinds in turn. */
export const generate = (seed: number, count: number): readonly Case[] => {
  const each = Math.ceil(count / kinds.length)
  return kinds.flatMap((kind, index) => fc.sample(kind, { seed: seed + index, numRuns: each })).slice(0, count)
}
