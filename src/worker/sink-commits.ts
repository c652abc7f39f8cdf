/**
 * Offset commits of a sink task: at the interval or on request, asynchronously; when partitions go, with `close` and
 * synchronously. The task's `preCommit` decides what it answers for.
 */
import type { CallOutcome, Guest } from '../cell/cell.ts'
import type { Consumer, TopicOffset, TopicPartition } from '../kafka/types.ts'
import type { Logger } from '../log.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'
import { guestException, valueOf } from './error-data.ts'
import type { SinkPositions } from './sink-positions.ts'

export type SinkCommitsOptions = {
  readonly guest: Guest<'sink'>
  readonly consumer: Consumer
  readonly positions: SinkPositions
  readonly log: Logger
  readonly label: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly callTimeoutMs: number
  /** Before a commit: every report of these partitions is durable. False when that takes too long: then nothing is committed now. */
  readonly reportsSettled: (partitions: readonly TopicPartition[]) => Promise<boolean>
  /** Called before the consumer seeks back to the last committed offsets. */
  readonly beforeRewind: () => void
}

export class SinkCommits {
  /** The task overrides preCommit or flush; otherwise its answer is known without asking. */
  crosses = true
  readonly #options: SinkCommitsOptions
  #nextMs = 0
  /** The commit under way counts up; a late answer to an earlier one changes nothing. */
  #sequence = 0
  #startedMs = 0
  #inFlight = false
  #last: Promise<void> = Promise.resolve()

  constructor(options: SinkCommitsOptions) {
    this.#options = options
  }
  startClock(nowMs: number): void {
    this.#nextMs = nowMs + this.#options.intervalMs
  }
  msToNext(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs)
  }

  /** True when a commit was begun: a request made while one is under way stays. */
  async maybeCommit(nowMs: number, requested: boolean): Promise<boolean> {
    const { intervalMs, timeoutMs, log, label, positions } = this.#options
    if (this.#inFlight && nowMs >= this.#startedMs + timeoutMs) {
      log.warn(`${label} Commit of offsets timed out`)
      this.#inFlight = false
    }
    if (this.#inFlight || !(requested || nowMs >= this.#nextMs)) return false
    await this.#commit(positions.current(), nowMs)
    this.#nextMs = nowMs + intervalMs
    return true
  }

  async #commit(asked: readonly TopicPartitionOffset[], nowMs: number): Promise<void> {
    const { consumer, positions, log, label, beforeRewind } = this.#options
    if (asked.length === 0 || !(await this.#options.reportsSettled(asked))) return
    const outcome = await this.#preCommit(asked)
    if (outcome.kind !== 'ok') {
      if (outcome.kind === 'death') return valueOf(outcome)
      log.error(`${label} Offset commit failed, rewinding to last committed offsets`, guestException(outcome.error))
      beforeRewind()
      for (const { topic, partition, topicId, offset } of positions.lastCommitted()) consumer.seek({ topic, partition }, offset, topicId)
      positions.rewindToCommitted()
      return
    }
    const commit = this.#plan(asked, outcome.value)
    if (commit.length === 0) return
    const sequence = ++this.#sequence
    this.#inFlight = true
    this.#startedMs = nowMs
    this.#last = consumer.commit(commit).then(() => {
      if (sequence !== this.#sequence) return
      this.#inFlight = false
      positions.committed(commit)
    }, (error: unknown) => {
      if (sequence !== this.#sequence) return
      this.#inFlight = false
      log.error(`${label} Commit of offsets threw an unexpected exception for sequence number ${sequence}: ${printed(commit)}`, error)
    })
  }

  /** Partitions are going (all when not given): preCommit, close, then a commit that is waited for. */
  async commitClosing(asked: readonly TopicPartitionOffset[], partitions: readonly TopicPartition[] = asked): Promise<void> {
    const { consumer, positions, log, label } = this.#options
    if (asked.length === 0) return
    const durable = await this.#options.reportsSettled(asked).catch((error: unknown) => {
      log.error(`${label} Offsets are not committed`, error)
      return false
    })
    const outcome = await this.#preCommit(asked)
    await this.closeOnly(partitions)
    if (!durable) return
    if (outcome.kind !== 'ok') {
      if (outcome.kind === 'error') log.warn(`${label} Offset commit failed during close`, guestException(outcome.error))
      return
    }
    const commit = this.#plan(asked, outcome.value)
    if (commit.length === 0) return
    const sequence = ++this.#sequence
    this.#inFlight = false
    log.info(`${label} Committing offsets synchronously using sequence number ${sequence}: ${printed(commit)}`)
    try {
      await consumer.commit(commit)
      positions.committed(commit)
    } catch (error) {
      log.error(`${label} Commit of offsets threw an unexpected exception for sequence number ${sequence}: ${printed(commit)}`, error)
    }
  }
  async open(partitions: readonly TopicPartition[]): Promise<void> {
    valueOf(await this.#options.guest.call('open', [partitions], { timeoutMs: this.#options.callTimeoutMs }))
  }
  async closeOnly(partitions: readonly TopicPartition[]): Promise<void> {
    const outcome = await this.#options.guest.call('close', [partitions], { timeoutMs: this.#options.callTimeoutMs })
    if (outcome.kind === 'error') throw guestException(outcome.error)
  }
  /** When no commit is under way any more. */
  settled(): Promise<void> {
    return this.#last
  }

  async #preCommit(asked: readonly TopicPartitionOffset[]): Promise<CallOutcome<readonly TopicPartitionOffset[]>> {
    if (!this.crosses) return { kind: 'ok', value: asked }
    return this.#options.guest.call('preCommit', [asked], { timeoutMs: this.#options.callTimeoutMs })
  }
  #plan(asked: readonly TopicPartitionOffset[], provided: readonly TopicPartitionOffset[]): readonly TopicOffset[] {
    const { positions, consumer, log, label } = this.#options
    const { commit, warnings } = positions.plan(asked, provided, consumer.assignment())
    for (const warning of warnings) log.warn(`${label} ${warning}`)
    return commit
  }
}

const printed = (offsets: readonly TopicPartitionOffset[]): string => `{${offsets.map(({ topic, partition, offset }) => `${topic}-${partition}=${offset}`).join(', ')}}`
