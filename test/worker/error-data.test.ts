/** Exceptions of guest code as a task's trace shows them. */
import { expect, test } from 'vitest'
import { guestException } from '../../src/worker/error-data.ts'

const stackOf = (message: string, stack: string): string | undefined => guestException({ name: 'YAMLParseError', message, stack, retriable: false }).stack

test('a trace has the message, also one that was set after the stack was taken', () => {
  expect(stackOf('no end', 'YAMLParseError\n    at parse (yaml.js:1:2)\n    at x.js:3:4')).toBe('YAMLParseError: no end\n    at parse (yaml.js:1:2)\n    at x.js:3:4')
  expect(stackOf('no end; it takes a Date', 'YAMLParseError: no end\n    at x.js:3:4')).toBe('YAMLParseError: no end; it takes a Date\n    at x.js:3:4')
})
test('a stack that has its message stays as it is, and none is made of name and message', () => {
  const stack = 'YAMLParseError: no end\n    at x.js:3:4'
  expect([stackOf('no end', stack), stackOf('no end', ''), stackOf('no end', 'YAMLParseError')]).toEqual([stack, 'YAMLParseError: no end', 'YAMLParseError: no end'])
})
