/** Decides from samples whether a cell is over its limits. Pure: state in, verdict out. Words are for the operator. */
import type { CellDeath } from './cell.ts'
import type { CellLimits } from './options.ts'
import type { Usage } from './watchdog.ts'

const mb = 1024 * 1024
const cpuWindowMs = 10_000
/** The cell slows itself down at its share (throttle.ts); beyond this much over it, it is not keeping to that. */
const cpuSlack = 1.5
/** Garbage collection and compilation run on threads of their own beside the guest. */
const cpuFloorPercent = 50

export type CpuWindow = { readonly at: number; readonly cpuMs: number } | null

export const verdict = (limits: CellLimits, usage: Usage, at: number, window: CpuWindow): { readonly death: CellDeath | null; readonly window: CpuWindow } => {
  if (usage.rssBytes > limits.rssMb * mb) {
    const detail = `It used more memory than it may have (isolate.memory.mb=${limits.memoryMb}): the process had ${Math.round(usage.rssBytes / mb)} MB of memory, and ${limits.rssMb} MB is all its isolates and the runtime's own share together; isolate.memory.mb raises the limit.`
    return { death: { reason: 'oom', detail }, window }
  }
  if (window === null) return { death: null, window: { at, cpuMs: usage.cpuMs } }
  if (at - window.at < cpuWindowMs) return { death: null, window }
  const percent = ((usage.cpuMs - window.cpuMs) / (at - window.at)) * 100
  if (percent > limits.cpuPercent * cpuSlack + cpuFloorPercent) {
    const detail = `The process used ${Math.round(percent)} % of a processor over the last ${Math.round((at - window.at) / 1000)} s, more than the ${limits.cpuPercent} % it may have; isolate.cpu.percent raises the limit.`
    return { death: { reason: 'cpu', detail }, window }
  }
  return { death: null, window: { at, cpuMs: usage.cpuMs } }
}
