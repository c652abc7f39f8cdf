/**
 * A cell that was taken over, as the worker sees it: a process behind the second wall that greets, opens its guest, and then sends what no cell
 * sends. The cell dies of it with a reason, its calls settle, the worker's memory stays, and a neighbour answers all the while.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallOutcome, CellDeath, Guest } from '../../src/cell/cell.ts'
import { maxFrameBytes } from '../../src/wire/frames.ts'
import { cellOf, ok, soon, sourcePlugin, type TestCell } from './cells.ts'
import { otherProgram } from './other-program.ts'

/** Plays the protocol until the first call, then does `attack`. Ids are known: the guest is 1, the call of `poll` 2. */
const program = (attack: string): string => `
const fs = require('node:fs')
const put = (fd, bytes) => {
  for (let at = 0; at < bytes.length; ) try { at += fs.writeSync(fd, bytes, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
}
const u32 = (...numbers) => { const bytes = Buffer.alloc(numbers.length * 4); numbers.forEach((number, i) => bytes.writeUInt32LE(number >>> 0, i * 4)); return bytes }
const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length & 7)) & 7)])
const frame = (json, ...attachments) => {
  const text = Buffer.from(json)
  const table = Buffer.concat(attachments.map(({ kind, bytes }) => u32(kind, bytes.length)))
  const body = Buffer.concat([table, pad(text), ...attachments.map(({ bytes }) => pad(bytes))])
  return Buffer.concat([u32(body.length, text.length, attachments.length, 0), body])
}
const raw = (bytes) => put(3, bytes)
const send = (message) => raw(frame(JSON.stringify(message)))
const ints = (...numbers) => ({ kind: 0, bytes: Buffer.from(Int32Array.from(numbers).buffer) })
const result = (outcome, id = 2, guest = 1) => send({ t: 'result', guest, id, outcome })
const batch = (changes, ...attachments) => raw(frame(JSON.stringify({ t: 'result', guest: 1, id: 2, outcome: { ok: true, batch: { head: { n: 1, topics: ['t'], topic: null, partition: null, timestamp: null, schemas: '', keySchema: null, valueSchema: null, key: null, value: null, headers: null, sourcePartitions: ['{}'], sourcePartition: null, sourceOffset: ['numbers', [], 0], ...changes }, attachments: attachments.map((_, i) => ({ '\\x7f': ['u8', i] })) } } }), ...attachments))
const empty = { kind: 0, bytes: Buffer.alloc(0) }
const ask = (bytes) => put(4, bytes)
const question = (text) => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)])
const host = (method, args, id = 1, guest = 1) => send({ t: 'host', guest, id, method, args })
const inbox = (bytes) => {
  const text = bytes.toString('latin1')
  if (text.includes('"t":"init"')) send({ t: 'hello', protocol: 2, node: 'v26.0.0', isolatedVm: '7.0.1' })
  if (text.includes('"t":"open"')) send({ t: 'opened', guest: 1, outcome: { ok: true } })
  if (text.includes('"t":"call"')) { ${attack} }
  if (text.includes('"t":"close"')) { ${attack.startsWith('/* close */') ? attack : 'process.exit(0)'} }
}
const socket = new (require('node:net').Socket)({ fd: 3, readable: true, writable: true })
socket.on('data', inbox).on('error', () => {}).on('end', () => process.exit(0))
`
const forever = (code: string): string => `for (;;) { ${code} }`

type Attack = readonly [name: string, code: string, detail: RegExp]
const lengths: readonly Attack[] = [
  ['a frame longer than any may be', 'raw(u32(0x7ffffff8, 2, 0, 0))', /a frame of 2147483640 bytes/],
  ['a frame of no whole words', "raw(u32(9, 2, 0, 0)); raw(Buffer.alloc(9))", /not a frame/],
  ['more JSON than its frame holds', 'raw(u32(8, 16, 0, 0)); raw(Buffer.alloc(8))', /shorter than its head/],
  ['a giant head', 'raw(u32(64 * 1024 * 1024, 64 * 1024 * 1024 - 16, 0, 0))', /bytes of JSON/],
  ['a billion attachments', 'raw(u32(8, 2, 0x40000000, 0))', /shorter than its head/],
  ['an attachment past the end', "raw(u32(16, 2, 1, 0)); raw(Buffer.concat([u32(0, 1000), pad(Buffer.from('{}'))]))", /an attachment past the end/],
  ['an attachment of no kind', "raw(u32(24, 2, 1, 0)); raw(Buffer.concat([u32(7, 8), pad(Buffer.from('{}')), Buffer.alloc(8)]))", /an attachment of a wrong kind/],
  ['a frame longer than its parts', "raw(u32(32, 2, 0, 0)); raw(pad(Buffer.from('{}'))); raw(Buffer.alloc(24))", /longer than its parts/],
  ['noise', "raw(require('node:crypto').randomBytes(1024))", /sent what no cell sends/],
]
const texts: readonly Attack[] = [
  ['no JSON', "raw(frame('{\"t\":'))", /JSON/],
  ['JSON a megabyte deep', "raw(frame('['.repeat(1024 * 1024)))", /nested more than/],
  ['JSON a hundred deep', "raw(frame('['.repeat(100) + '{}' + ']'.repeat(100)))", /nested more than/],
  ['JSON of five million empty maps', "raw(frame('[' + '{},'.repeat(5e6) + '{}]'))", /more than 1000000 lists and maps/],
  ['JSON of seven million numbers', "raw(frame('[' + '1,'.repeat(7e6) + '1]'))", /more than 4000000 values/],
  ['a message that is none', 'send(null)', /a message that is no object/],
  ['a message of unknown kind', "send({ t: 'eval', code: '1' })", /unknown kind/],
  ['a message of the kind __proto__', "raw(frame('{\"t\":\"__proto__\",\"__proto__\":{\"t\":\"log\"}}'))", /unknown kind/],
  ['an attachment that is not there', "raw(frame('{\"t\":\"log\",\"guest\":1,\"level\":\"info\",\"message\":{\"\\x7f\":[\"u8\",5]}}'))", /attachment that is not there/],
]
const calls: readonly Attack[] = [
  ['the result of a call that was never made', 'result({ ok: true, plain: null }, 99)', /a call that is not under way/],
  ['a result twice', 'result({ ok: true, plain: null }); result({ ok: true, plain: null })', /a call that is not under way/],
  ['a result for a guest that there is not', 'result({ ok: true, plain: null }, 2, 77)', /a guest that there is not/],
  ['a result whose id is text', "result({ ok: true, plain: null }, '2')", /a call that is no number/],
  ['an outcome that is neither', 'result({ ok: 1 })', /an outcome that is neither/],
  ['an error that is none', "result({ ok: false, error: { name: {} } })", /a name that is no text/],
  ['text where a batch is due', "result({ ok: true, plain: 'records' })", /another kind than poll has/],
  ['an opening of a guest that is open', "send({ t: 'opened', guest: 1, outcome: { ok: true } })", /open already/],
  ['an opening of a guest that there is not', "send({ t: 'opened', guest: 5, outcome: { ok: true } })", /a guest that there is not/],
  ['a second hello', "send({ t: 'hello', protocol: 2, node: 'v26', isolatedVm: '7' })", /a second hello/],
  ['a log line of another guest', "send({ t: 'log', guest: 3, level: 'info', message: 'x' })", /a guest that there is not/],
]
const batches: readonly Attack[] = [
  ['a billion records', 'batch({ n: 1e9 }, empty)', /a record count out of range/],
  ['ten million records without a byte', 'batch({ n: 1e7 }, empty)', /a record count out of range/],
  ['lengths that add up to more than there is', "batch({ value: ['utf8', 1, 0] }, empty, ints(1000))", /lengths that add up to 1000, not to 0/],
  ['a negative length', "batch({ value: ['utf8', 1, 0] }, empty, ints(-5))", /a negative length/],
  ['a topic past the table', 'batch({ topic: 1 }, empty, ints(7))', /an index past its table/],
  ['a column of another size', 'batch({ partition: 1 }, empty, ints(1, 2, 3))', /a column of 12 bytes/],
  ['a schema that is none', `batch({ schemas: '{"roots":[0],"entries":[{"type":"EVIL"}]}' }, empty)`, /a batch that does not add up: a schema with a bad type/],
  ['a schema past the table', `batch({ schemas: '{"roots":[1],"entries":[{"type":"INT8"}]}' }, empty)`, /a batch that does not add up: a schema with a bad index/],
  ['lists of themselves', `batch({ schemas: '{"roots":[0],"entries":[{"type":"ARRAY","values":1},{"type":"ARRAY","values":0}]}' }, empty)`, /contains itself without a struct/],
  ['a time without end', "batch({ timestamp: 1 }, empty, { kind: 0, bytes: Buffer.from(Float64Array.of(Infinity).buffer) })", /a timestamp that is no whole number/],
  ['lists that each claim all that is left', `batch({ schemas: JSON.stringify({ roots: [0], entries: [{ type: 'ARRAY', values: 1, default: { data: (() => { const bytes = Buffer.alloc(1.4e6); for (let at = 0; at < 1194; at += 6) { bytes[at] = 9; for (let i = 0, rest = 1.39e6; i < 5; i++, rest >>= 7) bytes[at + 1 + i] = (rest & 127) | (i < 4 ? 128 : 0) } return bytes.toString('base64') })(), strings: [], names: [], schemas: { roots: [], entries: [] } } }, { type: 'INT8' }] }) }, empty)`, /a batch that does not add up/],
  ['schemas nested so deep that V8 would break over them', `batch({ schemas: '{"roots":[' + '[1,'.repeat(9000) + '1]' }, empty)`, /a schema with a bad table/],
  ['topics that are numbers', 'batch({ topics: [1] }, empty)', /other things than strings/],
]
const requests: readonly Attack[] = [
  ['an unknown request', "host('shutdown', [])", /an unknown request/],
  ['a request called __proto__', "host('__proto__', [])", /an unknown request/],
  ['a request without arguments', "host('offsets', [])", /a list that is none/],
  ['an offset that is text', "host('rewind', [[{ topic: 't', partition: 0, offset: '1' }]])", /out of range/],
  ['a line for the worker’s standard output', "host('writeStdout', ['x'])", /writeStdout without its permission/],
  ['a request of another guest', "host('configs', [], 1, 9)", /a guest that there is not/],
  ['a question of two gigabytes', 'ask(u32(0x7fffffff))', /a question of 2147483647 bytes/],
  ['a question that is no JSON', "ask(question('{'))", /sent what no cell sends/],
  ['a question a megabyte deep', "ask(question('['.repeat(1e6)))", /nested more than/],
  ['two questions at once', "const one = question(JSON.stringify({ guest: 1, method: 'configs', args: [] })); ask(Buffer.concat([one, one]))", /two questions at once/],
]
const floods: readonly Attack[] = [
  ['log lines', forever("send({ t: 'log', guest: 1, level: 'info', message: 'x' })"), /log lines of a guest in a second|messages in a second/],
  ['long log lines', `const long = frame(JSON.stringify({ t: 'log', guest: 1, level: 'info', message: 'x'.repeat(60_000) })); ${forever('raw(long)')}`, /log/],
  ['refusals', `const one = frame(JSON.stringify({ t: 'denied', count: 1 })); const many = Buffer.concat(Array(1000).fill(one)); ${forever('raw(many)')}`, /messages in a second/],
  ['requests, the answers not taken', `const one = frame(JSON.stringify({ t: 'host', guest: 1, id: 1, method: 'configs', args: [] })); ${forever('raw(one)')}`, /did not take the answers|requests without an answer|messages in a second/],
  ['requests without an answer', `const one = frame(JSON.stringify({ t: 'host', guest: 1, id: 0, method: 'offsets', args: [[]] })); const many = Buffer.concat(Array(1000).fill(one)); ${forever('raw(many)')}`, /requests without an answer|messages in a second/],
  ['questions', `const one = question(JSON.stringify({ guest: 1, method: 'configs', args: [] })); ${forever('ask(one)')}`, /question/],
]
const silence: readonly Attack[] = [
  ['half a head', "raw(u32(64, 2))", /poll\(\) did not end within 500 ms/],
  ['half a frame of the largest size', `raw(u32(${maxFrameBytes}, 2, 0, 0)); raw(Buffer.from('{}'))`, /poll\(\) did not end within 500 ms/],
  ['a byte now and then', "const slow = frame('x'.repeat(100_000)); let at = 0; setInterval(() => raw(slow.subarray(at, ++at)), 5)", /poll\(\) did not end within 500 ms/],
  ['half a question', 'ask(u32(4_000_000))', /poll\(\) did not end within 500 ms/],
  ['nothing but noise on standard output', forever("fs.writeSync(1, 'x'.repeat(65536)); fs.writeSync(2, 'y'.repeat(65536))"), /poll\(\) did not end within 500 ms/],
]

const mb = 1024 * 1024
let neighbour: TestCell
let working: Guest<'source'>
beforeAll(async () => {
  neighbour = await cellOf(sourcePlugin("poll() { return [{ topic: 't', value: 'x', sourcePartition: {}, sourceOffset: { n: 1 } }] }"))
  working = await neighbour.open('source')
  ok(await working.call('start', [{}], soon))
})
afterAll(() => neighbour[Symbol.asyncDispose]())

/** `cpuMs`: processor time of this process, which is the worker's part, from the attack to the death. */
type End = { readonly outcome: CallOutcome<unknown>; readonly death: CellDeath; readonly cpuMs: number; readonly grewMb: number; readonly polls: number }
/** The attack, with the neighbour polled and memory looked at until the cell is dead. */
const endOf = async (attack: string, timeoutMs = 5000): Promise<End> => {
  await using other = await otherProgram(() => program(attack))
  await other.cell.handshake(20_000)
  const big = { text: 'x'.repeat(100_000) }
  const guest = ok(await other.cell.open('source', { label: '0', handlers: { configs: () => big, offsets: () => [] }, onLog: () => {} }))
  const before = process.memoryUsage.rss()
  let most = before
  let death: CellDeath | null = null
  void other.cell.died.then((value) => (death = value))
  const begun = process.cpuUsage()
  const call = guest.call('poll', [], { timeoutMs })
  let polls = 0
  while (death === null) {
    expect(ok(await working.call('poll', [], soon))?.count).toBe(1)
    polls++
    most = Math.max(most, process.memoryUsage.rss())
  }
  const { user, system } = process.cpuUsage(begun)
  return { outcome: await call, death, cpuMs: (user + system) / 1000, grewMb: (most - before) / mb, polls }
}

describe.each([['wrong lengths', lengths], ['wrong texts', texts], ['results and openings', calls], ['batches', batches], ['requests and questions', requests], ['floods', floods]] as const)('a taken-over cell that sends %s dies of it', (_group, attacks) => {
  test.each(attacks)('%s', async (_name, attack, detail) => {
    const { death, cpuMs, grewMb, outcome, polls } = await endOf(attack)
    expect(death.reason).toBe('protocol')
    expect(death.detail).toMatch(detail)
    expect(cpuMs).toBeLessThan(1000)
    expect(grewMb).toBeLessThan(256)
    expect(polls).toBeGreaterThan(0)
    // settled, by the death as a rule; a first result of two was good
    expect(['death', 'ok']).toContain(outcome.kind)
  })
})

describe('a taken-over cell that stops in the middle of something ends at the deadline of its call', () => {
  test.each(silence)('%s', async (_name, attack, detail) => {
    const { death, grewMb, outcome } = await endOf(attack, 500)
    expect(death).toEqual({ reason: 'timeout', detail: expect.stringMatching(detail) as string })
    expect(grewMb).toBeLessThan(64)
    expect(outcome).toEqual({ kind: 'death', death })
  })
})

test('a hello of another version is refused', async () => {
  await using other = await otherProgram(() => program('').replace('protocol: 2', 'protocol: 99'))
  await expect(other.cell.handshake(20_000)).rejects.toThrow(/speaks version 99/)
  expect((await other.cell.died).reason).toBe('protocol')
})

test('a cell that goes on sending after it was told to close is ended, and nothing it says is done', async () => {
  let asked = 0
  await using other = await otherProgram(() => program(`/* close */ ${forever("host('configs', [], 0)")}`))
  await other.cell.handshake(20_000)
  ok(await other.cell.open('source', { label: '0', handlers: { configs: () => ({ asked: String(++asked) }) }, onLog: () => {} }))
  await other.cell.close()
  expect((await other.cell.died).reason).toMatch(/killed|protocol/)
  const atEnd = asked
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toBe(atEnd)
})

test('what a call of another cell waits for cannot be answered: ids are each cell’s own', async () => {
  await using opened = await cellOf(sourcePlugin('poll() { return sleep(300).then(() => null) }'))
  const guest = await opened.open('source')
  ok(await guest.call('start', [{}], soon))
  const waiting = guest.call('poll', [], soon)
  const { death } = await endOf("for (let id = 3; id < 50; id++) result({ ok: true, plain: null }, id)")
  expect(death.reason).toBe('protocol')
  expect(await waiting).toEqual({ kind: 'ok', value: null })
})
