/**
 * The source loop (runtime contract §3), at least once and pipelined: the next `poll` runs in the cell while this thread converts
 * and sends the last batch. Between them there are at most the batch being sent, one more, and the producer's `buffer.memory`.
 */
import type { CallOutcome, Guest } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import type { Producer } from '../kafka/types.ts'
import type { SourceBatch } from '../wire/batch.ts'
import type { TaskTraits } from '../wire/guest-api.ts'
import { guestLog, settlesWithin, taskContext } from './deps.ts'
import { guestException, valueOf } from './error-data.ts'
import { batchBytes } from './source-encode.ts'
import { SourceOffsets } from './source-offsets.ts'
import { SourceOutcomes } from './source-outcomes.ts'
import { SourceSend } from './source-send.ts'
import { SourceTopics } from './source-topics.ts'
import type { LoopOptions, TaskLoop } from './task-loop.ts'

/** A batch larger than this is sent before the next poll starts, so that a task never holds two of them. */
const maxBytesWithPollAhead = 16 * 1024 * 1024
const producerCloseTimeoutMs = 30_000
/** A poll that is still pending this long after a stop is interrupted by the task's `stop()`, which Kafka allows beside a poll. */
const stopPollGraceMs = 250

const noTraits: TaskTraits = { commit: false, commitRecord: false, preCommit: false, flush: false }

export class SourceTask implements TaskLoop {
  readonly label: string
  readonly #options: LoopOptions
  readonly #outcomes: SourceOutcomes
  readonly #offsets: SourceOffsets
  readonly #topics: SourceTopics
  #guest: Guest<'source'> | null = null
  #producer: Producer | null = null
  #sender: SourceSend | null = null
  #traits = noTraits
  #started = false
  /** The poll under way, as a promise that never rejects. */
  #polling: Promise<unknown> | null = null
  #stopCalled: Promise<unknown> | null = null

  constructor(options: LoopOptions) {
    const { spec, deps, log } = options
    this.#options = options
    this.label = `WorkerSourceTask{id=${spec.id.connector}-${spec.id.task}}`
    this.#topics = new SourceTopics(options, this.label)
    this.#outcomes = new SourceOutcomes(options, this.label)
    this.#offsets = new SourceOffsets({
      records: this.#outcomes.records,
      write: (entries) => deps.offsets.write(spec.id.connector, entries),
      committed: () => this.#callCommit(),
      intervalMs: spec.offsetFlushIntervalMs,
      timeoutMs: spec.offsetFlushTimeoutMs,
      log,
      label: this.label,
    })
  }

  async open(): Promise<void> {
    const { spec, lease, deps } = this.#options
    const { connector, task } = spec.id
    await this.#topics.open()
    this.#producer = await deps.clients.producer({
      properties: spec.clients.producer,
      clientId: spec.clients.producer['client.id'] ?? `connector-producer-${connector}-${task}`,
      onProduced: (batch) => this.#outcomes.produced(batch, this.#producer?.failure ?? null),
    })
    this.#sender = new SourceSend(this.#options, { producer: this.#producer, topics: this.#topics, outcomes: this.#outcomes })
    this.#guest = valueOf(await lease.cell.open('source', {
      label: String(task),
      onLog: guestLog(spec.config['task.class'] ?? spec.connector.plugin.className, taskContext(spec.id)),
      handlers: {
        offsets: (partitions) => deps.offsets.read(connector, partitions),
        configs: () => spec.config,
        ...(deps.stdio && { readStdin: (maxBytes: number) => deps.stdio?.read(maxBytes) ?? null, writeStdout: async (text: string) => deps.stdio?.write(text) }),
      },
    }))
  }

  async run(): Promise<void> {
    const { spec, control, report } = this.#options
    const unsubscribe = control.onChange(() => {
      if (control.stopping && !control.cancelled) void this.#interruptPoll()
    })
    try {
      this.#started = true
      this.#traits = valueOf(await this.#task.call('start', [spec.config], { timeoutMs: spec.connector.limits.callTimeoutMs }))
      if (this.#traits.commitRecord) this.#outcomes.tell(this.#task)
      this.#offsets.start()
      report('RUNNING')
      await this.#loop()
    } finally {
      unsubscribe()
      await this.#offsets.stop()
      if (!control.cancelled) await this.#finalCommit()
    }
  }

  async close(): Promise<void> {
    const { control, log } = this.#options
    if (this.#started && !control.cancelled) {
      const outcome = await (this.#stopCalled ?? this.#callStop())
      if (outcome instanceof Error) log.warn(`${this.label} Exception thrown while stopping the task`, outcome)
    }
    await this.#guest?.dispose()
    await this.#producer?.close(control.cancelled ? 0 : producerCloseTimeoutMs).catch((error: unknown) => log.warn(`${this.label} Could not close the producer`, error))
    await this.#topics.close()
  }

  abandon(): void {
    void this.#guest?.dispose()
    void this.#producer?.close(0).catch((error: unknown) => this.#options.log.warn(`${this.label} Could not close the producer`, error))
  }

  get #task(): Guest<'source'> {
    if (!this.#guest) throw new ConnectException('The task has not been opened')
    return this.#guest
  }

  async #loop(): Promise<void> {
    const { control, report } = this.#options
    let ahead: Promise<CallOutcome<SourceBatch | null>> | null = null
    while (!control.stopping) {
      if (control.paused) {
        // what was polled before the pause is still sent
        if (ahead) await this.#send(this.#polled(await ahead))
        ahead = null
        report('PAUSED')
        await control.whilePaused()
        if (!control.stopping) report('RUNNING')
        continue
      }
      control.throwFailure()
      this.#outcomes.throwSendFailure()
      const batch = this.#polled(await (ahead ?? this.#poll()))
      ahead = null
      if (batch === null) continue
      if (!control.stopping && !control.paused && batchBytes(batch) <= maxBytesWithPollAhead) ahead = this.#poll()
      await this.#send(batch)
    }
    if (ahead) await this.#send(this.#polled(await ahead))
    this.#outcomes.throwSendFailure()
  }

  async #poll(): Promise<CallOutcome<SourceBatch | null>> {
    const poll = this.#task.call('poll', [], { timeoutMs: this.#options.spec.connector.pollTimeoutMs })
    this.#polling = poll
    const outcome = await poll
    this.#polling = null
    return outcome
  }
  #polled(outcome: CallOutcome<SourceBatch | null>): SourceBatch | null {
    if (outcome.kind === 'error' && outcome.error.retriable) {
      this.#options.log.warn(`${this.label} failed to poll records from SourceTask. Will retry operation.`, guestException(outcome.error))
      return null
    }
    return valueOf(outcome)
  }

  async #send(batch: SourceBatch | null): Promise<void> {
    if (batch) await this.#sender?.send(batch)
    this.#offsets.collect()
  }

  async #callCommit(): Promise<void> {
    if (!this.#traits.commit || !this.#guest || this.#options.control.cancelled) return
    const outcome = await this.#guest.call('commit', [], { timeoutMs: this.#options.spec.connector.limits.callTimeoutMs })
    if (outcome.kind === 'error') this.#options.log.error(`${this.label} Exception thrown while calling task.commit()`, guestException(outcome.error))
  }

  /** Waits for acks at most `offset.flush.timeout.ms`, then stores what is acked. */
  async #finalCommit(): Promise<void> {
    const { spec, log } = this.#options
    const flushed = this.#producer?.flush().catch((error: unknown) => log.warn(`${this.label} Could not flush the producer`, error)) ?? Promise.resolve()
    await settlesWithin(flushed.then(() => this.#outcomes.settled()), spec.offsetFlushTimeoutMs)
    await this.#offsets.commit()
  }

  async #interruptPoll(): Promise<void> {
    if (this.#polling && !(await settlesWithin(this.#polling, stopPollGraceMs))) this.#stopCalled ??= this.#callStop()
  }
  /** Resolves with the exception if there was one. */
  async #callStop(): Promise<Error | undefined> {
    const outcome = await this.#task.call('stop', [], { timeoutMs: this.#options.spec.connector.limits.callTimeoutMs })
    return outcome.kind === 'error' ? guestException(outcome.error) : undefined
  }
}
