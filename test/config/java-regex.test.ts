/** Java's regular expressions on JavaScript's engine. What Java itself makes of them is compared in test/parity. */
import { expect, test } from 'vitest'
import { firstMatch, fullMatch } from '../../src/config/java-regex.ts'

test.each([
  ['[a-z&&[^o]]+', 'abc', true], ['[a-z&&[^o]]+', 'foo', false], ['[a-c[x-z]]+', 'axc', true], ['[]f]oo', ']oo', true], ['[\\Qa$\\Eb]+', 'b$a', true], ['[\\d\\s-]+', '1 - 2', true],
  ['\\Qa.b\\E', 'a.b', true], ['\\Qa.b\\E', 'axb', false], ['\\p{Alpha}+', 'é', false], ['\\p{IsLatin}+', 'é', true], ['\\p{javaLowerCase}+', 'abc', true], ['\\s', '\u00a0', false], ['\\h', '\u00a0', true],
  ['.', '\u0085', false], ['(?s).', '\n', true], ['.', '\u{1f600}', true], ['a$\\n?', 'a\n', true], ['(?m)a', 'a\nb', false], ['(?m)^a$\\n^b$', 'a\nb', true], ['\\Aa\\z', 'a', true],
  ['(?x) a b # both', 'ab', true], ['(?i)AB', 'ab', true], ['\\0101\\x42\\u0043\\x{44}', 'ABCD', true], ['(a)\\1', 'aa', true], ['(a)\\12', 'aa2', true], ['(?<n>a)\\k<n>', 'aa', true], ['a\\2', 'a', false], ['a}', 'a}', true], ['\\_\\-', '_-', true],
])('%s on %j: %s', (pattern, text, matches) => {
  expect(fullMatch(pattern).test(text)).toBe(matches)
})
test.each(['a*+', '(?>a)', 'a(?i)b', '\\p{InGreek}', '\\p{Foo}', '\\k<x>', 'a{', '{', 'x{,3}', '\\c', '\\u12', '\\x1', '\\y', '[z-a]', '[a', '(', '(?z)', '(?<1>a)', '\\'])('%s is refused', (pattern) => {
  expect(() => fullMatch(pattern)).toThrow(SyntaxError)
})
test('the first match keeps the numbers and names of groups', () => {
  expect(firstMatch('(?<first>[a-z]+)[.-](\\d+)').exec('foo-12')?.slice()).toEqual(['foo-12', 'foo', '12'])
})
