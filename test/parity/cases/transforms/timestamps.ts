/** TimestampConverter between all its forms, TimestampRouter, and the patterns of SimpleDateFormat written and read, leniently. */
import type { Case, Config } from '../../cases.ts'
import { DATE, date, f64, flag, i32, i64, INT32, INT64, list, map, optional, STRING, STRUCT, struct, TIME, TIMESTAMP } from '../../shorthand.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'
import { apply, onBoth, onEach, onValue } from './records.ts'

const day = 86_400_000
const iso = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
const moments = [0, 1, -1, 999, -999, day, -day, day - 1, 1566567000123, 1704067199999, 951782400000, -12219292800000, -12219292800001, -62135596800000, -62135596800001, 253402300799999, 253402300800000, -99999999999999, 2208988800000]
export const patterns = [
  iso, 'yyyy-MM-dd', 'yy/M/d', "EEE, d MMM yyyy HH:mm:ss z", 'yyyyMMddHHmmssSSS', 'EEEE MMMM d, yyyy h:mm a', 'G yyyy', 'YYYY-ww-u', 'D F E W w', 'k K H h', 'yyyy-MM-dd HH:mm:ssXXX', 'X XX XXX', 'Z', 'zzzz', "''yyyy''", "'o''clock' H", 'y', 'yyy', 'yyyyyy', 'M', 'MM', 'MMM', 'MMMM', 'MMMMM', 'LLL', 'L', 'LLLL', 'd', 'ddd', 'E', 'EEEE', 'EEEEE', 'a', 'aa', 'S', 'SS', 'SSSS', 'u', 'uu', 'Y', 'YY', 'YYYYY', 'GGGG', 'F', 'HHmm', 'ss.SSS', 'yyyy', 'yyyyMM', 'MMdd', 'hh', 'KK', 'kk', 'zz', 'W', 'DDD', '', ' ', 'yyyy年MM月dd日', 'M-d-y H', 'yyyyDDD',
]
const texts: Readonly<Record<string, readonly string[]>> = {
  [iso]: ['2019-08-23T14:30:00.123Z', '2019-13-45T25:61:61.1234Z', '19-8-3T4:3:0.1Z', '2019-08-23T14:30:00.123', '2019-08-23T14:30:00.123Zjunk', '-2019-08-23T14:30:00.123Z', ' 2019-08-23T14:30:00.123Z', '2019- 08-23T14:30:00.123Z', '2019-08-23t14:30:00.123Z', '99999999-01-01T00:00:00.000Z', '0000-00-00T00:00:00.000Z', '\u0662\u0660\u0661\u0669-08-23T14:30:00.123Z', '', '1582-10-10T00:00:00.000Z', '2019-08--1T00:00:00.000Z'],
  'yy/M/d': ['19/8/3', '45/12/31', '46/1/1', '99/1/1', '2019/1/1', '1/1/1', '019/1/1', '-1/1/1', '00/0/0', '68/02/29', '6/2/30', 'ab/1/1'],
  'yyyyMMdd': ['20190823', '2019082', '201908233', '2019823', '20191345', '00000000', 'abcdefgh', '2019 823', '20190a23'],
  'yyyyMMddHHmmssSSS': ['20190823143000123', '2019082314300012', '201908231430001234'],
  'EEE, d MMM yyyy HH:mm:ss z': ['Fri, 23 Aug 2019 14:30:00 UTC', 'fri, 23 aug 2019 14:30:00 GMT', 'Mon, 23 Aug 2019 14:30:00 GMT+02:00', 'Fri, 23 August 2019 14:30:00 PST', 'Friday, 23 Aug 2019 14:30:00 GMT-5', 'Fri, 23 Xyz 2019 14:30:00 UTC', 'Fri, 23 Aug 2019 14:30:00 +0200', 'Fri, 23 Aug 2019 14:30:00 CEST'],
  'yyyy-MM-dd HH:mm:ssXXX': ['2019-08-23 14:30:00+02:00', '2019-08-23 14:30:00Z', '2019-08-23 14:30:00-05:30', '2019-08-23 14:30:00+0200', '2019-08-23 14:30:00+02', '2019-08-23 14:30:00+24:00', '2019-08-23 14:30:00z'],
  'yyyy-MM-dd HH:mm:ssX': ['2019-08-23 14:30:00+02', '2019-08-23 14:30:00Z', '2019-08-23 14:30:00-5', '2019-08-23 14:30:00+0200'],
  'yyyy-MM-dd HH:mm:ssXX': ['2019-08-23 14:30:00+0230', '2019-08-23 14:30:00Z', '2019-08-23 14:30:00+02:30'],
  'yyyy-MM-dd HH:mm:ss Z': ['2019-08-23 14:30:00 +0200', '2019-08-23 14:30:00 -1234', '2019-08-23 14:30:00 GMT', '2019-08-23 14:30:00 +2', '2019-08-23 14:30:00 GMT+1', '2019-08-23 14:30:00 PDT', '2019-08-23 14:30:00 +99:00'],
  'h:mm a': ['2:30 PM', '12:00 AM', '12:00 pm', '0:15 AM', '13:00 PM', '2:30 XM', '2:30PM'], 'K:mm a': ['0:15 PM', '11:59 AM', '12:00 PM'], 'k:mm': ['24:00', '1:00', '0:30'],
  'G yyyy': ['AD 2019', 'BC 5', 'ad 1', 'X 5'], 'YYYY-ww-u': ['2019-34-5', '2020-53-7', '2019-01-1', '2019-60-8', '2019-0-0'], "YYYY-'W'ww-EEE": ['2019-W34-Fri', '2020-W01-Sun'], 'yyyy-DDD': ['2019-235', '2019-366', '2019-0', '2020--5'],
  'yyyy-MM W E': ['2019-08 4 Fri', '2019-08 0 Mon'], 'yyyy-MM F E': ['2019-08 4 Fri', '2019-08 -1 Fri', '2019-02 6 Mon'], 'MMMM d, yyyy': ['August 23, 2019', 'aug 23, 2019', 'AUGUST 1, 1', 'Sept 3, 2019', 'May 3, 2019'], "''yyyy''": ["'2019'", '2019'], "'o''clock' H": ["o'clock 5", 'oclock 5'], 'S': ['1', '1234567', '-5', '1.5', '1E3', '007'], 'y': ['5', '50', '2019', '-3', '0'], 'H': ['5', '25', '-1', '99999999999', '5h', '+5', 'x'], 'EEEE': ['Friday', 'fri', 'FRIDAY', 'F'], 'u': ['1', '7', '8', '0'], 'a': ['AM', 'pm', 'x'],
  "yyyy-MM-dd'T'HH:mm:ss.SSSSSS": ['2019-08-23T14:30:00.123456', '2019-08-23T14:30:00.1'], 'yyyy-MM-dd': ['2019-08-23', '2019-8-3', '2019-08-23x', '20190823', '2019/08/23', '2019-02-29', '2020-02-29', '1900-02-29', '1500-02-29', '0001-01-01', '-0001-01-01', '12345-01-01'],
  'HHmm': ['1430', '143', '14300', '9'], 'dMMMyyyy': ['23Aug2019', '3May1999'], 'yyyy.MM.dd G \'at\' HH:mm:ss z': ['2001.07.04 AD at 12:08:56 PDT', '2001.07.04 BC at 12:08:56 EST'],
}
const badPatterns = ['b', 'yyyy-bb', "'open", 'yyyy Q', 'XXXX', 'n', 'yyyyMMdd e', 'I', "''", "'", 'T', 'yyyy-MM-ddTHH', 'A', '[', '{yyyy}', 'ÿ', 'j', 'xxx', 'c', 'V']
const targets = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const
const precisions = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds']
const longs = [0n, 1n, -1n, 999n, -999n, 1000n, 1566567000123n, -1566567000123n, 9223372036854775807n, -9223372036854775808n, 86399999n, 86400000n, 1566567000123456789n, 9007199254740993n]

const sources: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  ...moments.flatMap((ms) => [[TIMESTAMP(), date(ms)], [null, date(ms)]] as const), [DATE(), date(day)], [DATE(), date(-day)], [TIME(), date(5)], [TIME(), date(day - 1)], [TIMESTAMP(optional), null], [INT64(optional), null], [null, null], [STRING(optional), null], [TIMESTAMP(), null], [INT64({ d: i64(5) }), i64(7)], [TIMESTAMP({ d: date(5) }), date(7)], [DATE(), date(5)], [TIME(), date(day)],
  [STRING(), '2019-08-23T14:30:00.123Z'], [null, '2019-08-23T14:30:00.123Z'], [STRING(), 'junk'], [null, 'junk'], [STRING(), ''], [INT32(), i32(5)], [null, f64(5)], [null, flag(true)], [null, list()], [null, map()], [INT32({ n: 'x' }), i32(5)], [STRUCT({ a: INT64() }), struct(STRUCT({ a: INT64() }), i64(5))], [STRING({ n: 'named' }), '2019-08-23T14:30:00.123Z'], [INT64({ n: 'named' }), i64(3)],
]
const shape = STRUCT({ ts: TIMESTAMP(), l: INT64(optional), s: STRING({ d: '2019-08-23T14:30:00.123Z' }), d: DATE({ d: date(day), o: true }), n: INT32() }, { n: 'S', v: 1, doc: 'x', p: [['a', 'b']] })
const full = [date(1566567000123), i64(1566567000123), '2020-01-01T00:00:00.000Z', date(2 * day), i32(5)] as const
const optionalShape = { ...shape, o: true }
const defaultShape = { ...shape, d: struct(shape, ...full) }
const structs: readonly (readonly [TaggedSchema, TaggedValue])[] = [
  [shape, struct(shape, ...full)], [shape, struct(shape, date(1), null, null, null, i32(5))], [optionalShape, struct(optionalShape, ...full)], [optionalShape, null], [shape, null], [defaultShape, struct(defaultShape, ...full)], [null, map(['ts', date(5)], ['l', i64(5)], ['s', '2019-08-23T14:30:00.123Z'])], [null, map(['d', null])], [null, map()], [null, null], [null, 'x'], [INT64(), i64(5)], [null, date(5)],
]

const keep: Config = { 'replace.null.with.default': 'false' }
const convert = (target: string, more: Config = {}): Config => ({ 'target.type': target, ...more })
export const timestampCases: readonly Case[] = [
  ...targets.flatMap((target) => onEach('TimestampConverter', convert(target, { format: iso }), sources)),
  ...targets.filter((target) => target !== 'string').flatMap((target) => onEach('TimestampConverter', convert(target), sources.slice(-24))),
  ...targets.flatMap((target) => precisions.flatMap((precision) => onEach('TimestampConverter', convert(target, { format: iso, 'unix.precision': precision }), [...longs.flatMap((value) => [[INT64(), i64(value)], [null, i64(value)]] as const), [TIMESTAMP(), date(1566567000123)], [null, date(-1500)], [TIMESTAMP(), date(-62135596800000)]]))),
  ...targets.flatMap((target) => ['ts', 'l', 's', 'd', 'n', 'missing'].flatMap((field) => [{}, keep].flatMap((more: Config) => structs.map(([schema, value]) => onValue('TimestampConverter', convert(target, { field, format: iso, ...more }), schema, value))))),
  ...onBoth('TimestampConverter', convert('unix', { field: 'ts' }), shape, struct(shape, ...full)), ...onBoth('TimestampConverter', convert('string', { format: 'yyyy' }), null, date(5)),
  ...patterns.flatMap((format) => moments.map((ms) => onValue('TimestampConverter', convert('string', { format }), TIMESTAMP(), date(ms)))),
  ...Object.entries(texts).flatMap(([format, some]) => some.map((text) => onValue('TimestampConverter', convert('Timestamp', { format }), STRING(), text))),
  ...badPatterns.flatMap((format) => [onValue('TimestampConverter', convert('string', { format }), TIMESTAMP(), date(5)), apply('TimestampRouter', { 'timestamp.format': format }, { timestamp: 5 })]),
  ...['${topic}-${timestamp}', '${timestamp}', 'x', '${topic}', '${topic}${topic}-${timestamp}${timestamp}', '$topic', '${TOPIC}', '', '$1-${timestamp}', '\\${topic}'].flatMap((format) => ['foo', '${timestamp}', 'a$1b', '', '\\'].map((topic) => apply('TimestampRouter', { 'topic.format': format }, { topic, timestamp: 1566567000123 }))),
  ...patterns.flatMap((format) => [0, 1566567000123, -1].map((timestamp) => apply('TimestampRouter', { 'timestamp.format': format }, { timestamp, partition: 1 }))),
  ...moments.map((ms) => apply('TimestampRouter', {}, { value: date(ms) })), apply('TimestampRouter', {}, { value: 'x' }), apply('TimestampRouter', {}, { partition: 3, offset: 5, key: 'k', valueSchema: STRING(), value: 'v', headers: [['h', INT32(), i32(1)]] }), apply('TimestampRouter', {}, { timestamp: 8 }),
]
