/** The struct connectors for both workers: ours as they stand, Java's compiled by the JDK into a jar, once a run. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ensureKafkaJars } from '../kafka/jars.ts'
import { type Who, workDir } from './bed.ts'

const run = promisify(execFile)
const sources = join(import.meta.dirname, 'java/isoconnect/bench')
/** Kafka finds plugins by these files without loading every class. */
const services = { 'org.apache.kafka.connect.source.SourceConnector': 'isoconnect.bench.StructSource', 'org.apache.kafka.connect.sink.SinkConnector': 'isoconnect.bench.StructSink' }

let made: Promise<Readonly<Record<Who, string>>> | undefined
/** Folders for each worker's plugin.path. `more`: folders of jars that Java's is to have beside the connectors. */
export const structPlugins = async (more: readonly string[] = []): Promise<Readonly<Record<Who, string>>> => {
  const folders = await (made ??= make())
  for (const folder of more) {
    const link = join(folders.java, basename(folder))
    await rm(link, { force: true })
    await symlink(resolve(folder), link)
  }
  return folders
}

const make = async (): Promise<Readonly<Record<Who, string>>> => {
  const { classPath } = await ensureKafkaJars()
  const classes = join(await workDir(), 'struct-classes')
  const java = join(await workDir(), 'java-plugins')
  await mkdir(join(classes, 'META-INF/services'), { recursive: true })
  await mkdir(join(java, 'struct-connectors'), { recursive: true })
  const files = (await readdir(sources)).map((name) => join(sources, name))
  await run('javac', ['-cp', classPath, '-encoding', 'UTF-8', '-d', classes, ...files])
  for (const [service, implementation] of Object.entries(services)) await writeFile(join(classes, 'META-INF/services', service), `${implementation}\n`)
  await run('jar', ['cf', join(java, 'struct-connectors/struct-connectors.jar'), '-C', classes, '.'])
  return { ours: join(import.meta.dirname, 'plugins'), java }
}
