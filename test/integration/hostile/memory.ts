/**
 * When a new cell of the worker passed its memory: looked at from outside, ten times as often as the worker does. There are two limits: the isolate's own,
 * which isolated-vm is to keep, and that of the process, which ends what isolated-vm lets through.
 */
import { readFileSync } from 'node:fs'
import { childrenOf } from '../faults/processes.ts'

/** Node and the addon, before any connector has made anything. */
const emptyCellMb = 90
const everyMs = 10
const lookForNewMs = 100
const pageBytes = 4096

export interface MemoryWatch extends Disposable {
  /** `Date.now()` of the first sample over each limit, or null. */
  readonly isolatePassedAt: number | null
  readonly processPassedAt: number | null
}

export const watchMemory = (worker: number, known: readonly number[], limits: { readonly isolateMb: number; readonly processMb: number }): MemoryWatch => {
  const old = new Set(known)
  let cells: readonly number[] = []
  let isolatePassedAt: number | null = null
  let processPassedAt: number | null = null
  const looking = setInterval(() => void childrenOf(worker).then((children) => (cells = children.filter((pid) => !old.has(pid)))), lookForNewMs)
  const sampling = setInterval(() => {
    const mostMb = Math.max(0, ...cells.map(residentMb))
    if (mostMb > emptyCellMb + limits.isolateMb) isolatePassedAt ??= Date.now()
    if (mostMb > limits.processMb) processPassedAt ??= Date.now()
  }, everyMs)
  return {
    get isolatePassedAt() { return isolatePassedAt },
    get processPassedAt() { return processPassedAt },
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
