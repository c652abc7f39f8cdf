import { cp, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scanPluginPath } from '../../src/plugins/scan.ts'
import { logLines, makePlace, names, open, pack, refusals, tick, tickCode, until, writeFiles } from './bundles.ts'

const bundle = (version: string) => ({ 'package.json': tick({ version }), 'index.js': `${tickCode}exports.mark = "${version}"\n` })

test('a folder and a tarball dropped in are picked up, and taken off the shelf when they go', async () => {
  await using place = await makePlace()
  await using shelf = await open(place, { watch: true })
  expect(names(shelf)).toEqual([])
  const folder = await writeFiles(join(place.plugins, 'a'), bundle('1.0.0'))
  await until(shelf, () => names(shelf).includes('com.example.TickSource 1.0.0'))
  const tarball = await pack(place, 't.tgz', bundle('2.0.0'))
  await until(shelf, () => shelf.versions('TickSource').length === 2)
  const lent = shelf.ref(shelf.find('TickSource', '1.0.0'))
  await rm(folder, { recursive: true })
  await until(shelf, () => shelf.versions('TickSource').join() === '2.0.0')
  await rm(tarball)
  await until(shelf, () => shelf.list().length === 0)
  // A connector that runs keeps its code whatever happens to the folder it came from.
  expect(await readFile(lent.bundleFile, 'utf8')).toContain('mark = "1.0.0"')
})

test('changed code gets another digest under the same version; the old code stays for those who run it', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), bundle('1.0.0'))
  await using shelf = await open(place, { watch: true })
  const before = shelf.find('TickSource')
  await writeFile(join(place.plugins, 'a', 'index.js'), `${tickCode}exports.mark = "changed"\n`)
  await until(shelf, () => shelf.find('TickSource').digest !== before.digest)
  expect(await readFile(shelf.find('TickSource').bundleFile, 'utf8')).toContain('mark = "changed"')
  expect(await readFile(before.bundleFile, 'utf8')).toContain('mark = "1.0.0"')
})

test('a change deep in the folder of a bundle is seen', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), { 'package.json': tick({ main: 'src/index.js' }), 'src/index.js': "exports.TickSource = require('./lib/deep.js')\n", 'src/lib/deep.js': 'module.exports = 1\n' })
  await using shelf = await open(place, { watch: true })
  const { digest } = shelf.find('TickSource')
  await writeFile(join(place.plugins, 'a', 'src/lib/deep.js'), 'module.exports = 2\n')
  await until(shelf, () => shelf.find('TickSource').digest !== digest)
})

test('what is broken is quarantined, keeps the time it was first seen, and comes back when it is mended', async () => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'a'), { ...bundle('1.0.0'), 'index.js': 'class {' })
  await using shelf = await open(place, { watch: true })
  expect(refusals(shelf)).toEqual(['PLUGIN_BUNDLING'])
  const { since } = shelf.quarantined()[0] ?? {}
  await writeFiles(join(place.plugins, 'b'), bundle('2.0.0'))
  await until(shelf, () => shelf.list().length === 1)
  expect(shelf.quarantined()[0]?.since).toBe(since)
  await writeFile(join(place.plugins, 'a', 'index.js'), tickCode)
  await until(shelf, () => shelf.quarantined().length === 0)
  expect(shelf.versions('TickSource')).toEqual(['1.0.0', '2.0.0'])
})

test('a tarball still being copied is quarantined at start and taken when the copy is complete', async () => {
  await using place = await makePlace()
  const location = await pack(place, 't.tgz', bundle('1.0.0'))
  const whole = await readFile(location)
  await writeFile(location, whole.subarray(0, whole.length / 2))
  await using shelf = await open(place, { watch: true })
  expect(refusals(shelf)).toEqual(['PLUGIN_TARBALL'])
  await writeFile(location, whole)
  await until(shelf, () => names(shelf).length === 1 && refusals(shelf).length === 0)
})

test('a folder that is no bundle is watched too: its package.json may come long after its node_modules', async () => {
  await using place = await makePlace()
  const folder = await writeFiles(join(place.plugins, 'a'), { 'node_modules/large/index.js': '1\n' })
  await writeFile(join(place.plugins, 'readme.txt'), '')
  const { candidates, dirs } = await scanPluginPath([place.plugins])
  expect([candidates, dirs.map(({ path }) => path)]).toEqual([[], [place.plugins, folder]])
})

test('a folder copied in file by file is read once it has settled', async () => {
  await using place = await makePlace()
  await using shelf = await open(place, { watch: true })
  const staging = await writeFiles(join(place.dir, 'staging'), { ...bundle('1.0.0'), 'node_modules/d/index.js': 'module.exports = 1' })
  await cp(staging, join(place.plugins, 'a'), { recursive: true })
  await until(shelf, () => names(shelf).length === 1)
  expect(logLines.filter((line) => line.includes(place.plugins) && line.includes('Quarantined'))).toEqual([])
})

test('a plugin.path entry that appears later, and a link switched to another release, are followed', async () => {
  await using place = await makePlace()
  const releases = join(place.dir, 'releases')
  await writeFiles(releases, { 'one/a/package.json': tick({ version: '1.0.0' }), 'one/a/index.js': tickCode, 'two/a/package.json': tick({ version: '2.0.0' }), 'two/a/index.js': tickCode })
  const current = join(place.dir, 'current')
  await using shelf = await open(place, { watch: true, pluginPath: [current] })
  expect(names(shelf)).toEqual([])
  await symlink(join(releases, 'one'), current)
  await until(shelf, () => shelf.versions('TickSource').join() === '1.0.0')
  await symlink(join(releases, 'two'), `${current}.new`)
  await rename(`${current}.new`, current)
  await until(shelf, () => shelf.versions('TickSource').join() === '2.0.0')
})

test('a directory replaced by another of the same name is watched on', async () => {
  await using place = await makePlace()
  await using shelf = await open(place, { watch: true })
  await rename(place.plugins, join(place.dir, 'old'))
  await mkdir(place.plugins)
  await writeFiles(join(place.plugins, 'a'), bundle('1.0.0'))
  await until(shelf, () => shelf.versions('TickSource').join() === '1.0.0')
  await writeFiles(join(place.plugins, 'b'), bundle('2.0.0'))
  await until(shelf, () => shelf.versions('TickSource').join() === '1.0.0,2.0.0')
})

test('when the first of two that claim one class goes, the other takes its place', async () => {
  await using place = await makePlace()
  const first = await writeFiles(join(place.plugins, 'a'), bundle('1.0.0'))
  const second = await writeFiles(join(place.plugins, 'b'), bundle('1.0.0'))
  await using shelf = await open(place, { watch: true })
  expect(shelf.find('TickSource').location).toBe(first)
  expect(refusals(shelf)).toEqual(['PLUGIN_DUPLICATE'])
  await rm(first, { recursive: true })
  await until(shelf, () => refusals(shelf).length === 0)
  expect(shelf.find('TickSource').location).toBe(second)
})

test('after close nothing is watched, told or left running; a listener that throws harms no other', async () => {
  await using place = await makePlace()
  await using shelf = await open(place, { watch: true })
  shelf.onChange(() => {
    throw new Error('listener trouble')
  })
  await writeFiles(join(place.plugins, 'a'), bundle('1.0.0'))
  await until(shelf, () => shelf.list().length === 1)
  const watchers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length
  await shelf.close()
  await shelf.close()
  expect(watchers()).toBe(0)
  expect(await childrenNamed('esbuild')).toEqual([])
})

const childrenNamed = async (word: string): Promise<readonly string[]> => {
  const commands = await Promise.all((await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    return status.includes(`PPid:\t${process.pid}\n`) ? readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') : ''
  }))
  return commands.filter((command) => command.includes(word))
}
