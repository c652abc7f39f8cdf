import { expect, test } from 'vitest'
import { deathOf } from '../../src/cell/death.ts'
import { verdict } from '../../src/cell/limits.ts'
import { isSafeVersion } from '../../src/cell/process/addon.ts'
import { openConsole } from '../../src/cell/process/capabilities/console.ts'
import { openThrottle } from '../../src/cell/process/throttle.ts'
import { cellArguments } from '../../src/cell/arguments.ts'
import { noGrants, someLimits } from './cells.ts'

const mb = 1024 * 1024

test('a process over its memory is out, and the words name the setting', () => {
  expect(verdict(someLimits, { rssBytes: 300 * mb, cpuMs: 0 }, 0, null).death).toBeNull()
  expect(verdict(someLimits, { rssBytes: 301 * mb, cpuMs: 0 }, 0, null).death).toEqual({ reason: 'oom', detail: expect.stringMatching(/301 MB.*300 MB.*isolate\.memory\.mb/) })
})

test('processor time is judged over ten seconds, not by a burst', () => {
  const limits = { ...someLimits, cpuPercent: 20 }
  const begun = verdict(limits, { rssBytes: 0, cpuMs: 0 }, 0, null)
  const burst = verdict(limits, { rssBytes: 0, cpuMs: 5000 }, 5000, begun.window)
  expect(burst.death).toBeNull()
  expect(verdict(limits, { rssBytes: 0, cpuMs: 7900 }, 10_000, burst.window).death).toBeNull()
  expect(verdict(limits, { rssBytes: 0, cpuMs: 14_000 }, 10_000, burst.window).death).toEqual({ reason: 'cpu', detail: expect.stringMatching(/140 %.*20 %.*isolate\.cpu\.percent/) })
})

test('a throttled cell waits until what it used is earned', () => {
  let now = 0
  let used = 0
  const throttle = openThrottle(25, () => now, () => used)
  used = 500
  expect(throttle.waitMs()).toBe(0)
  used = 600
  expect(throttle.waitMs()).toBe(400)
  now = 400
  expect(throttle.waitMs()).toBe(0)
  now = 100_000 // idle time earns a burst and no more
  throttle.waitMs()
  used += 501
  expect(throttle.waitMs()).toBe(4)
  expect(openThrottle(100, () => now, () => 1e9).waitMs()).toBe(0)
})

test('log lines pass at a rate, and what was dropped is said', () => {
  const lines: string[] = []
  let now = 0
  const write = openConsole((level, message) => lines.push(`${level} ${message}`), () => now)
  for (let index = 0; index < 1200; index++) write(2, String(index))
  expect(lines).toHaveLength(1000)
  now = 1000
  write(1, 'later')
  expect(lines.slice(1000)).toEqual(['warn 200 lines were dropped: more than 200 lines or 1 MB a second', 'warn later'])
})

test('long log lines pass at a rate of their characters', () => {
  const lines: string[] = []
  const write = openConsole((_level, message) => lines.push(message), () => 0)
  const long = 'x'.repeat(100_000)
  for (let index = 0; index < 500; index++) write(2, long)
  // 4 MB at once, of lines that are cut at 40 KB each
  expect(lines).toEqual(Array(102).fill('x'.repeat(40 * 1024)))
  write(2, 'short')
  expect(lines.at(-1)).toBe('short')
})

test('what a process left says what it died of', () => {
  const ending = { code: null, signal: null, stderr: '', limits: someLimits, closing: false }
  expect(deathOf({ ...ending, signal: 'SIGKILL' }).reason).toBe('killed')
  expect(deathOf({ ...ending, signal: 'SIGSEGV' })).toEqual({ reason: 'crash', detail: expect.stringContaining('SIGSEGV') })
  expect(deathOf({ ...ending, code: 1, stderr: 'first\nsecond' })).toEqual({ reason: 'crash', detail: expect.stringContaining('first second') })
  expect(deathOf({ ...ending, signal: 'SIGABRT', stderr: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory' }).reason).toBe('oom')
  expect(deathOf({ ...ending, code: 0, closing: true }).reason).toBe('killed')
})

test('isolated-vm before 7.0.1 is refused', () => {
  expect(['7.0.1', '7.0.2', '7.1.0', '8.0.0', '10.0.0', '7.0.2-beta.1'].filter((version) => !isSafeVersion(version))).toEqual([])
  expect(['7.0.0', '6.9.9', '4.7.2', '7.0.1-beta.1', '0.0.0', 'latest', ''].filter(isSafeVersion)).toEqual([])
})

test('a cell may do what its grants say, and by default nothing', () => {
  const files = { programFile: '/p.cjs', platformFile: '/platform.js', bundleFile: '/b.cjs', limits: someLimits }
  const closed = cellArguments({ ...files, grants: noGrants })
  expect(closed).toContain('--permission')
  expect(closed.filter((argument) => argument.startsWith('--allow'))).toEqual(['--allow-addons', '--allow-fs-read=/p.cjs', '--allow-fs-read=/platform.js', '--allow-fs-read=/b.cjs', '--allow-fs-read=/b.cjs.map'])
  const open = cellArguments({ ...files, grants: { fs: [{ path: '/in', access: 'read', reason: '' }, { path: '/out', access: 'write', reason: '' }, { path: '/star*', access: 'read', reason: '' }], net: [{ host: 'h', port: '1', reason: '' }], stdio: false } })
  expect(open.filter((argument) => argument.startsWith('--allow')).slice(5)).toEqual(['--allow-fs-read=/in', '--allow-fs-read=/in/*', '--allow-fs-write=/out', '--allow-fs-write=/out/*', '--allow-net'])
})
