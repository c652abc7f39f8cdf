/** One worker, one healthy connector, and a list of hostile cases: a test each, and at the end what is left and what the page says. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstLine, securityTable } from '../../security-table.ts'
import { type Bed, type Ending, type Hostile, hostileBed, keptShare, limits, mayKeepBytes, share } from './bed.ts'
import { ratePerSecond } from './healthy.ts'

/** How it is to end: by the death of its process, by an error of its own or one made of what it did; `text` is in what the operator reads. */
type End = 'timeout' | 'oom' | 'crash' | 'error' | 'refused' | 'goes on' | 'quarantined'
export type HostileCase = Hostile & {
  /** Several where two limits are passed at about the same time. */
  readonly ends: End | readonly [End, End]
  readonly text?: RegExp
  readonly limitMs?: number
  /** A limit that two walls watch: who is first is not the same in every run, and the page leaves out what only one of them says. */
  readonly byEither?: true
}

/** After its limit, or after what it did when no limit is meant to end it; longer by what strangers had of the machine meanwhile. */
const dueMs = 1000

export const hostileSuite = (table: string, cases: readonly HostileCase[]): void => {
  const page = securityTable(table)
  let bed: Bed
  beforeAll(async () => {
    bed = await hostileBed(cases)
  })
  afterAll(() => bed?.[Symbol.asyncDispose]())

  for (const hostile of cases) {
    test(hostile.name, async () => {
      const ending = await bed.run(hostile)
      console.log(figures(hostile, ending))
      const end = endOf(ending)
      expect([hostile.ends].flat()).toContain(end)
      if (hostile.text !== undefined) expect(ending.trace).toMatch(hostile.text)
      expect(ending.problems).toEqual([])
      expect(lateMs(hostile, end, ending)).toBeLessThan(dueMs / (1 - ending.foreignShare))
      expect(ending.slowestOwnSecond ?? ratePerSecond).toBeGreaterThan(keptShare * ratePerSecond)
      expect(ending.workerGrewBytes).toBeLessThan(mayKeepBytes)
      page.row({ name: hostile.name, ends: endText(hostile), cause: causeOf(hostile, ending) })
    })
  }

  test('no process, descriptor or file is left of any of them', async () => {
    expect(await bed.leftOvers()).toEqual([])
  })
  test('docs/security.md says what happened', () => page.check())
}

const endOf = ({ end, trace }: Ending): string => (end !== 'failed' ? end : (/process has ended \((\w+)\)/.exec(trace)?.[1] ?? 'error'))
const lateMs = ({ limitMs }: HostileCase, end: string, { trace, afterMs, afterIsolateMs, afterProcessMs }: Ending): number => {
  if (end === 'refused' || end === 'goes on' || end === 'quarantined') return 0
  if (end === 'oom') return (/the process had/.test(trace) ? afterProcessMs : afterIsolateMs) ?? 0
  return afterMs - (limitMs ?? (end === 'timeout' ? limits.pollMs : 0))
}
const endText = ({ ends }: HostileCase): string => (ends === 'refused' || ends === 'goes on' || ends === 'quarantined' ? ends : ends === 'error' ? 'FAILED' : `FAILED (${[ends].flat().join(' or ')})`)
const causeOf = ({ ends, byEither }: HostileCase, { trace }: Ending): string => {
  if (Array.isArray(ends)) return 'whichever limit comes first'
  const [first, ...others] = trace.split('\nCaused by: ').map(firstLine)
  const root = (others.at(-1) ?? '').replace(/^\w+: /, '')
  const cause = `${first}${root === '' || first?.includes(root) ? '' : ` Caused by: ${others.at(-1)}`}`
    .replace(/^(CellDeathException: )?The connector's process has ended \(\w+\): /, '')
    .replaceAll(/(com\.example\.Hostile)\d+/g, '$1')
  return byEither || ends === 'oom' ? cause.replace(/^(.*?(?:within \d+ ms|memory\.mb=\d+\)))[^;]*/, '$1 …') : cause
}

const figures = ({ name }: HostileCase, { end, afterMs, afterIsolateMs, afterProcessMs, slowestSecond, slowestOwnSecond, workerGrewBytes, trace }: Ending): string =>
  `${name}: ${end} ${afterMs} ms after its first breath${afterIsolateMs === null ? '' : `, ${afterIsolateMs} ms after it passed the memory of its isolate`}${afterProcessMs === null ? '' : `, ${afterProcessMs} ms after that of its process`}; the healthy connector's slowest second ${share(slowestSecond)}${slowestOwnSecond === slowestSecond ? '' : ` (${slowestOwnSecond === null ? 'none' : share(slowestOwnSecond)} of those in which no stranger had the machine)`}; the worker grew by ${Math.round(workerGrewBytes / 1024 ** 2)} MB; ${firstLine(trace)}`
