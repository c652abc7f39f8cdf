/** Secrets do not leave by the log or a trace, whoever wrote the line. */
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { logger, setLevel, setLogWriter, traceOf } from '../src/log.ts'
import { hideSecrets, withoutSecrets } from '../src/log-secrets.ts'

afterEach(() => hideSecrets('c', []))

test('every occurrence is hidden, the longer secret first', () => {
  hideSecrets('c', ['hunter', 'hunter22', 'a+b(c'])
  expect(withoutSecrets('hunter22 and hunter, a+b(c')).toBe('[hidden] and [hidden], [hidden]')
})
test('texts too short or too common to be a secret stay', () => {
  hideSecrets('c', ['abc', 'true'])
  expect(withoutSecrets('abc true')).toBe('abc true')
})
test('a new set of an owner leaves the one before hidden, since its tasks may still be stopping, and no older one', () => {
  for (const word of ['oldest-word', 'old-word', 'new-word', 'new-word']) hideSecrets('c', [word])
  expect(withoutSecrets('oldest-word old-word new-word')).toBe('oldest-word [hidden] [hidden]')
  hideSecrets('c', [])
  expect(withoutSecrets('old-word new-word')).toBe('old-word new-word')
})
test('a secret is known without the line end of its file, and as JSON writes it', () => {
  hideSecrets('c', ['from a file\n', 'say "hunter22"'])
  expect(withoutSecrets(`from a file; ${JSON.stringify({ pin: 'say "hunter22"' })}`)).toBe('[hidden]; {"pin":"[hidden]"}')
})
test('a secret is known in a URL and in an Authorization header', () => {
  hideSecrets('c', ['me:p@ss word', 'lone \ud800'])
  expect(withoutSecrets(`GET http://registry/?auth=${encodeURIComponent('me:p@ss word')} with Basic ${Buffer.from('me:p@ss word').toString('base64')}`)).toBe('GET http://registry/?auth=[hidden] with Basic [hidden]')
})
test('a secret of two owners is hidden until both are gone; those of others stay hidden', () => {
  hideSecrets('c', ['shared-word', 'own-word'])
  hideSecrets('d', ['shared-word', 'shared-word and more'])
  hideSecrets('c', [])
  expect(withoutSecrets('shared-word own-word shared-word and more')).toBe('[hidden] own-word [hidden]')
  hideSecrets('d', [])
  expect(withoutSecrets('shared-word and more')).toBe('shared-word and more')
})
test('texts are as they would be with one replaced after the other, the longest first wherever several begin', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 4, maxLength: 7 })
  fc.assert(fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 60 }), (words, text) => {
    hideSecrets('c', [])
    hideSecrets('c', words)
    const pattern = new RegExp(words.toSorted((a, b) => b.length - a.length).join('|'), 'g')
    expect(withoutSecrets(text)).toBe(text.replaceAll(pattern, '[hidden]'))
  }), { seed: 20261126, numRuns: 500 })
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
