import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkBundle, listPluginPath, listPlugins } from '../../src/plugins/check.ts'
import { makePlace, pack, tick, tickCode, writeFiles } from './bundles.ts'

/** Loading is the cells' matter (test/herder/inspect-plugins.test.ts). */
const sound = (): Promise<null> => Promise.resolve(null)

const asking = tick({
  isoconnect: {
    plugins: [{ type: 'source', class: 'com.example.TickSourceConnector', export: 'TickSource' }],
    permissions: { fs: [{ path: '${config:file}', access: 'read', reason: 'the file it follows' }], net: [{ host: 'db', port: 5432, reason: 'its database' }], stdio: true },
    limits: { 'memory.mb': 64 },
  },
})

test('check says of a good bundle what it holds, what it asks for and what to look out for', async () => {
  await using place = await makePlace()
  const folder = await writeFiles(join(place.plugins, 'a'), { 'package.json': asking, 'index.js': `${tickCode}exports.load = (name) => require(name)\nexports.pg = () => require('pg-native')\n` })
  const { ok, lines } = await checkBundle(folder, place.cache, sound)
  expect(ok).toBe(true)
  expect(lines).toEqual([
    `connect-tick 1.0.0 at ${folder}`,
    '  source com.example.TickSourceConnector, exported as TickSource',
    '  read       ${config:file}  (the file it follows)',
    '  connect to db:5432  (its database)',
    '  the standard input and output of a standalone worker',
    '  limit      memory.mb = 64',
    expect.stringMatching(/^warning: index\.js:3:\d+: This call to "require" will not be bundled/),
    expect.stringMatching(/^warning: index\.js:4:\d+: pg-native is not installed: requiring it fails with MODULE_NOT_FOUND/),
    expect.stringMatching(/^OK: the manifest is right and the code bundles \(sha-256 [0-9a-f]{64}\)/),
  ])
  expect(await checkBundle(folder, place.cache, sound)).toEqual({ ok, lines })
})

test('check says of a bad one what is wrong, and never throws', async () => {
  await using place = await makePlace()
  const check = async (path: string): Promise<string> => {
    const { ok, lines } = await checkBundle(path, place.cache, sound)
    expect(ok).toBe(false)
    return lines.join('\n')
  }
  expect(await check(await writeFiles(join(place.plugins, 'a'), { 'package.json': tick({ version: 'x' }), 'index.js': '' }))).toMatch(/^REFUSED: .*PLUGIN_MANIFEST: .*version must be/)
  expect(await check(await writeFiles(join(place.plugins, 'b'), { 'loose.js': '' }))).toMatch(/PLUGIN_MANIFEST: package\.json of .* is missing/)
  expect(await check(await writeFiles(join(place.plugins, 'd'), { 'loose.jar': '' }))).toMatch(/neither a folder with a package\.json .*\nAdd "isoconnect"/)
  expect(await check(await pack(place, 'c.tgz', { 'index.js': '' }))).toMatch(/PLUGIN_TARBALL/)
  expect(await check(join(place.dir, 'absent'))).toMatch(/it does not exist/)
})

test('a class whose code cannot be loaded is refused by check, and quarantined in the list', async () => {
  await using place = await makePlace()
  const folder = await writeFiles(join(place.plugins, 'a'), { 'package.json': tick(), 'index.js': tickCode })
  const broken = (): Promise<string> => Promise.resolve('com.example.TickSource (export TickSource) cannot be loaded: no')
  expect(await checkBundle(folder, place.cache, broken)).toMatchObject({ ok: false, lines: [expect.stringContaining('PLUGIN_FAILED: com.example.TickSource (export TickSource) cannot be loaded: no'), expect.any(String)] })
  const { text } = await listPlugins([place.plugins], place.cache, broken)
  expect(text).toContain('No plugins found.')
  expect(text).toMatch(/Quarantined \(1\):\n.*PLUGIN_FAILED.*\n.*cannot be loaded: no/)
})

test('plugins list shows what can be used, what it asks for and what was refused', async () => {
  await using place = await makePlace()
  const good = await writeFiles(join(place.plugins, 'a'), { 'package.json': asking, 'index.js': tickCode })
  const bad = await writeFiles(join(place.plugins, 'b'), { 'package.json': tick({ name: 'bad\u001b[2J' }), 'index.js': '' })
  const { text, problems } = await listPlugins([place.plugins, join(place.dir, 'absent')], place.cache, sound)
  expect(problems).toEqual([`Could not get listing for plugin path: ${join(place.dir, 'absent')}. Ignoring. It does not exist.`])
  expect(text).toContain(`com.example.TickSourceConnector  source  1.0.0    TickSourceConnector, TickSource  ${good}\n`)
  expect(text).toContain('\nconnect-tick 1.0.0 asks for:\n  read       ${config:file}  (the file it follows)\n')
  expect(text).toMatch(new RegExp(`Quarantined \\(1\\):\\n {2}${bad} \\(bad \\[2J 1\\.0\\.0\\), PLUGIN_MANIFEST since .*\\n {4}package\\.json of`))
  expect(text).not.toContain('\u001b')
  expect((await listPlugins([], place.cache, sound)).text).toBe('No plugins found.\n')
})

test('connect-plugin-path list prints the table of Kafka', async () => {
  await using place = await makePlace()
  const good = await writeFiles(join(place.plugins, 'a'), { 'package.json': asking, 'index.js': tickCode })
  const bad = await writeFiles(join(place.plugins, 'b'), { 'package.json': '{' })
  expect(await listPluginPath({ pluginPaths: [` ${place.plugins} , ${place.dir}/plugins`], pluginLocations: [], cacheDir: place.cache, inspect: sound })).toBe(
    [
      'pluginName\tfirstAlias\tsecondAlias\tpluginVersion\tpluginType\tisLoadable\thasManifest\tpluginLocation',
      `com.example.TickSourceConnector\tTickSourceConnector\tTickSource\t1.0.0\tsource\ttrue\ttrue\t${good}`,
      `N/A\tN/A\tN/A\tundefined\tN/A\tfalse\tfalse\t${bad}`,
      '',
      'Total plugins:      \t2',
      'Loadable plugins:   \t1',
      'Compatible plugins: \t1',
      '',
    ].join('\n'),
  )
  expect(await listPluginPath({ pluginPaths: [], pluginLocations: [good], cacheDir: place.cache, inspect: sound })).toContain('Total plugins:      \t1')
})

test.each([
  [[], [], 'Must specify at least one --plugin-location, --plugin-path, or --worker-config'],
  [[' '], [], "'--plugin-path' must not be empty."],
  [['/a,'], [], "'--plugin-path' values must not be empty."],
  [[], ['/absent/location'], 'Specified location /absent/location does not exist'],
])('connect-plugin-path with %j and %j is refused in the words of Kafka', async (pluginPaths, pluginLocations, message) => {
  await using place = await makePlace()
  await expect(listPluginPath({ pluginPaths, pluginLocations, cacheDir: place.cache, inspect: sound })).rejects.toMatchObject({ code: 'CONFIG_INVALID', message })
})
