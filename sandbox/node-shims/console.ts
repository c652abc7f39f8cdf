/** `console`: lines to the worker's log with connector and task. Other half: src/cell/process/capabilities/console.ts. */
import { Post, sendText } from '../runtime/bridge.ts'
import { format } from './util-format.ts'

const levels = { error: 0, warn: 1, info: 2, debug: 3, trace: 4 } as const
const maxLine = 32 * 1024
const write = (level: keyof typeof levels) => (...args: unknown[]): void => {
  const text = format(...args)
  sendText(Post.log, levels[level], text.length > maxLine ? `${text.slice(0, maxLine)}… (${text.length} characters)` : text)
}
export const makeConsole = (): Record<string, unknown> => {
  const counts = new Map<string, number>()
  const starts = new Map<string, number>()
  const info = write('info')
  return {
    log: info, info, dir: (value: unknown) => info(value), table: info, group: info, groupCollapsed: info, groupEnd: () => {},
    warn: write('warn'), error: write('error'), debug: write('debug'),
    trace: (...args: unknown[]) => write('trace')(`${format(...args)}\n${(new Error('Trace').stack ?? '').split('\n').slice(1).join('\n')}`),
    assert: (condition: unknown, ...args: unknown[]) => {
      if (!condition) write('error')('Assertion failed', ...args)
    },
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1)
      info(`${label}: ${counts.get(label) ?? 0}`)
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void starts.set(label, Date.now()),
    timeEnd: (label = 'default') => info(`${label}: ${Date.now() - (starts.get(label) ?? Date.now())}ms`),
    timeLog: (label = 'default', ...args: unknown[]) => info(`${label}: ${Date.now() - (starts.get(label) ?? Date.now())}ms`, ...args),
  }
}
