/**
 * What only running tells of a bundle (a missing export, an error or a loop at its top level), found before anybody uses it: each plugin class
 * that has not described itself yet is loaded once in a cell of its own without grants. What it says is remembered beside the code; one that
 * cannot be loaded goes into quarantine with the reason. Beside the worker's start, never before it.
 */
import { readFile } from 'node:fs/promises'
import type { CallOutcome, Cell, SpawnCell } from '../cell/cell.ts'
import type { CellLimits, Grants } from '../cell/options.ts'
import { messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import type { Plugin, Shelf } from '../plugins/types.ts'
import { askedAs } from './plugin-cells.ts'

const log = logger('org.apache.kafka.connect.runtime.isolation.PluginScanner')
const noGrants: Grants = { fs: [], net: [], stdio: false }
/** A bundle that hangs must not keep the others waiting. */
const atOnce = 2

/** For whoever has no configuration of a worker to take them from. */
export const inspectLimits: CellLimits = { memoryMb: 128, rssMb: 512, cpuPercent: 200, callTimeoutMs: 10_000 }

export type Inspector = {
  /** Why the class cannot be loaded, or null. Rejects when no cell could be started, which is no fault of the bundle. */
  inspect(plugin: Plugin): Promise<string | null>
  /** Ends the cells there are. */
  close(): Promise<void>
}
type Options = { readonly shelf: Pick<Shelf, 'ref' | 'description' | 'remember'>; readonly spawnCell: SpawnCell; readonly limits: CellLimits }

export const createInspector = ({ shelf, spawnCell, limits }: Options): Inspector => {
  const cells = new Set<Cell>()
  let isClosed = false
  return {
    inspect: async (plugin) => {
      if ((await shelf.description(plugin)) !== null) return null
      await using cell = await spawnCell({ plugin: shelf.ref(plugin), grants: noGrants, limits, name: `${plugin.className}|inspect` })
      if (isClosed) return null
      cells.add(cell)
      try {
        const opened = await cell.open(askedAs(plugin), { label: 'inspect', handlers: {}, onLog: () => {} })
        if (opened.kind !== 'ok') return problemOf(plugin, opened)
        const described = await opened.value.call('describe', [], { timeoutMs: limits.callTimeoutMs })
        if (described.kind !== 'ok') return problemOf(plugin, described)
        await shelf.remember(plugin, described.value)
        return null
      } finally {
        cells.delete(cell)
      }
    },
    close: async () => {
      isClosed = true
      await Promise.all([...cells].map((cell) => cell.close()))
    },
  }
}

const problemOf = async (plugin: Plugin, outcome: Exclude<CallOutcome<unknown>, { kind: 'ok' }>): Promise<string> => {
  const why = outcome.kind === 'error' ? `${outcome.error.name}: ${outcome.error.message}${await placeOf(plugin, outcome.error.stack)}` : `its process has ended (${outcome.death.reason}): ${outcome.death.detail}`
  return `${plugin.className} (export ${plugin.exportName}) cannot be loaded: ${why}`
}

const maxShownCode = 160
/** Where a stack begins: the author's file and line; of a bundle without a source map the code, since its line numbers say little to whoever wrote the parts. */
const placeOf = async ({ className, bundleFile }: Plugin, stack: string): Promise<string> => {
  const frame = stack.split('\n').find((line) => /^ +at /.test(line) && !/\b(isoconnect|node):/.test(line))
  const place = /[^ (]+:(\d+):\d+(?=\)?$)/.exec(frame ?? '')
  if (place !== null && !place[0].startsWith(`${className}:`)) return `, at ${place[0]}`
  const line = Number(place?.[1])
  const code = (await readFile(bundleFile, 'utf8').catch(() => '')).split('\n')[line - 1]?.trim() ?? ''
  return code === '' ? '' : `, at \`${code.length > maxShownCode ? `${code.slice(0, maxShownCode)} …` : code}\``
}

const idOf = ({ digest, className, version }: Plugin): string => `${digest} ${className} ${version}`

/** Inspects what is on the shelf and what comes, until closed. */
export const inspectShelf = (shelf: Pick<Shelf, 'list' | 'onChange' | 'condemn'>, inspector: Inspector): { close(): Promise<void> } => {
  const seen = new Set<string>()
  const queue: Plugin[] = []
  const running = new Set<Promise<void>>()
  let isClosed = false

  const one = async (plugin: Plugin): Promise<void> => {
    try {
      const problem = await inspector.inspect(plugin)
      if (problem !== null && !isClosed) shelf.condemn(plugin, problem)
    } catch (error) {
      log.warn(`${plugin.className} ${plugin.version} could not be inspected: ${messageOf(error)}. What is wrong with it, if anything, shows when it is used.`)
    }
  }
  const pump = (): void => {
    while (!isClosed && running.size < atOnce) {
      const plugin = queue.shift()
      if (plugin === undefined) return
      const ended = one(plugin).finally(() => {
        running.delete(ended)
        pump()
      })
      running.add(ended)
    }
  }
  const look = (): void => {
    for (const plugin of shelf.list()) {
      if (seen.has(idOf(plugin))) continue
      seen.add(idOf(plugin))
      queue.push(plugin)
    }
    pump()
  }
  const unsubscribe = shelf.onChange(look)
  look()
  return {
    close: async () => {
      isClosed = true
      unsubscribe()
      await inspector.close()
      await Promise.all(running)
    },
  }
}
