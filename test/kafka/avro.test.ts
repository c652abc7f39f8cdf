/** Apache Avro's Java library reads every schema and every value of ours, writes the schema as the same text and the value as the same bytes. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { avroConverter, decodeOne, encodeOne } from '../converters/avro/support.ts'
import { avroTree, structOf } from '../converters/avro/generated.ts'
import { deepEquals } from '../../src/data/schema.ts'
import type { Struct } from '../../src/data/struct.ts'
import { startRegistry } from '../registry/registry.ts'
import { ensureKafkaJars } from './jars.ts'

type Answer = { readonly schema?: string; readonly hex?: string; readonly end?: boolean; readonly error?: string }
const askJava = async (classPath: string, lines: readonly string[]): Promise<readonly Answer[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = execFile('java', ['-cp', classPath, join(import.meta.dirname, 'AvroParity.java')], { maxBuffer: 1 << 28 }, (error, stdout) => (error ? reject(error) : resolve(stdout)))
  // a Java that ends early is told by its exit
  child.stdin?.on('error', () => {})
  child.stdin?.end(lines.map((line) => `${line}\n`).join(''))
  return (await promise).trim().split('\n').map((line) => JSON.parse(line) as Answer)
}

test('1,000 generated values: schema texts and bytes are Apache Avro’s own, and its bytes are ours', async () => {
  const { avroClassPath } = await ensureKafkaJars()
  await using registry = await startRegistry()
  registry.store.globalLevel = 'NONE'
  const converter = avroConverter(registry, { 'max.schemas.per.subject': '5000' })
  const cases = fc.sample(avroTree, { seed: 1_211, numRuns: 1000 }).map((each) => structOf([each]))
  const asked: { readonly schema: string; readonly hex: string; readonly head: Buffer }[] = []
  for (const { schema, value } of cases) {
    const bytes = await encodeOne(converter, value, schema)
    asked.push({ schema: registry.store.byId(bytes.readInt32BE(1)).schema, hex: bytes.subarray(5).toString('hex'), head: bytes.subarray(0, 5) })
  }
  const answers = await askJava(avroClassPath, asked.map((each) => JSON.stringify({ schema: each.schema, hex: each.hex })))
  expect(answers.map(({ error }) => error).filter((error) => error !== undefined)).toEqual([])
  expect(answers.map(({ schema, end }) => [schema, end])).toEqual(asked.map(({ schema }) => [schema, true]))
  let same = 0
  for (const [index, { schema, value }] of cases.entries()) {
    const hex = answers[index]?.hex ?? ''
    if (hex === asked[index]?.hex) same++
    // maps come back in the order of Java's hash table: the value must be the same all the same
    const back = await decodeOne(converter, Buffer.concat([asked[index]?.head ?? Buffer.alloc(0), Buffer.from(hex, 'hex')]))
    expect([index, deepEquals((back.value as Struct).at(0), (value as Struct).at(0)), schema.type]).toEqual([index, true, 'STRUCT'])
  }
  expect(same).toBeGreaterThan(cases.length * 0.8)
})
