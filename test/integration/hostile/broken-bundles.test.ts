/**
 * Every broken bundle at once on the plugin.path of a real worker process, beside a healthy one: the worker starts, the healthy connector runs, and
 * REST and the command line list each broken one with a reason; the same when they are dropped in while the worker runs. Under root the worker
 * runs as another user, since for root no folder is unreadable.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runtimeFiles } from '../../../src/cell/platform.ts'
import type { Quarantined } from '../../../src/plugins/types.ts'
import { freePorts } from '../../kafka/java.ts'
import { rawTarball, tick, writeFiles, type Files } from '../../plugins/bundles.ts'
import { firstLine, securityTable } from '../../security-table.ts'
import { testKafka, until } from '../helpers/standalone.ts'

const cli = resolve(import.meta.dirname, '../../../src/cli')
const nobody = { uid: 65_534, gid: 65_534 }
/** Another user than root that may read this checkout; as root without one, the unreadable folder cannot be had. */
const user = process.getuid?.() !== 0 ? {} : spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(join(cli, 'isoconnect.ts'))})`], nobody).status === 0 ? nobody : null
const canBeUnreadable = user !== null
const runAs = user ?? {}

const healthyCode = `
import { ConfigDef, SourceConnector, SourceTask, sleep } from 'isoconnect'
export class Steady extends SourceConnector {
  static config = new ConfigDef()
  start() {} stop() {} taskClass() { return SteadyTask } taskConfigs() { return [{}] }
}
export class SteadyTask extends SourceTask {
  start() { this.n = 0 }
  async poll() { await sleep(20); return [{ topic: 'steady', value: 'v' + ++this.n, sourcePartition: {}, sourceOffset: { n: this.n } }] }
}`
const classed = (name: string, more: Readonly<Record<string, unknown>> = {}): string =>
  tick({ name, isoconnect: { plugins: [{ type: 'source', class: `com.example.${name.replaceAll('-', '_')}`, export: 'Plugin' }] }, ...more })
const plain = "const { SourceConnector } = require('isoconnect')\nexports.Plugin = class extends SourceConnector { start() {} taskClass() {} taskConfigs() { return [] } }\n"
const folder = (files: Files) => (at: string) => writeFiles(at, files)
const coded = (name: string, code: string, more: Files = {}) => folder({ 'package.json': classed(name), 'index.js': code, ...more })
const halfGigabyte = 500_000_000

type Broken = { readonly what: string; readonly file: string; readonly code: string; readonly reason: RegExp; readonly make: (at: string) => Promise<unknown> }
const broken: readonly Broken[] = [
  { what: 'no manifest', file: 'no-manifest', code: 'PLUGIN_MANIFEST', reason: /package\.json of .* is missing/, make: folder({ 'index.js': plain }) },
  { what: 'a package.json that is no JSON', file: 'bad-json', code: 'PLUGIN_MANIFEST', reason: /is not valid JSON/, make: folder({ 'package.json': '{"name": "x",', 'index.js': plain }) },
  { what: 'a version that is none', file: 'bad-version', code: 'PLUGIN_MANIFEST', reason: /version must be a semantic version/, make: folder({ 'package.json': classed('bad-version', { version: '1.0' }), 'index.js': plain }) },
  { what: 'the class and version of another bundle', file: 'zz-twin', code: 'PLUGIN_DUPLICATE', reason: /com\.example\.Steady 1\.0\.0 is on the shelf already, from .*a-healthy/, make: folder({ 'package.json': tick({ name: 'twin', isoconnect: { plugins: [{ type: 'source', class: 'com.example.Steady', export: 'Plugin' }] } }), 'index.js': plain }) },
  { what: 'an export that is missing', file: 'missing-export', code: 'PLUGIN_FAILED', reason: /export Plugin\) cannot be loaded/, make: coded('missing-export', 'exports.Other = 1') },
  { what: 'a syntax error', file: 'syntax-error', code: 'PLUGIN_BUNDLING', reason: /index\.js:1:7/, make: coded('syntax-error', 'class {') },
  { what: 'an error at the top level', file: 'top-level-throw', code: 'PLUGIN_FAILED', reason: /no licence/, make: coded('top-level-throw', "throw new Error('no licence')") },
  { what: 'a loop at the top level', file: 'top-level-hang', code: 'PLUGIN_FAILED', reason: /\(timeout\)/, make: coded('top-level-hang', 'for (;;);') },
  { what: 'a dependency that is not installed', file: 'missing-dependency', code: 'PLUGIN_BUNDLING', reason: /Could not resolve "absent-package"/, make: coded('missing-dependency', "import 'absent-package'") },
  { what: 'a dependency that is not installed, by require', file: 'missing-require', code: 'PLUGIN_FAILED', reason: /Cannot find module 'absent-package'/, make: coded('missing-require', "require('absent-package')") },
  { what: 'a native addon', file: 'native-addon', code: 'PLUGIN_NATIVE', reason: /fast\.node is a native addon/, make: coded('native-addon', "require('./fast.node')", { 'fast.node': '\u007fELF' }) },
  { what: 'a link to a file of the machine', file: 'link-out', code: 'PLUGIN_BUNDLING', reason: /lies outside the bundle/, make: async (at) => {
    await coded('link-out', "exports.Plugin = require('./inside.json')")(at)
    await symlink('/etc/hostname', join(at, 'inside.json'))
  } },
  { what: 'half a tarball', file: 'half.tgz', code: 'PLUGIN_TARBALL', reason: /not copied completely yet/, make: async (at) => {
    const whole = rawTarball([{ path: 'package/package.json', content: classed('half') }, { path: 'package/index.js', content: plain }])
    await writeFile(at, whole.subarray(0, whole.length / 2))
  } },
  { what: 'a path that climbs out of a tarball', file: 'zip-slip.tgz', code: 'PLUGIN_TARBALL', reason: /the path package\/\.\.\/\.\.\/evil\.js leaves the bundle/, make: (at) => writeFile(at, rawTarball([{ path: 'package/package.json', content: classed('slip') }, { path: 'package/../../evil.js', content: 'x' }])) },
  { what: 'code of 500 MB', file: 'giant', code: 'PLUGIN_BUNDLING', reason: /index\.js has 500000000 bytes/, make: async (at) => {
    await coded('giant', plain)(at)
    await truncate(join(at, 'index.js'), halfGigabyte)
  } },
  { what: 'a tarball of 500 MB', file: 'giant.tgz', code: 'PLUGIN_TARBALL', reason: /it has 500000000 bytes/, make: async (at) => {
    await writeFile(at, '')
    await truncate(at, halfGigabyte)
  } },
  ...(canBeUnreadable ? [{ what: 'a folder that cannot be read', file: 'unreadable', code: 'PLUGIN_UNREADABLE', reason: /EACCES/, make: async (at: string) => {
    await coded('unreadable', plain)(at)
    await chmod(at, 0)
  } }] : []),
]

type Place = AsyncDisposable & { readonly path: string; readonly plugins: string; readonly workerFile: string; readonly url: string }
const makePlace = async (bootstrap: string): Promise<Place> => {
  const path = await mkdtemp(join(tmpdir(), 'broken-'))
  const plugins = join(path, 'plugins')
  await mkdir(plugins)
  await writeFiles(join(plugins, 'a-healthy'), { 'package.json': tick({ name: 'a-healthy', type: 'module', isoconnect: { plugins: [{ type: 'source', class: 'com.example.Steady', export: 'Steady' }] } }), 'index.js': healthyCode })
  const [port] = (await freePorts(1)) as [number]
  const workerFile = join(path, 'worker.properties')
  const string = 'org.apache.kafka.connect.storage.StringConverter'
  await writeFile(workerFile, `bootstrap.servers=${bootstrap}\nlisteners=http://127.0.0.1:${port}\nplugin.path=${plugins}\nplugin.cache.dir=${path}/cache\noffset.storage.file.filename=${path}/offsets\nkey.converter=${string}\nvalue.converter=${string}\nisolate.call.timeout.ms=2000\noffset.flush.interval.ms=200\n`)
  if ('uid' in runAs) await chown(path, nobody.uid, nobody.gid)
  return { path, plugins, workerFile, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => {
    await chmod(join(plugins, 'unreadable'), 0o700).catch(() => {})
    await rm(path, { recursive: true, force: true })
  } }
}
type Started = AsyncDisposable & { readonly child: ChildProcess; readonly tookMs: number }
const startWorker = async ({ path, workerFile, url }: Place): Promise<Started> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [join(cli, 'connect-standalone.ts'), workerFile], { ...runAs, cwd: path, env: { HOME: path }, stdio: ['ignore', 'ignore', 'inherit'] })
  await until('the worker answers', () => fetch(`${url}/connectors`).then(({ status }) => status, () => 0), (status) => status === 200)
  return { child, tookMs: performance.now() - begun, [Symbol.asyncDispose]: async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit')
  } }
}
const json = async <T>(url: string, init?: RequestInit): Promise<T> => (await (await fetch(url, init)).json()) as T
const startHealthy = async (place: Place): Promise<void> => {
  await json(`${place.url}/connectors`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'steady', config: { 'connector.class': 'Steady' } }) })
}
type Status = { readonly tasks?: readonly { readonly state: string }[] }
/** RUNNING, and what it has written grows. */
const isWorking = async (place: Place): Promise<void> => {
  await until('the healthy connector runs', () => json<Status>(`${place.url}/connectors/steady/status`), ({ tasks }) => tasks?.[0]?.state === 'RUNNING')
  const written = async (): Promise<number> => Number(/"n":(\d+)/.exec(JSON.stringify(await json(`${place.url}/connectors/steady/offsets`)))?.[1] ?? 0)
  const before = await written()
  await until('it goes on', written, (now) => now > before)
}
const quarantine = (place: Place): Promise<readonly Quarantined[]> => until('all are listed', () => json<readonly Quarantined[]>(`${place.url}/connector-plugins/quarantine`), (listed) => listed.length >= broken.length, 45_000)
const classes = async (place: Place): Promise<readonly string[]> => (await json<readonly { readonly class: string }[]>(`${place.url}/connector-plugins`)).map((plugin) => plugin.class)
const expectAll = (place: Place, listed: readonly Quarantined[]): void => {
  expect(listed.map(({ location }) => location).toSorted()).toEqual(broken.map(({ file }) => join(place.plugins, file)).toSorted())
  for (const { what, file, code, reason } of broken) expect(listed.find(({ location }) => location === join(place.plugins, file)), what).toMatchObject({ code, reason: expect.stringMatching(reason) as string })
}
const runCli = async (place: Place, args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = spawn(process.execPath, [join(cli, 'isoconnect.ts'), ...args], { ...runAs, cwd: place.path, env: { HOME: place.path }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, output }
}

const table = securityTable('broken-bundles')
let kafka: Awaited<ReturnType<typeof testKafka>>
beforeAll(async () => {
  kafka = await testKafka()
  await runtimeFiles() // built by whoever may write here
})
afterAll(() => kafka.close())

describe('with every broken bundle on its plugin path', () => {
  let place: Place
  beforeAll(async () => {
    place = await makePlace(kafka.bootstrap)
    for (const { file, make } of broken) await make(join(place.plugins, file))
  })
  afterAll(() => place[Symbol.asyncDispose]())

  test('a worker starts, the healthy connector runs, and REST lists each with its reason', async () => {
    await using worker = await startWorker(place)
    // half a gigabyte is not read, and nothing that hangs is waited for
    expect(worker.tookMs).toBeLessThan(20_000)
    await startHealthy(place)
    const listed = await quarantine(place)
    expectAll(place, listed)
    expect(await classes(place)).toEqual(['com.example.Steady'])
    await isWorking(place)
    for (const { what, file } of broken) {
      const { code, reason } = listed.find(({ location }) => location === join(place.plugins, file)) as Quarantined
      table.row({ name: what, ends: `quarantined (${code})`, cause: firstLine(reason.replaceAll(place.plugins, '…')) })
    }
    expect((await readdir(place.path)).filter((name) => name.startsWith('evil'))).toEqual([])
  })

  test('the command line lists each with its reason, and says the same of one that is checked', async () => {
    const { output } = await runCli(place, ['plugins', 'list', place.workerFile])
    expect(output).toContain(`Quarantined (${broken.length}):`)
    for (const { what, file, code, reason } of broken) {
      const at = output.indexOf(`${join(place.plugins, file)}`, output.indexOf('Quarantined ('))
      expect(at, what).toBeGreaterThan(0)
      const entry = output.slice(at, at + 600).split('\n').slice(0, 2).join('\n')
      expect(entry).toContain(code)
      expect(entry).toMatch(reason)
    }
    for (const file of ['missing-export', 'half.tgz', 'bad-json']) {
      const { code, reason } = broken.find((each) => each.file === file) as Broken
      const checked = await runCli(place, ['plugins', 'check', join(place.plugins, file)])
      expect(checked.code).toBe(1)
      expect(checked.output).toMatch(/^REFUSED: /)
      expect(checked.output).toContain(code)
      expect(checked.output).toMatch(reason)
    }
  }, 120_000)

  test.runIf(canBeUnreadable)('docs/security.md says so', () => table.check())
})

test('broken bundles that are dropped in while a worker runs are listed, and the healthy connector goes on', async () => {
  await using place = await makePlace(kafka.bootstrap)
  await using worker = await startWorker(place)
  await startHealthy(place)
  await isWorking(place)
  for (const { file, make } of broken) {
    await make(join(place.path, file))
    await rename(join(place.path, file), join(place.plugins, file))
  }
  expectAll(place, await quarantine(place))
  expect(await classes(place)).toEqual(['com.example.Steady'])
  await isWorking(place)
  expect(worker.child.exitCode).toBeNull()
  // mended, it is taken
  await writeFiles(join(place.plugins, 'top-level-throw'), { 'index.js': plain })
  await until('the mended one is there', () => classes(place), (found) => found.includes('com.example.top_level_throw'))
})
