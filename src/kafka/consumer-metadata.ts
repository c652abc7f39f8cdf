/** Keeps a consumer's metadata fresh: at once when asked, soon while topics are missing or without leaders, else every metadata.max.age.ms. */
import type { Logger } from '../log.ts'
import type { KafkaConnection, TopicMetadata } from './connection.ts'
import { KafkaError } from './types.ts'

export type MetadataKeeperOptions = {
  readonly connection: KafkaConnection
  readonly log: Logger
  /** The topics of interest now; null is all. */
  readonly topics: () => readonly string[] | null
  readonly autoCreate: boolean
  readonly maxAgeMs: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
  readonly onUpdate: (topics: readonly TopicMetadata[]) => void
  /** Not retriable: for the caller of poll. */
  readonly onFailure: (error: unknown) => void
}

export class MetadataKeeper {
  readonly #options: MetadataKeeperOptions
  #timer: NodeJS.Timeout | null = null
  #refreshing = false
  #again = false
  #unsettled = 0
  #lastMs = 0
  #closed = false
  /** At least one refresh has succeeded since the last change of interest. */
  isReady = false

  constructor(options: MetadataKeeperOptions) {
    this.#options = options
  }

  /** Other topics are of interest than before: refresh now, whatever the back-off. */
  changed(): void {
    this.isReady = false
    this.#unsettled = 0
    if (this.#refreshing) this.#again = true
    else this.#schedule(0)
  }
  /** What is known is wrong, or may be. */
  request(): void {
    if (this.#refreshing) return
    this.#schedule(Math.max(this.#lastMs + this.#options.backoffMs - Date.now(), 0))
  }
  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #dueMs = 0
  #schedule(inMs: number): void {
    if (this.#closed) return
    const dueMs = Date.now() + inMs
    if (this.#timer !== null) {
      if (this.#dueMs <= dueMs) return
      clearTimeout(this.#timer)
    }
    this.#dueMs = dueMs
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.#refresh()
    }, Math.min(inMs, maxTimerMs))
  }

  async #refresh(): Promise<void> {
    const { connection, topics, autoCreate, maxAgeMs, log, onUpdate, onFailure } = this.#options
    this.#refreshing = true
    this.#again = false
    const names = topics()
    let nextMs = maxAgeMs
    try {
      const found = await connection.refreshMetadata(names, { autoCreate })
      if (this.#closed) return
      const unsettled = found.filter(({ error, partitions }) => error !== null || partitions.some(({ leader }) => leader < 0))
      for (const { error } of unsettled) {
        if (error === null) continue
        if (!error.retriable) onFailure(error)
        else if (this.#unsettled === 0 && names !== null) log.warn(`${error.message}`)
      }
      if (unsettled.length === 0 || names === null) this.#unsettled = 0
      else nextMs = this.#backoffMs()
      if (!this.#again) {
        this.isReady = true
        onUpdate(found)
      }
    } catch (error) {
      if (this.#closed) return
      if (!(error instanceof KafkaError) || !error.retriable) onFailure(error)
      nextMs = this.#backoffMs()
    } finally {
      this.#refreshing = false
      this.#lastMs = Date.now()
      this.#schedule(this.#again ? 0 : nextMs)
    }
  }
  #backoffMs(): number {
    return Math.min(this.#options.backoffMs * 2 ** Math.min(this.#unsettled++, 10), this.#options.backoffMaxMs)
  }
}
const maxTimerMs = 2 ** 31 - 1
