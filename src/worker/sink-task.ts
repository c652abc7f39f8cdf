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
import { CellDeathException, guestException, valueOf } from './error-data.ts'
import { retryClock } from './error-retry.ts'
import { RecentRecords } from './fetched-records.ts'
import { SinkCommits } from './sink-commits.ts'
import { SinkContext } from './sink-context.ts'
import { countOf, type Decoding, decodeDelivery, type Delivery, emptyDelivery } from './sink-delivery.ts'
import { SinkPieces } from './sink-pieces.ts'
import { SinkPositions } from './sink-positions.ts'
import { maxPutBytes, SinkQueue } from './sink-queue.ts'
import { subscriptionOf } from './sink-topics.ts'
import type { LoopOptions, TaskLoop } from './task-loop.ts'

/**
 * Kafka's default of 500 is made for a method call; here a put is a crossing between processes. Measured with records of 100 bytes:
 * CPU a record is twice as much with 500, a third more with 2000, and the same from 5000 on. Only used when the user sets none.
 */
export const defaultMaxPollRecords = 5000

export class SinkTask implements TaskLoop {
  readonly label: string
  readonly #options: LoopOptions
  readonly #queue = new SinkQueue()
  readonly #positions = new SinkPositions()
  readonly #context: SinkContext
  #consumer: Consumer | null = null
  #guest: Guest<'sink'> | null = null
  #commits: SinkCommits | null = null
  #started = false
  #closing = false
  /** What the task is to take next; kept while it asks for redelivery. */
  readonly #pieces: SinkPieces
  readonly #decoding: Decoding
  readonly #errants: ErrantReports
  readonly #recent = new RecentRecords(2 * maxPutBytes)
  /** Decoded ahead, or why that failed. */
  #next: { readonly delivery: Delivery } | { readonly error: unknown } | null = null
  #putting: Promise<unknown> | null = null
  #putFailure: { readonly error: unknown } | null = null
  /** Of a put that is to be looked into (`errors.put.bisect`). */
  #toBisect: Error | null = null
  #pausedForRedelivery = false
  #isBisecting = false
  /** The last put asked for the same records again. */
  #isRedelivering = false
  #pausedByConnector = false
  #rebalanceFailure: { readonly error: unknown } | null = null
  #polling = false
  #woken = false

  constructor(options: LoopOptions) {
    this.#options = options
    this.label = `WorkerSinkTask{id=${options.spec.id.connector}-${options.spec.id.task}}`
    this.#context = new SinkContext(() => this.#wake())
    const { tolerance, log, control, spec } = options
    this.#decoding = { pipeline: options, tolerance, clock: retryClock(control) }
    this.#errants = new ErrantReports({ tolerance, recent: this.#recent, converters: options.converters, log })
    this.#pieces = new SinkPieces(this.#decoding, this.#errants, spec.errors.putBisection)
  }

  async open(): Promise<void> {
    const { spec, lease, deps, log } = this.#options
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
    this.#commits = new SinkCommits({
      guest: this.#guest, consumer: this.#consumer, positions: this.#positions, log, label: this.label,
      intervalMs: spec.offsetFlushIntervalMs, timeoutMs: spec.offsetFlushTimeoutMs, callTimeoutMs: spec.connector.limits.callTimeoutMs,
      beforeRewind: () => this.#rollBackAhead(),
      reportsSettled: (partitions) => this.#errants.settled(partitions, spec.offsetFlushTimeoutMs),
    })
  }

  async run(): Promise<void> {
    const { spec, control, log, report } = this.#options
    const { consumer, guest, commits } = this.#parts()
    const unsubscribe = control.onChange(() => this.#wake())
    try {
      await consumer.subscribe(subscriptionOf(spec.config), {
        onAssigned: (partitions) => this.#rebalance(() => this.#assigned(partitions)),
        onRevoked: (partitions) => this.#rebalance(() => this.#revoked(partitions)),
        onLost: (partitions) => this.#rebalance(() => this.#lost(partitions)),
      })
      const traits: TaskTraits = valueOf(await guest.call('start', [spec.config], { timeoutMs: spec.connector.limits.callTimeoutMs }))
      this.#started = true
      commits.crosses = traits.preCommit || traits.flush
      commits.startClock(Date.now())
      log.info(`${this.label} Sink task finished initialization and start`)
      report('RUNNING')
      while (!control.stopping) await this.#iterate()
    } finally {
      unsubscribe()
      await this.#putting
      this.#closing = true
      if (this.#started && !control.cancelled) {
        await commits.commitClosing(this.#positions.current())
        await commits.settled()
      }
    }
  }

  async close(): Promise<void> {
    const { control, log, spec } = this.#options
    this.#closing = true
    if (this.#started && !control.cancelled) {
      const outcome = await this.#guest?.call('stop', [], { timeoutMs: spec.connector.limits.callTimeoutMs })
      if (outcome?.kind === 'error') log.warn(`${this.label} Exception thrown while stopping the task`, guestException(outcome.error))
    }
    await this.#guest?.dispose()
    await this.#consumer?.close().catch((error: unknown) => log.warn(`${this.label} Could not close the consumer`, error))
  }

  inHand(): string | null {
    const { current } = this.#pieces
    return this.#putting && current?.batch ? `put() had ${describeParts(current)}.` : null
  }
  abandon(): void {
    this.#closing = true
    void this.#guest?.dispose()
    this.#consumer?.wakeup()
  }

  #parts(): { readonly consumer: Consumer; readonly guest: Guest<'sink'>; readonly commits: SinkCommits } {
    if (!this.#consumer || !this.#guest || !this.#commits) throw new ConnectException('The task has not been opened')
    return { consumer: this.#consumer, guest: this.#guest, commits: this.#commits }
  }

  async #iterate(): Promise<void> {
    const { control } = this.#options
    const { commits } = this.#parts()
    control.throwFailure()
    this.#followConnectorState()
    if (await commits.maybeCommit(Date.now(), this.#context.commitRequested)) this.#context.commitDone()
    this.#applyContext()
    if (this.#pieces.current) {
      // a redelivery, or the next piece of a failed one: everything is paused, polling keeps the membership
      if (!(await this.#poll(this.#isBisecting && !this.#isRedelivering ? 0 : undefined))) return
    } else {
      let next = await this.#takeNext()
      if (!next) {
        if (!(await this.#poll())) return
        next = this.#queue.isEmpty ? emptyDelivery : await this.#decode()
      }
      if (next) this.#pieces.set(next)
    }
    if (this.#pieces.current) await this.#deliver(this.#pieces.current)
  }

  /** Fetches into the queue. False when it was woken up empty-handed: then nothing is put. */
  async #poll(waitMs?: number): Promise<boolean> {
    const { consumer, commits } = this.#parts()
    const timeout = waitMs === undefined ? this.#context.takeTimeout() : -1
    const wait = waitMs ?? (timeout > 0 ? Math.min(timeout, commits.msToNext(Date.now())) : commits.msToNext(Date.now()))
    this.#polling = true
    const found = await consumer.poll(wait).finally(() => {
      this.#polling = false
    })
    this.#queue.add(found)
    if (this.#rebalanceFailure) throw this.#rebalanceFailure.error
    const woken = this.#woken
    this.#woken = false
    return !(woken && found.length === 0)
  }
  #wake(): void {
    if (!this.#polling) return
    this.#woken = true
    this.#consumer?.wakeup()
  }

  async #takeNext(): Promise<Delivery | null> {
    const next = this.#next
    this.#next = null
    if (next && 'error' in next) throw next.error
    return next?.delivery ?? (this.#queue.isEmpty ? null : this.#decode())
  }
  /** Null when the task is to stop before it is known what becomes of these records. */
  async #decode(): Promise<Delivery | null> {
    const decoding = decodeDelivery(this.#queue.take(), this.#decoding)
    const delivery = decoding instanceof Promise ? await decoding : decoding
    for (const topic of delivery?.topics ?? []) this.#options.topicUsed(topic)
    return delivery
  }

  /** Gives the task its batch and, while it works, fetches and decodes the next one. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { guest } = this.#parts()
    const { spec, control } = this.#options
    const empty = delivery.batch === null
    if (this.#options.tolerance.hasReporter) this.#recent.add(delivery.kept)
    this.#putting = guest.call('put', [delivery.batch], { timeoutMs: spec.connector.putTimeoutMs }).then((outcome) => {
      if (outcome.kind === 'ok') this.#taken()
      else if (outcome.kind === 'death') throw new CellDeathException(outcome.death, this.inHand())
      else if (outcome.error.retriable) this.#toRedeliver(guestException(outcome.error))
      else if (this.#pieces.bisects) this.#toBisect = guestException(outcome.error)
      else throw guestException(outcome.error)
    }).catch((error: unknown) => {
      this.#putFailure = { error }
    })
    let pollFailure: { readonly error: unknown } | null = null
    try {
      if (!empty && !control.stopping && !control.paused && !this.#pausedForRedelivery && !this.#context.isPending) await this.#fetchAhead()
    } catch (error) {
      pollFailure = { error }
    }
    await this.#putting
    this.#putting = null
    if (this.#toBisect && !this.#putFailure) await this.#lookInto(this.#toBisect)
    const failure = this.#putFailure?.error ?? this.#errants.failure
    if (failure !== null) throw new ConnectException('Exiting WorkerSinkTask due to unrecoverable exception.', { cause: failure })
    if (pollFailure) throw pollFailure.error
    if (this.#context.isPending || this.#pieces.current) this.#rollBackAhead()
    this.#applyContext()
  }
  /** Which record of a failed put is at fault: the next iterations put pieces of it. */
  async #lookInto(error: Error): Promise<void> {
    this.#toBisect = null
    this.#isRedelivering = false
    const { current } = this.#pieces
    if (current && !this.#isBisecting) {
      this.#options.log.warn(`${this.label} A put of ${describeParts(current)} failed; looking for the record that makes it fail (errors.put.bisect)`, error)
      this.#pauseAll()
    }
    try {
      for (const position of await this.#pieces.failed(error)) this.#positions.advance(position)
      this.#isBisecting = this.#pieces.current !== null
      if (!this.#isBisecting) this.#resumeAfterRedelivery()
    } catch (cause) {
      this.#putFailure = { error: cause }
    }
  }
  async #fetchAhead(): Promise<void> {
    if (this.#queue.isEmpty) await this.#poll(0)
    if (this.#queue.isEmpty) return
    try {
      const delivery = await this.#decode()
      this.#next = delivery && { delivery }
    } catch (error) {
      this.#next = { error }
    }
  }
  #taken(): void {
    this.#isRedelivering = false
    for (const position of this.#pieces.taken()) this.#positions.advance(position)
    if (this.#pieces.current) return
    this.#isBisecting = false
    this.#resumeAfterRedelivery()
  }
  #toRedeliver(error: Error): void {
    this.#options.log.error(`${this.label} RetriableException from SinkTask:`, error)
    this.#isRedelivering = true
    this.#pauseAll()
  }
  #pauseAll(): void {
    const { consumer } = this.#parts()
    this.#pausedForRedelivery = true
    consumer.pause(consumer.assignment())
  }
  #resumeAfterRedelivery(): void {
    if (!this.#pausedForRedelivery) return
    this.#pausedForRedelivery = false
    if (!this.#pausedByConnector) this.#resumeAll()
  }

  #rollBackAhead(): void {
    if (this.#next && 'delivery' in this.#next) this.#queue.putBack(this.#next.delivery.parts)
    this.#next = null
    if (this.#consumer) this.#queue.rollBack(this.#consumer)
  }
  /** Pauses, resumes and rewinds the task has asked for. */
  #applyContext(): void {
    if (!this.#context.isPending) return
    const { consumer } = this.#parts()
    this.#rollBackAhead()
    const assigned = new Set(consumer.assignment().map(partitionKey))
    const { pause, resume, rewind } = this.#context.take()
    if (!this.#pausedByConnector && !this.#pausedForRedelivery) {
      consumer.pause(pause.filter((partition) => assigned.has(partitionKey(partition))))
      consumer.resume(resume.filter((partition) => assigned.has(partitionKey(partition))))
    }
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
    const { consumer } = this.#parts()
    if (control.paused === this.#pausedByConnector) return
    this.#pausedByConnector = control.paused
    if (control.paused) {
      consumer.pause(consumer.assignment())
      this.#context.requestCommit()
      report('PAUSED')
    } else {
      if (!this.#pausedForRedelivery) this.#resumeAll()
      report('RUNNING')
    }
  }
  #resumeAll(): void {
    const { consumer } = this.#parts()
    consumer.resume(consumer.assignment().filter((partition) => !this.#context.paused.has(partitionKey(partition))))
  }

  /** Runs inside poll: a failure is kept and thrown from there, as in Kafka. */
  async #rebalance(change: () => Promise<void>): Promise<void> {
    if (this.#closing) return
    await this.#putting
    try {
      await change()
    } catch (error) {
      this.#rebalanceFailure ??= { error }
    }
  }
  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, commits } = this.#parts()
    for (const partition of partitions) this.#positions.set(partition, await consumer.position(partition))
    this.#context.retain(consumer.assignment())
    if (this.#pausedForRedelivery && !this.#pieces.current) this.#pausedForRedelivery = false
    if (this.#pausedForRedelivery || this.#pausedByConnector) consumer.pause(consumer.assignment())
    else consumer.pause(consumer.assignment().filter((partition) => this.#context.paused.has(partitionKey(partition))))
    if (partitions.length > 0) await commits.open(partitions)
  }
  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const { commits } = this.#parts()
    await this.#discard(partitions)
    await commits.commitClosing(this.#positions.current(partitions), partitions)
    for (const partition of partitions) this.#positions.remove(partition)
  }
  async #lost(partitions: readonly TopicPartition[]): Promise<void> {
    const { commits } = this.#parts()
    await this.#discard(partitions)
    await commits.closeOnly(partitions)
    for (const partition of partitions) this.#positions.remove(partition)
  }
  /** Records of partitions that are going: whoever gets them reads them again. */
  async #discard(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#next && 'delivery' in this.#next) this.#queue.putBack(this.#next.delivery.parts)
    this.#next = null
    this.#queue.drop(partitions)
    await this.#pieces.discard(partitions)
    this.#errants.forget(partitions)
  }
}

/** `100 records (t-0 offsets 5 to 104)`. */
const describeParts = ({ kept }: Delivery): string =>
  `${countOf(kept)} ${countOf(kept) === 1 ? 'record' : 'records'} (${kept.map(({ topic, partition, offset, count }) => `${topic}-${partition} offsets ${offset[0]} to ${offset[count - 1]}`).join(', ')})`
