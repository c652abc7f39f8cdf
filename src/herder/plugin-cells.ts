/**
 * Short-lived cells that describe and validate plugins, without any grant: one per plugin class and version, kept a while for
 * the next request, closed when idle. Descriptions are remembered on the shelf, so that a known plugin needs no cell for them.
 * A plugin that hangs or crashes here ends its own cell; the caller gets a coded error with the reason.
 */
import type { Cell, Guest, SpawnCell } from '../cell/cell.ts'
import type { CellLimits, Grants } from '../cell/options.ts'
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { Plugin, Shelf } from '../plugins/types.ts'
import type { ConfigValueJson, GuestError, PluginDescription, StringMap } from '../wire/guest-api.ts'
import type { CallOutcome } from '../cell/cell.ts'
import { guestException } from '../worker/error-data.ts'

export interface PluginCells {
  describe(plugin: Plugin): Promise<PluginDescription>
  validate(plugin: Plugin, props: StringMap): Promise<readonly ConfigValueJson[]>
  exactlyOnceSupport(plugin: Plugin, props: StringMap): Promise<'SUPPORTED' | 'UNSUPPORTED' | null>
  close(): Promise<void>
}
export type PluginCellsOptions = {
  readonly shelf: Pick<Shelf, 'ref' | 'description' | 'remember'>
  readonly spawnCell: SpawnCell
  readonly limits: CellLimits
  readonly idleMs?: number
}

/** Long enough for a validation and the creation that follows it; a process of 70 MB is not kept for longer. */
const defaultIdleMs = 5000
const noGrants: Grants = { fs: [], net: [], stdio: false }
type Opened = { readonly cell: Cell; readonly guest: Guest<'connector'> }

export const createPluginCells = ({ shelf, spawnCell, limits, idleMs = defaultIdleMs }: PluginCellsOptions): PluginCells => {
  const cells = new Map<string, { readonly opened: Promise<Opened>; users: number; timer: NodeJS.Timeout | null }>()
  const descriptions = new Map<string, Promise<PluginDescription>>()
  const closing = new Set<Promise<void>>()
  let closed = false

  const closeCell = (cell: Cell): Promise<void> => {
    const ended = cell.close().finally(() => closing.delete(ended))
    closing.add(ended)
    return ended
  }
  const open = async (plugin: Plugin): Promise<Opened> => {
    const cell = await spawnCell({ plugin: shelf.ref(plugin), grants: noGrants, limits, name: `${plugin.className}|validate` })
    const log = logger(plugin.className, '[validate] ')
    const outcome = await cell.open(askedAs(plugin), { label: 'validate', handlers: {}, onLog: ({ level, message }) => log[level](message) })
    if (outcome.kind === 'ok') return { cell, guest: outcome.value }
    await closeCell(cell)
    return valueOrThrow(plugin, 'could not be loaded', outcome)
  }
  /** Runs one call in the plugin's cell; a cell that could not be opened or has died is forgotten, so that the next call gets a new one. */
  const withCell = async <T>(plugin: Plugin, method: string, call: (guest: Guest<'connector'>) => Promise<CallOutcome<T>>): Promise<T> => {
    if (closed) throw new ConnectError('INTERNAL', 'The worker is shutting down')
    const id = idOf(plugin)
    const known = cells.get(id)
    const slot = known ?? { opened: open(plugin), users: 0, timer: null }
    if (known === undefined) cells.set(id, slot)
    const forget = (): void => {
      if (cells.get(id) === slot) cells.delete(id)
    }
    slot.users++
    if (slot.timer !== null) clearTimeout(slot.timer)
    try {
      const { cell, guest } = await slot.opened
      void cell.died.then(forget)
      const outcome = await call(guest)
      if (outcome.kind === 'death') {
        forget()
        await closeCell(cell)
      }
      return valueOrThrow(plugin, `${method} failed`, outcome)
    } catch (error) {
      if (await slot.opened.then(() => false, () => true)) forget()
      throw error
    } finally {
      slot.users--
      if (slot.users === 0 && cells.get(id) === slot) {
        slot.timer = setTimeout(() => {
          forget()
          void slot.opened.then(({ cell }) => closeCell(cell), () => undefined)
        }, idleMs).unref()
      }
    }
  }
  const call = { timeoutMs: limits.callTimeoutMs }
  const learn = async (plugin: Plugin): Promise<PluginDescription> => {
    const known = await shelf.description(plugin)
    if (known !== null) return known
    const description = await withCell(plugin, 'describe()', (guest) => guest.call('describe', [], call))
    await shelf.remember(plugin, description)
    return description
  }

  return {
    describe: (plugin) => {
      const id = idOf(plugin)
      const pending = descriptions.get(id)
      if (pending !== undefined) return pending
      const learned = learn(plugin)
      descriptions.set(id, learned)
      // a failure is not remembered: the next request tries again
      learned.catch(() => descriptions.delete(id))
      return learned
    },
    validate: (plugin, props) => withCell(plugin, 'validate()', (guest) => guest.call('validate', [props], call)),
    exactlyOnceSupport: (plugin, props) => withCell(plugin, 'exactlyOnceSupport()', (guest) => guest.call('exactlyOnceSupport', [props], call)),
    close: async () => {
      closed = true
      const open = [...cells.values()]
      cells.clear()
      for (const { timer } of open) if (timer !== null) clearTimeout(timer)
      await Promise.all(open.map(({ opened }) => opened.then(({ cell }) => closeCell(cell), () => undefined)))
      await Promise.all(closing)
    },
  }
}

/** What is no connector answers `describe` and `validate` as a connector does, and is asked nothing else here. */
export const askedAs = ({ type }: Plugin): 'connector' => (type === 'source' || type === 'sink' ? 'connector' : ('plugin' as 'connector'))
const idOf = (plugin: Plugin): string => `${plugin.className} ${plugin.version} ${plugin.digest}`

const valueOrThrow = <T>(plugin: Plugin, what: string, outcome: CallOutcome<T>): T => {
  if (outcome.kind === 'ok') return outcome.value
  if (outcome.kind === 'error') throw pluginError(plugin, what, outcome.error)
  throw new ConnectError('PLUGIN_FAILED', `${plugin.className} ${plugin.version}: ${what}: its process has ended (${outcome.death.reason}): ${outcome.death.detail}`)
}
const pluginError = (plugin: Plugin, what: string, error: GuestError): ConnectError =>
  new ConnectError('PLUGIN_FAILED', `${plugin.className} ${plugin.version}: ${what}: ${error.message}`, { cause: guestException(error) })
