/**
 * The source loop (runtime contract §3), at least once and pipelined: the next `poll` runs in the cell while this thread converts
 * and sends the last batch. Between them there are at most the batch being sent, one more, and the producer's `buffer.memory`.
 */
import type { CallOutcome, Guest } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import { KafkaError, type ProducedBatch, type Producer } from '../kafka/types.ts'
import type { SourceBatch } from '../wire/batch.ts'
import type { TaskTraits } from '../wire/guest-api.ts'
import { guestLog, settlesWithin, taskContext } from './deps.ts'
import { guestException, valueOf } from './error-data.ts'
import { isRetriable, retryClock, retryFailures } from './error-retry.ts'
import { batchBytes, encodeBatch, type RowFailure } from './source-encode.ts'
import { SourceOffsets } from './source-offsets.ts'
import { SourceOriginals } from './source-originals.ts'
import { offsetText, type SubmittedBatch, SubmittedRecords } from './submitted-records.ts'
import type { LoopOptions, TaskLoop } from './task-loop.ts'
import { SourceTopics } from './source-topics.ts'

/** A batch larger than this is sent before the next poll starts, so that a task never holds two of them. */
export const maxBytesWithPollAhead = 16 * 1024 * 1024
const producerCloseTimeoutMs = 30_000
/** A poll that is still pending this long after a stop is interrupted by the task's `stop()`, which Kafka allows beside a poll. */
const stopPollGraceMs = 250

const noTraits: TaskTraits = { commit: false, commitRecord: false, preCommit: false, flush: false }

export class SourceTask implements TaskLoop {
  readonly label: string
  readonly #options: LoopOptions
  readonly #records = new SubmittedRecords()
  readonly #offsets: SourceOffsets
  readonly #originals = new SourceOriginals()
  readonly #topics: SourceTopics
  #guest: Guest<'source'> | null = null
  #producer: Producer | null = null
  #traits = noTraits
  #started = false
  /** The poll under way, as a promise that never rejects. */
  #polling: Promise<unknown> | null = null
  #stopCalled: Promise<unknown> | null = null
  /** The first failed send (errors.tolerance=none): thrown before the next poll or send. */
  #sendFailure: Error | null = null
  /** A stop came in the middle of a batch: what follows it must not be sent either, or it would overtake the rest. */
  #cutShort = false
  /** Dead letters on their way. */
  readonly #letters = new Set<Promise<void>>()
  /** `commitRecord` crossings under way. */
  #crossings: Promise<unknown> = Promise.resolve()

  constructor(options: LoopOptions) {
    const { spec, deps, log } = options
    this.#options = options
    this.label = `WorkerSourceTask{id=${spec.id.connector}-${spec.id.task}}`
    this.#topics = new SourceTopics(options, this.label)
    this.#offsets = new SourceOffsets({
      records: this.#records,
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
      onProduced: (batch) => this.#onProduced(batch),
    })
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
      this.#throwSendFailure()
      const batch = this.#polled(await (ahead ?? this.#poll()))
      ahead = null
      if (batch === null) continue
      if (!control.stopping && !control.paused && batchBytes(batch) <= maxBytesWithPollAhead) ahead = this.#poll()
      await this.#send(batch)
    }
    if (ahead) await this.#send(this.#polled(await ahead))
    this.#throwSendFailure()
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
    const producer = this.#producer
    if (!batch || batch.count === 0 || !producer) {
      if (batch) this.#records.add(batch)
      return
    }
    const { control, tolerance } = this.#options
    const submitted = this.#records.add(batch)
    const encoding = encodeBatch(batch, this.#options)
    const first = encoding instanceof Promise ? await encoding : encoding
    const encoded = first.failures.length === 0 ? first : await retryFailures(first, tolerance.retry, retryClock(control))
    control.throwFailure()
    // what would still be retried is neither sent nor dropped: it is polled again after a restart
    if (control.stopping && tolerance.retry.timeoutMs !== 0 && encoded.failures.some(({ error }) => isRetriable(error))) this.#cutShort = true
    else if (!(await this.#topics.known(producer, encoded.usedTopics())) && control.stopping) this.#cutShort = true
    if (this.#cutShort) return
    const { key, value, headers, failures, dropped } = encoded
    let nextFailure = 0
    let nextDropped = 0
    const now = Date.now()
    for (let row = 0; row < batch.count; row++) {
      if (failures[nextFailure]?.row === row) {
        await this.#failed(batch, submitted, failures[nextFailure++] as RowFailure)
        continue
      }
      if (dropped[nextDropped] === row) {
        nextDropped++
        this.#dropped(batch, submitted, row)
        continue
      }
      const keyStart = key.start[row] as number
      const valueStart = value.start[row] as number
      const timestamp = encoded.timestamp === null ? now : timestampOf(encoded.timestamp[row] as number, now)
      const topic = encoded.topics[encoded.topic === null ? 0 : (encoded.topic[row] as number)] as string
      let accepted = true
      try {
        accepted = producer.append(
          topic, encoded.partition === null ? -1 : (encoded.partition[row] as number), timestamp,
          keyStart < 0 ? null : key.bytes, keyStart, key.end[row] as number,
          valueStart < 0 ? null : value.bytes, valueStart, value.end[row] as number,
          headers === null ? null : headers(row), submitted.firstToken + row,
        )
      } catch (error) {
        if (!(error instanceof KafkaError)) throw new ConnectException('Unrecoverable exception trying to send', { cause: error })
        this.#sendFailed(topic, error, [submitted.firstToken + row])
        this.#throwSendFailure()
      }
      if (accepted) continue
      await control.untilStopped(producer.drained())
      control.throwFailure()
      this.#throwSendFailure()
      // the rest was never sent, so its offsets stay uncommitted and it is polled again after a restart
      if (control.stopping) {
        this.#cutShort = true
        return
      }
    }
    this.#offsets.collect()
  }

  /** A record that a transformation or a converter could not handle: the end of the task, or dropped once its dead letter is written. */
  async #failed(batch: SourceBatch, submitted: SubmittedBatch, failure: RowFailure): Promise<void> {
    const { tolerance } = this.#options
    const reported = this.#originals.failureOf(batch, failure)
    // until then no later offset of its source partition is stored; a letter that cannot be written is logged, as in Kafka
    const durable = tolerance.report(reported).catch(() => {})
    if (!tolerance.tolerant) throw tolerance.exceeded(reported)
    if (!tolerance.deadLetters) return this.#dropped(batch, submitted, failure.row)
    this.#letters.add(durable)
    void durable.then(() => {
      this.#letters.delete(durable)
      if (!this.#options.control.cancelled) this.#dropped(batch, submitted, failure.row)
    })
    await this.#options.control.untilStopped(tolerance.deadLetters.drained())
  }
  /** The task hears of it, without metadata; its offset is never stored by itself. */
  #dropped(batch: SourceBatch, submitted: SubmittedBatch, row: number): void {
    const token = submitted.firstToken + row
    this.#commitRecords([token], { topic: batch.topics[batch.topic?.[row] ?? 0] ?? '', partition: -1, baseOffset: -1, timestamp: -1 })
    this.#records.drop(token)
  }

  #onProduced(batch: ProducedBatch): void {
    if (this.#options.control.cancelled) return
    if (!batch.ok) return this.#sendFailed(batch.topic, batch.error, batch.tokens)
    this.#commitRecords(batch.tokens, { topic: batch.topic, partition: batch.partition, baseOffset: batch.baseOffset, timestamp: batch.logAppendTime })
    this.#records.ack(batch.tokens)
    this.#options.topicUsed(batch.topic)
  }

  #sendFailed(topic: string, error: KafkaError, tokens: readonly number[]): void {
    const { log, tolerance } = this.#options
    const [first] = this.#records.rowsOf(tokens.slice(0, 1))
    const record = (): string => `source record is = SourceRecord{sourceOffset=${first ? offsetText(first.batch.offsets, first.rows[0] ?? 0) : '?'}} ConnectRecord{topic='${topic}'}`
    log.error(`${this.label} failed to send record to ${topic}: ${tokens.length > 1 ? `(${tokens.length} records) ` : ''}`, error)
    if (!tolerance.tolerant) {
      this.#sendFailure ??= error
      return
    }
    void tolerance.report({ stage: 'KAFKA_PRODUCE', className: 'org.apache.kafka.connect.source.SourceTask', error, record })
    this.#commitRecords(tokens, { topic, partition: -1, baseOffset: -1, timestamp: -1 })
    this.#records.ack(tokens)
  }
  #throwSendFailure(): void {
    if (this.#sendFailure) throw new ConnectException('Unrecoverable exception from producer send callback', { cause: this.#sendFailure })
  }

  /** Tells the task of acked or dropped records, if it wants to know. */
  #commitRecords(tokens: readonly number[], at: { readonly topic: string; readonly partition: number; readonly baseOffset: number; readonly timestamp: number }): void {
    const guest = this.#guest
    if (!this.#traits.commitRecord || !guest) return
    const { spec, log } = this.#options
    for (const { batch, rows, at: first } of this.#records.rowsOf(tokens)) {
      const offsets = Float64Array.from(rows, (_, index) => (at.baseOffset < 0 ? -1 : at.baseOffset + first + index))
      const crossing = guest.call('commitRecords', [{ batch: batch.number, rows, offsets, topic: at.topic, partition: at.partition, timestamp: at.timestamp }], { timeoutMs: spec.connector.limits.callTimeoutMs })
      this.#crossings = Promise.all([this.#crossings, crossing]).then(([, outcome]) => {
        if (outcome.kind === 'error') log.error(`${this.label} Exception thrown while calling task.commitRecord()`, guestException(outcome.error))
      })
    }
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
    const settled = Promise.all([flushed, ...this.#letters]).then(() => this.#crossings)
    await settlesWithin(settled, spec.offsetFlushTimeoutMs)
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

/** NaN and -1: none, the producer's clock stands in, as in Kafka's producer. */
const timestampOf = (timestamp: number, now: number): number => {
  if (timestamp >= 0) return timestamp
  if (Number.isNaN(timestamp) || timestamp === -1) return now
  throw new ConnectException(`Invalid record timestamp ${timestamp}`)
}
