/**
 * How long a rebalance waits for members to join: the rebalance timeout, or, for the first members of an empty group, the
 * initial delay again and again as long as new ones keep coming, up to the rebalance timeout in all.
 */
export class JoinClock {
  #timer: NodeJS.Timeout | null = null
  #hasNewMember = false
  isInitial = false

  start(timeoutMs: number, onEnd: () => void): void {
    this.stop()
    this.#timer = setTimeout(onEnd, timeoutMs)
  }
  startInitial(delayMs: number, limitMs: number, onEnd: () => void): void {
    this.stop()
    this.isInitial = true
    const turn = (ms: number, leftMs: number): void => {
      this.#hasNewMember = false
      this.#timer = setTimeout(() => {
        if (this.#hasNewMember && leftMs > 0) turn(Math.min(delayMs, leftMs), leftMs - Math.min(delayMs, leftMs))
        else onEnd()
      }, ms)
    }
    turn(delayMs, Math.max(0, limitMs - delayMs))
  }
  memberAdded(): void {
    this.#hasNewMember = true
  }
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.isInitial = false
  }
}
