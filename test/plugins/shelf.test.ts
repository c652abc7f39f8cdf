import { chmod, mkdir, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import vm from 'node:vm'
import { expect, test } from 'vitest'
import { esbuildRuns } from '../../src/plugins/esbuild.ts'
import { openShelf } from '../../src/plugins/shelf.ts'
import type { Plugin } from '../../src/plugins/types.ts'
import { makePlace, names, open, pack, refusals, tick, tickCode, writeFiles } from './bundles.ts'

/** What a cell does with the code, without the cell: the exports, with stand-ins for what stays outside. */
const exportsOf = async (plugin: Plugin, outside: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> => {
  const module = { exports: {} as Record<string, unknown> }
  const require = (name: string): unknown => {
    if (name === 'isoconnect') return { SourceConnector: class SourceConnector {} }
    if (Object.hasOwn(outside, name)) return outside[name]
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  const run = vm.runInThisContext(`(function (require, module, exports) {${await readFile(plugin.bundleFile, 'utf8')}\n})`) as (...args: unknown[]) => void
  run(require, module, module.exports)
  return module.exports
}

test('CommonJS, ESM and TypeScript bundles come out as CommonJS that exports the class', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'cjs'), { 'package.json': tick({ version: '1.0.0' }), 'index.js': tickCode })
  await writeFiles(join(place.plugins, 'esm'), { 'package.json': tick({ version: '2.0.0', type: 'module' }), 'index.js': "import { SourceConnector } from 'isoconnect'\nimport { where } from './where.js'\nexport class TickSource extends SourceConnector { where = where }\n", 'where.js': 'export const where = [import.meta.url, import.meta.dirname, import.meta.filename]\n' })
  await writeFiles(join(place.plugins, 'ts'), { 'package.json': tick({ version: '3.0.0', main: './src/index.ts' }), 'src/index.ts': "import { SourceConnector } from 'isoconnect'\nimport { answer, type Answer } from './answer.ts'\nexport class TickSource extends SourceConnector { answer: Answer = answer; where = [__dirname, __filename] }\n", 'src/answer.ts': 'export type Answer = number\nexport const answer: Answer = 42\n' })
  await using shelf = await open(place)
  expect(refusals(shelf)).toEqual([])
  expect(shelf.versions('TickSource')).toEqual(['1.0.0', '2.0.0', '3.0.0'])
  const make = async (version: string): Promise<object> => {
    const { TickSource } = (await exportsOf(shelf.find('TickSource', version))) as { TickSource: new () => object }
    return new TickSource()
  }
  expect(await make('1.0.0')).toEqual({})
  expect(await make('2.0.0')).toEqual({ where: ['file:///bundle/index.js', '/bundle', '/bundle/index.js'] })
  expect(await make('3.0.0')).toEqual({ answer: 42, where: ['/bundle', '/bundle/index.js'] })
})

test('packages of its node_modules come along; builtins stay outside; a missing optional one fails when required', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), {
    'package.json': tick(), 'index.js': "const inner = require('inner'); exports.TickSource = class { inner = inner; fs = require('node:fs').mark; native = () => require('pg-native') }\n",
    'node_modules/inner/package.json': '{"name":"inner","version":"1.0.0","main":"lib.js"}', 'node_modules/inner/lib.js': "module.exports = 'inner'\n",
  })
  await using shelf = await open(place)
  const { TickSource } = (await exportsOf(shelf.find('TickSource'), { 'node:fs': { mark: 'outside' } })) as { TickSource: new () => { inner: string; fs: string; native: () => void } }
  const made = new TickSource()
  expect([made.inner, made.fs]).toEqual(['inner', 'outside'])
  expect(() => made.native()).toThrow(expect.objectContaining({ code: 'MODULE_NOT_FOUND' }))
})

test('an addon of a package is a module that is not found, so that the package can go its other way', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), {
    'package.json': tick(), 'index.js': "exports.TickSource = class { speed = require('quick') }\n",
    'node_modules/quick/package.json': '{"name":"quick","version":"1.0.0","main":"lib.js"}',
    'node_modules/quick/lib.js': "try { module.exports = require('quick-linux-x64') } catch (error) { if (error.code !== 'MODULE_NOT_FOUND') throw error; module.exports = error.message }\n",
    'node_modules/quick-linux-x64/package.json': '{"name":"quick-linux-x64","version":"1.0.0","main":"quick.node"}', 'node_modules/quick-linux-x64/quick.node': '\x7fELF',
  })
  await using shelf = await open(place)
  const { TickSource } = (await exportsOf(shelf.find('TickSource'))) as { TickSource: new () => { speed: string } }
  expect(new TickSource().speed).toBe('node_modules/quick-linux-x64/quick.node is a native addon, which no isolate can load')
})

test('a tarball of npm pack is a bundle like a folder, with the same digest', async () => {
  await using place = await makePlace()
  const files = { 'package.json': tick(), 'index.js': tickCode }
  await pack(place, 'connect-tick-1.0.0.tgz', files)
  await writeFiles(join(place.dir, 'more', 'folder'), { ...files, 'package.json': tick({ version: '2.0.0' }) })
  await using shelf = await open(place, { pluginPath: [place.plugins, join(place.dir, 'more')] })
  expect(names(shelf)).toEqual(['com.example.TickSource 1.0.0', 'com.example.TickSource 2.0.0'])
  expect(shelf.find('TickSource', '1.0.0')).toMatchObject({ bundle: 'connect-tick', location: join(place.plugins, 'connect-tick-1.0.0.tgz'), digest: shelf.find('TickSource', '2.0.0').digest })
})

test('plugin.path entries may be a bundle, a tarball, absent or twice the same; what is no bundle is left alone', async () => {
  await using place = await makePlace()
  const bundle = await writeFiles(join(place.dir, 'own'), { 'package.json': tick(), 'index.js': tickCode, 'sub/package.json': tick({ version: '9.0.0' }) })
  await pack(place, 't.tgz', { 'package.json': tick({ version: '2.0.0' }), 'index.js': tickCode })
  await writeFiles(place.plugins, { 'java-plugin/connector.jar': '', 'npm-package/package.json': '{"name":"x"}', 'node_modules/a/package.json': tick(), '.hidden/package.json': tick(), 'loose.js': '' })
  await symlink(bundle, join(place.plugins, 'linked'))
  await using shelf = await open(place, { pluginPath: [bundle, join(place.dir, 'absent'), join(place.plugins, 't.tgz'), place.plugins, place.plugins] })
  expect(names(shelf)).toEqual(['com.example.TickSource 1.0.0', 'com.example.TickSource 2.0.0'])
  expect(shelf.find('TickSource', '1.0.0').location).toBe(bundle)
  expect(refusals(shelf)).toEqual([])
})

test('with everything in the cache nothing is bundled again, and the code is the same', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'good'), { 'package.json': tick(), 'index.js': tickCode })
  await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick({ version: '2.0.0' }), 'index.js': 'syntax error' })
  await pack(place, 't.tgz', { 'package.json': tick({ version: '3.0.0' }), 'index.js': tickCode })
  const look = async () => {
    await using shelf = await open(place)
    return { plugins: shelf.list(), reasons: shelf.quarantined().map(({ code, reason }) => `${code} ${reason}`) }
  }
  const first = await look()
  expect(first.reasons).toHaveLength(1)
  const before = esbuildRuns.count
  expect(await look()).toEqual(first)
  expect(esbuildRuns.count).toBe(before)
})

test.each([
  ['a changed source file', (folder: string) => writeFile(join(folder, 'index.js'), `${tickCode}exports.mark = "changed"\n`)],
  ['a changed dependency of the same size', (folder: string) => writeFile(join(folder, 'node_modules/d/index.js'), 'module.exports = 2')],
  ['a new file', (folder: string) => writeFile(join(folder, 'new.js'), '')],
  ['a touched file', (folder: string) => utimes(join(folder, 'index.js'), 1, 1)],
] as const)('%s is noticed at the next start', async (_what, change) => {
  await using place = await makePlace()
  const folder = await writeFiles(join(place.plugins, 'a'), { 'package.json': tick(), 'index.js': tickCode, 'node_modules/d/index.js': 'module.exports = 1' })
  await (await open(place)).close()
  const before = esbuildRuns.count
  await change(folder)
  await (await open(place)).close()
  expect(esbuildRuns.count).toBe(before + 1)
})

test('a damaged cache is made again', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), { 'package.json': tick(), 'index.js': tickCode })
  await using first = await open(place)
  const { bundleFile, digest } = first.find('TickSource')
  const code = await readFile(bundleFile, 'utf8')
  for (const damage of [() => writeFile(bundleFile, code.slice(0, 10)), () => rm(bundleFile), async () => {
    for (const name of await readdir(place.cache)) if (name.endsWith('.json')) await writeFile(join(place.cache, name), '{"kind":"built"')
  }]) {
    await damage()
    await using again = await open(place)
    expect(again.find('TickSource').digest).toBe(digest)
    expect(await readFile(bundleFile, 'utf8')).toBe(code)
  }
})

test('two workers may open the same cache at once', async () => {
  await using place = await makePlace()
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) await writeFiles(join(place.plugins, version), { 'package.json': tick({ version }), 'index.js': `${tickCode}exports.mark = "${version}"\n` })
  const shelves = await Promise.all([open(place), open(place), open(place)])
  for (const shelf of shelves) {
    expect(shelf.list()).toEqual(shelves[0]?.list())
    expect(shelf.list()).toHaveLength(3)
    await shelf.close()
  }
  expect((await readdir(place.cache)).filter((name) => name.startsWith('tmp-'))).toEqual([])
})

test('the cache is private, and a directory that is not ours alone is refused', async () => {
  await using place = await makePlace()
  await (await open(place)).close()
  expect((await stat(place.cache)).mode & 0o777).toBe(0o700)
  const shared = await writeFiles(join(place.dir, 'shared'), { 'somebody.txt': '' })
  await chmod(shared, 0o777)
  await mkdir(join(place.dir, 'elsewhere'))
  await symlink(join(place.dir, 'elsewhere'), join(place.dir, 'link'))
  await writeFile(join(place.dir, 'file'), '')
  for (const cacheDir of [shared, join(place.dir, 'link'), join(place.dir, 'file'), join(place.dir, 'file', 'below')]) {
    await expect(openShelf({ pluginPath: [], cacheDir, watch: false })).rejects.toMatchObject({ code: 'PLUGIN_CACHE' })
  }
  expect((await stat(shared)).mode & 0o777).toBe(0o777)
})

test('what a plugin said of itself is remembered by code, class and version', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), { 'package.json': tick(), 'index.js': tickCode })
  await writeFiles(join(place.plugins, 'b'), { 'package.json': tick({ version: '2.0.0' }), 'index.js': tickCode })
  await using shelf = await open(place)
  expect(await shelf.description(shelf.find('TickSource'))).toBeNull()
  await shelf.remember(shelf.find('TickSource', '1.0.0'), { version: '1.0.0', config: [] })
  await using again = await open(place)
  expect(await again.description(again.find('TickSource', '1.0.0'))).toEqual({ version: '1.0.0', config: [] })
  expect(await again.description(again.find('TickSource', '2.0.0'))).toBeNull()
})

test('a plugin is found by kind, name and version, and lent to a cell as a reference', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), { 'package.json': tick({ isoconnect: { plugins: [{ type: 'source', class: 'a.TickConnector', export: 'A' }, { type: 'transformation', class: 'b.Tick', export: 'B' }], limits: { 'memory.mb': 64 } } }), 'index.js': tickCode })
  await using shelf = await open(place)
  expect(shelf.list('connector').map(({ className }) => className)).toEqual(['a.TickConnector'])
  const found = shelf.find('Tick', '[1,2)', 'connector')
  expect(shelf.ref(found)).toEqual({ bundleFile: found.bundleFile, className: 'a.TickConnector', exportName: 'A', version: '1.0.0' })
  expect(found.limits).toEqual({ memoryMb: 64 })
  expect(shelf.versions('nobody')).toEqual([])
  expect(shelf.aliases('b.Tick')).toEqual([])
  expect(() => shelf.find('Tick', null, 'sink')).toThrow(expect.objectContaining({ code: 'PLUGIN_UNKNOWN' }))
  expect(() => shelf.find('b.Tick', '2.0.0')).toThrow('Plugin b.Tick not found that matches the version range [2.0.0,2.0.0], available versions: [1.0.0]')
})
