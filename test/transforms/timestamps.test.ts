/** TimestampConverter and TimestampRouter, and the dates they read and write. */
import { describe, expect, test } from 'vitest'
import { JavaDouble } from '../../src/data/java-double.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { SimpleDateFormat } from '../../src/transforms/simple-date-format.ts'
import { apply, fieldsOf, make, shape, struct } from './apply.ts'

const at = new Date('2021-03-04T05:06:07.089Z')
const iso = "yyyy-MM-dd'T'HH:mm:ss.SSS"
const convert = (value: unknown, config: Record<string, string>, schema: Schema | null = null) => apply('TimestampConverter$Value', config, { value, valueSchema: schema })

describe('TimestampConverter', () => {
  test.each([
    [at, { 'target.type': 'string', format: iso }, '2021-03-04T05:06:07.089'],
    [at, { 'target.type': 'unix' }, 1614834367089],
    [at, { 'target.type': 'unix', 'unix.precision': 'seconds' }, 1614834367],
    [new Date(-1500), { 'target.type': 'unix', 'unix.precision': 'seconds' }, -1],
    [at, { 'target.type': 'unix', 'unix.precision': 'nanoseconds' }, 1614834367089000000n],
    [at, { 'target.type': 'Date' }, new Date('2021-03-04')],
    [at, { 'target.type': 'Time' }, new Date(18367089)],
    [1614834367, { 'target.type': 'Timestamp', 'unix.precision': 'seconds' }, new Date(1614834367000)],
    [1614834367089123n, { 'target.type': 'Timestamp', 'unix.precision': 'microseconds' }, at],
    [2n ** 62n, { 'target.type': 'unix', 'unix.precision': 'seconds' }, 9223372036854775n],
    ['2021-03-04T05:06:07.089 and more', { 'target.type': 'Timestamp', format: iso }, at],
    [null, { 'target.type': 'unix' }, null],
  ])('%s by %s is %s', (value, config, expected) => {
    expect(convert(value, config)?.value).toEqual(expected)
  })
  test('a field gets the schema of the new form, optional as it was', () => {
    const schema = SchemaBuilder.struct().optional().name('s').field('ts', schemas.OPTIONAL_INT64_SCHEMA).field('b', schemas.STRING_SCHEMA).build()
    const record = convert(struct(schema, { ts: at.getTime(), b: 'B' }), { field: 'ts', 'target.type': 'string', format: 'yyyy' }, schema)
    expect([shape(record?.valueSchema), record?.valueSchema?.isOptional, fieldsOf(record?.value)]).toEqual(['ts:STRING? b:STRING', true, { ts: '2021', b: 'B' }])
    expect(convert(null, { field: 'ts', 'target.type': 'Date' }, schema)).toMatchObject({ value: null })
    expect(convert({ b: 1 }, { field: 'ts', 'target.type': 'Date' })?.value).toEqual({ b: 1, ts: null })
  })
  test('a whole value gets a schema without the default of the old one', () => {
    expect(shape(convert(at, { 'target.type': 'Date' }, SchemaBuilder.timestamp().optional().defaultValue(at).build())?.valueSchema)).toBe('INT32?(Date)')
  })
  test.each([
    [new JavaDouble(1), null, 'TimestampConverter does not support class java.lang.Double objects as timestamps'],
    [5, schemas.INT32_SCHEMA, 'Schema Schema{INT32} does not correspond to a known timestamp type format'],
    [5, schemas.STRING_SCHEMA, 'Expected string timestamp to be a String, but found class java.lang.Long'],
    ['x', schemas.INT64_SCHEMA, 'Expected Unix timestamp to be a Long, but found class java.lang.String'],
    ['x', SchemaBuilder.date().build(), 'Expected Date to be a java.util.Date, but found class java.lang.String'],
    ['x', schemas.STRING_SCHEMA, 'Could not parse timestamp: value (x) does not match pattern (yyyy)'],
  ])('%s with %s is refused', (value, schema, message) => {
    expect(() => convert(value, { 'target.type': 'Timestamp', format: 'yyyy' }, schema)).toThrow(message)
  })
  test('a text without format is refused as in Kafka', () => {
    expect(() => convert('x', { 'target.type': 'unix' })).toThrow(expect.objectContaining({ name: 'NullPointerException' }))
  })
  test.each([
    [{ 'target.type': 'string' }, 'TimestampConverter requires format option to be specified when using string timestamps'],
    [{ 'target.type': 'string', format: 'bogus' }, "Invalid value java.lang.IllegalArgumentException: Illegal pattern character 'b' for configuration TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: bogus"],
    [{ 'target.type': 'date' }, 'Invalid value date for configuration target.type: String must be one of: string, unix, Date, Time, Timestamp'],
    [{ 'target.type': 'unix', 'unix.precision': 'weeks' }, 'Invalid value weeks for configuration unix.precision: String must be one of: nanoseconds, microseconds, milliseconds, seconds'],
  ])('the configuration %s is refused', (config, message) => {
    expect(make('TimestampConverter$Value', config)).toThrow(message)
  })
})

describe('TimestampRouter', () => {
  test('makes a topic of topic and timestamp', () => {
    expect(apply('TimestampRouter', {}, { topic: 't', timestamp: at.getTime() })?.topic).toBe('t-20210304')
    expect(apply('TimestampRouter', { 'topic.format': '${timestamp}/${topic}/${topic}', 'timestamp.format': 'HH' }, { topic: '$&', timestamp: at.getTime() })?.topic).toBe('05/$&/$&')
  })
  test('refuses a record without timestamp', () => {
    expect(() => apply('TimestampRouter', {}, { timestamp: null })).toThrow("Timestamp missing on record: SinkRecord{kafkaOffset=42} ConnectRecord{topic='t'")
  })
})

/** Answers of Java 17; 12,000 random patterns and texts were compared with it when this was written. */
describe('SimpleDateFormat', () => {
  test.each([
    ['yy-M-d', '21-3-4'], ['EEE, dd MMM yyyy HH:mm:ss Z', 'Thu, 04 Mar 2021 05:06:07 +0000'], ['EEEE d MMMM y G', 'Thursday 4 March 2021 AD'], ["hh 'o''clock' a", "05 o'clock AM"],
    ["YYYY-'W'ww-u", '2021-W10-4'], ['D F W k K S', '63 1 1 5 5 89'], ['SSSSSS', '000089'], ['XXX X z zzzz', 'Z Z UTC Coordinated Universal Time'], ['GGGG LLLL', 'AD March'],
  ])('writes %s', (pattern, text) => {
    expect(new SimpleDateFormat(pattern).format(at.getTime())).toBe(text)
  })
  test.each([
    ['yyyyMMddHHmmss', '20210304050607', '2021-03-04T05:06:07.000Z'], ['yyyy-MM-dd', '2019-13-45', '2020-02-14T00:00:00.000Z'], ['yyyy-MM-dd', ' 2019- 1-2', '2019-01-02T00:00:00.000Z'],
    ['EEE, dd MMM yyyy HH:mm:ss Z', 'thu, 04 MAR 2021 05:06:07 +0130', '2021-03-04T03:36:07.000Z'], ['yyyy-MM-dd HH:mm z', '2021-03-04 05:06 PST', '2021-03-04T13:06:00.000Z'],
    ['yyyy XXX', '2021 -05:30', '2021-01-01T05:30:00.000Z'], ['hh:mm a', '12:30 AM', '1970-01-01T00:30:00.000Z'], ['yyyy D', '2021 63', '2021-03-04T00:00:00.000Z'],
    ['YYYY ww E', '2021 10 Thu', '2021-03-04T00:00:00.000Z'], ['yyyy-MM-W E', '2021-03-2 Mon', '2021-03-08T00:00:00.000Z'], ['yyyy-MM-dd G', '0044-03-15 BC', '-000043-03-13T00:00:00.000Z'],
    ['yyyy-MM-dd', '1582-10-04', '1582-10-14T00:00:00.000Z'],
  ])('reads by %s the text %s', (pattern, text, expected) => {
    expect(new Date(new SimpleDateFormat(pattern).parse(text) ?? Number.NaN).toISOString()).toBe(expected)
  })
  test('puts years of two digits within eighty years before and twenty after', () => {
    const format = new SimpleDateFormat('yy', Date.UTC(2026, 5, 1))
    expect(['45', '46', '47', '99', '00', '26'].map((text) => new Date(format.parse(text) ?? Number.NaN).getUTCFullYear())).toEqual([2045, 2046, 1947, 1999, 2000, 2026])
  })
  test.each([['yyyy-MM-dd', 'x'], ['yyyy-MM-dd', '2021-03'], ['MMM', 'Mrz'], ['X', '+5'], ['HHmm', '05']])('does not read by %s the text %s', (pattern, text) => {
    expect(new SimpleDateFormat(pattern).parse(text)).toBeNull()
  })
  test.each([['bogus', "Illegal pattern character 'b'"], ["'open", 'Unterminated quote'], ['XXXX', 'invalid ISO 8601 format: length=4']])('refuses the pattern %s', (pattern, message) => {
    expect(() => new SimpleDateFormat(pattern)).toThrow(expect.objectContaining({ name: 'IllegalArgumentException', message }))
  })
})
