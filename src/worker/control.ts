/** What a task has been told: pause, resume, stop, cancel. The loops look at it between steps and are woken by changes. */
export class TaskControl {
  #paused: boolean
  #stopping = false
  #cancelled = false
  #failure: Error | null = null
  #waiters: (() => void)[] = []
  readonly #listeners = new Set<() => void>()

  constructor(paused: boolean) {
    this.#paused = paused
  }
  get paused(): boolean {
    return this.#paused
  }
  get stopping(): boolean {
    return this.#stopping
  }
  /** The graceful stop took too long: nothing is committed or reported any more. */
  get cancelled(): boolean {
    return this.#cancelled
  }
  /** Something outside ends the task: its cell died. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#changed()
  }
  /** Stopping, or ended by something outside: nothing is worth waiting for any more. */
  get over(): boolean {
    return this.#stopping || this.#failure !== null
  }
  throwFailure(): void {
    if (this.#failure) throw this.#failure
  }
  /** Returns when not (or no longer) paused, or stopping; throws a failure. */
  async whilePaused(): Promise<void> {
    this.throwFailure()
    while (this.#paused && !this.#stopping) {
      await this.changed()
      this.throwFailure()
    }
  }
  setPaused(paused: boolean): void {
    this.#paused = paused
    this.#changed()
  }
  stop(): void {
    this.#stopping = true
    this.#changed()
  }
  cancel(): void {
    this.#stopping = true
    this.#cancelled = true
    this.#changed()
  }
  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }
  /** Called on every change; returns the way to unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
  /** Waits, but no longer than until a stop. */
  async sleep(ms: number): Promise<void> {
    const over = Promise.withResolvers<void>()
    const timer = setTimeout(over.resolve, ms)
    await this.untilStopped(over.promise)
    clearTimeout(timer)
  }
  /** Waits for a promise, but no longer than until a stop or failure: undefined then (the promise goes on unheard). Rejects as it does. */
  async untilStopped<T>(promise: Promise<T>): Promise<T | undefined> {
    const over = Promise.withResolvers<T | undefined>()
    const look = (): void => {
      if (this.#stopping || this.#failure) over.resolve(undefined)
    }
    const unsubscribe = this.onChange(look)
    look()
    promise.then(over.resolve, over.reject)
    try {
      return await over.promise
    } finally {
      unsubscribe()
    }
  }

  #changed(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
    for (const listener of this.#listeners) listener()
  }
}
