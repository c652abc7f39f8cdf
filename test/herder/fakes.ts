/** A worker, a configuration room and an offset store that do what a test tells them, and remember what they were asked. */
import { ConnectError } from '../../src/errors.ts'
import type { ConnectorConfiguration } from '../../src/herder/configuration.ts'
import { StandaloneHerder } from '../../src/herder/standalone.ts'
import type { ConfigInfos } from '../../src/herder/types.ts'
import type { Admin } from '../../src/kafka/types.ts'
import { setLevel } from '../../src/log.ts'
import { canonical } from '../../src/storage/offset-json.ts'
import type { OffsetStore } from '../../src/storage/offset-store.ts'
import { createMemoryConfigStore } from '../../src/storage/memory/config-store.ts'
import { createMemoryStatusStore } from '../../src/storage/memory/status-store.ts'
import type { OffsetEntry, StringMap } from '../../src/wire/guest-api.ts'
import type { ConnectorSpec, TaskId, Worker, WorkerEvents } from '../../src/worker/types.ts'

setLevel('root', 'OFF')

const text = ({ connector, task }: TaskId): string => `${connector}-${task}`
const unused = (): never => {
  throw new Error('not expected in this test')
}

/** Task configs come from the connector's `tasks` setting: `{n: "0"}`, `{n: "1"}` … and its `mark` where it has one. */
export class FakeWorker implements Worker {
  readonly calls: string[] = []
  readonly specs = new Map<string, ConnectorSpec>()
  readonly #tasks = new Map<string, TaskId>()
  readonly events: WorkerEvents
  startFailure: Error | null = null
  /** Reported as FAILED instead of the target state. */
  failing = false
  taskConfigsFailure: Error | null = null
  startTaskFailure: Error | null = null
  alterOffsetsAnswer: boolean | Error = true
  alteredWith: readonly OffsetEntry[] = []
  /** When set, every start of a connector waits for it. */
  gate: Promise<void> | null = null

  constructor(events: WorkerEvents) {
    this.events = events
  }
  async startConnector(spec: ConnectorSpec): Promise<void> {
    this.calls.push(`startConnector ${spec.name} ${spec.targetState}`)
    await this.gate
    if (this.startFailure !== null) throw this.startFailure
    this.specs.set(spec.name, spec)
    if (this.failing) this.events.onConnectorState(spec.name, 'FAILED', '1.0', 'Error: boom')
    else this.#report(spec.name, spec.targetState)
  }
  stopConnector(name: string): Promise<void> {
    this.calls.push(`stopConnector ${name}`)
    if (this.specs.delete(name)) this.events.onConnectorState(name, 'UNASSIGNED', null)
    return Promise.resolve()
  }
  setTargetState(name: string, state: ConnectorSpec['targetState']): Promise<void> {
    this.calls.push(`setTargetState ${name} ${state}`)
    const spec = this.specs.get(name)
    if (spec !== undefined) this.specs.set(name, { ...spec, targetState: state })
    this.#report(name, state)
    return Promise.resolve()
  }
  isRunning(name: string): boolean {
    return this.specs.get(name)?.targetState === 'STARTED' && !this.failing
  }
  taskConfigs(name: string): Promise<{ readonly taskClass: string; readonly configs: readonly StringMap[] }> {
    this.calls.push(`taskConfigs ${name}`)
    if (this.taskConfigsFailure !== null) return Promise.reject(this.taskConfigsFailure)
    const config = this.specs.get(name)?.config ?? {}
    const configs = Array.from({ length: Number(config['tasks'] ?? 1) }, (_, n) => ({ n: String(n), ...('mark' in config ? { mark: config['mark'] ?? '' } : {}) }))
    return Promise.resolve({ taskClass: 'FakeTask', configs })
  }
  alterOffsets(_spec: ConnectorSpec, entries: readonly OffsetEntry[]): Promise<boolean> {
    this.alteredWith = entries
    return this.alterOffsetsAnswer instanceof Error ? Promise.reject(this.alterOffsetsAnswer) : Promise.resolve(this.alterOffsetsAnswer)
  }
  forgetTopics(name: string): Promise<void> {
    this.calls.push(`forgetTopics ${name}`)
    return Promise.resolve()
  }
  startTask(spec: { readonly id: TaskId; readonly config: StringMap }): Promise<void> {
    this.calls.push(`startTask ${text(spec.id)}`)
    if (this.startTaskFailure !== null) return Promise.reject(this.startTaskFailure)
    this.#tasks.set(text(spec.id), spec.id)
    this.events.onTaskState(spec.id, 'RUNNING', '1.0')
    return Promise.resolve()
  }
  stopTasks(ids: readonly TaskId[]): Promise<void> {
    this.calls.push(`stopTasks ${ids.map(text).join(',')}`)
    for (const id of ids) if (this.#tasks.delete(text(id))) this.events.onTaskState(id, 'UNASSIGNED', null)
    return Promise.resolve()
  }
  tasks(): readonly TaskId[] {
    return [...this.#tasks.values()]
  }
  usage(): Promise<{ readonly cells: readonly [] }> {
    return Promise.resolve({ cells: [] })
  }
  close(): Promise<void> {
    this.calls.push('close')
    return Promise.resolve()
  }
  #report(name: string, state: ConnectorSpec['targetState']): void {
    this.events.onConnectorState(name, state === 'STARTED' ? 'RUNNING' : state, '1.0')
    if (state === 'STARTED') this.events.onTaskReconfiguration(name)
  }
}

let leases = 0
/** Variables: `${secret:x}` resolves to `resolved-x`, `${lease:5}` to another value each time, good for 5 ms. A config with `invalid` does not validate. A class ending in Sink is a sink. */
export const fakeConfiguration = (admin: () => Admin = unused): ConnectorConfiguration => ({
  resolve: (config) => Promise.resolve(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.replace(/\$\{secret:(\w+)\}/g, 'resolved-$1')]))),
  resolveWithTtl: (config) => Promise.resolve({
    props: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.replace(/\$\{secret:(\w+)\}/g, 'resolved-$1').replace(/\$\{lease:\d+\}/g, () => `lease-${++leases}`)])),
    ttlMs: Object.values(config).map((value) => /\$\{lease:(\d+)\}/.exec(value)?.[1]).map((ms) => (ms === undefined ? null : Number(ms))).find((ms) => ms !== null) ?? null,
  }),
  validate: (config) => Promise.resolve(infos('invalid' in config ? [`Invalid value ${config['invalid']} for configuration invalid`] : [])),
  pluginConfig: unused,
  typeOf: (config) => (config['connector.class'] === undefined ? 'unknown' : config['connector.class'].endsWith('Sink') ? 'sink' : 'source'),
  // as the true one: tasks' configurations need not name the class, the connector's does
  secrets: (_raw, resolved, connector = resolved) => (connector['connector.class'] === undefined ? Promise.reject(new Error('no connector.class')) : Promise.resolve([])),
  connectorSpec: (name, config, targetState, secrets, running = '1.0') => ({
    name, secrets, type: config['connector.class']?.endsWith('Sink') === true ? 'sink' : 'source', config, targetState, cellPer: 'connector', pollTimeoutMs: 1, putTimeoutMs: 1,
    plugin: { bundleFile: '', className: '', exportName: '', version: running }, grants: { fs: [], net: [], stdio: false }, limits: { memoryMb: 1, rssMb: 1, cpuPercent: 1, callTimeoutMs: 1 },
  }),
  taskSpec: (connector, id, config) => ({
    id, connector, config, offsetFlushIntervalMs: 1, offsetFlushTimeoutMs: 1, topicCreationEnable: true, plugins: {}, transforms: [], clients: { producer: {}, consumer: {}, admin: {}, deadLetters: null },
    errors: { retryTimeoutMs: 0, retryDelayMaxMs: 60_000, tolerance: 'none', logEnable: false, logIncludeMessages: false, deadLetterQueue: null, putBisection: null },
    converters: { key: { className: '', isKey: true, config: {} }, value: { className: '', isKey: false, config: {} }, header: { className: '', isKey: false, config: {} } },
  }),
  tasksMax: (config) => ({ tasksMax: Number(config['tasks.max'] ?? 2), enforce: config['tasks.max.enforce'] !== 'false' }),
  consumerGroup: (name) => `connect-${name}`,
  connectorAdmin: () => Promise.resolve(admin()),
})
const infos = (errors: readonly string[]): ConfigInfos => ({
  name: 'Fake', error_count: errors.length, groups: [],
  configs: errors.map((error) => ({ definition: null, value: { name: 'invalid', value: null, recommended_values: [], errors: [error], visible: true } })),
})

export const memoryOffsets = (): OffsetStore => {
  const stored = new Map<string, { readonly connector: string; readonly partition: string; readonly offset: string }>()
  const id = (connector: string, partition: string): string => `${connector} ${canonical(partition)}`
  return {
    start: () => Promise.resolve(),
    read: (connector, partitions) => Promise.resolve(partitions.map((partition) => stored.get(id(connector, partition))?.offset ?? null)),
    write: (connector, entries) => {
      for (const { partition, offset } of entries) {
        if (offset === null) stored.delete(id(connector, partition))
        else stored.set(id(connector, partition), { connector, partition, offset })
      }
      return Promise.resolve()
    },
    offsets: (connector) => Promise.resolve([...stored.values()].filter((entry) => entry.connector === connector).map(({ partition, offset }) => ({ partition, offset }))),
    stop: () => Promise.resolve(),
  }
}

export type Rig = { readonly herder: StandaloneHerder; readonly worker: FakeWorker; readonly offsets: OffsetStore }
export const startedHerder = async (options: { readonly admin?: () => Admin; readonly topicTracking?: { readonly enable: boolean; readonly allowReset: boolean } } = {}): Promise<Rig> => {
  let worker: FakeWorker | null = null
  const offsets = memoryOffsets()
  const herder = new StandaloneHerder({
    workerId: 'host:8083',
    serverInfo: () => Promise.resolve({ version: '4.3.1', commit: 'c', kafka_cluster_id: 'id' }),
    createWorker: (events) => Promise.resolve((worker = new FakeWorker(events))),
    configuration: fakeConfiguration(options.admin),
    configs: createMemoryConfigStore(),
    statuses: createMemoryStatusStore(),
    offsets,
    topicTracking: options.topicTracking ?? { enable: true, allowReset: true },
    shutdownTimeoutMs: 1000,
  })
  await herder.start()
  if (worker === null) throw new ConnectError('INTERNAL', 'no worker')
  return { herder, worker, offsets }
}
