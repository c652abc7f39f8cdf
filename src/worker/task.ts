/**
 * The life of one task around its loop (runtime contract §2): build, wait while paused, run, report how it ended, let go.
 * Never restarts by itself. A death of its cell ends it as FAILED, whatever it was doing.
 */
import type { CellDeath } from '../cell/cell.ts'
import { createConverter } from '../converters/converters.ts'
import type { Converter } from '../converters/types.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import { type Logger, traceOf } from '../log.ts'
import { createChain } from '../transforms/chain.ts'
import type { Chain } from '../transforms/types.ts'
import type { CellLease, CellPool } from './cells.ts'
import { TaskControl } from './control.ts'
import { type HostDeps, runtimeLogger, settlesWithin, taskContext } from './deps.ts'
import { DeadLetters } from './dead-letters.ts'
import { CellDeathException } from './error-data.ts'
import { openGuestConverter, type Side } from './guest-converter.ts'
import { GuestPlugins } from './guest-plugins.ts'
import { GuestRun } from './guest-run.ts'
import { SinkTask } from './sink-task.ts'
import { SourceTask } from './source-task.ts'
import type { LoopOptions, TaskLoop } from './task-loop.ts'
import { ErrorTolerance } from './tolerance.ts'
import type { ConnectorState, ConverterSpec, TaskSpec } from './types.ts'

export class WorkerTask {
  readonly spec: TaskSpec
  /** Settles when the task has ended and let go of everything; never rejects. */
  readonly done: Promise<void>
  readonly #deps: HostDeps
  readonly #cells: CellPool
  readonly #control: TaskControl
  readonly #log: Logger
  readonly #topics = new Set<string>()
  readonly #tolerance: ErrorTolerance
  /** The dead letter topic, while it is being opened and after. */
  #deadLetters: DeadLetters | null = null
  #loop: TaskLoop | null = null
  #failed = false
  #ended = false

  constructor(spec: TaskSpec, cells: CellPool, deps: HostDeps) {
    this.spec = spec
    this.#deps = deps
    this.#cells = cells
    this.#control = new TaskControl(spec.connector.targetState === 'PAUSED')
    this.#log = runtimeLogger('WorkerTask', taskContext(spec.id))
    this.#tolerance = new ErrorTolerance(spec.id, spec.errors)
    this.done = this.#live()
  }

  setPaused(paused: boolean): void {
    if (paused !== this.#control.paused) this.#control.setPaused(paused)
  }
  /** Topics are told of anew. */
  forgetTopics(): void {
    this.#topics.clear()
  }
  /** Asks for a graceful stop; `done` tells when it is over. */
  stop(): void {
    this.#control.stop()
  }
  /** Stop within the time left, or be cut off: no more status, no final commit. */
  async stopWithin(ms: number): Promise<void> {
    this.stop()
    if (await settlesWithin(this.done, ms)) return
    this.#log.error(`Graceful stop of task ${this.#name} failed.`)
    this.#control.cancel()
    this.#loop?.abandon()
    await this.#deadLetters?.close(0)
  }

  get #name(): string {
    return `${this.spec.id.connector}-${this.spec.id.task}`
  }
  get #version(): string {
    return this.spec.connector.plugin.version
  }

  async #live(): Promise<void> {
    const { spec } = this
    let lease: CellLease | null = null
    let chain: Chain | null = null
    const plugins = new GuestPlugins(spec, this.#cells, (death) => this.#died(death))
    try {
      try {
        const converters = await this.#converters(plugins)
        chain = await this.#chain(plugins)
        lease = await this.#cells.acquire(spec.connector, String(spec.id.task), (death) => this.#died(death))
        this.#loop = this.#makeLoop({
          spec, lease, converters, chain,
          deps: this.#deps,
          control: this.#control,
          tolerance: this.#tolerance,
          log: runtimeLogger(spec.connector.type === 'source' ? 'WorkerSourceTask' : 'WorkerSinkTask', taskContext(spec.id)),
          report: (state) => this.#report(state),
          topicUsed: (topic) => this.#topicUsed(topic),
        })
        await this.#loop.open()
      } catch (error) {
        this.#log.error(`Failed to start task ${this.#name}`, error)
        this.#fail(error, null)
        return
      }
      await this.#run(this.#loop)
    } finally {
      this.#ended = true
      await this.#loop?.close()
      await this.#deadLetters?.close()
      await chain?.close()
      await plugins.close()
      await lease?.release()
    }
  }

  async #run(loop: TaskLoop): Promise<void> {
    try {
      if (this.#control.paused) this.#report('PAUSED')
      await this.#control.whilePaused()
      await this.#openDeadLetters()
      if (!this.#control.stopping) await loop.run()
      this.#report('UNASSIGNED', null)
    } catch (error) {
      if (this.#control.stopping) {
        this.#log.warn(`${loop.label} Task threw an exception while it was being stopped`, error)
        this.#report('UNASSIGNED', null)
        return
      }
      this.#log.error(`${loop.label} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted`, error)
      this.#fail(error, this.#version)
    }
  }

  async #openDeadLetters(): Promise<void> {
    const { id, clients: { deadLetters }, errors: { deadLetterQueue } } = this.spec
    if (!deadLetters || !deadLetterQueue) return
    const letters = new DeadLetters({ ...deadLetters, clients: this.#deps.clients, id, settings: deadLetterQueue })
    this.#deadLetters = letters
    await this.#control.untilStopped(letters.open())
    this.#control.throwFailure()
    // a stop may have come first: then nothing is sent, and the clients go with the task
    if (!this.#control.stopping) this.#tolerance.deadLetters = letters
  }

  async #converters(plugins: GuestPlugins): Promise<LoopOptions['converters']> {
    const { key, value, header } = this.spec.converters
    const make = (side: Side, spec: ConverterSpec): MaybePromise<Converter> => (plugins.find(`${side}.converter`) === null ? createConverter(spec) : openGuestConverter(plugins, side, spec))
    const converters = { key: await make('key', key), value: await make('value', value), header: await make('header', header) }
    for (const side of ['key', 'value', 'header'] as const) {
      const from = this.spec.connector.config[`${side}.converter`] === undefined ? 'worker' : 'connector'
      this.#log.info(`Set up the ${side} converter class ${converters[side].className} for task ${this.#name} using the ${from} config`)
    }
    return converters
  }
  async #chain(plugins: GuestPlugins): Promise<Chain | null> {
    const runs: GuestRun[] = []
    const chain = createChain(this.spec.transforms, (firstStage, stages) => {
      const run = new GuestRun(firstStage, stages, plugins)
      runs.push(run)
      return run
    })
    for (const run of runs) await run.open()
    return chain
  }
  #makeLoop(options: LoopOptions): TaskLoop {
    return this.spec.connector.type === 'source' ? new SourceTask(options) : new SinkTask(options)
  }

  /** Told at once, even when the loop is waiting for something else than its guest (a broker, a resume). */
  #died(death: CellDeath): void {
    if (this.#ended) return
    const error = new CellDeathException(death, this.#loop?.inHand?.())
    if (this.#loop && !this.#control.stopping) this.#fail(error, this.#version)
    this.#control.fail(error)
  }
  #topicUsed(topic: string): void {
    if (this.#control.cancelled || this.#topics.has(topic)) return
    this.#topics.add(topic)
    this.#deps.events.onTopicUsed(this.spec.id, topic)
  }
  #fail(error: unknown, version: string | null): void {
    if (this.#control.cancelled || this.#failed) return
    this.#failed = true
    this.#deps.events.onTaskState(this.spec.id, 'FAILED', version, traceOf(error))
  }
  #report(state: ConnectorState, version: string | null = this.#version): void {
    if (!this.#control.cancelled && !this.#failed) this.#deps.events.onTaskState(this.spec.id, state, version)
  }
}
