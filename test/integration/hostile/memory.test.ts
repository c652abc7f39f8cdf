/** Connectors that take memory without an end: each beside a healthy one. */
import { hostileSuite } from './suite.ts'

const bomb = (body: string): string => `poll() { ${body} }`
// a deadline long enough that the memory is what ends them
const props = { 'isolate.poll.timeout.ms': '30000' }
hostileSuite('memory', [
  { name: 'small objects', task: bomb('const kept = []; for (;;) kept.push({ a: 1 })'), props, ends: 'oom' },
  { name: '`for (;;) a.push(new Array(1000).fill(1))`', task: bomb('const a = []; for (;;) a.push(new Array(1000).fill(1))'), props, ends: 'oom' },
  { name: 'a growing `Map`', task: bomb('const map = new Map(); for (let i = 0; ; i++) map.set(i, { i })'), props, ends: 'oom' },
  { name: '`Array(1e8).fill(0)`', task: bomb('return Array(1e8).fill(0)'), props, ends: 'oom' },
  { name: 'strings that double', task: bomb("let text = 'x'; const kept = []; for (;;) { text += text; kept.push(text.slice(1).toUpperCase()) }"), props, ends: 'oom' },
  { name: 'many strings of a megabyte', task: bomb("const kept = []; for (let i = 0; ; i++) kept.push((i + 'x').repeat(2 ** 20).toUpperCase())"), props, ends: 'oom' },
  { name: 'strings that live outside the heap: decoded from bytes', task: bomb("const bytes = Buffer.alloc(8e6, 'x'); const kept = []; for (;;) kept.push(bytes.toString('latin1'))"), props, ends: 'oom' },
  { name: 'typed arrays', task: bomb('const kept = []; for (;;) kept.push(new Float64Array(1e6).fill(1))'), props, ends: 'error' },
  { name: 'many small typed arrays', task: bomb('const kept = []; for (;;) kept.push(new Uint8Array(1000).fill(1))'), props, ends: 'error' },
  { name: 'an object of a million fields, as a value', task: bomb("const value = {}; for (let i = 0; i < 1e6; i++) value['field' + i] = i; return [record({ value })]"), ends: ['oom', 'timeout'] },
  { name: 'a batch of 1 GB: 1,000 times a string of 1 MB', task: bomb("const value = 'x'.repeat(1e6); return Array.from({ length: 1000 }, () => record({ value }))"), props, ends: 'error', text: /characters/ },
  { name: 'a batch of 100 million records', task: bomb('const one = record(); return new Array(1e8).fill(one)'), props, ends: 'oom' },
  { name: 'an exception with a message of 500 MB', task: bomb("throw new Error('x'.repeat(5e8))"), props, ends: 'oom' },
  { name: 'objects made by timers after `poll` has returned', task: "start() { const kept = []; setInterval(() => { for (let i = 0; i < 1e5; i++) kept.push({ i, s: String(i) }) }, 1) }", props, ends: 'oom' },
  { name: 'objects made in promise jobs', task: bomb('const kept = []; const more = () => { for (let i = 0; i < 1e5; i++) kept.push({ i }); return Promise.resolve().then(more) }; return more()'), props, ends: 'oom' },
  { name: 'a hundred thousand promises of files to be read', task: bomb("const fs = require('fs'); for (let i = 0; i < 1e5; i++) fs.promises.readFile('/etc/hostname').catch(() => {}); return sleep(60_000)"), before: "import fs from 'fs'; const require = () => fs", props, ends: 'crash' },
])
