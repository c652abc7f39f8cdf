/** Kafka's SchemaProjector and ours: the same values, the same refusals down to their causes. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import { projectionCases } from './cases/projections.ts'
import { generateProjections } from './generated-projections.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('values are projected from every type to every other as by Kafka', async () => {
  expect(projectionCases.length).toBeGreaterThan(4000)
  expect(await differences(java, projectionCases)).toEqual([])
})
const casesPerSeed = 1000
test.each(Array.from({ length: 8 }, (_, index) => 90_000 + index))('1,000 later versions of schemas drawn from seed %i differ in nothing', async (seed) => {
  const cases = generateProjections(seed, casesPerSeed)
  expect(cases.length).toBe(casesPerSeed)
  expect(await differences(java, cases)).toEqual([])
})
