/** Short ways to write schemas and values of cases. */
import type { Case, Config } from './cases.ts'
import type { TaggedSchema, TaggedValue } from './tagged.ts'

type NonNullSchema = Exclude<TaggedSchema, null>
type More = Partial<Omit<NonNullSchema, 't'>>
const simple = (t: NonNullSchema['t']) => (more: More = {}): NonNullSchema => ({ t, ...more })
export const INT8 = simple('INT8')
export const INT16 = simple('INT16')
export const INT32 = simple('INT32')
export const INT64 = simple('INT64')
export const FLOAT32 = simple('FLOAT32')
export const FLOAT64 = simple('FLOAT64')
export const BOOLEAN = simple('BOOLEAN')
export const STRING = simple('STRING')
export const BYTES = simple('BYTES')
export const ARRAY = (e: TaggedSchema, more: More = {}): NonNullSchema => ({ t: 'ARRAY', e, ...more })
export const MAP = (k: TaggedSchema, e: TaggedSchema, more: More = {}): NonNullSchema => ({ t: 'MAP', k, e, ...more })
export const STRUCT = (fields: Readonly<Record<string, TaggedSchema>>, more: More = {}): NonNullSchema => ({ t: 'STRUCT', f: Object.entries(fields), ...more })
const logical = 'org.apache.kafka.connect.data.'
export const DECIMAL = (scale: number, more: More = {}): NonNullSchema => ({ t: 'BYTES', n: `${logical}Decimal`, v: 1, p: [['scale', String(scale)]], ...more })
export const DATE = (more: More = {}): NonNullSchema => ({ t: 'INT32', n: `${logical}Date`, v: 1, ...more })
export const TIME = (more: More = {}): NonNullSchema => ({ t: 'INT32', n: `${logical}Time`, v: 1, ...more })
export const TIMESTAMP = (more: More = {}): NonNullSchema => ({ t: 'INT64', n: `${logical}Timestamp`, v: 1, ...more })
export const optional = { o: true } as const

export const i8 = (value: number): TaggedValue => ['i8', String(value)]
export const i16 = (value: number): TaggedValue => ['i16', String(value)]
export const i32 = (value: number): TaggedValue => ['i32', String(value)]
export const i64 = (value: number | bigint): TaggedValue => ['i64', String(value)]
export const f32 = (value: number): TaggedValue => ['f32', Object.is(value, -0) ? '-0' : String(Math.fround(value))]
export const f64 = (value: number): TaggedValue => ['f64', Object.is(value, -0) ? '-0' : String(value)]
export const flag = (value: boolean): TaggedValue => ['b', value]
export const bytes = (...content: readonly number[]): TaggedValue => ['y', Buffer.from(content).toString('base64')]
export const decimal = (unscaled: bigint | number, scale: number): TaggedValue => ['dec', String(unscaled), scale]
export const date = (ms: number): TaggedValue => ['date', ms]
export const list = (...items: readonly TaggedValue[]): TaggedValue => ['l', items]
export const map = (...entries: readonly (readonly [TaggedValue, TaggedValue])[]): TaggedValue => ['m', entries]
export const struct = (schema: TaggedSchema, ...values: readonly TaggedValue[]): TaggedValue => ['s', schema, values]

const kafka = 'org.apache.kafka.connect.'
export const classes = {
  json: `${kafka}json.JsonConverter`, string: `${kafka}storage.StringConverter`, bytes: `${kafka}converters.ByteArrayConverter`, simpleHeader: `${kafka}storage.SimpleHeaderConverter`,
  boolean: `${kafka}converters.BooleanConverter`, short: `${kafka}converters.ShortConverter`, integer: `${kafka}converters.IntegerConverter`, long: `${kafka}converters.LongConverter`,
  float: `${kafka}converters.FloatConverter`, double: `${kafka}converters.DoubleConverter`,
} as const
export const plainJson: Config = { 'schemas.enable': 'false' }

/** A value to bytes. */
export const write = (className: string, schema: TaggedSchema, value: TaggedValue, config: Config = {}): Case => ({ op: 'fromConnect', class: className, config, schema, value })
/** A text, or raw bytes, to a value. */
export const read = (className: string, content: string | Uint8Array | null, config: Config = {}): Case =>
  ({ op: 'toConnect', class: className, config, bytes: content === null ? null : Buffer.from(content as string).toString('base64') })
export const asHeader = (one: Case): Case => ('class' in one && (one.op === 'fromConnect' || one.op === 'toConnect') ? { ...one, as: 'header' } : one)
