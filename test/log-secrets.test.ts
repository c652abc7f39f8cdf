/** Secrets do not leave by the log or a trace, whoever wrote the line. */
import { afterEach, expect, test } from 'vitest'
import { hideSecrets, logger, setLevel, setLogWriter, traceOf, withoutSecrets } from '../src/log.ts'

afterEach(() => hideSecrets('c', []))

test('every occurrence is hidden, the longer secret first', () => {
  hideSecrets('c', ['hunter', 'hunter22', 'a+b(c'])
  expect(withoutSecrets('hunter22 and hunter, a+b(c')).toBe('[hidden] and [hidden], [hidden]')
})
test('texts too short or too common to be a secret stay', () => {
  hideSecrets('c', ['abc', 'true'])
  expect(withoutSecrets('abc true')).toBe('abc true')
})
test('a new set of an owner replaces the one before', () => {
  hideSecrets('c', ['old-word'])
  hideSecrets('c', ['new-word'])
  expect(withoutSecrets('old-word new-word')).toBe('old-word [hidden]')
})
test('log lines and traces with causes are cleaned', () => {
  hideSecrets('c', ['hunter22'])
  const lines: string[] = []
  const previous = setLogWriter((text) => void lines.push(text))
  try {
    setLevel('secrets.test', 'INFO')
    logger('secrets.test', '[c|task-0] ').error('connecting as hunter22', new Error('refused hunter22', { cause: new Error('hunter22 is wrong') }))
  } finally {
    setLogWriter(previous)
  }
  expect(lines.join('')).toContain('[c|task-0] connecting as [hidden]')
  expect(lines.join('')).toContain('Caused by: Error: [hidden] is wrong')
  expect(lines.join('')).not.toContain('hunter22')
  expect(traceOf(new Error('hunter22'))).not.toContain('hunter22')
})
