/** A Java process of the test suite: output to a log file, readiness by a log line or a probe, and no way to outlive this process by accident. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { promisify } from 'node:util'

export type JavaProcess = {
  readonly pid: number
  /** Resolves when a line of the output holds the text; rejects, with the end of the log, if the process ends first or time runs out. */
  sawLine(text: string, timeoutMs: number): Promise<void>
  /** undefined while it runs. */
  readonly exitCode: number | null | undefined
  readonly logFile: string
  /** Sends the signal, SIGKILL after 20 s, and resolves when the process is gone. Idempotent. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

const logTailChars = 4000
const graceMs = 20_000

export const startJava = async (options: {
  readonly classPath: string
  readonly jvm: readonly string[]
  readonly mainClass: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly logFile: string
}): Promise<JavaProcess> => {
  // its own folder for temporary files: snappy and lz4 unpack libraries there, which a process that is killed leaves behind
  const child = spawn('java', [`-Djava.io.tmpdir=${options.cwd}`, ...options.jvm, '-cp', options.classPath, options.mainClass, ...options.args], { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = onceExited(child)
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const log = createWriteStream(options.logFile, { flags: 'a' })
  const waiters = new Set<(chunk: string) => void>()
  let seen = ''
  const take = (chunk: Buffer): void => {
    log.write(chunk)
    seen += chunk.toString('latin1')
    for (const waiter of waiters) waiter(seen)
    if (waiters.size === 0) seen = seen.slice(-logTailChars)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  let exitCode: number | null | undefined
  const gone = exited.then((code) => {
    exitCode = code
    process.off('exit', killWithUs)
    log.end()
  })
  await Promise.race([once(child, 'spawn'), exited])
  const pid = child.pid
  if (pid === undefined) throw new Error(`java cannot be run (${options.mainClass})`)
  return {
    pid,
    logFile: options.logFile,
    get exitCode() {
      return exitCode
    },
    async sawLine(text, timeoutMs) {
      const found = Promise.withResolvers<'found' | 'late'>()
      const waiter = (all: string): void => {
        if (all.includes(text)) found.resolve('found')
      }
      waiters.add(waiter)
      waiter(seen)
      const timer = setTimeout(() => found.resolve('late'), timeoutMs)
      const outcome = await Promise.race([found.promise, gone.then(() => 'ended' as const)])
      clearTimeout(timer)
      waiters.delete(waiter)
      if (outcome === 'found') return
      const tail = (await readFile(options.logFile, 'utf8').catch(() => '')).slice(-logTailChars)
      throw new Error(`${options.mainClass} ${outcome === 'ended' ? `ended with code ${exitCode}` : `did not say "${text}" within ${timeoutMs} ms`}; the end of its log:\n${tail}`)
    },
    async end(signal) {
      if (exitCode === undefined) child.kill(signal)
      const deadline = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await gone
      clearTimeout(deadline)
    },
  }
}

const onceExited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('close', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })

/** Runs a Java tool to its end; throws with its output unless it exits with 0. Resolves with its standard output. */
export const runJava = async (options: { readonly classPath: string; readonly jvm?: readonly string[]; readonly mainClass: string; readonly args: readonly string[]; readonly cwd: string }): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)('java', [...(options.jvm ?? []), '-cp', options.classPath, options.mainClass, ...options.args], { cwd: options.cwd, maxBuffer: 1 << 26 })
    return stdout
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error && 'stderr' in error ? `${String(error.stdout)}\n${String(error.stderr)}` : ''
    throw new Error(`${options.mainClass} failed:\n${output}`, { cause: error })
  }
}

/** Ports that were free a moment ago, all different. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export const propertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties).map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`).join('')

/** log4j2 to standard output. */
export const log4jText = (level: string): string =>
  propertiesText({
    status: 'error',
    'appender.console.type': 'Console',
    'appender.console.name': 'STDOUT',
    'appender.console.layout.type': 'PatternLayout',
    'appender.console.layout.pattern': '[%d] %p %m (%c)%n',
    'rootLogger.level': level,
    'rootLogger.appenderRef.console.ref': 'STDOUT',
  })
