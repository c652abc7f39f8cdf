import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseProperties, readPropertiesFile } from '../../src/config/properties.ts'

/** What `new Properties().load(new StringReader(text))` of OpenJDK 17 made of each text. */
const javaVectors: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a=b', { 'a': 'b' }],
  ['a = b', { 'a': 'b' }],
  ['a:b', { 'a': 'b' }],
  ['a b', { 'a': 'b' }],
  ['a\tb', { 'a': 'b' }],
  [' \t\u000ca = b ', { 'a': 'b ' }],
  ['a', { 'a': '' }],
  ['a=', { 'a': '' }],
  ['=b', { '': 'b' }],
  ['#c\n!d\na=1', { 'a': '1' }],
  ['  # c\na=1', { 'a': '1' }],
  ['a=b\\\n   c', { 'a': 'bc' }],
  ['a=b\\\\\nc=d', { 'a': 'b\\', 'c': 'd' }],
  ['a\\ b=c', { 'a b': 'c' }],
  ['a\\=b\\:c=d', { 'a=b:c': 'd' }],
  ['a=\\u0041\\u00e9', { 'a': 'A\u00e9' }],
  ['a=\\t\\n\\r\\f\\q\\\'', { 'a': '\t\n\r\u000cq\'' }],
  ['a=1\na=2', { 'a': '2' }],
  ['a=b\r\nc=d\re=f', { 'a': 'b', 'c': 'd', 'e': 'f' }],
  ['a=b\\\r\n  c', { 'a': 'bc' }],
  ['a  =  = b', { 'a': '= b' }],
  ['a : = b', { 'a': '= b' }],
  ['#x\\\na=1', { 'a': '1' }],
  ['a=1\\', { 'a': '1' }],
  ['a=\u00e9\u2603', { 'a': '\u00e9\u2603' }],
  ['\\\na=1', { 'a': '1' }],
  ['a=1\\\n\nb=2', { 'a': '1', 'b': '2' }],
  ['a=1\\\n#b=2', { 'a': '1#b=2' }],
  ['a\\\n b=c', { 'ab': 'c' }],
  ['  \n\t\na=1\n\n', { 'a': '1' }],
  ['a=1 \\\n \\\n 2', { 'a': '1 2' }],
  ['\ufeffa=1', { '\ufeffa': '1' }],
  ['a\u00a0b=c', { 'a\u00a0b': 'c' }],
  ['a=\\uD83D\\uDE00', { 'a': '\ud83d\ude00' }],
  ['a=b\\', { 'a': 'b' }],
  ['\\u0061\\u003d=b', { 'a=': 'b' }],
  ['a\u000c=b', { 'a': 'b' }],
  ['k\\\r\n\r\nl=1', { 'k': '', 'l': '1' }],
]

describe('a properties text', () => {
  test.each(javaVectors)('%j reads as in Java', (text, expected) => {
    expect(parseProperties(text, { warn: () => {} })).toEqual(expected)
  })
  test.each([['a=x\\u', 1], ['a=1\n\n# c\nb=1\\\n  2\\u00g1', 4], ['\\uD8=1', 1]])('%j is refused with its line', (text, line) => {
    expect(() => parseProperties(text, { source: 'worker.properties' })).toThrow(`Malformed \\uxxxx encoding in worker.properties, line ${line}`)
  })
  test('a repeated key is named in a warning with both lines', () => {
    const warnings: string[] = []
    expect(parseProperties('a=1\nb=2\na=3', { source: 'f', warn: (message) => warnings.push(message) })).toEqual({ a: '3', b: '2' })
    expect(warnings).toEqual(["The key 'a' stands twice in f (lines 1 and 3); the last one is used"])
  })
  test('keys keep their order, whatever their name', () => {
    expect(Object.keys(parseProperties('z=1\n__proto__=2\na=3'))).toEqual(['z', '__proto__', 'a'])
  })
})

test('files are ISO-8859-1 as in Java, and UTF-8 in one is warned about', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isoconnect-properties-'))
  try {
    const warnings: string[] = []
    const warn = (message: string): void => void warnings.push(message)
    await writeFile(join(folder, 'latin'), Buffer.from('a=\xe9', 'latin1'))
    expect(await readPropertiesFile(join(folder, 'latin'), { warn })).toEqual({ a: 'é' })
    expect(warnings).toEqual([])
    await writeFile(join(folder, 'utf8'), 'a=é')
    expect(await readPropertiesFile(join(folder, 'utf8'), { warn })).toEqual({ a: 'Ã©' })
    expect(warnings).toEqual([`${join(folder, 'utf8')} holds UTF-8 text but is read as ISO-8859-1, as Java reads it; write characters beyond ASCII as \\uXXXX`])
    expect(await readPropertiesFile(join(folder, 'utf8'), { encoding: 'utf8', warn })).toEqual({ a: 'é' })
    await expect(readPropertiesFile(join(folder, 'none'))).rejects.toThrow(`Cannot read the properties file ${join(folder, 'none')}`)
  } finally {
    await rm(folder, { recursive: true })
  }
})
