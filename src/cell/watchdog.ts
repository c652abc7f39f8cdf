/**
 * The outer wall: samples what cell processes use and says when one is over its limit. isolated-vm's own limits do not always
 * hold (a growing Map, `a.push(new Array(1000).fill(1))` for ever), this one does: it looks from outside and its owner kills.
 * One timer for all cells of a thread; a busy cell is looked at ten times a second, an idle one twice.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type Usage = { readonly rssBytes: number; readonly cpuMs: number }
export type Watched = {
  readonly pid: number
  readonly isBusy: () => boolean
  readonly onUsage: (usage: Usage, at: number) => void
}

const busyIntervalMs = 100
const idleEvery = 5
const pageBytes = 4096 // of Linux on x64; procfs counts pages, see pageSize below
const cells = new Set<Watched>()
let timer: NodeJS.Timeout | undefined
let tick = 0

/** Until the returned function is called. */
export const watch = (cell: Watched): (() => void) => {
  cells.add(cell)
  timer ??= setInterval(sampleAll, busyIntervalMs).unref()
  return () => {
    cells.delete(cell)
    if (cells.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

const sampleAll = (): void => {
  tick++
  const due = [...cells].filter((cell) => tick % idleEvery === 0 || cell.isBusy())
  if (due.length === 0) return
  if (process.platform === 'linux') {
    for (const cell of due) {
      const usage = fromProc(cell.pid)
      if (usage !== null) cell.onUsage(usage, performance.now())
    }
  } else if (tick % idleEvery === 0) fromPs(due)
}

/** Resident pages of /proc/PID/statm, user and system ticks (1/100 s) of /proc/PID/stat. */
const fromProc = (pid: number): Usage | null => {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1])
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the command may hold spaces and parentheses: fields are counted from the last one
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { rssBytes: pages * pageSize(), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 }
  } catch {
    return null // it has just ended
  }
}

let measuredPageSize: number | undefined
/** This process's own resident bytes over its resident pages: 4 KB nearly everywhere, 16 or 64 KB on some arm64. */
const pageSize = (): number => {
  if (measuredPageSize !== undefined) return measuredPageSize
  const ratio = process.memoryUsage.rss() / Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[1])
  measuredPageSize = [pageBytes, 16_384, 65_536].reduce((best, size) => (Math.abs(size - ratio) < Math.abs(best - ratio) ? size : best))
  return measuredPageSize
}

/** Where there is no procfs: one `ps` for all cells, twice a second. */
const fromPs = (due: readonly Watched[]): void => {
  execFile('ps', ['-o', 'pid=,rss=,time=', '-p', due.map(({ pid }) => pid).join(',')], (_error, stdout) => {
    for (const line of stdout.split('\n')) {
      const [pid, kilobytes, time = ''] = line.trim().split(/\s+/)
      const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0)
      due.find((cell) => cell.pid === Number(pid))?.onUsage({ rssBytes: Number(kilobytes) * 1024, cpuMs: seconds * 1000 }, performance.now())
    }
  })
}
