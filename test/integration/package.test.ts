/** What is published: the packed tarball, installed into an empty folder, runs a broker, a worker and connectors from there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../kafka/java.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
// npm runs on the Node that vitest runs on, whatever the machine has
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, npm_config_loglevel: 'error' }
const children: ChildProcess[] = []
let folder = ''

const bin = (name: string): string => join(folder, 'node_modules/isoconnect/dist/src/cli', `${name}.js`)
const start = (name: string, args: readonly string[]): ChildProcess & { output: string } => {
  const child = Object.assign(spawn(process.execPath, [bin(name), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: {} }), { output: '' })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (child.output += chunk.toString()))
  children.push(child)
  return child
}
const until = async <T>(what: string, child: ChildProcess & { output: string }, probe: () => Promise<T | null | undefined | false>): Promise<T> => {
  for (;;) {
    const found = await probe().catch(() => null)
    if (found) return found
    if (child.exitCode !== null) throw new Error(`${what}: the process ended with ${child.exitCode}:\n${child.output}`)
    await sleep(25)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-package-'))
  await run('npm', ['run', '--silent', 'build'], { cwd: root, env })
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root, env })
  await writeFile(join(folder, 'package.json'), '{"name":"empty","private":true}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, stdout.trim())], { cwd: folder, env })
}, 240_000)

afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

test('a file source and a file sink run from the installed package, and so does a connector dropped in', async () => {
  const [brokerPort, restPort] = (await freePorts(2)) as [number, number]
  const broker = start('isoconnect', ['broker', '--port', String(brokerPort)])
  await until('broker', broker, () => Promise.resolve(broker.output.includes('listening')))
  const plugin = join(folder, 'plugins/connect-hello')
  await mkdir(plugin, { recursive: true })
  await writeFile(join(plugin, 'package.json'), JSON.stringify({ name: 'connect-hello', version: '1.0.0', main: 'index.js', isoconnect: { plugins: [{ type: 'source', class: 'com.example.HelloSource', export: 'HelloSource' }] } }))
  await writeFile(join(plugin, 'index.js'), `
    import { SourceConnector, SourceTask, sleep } from 'isoconnect'
    export class HelloSource extends SourceConnector {
      start(props) { this.props = props }
      taskClass() { return HelloTask }
      taskConfigs() { return [this.props] }
    }
    export class HelloTask extends SourceTask {
      start(props) { this.done = false }
      async poll() {
        if (this.done) return sleep(50).then(() => null)
        this.done = true
        return [{ topic: 'lines', value: 'hello from a dropped-in connector', sourcePartition: { a: 1 }, sourceOffset: { n: 1 } }]
      }
    }`)
  await writeFile(join(folder, 'in.txt'), 'one\ntwo\nthree\n')
  await writeFile(join(folder, 'worker.properties'), [
    `bootstrap.servers=127.0.0.1:${brokerPort}`, `listeners=http://127.0.0.1:${restPort}`, 'offset.storage.file.filename=offsets',
    'key.converter=org.apache.kafka.connect.storage.StringConverter', 'value.converter=org.apache.kafka.connect.storage.StringConverter',
    `plugin.path=node_modules/isoconnect/plugin-path,plugins`, '',
  ].join('\n'))
  await writeFile(join(folder, 'source.properties'), 'name=source\nconnector.class=FileStreamSource\nfile=in.txt\ntopic=lines\n')
  await writeFile(join(folder, 'sink.json'), JSON.stringify({ name: 'sink', config: { 'connector.class': 'FileStreamSink', file: 'out.txt', topics: 'lines' } }))
  await writeFile(join(folder, 'hello.json'), JSON.stringify({ name: 'hello', 'connector.class': 'HelloSource' }))

  const worker = start('connect-standalone', ['worker.properties', 'source.properties', 'sink.json', 'hello.json'])
  const lines = await until('worker', worker, async () => {
    const text = await readFile(join(folder, 'out.txt'), 'utf8')
    const all = text.trimEnd().split('\n')
    return all.length === 4 && all.toSorted()
  })
  expect(lines).toEqual(['hello from a dropped-in connector', 'one', 'three', 'two'])

  worker.kill('SIGTERM')
  await once(worker, 'exit')
  expect(worker.exitCode).toBe(0)
  expect((await stat(join(folder, 'offsets'))).size).toBeGreaterThan(0)
}, 120_000)
