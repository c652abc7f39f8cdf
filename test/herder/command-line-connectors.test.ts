/** Connector files of the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createConnectors, readConnectorFile } from '../../src/herder/command-line-connectors.ts'
import { startedHerder } from './fakes.ts'

let folder = ''
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'connector-files-'))))
afterAll(() => rm(folder, { recursive: true }))
const file = async (text: string): Promise<string> => {
  const path = join(folder, 'connector')
  await writeFile(path, text)
  return path
}

test.each([
  ['a JSON map', '{"name":"c","tasks.max":1,"flag":true}', { name: 'c', config: { name: 'c', 'tasks.max': '1', flag: 'true' }, initialState: null }],
  ['the body of a REST request, unknown fields ignored', '{"name":" c ","config":{"a":"b"},"initial_state":"stopped","more":[1]}', { name: 'c', config: { a: 'b', name: 'c' }, initialState: 'STOPPED' }],
  ['Java properties', '# comment\nname = c\nkey: a\\\n  b\n', { name: 'c', config: { name: 'c', key: 'ab' }, initialState: null }],
])('may be %s', async (_what, text, expected) => {
  expect(await readConnectorFile(await file(text))).toEqual(expected)
})

test.each([
  ['{"a":"b"}', /is missing the mandatory 'name' configuration/],
  ['a=b\n', /is missing the mandatory 'name' configuration/],
  ['{"config":{"a":"b"}}', /is missing the mandatory 'name' configuration/],
  ['{"name":"x","config":{"name":"y"}}', /Connector name configuration in 'config' doesn't match the one specified in 'name'/],
  ['{"name":"x",', /is not valid JSON/],
  ['{"name":"x","config":{"a":{}}}', /neither a map of settings nor/],
  ['{"name":"x","config":{},"initial_state":"BOGUS"}', /may be RUNNING, PAUSED or STOPPED/],
])('that are wrong are refused: %s', async (text, message) => {
  await expect(readConnectorFile(await file(text))).rejects.toThrow(message)
})
test('that do not exist are named', async () => {
  await expect(readConnectorFile(join(folder, 'none'))).rejects.toThrow(join(folder, 'none'))
})
const files = async (...texts: readonly string[]): Promise<readonly string[]> =>
  Promise.all(texts.map(async (text, index) => {
    const path = join(folder, `connector-${index}`)
    await writeFile(path, text)
    return path
  }))
test('are created in order, in the state they ask for', async () => {
  const { herder } = await startedHerder()
  await createConnectors(herder, await files('{"name":"b","config":{"connector.class":"FakeSource"},"initial_state":"PAUSED"}', 'name=a\nconnector.class=FakeSource\n'))
  expect(await herder.connectors()).toEqual(['b', 'a'])
  expect((await herder.connectorStatus('b')).connector.state).toBe('PAUSED')
})
test('start nothing when any of them is wrong, and the error names what is wrong in each', async () => {
  const { herder } = await startedHerder()
  const paths = await files('name=a\nconnector.class=FakeSource\n', '{"name":"b","connector.class":"FakeSource","invalid":"x"}', '{"name":"c","password":"hunter2",', '{"name":"a","connector.class":"FakeSource"}')
  const error: unknown = await createConnectors(herder, paths).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ status: 400, message: expect.stringMatching(/^3 connector configurations are wrong:/) })
  expect(String(error)).toMatch(/connector-1: [^]*Invalid value x for configuration invalid[^]*connector-2: .*not valid JSON: .*line 1, column 34[^]*connector-3: .*have the same name, a/)
  expect(String(error)).not.toContain('hunter2')
  expect(await herder.connectors()).toEqual([])
})
test('stop at one that cannot be created', async () => {
  const { herder, worker } = await startedHerder()
  worker.startFailure = new Error('no')
  await expect(createConnectors(herder, await files('name=a\nconnector.class=FakeSource\n', 'name=b\nconnector.class=FakeSource\n'))).rejects.toThrow('no')
  expect(await herder.connectors()).toEqual(['a'])
})
