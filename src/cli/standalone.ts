/** `connect-standalone [-daemon] worker.properties [connector …]`: reads the files, starts the worker with its REST server, stops on a signal. */
import { messageOf } from '../errors.ts'
import { readPropertiesFile } from '../config/properties.ts'
import { startStandalone, StartError } from '../herder/start-standalone.ts'
import { logger } from '../log.ts'
import { createRestServer, type RestServer } from '../rest/server.ts'
import { builtInPlugins } from './built-in-plugins.ts'
import { daemonize } from './daemon.ts'
import { interrupted } from './main.ts'

const log = logger('org.apache.kafka.connect.cli.AbstractConnectCli')
const usage = 'Usage: ConnectStandalone worker.properties [connector1.properties connector2.json ...]'

/** Exit codes as Kafka's: 1 usage, 2 the worker could not be put together, 3 it could not be started. */
export const connectStandalone = async (args: readonly string[]): Promise<number> => {
  const files = args.filter((arg) => arg !== '-daemon' && arg !== '--daemon')
  const [workerFile, ...connectorFiles] = files
  if (workerFile === undefined || files.includes('--help') || files.includes('-h')) {
    log.info(usage)
    return 1
  }
  if (files.length < args.length) {
    process.stdout.write(daemonize('connect-standalone', 'connectStandalone', files))
    return 0
  }
  const props = await readWorkerFile(workerFile)
  if (props === null) return 2

  const stop = new AbortController()
  const stopped = Promise.race([interrupted(), parentGone()]).then(() => stop.abort())
  let server: RestServer | undefined
  try {
    const worker = await startStandalone({
      props,
      connectorFiles,
      env: process.env,
      commit: '26b251a451ce941d',
      signal: stop.signal,
      rest: {
        async initialize(config) {
          server = createRestServer({ config, builtInPlugins })
          return server.listen()
        },
        async initializeResources(parts) {
          await server?.registerResources(parts)
        },
        async stop() {
          await server?.close()
        },
      },
    })
    const failed = worker.ready.then(() => null, (error: unknown) => error)
    const error = await Promise.race([stopped.then(() => null), failed.then((reason) => reason ?? stopped.then(() => null))])
    if (error !== null) return error instanceof StartError ? error.exitCode : 3
    await worker.stop()
    return 0
  } catch (error) {
    if (stop.signal.aborted) return 0
    if (error instanceof StartError) return error.exitCode
    throw error
  }
}

/** An empty name means an empty configuration, as in Kafka. Null when the file cannot be read: said in the log. */
const readWorkerFile = async (file: string): Promise<Record<string, string> | null> => {
  try {
    return file === '' ? {} : await readPropertiesFile(file)
  } catch (error) {
    log.error(`Stopping due to error: the worker configuration ${file} cannot be read: ${messageOf(error)}`)
    return null
  }
}

/** A parent that started us with an IPC channel (the demo) takes us along when it dies, however that comes about. */
const parentGone = (): Promise<void> => (process.connected ? new Promise((resolve) => process.once('disconnect', () => resolve())) : new Promise(() => {}))
