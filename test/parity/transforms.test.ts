/** Every transformation and predicate that ships with Kafka, and its configuration, against Kafka's own. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import type { Case, Config } from './cases.ts'
import { transformCases, transformConfigCases } from './cases/transforms.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'
import { classes } from './shorthand.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('records come out of transformations as they come out of Kafka’s', async () => {
  expect(await differences(java, transformCases)).toEqual([])
})
test('configurations of transformations are described, validated, accepted and refused as by Kafka', async () => {
  expect(await differences(java, transformConfigCases)).toEqual([])
})
test('configurations of converters are described and validated as by Kafka', async () => {
  const configs: readonly Config[] = [{}, { 'converter.type': 'key' }, { 'converter.type': 'x', 'schemas.enable': 'maybe', 'decimal.format': 'text', 'schemas.cache.size': 'many' }, { 'converter.type': 'value', 'schema.content': '{', 'converter.encoding': 'none' }]
  const cases = Object.values(classes).flatMap((className): Case[] => [{ op: 'configDef', class: className }, ...configs.map((config): Case => ({ op: 'validate', class: className, config }))])
  expect(await differences(java, cases)).toEqual([])
})
