import { chmod, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Quarantined } from '../../src/plugins/types.ts'
import { makePlace, names, open, pack, rawTarball, refusals, tick, tickCode, writeFiles, type Files, type Place } from './bundles.ts'

/** A shelf with one good bundle and a bad one: the good one must be there whatever the bad one is. */
const quarantine = async (place: Place, location: string): Promise<Quarantined> => {
  await writeFiles(join(place.plugins, 'zz-good'), { 'package.json': tick({ version: '9.0.0' }), 'index.js': tickCode })
  await using shelf = await open(place)
  expect(names(shelf)).toEqual(['com.example.TickSource 9.0.0'])
  expect(shelf.quarantined()).toHaveLength(1)
  const [entry] = shelf.quarantined() as [Quarantined]
  expect(entry.location).toBe(location)
  expect(Date.parse(entry.since)).not.toBeNaN()
  return entry
}

const folders: readonly (readonly [string, Files, Partial<Omit<Quarantined, 'reason'>> & { readonly reason: RegExp }])[] = [
  ['package.json that is no JSON', { 'package.json': '{"name": "x", "isoc' }, { code: 'PLUGIN_MANIFEST', bundle: null, reason: /package\.json is not valid JSON/ }],
  ['a version that is none', { 'package.json': tick({ version: '1.0' }), 'index.js': tickCode }, { code: 'PLUGIN_MANIFEST', bundle: 'connect-tick', version: '1.0', reason: /version must be a semantic version/ }],
  ['a main that is not there', { 'package.json': tick({ main: 'dist/index.js' }) }, { code: 'PLUGIN_MANIFEST', reason: /main must be .*dist\/index\.js is none in the bundle\. Was it built/ }],
  ['a main that is a folder', { 'package.json': tick({ main: 'lib' }), 'lib/index.js': tickCode }, { code: 'PLUGIN_MANIFEST', reason: /main must be/ }],
  ['a syntax error', { 'package.json': tick(), 'index.js': '\nclass {' }, { code: 'PLUGIN_BUNDLING', reason: /cannot be bundled: index\.js:2:7: Expected identifier/ }],
  ['an import that is not installed', { 'package.json': tick(), 'index.js': "import 'absent-package'" }, { code: 'PLUGIN_BUNDLING', reason: /index\.js:1:8: Could not resolve "absent-package"/ }],
  ['top-level await', { 'package.json': tick({ main: 'index.mjs' }), 'index.mjs': 'await 1' }, { code: 'PLUGIN_BUNDLING', reason: /Top-level await/ }],
  ['a native addon', { 'package.json': tick(), 'index.js': "require('./build/fast.node')", 'build/fast.node': '\x7fELF' }, { code: 'PLUGIN_NATIVE', reason: /build\/fast\.node is a native addon, which no isolate can load/ }],
  ['code that reads a file of the host', { 'package.json': tick(), 'index.js': "import text from '/etc/passwd' with { type: 'text' }\nexport const TickSource = text" }, { code: 'PLUGIN_BUNDLING', reason: /\/etc\/passwd lies outside the bundle/ }],
  ['code that climbs out', { 'package.json': tick(), 'index.js': "require('../zz-good/index.js')" }, { code: 'PLUGIN_BUNDLING', reason: /zz-good\/index\.js lies outside the bundle/ }],
]

test.each(folders)('a folder with %s is quarantined with the reason', async (_what, files, expected) => {
  await using place = await makePlace()
  const location = await writeFiles(join(place.plugins, 'bad'), files)
  expect(await quarantine(place, location)).toMatchObject({ ...expected, reason: expect.stringMatching(expected.reason) as string })
})

test('a link in a folder does not lend the code a file of the host', async () => {
  await using place = await makePlace()
  const secret = join(place.dir, 'secret.json')
  await writeFile(secret, '{"password":"hunter2"}')
  const location = await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick(), 'index.js': "exports.TickSource = require('./inside.json')" })
  await symlink(secret, join(location, 'inside.json'))
  const { code, reason } = await quarantine(place, location)
  expect(code).toBe('PLUGIN_BUNDLING')
  expect(reason).toContain('secret.json lies outside the bundle')
  expect(reason).not.toContain('hunter2')
})

test('a package.json that links out of the folder is not read', async () => {
  await using place = await makePlace()
  const location = await writeFiles(join(place.plugins, 'bad'), { 'index.js': tickCode })
  await writeFile(join(place.dir, 'package.json'), tick())
  await symlink(join(place.dir, 'package.json'), join(location, 'package.json'))
  expect(await quarantine(place, location)).toMatchObject({ code: 'PLUGIN_MANIFEST', reason: expect.stringContaining('lies outside the bundle') as string })
})

test.runIf(process.getuid?.() !== 0)('a folder that cannot be read is quarantined', async () => {
  await using place = await makePlace()
  const location = await writeFiles(join(place.plugins, 'bad'), { 'package.json': tick(), 'index.js': tickCode })
  await chmod(join(location, 'package.json'), 0)
  expect(await quarantine(place, location)).toMatchObject({ code: 'PLUGIN_UNREADABLE' })
})

const good = [{ path: 'package/package.json', content: tick() }, { path: 'package/index.js', content: tickCode }]
test.each([
  ['climbs out of the folder', [...good, { path: 'package/../../evil.js', content: 'x' }], /the path package\/\.\.\/\.\.\/evil\.js leaves the bundle/],
  ['writes to an absolute path', [...good, { path: '/tmp/evil.js', content: 'x' }], /the path \/tmp\/evil\.js leaves the bundle/],
  ['links to a file of the host', [...good, { path: 'package/p', type: 'SymbolicLink', linkpath: '/etc/passwd' }], /the link package\/p to \/etc\/passwd leaves the bundle/],
  ['links above its folder', [...good, { path: 'package/a/p', type: 'SymbolicLink', linkpath: '../../x' }], /the link package\/a\/p to \.\.\/\.\.\/x leaves/],
  ['links hard above its folder', [...good, { path: 'package/p', type: 'Link', linkpath: 'other/x' }], /the link package\/p to other\/x leaves/],
  ['leaves its folder by a chain of links', [{ path: 'package/a/b', type: 'Directory' }, { path: 'package/l', type: 'SymbolicLink', linkpath: 'a/b' }, { path: 'package/a/m', type: 'SymbolicLink', linkpath: '../l/../../..' }, ...good], /leaves the bundle|SymbolicLink|symlink/i],
  ['holds a device', [...good, { path: 'package/zero', type: 'CharacterDevice' }], /zero is a CharacterDevice/],
  ['holds a giant', [{ path: 'package/big', size: 70_000_000 }, ...good], /the file package\/big has 70000000 bytes, at most 67108864/],
  ['has no package.json', [{ path: 'package/index.js', content: '' }], /holds no package\/package\.json/],
  ['has nothing in it', [], /it is broken or not copied completely/],
] as const)('a tarball that %s is quarantined, and nothing is left of it', async (_what, entries, reason) => {
  await using place = await makePlace()
  const location = join(place.plugins, 'bad.tgz')
  await writeFile(location, rawTarball(entries))
  expect(await quarantine(place, location)).toMatchObject({ code: 'PLUGIN_TARBALL', reason: expect.stringMatching(reason) as string })
  await expect(readFile('/tmp/evil.js')).rejects.toMatchObject({ code: 'ENOENT' })
})

test.each([
  ['without an isoconnect field', { 'package.json': '{"name":"x","version":"1.0.0"}', 'index.js': '' }, 'PLUGIN_MANIFEST', /has no isoconnect field/],
  ['with a syntax error', { 'package.json': tick(), 'index.js': 'class {' }, 'PLUGIN_BUNDLING', /index\.js:1:7/],
] as const)('a tarball %s is quarantined', async (_what, files, code, reason) => {
  await using place = await makePlace()
  expect(await quarantine(place, await pack(place, 'bad.tgz', files))).toMatchObject({ code, reason: expect.stringMatching(reason) as string })
})

test.each([['half of it', 0.5], ['its first bytes', 0.1], ['nothing', 0]])('a tarball of which only %s has arrived is quarantined, and taken when it is whole', async (_what, share) => {
  await using place = await makePlace()
  const location = await pack(place, 't.tgz', { 'package.json': tick(), 'index.js': tickCode })
  const whole = await readFile(location)
  await truncate(location, Math.floor(whole.length * share))
  expect((await quarantine(place, location)).code).toBe('PLUGIN_TARBALL')
  await writeFile(location, whole)
  await using shelf = await open(place)
  expect(refusals(shelf)).toEqual([])
  expect(shelf.versions('TickSource')).toEqual(['1.0.0', '9.0.0'])
})

test('of two bundles with one class in one version the first on plugin.path is used, and the other says so', async () => {
  await using place = await makePlace()
  const first = await writeFiles(join(place.dir, 'first', 'z'), { 'package.json': tick({ name: 'the-first' }), 'index.js': tickCode })
  const second = await writeFiles(join(place.plugins, 'a'), { 'package.json': tick({ name: 'the-second', isoconnect: { plugins: [{ type: 'sink', class: 'com.example.TickSource', export: 'X' }, { type: 'sink', class: 'com.example.Other', export: 'X' }] } }), 'index.js': tickCode })
  await using shelf = await open(place, { pluginPath: [join(place.dir, 'first'), place.plugins] })
  expect(shelf.list().map(({ className, bundle }) => `${className} ${bundle}`)).toEqual(['com.example.TickSource the-first'])
  expect(shelf.quarantined()).toMatchObject([{ location: second, bundle: 'the-second', version: '1.0.0', code: 'PLUGIN_DUPLICATE', reason: expect.stringContaining(`com.example.TickSource 1.0.0 is on the shelf already, from ${first}`) as string }])
})

test('no code of a bundle and no script of its package.json runs', async () => {
  await using place = await makePlace()
  const mark = join(place.dir, 'ran')
  const touch = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`
  await writeFiles(join(place.plugins, 'a'), { 'package.json': tick({ scripts: { preinstall: `touch ${mark}`, prepare: `touch ${mark}` } }), 'index.js': `${touch}\n${tickCode}`, 'esbuild.config.js': touch, 'tsconfig.json': '{"compilerOptions":{"plugins":[{"name":"./index.js"}]}}' })
  await using shelf = await open(place)
  expect(names(shelf)).toEqual(['com.example.TickSource 1.0.0'])
  await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' })
})
