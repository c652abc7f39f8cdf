/** What is logged during each test of the file that calls it, instead of being printed. */
import { afterEach, beforeEach } from 'vitest'
import { setLogWriter } from '../src/log.ts'

/** The lines of the running test; emptied before the next one. */
export const logLines = (): string[] => {
  const lines: string[] = []
  let restore: ReturnType<typeof setLogWriter>
  beforeEach(() => {
    lines.length = 0
    restore = setLogWriter((text) => void lines.push(text))
  })
  afterEach(() => void setLogWriter(restore))
  return lines
}
