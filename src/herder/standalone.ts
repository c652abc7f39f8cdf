/**
 * The standalone herder: one worker, configurations and statuses in memory, offsets in a file. It decides what runs;
 * the worker runs it. Operations on one connector are serialised (queues.ts); reads are answered from memory at once.
 * A task that dies stays FAILED until somebody restarts it.
 */
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { TargetState, TaskId, Worker, WorkerEvents } from '../worker/types.ts'
import type { ConnectorConfiguration } from './configuration.ts'
import { createConnectorOffsets } from './connector-offsets.ts'
import type { ConnectorOffsets } from './connector-offsets.ts'
import { notFound, Pieces, taskText } from './pieces.ts'
import { createQueues } from './queues.ts'
import { Reloads } from './reloads.ts'
import { planRestart } from './restart-plan.ts'
import { createStatusWriter, stateJson } from './statuses.ts'
import type { StatusWriter } from './statuses.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorInfo, ConnectorStateInfo, Herder, OffsetsJson, StateJson, TaskInfo } from './types.ts'
import { refuseErrors, reportUnknownKeys } from './validation-errors.ts'

const log = logger('org.apache.kafka.connect.runtime.standalone.StandaloneHerder')

export type StandaloneDeps = {
  readonly workerId: string
  readonly serverInfo: () => Promise<{ readonly version: string; readonly commit: string; readonly kafka_cluster_id: string }>
  readonly createWorker: (events: WorkerEvents) => Promise<Worker>
  readonly configuration: ConnectorConfiguration
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly offsets: OffsetStore
  readonly topicTracking: { readonly enable: boolean; readonly allowReset: boolean }
  /** How long a shutdown waits for operations under way. */
  readonly shutdownTimeoutMs: number
}
const defaultWorker = (): never => {
  throw new ConnectError('INTERNAL', 'The herder is not started')
}

export class StandaloneHerder implements Herder {
  readonly #deps: StandaloneDeps
  readonly #status: StatusWriter
  readonly #offsets: ConnectorOffsets
  readonly #queues = createQueues()
  readonly #pieces: Pieces
  readonly #reloads: Reloads
  #worker: Worker | null = null
  #ready = false
  #stopped: Promise<void> | null = null

  constructor(deps: StandaloneDeps) {
    this.#deps = deps
    this.#status = createStatusWriter({ store: deps.statuses, workerId: deps.workerId, generation: () => 0 })
    const worker = (): Worker => this.#running
    this.#offsets = createConnectorOffsets({ configuration: deps.configuration, offsets: deps.offsets, worker })
    this.#reloads = new Reloads((name) => this.#reload(name))
    this.#pieces = new Pieces({ ...deps, status: this.#status, worker, reloads: this.#reloads })
  }

  async start(): Promise<void> {
    log.info('Herder starting')
    const { offsets, configs, statuses, createWorker } = this.#deps
    await Promise.all([offsets.start(), configs.start(), statuses.start()])
    this.#worker = await createWorker(this.#events)
    log.info('Herder started')
  }
  isReady(): boolean {
    return this.#ready
  }
  /** Start-up is over: the connectors of the command line have been created. */
  ready(): void {
    this.#ready = true
  }
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }
  async #stop(): Promise<void> {
    log.info('Herder stopping')
    this.#reloads.cancelAll()
    await settled(this.#queues.idle(), this.#deps.shutdownTimeoutMs)
    const worker = this.#worker
    if (worker !== null) {
      await worker.stopTasks(worker.tasks()).catch(logged('Failed to stop tasks'))
      await Promise.all(this.#deps.configs.connectors().map((name) => worker.stopConnector(name).catch(logged(`Failed to stop connector ${name}`))))
      await worker.close().catch(logged('Failed to stop the worker'))
    }
    await Promise.all([this.#deps.statuses.stop(), this.#deps.configs.stop(), this.#deps.offsets.stop()])
    log.info('Herder stopped')
  }

  serverInfo(): ReturnType<StandaloneDeps['serverInfo']> {
    return this.#deps.serverInfo()
  }
  connectors(): Promise<readonly string[]> {
    return Promise.resolve(this.#deps.configs.connectors())
  }
  connectorInfo(name: string): Promise<ConnectorInfo> {
    return answer(() => this.#info(name))
  }
  connectorConfig(name: string): Promise<StringMap> {
    return answer(() => this.#info(name).config)
  }
  connectorStatus(name: string): Promise<ConnectorStateInfo> {
    return answer(() => this.#states(name) ?? notFound(`No status found for connector ${name}`))
  }
  taskStatus(id: TaskId): Promise<StateJson & { readonly id: number }> {
    return answer(() => {
      const status = this.#deps.statuses.task(id)
      return status === undefined ? notFound(`No status found for task ${taskText(id)}`) : { id: id.task, ...stateJson(status) }
    })
  }
  taskInfos(name: string): Promise<readonly TaskInfo[]> {
    return answer(() => this.#pieces.stored(name).taskConfigs.map((config, task) => ({ id: { connector: name, task }, config: { ...config } })))
  }
  topics(name: string): Promise<readonly string[]> {
    return answer(() => {
      this.#checkTracking()
      return this.#deps.statuses.topics(name).map(({ topic }) => topic)
    })
  }
  async resetTopics(name: string): Promise<void> {
    this.#checkTracking()
    if (!this.#deps.topicTracking.allowReset) throw forbidden('Topic tracking reset is disabled.')
    this.#forgetTopics(name)
    // what its tasks go on using appears again
    await this.#running.forgetTopics(name)
  }
  validate(config: StringMap): Promise<ConfigInfos> {
    return this.#deps.configuration.validate(config)
  }
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]> {
    return this.#deps.configuration.pluginConfig(plugin, version)
  }

  async putConnectorConfig(name: string, config: StringMap, options: { readonly initialState?: TargetState; readonly allowReplace: boolean }): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    this.#checkNotStopping()
    const named = 'name' in config ? config : { ...config, name }
    const infos = await this.#deps.configuration.validate(named)
    refuseErrors(infos)
    reportUnknownKeys(name, named, infos)
    return this.#queue(name, () => this.#put(name, named, options.initialState ?? null, options.allowReplace))
  }
  patchConnectorConfig(name: string, patch: Readonly<Record<string, string | null>>): Promise<ConnectorInfo> {
    return this.#queue(name, async () => {
      const merged = { ...this.#pieces.stored(name).config, ...patch }
      const config = Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null))
      const infos = await this.#deps.configuration.validate(config)
      refuseErrors(infos)
      reportUnknownKeys(name, config, infos)
      return (await this.#put(name, config, null, true)).info
    })
  }
  deleteConnector(name: string): Promise<void> {
    return this.#queue(name, async () => {
      this.#pieces.stored(name)
      await this.#pieces.removeConnector(name)
      this.#forgetTopics(name)
    })
  }

  /** Resolves when a stop has removed the tasks; pausing and resuming go on after the answer, as in Kafka. */
  async setTargetState(name: string, state: TargetState): Promise<void> {
    if (this.#deps.configs.get(name) === undefined) return notFound(`Unknown connector ${name}`)
    const transition = this.#queue(name, async () => {
      const before = this.#pieces.stored(name, `Unknown connector ${name}`).targetState
      if (state === 'STOPPED') await this.#pieces.removeTasks(name)
      if (before === state) return
      await this.#deps.configs.putTargetState(name, state)
      log.info(`Setting connector ${name} state to ${state}`)
      try {
        await this.#running.setTargetState(name, state)
        if (state === 'STARTED') await this.#pieces.updateTasks(name)
      } catch (error) {
        log.error(`Failed to transition connector ${name} to target state ${state}`, error)
      }
    })
    if (state === 'STOPPED') return transition
    transition.catch(logged(`Failed to set connector ${name} to ${state}`))
  }
  restartConnector(name: string): Promise<void> {
    return this.#queue(name, async () => {
      this.#pieces.stored(name, `Unknown connector: ${name}`)
      await this.#running.stopConnector(name)
      this.#status.connector(name, 'RESTARTING', null)
      await this.#pieces.startConnector(name)
      await this.#pieces.updateTasks(name)
    })
  }
  restartConnectorAndTasks(name: string, options: { readonly includeTasks: boolean; readonly onlyFailed: boolean }): Promise<ConnectorStateInfo> {
    return this.#queue(name, async () => {
      this.#pieces.stored(name, `Unknown connector: ${name}`)
      const plan = planRestart({ connector: name, ...options }, this.#states(name) ?? notFound(`Status for connector ${name} not found`))
      const ids = plan.tasks.map((task) => ({ connector: name, task }))
      log.info(`Received ${plan.text}`)
      if (plan.connector) {
        await this.#running.stopConnector(name)
        this.#status.connector(name, 'RESTARTING', null)
      }
      if (ids.length > 0) {
        await this.#running.stopTasks(ids)
        for (const id of ids) this.#status.task(id, 'RESTARTING', null)
      }
      if (plan.connector) {
        await this.#pieces.startConnector(name).then(
          () => log.info(`Connector '${name}' restart successful`),
          (error: unknown) => log.error(`Connector '${name}' restart failed`, error),
        )
      }
      await Promise.all(ids.map((id) => this.#pieces.startTask(id)))
      log.info(`Completed ${plan.text}`)
      return plan.states
    })
  }
  restartTask(id: TaskId): Promise<void> {
    return this.#queue(id.connector, async () => {
      const { taskConfigs } = this.#pieces.stored(id.connector, `Unknown connector: ${id.connector}`)
      if (taskConfigs[id.task] === undefined) return notFound(`Task ${taskText(id)} not found`)
      await this.#running.stopTasks([id])
      this.#status.task(id, 'RESTARTING', null)
      if (!(await this.#pieces.startTask(id))) throw new ConnectError('INTERNAL', `Failed to start task: ${taskText(id)}`)
    })
  }

  async offsets(name: string): Promise<OffsetsJson> {
    const { config } = this.#pieces.stored(name)
    return this.#offsets.read(name, this.#deps.configuration.typeOf(config), await this.#deps.configuration.resolve(config))
  }
  async alterOffsets(name: string, offsets: OffsetsJson['offsets']): Promise<{ readonly message: string }> {
    if (offsets.length === 0) throw new ConnectError('BAD_REQUEST', 'Partitions / offsets need to be provided for an alter offsets request')
    return this.#modifyOffsets(name, offsets)
  }
  resetOffsets(name: string): Promise<{ readonly message: string }> {
    return this.#modifyOffsets(name, null)
  }
  #modifyOffsets(name: string, offsets: OffsetsJson['offsets'] | null): Promise<{ readonly message: string }> {
    return this.#queue(name, async () => {
      const { targetState, taskConfigs } = this.#pieces.stored(name)
      if (targetState !== 'STOPPED' || taskConfigs.length > 0) {
        throw new ConnectError(
          'BAD_REQUEST',
          `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
        )
      }
      return this.#offsets.modify(await this.#pieces.spec(name), offsets)
    })
  }

  // ---- what the operations are made of; all of it runs in the connector's queue

  async #put(name: string, config: StringMap, initialState: TargetState | null, allowReplace: boolean): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const { configs } = this.#deps
    const exists = configs.get(name) !== undefined
    if (exists && !allowReplace) throw new ConnectError('ALREADY_EXISTS', `Connector ${name} already exists`)
    if (exists) await this.#running.stopConnector(name)
    await configs.putConnectorConfig(name, config, initialState)
    await this.#pieces.startConnector(name)
    await this.#pieces.updateTasks(name)
    return { created: !exists, info: this.#info(name) }
  }

  /** Values of its configuration have expired: Connector and tasks start anew with fresh ones. */
  #reload(name: string): Promise<void> {
    return this.#queue(name, async () => {
      if (this.#deps.configs.get(name) === undefined) return
      await this.#running.stopConnector(name)
      this.#status.connector(name, 'RESTARTING', null)
      await this.#pieces.startConnector(name)
      const before = this.#pieces.stored(name).taskConfigs
      await this.#pieces.updateTasks(name)
      // tasks whose configuration reads the same with its variables in it have not been replaced, but hold the old values
      if (this.#pieces.stored(name).taskConfigs === before) await this.#pieces.restartTasks(name)
    })
  }

  /** What the worker reports. A late word of an instance that is no longer wanted leaves no status behind. */
  get #events(): WorkerEvents {
    const { configs, statuses, topicTracking } = this.#deps
    return {
      onConnectorState: (name, state, version, trace) => {
        if (configs.get(name) === undefined) return
        this.#pieces.reported(name, state)
        this.#status.connector(name, state, version, trace ?? null)
      },
      onTaskState: (id, state, version, trace) => {
        if (configs.get(id.connector)?.taskConfigs[id.task] === undefined) return
        this.#status.task(id, state, version, trace ?? null)
      },
      onTaskReconfiguration: (name) => {
        if (this.#stopped !== null) return
        this.#queues.runOnce(name, 'tasks', () => this.#pieces.updateTasks(name)).catch(logged(`Failed to reconfigure the tasks of connector ${name}`))
      },
      onTopicUsed: ({ connector, task }, topic) => {
        if (topicTracking.enable && configs.get(connector) !== undefined) statuses.putTopic({ topic, connector, task, discoverTimestampMs: Date.now() })
      },
    }
  }

  // ---- views

  #info(name: string): ConnectorInfo {
    const { config, taskConfigs } = this.#pieces.stored(name)
    return { name, config: { ...config }, tasks: taskConfigs.map((_config, task) => ({ connector: name, task })), type: this.#deps.configuration.typeOf(config) }
  }
  #states(name: string): ConnectorStateInfo | null {
    const status = this.#deps.statuses.connector(name)
    if (status === undefined) return null
    const config = this.#deps.configs.get(name)?.config
    return {
      name,
      connector: stateJson(status),
      tasks: this.#deps.statuses.tasks(name).map(({ task, status: taskStatus }) => ({ id: task, ...stateJson(taskStatus) })),
      type: config === undefined ? 'unknown' : this.#deps.configuration.typeOf(config),
    }
  }
  #forgetTopics(name: string): void {
    for (const { topic } of this.#deps.statuses.topics(name)) this.#deps.statuses.deleteTopic(name, topic)
  }
  get #running(): Worker {
    return this.#worker ?? defaultWorker()
  }
  #queue<T>(name: string, operation: () => Promise<T>): Promise<T> {
    return this.#queues.run(name, () => {
      this.#checkNotStopping()
      return operation()
    })
  }
  #checkNotStopping(): void {
    if (this.#stopped !== null) throw new ConnectError('INTERNAL', 'The herder is shutting down')
  }
  #checkTracking(): void {
    if (!this.#deps.topicTracking.enable) throw forbidden('Topic tracking is disabled.')
  }
}

const forbidden = (message: string): ConnectError => new ConnectError('BAD_REQUEST', message, { status: 403 })
/** A promise of what can be said at once, errors included. */
const answer = async <T>(say: () => T): Promise<T> => say()
const logged = (what: string) => (error: unknown): void => log.error(what, error)

const settled = async (work: Promise<void>, timeoutMs: number): Promise<void> => {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, timeoutMs)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
