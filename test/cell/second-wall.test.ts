/**
 * The second wall by itself: code in the cell's outer Node, as after an escape from the isolate. The process is started as every cell is, runs the
 * cell's own program, and has said hello; then each attempt is made. The same attempts in a Node without walls all succeed: they can.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { runtimeFiles } from '../../src/cell/platform.ts'
import { noGrants } from './cells.ts'
import { otherProgram } from './other-program.ts'

/** JavaScript by what it reaches for; `at` are the places of the test, `reached` and `answered` wait for an emitter or a callback. */
const held = {
  'a file of the machine': "fs.readFileSync('/etc/passwd', 'utf8').length",
  'a file of the machine, later': "fs.promises.readFile('/etc/passwd').then((bytes) => bytes.length)",
  'a handle of a file': "fs.promises.open(at.secret).then((handle) => handle.close())",
  'a blob of a file': 'fs.openAsBlob(at.secret).then((blob) => blob.size)',
  'a file as a module': 'require(at.json).name',
  'a file as an imported module': "import(at.json, { with: { type: 'json' } }).then((module) => module.default.name)",
  'a file as an environment': 'process.loadEnvFile(at.secret)',
  'a folder': 'fs.readdirSync(at.folder)',
  'whether a file is there': 'fs.statSync(at.secret).size',
  'changes of a folder': "fs.watch(at.folder).close()",
  'the environment of its process, in /proc': "fs.readFileSync('/proc/self/environ').length",
  'its memory, in /proc': "fs.closeSync(fs.openSync('/proc/self/mem', 'r+'))",
  'the memory of the worker': "fs.closeSync(fs.openSync('/proc/' + process.ppid + '/mem', 'r'))",
  'a file through a descriptor in /proc': "fs.readFileSync('/proc/self/root' + at.secret).length",
  'the bundle of another connector': 'fs.readFileSync(at.otherBundle).length',
  'the files of the worker': 'fs.readFileSync(at.workerFile).length',
  'a database file': "new (require('node:sqlite').DatabaseSync)(at.folder + '/db').exec('create table t (a)')",
  'a database file from one in memory': "new (require('node:sqlite').DatabaseSync)(':memory:').exec(`vacuum into '${at.folder}/db2'`)",
  'writing a file': "fs.writeFileSync(at.folder + '/written', 'x')",
  'writing a file, later': "fs.promises.writeFile(at.folder + '/written', 'x')",
  'a temporary folder': "fs.mkdtempSync(at.folder + '/t')",
  'a copy': "fs.copyFileSync(at.secret, at.folder + '/copy')",
  'a link': "fs.symlinkSync(at.secret, at.folder + '/link')",
  'a hard link': "fs.linkSync(at.secret, at.folder + '/hard')",
  'where a link leads': 'fs.realpathSync(at.link)',
  'deleting': "fs.rmSync(at.folder + '/none', { force: true })",
  'another working directory': 'process.chdir(at.folder)',
  'a snapshot of the heap on disk': "require('node:v8').writeHeapSnapshot(at.folder + '/heap')",
  'a report of the process on disk': "process.report.writeReport(at.folder + '/report.json')",
  'a report at the next crash': "process.report.directory = at.folder, process.report.reportOnFatalError = true, process.report.getReport() && 'set'",
  'traces of V8 on disk': "require('node:v8').setFlagsFromString('--trace-turbo-path=' + at.folder)",
  'flags of V8, by import': "import('node:v8').then(({ setFlagsFromString }) => setFlagsFromString('--allow-natives-syntax'))",
  'traces of Node on disk': "{ const tracing = require('node:trace_events').createTracing({ categories: ['node'] }); tracing.enable(); tracing.disable() }",
  'a compile cache on disk': "{ const { status } = require('node:module').enableCompileCache(at.folder); if (status === 0) throw Object.assign(new Error('refused'), { code: 'ERR_ACCESS_DENIED' }) }",
  'a program': "require('node:child_process').execFileSync('/bin/true')",
  'a program, later': "reached(require('node:child_process').spawn('/bin/true'), 'exit')",
  'a fork': "require('node:child_process').fork(at.module).kill()",
  'a thread': "new (require('node:worker_threads').Worker)('', { eval: true }) && 'started'",
  'a native addon': 'process.dlopen({ exports: {} }, at.addon)',
  'a native addon as a module': 'typeof require(at.addon).crc32',
  'Node’s own bindings': "process.binding('fs') && 'there'",
  'a debugger': "{ require('node:inspector').open(0); require('node:inspector').close() }",
  'a debugger of itself': "new (require('node:inspector').Session)().connect()",
  'the debugger of the worker': "process._debugProcess(at.sleeper)",
  'a signal to the worker': 'process.kill(process.ppid, 0)',
  'a signal to the worker, by import': "import('node:process').then(({ kill }) => kill(process.ppid, 0))",
  'a signal to the worker, by the raw call': "{ const code = process._kill(process.ppid, 0); if (code !== 0) throw new Error(code) }",
  'the priority of another process': "require('node:os').setPriority(at.sleeper, 19)",
  'a socket': "reached(require('node:net').connect(at.port, '127.0.0.1'), 'connect')",
  'a socket of the machine': "reached(require('node:net').connect(at.socket), 'connect')",
  'a listening socket': "reached(require('node:net').createServer().listen(0), 'listening')",
  'a datagram': "answered((done) => require('node:dgram').createSocket('udp4').on('error', done).send('x', at.port, '127.0.0.1', done))",
  'a request': "fetch(`http://127.0.0.1:${at.port}/`).then(({ status }) => status)",
  'a request by node:http': "reached(require('node:http').get({ port: at.port, host: '127.0.0.1' }), 'response')",
  'a name': "answered((done) => require('node:dns').lookup('localhost', done))",
  'a service’s name': "answered((done) => require('node:dns').lookupService('127.0.0.1', 22, done))",
  'WASI': "new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }) && 'made'",
  'a native library by ffi': "require('node:ffi') && 'there'",
} as const
/** What the wall does not hold, and docs/security.md says so. Harmless by itself; each line is an attempt that succeeds. */
const open = {
  'that a path exists': "require.resolve(at.secret) === at.secret",
  'the name of the machine': "require('node:os').hostname().length > 0",
} as const

const probe = (attempts: Readonly<Record<string, string>>, places: Places): string => `
const probe = async () => {
  const fs = require('node:fs')
  const at = ${JSON.stringify(places)}
  const reached = (emitter, event) => new Promise((resolve, reject) => emitter.once(event, () => resolve(event)).once('error', reject))
  const answered = (start) => new Promise((resolve, reject) => void start((error, value) => (error ? reject(error) : resolve(value))))
  const outcomes = { environment: Object.keys(process.env), descriptors: [] }
  const attempts = {${Object.entries(attempts).map(([name, code]) => `${JSON.stringify(name)}: async () => ${code.startsWith('{') ? code : `(${code})`}`).join(',\n')}}
  for (const [name, attempt] of Object.entries(attempts)) {
    try { outcomes[name] = 'yes ' + String(await attempt()) } catch (error) { outcomes[name] = 'no ' + (error.cause?.code ?? error.code) + ' ' + error.message }
  }
  fs.writeSync(1, JSON.stringify(outcomes) + '\\n')
}
`
type Outcomes = Readonly<Record<string, string>> & { readonly environment: readonly string[] }
const firstLine = async (from: Readable): Promise<Outcomes> => {
  const [line] = (await once(createInterface(from), 'line')) as [string]
  return JSON.parse(line) as Outcomes
}
type Places = Awaited<ReturnType<typeof makePlaces>>

/** A world worth attacking: a secret, a server, a socket, an addon, a process that sleeps. */
const makePlaces = async (stack: AsyncDisposableStack) => {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'second-wall-')))
  stack.defer(() => rm(base, { recursive: true, force: true }))
  const folder = join(base, 'folder')
  await mkdir(folder)
  const [secret, json, link, otherBundle, module, socket] = ['secret', 'secret.json', 'link', 'other.cjs', 'module.cjs', 'socket'].map((name) => join(base, name)) as [string, string, string, string, string, string]
  await Promise.all([writeFile(secret, 'A=hunter2'), writeFile(json, '{"name":"hunter2"}'), writeFile(otherBundle, 'x'), writeFile(module, ''), symlink(secret, link)])
  const http = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
  const listen = async (where: number | string): Promise<number> => {
    const server = createServer((connection) => connection.on('error', () => {}).resume().end(http))
    await once(typeof where === 'number' ? server.listen(where, '127.0.0.1') : server.listen(where), 'listening')
    stack.defer(() => new Promise((resolve) => void server.close(() => resolve())))
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  await listen(socket)
  const port = await listen(0)
  const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  stack.defer(() => void sleeper.kill('SIGKILL'))
  const crc32 = createRequire(import.meta.url).resolve('@node-rs/crc32')
  const [addon] = (await readdir(join(dirname(crc32), '..'))).filter((name) => name.startsWith('crc32-')).map((name) => join(dirname(crc32), '..', name, `${name.replace('-', '.')}.node`)) as [string]
  return { folder, secret, json, link, otherBundle, module, socket, port, sleeper: sleeper.pid ?? 0, addon, workerFile: join(import.meta.dirname, '../../package.json') }
}

describe('code in the outer Node of a cell', () => {
  let outcomes: Outcomes
  let unwalled: Outcomes
  let left: readonly string[] = []
  let shared: readonly string[] = []

  beforeAll(async () => {
    await using stack = new AsyncDisposableStack()
    const places = await makePlaces(stack)
    const text = probe({ ...held, ...open }, places)
    const other = stack.use(await otherProgram((own) => `${own}\n${text}\nprocess.on('SIGUSR2', probe)`))
    await other.cell.handshake(20_000)
    shared = await sharedDescriptors(other.cell.pid)
    const line = firstLine(other.child.stdout as Readable)
    process.kill(other.cell.pid, 'SIGUSR2')
    outcomes = await line
    left = await readdir(places.folder)
    const control = spawn(process.execPath, ['-e', `${text}\nprobe().then(() => process.exit())`], { stdio: ['ignore', 'pipe', 'ignore'] })
    stack.defer(() => void control.kill('SIGKILL'))
    unwalled = await firstLine(control.stdout)
  })

  test.each(Object.keys(held))('does not get %s', (name) => {
    expect(outcomes[name]).toMatch(/^no (ERR_ACCESS_DENIED|ERR_UNKNOWN_BUILTIN_MODULE|MODULE_NOT_FOUND) /)
    expect(unwalled[name], 'without walls').toMatch(/^yes/)
  })
  test.each(Object.keys(open))('does get %s, which the page on security says', (name) => {
    expect(outcomes[name]).toBe('yes true')
  })
  test('has an empty environment', () => expect(outcomes.environment).toEqual([]))
  test('has left nothing on the disk', () => expect(left).toEqual([]))
  test.runIf(process.platform === 'linux')('has no descriptor of the worker', () => expect(shared).toEqual([]))
})

/** Files, pipes and sockets that both processes hold. The ends of a pipe between them are two different sockets. */
const sharedDescriptors = async (pid: number): Promise<readonly string[]> => {
  if (process.platform !== 'linux') return []
  const descriptors = async (of: number): Promise<readonly string[]> => {
    const folder = `/proc/${of}/fd`
    const links = await Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')))
    return links.filter((link) => link !== '' && link !== '/dev/null' && !link.startsWith('anon_inode:'))
  }
  const mine = new Set(await descriptors(process.pid))
  return (await descriptors(pid)).filter((link) => mine.has(link))
}

describe('grants open that much of the second wall and no more', () => {
  const outcomesWith = async (grants: (places: Places) => Parameters<typeof otherProgram>[1], attempts: Readonly<Record<string, string>>): Promise<Outcomes> => {
    await using stack = new AsyncDisposableStack()
    const places = await makePlaces(stack)
    const other = stack.use(await otherProgram((own) => `${own}\n${probe(attempts, places)}\nprocess.on('SIGUSR2', probe)`, grants(places)))
    await other.cell.handshake(20_000)
    const line = firstLine(other.child.stdout as Readable)
    process.kill(other.cell.pid, 'SIGUSR2')
    return await line
  }

  test('a folder to write is no folder to read, and lends no link to elsewhere', async () => {
    const outcomes = await outcomesWith(({ folder }) => ({ grants: { ...noGrants, fs: [{ path: folder, access: 'write', reason: 'test' }] } }), {
      write: "fs.writeFileSync(at.folder + '/x', 'x')",
      read: "fs.readFileSync(at.folder + '/x', 'utf8')",
      sibling: "fs.writeFileSync(at.folder + '-2', 'x')",
      link: "fs.symlinkSync(at.secret, at.folder + '/link')",
      'hard link': "fs.linkSync(at.secret, at.folder + '/hard')",
      'move in': "fs.renameSync(at.secret, at.folder + '/moved')",
    })
    expect(outcomes['write']).toMatch(/^yes/)
    for (const name of ['read', 'sibling', 'link', 'hard link', 'move in']) expect(outcomes[name], name).toMatch(/^no ERR_ACCESS_DENIED/)
  })

  test('a folder to read and write lends no link either; one that somebody else made is followed, and only the first wall refuses it', async () => {
    const outcomes = await outcomesWith(({ folder }) => ({ grants: { ...noGrants, fs: [{ path: folder, access: 'read-write', reason: 'test' }] } }), {
      link: "fs.symlinkSync(at.secret, at.folder + '/link')",
      'hard link': "fs.linkSync(at.secret, at.folder + '/hard')",
      'climbing out': "fs.readFileSync(at.folder + '/../secret')",
    })
    for (const name of ['link', 'hard link', 'climbing out']) expect(outcomes[name], name).toMatch(/^no ERR_ACCESS_DENIED/)
  })

  test('network opens no file, no program and no addon', async () => {
    const outcomes = await outcomesWith(() => ({ grants: { ...noGrants, net: [{ host: 'db', port: '5432', reason: 'test' }] } }), { socket: held['a socket'], file: held['a file of the machine'], program: held['a program'], addon: held['a native addon'], signal: held['a signal to the worker'] })
    // Node's permission knows no hosts: which ones is for the capability in front of it
    expect(outcomes['socket']).toMatch(/^yes/)
    for (const name of ['file', 'program', 'addon', 'signal']) expect(outcomes[name], name).toMatch(/^no ERR_ACCESS_DENIED/)
  })
})

test('the runtime’s two files and the bundle are all that a cell without grants may read', async () => {
  const files = await runtimeFiles()
  await using other = await otherProgram((own) => `${own}\n${probe({ program: 'fs.readFileSync(__filename).length > 0', bundle: "fs.readFileSync(require('node:path').join(__dirname, 'bundle.cjs'), 'utf8')", platform: `fs.readFileSync(${JSON.stringify(files.platformFile)}).length > 0`, beside: 'fs.readdirSync(__dirname)' }, {} as Places)}\nprocess.on('SIGUSR2', probe)`, { bundle: 'the bundle' })
  await other.cell.handshake(20_000)
  const line = firstLine(other.child.stdout as Readable)
  process.kill(other.cell.pid, 'SIGUSR2')
  expect(await line).toMatchObject({ program: 'yes true', bundle: 'yes the bundle', platform: 'yes true', beside: expect.stringMatching(/^no ERR_ACCESS_DENIED/) as string })
  expect(await readFile(join(other.folder, 'bundle.cjs'), 'utf8')).toBe('the bundle')
})
