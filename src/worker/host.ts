/** The connectors and tasks of one task thread: what the thread's requests act on. Knows no threads and no messages. */
import { ConnectError } from '../errors.ts'
import { hideSecrets } from '../log-secrets.ts'
import type { OffsetEntry } from '../wire/guest-api.ts'
import { CellPool } from './cells.ts'
import { WorkerConnector } from './connector.ts'
import { guestLog, type HostDeps, runtimeLogger } from './deps.ts'
import { valueOf } from './error-data.ts'
import type { CellUsage, TaskConfigs } from './messages.ts'
import { WorkerTask } from './task.ts'
import type { ConnectorSpec, TargetState, TaskId, TaskSpec } from './types.ts'

const keyOf = (id: TaskId): string => `${id.connector}-${id.task}`

export class ThreadHost {
  readonly #deps: HostDeps
  readonly #cells: CellPool
  readonly #connectors = new Map<string, WorkerConnector>()
  readonly #tasks = new Map<string, WorkerTask>()

  constructor(deps: HostDeps) {
    this.#deps = deps
    this.#cells = new CellPool(deps.spawnCell)
  }

  async startConnector(spec: ConnectorSpec): Promise<void> {
    if (this.#connectors.has(spec.name)) throw new ConnectError('CONFLICT', `Connector ${spec.name} is already running on this worker`)
    hideSecrets(spec.name, spec.secrets)
    const connector = new WorkerConnector(spec, this.#cells, this.#deps)
    this.#connectors.set(spec.name, connector)
    await connector.transition(spec.targetState)
  }
  async stopConnector(name: string): Promise<void> {
    const connector = this.#connectors.get(name)
    if (!connector) return
    this.#connectors.delete(name)
    await connector.shutdown()
  }
  async setTargetState(name: string, state: TargetState): Promise<void> {
    for (const task of this.#tasks.values()) if (task.spec.id.connector === name && state !== 'STOPPED') task.setPaused(state === 'PAUSED')
    await this.#connectors.get(name)?.transition(state)
  }
  async taskConfigs(name: string, maxTasks: number): Promise<TaskConfigs> {
    const connector = this.#connectors.get(name)
    if (!connector) throw new ConnectError('NOT_FOUND', `Connector ${name} not found in this worker.`)
    return connector.taskConfigs(maxTasks)
  }

  /** In a cell of its own: the connector is stopped, so it has none. */
  async alterOffsets(spec: ConnectorSpec, entries: readonly OffsetEntry[]): Promise<boolean> {
    const lease = await this.#cells.acquire({ ...spec, cellPer: 'task' }, 'alter-offsets', () => undefined)
    try {
      const onLog = guestLog(spec.plugin.className, `[${spec.name}|worker] `)
      const guest = valueOf(await lease.cell.open('connector', { label: 'connector', onLog, handlers: { configs: () => spec.config } }))
      return valueOf(await guest.call('alterOffsets', [spec.config, entries], { timeoutMs: spec.limits.callTimeoutMs }))
    } finally {
      await lease.release()
    }
  }

  forgetTopics(name: string): void {
    for (const task of this.#tasks.values()) if (task.spec.id.connector === name) task.forgetTopics()
  }
  startTask(spec: TaskSpec): void {
    const key = keyOf(spec.id)
    if (this.#tasks.has(key)) throw new ConnectError('CONFLICT', `Task already exists in this worker: ${key}`)
    hideSecrets(`task ${key}`, spec.connector.secrets)
    runtimeLogger('Worker', `[${spec.id.connector}|task-${spec.id.task}] `).info(`Creating task ${key}`)
    this.#tasks.set(key, new WorkerTask(spec, this.#cells, this.#deps))
  }
  /** All share one deadline. Tasks that ended by themselves are forgotten here, too. */
  async stopTasks(ids: readonly TaskId[]): Promise<void> {
    const stopped: Promise<void>[] = []
    for (const id of ids) {
      const task = this.#tasks.get(keyOf(id))
      if (!task) continue
      this.#tasks.delete(keyOf(id))
      stopped.push(task.stopWithin(this.#deps.gracefulShutdownTimeoutMs))
    }
    await Promise.all(stopped)
  }
  tasks(): readonly TaskId[] {
    return [...this.#tasks.values()].map((task) => task.spec.id)
  }
  usage(): readonly CellUsage[] {
    return this.#cells.usage()
  }
  async close(): Promise<void> {
    await this.stopTasks(this.tasks())
    await Promise.all([...this.#connectors.keys()].map((name) => this.stopConnector(name)))
  }
}
