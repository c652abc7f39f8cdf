/** Cells for tests: a plugin from source text, opened with everything it needs, disposed with the test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallOutcome, Cell, Guest, GuestLog, HostHandlers, TargetKind } from '../../src/cell/cell.ts'
import type { CellLimits, Grants } from '../../src/cell/options.ts'
import { spawnCell } from '../../src/cell/spawn.ts'

export const someLimits: CellLimits = { memoryMb: 64, rssMb: 300, cpuPercent: 100, callTimeoutMs: 5000 }
export const noGrants: Grants = { fs: [], net: [], stdio: false }

export type TestCell = AsyncDisposable & {
  readonly cell: Cell
  readonly folder: string
  readonly logs: GuestLog[]
  open<K extends TargetKind>(kind: K, handlers?: HostHandlers): Promise<Guest<K>>
}
/** `code` is the CommonJS text of a bundle; it exports the class `Plugin` (and its task classes). */
export const cellOf = async (code: string, options: { readonly limits?: Partial<CellLimits>; readonly grants?: (folder: string) => Grants } = {}): Promise<TestCell> => {
  const folder = await mkdtemp(join(tmpdir(), 'isoconnect-cell-'))
  const bundleFile = join(folder, 'bundle.cjs')
  await writeFile(bundleFile, code)
  const logs: GuestLog[] = []
  const cell = await spawnCell({
    plugin: { bundleFile, className: 'com.example.Plugin', exportName: 'Plugin', version: '1.2.3' },
    grants: options.grants?.(folder) ?? noGrants,
    limits: { ...someLimits, ...options.limits },
    name: 'test',
  })
  return {
    cell,
    folder,
    logs,
    open: async (kind, handlers = {}) => ok(await cell.open(kind, { label: '0', handlers, onLog: (line) => logs.push(line) })),
    [Symbol.asyncDispose]: async () => {
      await cell.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const ok = <T>(outcome: CallOutcome<T>): T => {
  if (outcome.kind === 'ok') return outcome.value
  throw new Error(`expected ok, got ${JSON.stringify(outcome)}`)
}
export const errorOf = <T>(outcome: CallOutcome<T>) => {
  if (outcome.kind === 'error') return outcome.error
  throw new Error(`expected an error, got ${JSON.stringify(outcome)}`)
}
export const deathOf = <T>(outcome: CallOutcome<T>) => {
  if (outcome.kind === 'death') return outcome.death
  throw new Error(`expected a death, got ${JSON.stringify(outcome)}`)
}

/** A source plugin whose task has these members. */
export const sourcePlugin = (task: string, before = ''): string => `
const { SourceConnector, SourceTask, SinkConnector, SinkTask, ConfigDef, ConnectException, RetriableException, DataException, SchemaBuilder, Struct, Schema, schemas, Decimal, sleep, stdio } = require('isoconnect')
${before}
class Task extends SourceTask { start() {} poll() { return null } ${task} }
class Plugin extends SourceConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [{}] } }
module.exports = { Plugin, Task }
`
export const sinkPlugin = (task: string): string => `
const { SinkConnector, SinkTask, ConfigDef, ConnectException, RetriableException, Struct } = require('isoconnect')
class Task extends SinkTask { start() {} put() {} ${task} }
class Plugin extends SinkConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [{}] } }
module.exports = { Plugin, Task }
`
export const soon = { timeoutMs: 5000 } as const
