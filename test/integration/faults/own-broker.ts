/** A broker that a test may kill: real Kafka when `npm run test:kafka` runs, else the dev broker as a process with its logs on disk. */
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../kafka/java.ts'
import type { TestFolder } from '../helpers/standalone.ts'
import { type Process, startDevBroker } from './processes.ts'

export interface OwnBroker extends AsyncDisposable {
  readonly bootstrap: string
  readonly kind: 'dev' | 'real'
  /** kill -9. */
  kill(): Promise<void>
  /** The same data on the same port. */
  start(): Promise<void>
  /** SIGSTOP, and SIGCONT after that time. */
  freeze(ms: number): Promise<void>
}

export const ownBroker = async (folder: TestFolder, properties: Readonly<Record<string, string>> = {}): Promise<OwnBroker> => {
  const freezing = (pid: () => number) => async (ms: number): Promise<void> => {
    const frozen = pid()
    process.kill(frozen, 'SIGSTOP')
    // the fault itself, no synchronisation
    await sleep(ms)
    process.kill(frozen, 'SIGCONT')
  }
  if (process.env['ISOCONNECT_TEST_BOOTSTRAP']) {
    const { startKafka } = await import('../../kafka/server.ts')
    const kafka = await startKafka({ properties: { 'group.min.session.timeout.ms': '1000', 'broker.heartbeat.interval.ms': '300', 'broker.session.timeout.ms': '1500', ...properties } })
    return {
      bootstrap: kafka.bootstrap, kind: 'real', kill: () => kafka.stop(1), start: () => kafka.start(1), freeze: freezing(() => kafka.pid), [Symbol.asyncDispose]: () => kafka.close(),
    }
  }
  const [port = 0] = await freePorts(1)
  let broker: Process = await startDevBroker(folder, port)
  return {
    bootstrap: `127.0.0.1:${port}`,
    kind: 'dev',
    kill: () => broker.kill(),
    start: async () => {
      broker = await startDevBroker(folder, port)
    },
    freeze: freezing(() => broker.pid),
    [Symbol.asyncDispose]: () => broker.kill(),
  }
}
