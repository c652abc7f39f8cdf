/** Fetches the jars of real Kafka by `pom.xml` into `.cache/kafka`: once per pom digest, whoever comes first; others wait for it. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type KafkaJars = {
  /** A class path for `java -cp`: broker, tools, Connect's runtime, JSON converter, transformations, MirrorMaker, log4j. */
  readonly classPath: string
  /** For a Java worker's `plugin.path`: holds `connect-file` only. */
  readonly pluginPath: string
  /** Apache Avro's library, and Kafka's jars for the JSON library it needs. */
  readonly avroClassPath: string
}

const cacheDir = resolve(import.meta.dirname, '../../.cache')
const kafkaDir = join(cacheDir, 'kafka')
const lockFile = join(cacheDir, 'kafka.lock')
const pom = join(import.meta.dirname, 'pom.xml')
const lockPollMs = 250

export const ensureKafkaJars = async (): Promise<KafkaJars> => {
  const digest = createHash('sha256').update(await readFile(pom)).digest('hex')
  await requireTool('java', ['-version'], 'a Java 17 or later')
  if (!(await isFetched(digest))) {
    await requireTool('mvn', ['-version'], 'Maven 3')
    await mkdir(cacheDir, { recursive: true })
    await using _lock = await takeLock()
    if (!(await isFetched(digest))) await fetchJars(digest)
  }
  return { classPath: join(kafkaDir, 'libs', '*'), pluginPath: join(kafkaDir, 'plugins'), avroClassPath: `${join(kafkaDir, 'avro', '*')}:${join(kafkaDir, 'libs', '*')}` }
}

const isFetched = async (digest: string): Promise<boolean> => (await readFile(join(kafkaDir, 'stamp'), 'utf8').catch(() => '')) === digest

/** Maven works in a folder of its own, which is renamed when complete: a killed run leaves nothing that looks finished. */
const fetchJars = async (digest: string): Promise<void> => {
  const staging = `${kafkaDir}.${process.pid}`
  await rm(staging, { recursive: true, force: true })
  try {
    await run('mvn', ['-B', '-q', '-f', pom, `-Dcache=${staging}`, 'dependency:copy-dependencies@libs', 'dependency:copy-dependencies@connect-file', 'dependency:copy-dependencies@avro'], { maxBuffer: 1 << 24 })
    await writeFile(join(staging, 'stamp'), digest)
    await rm(kafkaDir, { recursive: true, force: true })
    await rename(staging, kafkaDir)
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    throw new Error(`Kafka's jars could not be fetched by Maven (test/kafka/pom.xml): is its repository reachable?\n${output}`, { cause: error })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

const requireTool = async (name: string, args: readonly string[], what: string): Promise<void> => {
  try {
    await run(name, [...args])
  } catch (error) {
    throw new Error(`${name} cannot be run: real Kafka needs ${what} on the PATH (Debian: apt-get install openjdk-17-jre-headless maven). Without them, npm test runs what needs only npm.`, { cause: error })
  }
}

/** A file with the holder's pid, made exclusively. A holder that died without removing it is noticed by its pid. */
const takeLock = async (): Promise<AsyncDisposable> => {
  for (;;) {
    try {
      await writeFile(lockFile, String(process.pid), { flag: 'wx' })
      return { [Symbol.asyncDispose]: () => rm(lockFile, { force: true }) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      const holder = Number(await readFile(lockFile, 'utf8').catch(() => ''))
      if (holder > 0 && !isAlive(holder)) await rm(lockFile, { force: true })
      else await sleep(lockPollMs)
    }
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
