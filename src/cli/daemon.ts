/** `-daemon` of Kafka's scripts: the same command again, detached, its output in $LOG_DIR (default ./logs). */
import { spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Starts the running bin again without `-daemon`; returns the text to print. */
export const daemonize = (name: string, args: readonly string[]): string => {
  const folder = resolve(process.env['LOG_DIR'] ?? 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.out`)
  const output = openSync(file, 'a')
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], { detached: true, stdio: ['ignore', output, output] })
  child.unref()
  return `${name} runs in the background as process ${child.pid}; its log is ${file}\n`
}
