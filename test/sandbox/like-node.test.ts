/** What connector code finds of Node behaves like Node's: each snippet runs in an isolate and here, and says the same. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Guest } from '../../src/cell/cell.ts'
import { cellOf, ok, soon, type TestCell } from '../cell/cells.ts'

/** The task runs the code it is given and returns what came of it as JSON. */
const runner = `
const { SourceConnector, SourceTask, ConfigDef } = require('isoconnect')
class Plugin extends SourceConnector { static config = new ConfigDef(); start() {} taskClass() { return Task } taskConfigs() { return [] } }
class Task extends SourceTask {
  start(props) { this.folder = props.folder }
  async poll() {
    const code = this.context.configs().code
    let value
    try { value = await new (async () => {}).constructor('require', 'folder', code)(require, this.folder) } catch (error) { value = { error: error.name, code: error.code } }
    return [{ topic: 't', value: JSON.stringify(value, (_key, item) => typeof item === 'bigint' ? 'bigint ' + item : item === undefined ? 'undefined' : item), sourcePartition: {}, sourceOffset: {} }]
  }
}
module.exports = { Plugin }
`
let opened: TestCell
let guest: Guest<'source'>
let code = ''
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-node-'))
  await writeFile(join(folder, 'a.txt'), 'first\nsecond\n')
  opened = await cellOf(runner, { grants: () => ({ fs: [{ path: folder, access: 'read-write', reason: 'test' }], net: [], stdio: false }) })
  guest = await opened.open('source', { configs: () => ({ code }) })
  ok(await guest.call('start', [{ folder }], soon))
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const inGuest = async (snippet: string): Promise<unknown> => {
  code = snippet
  const batch = ok(await guest.call('poll', [], soon))
  if (batch?.value.kind !== 'utf8') throw new Error('no value')
  return batch.value.bytes.length === 0 ? undefined : JSON.parse(Buffer.from(batch.value.bytes).toString())
}
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>
const inNode = async (snippet: string): Promise<unknown> => {
  let value: unknown
  try {
    value = await new AsyncFunction('require', 'folder', snippet)(createRequire(import.meta.url), folder)
  } catch (error) {
    value = { error: (error as Error).name, code: (error as { code?: unknown }).code }
  }
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `bigint ${item}` : item === undefined ? 'undefined' : item))
  return text === undefined ? undefined : JSON.parse(text)
}

const snippets: Record<string, readonly string[]> = {
  JSON: [
    "return [JSON.parse.name, JSON.parse.length, Object.getOwnPropertyDescriptor(JSON, 'parse').enumerable, JSON.parse(7), JSON.parse({ toString: () => '[1]' })]",
    "return ['{\"a\\n\":[1,{\"b\":2.50}],\"c\":\"\\n\"}', '[1,2]'].map((text) => JSON.parse(text, function (key, value, { source }) { return source ?? [key, Object.keys(this), value] }))",
    "return JSON.parse('{\"a\\n\":')",
  ],
  Buffer: [
    "return Buffer.from('grün 🎉 \\ud800').toJSON()",
    "return Buffer.from([0xff, 0x61, 0xe2, 0x82, 0x62]).toString()",
    "return ['utf8', 'latin1', 'ascii', 'hex', 'base64', 'base64url', 'utf16le', 'binary'].map((e) => Buffer.from('héllo wörld?>').toString(e))",
    "return ['latin1', 'ascii', 'utf16le', 'binary'].map((e) => [...Buffer.from('héllo', e)])",
    "return [Buffer.from('68c3a9zz', 'hex'), Buffer.from('aGk_-w', 'base64url'), Buffer.from('aGk/+w==', 'base64'), Buffer.from(' a G k = ', 'base64')].map((b) => b.toString('hex'))",
    "return Buffer.byteLength('grün 🎉') + Buffer.byteLength('aGk=', 'base64') + Buffer.byteLength('abcd', 'hex')",
    "const b = Buffer.alloc(10); return [b.write('grün'), b.write('xyz', 8), b.write('é', 9), b.toString('hex')]",
    "return [Buffer.alloc(5, 'ab').toString(), Buffer.alloc(3, 1).toJSON(), Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString()]",
    "const b = Buffer.from('hello hello'); return [b.indexOf('llo'), b.indexOf('llo', 5), b.lastIndexOf('h'), b.indexOf(111), b.includes('xx'), b.indexOf(Buffer.from('o h'))]",
    "const b = Buffer.alloc(24); b.writeUInt32BE(0xdeadbeef, 0); b.writeDoubleLE(1.5, 4); b.writeBigInt64BE(-5n, 12); b.writeInt16LE(-2, 20); return [b.toString('hex'), b.readUInt32BE(0), b.readDoubleLE(4), b.readBigInt64BE(12), b.readInt16LE(20), b.readBigUint64BE(12)]",
    "return [Buffer.isBuffer(Buffer.from('a').subarray(0)), Buffer.from('a') instanceof Uint8Array, Buffer.isEncoding('base64url'), Buffer.isEncoding('nope'), Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').equals(Buffer.from('a'))]",
    "return Buffer.from('x', 'nope')",
    "const b = Buffer.from('abcdef'); const s = b.subarray(1, 3); s[0] = 120; return [b.toString(), b.slice(-2).toString(), b.toString('utf8', 2, 4), b.latin1Slice(1, 3), b.utf8Slice(0, 2)]",
    "const big = 'grün🎉'.repeat(1000); return [Buffer.from(big).toString() === big, Buffer.from(big).length, Buffer.from(big, 'utf16le').toString('utf16le') === big]",
    "return [atob('aGk='), btoa('hi'), JSON.stringify(Buffer.from('a'))]",
  ],
  text: [
    "return [...new TextEncoder().encode('grün 🎉 \\udc00')]",
    "return new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff]))",
    "return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]))",
    "const d = new TextDecoder(); const bytes = new TextEncoder().encode('a🎉é'); return [...bytes].map((b) => d.decode(Uint8Array.of(b), { stream: true })).join('|') + d.decode()",
    "return new TextDecoder('utf-16le').decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde])) + new TextDecoder('latin1').decode(new Uint8Array([0x80, 0xe9])) + new TextDecoder('utf-8').encoding",
    "return new TextEncoder().encodeInto('aé🎉', new Uint8Array(4))",
  ],
  URL: [
    "const u = new URL('https://us%40er:p@ex-ä.com:8443/a b/../c?x=1&y=%20#h'); return [u.href, u.origin, u.host, u.port, u.pathname, u.search, u.hash, u.username, u.searchParams.get('y'), JSON.stringify(u)]",
    "const u = new URL('/p?q=1', 'http://h'); u.searchParams.append('r', 'a b&c'); u.hash = 'z'; u.port = '99'; u.hostname = 'k'; return u.href",
    "return new URL('::')",
    "return [URL.canParse('x'), URL.canParse('x', 'http://h/'), [...new URLSearchParams('a=1&b=2&a=%zz+3')], new URLSearchParams({ a: 'é!', b: \"(x)\" }).toString(), new URLSearchParams([['x', '1']]).size]",
    "const { fileURLToPath, pathToFileURL } = require('url'); return [fileURLToPath('file:///a%20b/c'), pathToFileURL('/a b/c%?').href]",
  ],
  structuredClone: [
    "const a = { d: new Date(5), m: new Map([[1, { x: [1, , 3] }]]), s: new Set(['a']), b: new Uint8Array([1, 2]), r: /x/g, n: null }; a.self = a; const c = structuredClone(a); return [c !== a, c.self === c, c.d.getTime(), [...c.m], [...c.s], [...c.b], String(c.r), c.m.get(1).x.length]",
    'return structuredClone({ f() {} })',
    "const e = structuredClone(new TypeError('x', { cause: 1 })); return [e instanceof TypeError, e.message, e.cause]",
  ],
  timers: [
    "const seen = []; await new Promise((done) => { setTimeout(() => seen.push('t2'), 2); setTimeout(() => seen.push('t1'), 1); const i = setInterval(() => { seen.push('i'); clearInterval(i) }, 4); setTimeout(done, 30) }); return seen",
    "const seen = []; await new Promise((done) => { setImmediate(() => { seen.push('immediate'); done() }); Promise.resolve().then(() => seen.push('micro')); process.nextTick(() => seen.push('tick')); queueMicrotask(() => seen.push('queued')) }); return seen.sort()",
    "const t = setTimeout(() => {}, 1000); clearTimeout(t); return [t.hasRef(), t.unref() === t, t.hasRef()]",
    "const seen = []; await new Promise((done) => { setTimeout(() => { seen.push(1); Promise.resolve().then(() => seen.push('m')) }, 1); setTimeout(() => { seen.push(2); done() }, 1) }); return seen",
    "const { setTimeout: wait } = require('timers/promises'); return await wait(1, 'v')",
    "setTimeout('x')",
  ],
  modules: [
    "const path = require('node:path'); return [path.join('a', '../b'), path.basename('/x/y.txt', '.txt'), path.resolve('/a', 'b'), path.relative('/a/b', '/a/c'), path.parse('/x/y.tar.gz')]",
    "const E = require('events'); const e = new E(); const seen = []; e.once('a', (x) => seen.push(x)); e.on('a', (x) => seen.push(x + 1)); e.emit('a', 1); e.emit('a', 2); return [seen, e.listenerCount('a'), E.EventEmitter === E]",
    "const E = require('events'); class X extends E {} ; function Y() { E.call(this) } require('util').inherits(Y, E); setTimeout(() => y.emit('go', 1), 1); const y = new Y(); const [v] = await E.once(y, 'go'); return [v, new X() instanceof E]",
    "const { Readable, Transform, pipeline } = require('stream'); const out = []; const { pipeline: run } = require('stream/promises'); await run(Readable.from(['a', 'b']), new Transform({ transform(c, e, d) { d(null, String(c).toUpperCase()) } }), async function (source) { for await (const c of source) out.push(String(c)) }); return out.join('')",
    "const { StringDecoder } = require('string_decoder'); const d = new StringDecoder('utf8'); return d.write(Buffer.from([0xe2, 0x82])) + d.write(Buffer.from([0xac])) + d.end()",
    "const util = require('util'); return [util.format('%s %d %i %j %% %o', 'a', '1.5', '2.9', { x: 1 }, 1), util.inspect({ a: [1, 'b'], m: new Map([[1, 2]]), f() {}, n: null }), util.isDeepStrictEqual({ a: [1] }, { a: [1] }), util.types.isDate(new Date())]",
    "const util = require('util'); const f = util.promisify((a, cb) => cb(null, a + 1)); return [await f(1), await util.promisify(setTimeout.bind(null))?.constructor?.name === undefined]",
    "const assert = require('assert'); assert(true); assert.deepStrictEqual({ a: 1 }, { a: 1 }); assert.throws(() => { throw new TypeError('x') }, TypeError); assert.strictEqual(1, 2)",
    "const { randomUUID, randomBytes, randomInt } = require('crypto'); return [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(randomUUID()), randomBytes(20).length, randomInt(5, 6), crypto.getRandomValues(new Uint8Array(4)).length, Buffer.isBuffer(randomBytes(1))]",
    "return [typeof performance.now(), typeof process.hrtime.bigint(), process.hrtime().length, process.env.HOME_OF_NOBODY, typeof require('process').nextTick]",
    "const c = new AbortController(); const seen = []; c.signal.addEventListener('abort', (e) => seen.push(e.type, c.signal.aborted)); c.abort(); c.abort(); try { c.signal.throwIfAborted() } catch (e) { seen.push(e.name) } return [seen, AbortSignal.any([AbortSignal.abort('r')]).reason]",
    "require('no-such-module')",
  ],
  files: [
    "const fs = require('fs'); return [fs.readFileSync(folder + '/a.txt', 'utf8'), fs.existsSync(folder + '/a.txt'), fs.existsSync(folder + '/none'), fs.statSync(folder + '/a.txt').size, fs.statSync(folder).isDirectory(), fs.readdirSync(folder).includes('a.txt')]",
    "return require('fs').readFileSync(folder + '/none')",
    "const fs = require('fs/promises'); const h = await fs.open(folder + '/a.txt'); const b = Buffer.alloc(10); const r = await h.read(b, 2, 5, 3); const s = (await h.stat()).isFile(); await h.close(); return [r.bytesRead, b.toString('latin1'), s]",
    "const fs = require('fs/promises'); const f = folder + '/w' + Math.random(); await fs.writeFile(f, 'grün\\n'); await fs.appendFile(f, Buffer.from('x')); const h = await fs.open(f, 'r+'); await h.write('Z', 0); await h.write(Buffer.from('abc'), 1, 1, 1); await h.close(); const t = await fs.readFile(f, 'latin1'); await fs.rename(f, f + '2'); await fs.unlink(f + '2'); return t",
    "const fs = require('fs'); return await new Promise((done) => fs.readFile(folder + '/a.txt', 'utf8', (e, t) => done([e, t])))",
    "const fs = require('fs'); return await new Promise((done) => fs.stat(folder + '/none', (e) => done([e.code, e.message.startsWith('ENOENT')])))",
    "const fs = require('fs'); const parts = []; for await (const p of fs.createReadStream(folder + '/a.txt', { encoding: 'utf8', highWaterMark: 4 })) parts.push(p); return parts",
    "const fs = require('fs'); const f = folder + '/s' + Math.random(); await new Promise((done, fail) => { const w = fs.createWriteStream(f); w.on('finish', done).on('error', fail); w.write('one'); w.end('two') }); const t = fs.readFileSync(f, 'utf8'); fs.rmSync(f); return t",
    "const fs = require('fs'); const d = folder + '/d' + Math.random(); fs.mkdirSync(d + '/e', { recursive: true }); fs.writeFileSync(d + '/e/f', 'x'); const l = fs.readdirSync(d, { withFileTypes: true }).map((e) => [e.name, e.isDirectory()]); fs.rmSync(d, { recursive: true }); return l",
    "const fs = require('fs'); const fd = fs.openSync(folder + '/a.txt', 'r'); const b = Buffer.alloc(3); const n = fs.readSync(fd, b, 0, 3, 0); fs.closeSync(fd); return [n, b.toString()]",
    "const fs = require('fs'); await fs.promises.access(folder + '/a.txt'); await fs.promises.access(folder + '/none')",
  ],
}
for (const [name, list] of Object.entries(snippets)) {
  describe(name, () => {
    test.each(list.map((snippet) => [snippet]))('%s', async (snippet) => {
      expect(await inGuest(snippet)).toEqual(await inNode(snippet))
    })
  })
}

test('keys written with escapes are read as they are written, which V8 alone does not do after objects with similar keys', async () => {
  const snippet = "return [{ a: 1, 'x\\\\': 2 }, JSON.parse('{\"a\":1,\"x\\\\n\":2}'), JSON.parse('{\"a\":1,\"x\\\\\"\":2}')].map((value) => Object.keys(value)[1])"
  expect(await inGuest(snippet)).toEqual(['x\\', 'x\n', 'x"'])
})

describe('files beyond the grant', () => {
  const read = (path: string): string => `return require('fs').readFileSync(${JSON.stringify(path)}, 'utf8')`
  test('a link inside a granted folder does not lead out of it', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'isoconnect-outside-'))
    await writeFile(join(outside, 'secret'), 'secret')
    await symlink(join(outside, 'secret'), join(folder, 'link'))
    await symlink(outside, join(folder, 'linked'))
    await symlink(join(outside, 'new'), join(folder, 'dangling'))
    await symlink('a.txt', join(folder, 'inner'))
    expect(await inGuest(read(join(folder, 'link')))).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    expect(await inGuest(read(join(folder, 'linked/secret')))).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    expect(await inGuest(read(`${folder}/../${outside.split('/').at(-1)}/secret`))).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    expect(await inGuest(`require('fs').writeFileSync(${JSON.stringify(join(folder, 'dangling'))}, 'x')`)).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    expect(await inGuest(`require('fs').writeFileSync(${JSON.stringify(join(folder, 'linked/new'))}, 'x')`)).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    expect(await inGuest(read(join(folder, 'inner')))).toBe('first\nsecond\n')
    await expect(readFile(join(outside, 'new'))).rejects.toThrow(/ENOENT/)
    await rm(outside, { recursive: true })
  })
  test('a folder whose name begins like a granted one is not granted', async () => {
    const sibling = `${folder}-more`
    await writeFile(sibling, 'x')
    expect(await inGuest(read(sibling))).toEqual({ error: 'Error', code: 'ERR_ACCESS_DENIED' })
    await rm(sibling)
  })
  test('how to ask for the permission is said', async () => {
    expect(await inGuest("try { require('fs').readFileSync('/etc/hostname') } catch (e) { return e.message }")).toBe(
      'reading /etc/hostname is not permitted: declare it in the bundle\'s package.json, "isoconnect": { "permissions": { "fs": [ { "path": "/etc/hostname", "access": "read", "reason": "…" } ] } }',
    )
  })
})
