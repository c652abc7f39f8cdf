/** Kafka's ConfigDef and ours, defined alike: the same keys, groups, values, recommendations and errors. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import { definitionCases } from './cases/definitions.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('clients are described as by Kafka, key by key', async () => {
  expect(await differences(java, (['producer', 'consumer', 'admin'] as const).map((client) => ({ op: 'clientDef', client })))).toEqual([])
})
test('configurations of every type are described, validated and parsed as by Kafka', async () => {
  expect(definitionCases.length).toBeGreaterThan(19_000)
  expect(await differences(java, definitionCases)).toEqual([])
})
