/**
 * What a sink task reports by its errant record reporter (Kafka's WorkerErrantRecordReporter): to the log and the dead letter
 * topic at once; commits of a partition wait for its reports; without tolerance a report fails the task, whatever it makes of it.
 */
import type { ByteRanges } from '../converters/types.ts'
import { ConnectException } from '../data/errors.ts'
import { partitionKey, type TopicPartition } from '../kafka/types.ts'
import type { Logger } from '../log.ts'
import type { SourceBatch } from '../wire/batch.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'
import type { DeadRecord } from './dead-letters.ts'
import { settlesWithin } from './deps.ts'
import { describeConsumed, failureOf, type RecentRecords } from './fetched-records.ts'
import { type Converters, encodeBatch } from './source-encode.ts'
import type { ErrorTolerance, Failure } from './tolerance.ts'

export const sinkTaskClass = 'org.apache.kafka.connect.sink.SinkTask'

export type ErrantReportsOptions = { readonly tolerance: ErrorTolerance; readonly recent: RecentRecords; readonly converters: Converters; readonly readsEnvelopes: boolean; readonly log: Logger }

export class ErrantReports {
  /** What the first report came to when nothing is tolerated: thrown again after the put. */
  failure: ConnectException | null = null
  readonly #options: ErrantReportsOptions
  readonly #pending = new Map<string, Set<Promise<void>>>()

  constructor(options: ErrantReportsOptions) {
    this.#options = options
  }
  /** False when the record as it was fetched is no longer here. Resolves when the report is durable. */
  async reportFetched(record: TopicPartitionOffset, error: Error): Promise<boolean> {
    const fetched = this.#options.recent.find(record)
    if (!fetched) return false
    await this.report(record, failureOf(fetched, { stage: 'TASK_PUT', className: sinkTaskClass, error }, this.#options.readsEnvelopes))
    return true
  }
  /** A record of the task's own making (a batch of that one), as the task's converters write it. Rejects when they cannot. */
  async reportMade(at: TopicPartitionOffset, batch: SourceBatch, error: Error): Promise<void> {
    const encoding = encodeBatch(batch, { converters: this.#options.converters, chain: null })
    const { key, value, headers, failures } = encoding instanceof Promise ? await encoding : encoding
    if (failures[0]) throw failures[0].error
    const first = ({ bytes, start, end }: ByteRanges): Uint8Array | null => ((start[0] as number) < 0 ? null : new Uint8Array(bytes.subarray(start[0], end[0])))
    const made: DeadRecord = { origin: at, timestamp: batch.timestamp?.[0] ?? NaN, key: first(key), value: first(value), headers: headers?.(0) ?? [] }
    const described = describeConsumed(at, Number.isNaN(made.timestamp) ? -1 : made.timestamp, this.#options.recent.find(at)?.part.timestampType ?? 0)
    await this.report(at, { stage: 'TASK_PUT', className: sinkTaskClass, error, record: () => described, original: () => made })
  }
  async report(partition: TopicPartition, failure: Failure): Promise<void> {
    const { tolerance } = this.#options
    const durable = tolerance.report(failure)
    this.#add(partition, durable)
    if (!tolerance.tolerant) {
      const exceeded = tolerance.exceeded(failure)
      this.failure ??= exceeded
      throw exceeded
    }
    await durable
  }
  /**
   * Before a commit: throws when a report of these partitions could not be made durable; false when that takes longer than
   * `timeoutMs`. Dead letters of records that could not be converted are waited for too, which Kafka does not do.
   */
  async settled(partitions: readonly TopicPartition[], timeoutMs: number): Promise<boolean> {
    const { tolerance, log } = this.#options
    const reports = Promise.allSettled(partitions.flatMap((partition) => [...(this.#pending.get(partitionKey(partition)) ?? [])]))
    if (!(await settlesWithin(Promise.all([reports, tolerance.deadLetters?.settled()]), timeoutMs))) {
      log.warn(`Dead letters are still on their way after ${timeoutMs} ms; offsets are committed once they have arrived`)
      return false
    }
    const failed = (await reports).find((report) => report.status === 'rejected')
    if (!failed) return true
    log.error("Encountered an error while awaiting an errant record future's completion.", failed.reason)
    throw new ConnectException('A record reported as errant could not be written to the dead letter queue', { cause: failed.reason })
  }
  /** These partitions are somebody else's now. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#pending.delete(partitionKey(partition))
  }

  #add(partition: TopicPartition, durable: Promise<void>): void {
    const key = partitionKey(partition)
    const pending = this.#pending.get(key) ?? new Set()
    this.#pending.set(key, pending.add(durable))
    // done is done; one that failed stays for the commit to find
    durable.then(() => {
      pending.delete(durable)
      if (pending.size === 0 && this.#pending.get(key) === pending) this.#pending.delete(key)
    }, () => {})
  }
}
