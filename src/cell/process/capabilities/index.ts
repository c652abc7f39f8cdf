/** Everything a guest is lent, behind one door: questions answered at once (`ask`) and work that takes its time (`task`). */
import type { CellLimits, Grants, PluginRef } from '../../options.ts'
import { coded } from '../outcome.ts'
import { type Level, openConsole } from './console.ts'
import { openFiles } from './fs.ts'
import { randomAsks } from './random.ts'
import { textAsks } from './text.ts'
import { openTimer } from './timers.ts'
import { openTraces, type PlacesOf } from './traces.ts'
import { urlAsks } from './url.ts'

export type Environment = {
  readonly plugin: PluginRef
  readonly limits: CellLimits
  readonly grants: Grants
  readonly tick: () => void
  readonly log: (level: Level, message: string) => void
  /** A call was refused for want of a permission. */
  readonly denied: () => void
  readonly hostNow: (json: string) => string
}
type Bytes = ArrayBuffer | string
export type Ask = (json: string, attachments: readonly Bytes[]) => string | ArrayBuffer | undefined
export type Task = (args: readonly unknown[]) => Promise<unknown>

export type Capabilities = {
  ask(op: string, json: string, attachments: readonly Bytes[]): string | ArrayBuffer | undefined
  task(op: string, args: readonly unknown[]): Promise<unknown>
  arm(delayMs: number): void
  log(level: number, message: string): void
  placesOf: PlacesOf
  close(): void
}

export const openCapabilities = (environment: Environment): Capabilities => {
  const timer = openTimer(environment.tick)
  const placesOf = openTraces(environment.plugin)
  const log = openConsole((level, message) => environment.log(level, placesOf(message)))
  const files = openFiles(environment.grants, environment.denied)
  const own: Readonly<Record<string, Ask>> = { host: (json) => environment.hostNow(json), cwd: () => process.cwd(), trace: placesOf }
  const asks = new Map<string, Ask>(Object.entries({ ...own, ...textAsks, ...urlAsks, ...randomAsks, ...files.asks }))
  const tasks = new Map<string, Task>(Object.entries(files.tasks))
  const unknown = (op: string): Error => coded('ERR_NOT_SUPPORTED', `the platform has no ${op.slice(0, 100)}`)
  return {
    ask(op, json, attachments) {
      const found = asks.get(op)
      if (found === undefined) throw unknown(op)
      return found(json, attachments)
    },
    async task(op, args) {
      const found = tasks.get(op)
      if (found === undefined) throw unknown(op)
      return found(args)
    },
    arm: (delayMs) => timer.arm(delayMs),
    log,
    placesOf,
    close: () => {
      timer.close()
      files.close()
    },
  }
}
