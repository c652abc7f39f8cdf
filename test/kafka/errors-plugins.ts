/** The same failing plugins for both workers: `test/kafka/java` compiled by the JDK, and a bundle that does the same. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestFolder } from '../integration/helpers/standalone.ts'
import { ensureKafkaJars } from './jars.ts'

const sources = join(import.meta.dirname, 'java/isoconnect/errors')
/** Kafka finds plugins by these files without loading every class. */
const services = { 'org.apache.kafka.connect.sink.SinkConnector': 'isoconnect.errors.ErrantSink', 'org.apache.kafka.connect.transforms.predicates.Predicate': 'isoconnect.errors.FailingPredicate' }

/** Compiles into `folder`; returns a Java worker's plugin.path, the file connectors included. */
export const javaErrorsPlugins = async (folder: string): Promise<string> => {
  const { classPath, pluginPath } = await ensureKafkaJars()
  const classes = join(folder, 'java-plugins/errors')
  await mkdir(join(classes, 'META-INF/services'), { recursive: true })
  const files = (await readdir(sources)).map((name) => join(sources, name))
  await promisify(execFile)('javac', ['-nowarn', '-cp', classPath, '-encoding', 'UTF-8', '-d', classes, ...files])
  for (const [service, implementation] of Object.entries(services)) await writeFile(join(classes, 'META-INF/services', service), `${implementation}\n`)
  return `${pluginPath},${join(folder, 'java-plugins')}`
}

const code = `
import { ConnectException, DataException, Predicate, SinkConnector, SinkTask } from 'isoconnect'
export class ErrantSink extends SinkConnector {
  start() {}
  taskClass() { return ErrantSinkTask }
  taskConfigs() { return [{}] }
}
class ErrantSinkTask extends SinkTask {
  start() {}
  async put(records) {
    const reporter = this.context.errantRecordReporter()
    for (const record of records) {
      const value = String(record.value)
      if (value.startsWith('report')) await reporter.report(record, new DataException('cannot take ' + value, { cause: new Error('it is full') }))
      else if (value.startsWith('silent')) await reporter.report(record, new ConnectException())
      else if (value.startsWith('made')) await reporter.report({ ...record, key: 'made key', value: 'made value' }, new DataException('made anew'))
    }
  }
}
export class FailingPredicate extends Predicate {
  test(record) {
    if (String(record.value).startsWith('bad')) throw new DataException('no telling of ' + record.value)
    return false
  }
}
`
export const ourErrorsPlugins = (folder: TestFolder): Promise<void> =>
  folder.bundle('errors', [{ type: 'sink', class: 'isoconnect.errors.ErrantSink', export: 'ErrantSink' }, { type: 'predicate', class: 'isoconnect.errors.FailingPredicate', export: 'FailingPredicate' }], code)
