/** Connectors that try to get at what is not theirs. Each throws what it got, so that the page shows it; each beside a healthy one. */
import { symlink } from 'node:fs/promises'
import { granted } from './bed.ts'
import { type HostileCase, hostileSuite } from './suite.ts'

const before = `
import fs from 'node:fs'
import net from 'node:net'
import childProcess from 'node:child_process'
import workerThreads from 'node:worker_threads'
const attempt = async (what) => {
  let got
  try { got = await what() } catch (error) { throw new ConnectException('denied: ' + (error?.message ?? String(error))) }
  throw new ConnectException('reached: ' + String(got).slice(0, 200))
}
const unless = (isNothing, value, words) => { if (isNothing) throw new Error(words); return value }
`
const props = { folder: 'FOLDER', rest: 'REST', broker: 'BROKER' }
const reaching = (name: string, what: string, more: Partial<HostileCase> = {}): HostileCase => ({
  name, before, props, task: `start(props) { this.props = props } poll() { return attempt(() => ${what}) }`, ends: 'error', text: /^ConnectException: denied: /, ...more,
})
const runtimeFile = new URL('../../../src/cell/process/main.ts', import.meta.url).pathname
const toOutside = "constructor.constructor('return process')().mainModule.require('fs')"

hostileSuite('reaching-out', [
  reaching('`process.exit`', 'process.exit(1)'),
  reaching('`process.kill` of its parent', 'process.kill(process.ppid, 9)'),
  reaching('`process.abort`', 'process.abort()'),
  reaching("`process.binding('fs')`", "process.binding('fs')"),
  reaching('a native addon: `process.dlopen`', "process.dlopen({ exports: {} }, '/tmp/x.node')"),
  reaching('the environment: `process.env`', "unless(Object.keys(process.env).length === 0, JSON.stringify(process.env), 'it is empty')"),
  reaching('`constructor.constructor` of its own objects', `({}).${toOutside}`),
  reaching('`constructor.constructor` of what it was given', `this.context.configs.${toOutside}`),
  reaching('`constructor.constructor` of what a thenable is given', `new Promise((resolve, reject) => Promise.resolve({ then(given) { try { resolve(given.${toOutside}) } catch (error) { reject(error) } } }))`),
  reaching('`constructor.constructor` of an error of the worker', `(() => { try { this.context.offsetStorageReader.offset(7) } catch (error) { return error.${toOutside} } })()`),
  reaching('`Error.prepareStackTrace`: objects, functions and paths of the frames outside', `(() => {
    Error.prepareStackTrace = (_error, frames) => frames
    let frames = []
    try { this.context.offsetStorageReader.offset(7) } catch (error) { frames = error.stack }
    delete Error.prepareStackTrace
    const found = [...frames].filter((frame) => frame.getThis() !== undefined || frame.getFunction() !== undefined || /\\//.test(frame.getFileName() ?? ''))
    return unless(frames.length > 0 && found.length === 0, found.join(), 'the frames show nothing')
  })()`),
  reaching('`arguments.callee.caller`', "(function () { return unless(arguments.callee.caller === null, arguments.callee.caller, 'there is none') })()"),
  reaching('dynamic import', "new Function('return import(\"node:fs\")')()"),
  reaching('WebAssembly memory of 4 GB', 'new WebAssembly.Memory({ initial: 65536 })'),
  reaching('shared memory and `Atomics.wait`', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'),
  reaching('`/etc/passwd`', "fs.readFileSync('/etc/passwd')"),
  reaching('`/proc/self/environ`', "fs.promises.readFile('/proc/self/environ')"),
  reaching("another plugin's folder", "fs.readdirSync(this.props.folder + '/plugins/steady')"),
  reaching("the runtime's own files", `fs.readFileSync(${JSON.stringify(runtimeFile)})`),
  reaching("the worker's configuration", "fs.readFileSync(this.props.folder + '/worker.properties')"),
  reaching('the offset file, to write it', "fs.writeFileSync(this.props.folder + '/offsets', 'mine')"),
  reaching('a file in the temporary folder, to write it', "fs.promises.writeFile(this.props.folder + '/tmp/x', 'mine')"),
  reaching('its own bundle, to write it', "fs.appendFileSync(this.props.folder + '/plugins/hostile-0/index.js', 'mine')"),
  reaching('a path with `..` out of what was granted', "fs.readFileSync(this.props.dir + '/../worker.properties')", {
    props: { ...props, dir: `FOLDER/${granted}` }, permissions: { fs: [{ path: '${config:dir}', access: 'read', reason: 'its files' }] },
  }),
  reaching('a symbolic link in what was granted, made afterwards by somebody else', "fs.readFileSync(this.props.dir + '/link/passwd')", {
    props: { ...props, dir: `FOLDER/${granted}` }, permissions: { fs: [{ path: '${config:dir}', access: 'read', reason: 'its files' }] },
    task: "start(props) { this.props = props } poll() { return fs.readdirSync(this.props.dir).length === 0 ? sleep(20).then(() => null) : attempt(() => fs.readFileSync(this.props.dir + '/link/passwd')) }",
    whenRunning: ({ folder }) => symlink('/etc', folder.file(`${granted}/link`)),
  }),
  reaching('a symbolic link, to make it', "fs.symlinkSync('/etc', this.props.folder + '/tmp/link')"),
  reaching('the broker', "new Promise((resolve, reject) => { const [host, port] = this.props.broker.split(':'); net.connect(Number(port), host).on('connect', resolve).on('error', reject) })"),
  reaching("the worker's REST port", "new Promise((resolve, reject) => net.connect(Number(this.props.rest), '127.0.0.1').on('connect', resolve).on('error', reject))"),
  reaching("the worker's REST port with `fetch`", "fetch('http://127.0.0.1:' + this.props.rest)"),
  reaching('a child process', "childProcess.execSync('id')"),
  reaching('a thread', "new workerThreads.Worker('process.exit(1)', { eval: true })"),
  reaching("the worker's standard output", "stdio.write('mine')"),
  reaching("another connector's offsets", "unless(this.context.offsetStorageReader.offset({ of: 'steady' }) === null, 'offsets', 'there are none')"),
  { name: 'prototypes polluted with the names of our own fields', ends: 'error', text: /its own error/,
    task: "poll() { for (const name of ['ok', 'batch', 'topic', 't', 'id', 'method', 'timeoutMs', 'error', 'then', 'constructor']) Object.prototype[name] = name; throw new ConnectException('its own error') }" },
  { name: '`JSON`, `Array` and `Promise` replaced by its own', ends: 'crash',
    task: "poll() { JSON.stringify = () => 'forged'; JSON.parse = () => ({}); for (const name of ['map', 'push', 'join', 'slice']) Array.prototype[name] = () => { throw new Error(name) }; Promise.prototype.then = () => { throw new Error('then') }; throw new ConnectException('its own error') }" },
  { name: 'the way out, at the end of the stack', ends: 'error', task: 'poll() { const deep = () => { console.log(1); deep() }; deep() }' },
])
