/**
 * Nothing of the host comes out of any shim or capability: every module a plugin can require is walked, every function of it is called in many ways
 * and what it returns, throws or settles with is walked too. The modules are read from the platform's own tables, the capabilities from the
 * cell's, so that a new one is covered or fails here.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openFiles } from '../../src/cell/process/capabilities/fs.ts'
import { randomAsks } from '../../src/cell/process/capabilities/random.ts'
import { textAsks } from '../../src/cell/process/capabilities/text.ts'
import { urlAsks } from '../../src/cell/process/capabilities/url.ts'
import { cellOf, noGrants, ok } from '../cell/cells.ts'
import { walkerSource } from './walk.ts'

const root = resolve(import.meta.dirname, '../..')
/** Each capability by a call of the guest that reaches it; `dir` is a folder to read and write, `file` a file in it, `handle` a FileHandle, `fd` a descriptor. */
const uses: Readonly<Record<string, string>> = {
  host: 'context.offsetStorageReader.offset({ a: 1 })',
  cwd: 'process.cwd()',
  random: "require('crypto').randomBytes(50_000)",
  url: "new URL('http://a/b?c=d')",
  'url.decode': "new URLSearchParams('a=%E4%F6').get('a')",
  'text.encode': "Buffer.from('ä'.repeat(50_000))",
  'text.decode': "Buffer.from('ä'.repeat(50_000)).toString()",
  'text.check': "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(50_000))",
  ...Object.fromEntries([
    ['open', "promises.open(file, 'r+')"], ['close', "promises.open(file).then((opened) => opened.close())"], ['read', 'handle.read(Buffer.alloc(10), 0, 10, 0)'], ['write', "handle.write('x')"], ['fstat', 'handle.stat()'],
    ['ftruncate', 'handle.truncate(3)'], ['fsync', 'handle.sync()'], ['fdatasync', 'handle.datasync()'], ['stat', 'promises.stat(file)'], ['lstat', 'promises.lstat(file)'], ['readFile', 'promises.readFile(file)'], ['writeFile', "promises.writeFile(dir + '/w', 'x')"],
    ['readdir', 'promises.readdir(dir, { withFileTypes: true })'], ['mkdir', "promises.mkdir(dir + '/m')"], ['rm', "promises.rm(dir + '/none', { force: true })"], ['rmdir', "promises.mkdir(dir + '/r').then(() => promises.rmdir(dir + '/r'))"],
    ['unlink', "promises.writeFile(dir + '/u', '').then(() => promises.unlink(dir + '/u'))"], ['rename', "promises.writeFile(dir + '/a', '').then(() => promises.rename(dir + '/a', dir + '/b'))"], ['copyFile', "promises.copyFile(file, dir + '/c')"], ['truncate', "promises.truncate(file, 3)"], ['access', 'promises.access(file)'], ['realpath', 'promises.realpath(file)'],
  ].map(([name, code]) => [`fs.${name}`, code])),
  ...Object.fromEntries([
    ['open', "fs.openSync(file, 'r+')"], ['close', 'fs.closeSync(fs.openSync(file))'], ['read', 'fs.readSync(fd, Buffer.alloc(10), 0, 10, 0)'], ['write', "fs.writeSync(fd, 'x')"], ['fstat', 'fs.fstatSync(fd)'], ['ftruncate', 'fs.ftruncateSync(fd, 3)'], ['fsync', 'fs.fsyncSync(fd)'],
    ['stat', 'fs.statSync(file)'], ['lstat', 'fs.lstatSync(file)'], ['exists', 'fs.existsSync(file)'], ['readFile', 'fs.readFileSync(file)'], ['writeFile', "fs.writeFileSync(dir + '/ws', 'x')"], ['readdir', 'fs.readdirSync(dir, { withFileTypes: true })'], ['mkdir', "fs.mkdirSync(dir + '/ms')"],
    ['rm', "fs.rmSync(dir + '/none', { force: true })"], ['unlink', "{ fs.writeFileSync(dir + '/us', ''); return fs.unlinkSync(dir + '/us') }"], ['rename', "{ fs.writeFileSync(dir + '/as', ''); return fs.renameSync(dir + '/as', dir + '/bs') }"], ['access', 'fs.accessSync(file)'], ['realpath', 'fs.realpathSync(file)'],
  ].map(([name, code]) => [`fs.${name}Sync`, code])),
}

const plugin = (modules: readonly string[]): string => `
${walkerSource}
const walker = make()
walker.begin()
const { visit, findings } = walker
/** A bound function looks like one of the host's; so binding is done by hand, and what is bound is walked. */
Function.prototype.bind = function (self, ...given) {
  const target = this
  visit(target, 'bound'); visit(self, 'bound this')
  return function (...more) { return new.target ? Reflect.construct(target, [...given, ...more]) : apply(target, self, [...given, ...more]) }
}
const { SourceConnector, SourceTask, ConfigDef, sleep } = require('isoconnect')
const failed = []
let calls = 0
/** Whatever comes of it: the value, the error, what the promise settles with; one that does not settle is not waited for. */
const attempt = async (name, action) => {
  calls++
  try {
    const value = action()
    visit(value, name)
    if (typeof value?.then !== 'function') return true
    visit(await Promise.race([value, sleep(20)]), name + ' later')
    return true
  } catch (error) { visit(error, name + ' error'); return error }
}
const sweep = async (name, owner, argumentLists) => {
  for (const key of Reflect.ownKeys(owner)) {
    if (key === 'nextTick' || key === 'default') continue
    let value
    try { value = owner[key] } catch (error) { visit(error, name + '.' + String(key)); continue }
    if (typeof value !== 'function') continue
    for (const given of argumentLists) {
      await attempt(name + '.' + String(key), () => value.apply(owner, given))
      if (value.prototype !== undefined) await attempt('new ' + name + '.' + String(key), () => Reflect.construct(value, given))
    }
  }
}
class Plugin extends SourceConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [] } }
class Task extends SourceTask {
  start(props) { this.dir = props.dir }
  async poll() {
    const { dir, context } = this
    const fs = require('fs')
    const { promises } = fs
    const file = dir + '/file'
    fs.writeFileSync(file, 'some text')
    const handle = await promises.open(file, 'r+')
    const fd = fs.openSync(file, 'r+')
    visit(handle, 'handle')
    const uses = {${Object.entries(uses).map(([name, code]) => `${JSON.stringify(name)}: () => ${code}`).join(',\n')}}
    for (const [name, use] of Object.entries(uses)) {
      const outcome = await attempt(name, use)
      if (outcome !== true) failed.push(name + ': ' + outcome)
    }
    for (const stream of [fs.createReadStream(file), fs.createReadStream('/etc/passwd'), fs.createWriteStream(dir + '/stream'), fs.createWriteStream('/etc/none')]) {
      visit(stream, 'stream')
      for (const event of ['open', 'data', 'error', 'close', 'end', 'finish', 'ready']) stream.on(event, function (...given) { visit(this, 'stream this'); visit(given, 'stream ' + event) })
      if (stream.writable) stream.end('x')
    }
    const controller = new AbortController()
    controller.signal.addEventListener('abort', function (event) { visit(this, 'signal'); visit(event, 'abort event') })
    controller.abort(); visit(controller.signal.reason, 'abort reason'); visit(AbortSignal.timeout(1), 'timeout signal')
    const lists = [[], ['/etc/passwd'], [file], [{}], [12, 'x'], [() => {}], ['x', () => {}], [new Uint8Array(8)], [null, undefined], ['/etc/passwd', 'x', (error, value) => { visit(error, 'callback error'); visit(value, 'callback value') }], [file, (error, value) => { visit(error, 'callback error'); visit(value, 'callback value') }]]
    for (const name of ${JSON.stringify(modules)}) {
      const module = require(name)
      visit(module, name)
      visit(require('node:' + name), 'node:' + name)
      if ((typeof module === 'object' || typeof module === 'function') && name !== 'isoconnect') await sweep(name, module, lists)
    }
    await sweep('globalThis', Object.fromEntries(['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask', 'structuredClone', 'atob', 'btoa', 'TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams', 'AbortController', 'Event', 'EventTarget', 'DOMException'].map((name) => [name, globalThis[name]])), lists)
    await sweep('console', console, [[], ['x'], [{}]])
    for (const name of ['${['net', 'http', 'child_process', 'worker_threads', 'vm', 'v8', 'inspector', 'module', 'sqlite'].join("','")}']) for (const key of ['connect', 'Socket', 'spawn', 'Worker', 'x']) { const refused = require(name)[key]; visit(refused, name); await attempt(name, () => refused()); await attempt(name, () => new refused()); await attempt(name, () => class extends refused {}) }
    await sleep(100)
    return [{ topic: 't', value: JSON.stringify({ findings, failed, calls, count: walker.count() }), sourcePartition: {}, sourceOffset: {} }]
  }
}
process.on?.('uncaughtException', () => {})
module.exports = { Plugin, Task }
`
type Result = { readonly findings: readonly string[]; readonly failed: readonly string[]; readonly calls: number; readonly count: number }

/** The keys of the table of shims and the list of refused modules, as the platform has them. */
const modulesOfPlatform = async (): Promise<readonly string[]> => {
  const shims = /const shims = \{([\s\S]*?)\n\}/.exec(await readFile(join(root, 'sandbox/node-shims/index.ts'), 'utf8'))?.[1] ?? ''
  const refused = /const names = \[([\s\S]*?)\n\]/.exec(await readFile(join(root, 'sandbox/node-shims/refused.ts'), 'utf8'))?.[1] ?? ''
  return [...[...shims.matchAll(/^ {2}'?([\w/]+)'?:/gm)].map((match) => match[1] as string), ...[...refused.matchAll(/'([\w/]+)'/g)].map((match) => match[1] as string)]
}

test('every capability of the cell has a use here, and every file of them is known', async () => {
  const { tasks, asks } = openFiles(noGrants, () => {})
  const all = ['host', 'cwd', ...Object.keys({ ...textAsks, ...urlAsks, ...randomAsks, ...asks, ...tasks })]
  expect(Object.keys(uses).toSorted()).toEqual(all.toSorted())
  expect((await readdir(join(root, 'src/cell/process/capabilities'))).toSorted()).toEqual(['console.ts', 'fs-access.ts', 'fs.ts', 'index.ts', 'random.ts', 'text.ts', 'timers.ts', 'traces.ts', 'url.ts'])
  // the three that are not in a table of their own; the platform asks for `trace` about an error on its way out, and no plugin gets the answer
  expect(await readFile(join(root, 'src/cell/process/capabilities/index.ts'), 'utf8')).toContain('= { host: (json) => environment.hostNow(json), cwd: () => process.cwd(), trace: placesOf }')
})

test('nothing of the host comes out of any module or capability, whatever it is called with', async () => {
  const modules = await modulesOfPlatform()
  expect(modules).toEqual(expect.arrayContaining(['fs', 'fs/promises', 'crypto', 'util/types', 'net', 'child_process']))
  await using opened = await cellOf(plugin(modules), { grants: (folder) => ({ ...noGrants, fs: [{ path: join(folder, 'lent'), access: 'read-write', reason: 'test' }] }), limits: { callTimeoutMs: 30_000 } })
  await mkdir(join(opened.folder, 'lent'))
  const task = await opened.open('source', { offsets: () => ['{"n":1}'] })
  ok(await task.call('start', [{ dir: join(opened.folder, 'lent') }], { timeoutMs: 30_000 }))
  const batch = ok(await task.call('poll', [], { timeoutMs: 50_000 }))
  if (batch?.value.kind !== 'utf8') throw new Error('no result')
  const result = JSON.parse(Buffer.from(batch.value.bytes).toString()) as Result
  expect(result.findings).toEqual([])
  // Node has these switched off in a process with permissions; the guest is told so
  expect(result.failed.map((line) => line.split(':')[0])).toEqual(['fs.fsync', 'fs.fdatasync', 'fs.fsyncSync'])
  expect(result.calls).toBeGreaterThan(2000)
  expect(result.count).toBeGreaterThan(5000)
})
