/** One timer for a guest. Other half: sandbox/node-shims/timers.ts. */
export const openTimer = (tick: () => void): { arm(delayMs: number): void; close(): void } => {
  let timer: NodeJS.Timeout | undefined
  let immediate: NodeJS.Immediate | undefined
  const close = (): void => {
    if (timer !== undefined) clearTimeout(timer)
    if (immediate !== undefined) clearImmediate(immediate)
    timer = undefined
    immediate = undefined
  }
  return {
    /** -1: at the end of this turn of the event loop. */
    arm(delayMs) {
      close()
      if (delayMs < 0) immediate = setImmediate(tick)
      else timer = setTimeout(tick, Math.min(delayMs, 0x7fff_ffff))
    },
    close,
  }
}
