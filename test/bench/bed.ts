/** The test bed of all cases: one real Kafka, one folder, the input files, and both workers as processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaClients } from '../../src/kafka/clients.ts'
import type { Admin } from '../../src/kafka/types.ts'
import { setLevel } from '../../src/log.ts'
import { ensureKafkaJars } from '../kafka/jars.ts'
import { freePorts, propertiesText, startJava } from '../kafka/java.ts'
import { type KafkaServer, startKafka } from '../kafka/server.ts'
import { traceArguments, traceEnvironment } from './allocation.ts'

export const lineCount = Number(process.env['ISOCONNECT_BENCH_LINES'] ?? 2_000_000)
export const lineBytes = 100
export const runsEach = Number(process.env['ISOCONNECT_BENCH_RUNS'] ?? 2)
export type Who = 'ours' | 'java'
export type Format = 'string' | 'json'
const root = resolve(import.meta.dirname, '../..')

let kafka: KafkaServer | undefined
let folder: string | undefined
let admin: Admin | undefined
const closers: (() => Promise<void>)[] = []

export const workDir = async (): Promise<string> => (folder ??= await mkdtemp(join(tmpdir(), 'isoconnect-bench-')))
export const bootstrap = async (): Promise<string> => {
  if (!kafka) {
    kafka = await startKafka({ properties: { 'log.segment.bytes': String(2 ** 30), 'log.retention.hours': '-1' } })
    await warmUp()
  }
  return kafka.bootstrap
}
/** A cold broker compiles itself beside whoever is measured first. Kafka's own tool writes and reads this much before anybody is. */
const warmUp = async (): Promise<void> => {
  await createTopic('warm-up')
  await fillTopic('warm-up', 'string')
  await deleteTopic('warm-up')
}
/** Kafka's own ProducerPerformance writes `lineCount` lines of the input file. */
export const fillTopic = async (topic: string, format: Format): Promise<void> => {
  const { classPath } = await ensureKafkaJars()
  const dir = await workDir()
  const java = await startJava({
    classPath, jvm: ['-Xmx512m'], mainClass: 'org.apache.kafka.tools.ProducerPerformance', cwd: dir, logFile: join(dir, 'fill.log'),
    args: ['--topic', topic, '--num-records', String(lineCount), '--throughput', '-1', '--payload-file', await inputFile(format), '--producer-props', `bootstrap.servers=${await bootstrap()}`, 'acks=1'],
  })
  await java.sawLine('99.9th.', 180_000)
  await java.end('SIGTERM')
}
export const topics = async (): Promise<Admin> => {
  setLevel('root', 'WARN')
  return (admin ??= await kafkaClients().admin({ properties: { 'bootstrap.servers': await bootstrap() }, clientId: 'bench' }))
}
export const createTopic = async (name: string): Promise<void> => void (await (await topics()).createTopics([{ name, partitions: 1, replicationFactor: 1 }]))
export const deleteTopic = async (name: string): Promise<void> => (await topics()).deleteTopics([name])
/** Records in a topic of one partition. */
export const endOffset = async (topic: string): Promise<number> => [...(await (await topics()).listOffsets([{ topic, partition: 0 }], 'latest')).values()][0] ?? 0
export const cleanUp = async (): Promise<void> => {
  for (const close of closers.splice(0)) await close()
  await admin?.close()
  await kafka?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
}

const words = 'the time has come to talk of many things shoes and ships sealing wax cabbages kings why sea is boiling hot whether pigs have wings'.split(' ')
/** Lines of exactly 100 bytes of ASCII text (without the newline), different from each other. */
const line = (number: number): string => {
  let text = `${number} `
  for (let word = number; text.length < lineBytes; word = (word * 7 + 3) % 1_000_003) text += `${words[word % words.length]} `
  return text.slice(0, lineBytes)
}
const envelope = (text: string): string => `{"schema":{"type":"string","optional":false},"payload":${JSON.stringify(text)}}`

/** The input file, made once. `json` is the same text as JsonConverter writes it. */
export const inputFile = async (format: Format): Promise<string> => {
  const file = join(await workDir(), `lines-${format}.txt`)
  if (await stat(file).catch(() => null)) return file
  const out = createWriteStream(file)
  for (let number = 0; number < lineCount; ) {
    let chunk = ''
    for (let left = 5000; left > 0 && number < lineCount; left--, number++) chunk += `${format === 'json' ? envelope(line(number)) : line(number)}\n`
    if (!out.write(chunk)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return file
}

export type WorkerProcess = { readonly url: string; readonly pid: number; readonly dir: string; readonly readyMs: number; stop(): Promise<void>; log(): Promise<string> }
const converters: Readonly<Record<Format, string>> = { string: 'org.apache.kafka.connect.storage.StringConverter', json: 'org.apache.kafka.connect.json.JsonConverter' }

/** More than a case's format says: laid over the worker's properties; `plugins` go before those that are always there; `trace` makes `allocated` work for ours. */
export type WorkerExtras = { readonly properties?: Readonly<Record<string, string>>; readonly plugins?: Readonly<Record<Who, string>>; readonly trace?: boolean }

const javaStopMs = 30_000
/** Starts a standalone worker as users do and waits for its first 200 from GET /connectors. */
export const startWorker = async (who: Who, format: Format, extras: WorkerExtras = {}): Promise<WorkerProcess> => {
  const dir = await mkdtemp(join(await workDir(), `${who}-`))
  const extraPlugins = extras.plugins ? `${extras.plugins[who]},` : ''
  const [port] = (await freePorts(1)) as [number]
  const jars = await ensureKafkaJars()
  const url = `http://127.0.0.1:${port}`
  await writeFile(join(dir, 'worker.properties'), propertiesText({
    'bootstrap.servers': await bootstrap(),
    listeners: url,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': converters[format],
    'offset.storage.file.filename': join(dir, 'offsets'),
    'plugin.path': `${extraPlugins}${who === 'ours' ? join(root, 'plugin-path') : jars.pluginPath}`,
    ...extras.properties,
  }))
  const logFile = join(dir, 'worker.log')
  const began = performance.now()
  const child: ChildProcess = who === 'ours'
    ? spawn(process.execPath, [...(extras.trace ? traceArguments : []), join(root, 'src/cli/connect-standalone.ts'), join(dir, 'worker.properties')], {
        stdio: ['ignore', 'pipe', 'pipe'], cwd: dir, env: { ...process.env, ...(extras.trace ? traceEnvironment(dir) : {}) },
      })
    : spawn('java', ['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent',
        '-Djava.awt.headless=true', `-Djava.io.tmpdir=${dir}`, '-cp', jars.classPath, 'org.apache.kafka.connect.cli.ConnectStandalone', join(dir, 'worker.properties')], { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir })
  const log = createWriteStream(logFile)
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  const exited = once(child, 'exit')
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let running = true
  const stop = async (): Promise<void> => {
    if (running) child.kill('SIGTERM')
    // Java Connect was seen to wait for ever in its shutdown hook (RestServer.stop, Jetty's Server.join); what it measured is told by then
    const killer = who === 'java' ? setTimeout(() => child.kill('SIGKILL'), javaStopMs) : undefined
    await exited
    clearTimeout(killer)
  }
  void exited.then(() => {
    running = false
    process.off('exit', killWithUs)
  })
  closers.push(stop)
  for (;;) {
    if (!running) throw new Error(`${who}: the worker ended; its log:\n${await readFile(logFile, 'utf8')}`)
    const response = await fetch(`${url}/connectors`).catch(() => null)
    if (response?.status === 200) break
    await response?.body?.cancel()
    await sleep(2)
  }
  return { url, pid: child.pid ?? 0, dir, readyMs: performance.now() - began, stop, log: () => readFile(logFile, 'utf8') }
}

export const createConnector = async (worker: WorkerProcess, name: string, config: Readonly<Record<string, string>>): Promise<void> => {
  const response = await fetch(`${worker.url}/connectors`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, config }) })
  if (response.status !== 201) throw new Error(`POST /connectors: ${response.status} ${await response.text()}`)
  await response.body?.cancel()
}
/** Throws with the trace when a task of the connector has failed. */
export const checkRunning = async (worker: WorkerProcess, name: string): Promise<void> => {
  const status = (await (await fetch(`${worker.url}/connectors/${name}/status`)).json()) as { connector?: { state: string; trace?: string }; tasks?: { state: string; trace?: string }[] }
  for (const part of [status.connector, ...(status.tasks ?? [])]) if (part?.state === 'FAILED') throw new Error(`${name} failed: ${part.trace}`)
}

/**
 * Records per second between the first progress seen and the end. `progress` gives the records done so far.
 * Start-up of connector, consumer and JIT before the first record is thus outside, for both.
 */
export const throughput = async (progress: () => Promise<number>, total: number, check: () => Promise<void>): Promise<number> => {
  let first: { readonly at: number; readonly done: number } | undefined
  let lastCheck = performance.now()
  for (;;) {
    const done = await progress()
    const at = performance.now()
    if (done > 0) first ??= { at, done }
    if (first && done >= total) return ((done - first.done) / (at - first.at)) * 1000
    if (at - lastCheck > 1000) {
      await check()
      lastCheck = at
    }
    await sleep(5)
  }
}

/** Resident bytes of a process and all its descendants, from /proc. */
export const treeRssBytes = async (pid: number): Promise<number> => {
  const parents = new Map<number, number>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null)
    if (text) parents.set(Number(entry), Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const isOurs = (candidate: number): boolean => candidate === pid || (candidate > 1 && isOurs(parents.get(candidate) ?? 0))
  let pages = 0
  for (const candidate of parents.keys()) {
    if (isOurs(candidate)) pages += Number((await readFile(`/proc/${candidate}/statm`, 'utf8').catch(() => '0 0')).split(' ')[1])
  }
  return pages * 4096
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
/** Runs ours and Java alternately and returns both medians, printing each figure as it comes. */
export const alternate = async (run: (who: Who, round: number) => Promise<number>, unit: string, rounds = runsEach): Promise<{ readonly ours: number; readonly java: number }> => {
  const { ours, java } = await runs(['ours', 'java'], run, unit, rounds)
  return { ours: median(ours), java: median(java) }
}
/** The same where there is no Java to compare with. */
export const alone = async (run: (who: Who, round: number) => Promise<number>, unit: string): Promise<{ readonly ours: number; readonly java: null }> => ({
  ours: median((await runs(['ours'], run, unit, runsEach)).ours), java: null,
})
const runs = async (sides: readonly Who[], run: (who: Who, round: number) => Promise<number>, unit: string, rounds: number): Promise<Readonly<Record<Who, readonly number[]>>> => {
  const figures: Record<Who, number[]> = { ours: [], java: [] }
  for (let round = 0; round < rounds; round++) {
    for (const who of sides) {
      const figure = await run(who, round)
      figures[who].push(figure)
      process.stdout.write(`  ${who.padEnd(4)} run ${round + 1}: ${Math.round(figure).toLocaleString('en')} ${unit}\n`)
    }
  }
  return figures
}
