/**
 * The worker's interfaces: it runs connectors and tasks, decides nothing. The herder tells it what to run and hears of every
 * state by `WorkerEvents`. `worker.ts` implements it on the main thread over the task threads (`thread.ts`).
 */
import type { CellLimits, Grants, PluginRef } from '../cell/options.ts'
import type { StageSpec } from '../transforms/types.ts'
import type { ErrorHandling } from '../config/connector-config.ts'
import type { OffsetEntry, StringMap } from '../wire/guest-api.ts'

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'
export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED'
export type TaskId = { readonly connector: string; readonly task: number }
export type ConnectorType = 'source' | 'sink'

/** Everything a task thread needs to host a connector's cell; config values are resolved (no variables left). */
export type ConnectorSpec = {
  readonly name: string
  readonly type: ConnectorType
  readonly plugin: PluginRef
  readonly grants: Grants
  readonly limits: CellLimits
  readonly pollTimeoutMs: number
  readonly putTimeoutMs: number
  /** One cell for the connector and its tasks, or a cell for each task. */
  readonly cellPer: 'connector' | 'task'
  readonly config: StringMap
  /** Values of `config` that no log, trace or dead letter may show: passwords, and what configuration providers have put in. */
  readonly secrets: readonly string[]
  readonly targetState: TargetState
}
/** A class of a bundle that a task needs beside its connector: it runs in a process of its own, with these grants and limits. */
export type GuestPlugin = { readonly plugin: PluginRef; readonly grants: Grants; readonly limits: CellLimits }
/** What a task needs beside its connector's spec. */
export type TaskSpec = {
  readonly id: TaskId
  readonly connector: ConnectorSpec
  readonly config: StringMap
  readonly converters: { readonly key: ConverterSpec; readonly value: ConverterSpec; readonly header: ConverterSpec }
  /** In the order of the chain. */
  readonly transforms: readonly StageSpec[]
  /** Those of them that bundles bring, by the prefix of their settings: `value.converter`, `transforms.a`, `predicates.p`. */
  readonly plugins: Readonly<Record<string, GuestPlugin>>
  /** Fully merged client properties (contract worker-config.md §5), prefixes removed. */
  readonly clients: TaskClients
  readonly errors: ErrorHandling
  readonly offsetFlushIntervalMs: number
  readonly offsetFlushTimeoutMs: number
  readonly topicCreationEnable: boolean
}
/** `deadLetters`: of the producer that writes dead letters, and the admin client that makes their topic; null without one. */
export type TaskClients = {
  readonly producer: StringMap
  readonly consumer: StringMap
  readonly admin: StringMap
  readonly deadLetters: { readonly producer: StringMap; readonly admin: StringMap } | null
}
export type ConverterSpec = { readonly className: string; readonly isKey: boolean; readonly config: StringMap }

/** Told by the worker, in order per connector and task. */
export interface WorkerEvents {
  /** `trace` is set exactly when the state is FAILED. `version` is the plugin's. */
  onConnectorState(name: string, state: ConnectorState, version: string | null, trace?: string): void
  onTaskState(id: TaskId, state: ConnectorState, version: string | null, trace?: string): void
  /** The connector asked for (or its start or resume calls for) new task configurations. */
  onTaskReconfiguration(name: string): void
  onTopicUsed(id: TaskId, topic: string): void
}
/** What tasks need of the offset store; the herder passes an implementation. Partition and offset are JSON texts. */
export interface OffsetAccess {
  read(connector: string, partitions: readonly string[]): Promise<readonly (string | null)[]>
  write(connector: string, entries: readonly OffsetEntry[]): Promise<void>
}

/** Errors are ConnectErrors whose message says what the guest or the cell did. */
export interface Worker {
  /** Starts the cell and the Connector and brings it to spec.targetState; resolves when that state (or FAILED) is reported. */
  startConnector(spec: ConnectorSpec): Promise<void>
  stopConnector(name: string): Promise<void>
  /** Pause, resume or stop the Connector and pause or resume its tasks here. */
  setTargetState(name: string, state: TargetState): Promise<void>
  isRunning(name: string): boolean
  taskConfigs(name: string, maxTasks: number): Promise<{ readonly taskClass: string; readonly configs: readonly StringMap[] }>
  alterOffsets(spec: ConnectorSpec, entries: readonly OffsetEntry[]): Promise<boolean>
  /** The topics of a connector were reset: each that its tasks still use is told by `onTopicUsed` once more. */
  forgetTopics(name: string): Promise<void>
  /** Resolves once the task is being started; how that ends arrives by onTaskState. */
  startTask(spec: TaskSpec): Promise<void>
  /** Stops all of them within task.shutdown.graceful.timeout.ms in total, then cancels. */
  stopTasks(ids: readonly TaskId[]): Promise<void>
  tasks(): readonly TaskId[]
  /** Sum over cells, for metrics and the memory benchmark. */
  usage(): Promise<{ readonly cells: readonly { readonly connector: string; readonly pid: number; readonly rssBytes: number; readonly cpuMs: number; readonly deniedCalls: number }[] }>
  close(): Promise<void>
}
export type WorkerOptions = {
  readonly threads: number
  readonly events: WorkerEvents
  readonly offsets: OffsetAccess
  readonly gracefulShutdownTimeoutMs: number
  /** Standalone: guests without a file may read stdin and write stdout through the worker. */
  readonly stdio: boolean
}
