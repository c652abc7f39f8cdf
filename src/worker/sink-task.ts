/**
 * The sink loop (runtime contract §5). While a `put` runs in the cell, the next records are fetched and decoded here; whatever the
 * put asks for (pause, rewind, redelivery) first undoes that by seeking back, so the task never sees the difference.
 * Rebalances happen inside `consumer.poll` and wait for a running put.
 */
import type { Guest } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import { type Consumer, partitionKey, type TopicPartition } from '../kafka/types.ts'
import type { TaskTraits } from '../wire/guest-api.ts'
import { guestLog, taskContext } from './deps.ts'
import { ErrantReports } from './errant-reports.ts'
import { guestException, valueOf } from './error-data.ts'
import { retryClock } from './error-retry.ts'
import { RecentRecords } from './fetched-records.ts'
import { SinkAhead } from './sink-ahead.ts'
import { SinkCommits } from './sink-commits.ts'
import { SinkContext } from './sink-context.ts'
import { type Decoding, type Delivery, emptyDelivery } from './sink-delivery.ts'
import { SinkPauses } from './sink-pauses.ts'
import { SinkPieces } from './sink-pieces.ts'
import { SinkPositions } from './sink-positions.ts'
import { SinkPut } from './sink-put.ts'
import { maxPutBytes } from './sink-queue.ts'
import { SinkRebalance } from './sink-rebalance.ts'
import { subscriptionOf } from './sink-topics.ts'
import type { LoopOptions, TaskLoop } from './task-loop.ts'

/**
 * Kafka's default of 500 is made for a method call; here a put is a crossing between processes. Measured with records of 100 bytes:
 * CPU a record is twice as much with 500, a third more with 2000, and the same from 5000 on. Only used when the user sets none.
 */
const defaultMaxPollRecords = 5000

/** What there is once the clients are open. */
type Parts = {
  readonly consumer: Consumer
  readonly guest: Guest<'sink'>
  readonly commits: SinkCommits
  readonly pauses: SinkPauses
  readonly ahead: SinkAhead
  readonly put: SinkPut
  readonly rebalance: SinkRebalance
}

export class SinkTask implements TaskLoop {
  readonly label: string
  readonly #options: LoopOptions
  readonly #positions = new SinkPositions()
  readonly #context: SinkContext
  /** What the task is to take next; kept while it asks for redelivery. */
  readonly #pieces: SinkPieces
  readonly #decoding: Decoding
  readonly #errants: ErrantReports
  readonly #recent = new RecentRecords(2 * maxPutBytes)
  #consumer: Consumer | null = null
  #guest: Guest<'sink'> | null = null
  #open: Parts | null = null
  #started = false
  #polling = false
  #woken = false

  constructor(options: LoopOptions) {
    this.#options = options
    this.label = `WorkerSinkTask{id=${options.spec.id.connector}-${options.spec.id.task}}`
    this.#context = new SinkContext(() => this.#wake())
    const { tolerance, log, control, spec } = options
    const readsEnvelopes = spec.converters.value.config['schemas.enable']?.toLowerCase() !== 'false'
    this.#decoding = { pipeline: options, tolerance, clock: retryClock(control), readsEnvelopes }
    this.#errants = new ErrantReports({ tolerance, recent: this.#recent, converters: options.converters, readsEnvelopes, log })
    this.#pieces = new SinkPieces(this.#decoding, this.#errants, spec.errors.putBisection)
  }

  async open(): Promise<void> {
    const { spec, lease, deps } = this.#options
    const { connector, task } = spec.id
    subscriptionOf(spec.config)
    const properties = { 'max.poll.records': String(defaultMaxPollRecords), ...spec.clients.consumer }
    this.#consumer = await deps.clients.consumer({ properties, clientId: properties['client.id' as keyof typeof properties] ?? `connector-consumer-${connector}-${task}` })
    const assignment = (): readonly TopicPartition[] => this.#consumer?.assignment() ?? []
    this.#guest = valueOf(await lease.cell.open('sink', {
      label: String(task),
      onLog: guestLog(spec.config['task.class'] ?? spec.connector.plugin.className, taskContext(spec.id)),
      handlers: {
        configs: () => spec.config,
        pausePartitions: (partitions) => this.#context.pause(partitions, assignment()),
        resumePartitions: (partitions) => this.#context.resume(partitions, assignment()),
        rewind: (offsets) => this.#context.rewind(offsets),
        timeout: (ms) => this.#context.setTimeout(ms),
        requestCommit: () => this.#context.requestCommit(),
        hasErrantReporter: () => this.#options.tolerance.hasReporter,
        reportErrant: (record, error) => this.#errants.reportFetched(record, guestException(error)),
        reportErrantRecord: (at, record, error) => this.#errants.reportMade(at, record, guestException(error)),
        ...(deps.stdio && { writeStdout: async (text: string) => deps.stdio?.write(text) }),
      },
    }))
    this.#open = this.#partsOf(this.#consumer, this.#guest)
  }

  async run(): Promise<void> {
    const { spec, control, log, report } = this.#options
    const { consumer, guest, commits, put, rebalance } = this.#parts
    const unsubscribe = control.onChange(() => this.#wake())
    try {
      await consumer.subscribe(subscriptionOf(spec.config), rebalance)
      const traits: TaskTraits = valueOf(await guest.call('start', [spec.config], { timeoutMs: spec.connector.limits.callTimeoutMs }))
      this.#started = true
      commits.crosses = traits.preCommit || traits.flush
      commits.startClock(Date.now())
      log.info(`${this.label} Sink task finished initialization and start`)
      report('RUNNING')
      while (!control.stopping) await this.#iterate()
    } finally {
      unsubscribe()
      await put.running
      rebalance.closing = true
      if (this.#started && !control.cancelled) {
        await commits.commitClosing(this.#positions.current())
        await commits.settled()
      }
    }
  }

  async close(): Promise<void> {
    const { control, log, spec } = this.#options
    if (this.#open) this.#open.rebalance.closing = true
    if (this.#started && !control.cancelled) {
      const outcome = await this.#guest?.call('stop', [], { timeoutMs: spec.connector.limits.callTimeoutMs })
      if (outcome?.kind === 'error') log.warn(`${this.label} Exception thrown while stopping the task`, guestException(outcome.error))
    }
    await this.#guest?.dispose()
    await this.#consumer?.close().catch((error: unknown) => log.warn(`${this.label} Could not close the consumer`, error))
  }

  inHand(): string | null {
    return this.#open?.put.inHand() ?? null
  }
  abandon(): void {
    if (this.#open) this.#open.rebalance.closing = true
    void this.#guest?.dispose()
    this.#consumer?.wakeup()
  }

  get #parts(): Parts {
    if (!this.#open) throw new ConnectException('The task has not been opened')
    return this.#open
  }
  #partsOf(consumer: Consumer, guest: Guest<'sink'>): Parts {
    const { spec, log, topicUsed } = this.#options
    const { label } = this
    const [positions, pieces, errants] = [this.#positions, this.#pieces, this.#errants]
    const pauses = new SinkPauses(consumer, this.#context)
    const ahead = new SinkAhead({ consumer, decoding: this.#decoding, topicUsed })
    const put = new SinkPut({ guest, pieces, positions, pauses, errants, timeoutMs: spec.connector.putTimeoutMs, log, label })
    const commits = new SinkCommits({
      guest, consumer, positions, log, label,
      intervalMs: spec.offsetFlushIntervalMs, timeoutMs: spec.offsetFlushTimeoutMs, callTimeoutMs: spec.connector.limits.callTimeoutMs,
      beforeRewind: () => ahead.rollBack(),
      reportsSettled: (partitions) => errants.settled(partitions, spec.offsetFlushTimeoutMs),
    })
    return { consumer, guest, commits, pauses, ahead, put, rebalance: new SinkRebalance({ consumer, commits, positions, pauses, pieces, ahead, errants, put }) }
  }

  async #iterate(): Promise<void> {
    const { control } = this.#options
    const { commits, put, ahead } = this.#parts
    control.throwFailure()
    this.#followConnectorState()
    if (await commits.maybeCommit(Date.now(), this.#context.commitRequested)) this.#context.commitDone()
    this.#applyContext()
    if (this.#pieces.current) {
      // a redelivery, or the next piece of a failed one: everything is paused, polling keeps the membership
      if (!(await this.#poll(put.mayGoOn ? 0 : undefined))) return
    } else {
      let next = await ahead.take()
      if (!next) {
        if (!(await this.#poll())) return
        next = ahead.isEmpty ? emptyDelivery : await ahead.take()
      }
      if (next) this.#pieces.set(next)
    }
    if (this.#pieces.current) await this.#deliver(this.#pieces.current)
  }

  /** Fetches into the queue. False when it was woken up empty-handed: then nothing is put. */
  async #poll(waitMs?: number): Promise<boolean> {
    const { consumer, commits, ahead, rebalance } = this.#parts
    const timeout = waitMs === undefined ? this.#context.takeTimeout() : -1
    const wait = waitMs ?? (timeout > 0 ? Math.min(timeout, commits.msToNext(Date.now())) : commits.msToNext(Date.now()))
    this.#polling = true
    const found = await consumer.poll(wait).finally(() => {
      this.#polling = false
    })
    ahead.add(found)
    rebalance.throwFailure()
    const woken = this.#woken
    this.#woken = false
    return !(woken && found.length === 0)
  }
  #wake(): void {
    if (!this.#polling) return
    this.#woken = true
    this.#consumer?.wakeup()
  }

  /** Gives the task its batch and, while it works, fetches and decodes the next one. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { put, ahead, pauses } = this.#parts
    const { control, tolerance } = this.#options
    if (tolerance.hasReporter) this.#recent.add(delivery.kept)
    const sent = put.start(delivery)
    let pollFailure: { readonly error: unknown } | null = null
    try {
      if (delivery.batch !== null && !control.stopping && !control.paused && !pauses.forRedelivery && !this.#context.isPending) {
        if (ahead.isEmpty) await this.#poll(0)
        await sent
        await ahead.prepare()
      }
    } catch (error) {
      pollFailure = { error }
    }
    await put.finish()
    if (pollFailure) throw pollFailure.error
    if (this.#context.isPending || this.#pieces.current) ahead.rollBack()
    this.#applyContext()
  }

  /** Pauses, resumes and rewinds the task has asked for. */
  #applyContext(): void {
    if (!this.#context.isPending) return
    const { consumer, ahead, pauses } = this.#parts
    ahead.rollBack()
    const { pause, resume, rewind } = this.#context.take()
    pauses.applyTask(pause, resume)
    const assigned = new Set(consumer.assignment().map(partitionKey))
    for (const { topic, partition, offset } of rewind) {
      if (!assigned.has(partitionKey({ topic, partition }))) {
        this.#options.log.warn(`${this.label} Ignoring request to rewind ${topic}-${partition}: it is not assigned`)
        continue
      }
      consumer.seek({ topic, partition }, offset)
      this.#positions.set({ topic, partition }, offset)
    }
  }
  #followConnectorState(): void {
    const { control, report } = this.#options
    const { pauses } = this.#parts
    if (control.paused === pauses.byConnector) return
    pauses.followConnector(control.paused)
    if (control.paused) this.#context.requestCommit()
    report(control.paused ? 'PAUSED' : 'RUNNING')
  }
}
