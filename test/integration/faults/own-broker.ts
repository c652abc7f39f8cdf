/** A broker that a test may kill: real Kafka when `npm run test:kafka` runs, else the dev broker as a process with its logs on disk. */
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../kafka/java.ts'
import type { TestFolder } from '../helpers/standalone.ts'
import { type Process, startDevBroker } from './processes.ts'

const awakeMs = 50

export interface OwnBroker extends AsyncDisposable {
  readonly bootstrap: string
  readonly kind: 'dev' | 'real'
  /** kill -9. */
  kill(): Promise<void>
  /** The same data on the same port. */
  start(): Promise<void>
  /** SIGSTOP, and SIGCONT after that time. */
  freeze(ms: number): Promise<void>
  /** From now on it answers in short moments only, `ms` apart. Resolves, when aborted, with the broker running. */
  slow(ms: number, signal: AbortSignal): Promise<void>
}

export const ownBroker = async (folder: TestFolder, properties: Readonly<Record<string, string>> = {}): Promise<OwnBroker> => {
  // the times are the fault itself, no synchronisation
  const faultsOf = (pid: () => number): Pick<OwnBroker, 'freeze' | 'slow'> => {
    const freeze = async (ms: number, signal?: AbortSignal): Promise<void> => {
      const frozen = pid()
      process.kill(frozen, 'SIGSTOP')
      await sleep(ms, undefined, signal && { signal }).catch(() => undefined)
      process.kill(frozen, 'SIGCONT')
    }
    return {
      freeze,
      slow: async (ms, signal) => {
        while (!signal.aborted) {
          await freeze(ms, signal)
          await sleep(awakeMs, undefined, { signal }).catch(() => undefined)
        }
      },
    }
  }
  if (process.env['ISOCONNECT_TEST_BOOTSTRAP']) {
    const { startKafka } = await import('../../kafka/server.ts')
    const kafka = await startKafka({ properties: { 'group.min.session.timeout.ms': '1000', 'broker.heartbeat.interval.ms': '300', 'broker.session.timeout.ms': '1500', ...properties } })
    return {
      bootstrap: kafka.bootstrap, kind: 'real', kill: () => kafka.stop(1), start: () => kafka.start(1), ...faultsOf(() => kafka.pid), [Symbol.asyncDispose]: () => kafka.close(),
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
    ...faultsOf(() => broker.pid),
    [Symbol.asyncDispose]: () => broker.kill(),
  }
}
