/** 20,000 cases drawn from fixed seeds: Kafka's classes and ours answer alike. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import { generate } from './generated.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

const casesPerSeed = 1000
test.each(Array.from({ length: 20 }, (_, index) => 1000 + index * 100))('1,000 cases of seed %i differ in nothing', async (seed) => {
  const cases = generate(seed, casesPerSeed)
  expect(cases.length).toBe(casesPerSeed)
  expect(await differences(java, cases)).toEqual([])
})
