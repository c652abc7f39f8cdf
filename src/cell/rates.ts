/**
 * How much a cell may say in a second. Its own program keeps guests well below (console.ts); one that goes past was taken over, or has a
 * fault, and would only keep the worker busy. Throws ProtocolError, which ends the cell.
 */
import { ProtocolError } from './check-message.ts'

/** More than one thread can make with a guest behind each of them. */
const maxMessages = 50_000
/** A guest's console may say a thousand lines and 4 MB at once, then two hundred and 1 MB a second; what a busy worker finds waiting counts as one second. */
const maxLogLines = 5000
const maxLogChars = 16 * 1024 * 1024

export type Rates = { message(): void; logLine(chars: number, guests: number): void }

export const openRates = (now: () => number = () => performance.now()): Rates => {
  let since = now()
  let messages = 0
  let lines = 0
  let chars = 0
  const tick = (): void => {
    const at = now()
    if (at - since <= 1000) return
    since = at
    messages = lines = chars = 0
  }
  return {
    message: () => {
      tick()
      if (++messages > maxMessages) throw new ProtocolError(`more than ${maxMessages} messages in a second`)
    },
    logLine: (length, guests) => {
      chars += length
      if (++lines > maxLogLines * Math.max(1, guests)) throw new ProtocolError(`more than ${maxLogLines} log lines of a guest in a second`)
      if (chars > maxLogChars * Math.max(1, guests)) throw new ProtocolError(`more than ${maxLogChars} characters of log of a guest in a second`)
    },
  }
}
