/** When a new cell of the worker passed its memory: looked at from outside, twenty times as often as the worker does. */
import { readFileSync } from 'node:fs'
import { childrenOf } from '../faults/processes.ts'

/** Node and the addon, before any connector has made anything. */
const emptyCellMb = 90
const everyMs = 10
const lookForNewMs = 100
const pageBytes = 4096

export interface MemoryWatch extends Disposable {
  /** `Date.now()` of the first sample over the limit, or null. */
  readonly passedAt: number | null
}

export const watchMemory = (worker: number, known: readonly number[], limitMb: number): MemoryWatch => {
  const old = new Set(known)
  let cells: readonly number[] = []
  let passedAt: number | null = null
  const looking = setInterval(() => void childrenOf(worker).then((children) => (cells = children.filter((pid) => !old.has(pid)))), lookForNewMs)
  const sampling = setInterval(() => {
    if (passedAt === null && cells.some((pid) => residentMb(pid) > emptyCellMb + limitMb)) passedAt = Date.now()
  }, everyMs)
  return {
    get passedAt() { return passedAt },
    [Symbol.dispose]: () => {
      clearInterval(looking)
      clearInterval(sampling)
    },
  }
}
const residentMb = (pid: number): number => {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes) / 1024 ** 2
  } catch {
    return 0 // it has just ended
  }
}
