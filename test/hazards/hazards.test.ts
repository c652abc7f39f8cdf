/** Connector code that means harm, one cell process each: it ends as a value with its cause, and a neighbour does not notice. */
import { expect, test } from 'vitest'
import { cellOf, deathOf, ok, someLimits, soon, sourcePlugin } from '../cell/cells.ts'

const started = async (task: string, options: Parameters<typeof cellOf>[1] = {}) => {
  const opened = await cellOf(sourcePlugin(task), options)
  const guest = await opened.open('source')
  ok(await guest.call('start', [{}], soon))
  return Object.assign(opened, { guest })
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const memoryBombs = {
  'an array of arrays that isolated-vm does not hold': 'poll() { const a = []; for (;;) a.push(new Array(1000).fill(1)) }',
  'a growing Map': 'poll() { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }) }',
  'a growing string': "poll() { let s = 'x'; for (;;) { s += s.length % 2 ? s + 'y' : s; if (s.length > 2 ** 27) { this.k = (this.k ?? []); this.k.push(s); s = 'x' + this.k.length } } }",
  'objects made in a promise chain': 'poll() { const a = []; const more = () => { for (let i = 0; i < 1e5; i++) a.push({ i }); return Promise.resolve().then(more) }; return more() }',
  'objects made by timers': 'poll() { const a = []; setInterval(() => { for (let i = 0; i < 1e5; i++) a.push({ i, s: String(i) }) }, 1); return new Promise(() => {}) }',
}
for (const [name, task] of Object.entries(memoryBombs)) {
  test(`a memory bomb dies of its memory: ${name}`, async () => {
    await using bomb = await started(task)
    const death = deathOf(await bomb.guest.call('poll', [], { timeoutMs: 30_000 }))
    expect(death.reason).toBe('oom')
    expect(death.detail).toContain('isolate.memory.mb')
    expect(await bomb.cell.died).toEqual(death)
    await bomb.cell.close()
    expect(isAlive(bomb.cell.pid)).toBe(false)
  })
}

test('array buffers past the limit are refused inside the guest', async () => {
  await using bomb = await started('poll() { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)) }')
  expect(await bomb.guest.call('poll', [], { timeoutMs: 30_000 })).toMatchObject({ kind: 'error', error: { name: 'RangeError' } })
})

const stuck = {
  'an endless loop': 'poll() { for (;;); }',
  'an endless microtask chain': 'poll() { const again = () => Promise.resolve().then(again); return again() }',
  'a promise that never settles': 'poll() { return new Promise(() => {}) }',
  'an endless regular expression': "poll() { /(a+)+$/.test('a'.repeat(60) + 'b') }",
  'a loop in a timer': 'poll() { setTimeout(() => { for (;;); }, 1); return new Promise(() => {}) }',
  'a loop in a getter of what it returns': 'poll() { return [{ get topic() { for (;;); } }] }',
}
for (const [name, task] of Object.entries(stuck)) {
  test(`a stuck call ends at its deadline: ${name}`, async () => {
    await using loop = await started(task)
    const death = deathOf(await loop.guest.call('poll', [], { timeoutMs: 500 }))
    expect(death.reason).toBe('timeout')
    expect(death.detail).toMatch(/poll\(\).*isolate\.poll\.timeout\.ms/)
    await loop.cell.close()
    expect(isAlive(loop.cell.pid)).toBe(false)
  })
}

test('a bundle that never ends loading ends at the deadline', async () => {
  await using opened = await cellOf('for (;;);', { limits: { callTimeoutMs: 500 } })
  const outcome = await opened.cell.open('source', { label: '0', handlers: {}, onLog: () => {} })
  expect(deathOf(outcome)).toEqual({ reason: 'timeout', detail: expect.stringMatching(/not loaded within 500 ms.*isolate\.call\.timeout\.ms/) })
})

test('a plugin that breaks the language it runs in breaks itself only', async () => {
  await using opened = await started("poll() { for (const owner of [Array, Map, Promise, Function, String, Object, Reflect, JSON]) for (const key of Reflect.ownKeys(owner.prototype ?? owner)) { try { (owner.prototype ?? owner)[key] = () => { throw 1 } } catch {} } return null }")
  await using neighbour = await started('poll() { return null }')
  const outcome = await opened.guest.call('poll', [], { timeoutMs: 500 })
  expect(['ok', 'error', 'death']).toContain(outcome.kind)
  expect(ok(await neighbour.guest.call('poll', [], soon))).toBeNull()
})

test('all calls of a dying cell settle, also those of its other guests', async () => {
  await using opened = await started('poll() { for (;;); }')
  const other = await opened.open('source')
  ok(await other.call('start', [{}], soon))
  const outcomes = await Promise.all([opened.guest.call('poll', [], { timeoutMs: 300 }), other.call('poll', [], { timeoutMs: 60_000 }), opened.guest.call('commit', [], { timeoutMs: 60_000 })])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['death', 'death', 'death'])
  expect(await other.call('poll', [], soon)).toMatchObject({ kind: 'death', death: { reason: 'timeout' } })
})

test('whatever a cell died of, the worker keeps no timer, pipe or process of it', async () => {
  const active = (): readonly string[] => process.getActiveResourcesInfo().filter((kind) => /Timeout|Pipe|Process/.test(kind)).toSorted()
  // the first cell brings what all share
  await (await started(''))[Symbol.asyncDispose]()
  await expect.poll(active).not.toContain('ProcessWrap')
  const before = active()
  for (const task of [stuck['an endless loop'], stuck['a promise that never settles'], memoryBombs['a growing Map'], 'poll() { for (;;) stdio.read(1).catch(() => {}) }']) {
    await using opened = await started(task)
    deathOf(await opened.guest.call('poll', [], { timeoutMs: 500 }))
  }
  await expect.poll(active).toEqual(before)
})

test('a neighbour keeps working while a bomb goes off', async () => {
  await using neighbour = await started("poll() { return [{ topic: 't', value: 'x', sourcePartition: {}, sourceOffset: { n: 1 } }] }")
  await using bomb = await started(memoryBombs['a growing Map'])
  const death = bomb.guest.call('poll', [], { timeoutMs: 30_000 })
  let polls = 0
  let over = false
  void death.then(() => (over = true))
  while (!over) {
    expect(ok(await neighbour.guest.call('poll', [], soon))?.count).toBe(1)
    polls++
  }
  expect(polls).toBeGreaterThan(10)
  expect(ok(await neighbour.guest.call('poll', [], soon))?.count).toBe(1)
})

const escapes = {
  'process.exit': ['process.exit(1)', /not for connectors/],
  'child_process': ["require('node:child_process').execSync('id')", /not available to connectors/],
  'a worker thread': ["new (require('worker_threads').Worker)('x')", /not available to connectors/],
  'the network': ["require('net').connect(80, 'example.com')", /no network/],
  'a file that is not granted': ["require('fs').readFileSync('/etc/passwd')", /not permitted.*"permissions"/],
  'writing a file that is not granted': ["require('fs').writeFileSync('/tmp/isoconnect-escape', 'x')", /not permitted/],
  'a native addon': ["process.dlopen({}, 'x.node')", /not for connectors/],
  'the environment': ['if (Object.keys(process.env).length === 0) throw new Error("nothing there")', /nothing there/],
  'WebAssembly memory': ['new WebAssembly.Memory({ initial: 1 })', /WebAssembly is not defined/],
  'shared memory': ['new SharedArrayBuffer(8)', /SharedArrayBuffer is not defined/],
  'standard output of the worker': ["return stdio.write('x')", /not permitted/],
} as const
for (const [name, [code, message]] of Object.entries(escapes)) {
  test(`reaching for ${name} fails inside the guest, which goes on`, async () => {
    await using guest = await started(`poll() { ${code} } commit() { return null }`)
    const outcome = await guest.guest.call('poll', [], soon)
    expect(outcome).toMatchObject({ kind: 'error', error: { message: expect.stringMatching(message) } })
    expect(await guest.guest.call('commit', [], soon)).toMatchObject({ kind: 'ok' })
  })
}

test('denied calls are counted', async () => {
  await using guest = await started("poll() { for (let i = 0; i < 3; i++) try { require('fs').readFileSync('/etc/passwd') } catch {} return null }")
  ok(await guest.guest.call('poll', [], soon))
  expect(guest.cell.usage().deniedCalls).toBe(3)
})

test('a flood of log lines is cut, and says so', async () => {
  await using guest = await started("poll() { for (let i = 0; i < 50_000; i++) console.log('line', i); return null } commit() { return sleep(50).then(() => console.log('after')) }")
  ok(await guest.guest.call('poll', [], soon))
  ok(await guest.guest.call('commit', [], soon))
  expect(guest.logs.length).toBeLessThan(3000)
  expect(guest.logs.some(({ message }) => /lines were dropped/.test(message))).toBe(true)
})

test('a flood of requests ends the cell, not the worker', async () => {
  await using guest = await started("poll() { for (;;) this.context.offsetStorageReader && require('isoconnect').stdio.read(1).catch(() => {}) }")
  const death = deathOf(await guest.guest.call('poll', [], { timeoutMs: 30_000 }))
  expect(death).toMatchObject({ reason: 'crash', detail: expect.stringMatching(/without waiting for their answers/) })
})

test('an error nobody handled is logged, and the guest goes on', async () => {
  await using guest = await started("poll() { Promise.reject(new Error('lost')); setTimeout(() => { throw new Error('thrown') }, 1); return sleep(20).then(() => null) }")
  ok(await guest.guest.call('poll', [], soon))
  expect(guest.logs.map(({ message }) => message).join('\n')).toMatch(/lost[\s\S]*thrown/)
})

test('a poll that returns more than can cross is that call\'s error', async () => {
  await using guest = await started("poll() { const v = 'x'.repeat(30e6); return Array.from({ length: 6 }, () => ({ topic: 't', value: v, sourcePartition: {}, sourceOffset: {} })) }", { limits: { ...someLimits, memoryMb: 1024, rssMb: 4000 } })
  expect(await guest.guest.call('poll', [], { timeoutMs: 30_000 })).toMatchObject({ kind: 'error', error: { message: expect.stringContaining('can cross at once') } })
})
