/** Every built-in converter against Kafka's own: the same bytes, the same values and schemas, the same refusals. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import { jsonReadCases } from './cases/json-read.ts'
import { jsonWriteCases } from './cases/json-write.ts'
import { configureCases, simpleConverterCases } from './cases/simple-converters.ts'
import { valuesCases } from './cases/values.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'
import type { TaggedValue } from './tagged.ts'

const hasFloats = (value: TaggedValue): boolean => /\["f(32|64)"/.test(JSON.stringify(value))
const hasLoneSurrogates = (value: TaggedValue): boolean => /\\ud[89a-f]/.test(JSON.stringify(value))

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('JsonConverter writes the bytes that Kafka writes', async () => {
  expect(await differences(java, jsonWriteCases, { alone: true })).toEqual([])
})
test('JsonConverter reads the values that Kafka reads', async () => {
  expect(await differences(java, jsonReadCases, { alone: true })).toEqual([])
})
test('values in the columns that tasks send become the same bytes as values that a chain hands over', async () => {
  // columns hold no boxes: whatever is a Java double there is a plain number
  const plain = [...jsonWriteCases, ...simpleConverterCases].filter((one) => one.op === 'fromConnect' && !hasFloats(one.value) && !hasLoneSurrogates(one.value))
  expect(plain.length).toBeGreaterThan(400)
  expect(await differences(java, plain, { form: 'column' })).toEqual([])
})
test('strings, bytes, booleans and numbers are converted as by Kafka', async () => {
  expect(await differences(java, simpleConverterCases, { alone: true })).toEqual([])
})
test('converters accept and refuse the configurations that Kafka’s do', async () => {
  expect(await differences(java, configureCases)).toEqual([])
})
test('Values parses, prints, converts and infers as Kafka’s does', async () => {
  expect(await differences(java, valuesCases)).toEqual([])
})
