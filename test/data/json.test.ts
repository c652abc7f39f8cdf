/** JSON whose keys V8 may misread: every key as it is written, everything else as JSON.parse has it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasEscapedKey, isTooDeep, maxJsonDepth, parseJson } from '../../src/data/json.ts'

const keysOf = (text: string): readonly string[] => Object.keys(parseJson(text) as object)
/** The same parsed by JSON.parse alone, key by key from a text that has one object only: nothing to guess from. */
const plainly = (text: string): unknown => JSON.parse(text)

test.each([
  ['{"a":1,"x\\\\":1}', '{"a":1,"x\\n":1}', ['a', 'x\n']], ['{"null":true,"\\\\":1}', '{"null":true,"\\"":1}', ['null', '"']], ['{"a":1,"\\\\n":1}', '{"a":1,"\\na":1}', ['a', '\na']],
  ['{"a":1,"\\\\u":1}', '{"a":1,"\\u0041\\u0042":1}', ['a', 'AB']], ['{"b":1,"日\\\\":1}', '{"b":1,"日\\"":1}', ['b', '日"']],
])('after %s the keys of %s are its own', (before, text, keys) => {
  plainly(before)
  expect(keysOf(before)).not.toEqual(keys)
  expect(keysOf(text)).toEqual(keys)
})
test('objects made by code mislead as little, and so do objects inside', () => {
  expect(Object.keys({ c: 1, 'y\\': 1 })).toEqual(['c', 'y\\'])
  expect(parseJson('[{"c":1,"y\\"":[{"c":1,"y\\u0041":{}}]}]')).toEqual([{ c: 1, 'y"': [{ c: 1, yA: {} }] }])
})
test('equal keys, numbers as keys and __proto__ are what they are in JSON.parse', () => {
  expect(Object.entries(parseJson('{"a":1,"b":2,"\\u0061":3,"\\u0031":4}') as object)).toEqual([['1', 4], ['a', 3], ['b', 2]])
  const odd = parseJson('{"\\u005f_proto__":{"x":1},"y":2}') as object
  expect(Object.getPrototypeOf(odd)).toBe(Object.prototype)
  expect(Object.entries(odd)).toEqual([['__proto__', { x: 1 }], ['y', 2]])
  expect(parseJson('{"\ue0000":1,"\\n":2}')).toEqual({ '\ue0000': 1, '\n': 2 })
})
test('what is no JSON fails as in JSON.parse', () => {
  for (const text of ['', '{', '{"\\n":1', '{"\\x":1}', '"\\"', '{"a\n":1}', `"${'\\"'.repeat(200_000)}`]) {
    const thrown = (parse: () => unknown): string => {
      try {
        return `no error: ${String(parse())}`
      } catch (error) {
        return String(error)
      }
    }
    expect(thrown(() => parseJson(text))).toBe(thrown(() => plainly(text)))
  }
})
test('a reviver sees keys, holders and sources as in JSON.parse, and replaces and removes', () => {
  const seen = (text: string, parse: (text: string, reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown) => unknown): unknown => {
    const calls: unknown[] = []
    const result = parse(text, function (key, value, { source }) {
      calls.push([key, JSON.stringify(value), source ?? null, Object.keys(this as object)])
      return value === 'gone' ? undefined : value === 5 ? { five: true } : value
    })
    return { calls, result }
  }
  const text = '{"a\\n":[1,{"b\\t":5,"c":"gone"},"x\\n"],"d":1.50,"e\\/":null}'
  expect(seen(text, parseJson)).toEqual(seen(text, JSON.parse as never))
  expect(seen('{"a":"\\n"}', parseJson)).toEqual(seen('{"a":"\\n"}', JSON.parse as never))
})
const keysIn = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null ? [] : Object.entries(value).flatMap(([name, item]) => [...(Array.isArray(value) ? [] : [name]), ...keysIn(item)])
test('any document comes out as it was written', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '\\', '"', '\n', '\u2028', '\u0000', '1', '\ue000', 'é'), maxLength: 4 })
  const value = fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>(1, null, true), key, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true })) })).value
  fc.assert(fc.property(value, (document) => {
    const text = JSON.stringify(document)
    expect(JSON.stringify(parseJson(text))).toBe(text)
    expect(hasEscapedKey(text)).toBe(keysIn(document).some((name) => JSON.stringify(name).includes('\\')))
  }), { seed: 26, numRuns: 3000 })
})

test('a text nested so deep that V8 damages its memory over it is refused before V8 sees it', () => {
  for (const level of ['[1,', '{"a":1,"b":', '[[1,', '["]",']) {
    const text = `[${level.repeat(9000)}1]`
    for (let turn = 0; turn < 100; turn++) expect(() => parseJson(text)).toThrow('JSON nested more than 4000 deep')
  }
  const nested = (depth: number): string => '['.repeat(depth) + '"[{"' + ']'.repeat(depth)
  expect([isTooDeep(nested(maxJsonDepth)), isTooDeep(nested(maxJsonDepth + 1)), isTooDeep(`"${'[{'.repeat(9000)}"`), isTooDeep('[1],'.repeat(9000))]).toEqual([false, true, false, false])
})
