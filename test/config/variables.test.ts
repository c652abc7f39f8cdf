import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replaceVariables, variablesOf } from '../../src/config/variables.ts'

test.each([
  ['${env:HOME}', [{ provider: 'env', path: '', key: 'HOME' }]],
  ['a${file:/x/y:pass}b${dir:/d:k:more}', [{ provider: 'file', path: '/x/y', key: 'pass' }, { provider: 'dir', path: '/d', key: 'k:more' }]],
  ['${none} ${a:b}', [{ provider: 'a', path: '', key: 'b' }]],
  ['${a${b:c}', [{ provider: 'a${b', path: '', key: 'c' }]],
  ['${:}', [{ provider: '', path: '', key: '' }]],
  ['${a:b', []],
  ['$ {a:b}', []],
] as const)('%s has the variables Kafka finds in it', (value, expected) => {
  expect(variablesOf(value)).toMatchObject(expected)
  expect(variablesOf(value)).toHaveLength(expected.length)
})

test('any text has the variables that the pattern finds, in the same places', () => {
  const pattern = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g
  const text = fc.array(fc.constantFrom('${', '}', ':', '$', '{', 'a', 'bc', '/', '\n', '::')).map((parts) => parts.join(''))
  fc.assert(fc.property(text, (value) => {
    const byPattern = [...value.matchAll(pattern)].map(({ 0: all, 1: provider, 3: path = '', 4: key, index }) => ({ start: index, end: index + all.length, provider, path, key }))
    expect(variablesOf(value)).toEqual(byPattern)
    expect(replaceVariables(value, () => '#')).toBe(value.replaceAll(pattern, '#'))
    expect(replaceVariables(value, () => null)).toBe(value)
  }), { numRuns: 5000, seed: 1 })
})
