/**
 * Keeps a cell to its share of a processor (isolate.cpu.percent) by waiting between events, so that a busy connector is slowed
 * and not killed. Time is earned at the share's rate, up to a burst, and spent by what the process uses.
 */
const burstMs = 500

export type Throttle = { waitMs(): number }

export const openThrottle = (percent: number, now: () => number = () => performance.now(), usedMs: () => number = processMs): Throttle => {
  // one thread runs the guests: from 100 % on there is nothing to keep
  if (percent >= 100) return { waitMs: () => 0 }
  const rate = percent / 100
  let earnedMs = burstMs
  let at = now()
  let used = usedMs()
  return {
    /** How long to wait before the next event; 0: go. */
    waitMs: () => {
      const time = now()
      const total = usedMs()
      earnedMs = Math.min(burstMs, earnedMs + (time - at) * rate - (total - used))
      at = time
      used = total
      return earnedMs >= 0 ? 0 : Math.ceil(-earnedMs / rate)
    },
  }
}

const processMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
