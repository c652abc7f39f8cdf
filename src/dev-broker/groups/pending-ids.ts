/** Member ids given out by MEMBER_ID_REQUIRED whose holders have not joined yet; each is forgotten after its session timeout. */
export class PendingIds {
  readonly #timers = new Map<string, NodeJS.Timeout>()

  get size(): number {
    return this.#timers.size
  }
  has(id: string): boolean {
    return this.#timers.has(id)
  }
  add(id: string, timeoutMs: number, onExpired: () => void): void {
    const expire = (): void => {
      this.delete(id)
      onExpired()
    }
    this.#timers.set(id, setTimeout(expire, timeoutMs))
  }
  delete(id: string): boolean {
    clearTimeout(this.#timers.get(id))
    return this.#timers.delete(id)
  }
  clear(): void {
    for (const id of this.#timers.keys()) this.delete(id)
  }
}
