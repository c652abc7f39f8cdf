/** Preloaded into our worker by the benchmarks: cells it starts trace their garbage collections, and what they print is kept. */
import childProcess from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const file = process.env['ISOCONNECT_BENCH_CELL_TRACE']
const { spawn } = childProcess
if (file !== undefined) {
  const traced = (command: string, args: readonly string[], options: childProcess.SpawnOptions): childProcess.ChildProcess => {
    const isCell = args.includes('--permission')
    const child = spawn(command, isCell ? ['--trace-gc', ...args] : args, options)
    if (isCell) child.stdout?.on('data', (chunk: Buffer) => appendFileSync(file, chunk))
    return child
  }
  Object.assign(childProcess, { spawn: traced })
  syncBuiltinESMExports()
}
