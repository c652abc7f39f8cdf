/** The Java stream of the standalone offset file: Kafka's bytes, round trips, and hostile input. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JavaStreamError, readJavaHashMap, writeJavaHashMap } from '../../../src/storage/file/java-hashmap.ts'
import type { JavaEntry } from '../../../src/storage/file/java-hashmap.ts'

const utf8 = (text: string): Buffer => Buffer.from(text)
const hex = (...parts: readonly (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part.replaceAll(' ', ''), 'hex') : part)))
const className = hex('0011', utf8('java.util.HashMap'))
const fields = hex('0507dac1c31660d1 03 0002 46 000a', utf8('loadFactor'), '49 0009', utf8('threshold'), '78 70')

const keys = [utf8('["sas",{"filename":"/tmp/x"}]'), utf8('["sas",{"filename":"/tmp/a-longer-name.txt"}]')] as const
const values = [utf8('{"position":3}'), utf8('{"position":4}')] as const
/** As a real 4.3.1 standalone worker wrote it. */
const twoEntries = hex(
  'aced0005 73 72', className, fields, '3f400000 0000000c 77 08 00000010 00000002',
  '75 72 0002 5b42 acf317f8060854e0 02 0000 78 70 0000001d', keys[0],
  '75 71 007e0002 0000000e', values[0],
  '75 71 007e0002 0000002d', keys[1],
  '75 71 007e0002 0000000e', values[1],
  '78',
)

const plain = (entries: readonly JavaEntry[]): unknown => entries.map(({ key, value }) => [key && Buffer.from(key).toString('hex'), value && Buffer.from(value).toString('hex')])
const rows = [{ key: keys[0], value: values[0] }, { key: keys[1], value: values[1] }]

test('reads what Java wrote', () => {
  expect(plain(readJavaHashMap(twoEntries))).toEqual(plain(rows))
})
test('writes byte for byte what Java writes', () => {
  expect(Buffer.from(writeJavaHashMap(rows)).toString('hex')).toBe(twoEntries.toString('hex'))
})
test('an empty map has threshold 0, 16 buckets and no byte[] class', () => {
  expect(Buffer.from(writeJavaHashMap([])).toString('hex')).toBe(hex('aced0005 73 72', className, fields, '3f400000 00000000 77 08 00000010 00000000 78').toString('hex'))
})
test.each([[12, 16], [13, 32], [24, 32], [25, 64], [1000, 2048]])('%i entries stand in %i buckets', (size, buckets) => {
  const bytes = Buffer.from(writeJavaHashMap(Array.from({ length: size }, () => ({ key: keys[0], value: null }))))
  const block = bytes.indexOf(hex('77 08'))
  expect([bytes.readInt32BE(block + 2), bytes.readInt32BE(block + 6), bytes.readInt32BE(block - 4)]).toEqual([buckets, size, buckets * 0.75])
})
test('a back reference to an earlier array reads as that array', () => {
  const bytes = hex('aced0005 73 72', className, fields, '3f400000 0000000c 77 08 00000010 00000001 75 72 0002 5b42 acf317f8060854e0 02 0000 78 70 00000001 61 71 007e0003 78')
  expect(plain(readJavaHashMap(bytes))).toEqual([['61', '61']])
})

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 40 }))
test('reads what it wrote, whatever the entries are', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: bytesOrNull, value: bytesOrNull }), { maxLength: 40 }), (entries) => {
      expect(plain(readJavaHashMap(writeJavaHashMap(entries)))).toEqual(plain(entries))
    }),
  )
})

describe('refuses', () => {
  const refusal = (bytes: Uint8Array): JavaStreamError => {
    try {
      readJavaHashMap(bytes)
    } catch (error) {
      if (error instanceof JavaStreamError) return error
      throw error
    }
    throw new Error('it was accepted')
  }
  test('every truncation, as truncated', () => {
    for (let length = 0; length < twoEntries.length; length++) expect(refusal(twoEntries.subarray(0, length)).truncated).toBe(true)
  })
  test('bytes after the map', () => {
    expect(refusal(hex(twoEntries, '00')).message).toBe('1 bytes follow the map')
  })
  test('another class than HashMap, by name', () => {
    const other = hex('aced0005 73 72 0011', utf8('java.util.TreeMap'), fields)
    expect(refusal(other).message).toBe('Expected HashMap but found class java.util.TreeMap')
    expect(refusal(hex('aced0005 74 0001 61')).message).toBe('Expected HashMap but found class java.lang.String')
  })
  test('an entry that is an object, by class', () => {
    const gadget = hex('aced0005 73 72', className, fields, '3f400000 0000000c 77 08 00000010 00000001 73 72 0009', utf8('evil.Type'))
    expect(refusal(gadget).message).toBe('Expected byte[] but found class evil.Type')
  })
  test('lengths that the file does not have, without allocating them', () => {
    const huge = hex('aced0005 73 72', className, fields, '3f400000 0000000c 77 08 00000010 7fffffff 75 72 0002 5b42 acf317f8060854e0 02 0000 78 70 7fffffff')
    expect(refusal(huge).truncated).toBe(true)
    const negative = hex('aced0005 73 72', className, fields, '3f400000 0000000c 77 08 00000010 00000001 75 72 0002 5b42 acf317f8060854e0 02 0000 78 70 ffffffff')
    expect(refusal(negative).message).toBe('an array has the length -1')
  })
  test('or reads, and never throws anything else, when bytes are changed at random', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(twoEntries.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(twoEntries)
        for (const [at, value] of changes) bytes[at] = value
        try {
          readJavaHashMap(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(JavaStreamError)
        }
      }),
      { numRuns: 2000 },
    )
  })
  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refusal(bytes)))
  })
})
