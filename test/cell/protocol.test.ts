/** What a cell that was taken over could send: nothing of it may do more than end that cell. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkMessage, ProtocolError } from '../../src/cell/check-message.ts'
import { checkArguments, isHostMethod } from '../../src/cell/check-request.ts'
import { checkResult, ResultError } from '../../src/cell/check-result.ts'
import { encodeFrame, FrameError, FrameReader } from '../../src/wire/frames.ts'
import { maxJsonBytes, weightProblem } from '../../src/wire/json-weight.ts'
import { pack, PackError, unpack } from '../../src/wire/pack.ts'

const read = (bytes: Buffer, chunkSize = bytes.length): unknown[] => {
  const messages: unknown[] = []
  const reader = new FrameReader((message) => messages.push(message))
  for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize))
  return messages
}
const frame = (message: unknown): Buffer => Buffer.concat(encodeFrame(message))

describe('frames', () => {
  const message = { t: 'x', ints: Int32Array.of(1, -2, 3), floats: Float64Array.of(0.5, Number.NaN), bytes: Uint8Array.of(1, 2, 3), empty: new Uint8Array(0), nested: [{ deep: Int32Array.of(7) }, 'é'] }

  test('carry typed arrays as aligned views, however the bytes are cut', () => {
    const bytes = Buffer.concat([frame(message), frame({ second: true })])
    for (const size of [1, 3, 7, 16, 64, bytes.length]) {
      const [first, second] = read(bytes, size) as [typeof message, unknown]
      expect(first).toEqual(message)
      expect(first.floats.byteOffset % 8).toBe(0)
      expect(second).toEqual({ second: true })
    }
  })

  test('that do not add up are refused, and never read past', () => {
    const bytes = frame(message)
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const broken = Buffer.from(bytes)
      broken[at] = value
      try {
        read(broken)
      } catch (error) {
        expect([FrameError, PackError, SyntaxError].some((kind) => error instanceof kind)).toBe(true)
      }
    }), { numRuns: 2000 })
  })

  test('bigger than allowed are refused before their memory is taken', () => {
    const huge = Buffer.alloc(16)
    huge.writeUInt32LE(0x7fff_fff8, 0)
    expect(() => read(huge)).toThrow(FrameError)
    const many = Buffer.alloc(16)
    many.writeUInt32LE(8, 0)
    many.writeUInt32LE(0xffff_ffff, 8)
    expect(() => read(many)).toThrow(FrameError)
  })
})

describe('packed messages', () => {
  test('a big text of a column crosses beside the JSON', () => {
    const column = { kind: 'text', lengths: Int32Array.of(1), text: 'é' }
    const { json, attachments } = pack({ column })
    expect(json).not.toContain('é')
    expect(unpack(json, attachments)).toEqual({ column })
  })
  test('references to attachments that are not there, or of another kind, are refused', () => {
    for (const json of ['{"a":{"\x7f":["i32",5]}}', '{"a":{"\x7f":["u8",0]}}', '{"a":{"\x7f":7}}', '{"a":{"\x7f":["x",0]}}']) expect(() => unpack(json, [Int32Array.of(1)])).toThrow(PackError)
    expect(() => unpack('{"\x7f":["f64",0]}', [new ArrayBuffer(7)])).toThrow(PackError)
  })
  test('keys like __proto__ stay keys', () => {
    const message = unpack('{"__proto__":{"a":{"\x7f":["i32",0]}},"x":1}', [Int32Array.of(1)]) as Record<string, unknown>
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
    expect(Object.hasOwn(message, '__proto__')).toBe(true)
  })
  test('keys written with escapes are read as they are written, whatever was read before', () => {
    for (const key of ['x\\', 'x"', 'x\n']) {
      const { json, attachments } = pack({ a: Int32Array.of(1), [key]: Int32Array.of(2) })
      expect(unpack(json, attachments)).toEqual({ a: Int32Array.of(1), [key]: Int32Array.of(2) })
    }
  })
  test('nesting is bounded', () => {
    expect(() => unpack(`${'['.repeat(200)}{}${']'.repeat(200)}`, [])).toThrow(PackError)
    expect(() => pack(JSON.parse(`${'[{"a":'.repeat(100)}{}${'}]'.repeat(100)}`))).toThrow(PackError)
  })
})

describe('messages of a cell', () => {
  const wrong = [
    null, 1, [], {}, { t: 'x' }, { t: '__proto__' }, { t: 'hello' }, { t: 'hello', protocol: -1, node: 'v', isolatedVm: 'v' }, { t: 'result', guest: 1 }, { t: 'result', guest: 1, id: '1', outcome: { ok: true } },
    { t: 'result', guest: 1, id: 1, outcome: { ok: 1 } }, { t: 'result', guest: 1, id: 1, outcome: { ok: false } }, { t: 'result', guest: 1, id: 1, outcome: { ok: false, error: { name: 1 } } },
    { t: 'result', guest: 1, id: 1, outcome: { ok: true, batch: {} } }, { t: 'result', guest: 1, id: 1, outcome: { ok: true, batch: { head: {}, attachments: ['x'] } } },
    { t: 'result', guest: 1, id: 1, outcome: { ok: true, batch: { head: { n: 1e9 }, attachments: [] } } }, { t: 'log', guest: 1, level: 'fatal', message: 'x' }, { t: 'log', guest: 1, level: 'info', message: {} },
    { t: 'host', guest: 1, id: 0, method: 'x' }, { t: 'denied', count: 1.5 }, { t: 'dying', reason: 'killed', guest: 1, detail: 'x' },
  ]
  test.each(wrong.map((message) => [JSON.stringify(message), message]))('%s is refused', (_text, message) => {
    expect(() => checkMessage(message)).toThrow(ProtocolError)
  })
  test('whatever comes is a message or a ProtocolError', () => {
    fc.assert(fc.property(fc.record({ t: fc.constantFrom('hello', 'result', 'opened', 'host', 'log', 'denied', 'dying'), guest: fc.anything(), id: fc.anything(), outcome: fc.anything(), args: fc.anything(), method: fc.anything() }), (message) => {
      try {
        checkMessage(message)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }))
  })
  test('requests have the arguments their handlers expect', () => {
    expect(isHostMethod('__proto__') || isHostMethod('constructor')).toBe(false)
    expect(checkArguments('rewind', [[{ topic: 't', partition: 0, offset: 5, more: 1 }]])).toEqual([[{ topic: 't', partition: 0, offset: 5 }]])
    expect(checkArguments('readStdin', [1e15])).toEqual([16 * 1024 * 1024])
    for (const [method, args] of [['offsets', [['x']]], ['offsets', [['[]']]], ['offsets', ['x']], ['rewind', [[{ topic: 't', partition: -1, offset: 5 }]]], ['rewind', [[null]]], ['timeout', ['1']], ['raiseError', [{}]], ['writeStdout', [1]], ['reportErrant', [{ topic: 't', partition: 0 }, {}]]] as const) {
      expect(() => checkArguments(method, args), method).toThrow(ProtocolError)
    }
  })
})

describe('results of calls', () => {
  const refused = [
    ['connector', 'taskConfigs', 'x'], ['connector', 'taskConfigs', [{ a: 1 }]], ['connector', 'taskConfigs', [null]], ['connector', 'taskConfigs', [JSON.parse('{"__proto__":"x"}')]], ['connector', 'taskClass', null],
    ['connector', 'describe', null], ['connector', 'describe', { version: 5, config: [] }], ['connector', 'describe', { version: '1', config: [{}] }], ['connector', 'validate', [{ name: 'a' }]], ['connector', 'exactlyOnceSupport', 'YES'],
    ['sink', 'preCommit', [{ topic: 't', partition: 0, offset: '5' }]], ['sink', 'preCommit', {}], ['source', 'start', null], ['source', 'evil', null],
  ] as const
  test.each(refused.map(([kind, method, value]) => [`${kind}.${method}`, JSON.stringify(value), kind, method, value] as const))('%s: %s is refused', (_call, _text, kind, method, value) => {
    expect(() => checkResult(kind, method, value)).toThrow(ResultError)
  })
  test('keep what their caller asked for and nothing else', () => {
    expect(checkResult('connector', 'taskConfigs', [{ a: 'b' }])).toEqual([{ a: 'b' }])
    expect(checkResult('source', 'start', { commit: true, evil: 1 })).toEqual({ commit: true, commitRecord: false, preCommit: false, flush: false })
    expect(checkResult('sink', 'preCommit', [{ topic: 't', partition: 0, offset: 5, more: {} }])).toEqual([{ topic: 't', partition: 0, offset: 5 }])
    expect(checkResult('sink', 'put', { evil: 1 })).toBeUndefined()
  })
})

test('JSON is weighed by what it holds, not by what stands in its texts', () => {
  const text = JSON.stringify({ text: '[{,"\\'.repeat(300_000), list: Array(1000).fill({}) })
  expect(weightProblem(Buffer.from(text))).toBeNull()
  expect(weightProblem(Buffer.from('[{},'.repeat(400_000)))).toMatch(/deep/)
  expect(weightProblem(Buffer.from(`["${'\\\\'.repeat(20_000)}",${'['.repeat(101)}`))).toMatch(/deep/)
  expect(weightProblem(Buffer.alloc(maxJsonBytes + 1))).toMatch(/bytes of JSON/)
})
