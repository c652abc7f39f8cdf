/** Stack traces of bundles, as the worker gets them: they point to the author's files. Real bundles, real cells. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CallOutcome } from '../../src/cell/cell.ts'
import { spawnCell } from '../../src/cell/spawn.ts'
import { makePlace, open, tick, writeFiles } from '../plugins/bundles.ts'
import { noGrants, someLimits } from './cells.ts'

const index = `// the first line
import { SourceConnector } from 'isoconnect'
import { check } from './src/check.ts'

export class TickSource extends SourceConnector {
  taskClass() { return null }
  taskConfigs() {
    try {
      check({ size: 3 })
    } catch (cause) {
      console.warn(cause)
      throw new Error('no configurations', { cause })
    }
    return []
  }
  start() {
    setTimeout(() => { check({ size: 4 }) }, 0)
  }
}
`
const checkSource = `/** Types and comments, which are gone in the bundle. */
interface Sized {
  readonly size: number
}

export function check(sized: Sized): void {
  if (sized.size > 2) throw new RangeError('too large')
}
`

const run = async (damage?: (bundleFile: string) => Promise<void>): Promise<{ readonly outcome: CallOutcome<unknown>; readonly lines: readonly string[] }> => {
  await using place = await makePlace()
  await writeFiles(join(place.plugins, 'tick'), { 'package.json': tick({ main: 'index.ts' }), 'index.ts': index, 'src/check.ts': checkSource })
  await using shelf = await open(place)
  const plugin = shelf.ref(shelf.find('TickSource'))
  await damage?.(plugin.bundleFile)
  await using cell = await spawnCell({ plugin, grants: noGrants, limits: someLimits, name: 'traces' })
  const lines: string[] = []
  const heard = Promise.withResolvers<void>()
  const opened = await cell.open('connector', { label: 'traces', handlers: {}, onLog: ({ message }) => {
    lines.push(message)
    if (message.startsWith('Nobody')) heard.resolve()
  } })
  if (opened.kind !== 'ok') throw new Error(JSON.stringify(opened))
  const timeoutMs = 5000
  await opened.value.call('start', [{}], { timeoutMs })
  await heard.promise
  return { outcome: await opened.value.call('taskConfigs', [1], { timeoutMs }), lines }
}

test('a trace and its causes, a console and an error that nobody handles name file, line and column of the author', async () => {
  const { outcome, lines } = await run()
  if (outcome.kind !== 'error') throw new Error(outcome.kind)
  const { stack, cause } = outcome.error
  expect(stack.split('\n')[1]).toBe('    at TickSource.taskConfigs (index.ts:12:13)')
  expect(cause?.stack.split('\n').slice(0, 3)).toEqual(['RangeError: too large', '    at check (src/check.ts:7:29)', '    at TickSource.taskConfigs (index.ts:9:7)'])
  expect(lines[0]).toMatch(/^Nobody handled an error in a timer or a reply: RangeError: too large\n {4}at check \(src\/check\.ts:7:29\)\n {4}at Timeout\.callback \(index\.ts:17:24\)\n/)
  expect(lines.join('\n')).not.toContain('boundary')
  expect(lines[1]).toMatch(/^RangeError: too large\n {4}at check \(src\/check\.ts:7:29\)\n/)
})

test('without its map a trace names the class and the line in the bundled code', async () => {
  const { outcome } = await run((bundleFile) => rm(`${bundleFile}.map`))
  expect(outcome.kind === 'error' && outcome.error.stack.split('\n')[1]).toMatch(/^ {4}at TickSource\.taskConfigs \(com\.example\.TickSource:\d+:\d+\)$/)
})
