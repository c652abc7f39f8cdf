/**
 * `npm start`: dev broker, worker, a file source and a file sink under ./demo. The worker is a process of its own, started with
 * the same files and arguments a user would give, so that everything seen here can be repeated by hand.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { extname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DevBroker, startDevBroker } from '../dev-broker/broker.ts'
import { ExitError, interrupted } from './main.ts'
import { packageRoot } from './version.ts'

export type DemoOptions = { readonly dir: string; readonly restPort: number; readonly brokerPort: number; readonly copies: number }

const host = '127.0.0.1'
const readyTimeoutMs = 30_000
const tickMs = 250
const print = (text: string): void => void process.stdout.write(text)

export const runDemo = async (options: DemoOptions): Promise<number> => {
  const dir = resolve(options.dir)
  const shown = (name: string): string => join(relative(process.cwd(), dir) || '.', name)
  // a run starts afresh, since the broker's topics live in memory; ./demo/plugins belongs to the user and stays
  for (const file of ['in.txt', 'out.txt', 'offsets', 'worker.log']) await rm(join(dir, file), { force: true })
  await mkdir(join(dir, 'plugins'), { recursive: true })
  const sample = await readFile(join(packageRoot, 'samples/walrus.txt'), 'utf8')
  await writeFile(join(dir, 'in.txt'), `${sample.trimEnd()}\n`.repeat(options.copies))

  const stopped = interrupted()
  const brokerPort = await freePort(options.brokerPort, 'broker')
  const restPort = await freePort(options.restPort, 'REST')
  await using broker = await startDevBroker({ host, port: brokerPort, topics: [{ name: 'demo', partitions: 1 }] })
  const files = await writeConfigs(dir, broker, restPort)
  const log = openSync(join(dir, 'worker.log'), 'a')
  // detached: Ctrl-C reaches only us, and we stop the worker gracefully; the IPC channel stops it should we be killed
  const worker = spawn(process.execPath, [join(import.meta.dirname, `connect-standalone${extname(import.meta.filename)}`), ...files], { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  const ended = once(worker, 'exit')
  closeSync(log)
  try {
    const url = `http://${host}:${restPort}`
    await untilReady(url, worker, dir)
    print(
      `\n  ${shown('in.txt')} ──file source──▶ topic "demo" ──file sink──▶ ${shown('out.txt')}\n\n` +
        `  REST    ${url}\n  broker  ${broker.address} (dev broker, in memory)\n  log     ${shown('worker.log')}\n\n` +
        `  Try, in another terminal:\n    echo hello >> ${shown('in.txt')}\n    tail -f ${shown('out.txt')}\n` +
        `    curl -s '${url}/connectors?expand=status'\n    curl -s ${url}/connector-plugins\n  Connectors dropped into ${shown('plugins')} are picked up live. Ctrl-C stops everything.\n\n`,
    )
    await watch(join(dir, 'out.txt'), stopped, ended)
  } finally {
    if (worker.exitCode === null && worker.signalCode === null) {
      print('\n  Stopping…\n')
      worker.kill('SIGTERM')
    }
    await ended
  }
  if (worker.exitCode !== 0 && worker.exitCode !== null) throw new ExitError(worker.exitCode, `The worker ended with code ${worker.exitCode}; see ${shown('worker.log')}.`)
  return 0
}

const writeConfigs = async (dir: string, broker: DevBroker, restPort: number): Promise<readonly string[]> => {
  const workerFile = join(dir, 'worker.properties')
  const json = (config: Readonly<Record<string, string>>): string => `${JSON.stringify(config, null, 2)}\n`
  await writeFile(workerFile, [
    `bootstrap.servers=${broker.address}`,
    `listeners=http://${host}:${restPort}`,
    `plugin.path=${join(packageRoot, 'plugin-path')},${join(dir, 'plugins')}`,
    `offset.storage.file.filename=${join(dir, 'offsets')}`,
    'key.converter=org.apache.kafka.connect.storage.StringConverter',
    'value.converter=org.apache.kafka.connect.storage.StringConverter',
    'offset.flush.interval.ms=5000',
    '',
  ].join('\n'))
  const source = { name: 'demo-source', 'connector.class': 'FileStreamSource', file: join(dir, 'in.txt'), topic: 'demo' }
  const sink = { name: 'demo-sink', 'connector.class': 'FileStreamSink', file: join(dir, 'out.txt'), topics: 'demo' }
  await writeFile(join(dir, 'source.json'), json(source))
  await writeFile(join(dir, 'sink.json'), json(sink))
  return [workerFile, join(dir, 'source.json'), join(dir, 'sink.json')]
}

const untilReady = async (url: string, worker: ChildProcess, dir: string): Promise<void> => {
  const deadline = performance.now() + readyTimeoutMs
  for (;;) {
    const response = await fetch(`${url}/health`).catch(() => null)
    await response?.body?.cancel()
    if (response?.status === 200) return
    if (worker.exitCode !== null || worker.signalCode !== null || performance.now() > deadline) {
      const log = await readFile(join(dir, 'worker.log'), 'utf8')
      throw new ExitError(1, `The worker did not start; the end of its log:\n${log.slice(-2000)}`)
    }
    await sleep(20)
  }
}

/** The live line, until Ctrl-C or the worker's end. On a terminal it rewrites itself; otherwise it prints when something changed. */
const watch = async (file: string, stopped: Promise<unknown>, ended: Promise<unknown>): Promise<void> => {
  const counter = await lineCounter(file)
  let lines = 0
  let at = performance.now()
  let peak = 0
  let over = false
  const end = Promise.race([stopped, ended]).then(() => (over = true))
  while (!over) {
    const now = performance.now()
    const seen = counter.read()
    const rate = Math.round(((seen - lines) / (now - at)) * 1000)
    peak = Math.max(peak, rate)
    const text = `  ${seen.toLocaleString('en')} lines in out.txt · ${rate.toLocaleString('en')} records/s now · ${peak.toLocaleString('en')} at best`
    if (process.stdout.isTTY) print(`\r\u001b[K${text}`)
    else if (seen !== lines) print(`${text}\n`)
    lines = seen
    at = now
    await Promise.race([sleep(tickMs), end])
  }
  counter.close()
}

/** Counts the newlines of a growing file, reading only what is new. */
const lineCounter = async (file: string): Promise<{ read(): number; close(): void }> => {
  await (await open(file, 'a')).close()
  const descriptor = openSync(file, 'r')
  const chunk = Buffer.alloc(1 << 20)
  let lines = 0
  return {
    read() {
      for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
        for (let at = chunk.indexOf(10); at >= 0 && at < size; at = chunk.indexOf(10, at + 1)) lines++
      }
      return lines
    },
    close: () => closeSync(descriptor),
  }
}

const isTaken = async (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host, port })
    socket.once('connect', () => done((socket.destroy(), true)))
    socket.once('error', () => done(false))
  })
const freePort = async (wanted: number, what: string): Promise<number> => {
  if (!(await isTaken(wanted))) return wanted
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  server.close()
  await once(server, 'close')
  print(`  Port ${wanted} is taken; the ${what} listens on ${port} instead.\n`)
  return port
}
