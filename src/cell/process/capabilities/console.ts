/** Lines of a guest's console, at a bounded rate. Other half: sandbox/node-shims/console.ts. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'trace'
const levels: readonly Level[] = ['error', 'warn', 'info', 'debug', 'trace']
const mib = 1024 * 1024
/** Per second, and at once. Characters are bounded as well: a thousand lines of 40 KB would keep the worker busy for a second. */
const lineRate = { perSecond: 200, burst: 1000 }
const charRate = { perSecond: mib, burst: 4 * mib }
const maxLine = 40 * 1024

/** Two leaky buckets. What does not fit is counted, and the count is said with the next line that does. */
export const openConsole = (emit: (level: Level, message: string) => void, now: () => number = Date.now): ((level: number, message: string) => void) => {
  let [lines, chars] = [lineRate.burst, charRate.burst]
  let at = now()
  let dropped = 0
  return (level, message) => {
    const time = now()
    const seconds = (time - at) / 1000
    const line = message.slice(0, maxLine)
    lines = Math.min(lineRate.burst, lines + seconds * lineRate.perSecond)
    chars = Math.min(charRate.burst, chars + seconds * charRate.perSecond)
    at = time
    if (lines < 1 || chars < line.length) {
      dropped++
      return
    }
    lines--
    chars -= line.length
    if (dropped > 0) {
      emit('warn', `${dropped} lines were dropped: more than ${lineRate.perSecond} lines or ${charRate.perSecond / mib} MB a second`)
      dropped = 0
    }
    emit(levels[level] ?? 'info', line)
  }
}
