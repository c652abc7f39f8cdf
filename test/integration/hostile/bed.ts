/** A worker process with the healthy connector, and hostile bundles that are let loose beside it one after the other. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Quarantined } from '../../../src/plugins/types.ts'
import { childrenOf, isAlive, startWorker, type Status, type WorkerProcess } from '../faults/processes.ts'
import { outsider } from '../faults/topic.ts'
import { testKafka, uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder, until } from '../helpers/standalone.ts'
import { healthyClass, ratePerSecond, readArrivals, writeHealthyBundle } from './healthy.ts'
import { watchMachine } from './machine.ts'
import { watchMemory } from './memory.ts'
import { tracesOf } from './traces.ts'

export const limits = { memoryMb: 48, pollMs: 1000, putMs: 1000, callMs: 1500 } as const
/** As docs/configuration.md has it, for a Connector and one task. */
const processLimitMb = 256 + 2 * limits.memoryMb
/** The share of its rate that the healthy connector keeps in its slowest second. */
export const keptShare = 0.8
/** The part of the machine that strangers may have in a second that is judged. */
const mostForeignShare = 0.1
const warmUpMs = 4000
/** What comes after the end belongs to it: the process that is killed, the connector that is taken down. */
const aftermathMs = 500
/** Seconds that begin this long before it are looked at too, so that a short case has some. */
const leadMs = 700
export const mayKeepBytes = 20 * 1024 * 1024

export type Hostile = {
  /** As it stands in the table. */
  readonly name: string
  readonly type?: 'source' | 'sink'
  /** Members of the task's class. */
  readonly task?: string
  /** Members of the Connector's class. */
  readonly connector?: string
  /** What stands before the classes. */
  readonly before?: string
  readonly props?: Readonly<Record<string, string>>
  /** What its manifest asks for. */
  readonly permissions?: unknown
  /** It is to go on, as Kafka Connect does after such a thing: what it or the worker says in the log when that is certain. */
  readonly says?: RegExp
  /** What somebody else does when it runs. */
  readonly whenRunning?: (bed: Bed) => Promise<void>
}
export type Ending = {
  /** What the operator reads: the trace in REST's status, the answer to the request that was to create the connector, or the reason in the quarantine. */
  readonly trace: string
  /** The connector has failed, was not created, goes on; or its bundle was found broken before anybody asked for it. */
  readonly end: 'failed' | 'refused' | 'goes on' | 'quarantined'
  /** From the task's (or Connector's) first breath to FAILED as REST shows it. */
  readonly afterMs: number
  /** From the moment it passed the memory of its isolate, and that of its process, to FAILED; null when it was not seen to. */
  readonly afterIsolateMs: number | null
  readonly afterProcessMs: number | null
  /** What strangers had of the machine until then, 0 to 1. */
  readonly foreignShare: number
  /** Records of the healthy connector's slowest second. */
  readonly slowestSecond: number
  /** The slowest of those in which strangers left us the machine; null when there was none. */
  readonly slowestOwnSecond: number | null
  readonly problems: readonly string[]
  readonly workerGrewBytes: number
}

export interface Bed extends AsyncDisposable {
  readonly worker: WorkerProcess
  readonly bootstrap: string
  /** The worker's. Configurations of cases may say `FOLDER`, `REST` and `BROKER`. */
  readonly folder: TestFolder
  run(hostile: Hostile): Promise<Ending>
  /** What is there now and was not before the first case; waits for what ends by itself. Empty when nothing is left. */
  leftOvers(): Promise<readonly string[]>
}

/** A folder, empty but for what a case puts into it, that a manifest may ask for. */
export const granted = 'granted'
const bundleName = (index: number): string => `hostile-${index}`
const classOf = (index: number): string => `com.example.Hostile${index}`

export const hostileBed = async (cases: readonly Hostile[]): Promise<Bed> => {
  await using stack = new AsyncDisposableStack()
  const kafka = stack.use(await testKafka())
  const folder = stack.use(await testFolder())
  const machine = stack.use(watchMachine())
  await writeHealthyBundle(folder)
  for (const name of ['tmp', granted]) await mkdir(folder.file(name))
  for (const [index, hostile] of cases.entries()) {
    const plugins = [{ type: hostile.type ?? 'source', class: classOf(index), export: 'Hostile' }]
    await folder.bundle(bundleName(index), plugins, bundleOf(hostile), hostile.permissions === undefined ? {} : { isoconnect: { plugins, permissions: hostile.permissions } })
  }
  const topic = uniqueName('steady')
  await using topics = outsider(kafka.bootstrap)
  await topics.create(topic, 1, { 'message.timestamp.type': 'LogAppendTime' })
  const food = uniqueName('food')
  await topics.create(food)
  await topics.produce(food, 0, Array.from({ length: 1000 }, (_, number) => `for sinks ${number}`))
  const steady = uniqueName('steady')
  const worker = stack.use(await startWorker(folder, {
    bootstrap: kafka.bootstrap,
    under: ['env', `TMPDIR=${folder.file('tmp')}`],
    props: { 'isolate.memory.mb': String(limits.memoryMb), 'isolate.poll.timeout.ms': String(limits.pollMs), 'isolate.put.timeout.ms': String(limits.putMs), 'isolate.call.timeout.ms': String(limits.callMs) },
    connectors: [{ name: steady, 'connector.class': healthyClass, topic, 'isolate.poll.timeout.ms': '30000', 'isolate.call.timeout.ms': '30000' }],
  }))
  await worker.untilTask(steady, 'RUNNING')
  const arrivals = stack.use(await readArrivals(kafka.bootstrap, topic))
  await sleep(warmUpMs)
  // cells that looked at the bundles and validated the connector end by and by; its own stays
  const [healthyPid = 0] = await worker.until('only the healthy connector has a cell', () => childrenOf(worker.pid), ({ length }) => length === 1)
  await arrivals.catchUp()
  const before = await tracesOf(worker.pid, folder.path)

  const filled = (text: string): string => text.replaceAll('FOLDER', folder.path).replaceAll('REST', new URL(worker.url).port).replaceAll('BROKER', kafka.bootstrap)
  const owned = stack.move()
  const bed: Bed = {
    worker,
    folder,
    bootstrap: kafka.bootstrap,
    async run(hostile) {
      const index = cases.indexOf(hostile)
      const name = uniqueName('hostile')
      const rssBefore = await rssOf(worker.pid)
      const saidBefore = worker.output.length
      const began = Date.now()
      using memory = watchMemory(worker.pid, await childrenOf(worker.pid), { isolateMb: limits.memoryMb, processMb: processLimitMb })
      const config = { 'connector.class': classOf(index), 'tasks.max': '1', ...(hostile.type === 'sink' ? { topics: food } : {}), ...Object.fromEntries(Object.entries(hostile.props ?? {}).map(([key, value]) => [key, filled(value)])) }
      const created = await worker.rest('POST', '/connectors', { name, config })
      const refused = created.status >= 400 && (await worker.status(name)) === null
      if (hostile.whenRunning !== undefined) {
        await worker.untilTask(name, 'RUNNING')
        await hostile.whenRunning(bed)
      }
      const { says } = hostile
      const said = (): string => says?.exec(worker.output.slice(saidBefore))?.[0] ?? ''
      if (says !== undefined) await worker.until(`${hostile.name} goes on: ${says.source}`, () => Promise.resolve(said()), (words) => words !== '')
      const status = refused ? null : await worker.until(`${hostile.name} has come to its end`, () => worker.status(name), (seen) => says !== undefined || hasFailed(seen))
      const failed = Date.now()
      const firstBreath = [...worker.output.slice(saidBefore).matchAll(/first breath (\d+)/g)].at(-1)?.[1]
      await sleep(aftermathMs)
      if (!refused) await worker.rest('DELETE', `/connectors/${name}`)
      await arrivals.catchUp()
      const ended = Date.now()
      const problems = [...arrivals.problems]
      if (!(await isAlive(healthyPid))) problems.push('the healthy connector has got another process')
      await until('what it was given back', () => rssOf(worker.pid), (rss) => rss < rssBefore + mayKeepBytes, 10_000).catch(() => undefined)
      const { body: quarantined } = await worker.rest('GET', '/connector-plugins/quarantine')
      const reason = (quarantined as readonly Quarantined[]).find(({ location }) => location === join(folder.plugins, bundleName(index)))?.reason
      return {
        problems,
        end: reason !== undefined ? 'quarantined' : refused ? 'refused' : hasFailed(status) ? 'failed' : 'goes on',
        slowestSecond: arrivals.slowestSecond(began - leadMs, ended, () => true) ?? 0,
        slowestOwnSecond: arrivals.slowestSecond(began - leadMs, ended, (from, to) => machine.foreignShare(from, to) <= mostForeignShare),
        trace: reason ?? (refused ? String((created.body as { readonly message?: unknown }).message) : (status?.connector.trace ?? status?.tasks[0]?.trace ?? said())),
        foreignShare: machine.foreignShare(began, failed),
        afterMs: failed - Number(firstBreath ?? began),
        afterIsolateMs: memory.isolatePassedAt === null ? null : failed - memory.isolatePassedAt,
        afterProcessMs: memory.processPassedAt === null ? null : failed - memory.processPassedAt,
        workerGrewBytes: (await rssOf(worker.pid)) - rssBefore,
      }
    },
    async leftOvers() {
      const left = async (): Promise<readonly string[]> => [...(await tracesOf(worker.pid, folder.path))].filter((trace) => !before.has(trace))
      // a cell that has validated a connector is kept a while, for the next request
      return until('nothing is left', left, ({ length }) => length === 0, 40_000).catch(left)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
  return bed
}

const hasFailed = (status: Status | null): boolean => status !== null && (status.connector.state === 'FAILED' || status.tasks[0]?.state === 'FAILED')

const bundleOf = ({ type = 'source', task = '', connector = '', before = '' }: Hostile): string => {
  const kind = type === 'source' ? 'Source' : 'Sink'
  return `
import * as isoconnect from 'isoconnect'
import { ConfigDef, ConnectException, ${kind}Connector, ${kind}Task, sleep, stdio } from 'isoconnect'
${before}
const record = (more) => ({ topic: 'hostile', value: 'x', sourcePartition: {}, sourceOffset: { n: 1 }, ...more })
export class HostileTask extends ${kind}Task {
  constructor() { super(); console.info('first breath ' + Date.now()) }
  start() {}
  ${type === 'source' ? 'async poll() { await sleep(20); return null }' : 'put() {}'}
  ${task}
}
export class Hostile extends ${kind}Connector {
  static config = new ConfigDef()
  constructor() { super(); console.info('first breath ' + Date.now()) }
  start(props) { this.props = props }
  taskClass() { return HostileTask }
  taskConfigs() { return [this.props] }
  ${connector}
}`
}

const rssOf = async (pid: number): Promise<number> => Number((await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => '0 0')).split(' ')[1]) * 4096

export const share = (records: number): string => `${Math.round((records / ratePerSecond) * 100)} %`
