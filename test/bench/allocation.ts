/**
 * How much a worker allocates, cumulated, so that "bytes a record" can be said for both.
 *   Java  every thread's heap allocation as the JVM counts it (ThreadMXBean), kept in a file by the benchmark's connectors.
 *   ours  V8's garbage collector traces (`--trace-gc`): what each heap grew between two collections, over every isolate of the worker
 *         and its cells. Buffers outside the heaps (the columns and record batches) are in neither V8's figure nor this one.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const cellTrace = 'cell-gc.log'
/** Given to our worker: its own collections go to its output, those of its cells to a file in `dir` (trace-cells.ts). */
export const traceArguments = ['--trace-gc', '--import', join(import.meta.dirname, 'trace-cells.ts')]
export const traceEnvironment = (dir: string): Record<string, string> => ({ ISOCONNECT_BENCH_CELL_TRACE: join(dir, cellTrace) })

// [1234:0x5581:0] 1234 ms: Scavenge 30.1 (45.0) -> 20.3 (46.0) MB, …
const line = /^\[(\d+:0x[0-9a-f]+)(?::\d+)?\]\s+\d+ ms: [^\n]*? ([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB/gm

/** Bytes allocated on all heaps, as far as collections tell: each heap's last stretch is missing. */
export const tracedBytes = (text: string): number => {
  const left = new Map<string, number>()
  let megabytes = 0
  for (const [, heap = '', before = '0', after = '0'] of text.matchAll(line)) {
    megabytes += Math.max(0, Number(before) - (left.get(heap) ?? 0))
    left.set(heap, Number(after))
  }
  return megabytes * 2 ** 20
}

export const oursAllocated = async (dir: string): Promise<number> => {
  const texts = await Promise.all(['worker.log', cellTrace].map((name) => readFile(join(dir, name), 'utf8').catch(() => '')))
  return texts.reduce((sum, text) => sum + tracedBytes(text), 0)
}
export const javaAllocated = async (file: string): Promise<number> => Number(await readFile(file, 'utf8').catch(() => '0'))
