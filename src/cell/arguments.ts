/** The command line of a cell: Node's permission model, closed but for what the grants open. */
import { resolve } from 'node:path'
import type { CellLimits, FsGrant, Grants } from './options.ts'

/** Heap of the cell's own Node, outside the isolates: frames on their way, and code. */
const outerHeapMb = 128
/** Isolates may grow to this before V8 collects them as a whole: batches are big and short-lived, and each collection costs as much as the records. */
const unhurriedHeapMb = 64
/** Room for the records of a whole batch, so that they die young; isolated-vm's own choice (1 MB) has them copied about in the middle of each (measured: half the cell's time in a sink). */
const roomyYoungMb = 16
/**
 * MB, a power of two as V8 has it, and part of a small isolate only: isolated-vm ends an isolate when it holds its memory and three times this (16 MB let one
 * of 48 MB hold 96, and collect for more than a second on the way there).
 */
const youngHeapMb = ({ memoryMb }: CellLimits): number => 2 ** Math.max(0, Math.floor(Math.log2(Math.min(roomyYoungMb, memoryMb / 8))))

export const cellArguments = (options: { readonly programFile: string; readonly platformFile: string; readonly bundleFile: string; readonly grants: Grants; readonly limits: CellLimits }): string[] => {
  const { programFile, platformFile, bundleFile, grants, limits } = options
  const reads = [programFile, platformFile, bundleFile, `${bundleFile}.map`, ...grants.fs.filter(({ access }) => access !== 'write').flatMap(allowed)]
  const writes = grants.fs.filter(({ access }) => access !== 'read').flatMap(allowed)
  const youngMb = youngHeapMb(limits)
  return [
    '--permission',
    '--allow-addons', // for isolated-vm, which the program loads before any guest code runs; guests cannot reach it
    '--no-node-snapshot', // isolated-vm needs it
    // these read and write files past the permission model (sqlite, web storage), or may one day (ffi)
    '--no-experimental-sqlite',
    '--no-experimental-webstorage',
    '--no-experimental-ffi',
    '--disable-sigusr1', // nobody opens a debugger in a cell
    '--disable-warning=PERM0001',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${outerHeapMb}`,
    `--initial-old-space-size=${Math.min(unhurriedHeapMb, limits.memoryMb / 2)}`,
    `--min-semi-space-size=${Math.max(1, youngMb / 2)}`,
    `--max-semi-space-size=${youngMb}`,
    ...reads.map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
    ...(grants.net.length > 0 ? ['--allow-net'] : []),
    programFile,
  ]
}

/** The path and what is under it. A star means "anything" to Node, so a path with one cannot be granted as it is. */
const allowed = ({ path }: FsGrant): string[] => {
  const absolute = resolve(path)
  if (absolute.includes('*')) return []
  return [absolute, absolute.endsWith('/') ? `${absolute}*` : `${absolute}/*`]
}
