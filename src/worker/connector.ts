/**
 * A Connector object and its state (runtime contract §1). State changes happen one at a time; a newer request takes the place
 * of one that has not begun. FAILED accepts only STOPPED. A stopped Connector gives its isolate back; a paused one keeps it.
 */
import type { CellDeath, Guest } from '../cell/cell.ts'
import { ConnectError } from '../errors.ts'
import { type Logger, traceOf } from '../log.ts'
import type { CellLease, CellPool } from './cells.ts'
import { guestLog, type HostDeps, runtimeLogger, settlesWithin } from './deps.ts'
import { CellDeathException, guestException, valueOf } from './error-data.ts'
import type { TaskConfigs } from './messages.ts'
import type { ConnectorSpec, TargetState } from './types.ts'

/** Kafka's fixed limit for stopping a Connector. */
const stopTimeoutMs = 5000
type State = 'INIT' | TargetState | 'FAILED'
type Request = { readonly target: TargetState; readonly resolve: () => void; readonly reject: (error: Error) => void }

export class WorkerConnector {
  readonly spec: ConnectorSpec
  readonly #cells: CellPool
  readonly #deps: HostDeps
  readonly #log: Logger
  readonly #context: string
  #state: State = 'INIT'
  #lease: CellLease | null = null
  #guest: Guest<'connector'> | null = null
  #pending: Request | null = null
  #working: Promise<void> | null = null
  #shutDown = false

  constructor(spec: ConnectorSpec, cells: CellPool, deps: HostDeps) {
    this.spec = spec
    this.#cells = cells
    this.#deps = deps
    this.#context = `[${spec.name}|worker] `
    this.#log = runtimeLogger('WorkerConnector', this.#context)
  }

  get running(): boolean {
    return this.#state === 'STARTED' && !this.#shutDown
  }

  /** Resolves when the state (or FAILED) is reported; rejects when a newer request takes its place or the state does not allow it. */
  transition(target: TargetState): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending?.reject(new ConnectError('CONFLICT',
        `Could not begin changing connector state to ${this.#pending.target} before another request to change state was made; the new request (which is to change the state to ${target}) has pre-empted this one`))
      this.#pending = { target, resolve, reject }
      this.#working ??= this.#work()
    })
  }

  /** Stops the instance within Kafka's limit and reports UNASSIGNED; later words of this instance are not heard any more. */
  async shutdown(): Promise<void> {
    if (this.#shutDown) return
    this.#pending?.reject(new ConnectError('CONFLICT', `Connector '${this.spec.name}' is being shut down`))
    this.#pending = null
    const stopping = this.#stopAfterWork()
    const stopped = await settlesWithin(stopping, stopTimeoutMs)
    this.#shutDown = true
    if (!stopped) {
      this.#log.error(`Connector '${this.spec.name}' failed to properly shut down, has become unresponsive, and may be consuming external resources. Correct the configuration for this connector or remove the connector. After fixing the connector, it may be necessary to restart this worker to release any consumed resources.`)
    }
    this.#deps.events.onConnectorState(this.spec.name, 'UNASSIGNED', null)
    await this.#letGo()
  }

  async taskConfigs(maxTasks: number): Promise<TaskConfigs> {
    const guest = this.#guest
    if (!guest || this.#state === 'FAILED') throw new ConnectError('CONFLICT', `Connector '${this.spec.name}' is not running on this worker`)
    const options = { timeoutMs: this.spec.limits.callTimeoutMs }
    const taskClass = valueOf(await guest.call('taskClass', [], options))
    return { taskClass, configs: valueOf(await guest.call('taskConfigs', [maxTasks], options)) }
  }

  async #work(): Promise<void> {
    while (this.#pending) {
      const request = this.#pending
      this.#pending = null
      try {
        await this.#apply(request.target)
        request.resolve()
      } catch (error) {
        request.reject(error instanceof Error ? error : new ConnectError('INTERNAL', String(error)))
      }
    }
    this.#working = null
  }
  async #stopAfterWork(): Promise<void> {
    await this.#working
    if (this.#state === 'STARTED') await this.#callStop()
  }

  async #apply(target: TargetState): Promise<void> {
    if (this.#state === 'FAILED' && target !== 'STOPPED') throw new ConnectError('CONFLICT', `Cannot transition connector to ${target} since it has failed`)
    if (this.#state === target || this.#shutDown) return
    const before = this.#state
    try {
      if (target === 'STARTED') await this.#start()
      else await this.#halt(target)
    } catch (error) {
      this.#log.error(`WorkerConnector{id=${this.spec.name}} Error while changing the connector's state to ${target}`, error)
      await this.#fail(error)
      return
    }
    // the cell may have died meanwhile: then FAILED has been reported already
    if (before !== 'FAILED' && this.#stateNow() === 'FAILED') return
    this.#state = target
    this.#report(target === 'STARTED' ? 'RUNNING' : target)
    if (target === 'STARTED' && before !== 'INIT') this.#deps.events.onTaskReconfiguration(this.spec.name)
  }
  async #start(): Promise<void> {
    const guest = await this.#instance()
    valueOf(await guest.call('start', [this.spec.config], { timeoutMs: this.spec.limits.callTimeoutMs }))
  }
  async #halt(target: 'PAUSED' | 'STOPPED'): Promise<void> {
    if (this.#state === 'STARTED') {
      const error = await this.#callStop()
      if (error) throw error
    }
    if (target === 'STOPPED') await this.#letGo()
    else await this.#instance()
  }
  async #callStop(): Promise<Error | null> {
    const outcome = await this.#guest?.call('stop', [], { timeoutMs: this.spec.limits.callTimeoutMs })
    if (outcome?.kind !== 'error') return null
    const error = guestException(outcome.error)
    this.#log.error(`WorkerConnector{id=${this.spec.name}} Error while stopping connector`, error)
    return error
  }

  /** The Connector object, instantiated and initialized. */
  async #instance(): Promise<Guest<'connector'>> {
    if (this.#guest) return this.#guest
    const { spec } = this
    const log = runtimeLogger('Worker', this.#context)
    log.info(`Creating connector ${spec.name} of type ${spec.plugin.className}`)
    this.#lease = await this.#cells.acquire(spec, 'connector', (death) => this.#died(death))
    this.#guest = valueOf(await this.#lease.cell.open('connector', {
      label: 'connector',
      onLog: guestLog(spec.plugin.className, this.#context),
      handlers: {
        offsets: (partitions) => this.#deps.offsets.read(spec.name, partitions),
        configs: () => spec.config,
        requestTaskReconfiguration: () => this.#whileAlive('task reconfiguration', () => this.#deps.events.onTaskReconfiguration(spec.name)),
        raiseError: (error) => this.#whileAlive('to fail the connector', () => {
          this.#log.error(`WorkerConnector{id=${spec.name}} Connector raised an error`, guestException(error))
          this.#report('FAILED', traceOf(guestException(error)))
        }),
      },
    }))
    log.info(`Instantiated connector ${spec.name} with version ${spec.plugin.version} of type class ${spec.plugin.className}`)
    valueOf(await this.#guest.call('initialize', [null], { timeoutMs: spec.limits.callTimeoutMs }))
    log.info(`Finished creating connector ${spec.name}`)
    return this.#guest
  }
  #whileAlive(what: string, act: () => void): void {
    if (!this.#shutDown) return act()
    const [request, verb] = what.startsWith('to ') ? [`The request ${what}`, 'this'] : [`The request for ${what}`, 'this']
    throw new ConnectError('CONFLICT', `${request} has been rejected because ${verb} instance of the connector '${this.spec.name}' has already been shut down.`)
  }

  #died(death: CellDeath): void {
    if (this.#shutDown || this.#state === 'STOPPED') return
    void this.#fail(new CellDeathException(death))
  }
  async #fail(error: unknown): Promise<void> {
    if (this.#state !== 'FAILED') {
      this.#state = 'FAILED'
      this.#report('FAILED', traceOf(error))
    }
    await this.#letGo()
  }
  async #letGo(): Promise<void> {
    const guest = this.#guest
    const lease = this.#lease
    this.#guest = null
    this.#lease = null
    await guest?.dispose()
    await lease?.release()
  }
  #stateNow(): State {
    return this.#state
  }
  #report(state: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED', trace?: string): void {
    if (!this.#shutDown) this.#deps.events.onConnectorState(this.spec.name, state, this.spec.plugin.version, trace)
  }
}
