/** The Java half of the parity tests: compiled once for each state of its sources, one process for all cases. */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ensureKafkaJars } from '../kafka/jars.ts'
import type { Answer, Case } from './cases.ts'

export interface JavaSide extends AsyncDisposable {
  /** The answers of Kafka's classes, in the order of the cases. One batch at a time. */
  run(cases: readonly Case[]): Promise<Answer[]>
  /** JDKs before 19 print some doubles with more digits than they need (JDK-4511638). */
  readonly printsShortestDoubles: boolean
}

const sourceDir = join(import.meta.dirname, 'java')
const cacheDir = resolve(import.meta.dirname, '../../.cache/parity')

/** The classes, in a folder named by what they were made of. */
const compile = async (classPath: string): Promise<string> => {
  const sources = (await readdir(sourceDir)).filter((name) => name.endsWith('.java')).map((name) => join(sourceDir, name))
  const digest = createHash('sha256')
  for (const source of sources) digest.update(await readFile(source))
  const target = join(cacheDir, digest.digest('hex').slice(0, 16))
  const staging = `${target}.${process.pid}`
  if (await readdir(target).catch(() => null)) return target
  await mkdir(staging, { recursive: true })
  try {
    await promisify(execFile)('javac', ['-nowarn', '-d', staging, '-cp', classPath, ...sources])
    // another process may have been faster
    await rename(staging, target).catch(() => undefined)
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    throw new Error(`javac failed on test/parity/java; it needs a JDK 17 or later (Debian: apt-get install openjdk-17-jdk-headless)\n${output}`, { cause: error })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return target
}

/** `more`: jars beside Kafka's. */
export const startJavaSide = async (more: readonly string[] = []): Promise<JavaSide> => {
  const { classPath } = await ensureKafkaJars()
  const classes = await compile(classPath)
  const { stderr: version } = await promisify(execFile)('java', ['-version'])
  const child = spawn('java', ['-Xmx512m', '-Duser.timezone=UTC', '-Duser.language=en', '-Dfile.encoding=UTF-8', '-cp', [classPath, classes, ...more].join(delimiter), 'Parity'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)))
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    printsShortestDoubles: Number(/version "(\d+)/.exec(version)?.[1] ?? 0) >= 19,
    async run(cases) {
      child.stdin.write(`${JSON.stringify(cases)}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error(`the Java half of the parity tests ended:\n${complaints}`)
      return JSON.parse(line.value) as Answer[]
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
      process.off('exit', killWithUs)
    },
  }
}
