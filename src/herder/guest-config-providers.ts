/**
 * Config providers that bundles bring (`config.providers.NAME.class`): each in a cell of its own for the life of the worker, started
 * anew when it has died. It is there before the worker's configuration is resolved, so `plugin.path` is taken as it stands.
 */
import type { Cell, CellDeath, Guest, SpawnCell } from '../cell/cell.ts'
import type { CellLimits } from '../cell/options.ts'
import { type ConfigProvider, providerSettings } from '../config/config-provider.ts'
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { Shelf } from '../plugins/types.ts'
import type { StringMap } from '../wire/guest-api.ts'
import { valueOf } from '../worker/error-data.ts'
import { runtimeShareMb } from './specs.ts'

const memoryMb = 128
const limits: CellLimits = { memoryMb, rssMb: memoryMb + runtimeShareMb, cpuPercent: 100, callTimeoutMs: 30_000 }
type Opened = { readonly cell: Cell; readonly guest: Guest<'config_provider'> }

export type GuestConfigProviders = AsyncDisposable & { readonly providers: ReadonlyMap<string, ConfigProvider> }

/** Throws a coded error for a class that is neither built in nor on the shelf, and for one that cannot be configured. */
export const openGuestConfigProviders = async (props: StringMap, shelf: Pick<Shelf, 'find' | 'ref' | 'grants'>, spawnCell: SpawnCell): Promise<GuestConfigProviders> => {
  const opened: GuestProvider[] = []
  const providers = new Map<string, ConfigProvider>()
  const close = async (): Promise<void> => void (await Promise.all(opened.map((provider) => provider.close())))
  try {
    for (const { name, className, params, isBuiltIn } of providerSettings(props)) {
      if (isBuiltIn) continue
      const provider = new GuestProvider(name, className, params, shelf, spawnCell)
      opened.push(provider)
      await provider.start()
      providers.set(name, provider)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { providers, [Symbol.asyncDispose]: close }
}

class GuestProvider implements ConfigProvider {
  readonly #name: string
  readonly #className: string
  readonly #params: StringMap
  readonly #shelf: Pick<Shelf, 'find' | 'ref' | 'grants'>
  readonly #spawnCell: SpawnCell
  #opened: Promise<Opened> | null = null
  #closed = false

  constructor(name: string, className: string, params: StringMap, shelf: Pick<Shelf, 'find' | 'ref' | 'grants'>, spawnCell: SpawnCell) {
    this.#name = name
    this.#className = className
    this.#params = params
    this.#shelf = shelf
    this.#spawnCell = spawnCell
  }
  async start(): Promise<void> {
    await this.#open()
  }
  async get(path: string, keys: ReadonlySet<string>): ReturnType<ConfigProvider['get']> {
    const { guest } = await this.#open()
    const { data, ttlMs } = valueOf(await guest.call('get', [path, [...keys]], { timeoutMs: limits.callTimeoutMs }))
    return ttlMs === null ? { data } : { data, ttlMs }
  }
  async close(): Promise<void> {
    this.#closed = true
    const opened = await this.#opened?.catch(() => null)
    if (!opened) return
    await opened.guest.call('stop', [], { timeoutMs: limits.callTimeoutMs })
    await opened.cell.close()
  }

  #open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new ConnectError('INTERNAL', 'The worker is shutting down'))
    this.#opened ??= this.#spawn().catch((error: unknown) => {
      this.#opened = null
      throw error
    })
    return this.#opened
  }
  async #spawn(): Promise<Opened> {
    const plugin = this.#shelf.find(this.#className, null, 'config_provider')
    const log = logger(plugin.className, `[${this.#name}|config-provider] `)
    const cell = await this.#spawnCell({ plugin: this.#shelf.ref(plugin), grants: this.#shelf.grants(plugin, this.#params), limits, name: `config-provider-${this.#name}` })
    try {
      const guest = valueOf(await cell.open('config_provider', { label: this.#name, handlers: {}, onLog: ({ level, message }) => log[level](message) }))
      valueOf(await guest.call('start', [this.#params], { timeoutMs: limits.callTimeoutMs }))
      void cell.died.then((death: CellDeath) => {
        this.#opened = null
        if (!this.#closed) log.error(`The process of config provider ${this.#name} has ended (${death.reason}): ${death.detail} It is started again when it is next asked.`)
      })
      return { cell, guest }
    } catch (error) {
      await cell.close()
      throw new ConnectError('CONFIG_INVALID', `Could not set up config provider ${this.#name} (${plugin.className}): ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
}
