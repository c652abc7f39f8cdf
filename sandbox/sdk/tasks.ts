/** Tasks: where records are read and written. Names and life cycle are Kafka Connect's; every method may return a promise. */
import type { MaybePromise } from './connectors.ts'
import type { Props, SinkTaskContext, SourceTaskContext, TopicPartition, TopicPartitionOffset } from './contexts.ts'
import type { RecordMetadata, SinkRecord, SourceRecord } from './records.ts'

export abstract class SourceTask {
  /** Set before `start`. */
  declare context: SourceTaskContext

  initialize(context: SourceTaskContext): void {
    this.context = context
  }
  version(): MaybePromise<string | null> {
    return null
  }
  abstract start(props: Props): MaybePromise<void>
  /** The next records, or null for none now. Wait in it (up to a second or so) rather than return null at once. */
  abstract poll(): MaybePromise<readonly SourceRecord[] | null>
  /** Offsets have been stored. */
  commit(): MaybePromise<void> {}
  /** A record is in Kafka, or (metadata null) will never be: filtered out or dropped by an error tolerance. */
  commitRecord(_record: SourceRecord, _metadata: RecordMetadata | null): MaybePromise<void> {}
  /** May be called while a `poll` waits: make it return. */
  stop(): MaybePromise<void> {}
}

export abstract class SinkTask {
  static readonly TOPICS_CONFIG = 'topics'
  static readonly TOPICS_REGEX_CONFIG = 'topics.regex'
  /** Set before `start`. */
  declare context: SinkTaskContext

  initialize(context: SinkTaskContext): void {
    this.context = context
  }
  version(): MaybePromise<string | null> {
    return null
  }
  abstract start(props: Props): MaybePromise<void>
  /** Takes records. A RetriableException brings the same records again; any other error fails the task. May get an empty list. */
  abstract put(records: readonly SinkRecord[]): MaybePromise<void>
  /** Everything put so far is to be safe when this returns. */
  flush(_offsets: readonly TopicPartitionOffset[]): MaybePromise<void> {}
  /** Which offsets (next to read) are safe to commit. By default: flush, then all of them. Null or undefined commits none. */
  async preCommit(offsets: readonly TopicPartitionOffset[]): Promise<readonly TopicPartitionOffset[] | null | undefined> {
    await this.flush(offsets)
    return offsets
  }
  open(_partitions: readonly TopicPartition[]): MaybePromise<void> {}
  close(_partitions: readonly TopicPartition[]): MaybePromise<void> {}
  stop(): MaybePromise<void> {}
}
