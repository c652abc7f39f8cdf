/** Connectors that never end, or never stop talking: each beside a healthy one. */
import { hostileSuite } from './suite.ts'

const asLong = 'sleep(60_000)'
hostileSuite('loops', [
  { name: 'an endless loop in `poll`: `for (;;) {}`', task: 'poll() { for (;;) {} }', ends: 'timeout' },
  { name: 'a `poll` whose promise never settles', task: 'poll() { return new Promise(() => {}) }', ends: 'timeout' },
  { name: 'promises that recur: `const again = () => Promise.resolve().then(again)`', task: 'poll() { const again = () => Promise.resolve().then(again); return again() }', ends: ['timeout', 'oom'] },
  { name: 'a flood of microtasks: each queues two more', task: 'poll() { const more = () => { queueMicrotask(more); if (Math.random() < 0.0001) queueMicrotask(more) }; more(); return new Promise(() => {}) }', byEither: true, ends: 'timeout' },
  { name: 'a flood of timers: a hundred thousand `setInterval`s', task: `poll() { for (let n = 0; n < 1e5; n++) setInterval(() => {}, 1); return ${asLong} }`, byEither: true, ends: 'timeout' },
  { name: 'a flood of immediates that make immediates', task: `poll() { const again = () => { setImmediate(again); setImmediate(again) }; again(); return ${asLong} }`, byEither: true, ends: 'timeout' },
  { name: 'a flood of `console` lines', task: "poll() { for (;;) console.log('all work and no play '.repeat(500)) }", byEither: true, ends: 'timeout' },
  { name: 'a flood of requests to the worker', task: 'poll() { for (;;) stdio.read(1).catch(() => {}) }', ends: 'crash' },
  { name: 'a loop in `start`', task: 'start() { for (;;) {} }', ends: 'timeout', limitMs: 1500 },
  { name: "a loop in the Connector's `taskConfigs`", connector: 'taskConfigs() { for (;;) {} }', ends: 'timeout', limitMs: 1500 },
  { name: "a sink's endless loop in `put`", type: 'sink', task: 'put() { for (;;) {} }', ends: 'timeout' },
  { name: 'a regular expression without an end', task: "poll() { /(a+)+$/.test('a'.repeat(60) + 'b') }", ends: 'timeout' },
  { name: '`Atomics.wait`', task: "poll() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }", ends: 'error' },
])
