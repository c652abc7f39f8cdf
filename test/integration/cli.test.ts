/** The commands as a user runs them: usage, the background worker, and the demo with its ports taken. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startDevBroker } from '../../src/dev-broker/broker.ts'
import { freePorts } from '../kafka/java.ts'

const cli = resolve(import.meta.dirname, '../../src/cli')
const children: ChildProcess[] = []
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-cli-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

const run = (bin: string, args: readonly string[], options: { readonly detached?: boolean } = {}): ChildProcess & { output: string } => {
  const child = Object.assign(spawn(process.execPath, [join(cli, bin), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...options }), { output: '' })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (child.output += chunk.toString()))
  children.push(child)
  return child
}
const ended = async (bin: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = run(bin, args)
  await once(child, 'close')
  return { code: child.exitCode, output: child.output }
}
const until = async <T>(probe: () => Promise<T | null | false | undefined>): Promise<T> => {
  for (;;) {
    const found = await probe().catch(() => null)
    if (found) return found
    await sleep(20)
  }
}

test('wrong usage exits with Kafka\'s codes and says what is right', async () => {
  const none = await ended('connect-standalone.ts', [])
  expect([none.code, none.output]).toEqual([1, expect.stringContaining('Usage: ConnectStandalone worker.properties [connector1.properties connector2.json ...]')])
  const missing = await ended('connect-standalone.ts', ['none.properties'])
  expect([missing.code, missing.output]).toEqual([2, expect.stringContaining('none.properties')])
  await writeFile(join(folder, 'bad.properties'), 'bootstrap.servers=x:1\nplugin.path=\ntask.shutdown.graceful.timeout.ms=soon\n')
  const bad = await ended('connect-standalone.ts', ['bad.properties'])
  expect(bad.code).toBe(2)
  for (const key of ['key.converter', 'plugin.path', 'task.shutdown.graceful.timeout.ms', 'offset.storage.file.filename']) expect(bad.output).toContain(key)
  const distributed = await ended('connect-distributed.ts', ['worker.properties'])
  expect([distributed.code, distributed.output]).toEqual([1, expect.stringContaining('not built yet')])
  expect((await ended('isoconnect.ts', ['plugins', 'check', folder])).code).toBe(1)
})

test('-daemon leaves a worker running in the background, which a SIGTERM stops', async () => {
  await using broker = await startDevBroker({ port: 0 })
  const [port] = (await freePorts(1)) as [number]
  const string = 'org.apache.kafka.connect.storage.StringConverter'
  await writeFile(join(folder, 'worker.properties'), `bootstrap.servers=${broker.address}\nlisteners=http://127.0.0.1:${port}\noffset.storage.file.filename=offsets\nkey.converter=${string}\nvalue.converter=${string}\n`)
  const started = await ended('isoconnect.ts', ['standalone', '-daemon', 'worker.properties'])
  expect(started.code).toBe(0)
  const pid = Number(/process (\d+)/.exec(started.output)?.[1])
  try {
    await until(async () => (await fetch(`http://127.0.0.1:${port}/connectors`)).status === 200)
  } finally {
    process.kill(pid, 'SIGTERM')
  }
  await until(async () => (await readFile(join(folder, 'logs/connectStandalone.out'), 'utf8')).includes('Kafka Connect stopped'))
})

test('the demo picks free ports when its own are taken, moves lines, and stops cleanly on Ctrl-C', async () => {
  const taken = [createServer(), createServer()]
  const ports = await Promise.all(taken.map(async (server) => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return (server.address() as { port: number }).port
  }))
  const demo = run('isoconnect.ts', ['demo', '--rest-port', String(ports[0]), '--broker-port', String(ports[1]), '--copies', '20'])
  await until(() => Promise.resolve(demo.output.includes('Ctrl-C stops everything')))
  expect(demo.output).toContain(`Port ${ports[0]} is taken; the REST listens on`)
  expect(demo.output).toContain(`Port ${ports[1]} is taken; the broker listens on`)
  const input = await readFile(join(folder, 'demo/in.txt'), 'utf8')
  await until(async () => (await readFile(join(folder, 'demo/out.txt'), 'utf8')) === input)
  await writeFile(join(folder, 'demo/in.txt'), 'hello\n', { flag: 'a' })
  await until(async () => (await readFile(join(folder, 'demo/out.txt'), 'utf8')) === `${input}hello\n`)
  demo.kill('SIGINT')
  await once(demo, 'close')
  expect(demo.exitCode).toBe(0)
  expect(await readFile(join(folder, 'demo/worker.log'), 'utf8')).toContain('Kafka Connect stopped')
  for (const server of taken) server.close()
})

const idler = `
import { SourceConnector, SourceTask, sleep } from 'isoconnect'
export class Idler extends SourceConnector { start() {} taskClass() { return IdlerTask } taskConfigs() { return [{}] } }
export class IdlerTask extends SourceTask {
  start() { console.log('the task has begun') }
  async poll() { await sleep(50); return null }
  stop() { console.log('the task was told to stop') }
}
`
test('Ctrl-C, which a terminal sends to every process, stops tasks as a SIGTERM does', async () => {
  await using broker = await startDevBroker({ port: 0 })
  const [port] = (await freePorts(1)) as [number]
  await mkdir(join(folder, 'plugins/idler'), { recursive: true })
  await writeFile(join(folder, 'plugins/idler/index.js'), idler)
  await writeFile(join(folder, 'plugins/idler/package.json'), JSON.stringify({ name: 'idler', version: '1.0.0', isoconnect: { plugins: [{ type: 'source', class: 'com.example.Idler', export: 'Idler' }] } }))
  const string = 'org.apache.kafka.connect.storage.StringConverter'
  await writeFile(join(folder, 'worker.properties'), `bootstrap.servers=${broker.address}\nlisteners=http://127.0.0.1:${port}\nplugin.path=plugins\noffset.storage.file.filename=offsets\nkey.converter=${string}\nvalue.converter=${string}\n`)
  await writeFile(join(folder, 'idler.properties'), 'name=idler\nconnector.class=com.example.Idler\n')
  const worker = run('connect-standalone.ts', ['worker.properties', 'idler.properties'], { detached: true })
  await until(() => Promise.resolve(worker.output.includes('the task has begun')))
  process.kill(-(worker.pid as number), 'SIGINT')
  await once(worker, 'close')
  expect(worker.output).toContain('the task was told to stop')
  expect(worker.output).toContain('Kafka Connect stopped')
  expect(worker.output).not.toContain('process has ended')
})
