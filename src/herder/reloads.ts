/**
 * Restarts of connectors whose configuration holds values that expire (KIP-297): a config provider gives a time to live with what
 * it answers, and `config.action.reload=restart`, the default, has the connector started anew with fresh values when that is over.
 */
import { logger } from '../log.ts'

const log = logger('org.apache.kafka.connect.runtime.WorkerConfigTransformer')
const maxTimerMs = 2 ** 31 - 1

export class Reloads {
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #restart: (name: string) => Promise<void>

  constructor(restart: (name: string) => Promise<void>) {
    this.#restart = restart
  }

  /** The time to live of a connector's values as they have just been read; null: they do not expire. The last reading counts. */
  schedule(name: string, config: Readonly<Record<string, string>>, ttlMs: number | null): void {
    this.cancel(name)
    if (ttlMs === null || config['config.action.reload']?.trim() === 'none') return
    log.info(`Scheduling a restart of connector ${name} in ${ttlMs} ms`)
    const timer = setTimeout(() => {
      this.#timers.delete(name)
      this.#restart(name).catch((error: unknown) => log.error('Unexpected error during connector restart: ', error))
    }, Math.min(ttlMs, maxTimerMs))
    this.#timers.set(name, timer.unref())
  }
  cancel(name: string): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }
  cancelAll(): void {
    for (const name of this.#timers.keys()) this.cancel(name)
  }
}
