/** Cases for transformations drawn by fast-check: a random configuration of a random transformation, on a few random records each. The same seed gives the same cases. */
import fc from 'fast-check'
import type { Case, Config, TaggedRecord } from './cases.ts'
import { ask } from './cases/transforms/records.ts'
import { ARRAY, BOOLEAN, BYTES, DATE, DECIMAL, FLOAT32, FLOAT64, INT16, INT32, INT64, INT8, MAP, STRING, STRUCT, TIME, TIMESTAMP } from './shorthand.ts'
import { numberText, type TaggedSchema, type TaggedValue } from './tagged.ts'

type Shape = { readonly schema: NonNullable<TaggedSchema>; readonly values: fc.Arbitrary<TaggedValue> }
const day = 86_400_000
const names = ['a', 'b', 'c', 'd', 'in', 'a.b'] as const
const name = fc.constantFrom(...names, 'missing')
const pick = <T>(...of: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...of)

const words = fc.oneof(fc.string({ maxLength: 8 }), fc.integer().map(String), fc.double().map(String), pick('true', 'False', '2019-08-23', '12:30:00.000Z', '[1]', '0x1p3', 'NaN', ' 1', '1e400', '2147483648'))
const double = fc.oneof(fc.double(), fc.integer(), fc.integer({ min: -10_000_000, max: 10_000_000 }).map((value) => value / 1000), pick(0, -0, NaN, Infinity, -Infinity, 1e20, -1e20, 2 ** 31, 2 ** 63))
const long = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt), fc.integer().map(BigInt), fc.integer({ min: -300, max: 300 }).map(BigInt)).map((value): TaggedValue => ['i64', String(value)])
const integer = (tag: 'i8' | 'i16' | 'i32', bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }).map((value): TaggedValue => [tag, String(value)])
const f64 = double.map((value): TaggedValue => ['f64', numberText(value)])
const f32 = double.map((value): TaggedValue => ['f32', numberText(Math.fround(value))])
const flag = fc.boolean().map((value): TaggedValue => ['b', value])
const bytes = fc.uint8Array({ maxLength: 6 }).map((content): TaggedValue => ['y', content.toBase64()])
const ms = fc.oneof(fc.integer({ min: -70_000_000_000_000, max: 300_000_000_000_000 }), fc.integer({ min: -day, max: day }), fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000))
const date = ms.map((value): TaggedValue => ['date', value])
const decimal = (scale: number) => fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map((unscaled): TaggedValue => ['dec', String(unscaled), scale])

const leaf: fc.Arbitrary<Shape> = fc.oneof(
  pick<Shape>(
    { schema: INT8(), values: integer('i8', 8) }, { schema: INT16(), values: integer('i16', 16) }, { schema: INT32(), values: integer('i32', 32) }, { schema: INT64(), values: long }, { schema: FLOAT32(), values: f32 }, { schema: FLOAT64(), values: f64 }, { schema: BOOLEAN(), values: flag },
    { schema: STRING(), values: words }, { schema: BYTES(), values: bytes }, { schema: DATE(), values: fc.integer({ min: -500_000, max: 500_000 }).map((days): TaggedValue => ['date', days * day]) }, { schema: TIME(), values: fc.integer({ min: 0, max: day - 1 }).map((time): TaggedValue => ['date', time]) }, { schema: TIMESTAMP(), values: date },
  ),
  fc.integer({ min: -3, max: 8 }).map((scale): Shape => ({ schema: DECIMAL(scale), values: decimal(scale) })),
)
/** Optional, with a default, or named, now and then; a default in every tenth. */
const decorated = (shapes: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> => fc.tuple(shapes, fc.integer({ min: 0, max: 9 })).chain(([{ schema, values }, choice]): fc.Arbitrary<Shape> => {
  const orNull = fc.option(values, { nil: null, freq: 3 })
  if (choice < 3) return fc.constant({ schema: { ...schema, o: true }, values: orNull })
  if (choice === 3 && schema.t !== 'STRUCT') return fc.tuple(values, fc.boolean()).map(([d, o]): Shape => ({ schema: { ...schema, d, ...(o ? { o } : {}) }, values: o ? orNull : values }))
  if (choice === 4 && schema.n === undefined) return fc.constant({ schema: { ...schema, n: 'named', v: 3, doc: 'doc', p: [['b', '1']] }, values })
  return fc.constant({ schema, values })
})
const struct = (depth: number): fc.Arbitrary<Shape> => fc.uniqueArray(fc.tuple(pick(...names), shape(depth)), { maxLength: 5, selector: ([field]) => field }).map((fields): Shape => {
  const schema: NonNullable<TaggedSchema> = { ...STRUCT({}), f: fields.map(([field, of]) => [field, of.schema] as const) }
  return { schema, values: fc.tuple(...fields.map(([, of]) => of.values)).map((values): TaggedValue => ['s', schema, values]) }
})
/** The schema in a struct's value is that of the struct, decorated as it is. */
const shape = (depth: number): fc.Arbitrary<Shape> => decorated(depth === 0 ? leaf : fc.oneof(
  { weight: 6, arbitrary: leaf }, { weight: 3, arbitrary: struct(depth - 1) },
  { weight: 1, arbitrary: leaf.map(({ schema, values }): Shape => ({ schema: ARRAY(schema), values: fc.array(values, { maxLength: 3 }).map((items): TaggedValue => ['l', items]) })) },
  { weight: 1, arbitrary: leaf.map(({ schema, values }): Shape => ({ schema: MAP(STRING(), schema), values: values.map((item): TaggedValue => ['m', [['k', item]]]) })) },
)).map(({ schema, values }): Shape => ({ schema, values: values.map((value): TaggedValue => (Array.isArray(value) && value[0] === 's' ? ['s', schema, value[2] as readonly TaggedValue[]] : value)) }))

const free: fc.Arbitrary<TaggedValue> = fc.letrec<{ value: TaggedValue; map: TaggedValue }>((tie) => ({
  map: fc.uniqueArray(fc.tuple(pick(...names), tie('value')), { maxLength: 4, selector: ([key]) => key }).map((pairs): TaggedValue => ['m', pairs]),
  value: fc.oneof({ maxDepth: 2 }, fc.oneof(fc.constant(null), words as fc.Arbitrary<TaggedValue>, long, f64, flag, bytes, date, f32), tie('map'), fc.array(tie('value'), { maxLength: 3 }).map((items): TaggedValue => ['l', items])),
})).map
const sided: fc.Arbitrary<{ readonly schema: TaggedSchema; readonly value: TaggedValue }> = fc.oneof(
  { weight: 6, arbitrary: decorated(struct(2)).chain(({ schema, values }) => values.map((value) => ({ schema, value: Array.isArray(value) ? (['s', schema, value[2]] as TaggedValue) : value }))) },
  { weight: 4, arbitrary: free.map((value) => ({ schema: null, value })) },
  { weight: 2, arbitrary: decorated(leaf).chain(({ schema, values }) => values.map((value) => ({ schema, value }))) },
  { weight: 1, arbitrary: fc.oneof(words as fc.Arbitrary<TaggedValue>, long, f64, flag, date, fc.constant(null)).map((value) => ({ schema: null, value })) },
)
const headers = fc.array(fc.tuple(pick('h1', 'h2', 'a'), decorated(leaf)).chain(([key, { schema, values }]) => values.map((value): readonly [string, TaggedSchema, TaggedValue] => [key, schema, value])), { maxLength: 3 })
const topic = fc.oneof(pick('foo', 'foo-bar', 'a.b.c', 'db1.table22', 'x_y-Z'), fc.string({ unit: pick('a', 'b', '1', '2', '-', '.', '_', '$'), maxLength: 8 }))
export const record: fc.Arbitrary<TaggedRecord> = fc.tuple(topic, sided, sided, headers, fc.option(ms), fc.option(fc.nat(20)), fc.boolean()).map(([of, key, value, all, timestamp, partition, isSink]) => ({
  topic: of, keySchema: key.schema, key: key.value, valueSchema: value.schema, value: value.value, headers: all, timestamp, partition: isSink ? (partition ?? 0) : partition, ...(isSink ? { offset: 77 } : {}),
}))

const some = fc.uniqueArray(name, { minLength: 1, maxLength: 3 })
const listed = some.map((all) => all.join(','))
const targets = pick('int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string')
const path = fc.array(pick('a', 'b', 'in', '`a.b`', 'c', 'missing'), { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'))
/** Patterns of SimpleDateFormat: letters in runs of any length, with something between them or not. */
const datePattern = fc.array(fc.tuple(pick('G', 'y', 'Y', 'M', 'L', 'w', 'W', 'D', 'd', 'F', 'E', 'u', 'a', 'H', 'k', 'K', 'h', 'm', 's', 'S', 'z', 'Z', 'X'), fc.integer({ min: 1, max: 5 }), pick('', '-', ' ', ':', "'T'", '/', "''")), { minLength: 1, maxLength: 5 }).map((parts) => parts.map(([letter, count, after]) => letter.repeat(letter === 'X' ? Math.min(count, 3) : count) + after).join(''))
const commonPattern = pick("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 'yyyy-MM-dd', 'yyyyMMdd', 'yy/M/d H:m', "EEE, d MMM yyyy HH:mm:ss z", 'h:mm a', 'yyyy-DDD', 'YYYY-ww-u', 'HHmmss', 'MMM d, yyyy', 'yyyy-MM-dd HH:mm:ssXXX', 'yyyy-MM-dd HH:mm:ss Z')
const format = fc.oneof(commonPattern, datePattern)
const group = pick('(.*)', '([a-z]+)', '(\\d+)', '.', '-', '\\.', '(?<n>[ab]*)', '[^-]*', '(?:x|foo)', '(a|b)?', '\\w+', '[a-c1-2]', 'foo', '.*')
export const regex = fc.array(group, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')).filter((text) => text.split('(?<n>').length < 3)
const replacement = fc.array(pick('$1', '$2', '${n}', 'x', '-', '\\$', '$0', '$12', '\\\\', 'new'), { maxLength: 3 }).map((parts) => parts.join(''))

/** Keys to set or leave out. */
const keys = (of: Readonly<Record<string, fc.Arbitrary<string>>>, required: readonly string[] = []): fc.Arbitrary<Config> => fc.record(of, { requiredKeys: [...required] }).map((config) => config as Config)
const keep = { 'replace.null.with.default': pick('true', 'false') }
export const sidedConfigs: Readonly<Record<string, fc.Arbitrary<Config>>> = {
  Cast: keys({ spec: fc.oneof(targets, fc.array(fc.tuple(name, targets).map(([field, type]) => `${field}:${type}`), { minLength: 1, maxLength: 4 }).map((all) => all.join(','))), ...keep }, ['spec']),
  ExtractField: fc.oneof(keys({ field: name, ...keep }, ['field']), keys({ field: path, 'field.syntax.version': pick('V2'), ...keep }, ['field', 'field.syntax.version'])),
  Flatten: keys({ delimiter: pick('.', '_', '', '--') }),
  HeaderFrom: fc.tuple(some, keys({ operation: pick('move', 'copy'), ...keep }, ['operation'])).map(([fields, config]): Config => ({ fields: fields.join(','), headers: fields.map((field) => `h-${field}`).join(','), ...config })),
  HoistField: keys({ field: name }, ['field']),
  InsertField: keys({ 'topic.field': pick('t', 't!', 'a'), 'partition.field': pick('p', 'p!', 'p?'), 'offset.field': pick('o', 'o!'), 'timestamp.field': pick('ts', 'ts!', 'b'), 'static.field': pick('s', 'c!'), 'static.value': words, ...keep }),
  MaskField: keys({ fields: listed, replacement: fc.oneof(words, fc.integer().map(String)), ...keep }, ['fields']),
  ReplaceField: keys({ include: listed, exclude: listed, renames: fc.array(fc.tuple(name, pick('a', 'x', 'y', 'b')).map((pair) => pair.join(':')), { minLength: 1, maxLength: 3 }).map((all) => all.join(',')), ...keep }),
  SetSchemaMetadata: keys({ 'schema.name': pick('N', 'org.acme.N'), 'schema.version': fc.integer().map(String), ...keep }),
  TimestampConverter: keys({ field: name, 'target.type': pick('string', 'unix', 'Date', 'Time', 'Timestamp'), format, 'unix.precision': pick('nanoseconds', 'microseconds', 'milliseconds', 'seconds'), ...keep }, ['target.type']),
}
export const otherConfigs: Readonly<Record<string, fc.Arbitrary<Config>>> = {
  ValueToKey: keys({ fields: listed, ...keep }, ['fields']), InsertHeader: keys({ header: pick('h1', 'new'), 'value.literal': words }, ['header', 'value.literal']), DropHeaders: keys({ headers: pick('h1', 'h2,a', 'zz') }, ['headers']),
  RegexRouter: keys({ regex, replacement }, ['regex', 'replacement']), TimestampRouter: keys({ 'topic.format': pick('${topic}-${timestamp}', '${timestamp}/${topic}', 'x'), 'timestamp.format': format }), Filter: keys({}),
}
/** One configuration for a few records, so that what is remembered of one must not show in another. */
const together = (config: fc.Arbitrary<Config>, className: string): fc.Arbitrary<readonly Case[]> => fc.tuple(config, fc.array(record, { minLength: 1, maxLength: 4 })).map(([of, records]) => records.map((each): Case => ({ op: 'transform', class: `org.apache.kafka.connect.transforms.${className}`, config: of, record: each })))

/** A text as a pattern might have written it, with a slip now and then. */
const dateText = fc.array(fc.oneof(fc.nat(2500).map(String), fc.nat(59).map((value) => String(value).padStart(2, '0')), pick('Aug', 'august', 'Fri', 'PM', 'am', 'UTC', 'GMT+2', '+0200', '-05:30', 'Z', 'AD', 'x')), { minLength: 1, maxLength: 7 }).chain((parts) => fc.tuple(...parts.map((part) => pick('', '-', ' ', ':', 'T', '/').map((after) => part + after)))).map((parts) => parts.join(''))
const dateParsing = fc.tuple(format, fc.oneof(dateText, fc.date({ min: new Date('0001-01-01'), max: new Date('9999-01-01'), noInvalidDate: true }).map((of) => of.toISOString()), fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((of) => of.toISOString().slice(0, 10)))).map(([pattern, value]): readonly Case[] => [
  { op: 'transform', class: 'org.apache.kafka.connect.transforms.TimestampConverter$Value', config: { 'target.type': 'Timestamp', format: pattern }, record: { topic: 't', valueSchema: STRING(), value } },
])
const dateWriting = fc.tuple(format, fc.array(date, { minLength: 1, maxLength: 3 })).map(([pattern, all]) => all.map((value): Case => ({ op: 'transform', class: 'org.apache.kafka.connect.transforms.TimestampConverter$Value', config: { 'target.type': 'string', format: pattern }, record: { topic: 't', valueSchema: TIMESTAMP(), value } })))

const kinds: readonly fc.Arbitrary<readonly Case[]>[] = [
  ...Object.entries(sidedConfigs).flatMap(([className, config]) => ['Key', 'Value'].map((form) => together(config, `${className}$${form}`))),
  ...Object.entries(otherConfigs).map(([className, config]) => together(config, className)), dateParsing, dateWriting, dateParsing,
  fc.tuple(regex, record).map(([pattern, of]) => [ask('TopicNameMatches', { pattern }, of)]), record.map((of) => [ask('RecordIsTombstone', {}, of), ask('HasHeaderKey', { name: 'h1' }, of)]),
]

/** So many cases, of all kinds. */
export const generateTransforms = (seed: number, count: number): readonly Case[] => {
  const each = Math.ceil(count / kinds.length)
  return kinds.flatMap((kind, index) => fc.sample(kind, { seed: seed + index, numRuns: each }).flat().slice(0, each)).slice(0, count)
}
