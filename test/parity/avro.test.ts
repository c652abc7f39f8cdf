/**
 * Confluent's AvroConverter and ours on the same cases, for those who have its jars: ISOCONNECT_CONFLUENT_JARS names a folder with them.
 * Without them test/converters/avro/confluent.test.ts compares with what they answered to the cases by hand.
 */
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confluentJars, handMadeCases, type Kind, recorded } from './avro/recorded.ts'
import { askJava, askOurs, type AvroCase, avroDifference } from './avro/run.ts'
import type { Config } from './cases.ts'
import { schemaless, typedValue } from './generated.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'
import type { TaggedValue } from './tagged.ts'

const scrub: Config = { 'scrub.invalid.names': 'true' }
const configs: readonly Config[] = [
  {}, scrub, { ...scrub, 'enhanced.avro.schema.support': 'true' }, { ...scrub, 'connect.meta.data': 'false' }, { ...scrub, 'discard.type.doc.default': 'true', 'allow.optional.map.keys': 'true' }, { ...scrub, 'ignore.default.for.nullables': 'true' },
]
/** Java writes the entries of a map in the order of its hash table: one entry has no order. */
const hasNoOrder = (value: TaggedValue): boolean => {
  if (!Array.isArray(value)) return true
  const tagged = value as Exclude<TaggedValue, null | string>
  switch (tagged[0]) {
    case 'm':
      return tagged[1].length < 2 && tagged[1].every(([key, item]) => hasNoOrder(key) && hasNoOrder(item))
    case 'l':
      return tagged[1].every(hasNoOrder)
    case 's':
      return tagged[2].every(hasNoOrder)
    default:
      return true
  }
}
const generated = (count: number): readonly AvroCase[] => [
  ...configs.flatMap((config, index) => fc.sample(typedValue, { seed: 4_000 + index, numRuns: Math.ceil(count / configs.length) }).map(({ schema, value }): AvroCase => ({ config, schema, value }))),
  ...fc.sample(schemaless, { seed: 5_000, numRuns: count / 10 }).map((value): AvroCase => ({ schema: null, value })),
].filter((one) => 'value' in one && hasNoOrder(one.value))

describe.runIf(confluentJars !== undefined)('with Confluent’s jars', () => {
  let java: JavaSide
  beforeAll(async () => {
    java = await startJavaSide([join(confluentJars ?? '', '*')])
  }, 300_000)
  afterAll(() => java[Symbol.asyncDispose]())
  const differences = async (cases: readonly AvroCase[]): Promise<readonly string[]> => {
    const [theirs, ours] = [await askJava(cases, java), await askOurs(cases)]
    return cases.map((one, index) => avroDifference(one, theirs[index] ?? {}, ours[index] ?? {})).filter((each) => each !== null).slice(0, 20)
  }

  test.each<Kind>(['write', 'read'])('what is recorded to %s is what they answer', async (kind) => {
    const all = (await recorded())[kind]
    expect(await askJava(handMadeCases[kind], java)).toEqual(all.map(({ answer }) => answer))
  })
  test('10,000 generated values become the same bytes under the same schemas', async () => {
    const cases = generated(10_000)
    expect(cases.length).toBeGreaterThan(9_000)
    expect(await differences(cases)).toEqual([])
  }, 600_000)
})
