/**
 * Real Apache Kafka in KRaft mode on free ports: one combined broker and controller, and on request a second broker.
 * Data and logs live in a temporary folder on disk, which `close` removes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureKafkaJars } from './jars.ts'
import { freePorts, type JavaProcess, log4jText, propertiesText, runJava, startJava } from './java.ts'

export interface KafkaServer extends AsyncDisposable {
  readonly bootstrap: string
  /** `host:port` of a further listener of the first broker. */
  addressOf(listener: string): string
  /** Process of the first broker (node 1, also the controller). */
  readonly pid: number
  /** Data and logs (`node-1.log`). */
  readonly dir: string
  /** Node ids from 1. `stop` is kill -9; `start` brings the same data back on the same port. */
  stop(nodeId: number): Promise<void>
  start(nodeId: number): Promise<void>
  /** Kills the brokers and removes their data. Idempotent. */
  close(): Promise<void>
}

export type KafkaServerOptions = {
  readonly brokers?: 1 | 2
  readonly properties?: Readonly<Record<string, string>>
  /** Listeners of the first broker beside PLAINTEXT, by name. */
  readonly listeners?: Readonly<Record<string, 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'>>
  /** `NAME=password` for both SCRAM mechanisms, there from the first moment. */
  readonly scramUsers?: Readonly<Record<string, string>>
}

const startTimeoutMs = 60_000
const clusterId = 'aXNvY29ubmVjdC10ZXN0cw'
const jvm = ['-Xms256m', '-Xmx1g', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-Xshare:auto', '-Djava.awt.headless=true']

export const startKafka = async (options: KafkaServerOptions = {}): Promise<KafkaServer> => {
  const { classPath } = await ensureKafkaJars()
  const brokers = options.brokers ?? 1
  const nodes = Array.from({ length: brokers }, (_, index) => index + 1)
  const further = Object.entries(options.listeners ?? {})
  const [controllerPort = 0, ...free] = await freePorts(1 + brokers + further.length)
  const ports = free.slice(0, brokers)
  const listeners = further.map(([name, protocol], index) => ({ name, protocol, port: free[brokers + index] ?? 0 }))
  const scram = Object.entries(options.scramUsers ?? {}).flatMap(([name, password]) => ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`]))
  const dir = await mkdtemp(join(tmpdir(), 'isoconnect-kafka-'))
  const running = new Map<number, JavaProcess>()
  let closing: Promise<void> | undefined

  const propertiesFile = (nodeId: number): string => join(dir, `node-${nodeId}.properties`)
  const start = async (nodeId: number): Promise<void> => {
    const java = await startJava({
      classPath, cwd: dir, mainClass: 'kafka.Kafka', args: [propertiesFile(nodeId)], logFile: join(dir, `node-${nodeId}.log`),
      jvm: [...jvm, `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`],
    })
    running.set(nodeId, java)
    await java.sawLine('Kafka Server started', startTimeoutMs)
  }
  const stop = async (nodeId: number): Promise<void> => {
    await running.get(nodeId)?.end('SIGKILL')
    running.delete(nodeId)
  }
  // A clean shutdown takes seconds and saves data that nobody will read.
  const close = (): Promise<void> =>
    (closing ??= Promise.all([...running.values()].map((java) => java.end('SIGKILL'))).then(() => rm(dir, { recursive: true, force: true })))

  try {
    await writeFile(join(dir, 'log4j2.properties'), log4jText('INFO'))
    await Promise.all(nodes.map(async (nodeId) => {
      await writeFile(propertiesFile(nodeId), propertiesText(nodeProperties(nodeId, ports[nodeId - 1] ?? 0, controllerPort, dir, nodeId === 1 ? listeners : [], options.properties ?? {})))
      await runJava({ classPath, cwd: dir, mainClass: 'kafka.tools.StorageTool', args: ['format', '-t', clusterId, '-c', propertiesFile(nodeId), ...scram],
        jvm: ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] })
    }))
    await Promise.all(nodes.map(start))
  } catch (error) {
    await close()
    throw error
  }
  const first = running.get(1)
  if (first === undefined) throw new Error('unreachable: node 1 was started')
  const addressOf = (name: string): string => `127.0.0.1:${listeners.find((listener) => listener.name === name)?.port ?? 0}`
  return { bootstrap: ports.map((port) => `127.0.0.1:${port}`).join(','), addressOf, get pid() { return running.get(1)?.pid ?? first.pid }, dir, stop, start, close, [Symbol.asyncDispose]: close }
}

type Listener = { readonly name: string; readonly protocol: string; readonly port: number }
const nodeProperties = (nodeId: number, port: number, controllerPort: number, dir: string, further: readonly Listener[], extra: Readonly<Record<string, string>>): Record<string, string> => ({
  'node.id': String(nodeId),
  'process.roles': nodeId === 1 ? 'broker,controller' : 'broker',
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  'controller.listener.names': 'CONTROLLER',
  listeners: [...addresses(port, further), ...(nodeId === 1 ? [`CONTROLLER://127.0.0.1:${controllerPort}`] : [])].join(','),
  'advertised.listeners': addresses(port, further).join(','),
  'listener.security.protocol.map': ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...further.map(({ name, protocol }) => `${name}:${protocol}`)].join(','),
  'log.dirs': join(dir, `data-${nodeId}`),
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'log.cleaner.dedupe.buffer.size': String(16 << 20),
  ...extra,
})
const addresses = (port: number, further: readonly Listener[]): string[] => [`PLAINTEXT://127.0.0.1:${port}`, ...further.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`)]
