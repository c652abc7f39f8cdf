/** RegexRouter and TopicNameMatches: Java's regular expressions and the replacement syntax of Matcher.replaceFirst. */
import type { Case } from '../../cases.ts'
import { apply, ask, configure } from './records.ts'

const topics = ['foo', 'foo-bar', 'foo.bar.baz', 'abc123', '', 'a\nb', 'FOO', 'caf\u00e9', '\u{1f600}x', 'a$b', 'aaa', '2024-01-31', 'foo\n', 'A_b', 'x\\y']
const regexes = [
  '(.*)-(.*)', '(?<first>[a-z]+)[.-](?<second>.*)', '.*', '(.+?)(\\d+)', 'foo', '(?i)foo', '(a)(b)?(c)?(.*)', '([^.]*)\\.(.*)', '\\Qa$b\\E', '(.*)\\$(.*)', '(a|aa)(a*)', '(\\d{4})-(\\d\\d)-(\\d\\d)', '\\p{Alpha}+', '\\p{L}+', '(?s).*', '^foo$', 'foo|foo-bar', '[a-z&&[^o]]*', '\\w+', '(((((((((((.)))))))))))+',
  '(?:x|y)*', '.', '(.)\\1*', '\\p{javaLowerCase}*', '[\\w.-]+', '(?x) f o o', '(?m)^a$\\n^b$', '\\x66oo', '[^\\p{Upper}]+', 'foo(?=bar)', '(?<=x).*', 'x*', '\\p{IsAlphabetic}+', '[[:alpha:]]+', 'a{1,3}', '\\u0066oo', '\\p{Lu}+', '[A-Z_]+b', '\\R', '\\S+',
  '(?<a>[a-z])\\k<a>+', '(?m)foo', '(?m)^a$', 'foo$\\n?', 'foo\\Z\\n', '\\0146oo', '\\x{66}oo', '[a-c[x-z]1-3]+', '[^a-c&&[b-z]]+', '[]f]oo', '[\\Qa$\\Eb]+', '[\\d\\s[^\\w]-]+', '(a)\\1\\1', '(a)\\12?', '\\p{IsLatin}+', '\\p{Alnum}+', '\\P{L}+', '[\\p{Punct}\\w]+', '(?s).', '(?i)[a-f]OO', '(?xi) f O o # comment', '(?x)[a - z]+', '\\Gfoo', '\\bfoo\\b.*',
]
const replacements = ['x', '$1', '$2-$1', '$0', '${first}_${second}', '$11', '$12', '$1$2', 'a\\$b', '\\\\', 'pre-$1-post', '$9', '${missing}', '', '\\x', '$10x']
const broken = ['$', '\\', '${', '${}', '${1a}', '$a', '${first', 'x$', '${fi-rst}', '$$', '$ 1', '${first}$', '$\uff11', '${a_b}']

export const regexRouterCases: readonly Case[] = [
  ...regexes.flatMap((regex) => topics.map((topic) => apply('RegexRouter', { regex, replacement: 'new-$0' }, { topic }))),
  ...regexes.slice(0, 20).flatMap((regex) => replacements.map((replacement) => apply('RegexRouter', { regex, replacement }, { topic: 'foo-bar' }))),
  ...regexes.slice(0, 20).flatMap((regex) => replacements.map((replacement) => apply('RegexRouter', { regex, replacement }, { topic: 'abc123', partition: 4, timestamp: 1 }))),
  ...broken.flatMap((replacement) => ['(?<first>f)(.*)', 'nomatch', 'foo'].map((regex) => apply('RegexRouter', { regex, replacement }, { topic: 'foo' }))),
  ...['(', '[', '*a', 'a**', '(?<1>a)', 'a{2,1}', '\\', '(?<a>x)(?<a>y)', '', ')', '\\p{Foo}', '\\8', '[z-a]', '(?z)', '\\k<x>', 'a{', 'a}', ']', '{', 'x{,3}', '\\c', '\\u12', '\\x1', '(?<=a*)b', '\\Qx'].map((regex) => configure('RegexRouter', { regex, replacement: 'x' })),
  ...['foo', '', 'a{', ']'].map((regex) => apply('RegexRouter', { regex, replacement: 'x' }, { topic: '' })),
  ...regexes.flatMap((pattern) => topics.map((topic) => ask('TopicNameMatches', { pattern }, { topic }))),
]
