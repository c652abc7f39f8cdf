/**
 * Rows whose stage failed with a RetriableException are tried again until `errors.retry.timeout` (Kafka's RetryWithToleranceOperator).
 * A batch waits as a whole, as a record does in Kafka: nothing overtakes the rows that are being retried.
 */
import type { MaybePromise } from '../data/maybe-promise.ts'
import type { TaskControl } from './control.ts'
import type { RowFailure } from './source-encode.ts'

/** `timeoutMs` 0: no retries, -1: for ever. */
export type RetrySettings = { readonly timeoutMs: number; readonly maxDelayMs: number }
export type RetryClock = {
  readonly now: () => number
  /** Ends early when the task is to stop. */
  readonly sleep: (ms: number) => Promise<void>
  readonly stopping: () => boolean
  /** In [0, 1). */
  readonly random: () => number
}
export const retryClock = (control: TaskControl): RetryClock => ({ now: Date.now, sleep: (ms) => control.sleep(ms), stopping: () => control.over, random: Math.random })
type Retryable<B> = { readonly failures: readonly RowFailure[]; retry(rows: readonly number[]): MaybePromise<B> }

const minDelayMs = 300
/** 300 ms doubled this often is past every sensible limit; doubled on it would pass the numbers. */
const maxDoublings = 40

/** How long to wait before retry `attempt` (1, 2, …); `deadlineMs` Infinity: for ever. */
export const retryDelayMs = (attempt: number, maxDelayMs: number, nowMs: number, deadlineMs: number, random: () => number): number => {
  const backoff = minDelayMs * 2 ** Math.min(attempt - 1, maxDoublings)
  const delay = backoff > maxDelayMs ? Math.floor(random() * maxDelayMs) : backoff
  return nowMs + delay > deadlineMs ? Math.max(0, deadlineMs - nowMs) : delay
}

/** The batch with what is still failing when nothing can be tried any more. */
export const retryFailures = async <B extends Retryable<B>>(first: B, { timeoutMs, maxDelayMs }: RetrySettings, clock: RetryClock): Promise<B> => {
  const deadlineMs = timeoutMs < 0 ? Infinity : clock.now() + timeoutMs
  let batch = first
  for (let attempt = 1; ; attempt++) {
    const rows = batch.failures.filter(({ error }) => isRetriable(error)).map(({ row }) => row)
    if (rows.length === 0 || clock.stopping() || clock.now() >= deadlineMs) return batch
    await clock.sleep(retryDelayMs(attempt, maxDelayMs, clock.now(), deadlineMs, clock.random))
    if (clock.stopping()) return batch
    batch = await batch.retry(rows)
  }
}

/** Connect's RetriableException, of ours or of a plugin. */
export const isRetriable = (error: Error): boolean => (error as { readonly retriable?: unknown }).retriable === true
