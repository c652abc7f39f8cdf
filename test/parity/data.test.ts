/** Kafka's Headers, Struct, SchemaBuilder and logical types, and ours, called alike. Needs a JDK and Maven, no broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences } from './both-sides.ts'
import { dataCases } from './cases/data.ts'
import { type JavaSide, startJavaSide } from './java-side.ts'

let java: JavaSide
beforeAll(async () => {
  java = await startJavaSide()
}, 300_000)
afterAll(() => java[Symbol.asyncDispose]())

test('headers, structs, schemas and logical types take, refuse and print what Kafka’s do', async () => {
  expect(dataCases.length).toBeGreaterThan(3000)
  expect(await differences(java, dataCases)).toEqual([])
})
