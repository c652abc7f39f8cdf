/** RegexRouter with Java's expressions and replacements. */
import { expect, test } from 'vitest'
import { makeTransformation } from '../../src/transforms/built-ins.ts'
import { RowBatch } from '../../src/transforms/row-batch.ts'
import { packedBatch } from './batches.ts'

const routed = (topic: string, regex: string, replacement: string): string => {
  const record = new RowBatch(packedBatch(['v'], null, { topics: [topic] })).cursor()
  expect(makeTransformation({ className: 'org.apache.kafka.connect.transforms.RegexRouter', config: { regex, replacement } }).apply(record)).toBe(true)
  return record.topic
}

test.each([
  ['orders-eu', '(.*)-eu', 'europe.$1', 'europe.orders'],
  ['orders-eu-1', '(.*)-eu', 'europe.$1', 'orders-eu-1'],
  ['orders', '(?<name>o.*)', '${name}_${name}', 'orders_orders'],
  ['orders', '(o)(r)?(z)?.*', '$1$2$3', 'or'],
  ['orders', '(o).*', '$11', 'o1'],
  ['orders', 'orders', '\\$1\\\\', '$1\\'],
  ['a.b', '\\Qa.b\\E', 'x', 'x'],
  ['ab', 'a*?b*?', '-', '-ab'],
  ['ORDERS', '(?i)orders', 'o', 'o'],
  ['orders', 'orders', '', ''],
])('%s by %s and %s is %s', (topic, regex, replacement, expected) => {
  expect(routed(topic, regex, replacement)).toBe(expected)
})

test.each([
  ['$2', 'IndexOutOfBoundsException', 'No group 2'],
  ['$', 'IllegalArgumentException', 'Illegal group reference: group index is missing'],
  ['$x', 'IllegalArgumentException', 'Illegal group reference'],
  ['${nobody}', 'IllegalArgumentException', 'No group with name {nobody}'],
  ['${1a}', 'IllegalArgumentException', 'capturing group name {1a} starts with digit character'],
  ['${a', 'IllegalArgumentException', "named capturing group is missing trailing '}'"],
  ['a\\', 'IllegalArgumentException', 'character to be escaped is missing'],
])('the replacement %s fails on a match alone: %s', (replacement, name, message) => {
  expect(routed('other', '(t)', replacement)).toBe('other')
  expect(() => routed('t', '(t)', replacement)).toThrow(expect.objectContaining({ name, message }))
})

test('a wrong or missing expression is a configuration error', () => {
  const make = (config: Record<string, string>) => () => makeTransformation({ className: 'org.apache.kafka.connect.transforms.RegexRouter', config })
  expect(make({ regex: '(', replacement: '' })).toThrow('Invalid value ( for configuration regex: Invalid regex: Unterminated group')
  expect(make({ replacement: '' })).toThrow('Missing required configuration "regex" which has no default value.')
})
