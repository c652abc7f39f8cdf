/** Every transformation and predicate that ships with Kafka, and its configuration, against Kafka's own. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtInTransforms } from '../../src/transforms/built-ins.ts'
import { differences } from './both-sides.ts'
import type { Case, Config } from './cases.ts'
import { castCases } from './cases/transforms/cast.ts'
import { configurationCases, validationCases } from './cases/transforms/configurations.ts'
import { transformCases, transformClasses, transformConfigCases } from './cases/transforms/every-option.ts'
import { fieldCases } from './cases/transforms/fields.ts'
import { headerCases } from './cases/transforms/headers.ts'
import { regexRouterCases } from './cases/transforms/regex-router.ts'
import { timestampCases } from './cases/transforms/timestamps.ts'
import { generateTransforms } from './generated-transforms.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'
import { classes } from './shorthand.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('records come out of transformations as they come out of Kafka’s', async () => {
  expect(transformClasses.toSorted()).toEqual([...builtInTransforms('transformation'), ...builtInTransforms('predicate')].toSorted())
  expect(await differences(java, transformCases)).toEqual([])
})
test('Cast makes of every type what Kafka makes of it', async () => {
  expect(await differences(java, castCases)).toEqual([])
})
test('fields are extracted, flattened, hoisted, inserted, masked, replaced and made keys of as by Kafka', async () => {
  expect(await differences(java, fieldCases)).toEqual([])
})
test('headers come and go as with Kafka, and predicates see what Kafka’s see', async () => {
  expect(await differences(java, headerCases)).toEqual([])
})
test('timestamps are converted, read and written by patterns as by Kafka', async () => {
  expect(await differences(java, timestampCases)).toEqual([])
})
test('topics are matched and renamed as by Java’s regular expressions', async () => {
  expect(await differences(java, regexRouterCases)).toEqual([])
})
const casesPerSeed = 1000
test.each(Array.from({ length: 12 }, (_, index) => 50_000 + index * 100))('1,000 transformations drawn from seed %i differ in nothing', async (seed) => {
  const cases = generateTransforms(seed, casesPerSeed)
  expect(cases.length).toBe(casesPerSeed)
  expect(await differences(java, cases)).toEqual([])
})
test('configurations of transformations are described, validated, accepted and refused as by Kafka', async () => {
  expect(await differences(java, transformConfigCases)).toEqual([])
  expect(await differences(java, configurationCases)).toEqual([])
  expect(await differences(java, validationCases)).toEqual([])
})
test('configurations of converters are described and validated as by Kafka', async () => {
  const configs: readonly Config[] = [{}, { 'converter.type': 'key' }, { 'converter.type': 'x', 'schemas.enable': 'maybe', 'decimal.format': 'text', 'schemas.cache.size': 'many' }, { 'converter.type': 'value', 'schema.content': '{', 'converter.encoding': 'none' }]
  const cases = Object.values(classes).flatMap((className): Case[] => [{ op: 'configDef', class: className }, ...configs.map((config): Case => ({ op: 'validate', class: className, config }))])
  expect(await differences(java, cases)).toEqual([])
})
