/** Records for a source: those of test/parity's transformations, and now and then a key, a value or a header of any type at all. */
import fc from 'fast-check'
import type { Config, TaggedRecord } from '../../parity/cases.ts'
import { schemaless, typedValue } from '../../parity/generated.ts'
import { record } from '../../parity/generated-transforms.ts'
import type { TaggedSchema, TaggedValue } from '../../parity/tagged.ts'

export const partitions = 3
type Sided = { readonly schema: TaggedSchema; readonly value: TaggedValue }
const nothing: Sided = { schema: null, value: null }

/** JavaScript has one type of number: without a schema none is a Float, and no whole one a Double. */
const withoutSchema = (value: TaggedValue): TaggedValue => {
  if (!Array.isArray(value)) return value
  switch (value[0]) {
    case 'f32':
    case 'f64':
      return ['f64', Number.isInteger(Number(value[1])) ? '0.25' : (value[1] as string)]
    case 'l':
      return ['l', (value[1] as readonly TaggedValue[]).map(withoutSchema)]
    case 'm':
      return ['m', (value[1] as readonly (readonly [TaggedValue, TaggedValue])[]).map(([key, item]) => [withoutSchema(key), withoutSchema(item)] as const)]
    default:
      return value as TaggedValue
  }
}
const sent = ({ schema, value }: Sided): Sided => ({ schema, value: schema === null ? withoutSchema(value) : value })

const anything: fc.Arbitrary<Sided> = fc.oneof(typedValue, schemaless.map((value): Sided => ({ schema: null, value })))
const either = (own: Sided) => fc.oneof({ weight: 7, arbitrary: fc.constant(own) }, { weight: 2, arbitrary: anything }, { weight: 1, arbitrary: fc.constant(nothing) }).map(sent)

/** Brokers refuse timestamps of the future. */
const latestMs = Date.UTC(2025, 0, 1)
export const records = (seed: number, count: number): readonly TaggedRecord[] => fc.sample(
  record.chain((one) => fc.tuple(either({ schema: one.keySchema ?? null, value: one.key ?? null }), either({ schema: one.valueSchema ?? null, value: one.value ?? null }), fc.constantFrom('foo', 'foo-bar', 'db1.table22'), fc.option(anything, { freq: 3 }))
    .map(([key, value, topic, more]): TaggedRecord => ({
      topic, keySchema: key.schema, key: key.value, valueSchema: value.schema, value: value.value,
      headers: [...(one.headers ?? []).map(([name, schema, of]) => [name, schema, schema === null ? withoutSchema(of) : of] as const), ...(more === null ? [] : [['more', sent(more).schema, sent(more).value] as const])],
      partition: one.partition == null ? null : one.partition % partitions,
      timestamp: one.timestamp == null ? null : Math.abs(one.timestamp) % latestMs,
    }))), { seed, numRuns: count })

const ofOneNumber = /\.(?:Short|Integer|Long|Float|Double)Converter$/
const isBareNumber = (schema: TaggedSchema, value: TaggedValue): boolean => schema === null && Array.isArray(value) && /^[if]\d/.test(value[0])
/** Without the records of a difference that docs/differences.md names: a number of JavaScript without a schema fits each of the converters of one number. */
export const withoutBareNumbers = (all: readonly TaggedRecord[], config: Config): readonly TaggedRecord[] => {
  const [key, value, header] = ['key', 'value', 'header'].map((side) => ofOneNumber.test(config[`${side}.converter`] ?? ''))
  return all.filter((record) => !(key === true && isBareNumber(record.keySchema ?? null, record.key ?? null)) && !(value === true && isBareNumber(record.valueSchema ?? null, record.value ?? null))
    && !(header === true && (record.headers ?? []).some(([, schema, of]) => isBareNumber(schema, of))))
}
