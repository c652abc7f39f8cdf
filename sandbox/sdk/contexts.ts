/** What connector code may ask of the worker: the `context` of connectors and tasks, as Kafka Connect names them. Interfaces only. */
import type { SinkRecord } from './records.ts'

export type Props = Record<string, string>
export type TopicPartition = { readonly topic: string; readonly partition: number }
export type TopicPartitionOffset = TopicPartition & { readonly offset: number }
export type OffsetMap = Readonly<Record<string, unknown>>

/**
 * Stored source offsets. The answer is there when the call returns, as in Java; `await` on it does no harm.
 * May be called as a function too (`context.offsetStorageReader().offset(p)`), so that Java code ports as it is.
 */
export interface OffsetStorageReader {
  (): OffsetStorageReader
  /** The offset stored for a source partition, or null. */
  offset(partition: OffsetMap): Record<string, unknown> | null
  /** Those of several partitions, in their order. */
  offsets(partitions: readonly OffsetMap[]): (Record<string, unknown> | null)[]
}

export interface ConnectorContext {
  /** Asks the runtime to call `taskConfigs` again and to restart the tasks with what it returns. */
  requestTaskReconfiguration(): void
  /** Marks the connector FAILED with this error. */
  raiseError(error: unknown): void
}
export interface SourceConnectorContext extends ConnectorContext {
  readonly offsetStorageReader: OffsetStorageReader
}
export type SinkConnectorContext = ConnectorContext

export interface SourceTaskContext {
  /** The task's configuration with variables freshly resolved. */
  configs(): Props
  readonly offsetStorageReader: OffsetStorageReader
  /** Null unless the connector defines its own transaction boundaries. */
  transactionContext(): null
}

export interface ErrantRecordReporter {
  /**
   * Hands a record that cannot be delivered to the error handling (log, dead letter queue). Resolves when that is durable; rejects
   * when nothing is tolerated (`errors.tolerance=none`), and then the task fails after the put whatever it makes of that.
   */
  report(record: SinkRecord, error: unknown): Promise<void>
}
export interface SinkTaskContext {
  configs(): Props
  /** The partitions of this task now. */
  assignment(): readonly TopicPartition[]
  pause(...partitions: readonly TopicPartition[]): void
  resume(...partitions: readonly TopicPartition[]): void
  /** Continue reading at this offset; takes effect before the next put. */
  offset(partition: TopicPartition, offset: number): void
  offset(offsets: readonly TopicPartitionOffset[]): void
  /** How long to wait before the next put after a RetriableException. */
  timeout(ms: number): void
  /** Commit offsets as soon as possible. */
  requestCommit(): void
  /** Null unless the connector has a dead letter queue (`errors.deadletterqueue.topic.name`) or `errors.log.enable`. */
  errantRecordReporter(): ErrantRecordReporter | null
}
