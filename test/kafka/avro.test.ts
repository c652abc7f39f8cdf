/** Apache Avro's Java library reads every schema and every value of ours, writes the schema as the same text and the value as the same bytes. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { avroConverter, decodeOne, encodeOne } from '../converters/avro/support.ts'
import { avroTree, structOf } from '../converters/avro/generated.ts'
import { translator } from '../../src/converters/avro/avsc.ts'
import { parseAvro } from '../../src/converters/avro/schema.ts'
import { DataException } from '../../src/data/errors.ts'
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
/** Two schemas of a record whose fields have other names. */
const recordOf = (prefix: string) => (...types: readonly unknown[]): string => JSON.stringify({ type: 'record', name: 'R', fields: types.map((type, index) => ({ name: `${prefix}${index}`, type })) })
const [record, other] = [recordOf('f'), recordOf('g')]
test('values that go into another schema by position are the bytes that Apache Avro’s writer makes, or fail where it fails', async () => {
  const { avroClassPath } = await ensureKafkaJars()
  const cases: readonly (readonly [from: string, to: string, hex: string])[] = [
    [record('int', 'string'), other('long'), '0a0261'],
    [record('long'), other('int'), 'ffffffffffffffffff01'],
    [record('double'), other('int'), '0000000000000940'],
    [record('double'), other('long'), '000000000000f07f'],
    [record('double'), other('float'), '9a9999999999b93f'],
    [record('int'), other('double'), '03'],
    [record(['null', 'string']), other(['string', 'null']), '020261'],
    [record(['null', 'string']), other(['string', 'null']), '00'],
    [record({ type: 'array', items: 'int' }), other({ type: 'array', items: ['null', 'int'] }), '04020400'],
    [record({ type: 'map', values: 'long' }), other({ type: 'map', values: 'int' }), '0202610800'],
    [record({ type: 'record', name: 'A', fields: [{ name: 'a', type: 'string' }] }), other({ type: 'record', name: 'B', fields: [{ name: 'b', type: 'string' }] }), '0261'],
    [record({ type: 'enum', name: 'A', symbols: ['X', 'Y'] }), other({ type: 'enum', name: 'B', symbols: ['Y', 'X'] }), '00'],
    [record('int'), other('int', 'int'), '02'],
    [record('int'), other('string'), '02'],
    [record('int'), other(['null', 'long']), '02'],
    [record(['null', 'int']), other('int'), '00'],
    [record({ type: 'enum', name: 'A', symbols: ['X'] }), other({ type: 'enum', name: 'B', symbols: ['Y'] }), '00'],
  ]
  const answers = await askJava(avroClassPath, cases.map(([schema, as, hex]) => JSON.stringify({ schema, as, hex })))
  const ours = cases.map(([from, to, hex]) => {
    try {
      return translator(parseAvro(from), parseAvro(to), null)(Buffer.from(hex, 'hex')).toString('hex')
    } catch (error) {
      return error instanceof DataException ? 'fails' : error
    }
  })
  expect(ours).toEqual(answers.map(({ hex, error }) => (error === undefined ? hex : 'fails')))
  expect(ours.filter((each) => each === 'fails')).toHaveLength(5)
})
