/**
 * A cell: the process in which one connector's code runs, as the worker sees it. Interface only; `spawn.ts` makes one.
 *
 * Calls never throw and never hang: each ends as a value within its deadline, and when the cell dies every pending call
 * settles with the death. The cell's messages are hostile input; implementations check every field and cap every size.
 */
import type { GuestApi, GuestError, HostApi } from '../wire/guest-api.ts'
import type { CellLimits, Grants, PluginRef } from './options.ts'

export type CellDeathReason = 'oom' | 'timeout' | 'cpu' | 'crash' | 'killed' | 'protocol'
/** `detail` is a sentence for the operator: what was passed, by how much, and which setting raises it. */
export type CellDeath = { readonly reason: CellDeathReason; readonly detail: string }

export type CallOutcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: GuestError }
  /** The deadline passed. The isolate (and with it the cell) is being killed: a stuck guest cannot be trusted again. */
  | { readonly kind: 'death'; readonly death: CellDeath }

export type TargetKind = keyof GuestApi
type Method<K extends TargetKind> = keyof GuestApi[K] & string
type Args<F> = F extends (...args: infer A) => unknown ? A : never
type Result<F> = F extends (...args: never[]) => infer R ? R : never

/** `onSent`: the pipe has all of the arguments, and the caller may keep this thread busy without holding the cell up. Not called when they were not sent, or the cell ends before. */
export type CallOptions = { readonly timeoutMs: number; readonly onSent?: () => void }
/** One isolate in the cell: the Connector object or one task. */
export interface Guest<K extends TargetKind = TargetKind> {
  readonly kind: K
  call<M extends Method<K>>(method: M, args: Args<GuestApi[K][M]>, options: CallOptions): Promise<CallOutcome<Result<GuestApi[K][M]>>>
  /** Disposes the isolate. Idempotent; pending calls settle with death 'killed'. */
  dispose(): Promise<void>
}

/** The worker's side of `HostApi`, given for each guest. May throw: the error crosses as data. */
export type HostHandlers = { [M in keyof HostApi]?: (...args: Args<HostApi[M]>) => Result<HostApi[M]> | Promise<Result<HostApi[M]>> }

export type GuestLog = { readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace'; readonly message: string }
export type GuestOptions = {
  /** `connector` or the task number: appears in the log context. */
  readonly label: string
  readonly handlers: HostHandlers
  readonly onLog: (line: GuestLog) => void
}

export interface Cell {
  readonly pid: number
  /** Settles when the process is gone, however that came about; a `close()` gives reason 'killed'. */
  readonly died: Promise<CellDeath>
  /** Creates an isolate, evaluates the SDK and the plugin's bundle in it and instantiates the class. */
  open<K extends TargetKind>(kind: K, options: GuestOptions): Promise<CallOutcome<Guest<K>>>
  /** Usage of the process as last sampled, for metrics: bytes and milliseconds. */
  usage(): { readonly rssBytes: number; readonly cpuMs: number; readonly deniedCalls: number }
  /** Ends the process (politely, then SIGKILL) and waits for it to be gone. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Spawns a cell for one plugin version. Resolves when it has shaken hands; rejects with a coded error when it cannot start. */
export type SpawnCell = (options: { readonly plugin: PluginRef; readonly grants: Grants; readonly limits: CellLimits; readonly name: string }) => Promise<Cell>
