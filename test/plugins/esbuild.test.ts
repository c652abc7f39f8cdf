import { realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { build } from '../../src/plugins/esbuild.ts'
import { makePlace, writeFiles } from './bundles.ts'

test('a build that does not end in time is ended, may be tried again, and takes no other with it', async () => {
  await using place = await makePlace()
  const root = await realpath(await writeFiles(join(place.dir, 'a'), { 'index.js': `module.exports = [${'{ a: 1 },'.repeat(200_000)}]` }))
  const [late, innocent] = await Promise.all([build(root, 'index.js', 1), build(root, 'index.js')])
  expect(late).toMatchObject({ kind: 'failed', code: 'PLUGIN_BUNDLING', isLasting: false, reason: expect.stringMatching(/did not end in time/) as string })
  expect(innocent.kind).toBe('built')
  expect((await build(root, 'index.js')).kind).toBe('built')
})

test('the same files in another place give the same bytes', async () => {
  await using place = await makePlace()
  const files = { 'index.ts': "import { a } from './lib/a.ts'\nexport const b: number = a\n", 'lib/a.ts': 'export const a: number = 1\n', 'tsconfig.json': '{}' }
  const [one, two] = await Promise.all(['one', 'two/deeper'].map(async (name) => build(await realpath(await writeFiles(join(place.dir, name), files)), 'index.ts')))
  expect(one?.kind).toBe('built')
  expect(one).toEqual(two)
})

test('a tsconfig.json further up has no say', async () => {
  await using place = await makePlace()
  await writeFiles(place.dir, { 'tsconfig.json': '{ broken' })
  const root = await realpath(await writeFiles(join(place.dir, 'a'), { 'index.ts': 'export const a: number = 1\n' }))
  expect(await build(root, 'index.ts')).toMatchObject({ kind: 'built', warnings: [] })
})

test('decorators, which no V8 has yet, are translated', async () => {
  await using place = await makePlace()
  const root = await realpath(await writeFiles(join(place.dir, 'a'), { 'index.js': 'const d = (value) => value\nexport class A { @d method() {} }\n' }))
  const result = await build(root, 'index.js')
  expect(result.kind === 'built' && new TextDecoder().decode(result.code)).not.toContain('@d')
})

test('a source map that a file names is read if it is in the bundle', async () => {
  await using place = await makePlace()
  const map = JSON.stringify({ version: 3, sources: ['../src/a.ts'], names: [], mappings: 'AAQA' })
  const root = await realpath(await writeFiles(join(place.dir, 'a'), { 'dist/a.js': 'console.log(1)\n//# sourceMappingURL=a.js.map\n', 'dist/a.js.map': map }))
  expect(sourcesOf(await build(root, 'dist/a.js'))).toEqual(['src/a.ts'])
})

test.each([
  '//# sourceMappingURL=../../outside.map', '//@ sourceMappingURL=../../outside.map more', '/*# sourceMappingURL=../../outside.map*/', '//# sourceMappingURL=*/../../../outside.map',
  '//# sourceMappingURL=%2e%2e/%2e%2e/outside.map', '//# sourceMappingURL=PLACE/outside.map', '//# sourceMappingURL=file://PLACE/outside.map', '//# sourceMappingURL=link.map', '//# sourceMappingURL=/dev/zero',
])('a source map elsewhere is not read: %s', async (comment) => {
  await using place = await makePlace()
  await writeFiles(place.dir, { 'outside.map': JSON.stringify({ version: 3, sources: ['secret.ts'], names: [], mappings: 'AAAA' }) })
  const root = await realpath(await writeFiles(join(place.dir, 'a'), { 'dist/a.js': `console.log(1);${comment.replace('PLACE', place.dir)}\n` }))
  await symlink(join(place.dir, 'outside.map'), join(root, 'dist/link.map'))
  expect(sourcesOf(await build(root, 'dist/a.js'))).toEqual([])
})

const sourcesOf = (result: Awaited<ReturnType<typeof build>>): unknown => {
  if (result.kind !== 'built') return result
  return result.map === null ? [] : (JSON.parse(new TextDecoder().decode(result.map)) as { readonly sources: unknown }).sources
}
