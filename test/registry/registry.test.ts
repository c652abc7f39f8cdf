/** The registry for trials answers as Confluent's does. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startRegistry, type TestRegistry } from './registry.ts'

let registry: TestRegistry
beforeEach(async () => { registry = await startRegistry() })
afterEach(() => registry[Symbol.asyncDispose]())
const call = async (method: string, path: string, body?: unknown): Promise<readonly [number, unknown]> => {
  const answer = await fetch(`${registry.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return [answer.status, await answer.json()]
}
const record = (...fields: readonly unknown[]): { readonly schema: string } => ({ schema: JSON.stringify({ type: 'record', name: 'R', fields }) })
const x = { name: 'x', type: 'int' }
const y = { name: 'y', type: 'int' }
const yDefault = { ...y, default: 1 }

test('versions count up in a subject, ids over all subjects; the same schema is the same id', async () => {
  expect(await call('POST', '/subjects/a/versions', record(x))).toEqual([200, { id: 1 }])
  expect(await call('POST', '/subjects/a/versions', record(x, yDefault))).toEqual([200, { id: 2 }])
  expect(await call('POST', '/subjects/b/versions', record(x, yDefault))).toEqual([200, { id: 2 }])
  expect(await call('POST', '/subjects/a/versions', { schema: ` ${record(x).schema} ` })).toEqual([200, { id: 1 }])
  expect(await call('GET', '/subjects/a/versions')).toEqual([200, [1, 2]])
  expect(await call('GET', '/schemas/ids/2/versions')).toEqual([200, [{ subject: 'a', version: 2 }, { subject: 'b', version: 1 }]])
  expect(await call('POST', '/subjects/a', record(x))).toEqual([200, { subject: 'a', version: 1, id: 1, schema: record(x).schema }])
})
test.each([
  ['BACKWARD', true, false], ['FORWARD', true, true], ['FULL', true, false], ['NONE', true, true],
] as const)('%s decides about a new field with and without a default', async (level, withDefault, without) => {
  await call('PUT', '/config/a', { compatibility: level })
  await call('POST', '/subjects/a/versions', record(x))
  expect(await call('POST', '/compatibility/subjects/a/versions/latest', record(x, yDefault))).toEqual([200, { is_compatible: withDefault }])
  expect(await call('POST', '/compatibility/subjects/a/versions', record(x, y))).toEqual([200, { is_compatible: without }])
  expect((await call('POST', '/subjects/a/versions', record(x, y)))[0]).toBe(without ? 200 : 409)
})
test('a transitive level looks at all versions, others at the last', async () => {
  await call('PUT', '/config', { compatibility: 'NONE' })
  await call('POST', '/subjects/a/versions', record(x))
  await call('POST', '/subjects/a/versions', record(x, y))
  await call('PUT', '/config', { compatibility: 'BACKWARD' })
  const next = record(x, y, { name: 'z', type: 'int', default: 0 })
  expect(await call('POST', '/compatibility/subjects/a/versions', next)).toEqual([200, { is_compatible: true }])
  await call('PUT', '/config', { compatibility: 'BACKWARD_TRANSITIVE' })
  expect(await call('POST', '/compatibility/subjects/a/versions', next)).toEqual([200, { is_compatible: false }])
})
test('normalised, the order of properties does not matter', async () => {
  await call('POST', '/subjects/a/versions?normalize=true', { schema: '{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}' })
  const other = { schema: '{"name":"R","type":"record","fields":[{"type":"int","name":"x"}]}' }
  expect((await call('POST', '/subjects/a?normalize=true', other))[0]).toBe(200)
  expect(await call('POST', '/subjects/a', other)).toEqual([404, { error_code: 40403, message: 'Schema not found' }])
})
test('references are resolved, and what is referred to stays', async () => {
  await call('POST', '/subjects/place/versions', { schema: '{"type":"record","name":"Place","fields":[]}' })
  const trip = { schema: '{"type":"record","name":"Trip","fields":[{"name":"to","type":"Place"}]}', references: [{ name: 'Place', subject: 'place', version: 1 }] }
  expect(await call('POST', '/subjects/trip/versions', trip)).toEqual([200, { id: 2 }])
  expect(await call('GET', '/schemas/ids/2')).toEqual([200, trip])
  expect(await call('GET', '/subjects/place/versions/1/referencedby')).toEqual([200, [2]])
  expect((await call('DELETE', '/subjects/place'))[1]).toMatchObject({ error_code: 42206 })
})
test('subjects are deleted softly first, then for good', async () => {
  await call('POST', '/subjects/a/versions', record(x))
  expect((await call('DELETE', '/subjects/a?permanent=true'))[1]).toMatchObject({ error_code: 40405 })
  expect(await call('DELETE', '/subjects/a')).toEqual([200, [1]])
  expect(await call('GET', '/subjects')).toEqual([200, []])
  expect(await call('GET', '/subjects?deleted=true')).toEqual([200, ['a']])
  expect((await call('DELETE', '/subjects/a'))[1]).toMatchObject({ error_code: 40404 })
  expect(await call('DELETE', '/subjects/a?permanent=true')).toEqual([200, [1]])
})
test.each([
  ['GET', '/subjects/no/versions', undefined, 404, 40401],
  ['GET', '/subjects/a/versions/9', undefined, 404, 40402],
  ['GET', '/subjects/a/versions/x', undefined, 422, 42202],
  ['GET', '/schemas/ids/9', undefined, 404, 40403],
  ['GET', '/config/a', undefined, 404, 40408],
  ['GET', '/mode/a', undefined, 404, 40409],
  ['POST', '/subjects/a/versions', { schema: '{"type":"int' }, 422, 42201],
  ['POST', '/subjects/a/versions', { schema: '"string"' }, 409, 40901],
  ['PUT', '/config', { compatibility: 'SOME' }, 422, 42203],
  ['PUT', '/mode', { mode: 'SOME' }, 422, 42204],
] as const)('%s %s with %o is %i, %i', async (method, path, body, status, code) => {
  await call('POST', '/subjects/a/versions', record(x))
  expect(await call(method, path, body)).toEqual([status, { error_code: code, message: expect.any(String) }])
})
test('a subject in READONLY mode takes nothing new', async () => {
  await call('PUT', '/mode/a', { mode: 'READONLY' })
  expect((await call('POST', '/subjects/a/versions', record(x)))[1]).toMatchObject({ error_code: 42205 })
})
