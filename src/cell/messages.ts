/**
 * What worker and cell say to each other on the pipe: two unions, one frame a message (frames.ts).
 * What the cell says is hostile input: `src/cell/check-message.ts` checks every field before anything is believed.
 */
import type { CellLimits, Grants, PluginRef } from './options.ts'
import type { GuestApi, GuestError } from '../wire/guest-api.ts'
import type { Packed } from '../wire/batch-codec.ts'

/** A value on the pipe: plain data, a batch in its packed form, or (`recordBatchCalls`) plain data with a batch of records in it. */
export type WireValue = { readonly plain?: unknown; readonly batch?: Packed }
export type WireOutcome = ({ readonly ok: true } & WireValue) | { readonly ok: false; readonly error: GuestError }

export type ToCell =
  | { readonly t: 'init'; readonly plugin: PluginRef; readonly grants: Grants; readonly limits: CellLimits; readonly platformFile: string; readonly addonFile: string; readonly addonVersion: string }
  | { readonly t: 'open'; readonly guest: number; readonly kind: keyof GuestApi }
  /** Arguments are plain data; a batch, which is the first of them (`put` and `recordBatchCalls`), crosses by itself. */
  | { readonly t: 'call'; readonly guest: number; readonly id: number; readonly method: string; readonly timeoutMs: number; readonly args: readonly unknown[]; readonly batch?: Packed }
  | { readonly t: 'host-result'; readonly guest: number; readonly id: number; readonly outcome: WireOutcome }
  | { readonly t: 'dispose'; readonly guest: number }
  | { readonly t: 'close' }

export type FromCell =
  | { readonly t: 'hello'; readonly protocol: number; readonly node: string; readonly isolatedVm: string }
  | { readonly t: 'opened'; readonly guest: number; readonly outcome: WireOutcome }
  | { readonly t: 'result'; readonly guest: number; readonly id: number; readonly outcome: WireOutcome }
  /** A request to the worker. `id` 0 wants no answer. */
  | { readonly t: 'host'; readonly guest: number; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly t: 'log'; readonly guest: number; readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace'; readonly message: string }
  /** Calls refused since the last message of this kind. */
  | { readonly t: 'denied'; readonly count: number }
  /** The last word of a cell that ends itself. */
  | { readonly t: 'dying'; readonly reason: 'oom' | 'timeout' | 'crash'; readonly guest: number; readonly detail: string }

/**
 * The second pipe: requests that a guest waits for on the spot (`offsetStorageReader.offset()` returns a value, as in Java).
 * The cell writes one request and blocks until the answer is there, so there is never more than one under way.
 */
export type SyncRequest = { readonly guest: number; readonly method: string; readonly args: readonly unknown[] }
export type SyncAnswer = WireOutcome
