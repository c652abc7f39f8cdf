/**
 * Everything that passes between the main thread (`worker.ts`, `thread-link.ts`) and a task thread (`thread.ts`, `host.ts`):
 * tagged unions of cloneable data. Nothing throws across: a request is answered by a `Reply`, whose error is data.
 */
import type { Level } from '../log.ts'
import type { OffsetEntry, StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, ConnectorState, TargetState, TaskId, TaskSpec } from './types.ts'

/** What a task thread is started with (`workerData`). */
export type ThreadSettings = { readonly gracefulShutdownTimeoutMs: number; readonly stdio: boolean; readonly levels: readonly (readonly [string, Level])[] }

/** An error as data: enough to log it and to throw it again with its code, trace and causes. */
export type ErrorData = { readonly name: string; readonly message: string; readonly stack: string; readonly code?: string; readonly status?: number; readonly cause?: ErrorData }
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorData }

/** What the main thread may ask of a task thread; the answer's type stands in `ThreadAnswers`. */
export type ThreadRequest =
  | { readonly type: 'startConnector'; readonly spec: ConnectorSpec }
  | { readonly type: 'stopConnector'; readonly name: string }
  | { readonly type: 'setTargetState'; readonly name: string; readonly state: TargetState }
  | { readonly type: 'taskConfigs'; readonly name: string; readonly maxTasks: number }
  | { readonly type: 'alterOffsets'; readonly spec: ConnectorSpec; readonly entries: readonly OffsetEntry[] }
  | { readonly type: 'forgetTopics'; readonly name: string }
  | { readonly type: 'startTask'; readonly spec: TaskSpec }
  | { readonly type: 'stopTasks'; readonly ids: readonly TaskId[] }
  | { readonly type: 'usage' }
  | { readonly type: 'close' }
export type CellUsage = { readonly connector: string; readonly pid: number; readonly rssBytes: number; readonly cpuMs: number; readonly deniedCalls: number }
export type TaskConfigs = { readonly taskClass: string; readonly configs: readonly StringMap[] }
export type ThreadAnswers = {
  startConnector: void
  stopConnector: void
  setTargetState: void
  taskConfigs: TaskConfigs
  alterOffsets: boolean
  forgetTopics: void
  startTask: void
  stopTasks: void
  usage: readonly CellUsage[]
  close: void
}

/** What a task thread may ask of the main thread, where the offset store and standard input live. */
export type MainRequest =
  | { readonly type: 'readOffsets'; readonly connector: string; readonly partitions: readonly string[] }
  | { readonly type: 'writeOffsets'; readonly connector: string; readonly entries: readonly OffsetEntry[] }
  | { readonly type: 'readStdin'; readonly maxBytes: number }
  | { readonly type: 'writeStdout'; readonly text: string }
export type MainAnswers = {
  readOffsets: readonly (string | null)[]
  writeOffsets: void
  readStdin: Uint8Array | null
  writeStdout: void
}

/** `WorkerEvents` as data. */
export type WorkerEvent =
  | { readonly type: 'connectorState'; readonly name: string; readonly state: ConnectorState; readonly version: string | null; readonly trace?: string }
  | { readonly type: 'taskState'; readonly id: TaskId; readonly state: ConnectorState; readonly version: string | null; readonly trace?: string }
  | { readonly type: 'taskReconfiguration'; readonly name: string }
  | { readonly type: 'topicUsed'; readonly id: TaskId; readonly topic: string }

export type ToThread =
  | { readonly kind: 'request'; readonly id: number; readonly request: ThreadRequest }
  | { readonly kind: 'reply'; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: 'levels'; readonly levels: readonly (readonly [string, Level])[] }
export type FromThread =
  | { readonly kind: 'request'; readonly id: number; readonly request: MainRequest }
  | { readonly kind: 'reply'; readonly id: number; readonly outcome: Outcome }
  | { readonly kind: 'event'; readonly event: WorkerEvent }
  /** Finished log lines of the thread, and the logger names it has met. */
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'loggers'; readonly names: readonly string[] }
