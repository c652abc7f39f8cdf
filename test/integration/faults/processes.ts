/** The worker and the dev broker as a user starts them, and the signals they get. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { freePorts, propertiesText } from '../../kafka/java.ts'
import { shippedPlugins, type TestFolder, until } from '../helpers/standalone.ts'

const cli = (name: string): string => resolve(import.meta.dirname, '../../../src/cli', `${name}.ts`)

export interface Process extends AsyncDisposable {
  readonly pid: number
  /** Everything it has printed. */
  readonly output: string
  readonly isRunning: boolean
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>
  signal(signal: NodeJS.Signals): void
  /** kill -9, and gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

export const startProcess = (command: readonly string[], cwd: string): Process => {
  const [file = '', ...args] = command
  const child: ChildProcess = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let isRunning = true
  const ended = once(child, 'close').then(([code]) => {
    isRunning = false
    return code as number | null
  })
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (isRunning) child.kill(signal)
    return ended
  }
  return {
    pid: child.pid ?? 0,
    get output() { return output },
    get isRunning() { return isRunning },
    ended,
    signal: (signal) => void child.kill(signal),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

type TaskStatus = { readonly id: number; readonly state: string; readonly trace?: string }
export type Status = { readonly connector: { readonly state: string; readonly trace?: string }; readonly tasks: readonly TaskStatus[] }
export interface WorkerProcess extends Process {
  readonly url: string
  status(connector: string): Promise<Status | null>
  /** Waits until the connector's first task is in that state, and gives its trace. */
  untilTask(connector: string, state: string): Promise<string>
  restart(connector: string): Promise<void>
  rest(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
  /** As `until`; what the worker has said last comes with the failure. */
  until<T>(what: string, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T>
}
export type WorkerOptions = {
  readonly bootstrap: string
  readonly props?: Readonly<Record<string, string>>
  readonly connectors?: readonly Readonly<Record<string, string>>[]
  /** A command and its first arguments, to run the worker under: `prlimit …`. */
  readonly under?: readonly string[]
}

export const workerFiles = async (folder: TestFolder, { bootstrap, props = {}, connectors = [] }: WorkerOptions): Promise<{ readonly url: string; readonly files: readonly string[] }> => {
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const files = [folder.file('worker.properties')]
  await writeFile(folder.file('worker.properties'), propertiesText({
    'bootstrap.servers': bootstrap,
    listeners: url,
    'plugin.path': `${folder.plugins},${shippedPlugins}`,
    'plugin.cache.dir': folder.file('cache'),
    'offset.storage.file.filename': folder.file('offsets'),
    'offset.flush.interval.ms': '100',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    ...props,
  }))
  for (const config of connectors) {
    const file = folder.file(`${config['name']}.properties`)
    await writeFile(file, propertiesText(config))
    files.push(file)
  }
  return { url, files }
}

/** `connect-standalone worker.properties connector.properties …`. Returns at once: the faults come when they come. */
export const startWorker = async (folder: TestFolder, options: WorkerOptions): Promise<WorkerProcess> => {
  const { url, files } = await workerFiles(folder, options)
  const worker = startProcess([...(options.under ?? []), process.execPath, cli('connect-standalone'), ...files], folder.path)
  const rest: WorkerProcess['rest'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
  const status = async (connector: string): Promise<Status | null> => {
    const answer = await rest('GET', `/connectors/${connector}/status`).catch((error: unknown) => {
      if (worker.isRunning) return null
      throw new Error(`the worker has ended:\n${worker.output}`, { cause: error })
    })
    return answer?.status === 200 ? (answer.body as Status) : null
  }
  const untilWorker: WorkerProcess['until'] = (what, ask, wanted) =>
    until(what, ask, wanted).catch((error: unknown) => {
      throw new Error(`${String(error)}; the worker said:\n${worker.output.slice(-6000)}`, { cause: error })
    })
  return Object.assign(Object.create(worker) as Process, {
    url,
    rest,
    status,
    until: untilWorker,
    async untilTask(connector: string, state: string) {
      const seen = await untilWorker(`${connector} is ${state}`, () => status(connector), (found) => found?.tasks[0]?.state === state)
      return seen?.tasks[0]?.trace ?? ''
    },
    async restart(connector: string) {
      const answer = await rest('POST', `/connectors/${connector}/restart?includeTasks=true&onlyFailed=true`)
      if (answer.status !== 202) throw new Error(`restart: ${answer.status} ${JSON.stringify(answer.body)}`)
    },
    [Symbol.asyncDispose]: async () => worker[Symbol.asyncDispose](),
  })
}

/** The dev broker on a port of its own, with its logs on disk: `kill` and start again is a crash. */
export const startDevBroker = async (folder: TestFolder, port: number): Promise<Process> => {
  const broker = startProcess([process.execPath, cli('isoconnect'), 'broker', '--port', String(port), '--data', join(folder.path, 'broker')], folder.path)
  await until('the broker listens', () => Promise.resolve(broker.output), (output) => output.includes('listening') || !broker.isRunning)
  if (!broker.isRunning) throw new Error(`the broker ended:\n${broker.output}`)
  return broker
}

/** From /proc: direct children that still run. */
export const childrenOf = async (pid: number): Promise<number[]> => {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (Number(parent) === pid && state !== 'Z') found.push(Number(entry))
  }
  return found
}
export const isAlive = async (pid: number): Promise<boolean> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text !== '' && text.slice(text.lastIndexOf(')') + 2)[0] !== 'Z'
}
/** Done to a process, or it has ended by itself: the cells that validate and describe are closed when they are idle. */
const unlessGone = async (pid: number, act: () => void): Promise<void> => {
  try {
    act()
  } catch (error) {
    if (await isAlive(pid)) throw error
  }
}
export const killProcess = (pid: number): Promise<void> => unlessGone(pid, () => void process.kill(pid, 'SIGKILL'))
/**
 * RLIMIT_FSIZE of one process stands for its disk: no file of it grows past that many bytes (a write is cut short, the next one gets EFBIG).
 * Only the soft limit moves, which needs no privilege.
 */
export const limitFiles = (pid: number, bytes: number | 'unlimited'): Promise<void> =>
  unlessGone(pid, () => void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { stdio: ['ignore', 'ignore', 'pipe'] }))

/** Resident bytes of a process and of its children. */
export const rssBytesOf = async (pid: number): Promise<number> => {
  let pages = 0
  for (const one of [pid, ...(await childrenOf(pid))]) pages += Number((await readFile(`/proc/${one}/statm`, 'utf8').catch(() => '0 0')).split(' ')[1])
  return pages * 4096
}
