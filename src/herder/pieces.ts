/**
 * Starting and replacing the pieces of a connector: its Connector object and its tasks, from stored configurations to the worker,
 * with what went wrong in their statuses. Whoever calls this sees to it that one connector's pieces are touched by one caller at a time.
 */
import { ConnectError } from '../errors.ts'
import { logger, traceOf } from '../log.ts'
import { hideSecrets } from '../log-secrets.ts'
import type { ConfigStore, StoredConnector } from '../storage/config-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, ConnectorState, TaskId, Worker } from '../worker/types.ts'
import type { ConnectorConfiguration } from './configuration.ts'
import type { StatusWriter } from './statuses.ts'
import type { Reloads } from './reloads.ts'
import { taskConfigsChanged, tooManyTasks, withFrameworkKeys, withRawVariables } from './task-configs.ts'

const log = logger('org.apache.kafka.connect.runtime.AbstractHerder')

export type PiecesDeps = {
  readonly configuration: ConnectorConfiguration
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly status: StatusWriter
  readonly worker: () => Worker
  readonly reloads: Reloads
}
export const taskText = (id: TaskId): string => `${id.connector}-${id.task}`
export const notFound = (message: string): never => {
  throw new ConnectError('NOT_FOUND', message)
}

export class Pieces {
  readonly #deps: PiecesDeps
  /** The last state the worker reported since the connector was last started. */
  readonly #reported = new Map<string, ConnectorState>()
  /** The plugin version each Connector was last started with. */
  readonly #versions = new Map<string, string>()

  constructor(deps: PiecesDeps) {
    this.#deps = deps
  }

  stored(name: string, message = `Connector ${name} not found`): StoredConnector {
    return this.#deps.configs.get(name) ?? notFound(message)
  }
  async spec(name: string, running?: string): Promise<ConnectorSpec> {
    return this.#specOf(name, await this.#deps.configuration.resolve(this.stored(name).config), running)
  }
  async #specOf(name: string, resolved: StringMap, running?: string): Promise<ConnectorSpec> {
    const { configuration } = this.#deps
    const { config, targetState } = this.stored(name)
    const secrets = await configuration.secrets(config, resolved)
    hideSecrets(name, secrets)
    return configuration.connectorSpec(name, resolved, targetState, secrets, running)
  }
  /** What the worker said of a connector, heard before its call returns. */
  reported(name: string, state: ConnectorState): void {
    this.#reported.set(name, state)
  }

  /** Rejects when the connector could not be brought to its target state; the reason is in its status. */
  async startConnector(name: string): Promise<void> {
    this.#reported.delete(name)
    try {
      const { props, ttlMs } = await this.#deps.configuration.resolveWithTtl(this.stored(name).config)
      this.#deps.reloads.schedule(name, props, ttlMs)
      const spec = await this.#specOf(name, props)
      this.#versions.set(name, spec.plugin.version)
      await this.#deps.worker().startConnector(spec)
    } catch (error) {
      log.error(`Failed to start connector ${name}`, error)
      if (this.#reported.get(name) !== 'FAILED') this.#deps.status.connector(name, 'FAILED', null, traceOf(error))
      throw error
    }
    if (this.#reported.get(name) === 'FAILED') throw new ConnectError('INTERNAL', `Failed to transition connector ${name} to state ${this.stored(name).targetState}`)
  }

  /** Asks a started connector for its task configurations and, when they are new, replaces its tasks. */
  async updateTasks(name: string): Promise<void> {
    const { configs, configuration, worker } = this.#deps
    const stored = configs.get(name)
    if (stored === undefined || !worker().isRunning(name)) return log.info(`Skipping update of tasks for connector ${name} since it is not running`)
    if (stored.targetState !== 'STARTED') return log.info(`Skipping update of tasks for connector ${name} since its target state is ${stored.targetState}`)
    const resolved = await configuration.resolve(stored.config)
    const next = await this.#generate(name, resolved)
    const raw = withRawVariables(withFrameworkKeys(next.configs, next.taskClass, resolved), stored.config)
    if (!taskConfigsChanged(stored, raw)) return log.debug(`Skipping reconfiguration of connector ${name} as generated configs appear unchanged`)
    await this.removeTasks(name)
    await configs.putTaskConfigs(name, raw)
    await Promise.all(raw.map((_config, task) => this.startTask({ connector: name, task })))
  }
  async #generate(name: string, resolved: StringMap): Promise<{ readonly taskClass: string; readonly configs: readonly StringMap[] }> {
    try {
      const { tasksMax, enforce } = this.#deps.configuration.tasksMax(resolved)
      const next = await this.#deps.worker().taskConfigs(name, tasksMax)
      const problem = tooManyTasks(name, next.configs.length, tasksMax)
      if (problem !== null && enforce) throw new ConnectError('INTERNAL', problem)
      if (problem !== null) log.warn(problem)
      return next
    } catch (error) {
      log.error(`Failed to generate task configurations of connector ${name}`, error)
      const status = this.#deps.statuses.connector(name)
      if (status?.state !== 'FAILED') this.#deps.status.connector(name, 'FAILED', status?.version ?? null, traceOf(error))
      throw error
    }
  }

  /** False when the task could not be built; its status says why. */
  async startTask(id: TaskId): Promise<boolean> {
    const { configuration, worker, status } = this.#deps
    try {
      const { config, targetState, taskConfigs } = this.stored(id.connector)
      const raw = taskConfigs[id.task] ?? {}
      const [connectorProps, taskProps] = [await configuration.resolve(config), await configuration.resolve(raw)]
      // a provider may give another value each time it is asked: these are the task's own, beside those of the Connector and of other tasks
      const secrets = [...(await configuration.secrets(config, connectorProps)), ...(await configuration.secrets(raw, taskProps, connectorProps))]
      hideSecrets(`task ${taskText(id)}`, secrets)
      const connector = configuration.connectorSpec(id.connector, connectorProps, targetState, secrets, this.#versions.get(id.connector))
      const { tasksMax, enforce } = configuration.tasksMax(connector.config)
      const problem = tooManyTasks(id.connector, taskConfigs.length, tasksMax)
      if (problem !== null && enforce) throw new ConnectError('INTERNAL', problem)
      await worker().startTask(configuration.taskSpec(connector, id, taskProps))
      return true
    } catch (error) {
      log.error(`Failed to start task ${taskText(id)}`, error)
      status.task(id, 'FAILED', null, traceOf(error))
      return false
    }
  }
  /** New instances of the tasks there are, with variables resolved anew. */
  async restartTasks(name: string): Promise<void> {
    const ids = this.stored(name).taskConfigs.map((_config, task) => ({ connector: name, task }))
    await this.#deps.worker().stopTasks(ids)
    for (const id of ids) this.#deps.status.task(id, 'RESTARTING', null)
    await Promise.all(ids.map((id) => this.startTask(id)))
  }
  async removeTasks(name: string): Promise<void> {
    const ids = this.stored(name).taskConfigs.map((_config, task) => ({ connector: name, task }))
    if (ids.length === 0) return
    await this.#deps.worker().stopTasks(ids)
    await this.#deps.configs.removeTaskConfigs(name)
    for (const id of ids) this.#deps.status.removeTask(id)
  }
  /** The connector and its tasks are stopped, and nothing of it is stored any more. */
  async removeConnector(name: string): Promise<void> {
    this.#deps.reloads.cancel(name)
    await this.removeTasks(name)
    await this.#deps.worker().stopConnector(name)
    await this.#deps.configs.removeConnectorConfig(name)
    this.#deps.status.removeConnector(name)
    this.#reported.delete(name)
    this.#versions.delete(name)
  }
}
