/** `-daemon` of Kafka's scripts: a bin started detached, its output in $LOG_DIR (default ./logs). */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'

/** Starts the bin (`connect-standalone` …) with these arguments; `name` is that of the log. Returns the text to print. */
export const daemonize = (bin: string, name: string, args: readonly string[]): string => {
  const folder = resolve(process.env['LOG_DIR'] ?? 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.out`)
  const output = openSync(file, 'a')
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, `${bin}${extname(import.meta.filename)}`), ...args], { detached: true, stdio: ['ignore', output, output] })
  child.unref()
  return `${name} runs in the background as process ${child.pid}; its log is ${file}\n`
}
