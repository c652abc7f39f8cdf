/** Headers as authors give them, from sources and from transformations. */
import { expect, test } from 'vitest'
import { headerList } from '../../sandbox/runtime/header-list.ts'
import { ConnectHeaders } from '../../src/data/headers.ts'

const fail = (what: string): Error => new Error(what)
const pairs = (headers: unknown): readonly (readonly [string, unknown])[] => headerList(headers, fail).map(({ key, value }) => [key, value])

test('an object, a Map, a list and ConnectHeaders are headers; nothing is none', () => {
  expect(pairs({ a: 1, b: [1] })).toEqual([['a', 1], ['b', [1]]])
  expect(pairs(new Map([['a', 1]]))).toEqual([['a', 1]])
  expect(pairs([{ key: 'a', value: 1 }, { key: 'a', value: 2 }])).toEqual([['a', 1], ['a', 2]])
  expect(pairs(new ConnectHeaders().addString('s', 'x'))).toEqual([['s', 'x']])
  expect([pairs(null), pairs(undefined)]).toEqual([[], []])
})
test.each<[unknown, string]>([
  ['x', 'headers is a string; it must be { name: value }'], [[['a', 1]], 'headers has an entry without a string key; entries are { key, value, schema? }'],
  [[null], 'headers has an entry without a string key'], [new Map([[1, 2]]), 'headers has an entry without a string key'],
])('%j is refused', (headers, message) => {
  expect(() => headerList(headers, fail)).toThrow(message)
})
