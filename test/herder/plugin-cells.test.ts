/** Cells that describe and validate plugins: how many are opened, how long they live, and what becomes of bad plugins. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallOutcome, Cell, CellDeath, Guest, SpawnCell } from '../../src/cell/cell.ts'
import { createPluginCells } from '../../src/herder/plugin-cells.ts'
import { setLevel } from '../../src/log.ts'
import type { Plugin } from '../../src/plugins/types.ts'
import type { PluginDescription } from '../../src/wire/guest-api.ts'

setLevel('root', 'OFF')
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const plugin = (version: string): Plugin => ({
  type: 'source', className: 'com.example.Tick', exportName: 'Tick', version, bundle: 'tick', location: '/p', digest: `d${version}`, bundleFile: '/b.js',
  permissions: { fs: [], net: [], stdio: false }, limits: {},
})
const death: CellDeath = { reason: 'timeout', detail: 'validate() took longer than 30000 ms' }
const described: PluginDescription = { version: '1', config: [] }

const rig = () => {
  const remembered = new Map<string, PluginDescription>()
  const calls: string[] = []
  let next: CallOutcome<unknown> = { kind: 'ok', value: [] }
  const open = new Set<string>()
  let spawned = 0
  const deaths: ((death: CellDeath) => void)[] = []
  const spawnCell: SpawnCell = ({ plugin: ref, grants }) => {
    const id = `${ref.version}#${++spawned}`
    expect(grants).toEqual({ fs: [], net: [], stdio: false })
    open.add(id)
    const died = Promise.withResolvers<CellDeath>()
    deaths.push(died.resolve)
    const guest: Guest<'connector'> = {
      kind: 'connector',
      call: (method, _args, { timeoutMs }) => {
        calls.push(`${id} ${method} ${timeoutMs}`)
        return Promise.resolve((method === 'describe' && next.kind === 'ok' ? { kind: 'ok', value: described } : next) as never)
      },
      dispose: () => Promise.resolve(),
    }
    const close = (): Promise<void> => {
      open.delete(id)
      died.resolve({ reason: 'killed', detail: 'closed' })
      return Promise.resolve()
    }
    const cell: Cell = { pid: 1, died: died.promise, open: () => Promise.resolve({ kind: 'ok', value: guest } as never), usage: () => ({ rssBytes: 0, cpuMs: 0, deniedCalls: 0 }), close, [Symbol.asyncDispose]: close }
    return Promise.resolve(cell)
  }
  const cells = createPluginCells({
    shelf: {
      ref: (known) => ({ bundleFile: known.bundleFile, className: known.className, exportName: known.exportName, version: known.version }),
      description: (known) => Promise.resolve(remembered.get(known.digest) ?? null),
      remember: (known, description) => Promise.resolve(void remembered.set(known.digest, description)),
    },
    spawnCell, limits: { memoryMb: 128, rssMb: 400, cpuPercent: 200, callTimeoutMs: 7 }, idleMs: 1000,
  })
  return { cells, calls, open, remembered, kill: (index: number) => deaths[index]?.(death), answer: (outcome: CallOutcome<unknown>) => (next = outcome) }
}

test('one cell per class and version serves all requests and is closed when idle', async () => {
  const { cells, calls, open } = rig()
  await Promise.all([cells.validate(plugin('1'), {}), cells.validate(plugin('1'), {}), cells.validate(plugin('2'), {})])
  await cells.describe(plugin('1'))
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['1#1', '1#1', '2#2', '1#1'])
  await vi.advanceTimersByTimeAsync(999)
  expect(open.size).toBe(2)
  await vi.advanceTimersByTimeAsync(1)
  expect(open.size).toBe(0)
  await cells.validate(plugin('1'), {})
  expect(open).toEqual(new Set(['1#3']))
  await cells.close()
  expect(open.size).toBe(0)
})
test('a description is asked for once, ever', async () => {
  const { cells, calls, remembered } = rig()
  await Promise.all([cells.describe(plugin('1')), cells.describe(plugin('1'))])
  expect(calls).toEqual(['1#1 describe 7'])
  remembered.set('d2', described)
  await cells.describe(plugin('2'))
  expect(calls).toHaveLength(1)
})
describe('a plugin that', () => {
  test('throws is an error with its words; its cell goes on', async () => {
    const { cells, answer, calls } = rig()
    answer({ kind: 'error', error: { name: 'TypeError', message: 'x is not a function', stack: '', retriable: false } })
    await expect(cells.validate(plugin('1'), {})).rejects.toMatchObject({ code: 'PLUGIN_FAILED', message: 'com.example.Tick 1: validate() failed: x is not a function' })
    answer({ kind: 'ok', value: [] })
    await cells.validate(plugin('1'), {})
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['1#1', '1#1'])
  })
  test('hangs loses its cell, with the reason; the next request gets a new one', async () => {
    const { cells, answer, calls, open } = rig()
    answer({ kind: 'death', death })
    await expect(cells.validate(plugin('1'), {})).rejects.toMatchObject({ code: 'PLUGIN_FAILED', message: expect.stringContaining('(timeout): validate() took longer than 30000 ms') as string })
    expect(open.size).toBe(0)
    answer({ kind: 'ok', value: [] })
    await cells.validate(plugin('1'), {})
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['1#1', '1#2'])
  })
  test('dies between two requests gets a new cell', async () => {
    const { cells, calls, kill } = rig()
    await cells.validate(plugin('1'), {})
    kill(0)
    await Promise.resolve()
    await cells.validate(plugin('1'), {})
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['1#1', '1#2'])
  })
})
test('after close nothing is spawned', async () => {
  const { cells } = rig()
  await cells.close()
  await expect(cells.validate(plugin('1'), {})).rejects.toThrow('The worker is shutting down')
})
