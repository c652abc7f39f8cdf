/** What every bin shares: the Node check, compiled code kept between starts, the way an error ends the process, and signals. */
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConnectError, messageOf } from '../errors.ts'

// Most of a start is compiling our own modules; kept in a folder of the user's own, since who can write it can run code as us.
// Bins load everything else by dynamic import, after this.
nodeModule.enableCompileCache?.(join(homedir(), '.cache', 'isoconnect', 'node'))

export const neededNodeMajor = 26

/** Exit codes as Kafka's Connect CLI: 1 usage, 2 initialisation failed, 3 start failed. */
export class ExitError extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Runs a command to its end and exits with its code. Coded errors print as one sentence, unexpected ones with their stack. */
export const runMain = (command: (args: readonly string[]) => Promise<number>): void => {
  const major = Number(process.versions.node.split('.')[0])
  if (major < neededNodeMajor) {
    process.stderr.write(`Isoconnect needs Node ${neededNodeMajor} or later; this is ${process.version}. Install it, or run Isoconnect by a package that brings it: npm install node@${neededNodeMajor}\n`)
    process.exit(1)
  }
  command(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      const expected = error instanceof ExitError || error instanceof ConnectError
      process.stderr.write(`${expected ? messageOf(error) : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(error instanceof ExitError ? error.exitCode : 1)
    },
  )
}

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once. */
export const interrupted = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let seen = false
    const onSignal = (signal: NodeJS.Signals): void => {
      if (seen) process.exit(130)
      seen = true
      resolve(signal)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
