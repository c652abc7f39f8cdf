/**
 * Who had the processors: what everything that is not ours took of the machine (other processes, and the hypervisor), from procfs. A second in which a
 * stranger held the machine says nothing of us, so it is not judged; it is counted.
 */
import { readdirSync, readFileSync } from 'node:fs'

const everyMs = 200
type Sample = { readonly at: number; readonly total: number; readonly foreign: number }

export interface Machine extends Disposable {
  /** Share of the whole machine, 0 to 1, that strangers had between two moments (`Date.now()`). */
  foreignShare(from: number, to: number): number
}

export const watchMachine = (): Machine => {
  const root = processOf(process.ppid)?.parent ?? process.pid
  const samples: Sample[] = [sample(root)]
  const timer = setInterval(() => samples.push(sample(root)), everyMs)
  timer.unref()
  return {
    foreignShare: (from, to) => {
      const first = samples.findLast(({ at }) => at <= from) ?? samples[0]
      const last = samples.find(({ at }) => at >= to) ?? samples.at(-1)
      if (first === undefined || last === undefined || last.total === first.total) return 0
      return Math.max(0, (last.foreign - first.foreign) / (last.total - first.total))
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** Ticks since the machine was started: of all processors together, and of them what neither idled nor was ours. */
const sample = (root: number): Sample => {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, steal = 0] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
  const busy = user + nice + system + irq + softIrq + steal
  return { at: Date.now(), total: busy + idle + wait, foreign: busy - ticksOfTree(root) }
}

type Process = { readonly pid: number; readonly parent: number; readonly ticks: number }
/**
 * Own time and that of children that have ended, of everything under `root`: this test, the worker, its cells, and Kafka when the run has
 * started it. Other test files that run at the same time are strangers.
 */
const ticksOfTree = (root: number): number => {
  const byParent = Map.groupBy(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => processOf(Number(name)) ?? []), ({ parent }) => parent)
  const sum = (pid: number): number => (byParent.get(pid) ?? []).reduce((ticks, child) => ticks + (child.parent === process.ppid && child.pid !== process.pid ? 0 : child.ticks + sum(child.pid)), 0)
  return sum(root) + (processOf(root)?.ticks ?? 0)
}
const processOf = (pid: number): Process | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    return { pid, parent: fields[1] ?? 0, ticks: user + system + childUser + childSystem }
  } catch {
    return null // it has just ended
  }
}
