/**
 * Writes a source task's offsets: every `offset.flush.interval.ms` what has become committable, with a timeout, and once more
 * when the task ends. One flush at a time; what could not be written is offered again with the next.
 */
import type { Logger } from '../log.ts'
import type { OffsetEntry } from '../wire/guest-api.ts'
import { settlesWithin } from './deps.ts'
import { type Committable, offsetText, type SubmittedRecords } from './submitted-records.ts'

/** Up to this many source partitions their rows are remembered and become text when written; beyond, at once, to let batches go. */
const maxRememberedRows = 256

type Pending = Committable | { readonly partition: string; readonly text: string | null }

export type SourceOffsetsOptions = {
  readonly records: SubmittedRecords
  readonly write: (entries: readonly OffsetEntry[]) => Promise<void>
  /** The task's `commit()`, called after each successful flush. */
  readonly committed: () => Promise<void>
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly log: Logger
  readonly label: string
}

export class SourceOffsets {
  readonly #options: SourceOffsetsOptions
  #pending = new Map<string, Pending>()
  #messages = 0
  #timer: NodeJS.Timeout | null = null
  #flushing: Promise<boolean> | null = null
  #closed = false

  constructor(options: SourceOffsetsOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      void this.commit().then(() => this.start())
    }, this.#options.intervalMs)
  }
  /** No more periodic flushes; resolves when a running one is over. */
  async stop(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.#flushing
  }

  /** Takes over what has become committable, so that settled batches can be forgotten. Cheap; called once a batch. */
  collect(): void {
    const { offsets, messages } = this.#options.records.takeCommittable()
    this.#messages += messages
    const asText = this.#pending.size > maxRememberedRows
    for (const found of offsets) this.#pending.set(found.partition, asText ? { partition: found.partition, text: offsetText(found.offsets, found.row) } : found)
  }

  /** Resolves with whether the offsets are stored (or there were none); never rejects. */
  async commit(): Promise<boolean> {
    while (this.#flushing) await this.#flushing
    this.#flushing = this.#flush()
    try {
      return await this.#flushing
    } finally {
      this.#flushing = null
    }
  }

  async #flush(): Promise<boolean> {
    const { log, label, timeoutMs, write, committed } = this.#options
    this.collect()
    const snapshot = this.#pending
    const messages = this.#messages
    if (snapshot.size > 0) {
      log.info(`${label} Committing offsets for ${messages} acknowledged messages`)
      this.#pending = new Map()
      this.#messages = 0
      const entries = [...snapshot.values()].map((found) => ({ partition: found.partition, offset: 'text' in found ? found.text : offsetText(found.offsets, found.row) }))
      const written = await attempt(write(entries), timeoutMs)
      if (written !== null) {
        if (written === 'timeout') log.error(`${label} Timed out waiting to flush offsets to storage; will try again on next flush interval with latest offsets`)
        else log.error(`${label} Failed to flush offsets to storage: `, written.error)
        for (const [partition, found] of snapshot) if (!this.#pending.has(partition)) this.#pending.set(partition, found)
        this.#messages += messages
        return false
      }
    }
    await committed()
    return true
  }
}

/** Null when it was done; `timeout`, or the error. */
const attempt = async (promise: Promise<void>, timeoutMs: number): Promise<null | 'timeout' | { readonly error: unknown }> => {
  let failure: { readonly error: unknown } | null = null
  const settled = promise.catch((error: unknown) => {
    failure = { error }
  })
  return (await settlesWithin(settled, timeoutMs)) ? failure : 'timeout'
}
