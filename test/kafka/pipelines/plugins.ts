/** The same source and the same sink for both workers: `java/`, compiled with test/parity's encoding of values, and the bundle in `guest/`. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { TestFolder } from '../../integration/helpers/standalone.ts'
import { ensureKafkaJars } from '../jars.ts'

const sourceDirs = [join(import.meta.dirname, 'java'), resolve(import.meta.dirname, '../../parity/java')]
/** Kafka finds plugins by these files without loading every class. */
const services = { 'org.apache.kafka.connect.source.SourceConnector': 'PipelineSource', 'org.apache.kafka.connect.sink.SinkConnector': 'PipelineSink' }

/** Compiles into `folder`; returns a Java worker's plugin.path. */
export const javaPipelinePlugins = async (folder: string): Promise<string> => {
  const { classPath } = await ensureKafkaJars()
  const classes = join(folder, 'java-plugins/pipelines')
  await mkdir(join(classes, 'META-INF/services'), { recursive: true })
  const files = (await Promise.all(sourceDirs.map(async (dir) => (await readdir(dir)).filter((name) => name.endsWith('.java')).map((name) => join(dir, name))))).flat()
  await promisify(execFile)('javac', ['-nowarn', '-cp', classPath, '-encoding', 'UTF-8', '-d', classes, ...files])
  for (const [service, implementation] of Object.entries(services)) await writeFile(join(classes, 'META-INF/services', service), `${implementation}\n`)
  return join(folder, 'java-plugins')
}

const permissions = { fs: [{ path: '${config:records}', access: 'read', reason: 'the records to send' }, { path: '${config:done}', access: 'read-write', reason: 'what became of them' }] }
export const ourPipelinePlugins = async (folder: TestFolder): Promise<void> => {
  const plugins = [{ type: 'source', class: 'PipelineSource', export: 'PipelineSource' }, { type: 'sink', class: 'PipelineSink', export: 'PipelineSink' }]
  await folder.bundle('pipelines', plugins, await readFile(join(import.meta.dirname, 'guest/index.js'), 'utf8'), { isoconnect: { plugins, permissions } })
}
