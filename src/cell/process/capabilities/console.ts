/** Lines of a guest's console, at a bounded rate. Other half: sandbox/node-shims/console.ts. */
export type Level = 'error' | 'warn' | 'info' | 'debug' | 'trace'
const levels: readonly Level[] = ['error', 'warn', 'info', 'debug', 'trace']
const linesPerSecond = 200
const burst = 1000
const maxLine = 40 * 1024

/** A leaky bucket. What does not fit is counted, and the count is said with the next line that does. */
export const openConsole = (emit: (level: Level, message: string) => void, now: () => number = Date.now): ((level: number, message: string) => void) => {
  let room = burst
  let at = now()
  let dropped = 0
  return (level, message) => {
    const time = now()
    room = Math.min(burst, room + ((time - at) / 1000) * linesPerSecond)
    at = time
    if (room < 1) {
      dropped++
      return
    }
    room--
    if (dropped > 0) {
      emit('warn', `${dropped} lines were dropped: more than ${linesPerSecond} a second`)
      dropped = 0
    }
    emit(levels[level] ?? 'info', message.slice(0, maxLine))
  }
}
