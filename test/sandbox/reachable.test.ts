/** No handle, host function or host object can be reached by connector code: walked from everything it is given. */
import vm from 'node:vm'
import { expect, test } from 'vitest'
import { cellOf, ok, soon } from '../cell/cells.ts'
import { walkerSource } from './walk.ts'

const plugin = `
${walkerSource}
const walker = make()
walker.begin()
const { visit, findings } = walker
const sloppy = Function('return (function f() { return f.caller })()')
const frames = (label) => {
  const before = Error.prepareStackTrace
  let sites = []
  Error.prepareStackTrace = (_error, all) => { sites = all; return '' }
  void new Error().stack
  Error.prepareStackTrace = before
  for (const [i, site] of sites.entries()) for (const name of ['getThis', 'getFunction', 'getTypeName', 'getFunctionName', 'getEvalOrigin', 'getFileName', 'getScriptNameOrSourceURL']) {
    try { visit(site[name](), label + '.frame' + i + '.' + name) } catch (error) { visit(error, label + '.frame' + i + '!') }
  }
}
visit(globalThis, 'globalThis')
visit(require, 'require'); visit(module, 'module'); visit(exports, 'exports'); visit(this, 'this'); visit(arguments, 'arguments')
visit(sloppy(), 'caller')
frames('load')
const names = ['isoconnect','assert','buffer','crypto','events','fs','fs/promises','os','path','perf_hooks','process','stream','stream/promises','string_decoder','timers','timers/promises','url','util','util/types','net','http','child_process','worker_threads','vm','module','zlib']
for (const name of names) visit(require(name), 'require(' + name + ')')
const { SourceConnector, SourceTask, ConfigDef, stdio, Schema } = require('isoconnect')
const attempts = {
  denied: () => require('fs').readFileSync('/etc/passwd'),
  'denied later': () => require('fs/promises').readFile('/etc/passwd'),
  'bad encoding': () => Buffer.from('x', 'nope'),
  'bad url': () => new URL('::'),
  'bad random': () => require('crypto').randomBytes(1e9),
  stdio: () => stdio.read(),
  exit: () => process.exit(),
  refused: () => require('net').connect(),
  stat: () => require('fs/promises').stat(granted),
  handle: () => require('fs/promises').open(granted, 'r'),
  file: () => require('fs').readFileSync(granted),
  'file later': () => require('fs/promises').readFile(granted),
  text: () => Buffer.from('x'.repeat(5000)),
  random: () => require('crypto').randomBytes(50000),
  timer: () => setTimeout(() => {}, 1),
  immediate: () => setImmediate(() => {}),
  overflow: () => { const f = () => f(); f() },
  'overflow in a call out': () => { const f = () => { console.log('x'); f() }; f() },
}
let granted = ''
class Plugin extends SourceConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [] } }
class Task extends SourceTask {
  async start(props) {
    granted = props.file
    visit(this, 'task'); visit(props, 'props'); visit(arguments, 'arguments'); visit(this.context, 'context'); visit(sloppy(), 'caller in start'); frames('start')
    visit(this.context.offsetStorageReader.offset({ a: 1 }), 'offset')
    try { this.context.offsetStorageReader.offset({ fail: 1 }) } catch (error) { visit(error, 'offset error'); this.stack = error.stack }
    for (const [name, attempt] of Object.entries(attempts)) {
      try { visit(await attempt(), name) } catch (error) { visit(error, name + ' error'); this.stack += '\\n' + error.stack }
    }
    await new Promise((resolve) => setTimeout(function () { visit(this, 'timer this'); visit(arguments, 'timer arguments'); frames('timer'); resolve() }, 1))
  }
  /** With every method of the language's prototypes wrapped, what the platform's own code passes through them is walked too. */
  async poll() {
    const seen = []
    let inside = false
    const undo = []
    for (const owner of [Array, Map, Set, Promise, Function, String, Uint8Array, Object.getPrototypeOf(Uint8Array), ArrayBuffer, Date, RegExp, Error, WeakMap].flatMap((c) => [c.prototype, c]).concat([Reflect, JSON, Math, Object])) {
      for (const key of Reflect.ownKeys(owner)) {
        const property = Reflect.getOwnPropertyDescriptor(owner, key)
        if (!('value' in property) || typeof property.value !== 'function' || key === 'constructor' || !property.configurable) continue
        const original = property.value
        undo.push([owner, key, property])
        Object.defineProperty(owner, key, { ...property, value: function (...args) {
          if (!inside) { inside = true; seen[seen.length] = [this, args, String(key)]; inside = false }
          return new.target ? Reflect.construct(original, args) : apply(original, this, args)
        } })
      }
    }
    inside = false
    console.log('hello', { a: [1] })
    await require('fs/promises').stat(granted).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 1))
    Buffer.from('x'.repeat(5000)).toString()
    try { this.context.offsetStorageReader.offset({ fail: 1 }) } catch {}
    inside = true
    for (const [owner, key, property] of undo.reverse()) Object.defineProperty(owner, key, property)
    const before = findings.length
    for (const [self, args, key] of seen) { visit(self, 'this of ' + key); for (const arg of args) visit(arg, 'argument of ' + key) }
    return [{ topic: 't', value: JSON.stringify({ findings, count: walker.count(), wrapped: seen.length, stack: this.stack }), sourcePartition: {}, sourceOffset: {} }]
  }
}
module.exports = { Plugin, Task }
`
type Result = { readonly findings: readonly string[]; readonly count: number; readonly wrapped: number; readonly stack: string }

test('nothing of the host is reachable from a plugin', async () => {
  await using opened = await cellOf(plugin, { grants: (folder) => ({ fs: [{ path: folder, access: 'read', reason: 'test' }], net: [], stdio: false }) })
  const task = await opened.open('source', {
    offsets: ([partition]) => {
      if (partition === '{"fail":1}') throw Object.assign(new Error('no'), { code: 'E_NO' })
      return ['{"n":1}']
    },
  })
  ok(await task.call('start', [{ file: `${opened.folder}/bundle.cjs` }], { timeoutMs: 30_000 }))
  const batch = ok(await task.call('poll', [], { timeoutMs: 30_000 }))
  if (batch?.value.kind !== 'utf8') throw new Error('no result')
  const result = JSON.parse(Buffer.from(batch.value.bytes).toString()) as Result
  expect(result.findings).toEqual([])
  expect(result.count).toBeGreaterThan(3000)
  expect(result.wrapped).toBeGreaterThan(50)
  // stacks name the platform and the plugin, never files of the worker
  expect(result.stack).not.toMatch(/cell\.cjs|node:internal|\/src\//)
  ok(await task.call('stop', [], soon))
})

test('the walker finds a host function and a host object where there is one', () => {
  const context = vm.createContext({ planted: { now: performance.now.bind(performance), holder: { list: [] } } })
  const findings = vm.runInContext(`${walkerSource}; const w = make(); w.begin(); w.visit(planted, 'planted'); w.findings`, context) as string[]
  expect(findings).toContain('native function: planted.now')
  expect(findings).toContain('foreign object: planted.holder')
})
