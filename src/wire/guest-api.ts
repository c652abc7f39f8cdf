/**
 * What the worker may ask of guest code, and what guest code may ask of the worker: the contract between
 * `sandbox/runtime/` (inside the isolate), `src/cell/process/` (around it) and `src/cell/` (in the worker).
 *
 * Method names are Kafka Connect's. Arguments and results are plain data; batches carry typed arrays and one big string.
 * Nothing throws across: a call ends as a `GuestOutcome`.
 */
import type { RecordBatch, SinkBatch, SourceBatch } from './batch.ts'

export type StringMap = Record<string, string>
/** A source partition or source offset as JSON text; offsets may be null. */
export type OffsetEntry = { readonly partition: string; readonly offset: string | null }
export type TopicPartition = { readonly topic: string; readonly partition: number }
export type TopicPartitionOffset = TopicPartition & { readonly offset: number }

/** A ConfigDef key as the guest defined it; `defaultValue` is the text REST shows, absent when the key is required. */
export type ConfigKeyJson = {
  readonly name: string
  readonly type: 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'
  readonly required: boolean
  readonly defaultValue?: string | null
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly documentation: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'
  readonly displayName: string
  readonly dependents: readonly string[]
}
export type ConfigValueJson = {
  readonly name: string
  readonly value: string | null
  readonly recommendedValues: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}
/** What a plugin says of itself without being started. */
export type PluginDescription = {
  readonly version: string
  readonly config: readonly ConfigKeyJson[]
  /** Which optional hooks the task class overrides is only known once a task exists: see TaskTraits. */
}
/** Hooks a task overrides. The worker crosses the boundary only for those (a no-op `commitRecord` costs nothing). */
export type TaskTraits = { readonly commit: boolean; readonly commitRecord: boolean; readonly preCommit: boolean; readonly flush: boolean }

/** An acked (or, with null metadata, dropped) record of an earlier batch of the same task: batch number and row. */
export type CommittedRecords = {
  readonly batch: number
  readonly rows: Int32Array
  /** Parallel to rows; -1 = no metadata (filtered, dropped or failed). */
  readonly offsets: Float64Array
  readonly topic: string
  readonly partition: number
  /** Parallel to rows: when the broker says it has appended the record, else the record's own. */
  readonly timestamps: Float64Array
}

/** Calls on the isolate of a Connector object (also used, without start, to describe and validate). */
export type ConnectorApi = {
  describe(): PluginDescription
  validate(props: StringMap): readonly ConfigValueJson[]
  initialize(taskConfigs: readonly StringMap[] | null): void
  start(props: StringMap): void
  stop(): void
  taskClass(): string
  taskConfigs(maxTasks: number): readonly StringMap[]
  exactlyOnceSupport(props: StringMap): 'SUPPORTED' | 'UNSUPPORTED' | null
  canDefineTransactionBoundaries(props: StringMap): 'SUPPORTED' | 'UNSUPPORTED' | null
  /** Source: JSON maps. Sink: partition `{"kafka_topic":…,"kafka_partition":…}` and offset as text of a number. */
  alterOffsets(props: StringMap, offsets: readonly OffsetEntry[]): boolean
}
/** Calls on the isolate of a source task. */
export type SourceTaskApi = {
  start(props: StringMap): TaskTraits
  /** `batch` numbers the non-null results from 0 so that `commitRecords` can name rows. */
  poll(): SourceBatch | null
  commit(): void
  commitRecords(records: CommittedRecords): void
  stop(): void
}
/** Calls on the isolate of a sink task. */
export type SinkTaskApi = {
  start(props: StringMap): TaskTraits
  put(batch: SinkBatch | null): void
  /** Offsets are next-to-read positions. The default preCommit calls flush and returns its argument. */
  preCommit(offsets: readonly TopicPartitionOffset[]): readonly TopicPartitionOffset[]
  open(partitions: readonly TopicPartition[]): void
  close(partitions: readonly TopicPartition[]): void
  stop(): void
}
/** A class of the bundle with the settings it is configured with. */
export type GuestClass = { readonly className: string; readonly exportName: string; readonly config: StringMap }
/** A transformation, or a predicate alone; `predicate` decides which rows the transformation gets. */
export type GuestStep = { readonly transformation: GuestClass | null; readonly predicate: GuestClass | null; readonly negate: boolean }
export type GuestRowFailure = { readonly row: number; readonly step: number; readonly error: GuestError }
/** What of the rows that are left has changed. The columns of what has not are empty: they need not cross back. */
export type Changes = { readonly route: boolean; readonly timestamp: boolean; readonly key: boolean; readonly value: boolean; readonly headers: boolean }
/** `batch` holds the rows that are left, `rows` says which of the rows given those are, ascending; one in neither list was dropped. */
export type TransformedBatch = { readonly batch: RecordBatch; readonly rows: Int32Array; readonly changes: Changes; readonly failures: readonly GuestRowFailure[] }
/** Calls on the isolate in which a stretch of a task's transformations runs. */
export type TransformsApi = {
  start(steps: readonly GuestStep[]): void
  /** `from`: the step each row starts at; null = the first. */
  apply(batch: RecordBatch, from: Int32Array | null): TransformedBatch
  /** Of each row whether the predicate of the first step holds: 1 or 0. */
  test(batch: RecordBatch): { readonly truth: Uint8Array; readonly failures: readonly GuestRowFailure[] }
  stop(): void
}
/** The values of `batch` converted: bytes, or values with their schemas. A failed row's value has no meaning. */
export type ConvertedBatch = { readonly batch: RecordBatch; readonly failures: readonly GuestRowFailure[] }
/** Whether a converter wants to see the headers of records: they cross only then. */
export type ConverterTraits = { readonly takesHeaders: boolean }
/** Calls on the isolate of a converter. The values stand in the value column; `names` are header names, one a row, for a header converter. */
export type ConverterApi = {
  start(use: 'key' | 'value' | 'header', config: StringMap): ConverterTraits
  /** Headers of the batch are bytes here; those of the result are null when the converter has changed none. */
  fromConnect(batch: RecordBatch, names: readonly string[] | null): ConvertedBatch
  toConnect(batch: RecordBatch, names: readonly string[] | null): ConvertedBatch
  stop(): void
}
/** Calls on the isolate of a config provider. */
export type ConfigProviderApi = {
  start(params: StringMap): void
  /** Values of those of `keys` that there are; `ttlMs` null: they do not expire. */
  get(path: string, keys: readonly string[]): { readonly data: StringMap; readonly ttlMs: number | null }
  stop(): void
}
/** Calls on a plugin that is no connector, to learn of it. */
export type PluginApi = {
  describe(): PluginDescription
  validate(props: StringMap): readonly ConfigValueJson[]
}
export type GuestApi = {
  connector: ConnectorApi
  source: SourceTaskApi
  sink: SinkTaskApi
  plugin: PluginApi
  transforms: TransformsApi
  converter: ConverterApi
  config_provider: ConfigProviderApi
}
/** Calls whose first argument is a batch of records, and whose result has one as `batch`: they cross in their packed form. */
export const recordBatchCalls: ReadonlySet<string> = new Set<keyof TransformsApi | keyof ConverterApi>(['apply', 'test', 'fromConnect', 'toConnect'])

/** Requests of guest code to the worker; each is awaited by the guest unless marked void. */
export type HostApi = {
  /** Offsets for the given partitions (JSON texts), in their order; null where none is stored. */
  offsets(partitions: readonly string[]): readonly (string | null)[]
  /** The task's or connector's configuration with variables freshly resolved. */
  configs(): StringMap
  /** Sink context, void: take effect before the next fetch. */
  pausePartitions(partitions: readonly TopicPartition[]): void
  resumePartitions(partitions: readonly TopicPartition[]): void
  rewind(offsets: readonly TopicPartitionOffset[]): void
  timeout(ms: number): void
  requestCommit(): void
  /** A dead letter queue or the log takes errant records. */
  hasErrantReporter(): boolean
  /** A delivered record handed to the errant record reporter, by where it was fetched. True when the report is durable, false when the worker no longer has the record. */
  reportErrant(record: TopicPartitionOffset, error: GuestError): boolean
  /** The same for any other record: a batch of that one, to be converted as the connector's converters would. */
  reportErrantRecord(at: TopicPartitionOffset, record: SourceBatch, error: GuestError): void
  requestTaskReconfiguration(): void
  raiseError(error: GuestError): void
  /** Lines read from the worker's standard input (standalone only), and text for its standard output. */
  readStdin(maxBytes: number): Uint8Array | null
  writeStdout(text: string): void
}

/** An exception of guest code as data. `retriable` is Connect's RetriableException; `name` its class name. */
export type GuestError = {
  readonly name: string
  readonly message: string
  /** A JavaScript stack, capped; shown in the task's trace. */
  readonly stack: string
  readonly retriable: boolean
  readonly code?: string
  readonly cause?: GuestError
}
export type GuestOutcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: GuestError }
