/** One worker, one healthy connector, and a list of hostile cases: a test each, and at the end what is left and what the page says. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstLine, securityTable } from '../../security-table.ts'
import { type Bed, type Ending, type Hostile, hostileBed, keptShare, limits, mayKeepBytes, share } from './bed.ts'
import { ratePerSecond } from './healthy.ts'

/** How it is to end: by the death of its process, by an error of its own or one made of what it did; `text` is in what the operator reads. */
export type HostileCase = Hostile & { readonly ends: 'timeout' | 'oom' | 'crash' | 'cpu' | 'protocol' | 'error' | 'refused'; readonly text?: RegExp; readonly limitMs?: number }

/** After its limit, or after what it did when no limit is meant to end it. */
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
      expect(endOf(ending)).toBe(hostile.ends)
      if (hostile.text !== undefined) expect(ending.trace).toMatch(hostile.text)
      expect(ending.problems).toEqual([])
      if (hostile.ends === 'oom') expect(ending.afterMemoryMs ?? 0).toBeLessThan(dueMs)
      else if (hostile.ends !== 'refused') expect(ending.afterMs).toBeLessThan((hostile.limitMs ?? (hostile.ends === 'timeout' ? limits.pollMs : 0)) + dueMs)
      expect(ending.slowestOwnSecond ?? ratePerSecond).toBeGreaterThan(keptShare * ratePerSecond)
      expect(ending.workerGrewBytes).toBeLessThan(mayKeepBytes)
      page.row({ name: hostile.name, ends: hostile.ends === 'refused' ? 'refused' : hostile.ends === 'error' ? 'FAILED' : `FAILED (${hostile.ends})`, cause: causeOf(ending.trace) })
    })
  }

  test('no process, descriptor or file is left of any of them', async () => {
    expect(await bed.leftOvers()).toEqual([])
  })
  test('docs/security.md says what happened', () => page.check())
}

const endOf = ({ refused, trace }: Ending): string => (refused ? 'refused' : (/process has ended \((\w+)\)/.exec(trace)?.[1] ?? 'error'))
const causeOf = (trace: string): string => firstLine(trace).replace(/^CellDeathException: The connector's process has ended \(\w+\): /, '')

const figures = ({ name }: HostileCase, { afterMs, afterMemoryMs, slowestSecond, slowestOwnSecond, workerGrewBytes, trace }: Ending): string =>
  `${name}: FAILED ${afterMs} ms after its first breath${afterMemoryMs === null ? '' : `, ${afterMemoryMs} ms after it passed its memory`}; the healthy connector's slowest second ${share(slowestSecond)}${slowestOwnSecond === slowestSecond ? '' : ` (${slowestOwnSecond === null ? 'none' : share(slowestOwnSecond)} of those in which no stranger had the machine)`}; the worker grew by ${Math.round(workerGrewBytes / 1024 ** 2)} MB; ${firstLine(trace)}`
