/** A latch between callbacks and one waiting loop: a notification given while nobody waits is kept. */
export class Signal {
  #isSet = false
  #wake: (() => void) | null = null

  notify = (): void => {
    this.#isSet = true
    this.#wake?.()
  }
  /** Resolves at once when notified since the last wait, else at the next notification or after timeoutMs. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#isSet && timeoutMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const timer = setTimeout(resolve, Math.min(timeoutMs, maxTimerMs))
      await promise
      clearTimeout(timer)
      this.#wake = null
    }
    this.#isSet = false
  }
}
const maxTimerMs = 2 ** 31 - 1
