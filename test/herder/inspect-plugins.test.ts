/** Bundles that bundle well and cannot be loaded: found in a cell, taken off the shelf, with the reason. Real cells. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnCell } from '../../src/cell/spawn.ts'
import { createInspector, inspectLimits, inspectShelf } from '../../src/herder/inspect-plugins.ts'
import { makePlace, names, open, tick, until, writeFiles } from '../plugins/bundles.ts'

const goodCode = "const { SourceConnector, ConfigDef } = require('isoconnect')\nexports.TickSource = class TickSource extends SourceConnector { config() { return new ConfigDef() } start() {} taskClass() {} taskConfigs() { return [] } }\n"
const broken = {
  'a missing export': ['exports.Other = class {}', /TickSource/],
  'an error at the top level': ["throw new Error('no licence')", /Error: no licence/],
  'a mistake at the top level, with its line': ["// a comment\nconst { Decimal } = require('isoconnect')\nconst price = Decimal.scheme(2)\n", /Decimal\.scheme is not a function, at index\.js:3:23$/],
  'a loop at the top level': ['for (;;);', /its process has ended \(timeout\).*isolate\.call\.timeout\.ms/],
  'a dependency that is asked for and not there': ["require('absent-package')", /Cannot find module 'absent-package'/],
  'an export that is no class': ['exports.TickSource = 5', /TickSource/],
  'a ConfigDef that throws': [goodCode.replace('return new ConfigDef()', "throw new Error('bad default')"), /bad default/],
  'a ConfigDef that is none': [goodCode.replace('new ConfigDef()', '{ toJson: () => [{ name: 1 }] }'), /returned no ConfigDef/],
  'a ConfigDef whose keys are none': [goodCode.replace('new ConfigDef()', 'Object.assign(new ConfigDef(), { toJson: () => [{ name: 1 }] })'), /the name of a key that is no text/],
} as const
const limits = { ...inspectLimits, callTimeoutMs: 1000 }

test.each(Object.entries(broken))('%s is found before anybody uses the plugin', async (_what, [code, reason]) => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'good'), { 'package.json': tick({ version: '9.0.0' }), 'index.js': goodCode })
  const bad = await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick(), 'index.js': code })
  await using shelf = await open(place)
  const inspection = inspectShelf(shelf, createInspector({ shelf, spawnCell, limits }))
  await until(shelf, () => shelf.quarantined().length > 0)
  await inspection.close()
  expect(shelf.quarantined()).toMatchObject([{ location: bad, bundle: 'connect-tick', version: '1.0.0', code: 'PLUGIN_FAILED', reason: expect.stringMatching(reason) as string }])
  expect(names(shelf)).toEqual(['com.example.TickSource 9.0.0'])
})

test('a bundle that has been mended is taken again', async () => {
  await using place = await makePlace()
  const folder = await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick(), 'index.js': 'throw 1' })
  await using shelf = await open(place, { watch: true })
  const inspection = inspectShelf(shelf, createInspector({ shelf, spawnCell, limits }))
  await until(shelf, () => shelf.quarantined().length === 1)
  await writeFiles(folder, { 'index.js': goodCode })
  await until(shelf, () => shelf.quarantined().length === 0 && shelf.list().length === 1)
  await inspection.close()
})

test('what was loaded once is not loaded again, and a machine that starts no cell is no fault of a bundle', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'good'), { 'package.json': tick(), 'index.js': goodCode })
  await using shelf = await open(place)
  const [plugin] = shelf.list() as [ReturnType<typeof shelf.list>[number]]
  const failing = createInspector({ shelf, spawnCell: () => Promise.reject(new Error('no memory')), limits })
  await expect(failing.inspect(plugin)).rejects.toThrow('no memory')
  expect(await createInspector({ shelf, spawnCell, limits }).inspect(plugin)).toBeNull()
  expect(await failing.inspect(plugin)).toBeNull()
})

test('closing does not wait for a bundle that hangs', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick(), 'index.js': 'for (;;);' })
  await using shelf = await open(place)
  const spawned = Promise.withResolvers<void>()
  const inspection = inspectShelf(shelf, createInspector({ shelf, limits: { ...limits, callTimeoutMs: 600_000 }, spawnCell: async (options) => {
    const cell = await spawnCell(options)
    spawned.resolve()
    return cell
  } }))
  await spawned.promise
  await inspection.close()
  expect(shelf.quarantined()).toEqual([])
})
