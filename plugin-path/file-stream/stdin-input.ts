/** The worker's standard input. Its end is no end of the task, which goes on asking, as Kafka's does. */
import { stdio } from 'isoconnect'
import type { Input } from './source-task.ts'

export class StdinInput implements Input {
  #pending: Promise<void> | null = null
  #arrived: Uint8Array | null = null
  #ended = false
  #error: unknown = null

  /** Never waits: a read is kept under way, and what it brought is there at the next call. */
  read(): Promise<Uint8Array | null> {
    if (this.#error !== null) return Promise.reject(this.#error as Error)
    const bytes = this.#arrived
    this.#arrived = null
    if (!this.#ended && this.#pending === null) {
      this.#pending = stdio.read().then(
        (read) => {
          this.#pending = null
          if (read === null) this.#ended = true
          else this.#arrived = read
        },
        (error: unknown) => {
          this.#error = error
        },
      )
    }
    return Promise.resolve(bytes)
  }
  takeRestart(): boolean {
    return false
  }
  async close(): Promise<void> {}
}
