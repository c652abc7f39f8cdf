/** What a process that ended died of, from what it left: exit code, signal and its last words. */
import type { CellDeath } from './cell.ts'
import type { CellLimits } from './options.ts'

export type Ending = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  readonly limits: CellLimits
  /** The worker had asked it to end. */
  readonly closing: boolean
}

export const deathOf = ({ code, signal, stderr, limits, closing }: Ending): CellDeath => {
  if (closing) return { reason: 'killed', detail: 'The worker ended the cell.' }
  if (/out of memory|allocation failed|ERR_WORKER_OUT_OF_MEMORY/i.test(stderr)) {
    return { reason: 'oom', detail: `It used more memory than it may have (isolate.memory.mb=${limits.memoryMb}): the process itself ran out of it; isolate.memory.mb raises the limit.` }
  }
  const words = stderr.trim().split('\n').slice(0, 5).join(' ').slice(0, 500)
  const last = words === '' ? '' : ` Its last words: ${words}`
  if (signal === 'SIGKILL') return { reason: 'killed', detail: `The process was killed from outside (SIGKILL), by an administrator or by the kernel for want of memory.${last}` }
  if (signal !== null) return { reason: 'crash', detail: `The process was ended by ${signal}.${last}` }
  return { reason: 'crash', detail: `The process ended by itself with code ${code ?? '?'}.${last}` }
}
