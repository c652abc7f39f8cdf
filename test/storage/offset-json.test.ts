/** What offsets may hold and when two partitions are the same. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, checkOffsetMap, offsetKey, parseExact, parseOffsetKey } from '../../src/storage/offset-json.ts'

describe('canonical', () => {
  test('ignores the order of keys, at every depth, and white space', () => {
    expect(canonical('{"b":1,"a":{"d":2,"c":3}}')).toBe(canonical(' { "a": {"c":3,"d":2}, "b":1 }'))
  })
  test('takes 5, 5.0 and 50e-1 for the same number but keeps text apart from numbers', () => {
    expect(new Set(['{"a":5}', '{"a":5.0}', '{"a":50e-1}'].map(canonical)).size).toBe(1)
    expect(canonical('{"a":"5"}')).not.toBe(canonical('{"a":5}'))
  })
  test('keeps integers apart that a JavaScript number cannot tell apart', () => {
    expect(canonical('{"a":9007199254740993}')).not.toBe(canonical('{"a":9007199254740992}'))
    expect(canonical('{"a":9007199254740993}')).toBe('{"a":9007199254740993}')
  })
  test('is the same for any order of the same entries', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))), { selector: ([key]) => key }), (rows) => {
        expect(canonical(JSON.stringify(Object.fromEntries(rows)))).toBe(canonical(JSON.stringify(Object.fromEntries(rows.toReversed()))))
      }),
    )
  })
})

test('parseExact writes 64-bit integers back digit by digit', () => {
  expect(JSON.stringify(parseExact('{"position":9223372036854775807,"half":0.5}'))).toBe('{"position":9223372036854775807,"half":0.5}')
})

test('partitions whose fields are written with escapes stay apart, whatever was read before', () => {
  expect(parseExact('{"p":1,"x\\\\":2}')).toEqual({ p: 1, 'x\\': 2 })
  expect(canonical('{"p":1,"x\\"":2}')).toBe('{"p":1,"x\\"":2}')
})

describe('checkOffsetMap', () => {
  test.each(['{}', '{"a":1,"b":"x","c":null,"d":true,"e":1.5,"f":9223372036854775807}', 'null'])('accepts %s', (text) => {
    expect(() => checkOffsetMap(text)).not.toThrow()
  })
  test.each([
    ['[1]', 'Offsets must be specified as a Map'],
    ['"text"', 'Offsets must be specified as a Map'],
    ['{"a":{"b":1}}', 'Offsets may only contain primitive types as values, but field a contains MAP'],
    ['{"a":[1]}', 'Offsets may only contain primitive types as values, but field a contains ARRAY'],
  ])('refuses %s in Kafka’s words', (text, message) => {
    expect(() => checkOffsetMap(text)).toThrow(message)
  })
})

describe('keys', () => {
  test('are the JSON array of connector and partition, as Java writes them', () => {
    expect(offsetKey('src', '{"filename": "/tmp/in.txt"}')).toBe('["src",{"filename":"/tmp/in.txt"}]')
  })
  test('come apart again', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)), { noNullPrototype: true }), (connector, partition) => {
        const text = JSON.stringify(partition)
        expect(parseOffsetKey(offsetKey(connector, text))).toEqual({ connector, partition: text })
      }),
    )
  })
  test.each([
    ['not json', /unknown serialization/],
    ['{"a":1}', /Expected type: java.util.List/],
    ['["a"]', /unexpected number of elements. Expected: 2, actual: 1/],
    ['[1,{}]', /first element/],
    ['["a",[]]', /second element/],
  ])('that are malformed are explained: %s', (key, problem) => {
    const parsed = parseOffsetKey(key)
    expect('problem' in parsed ? parsed.problem : '').toMatch(problem)
  })
})
