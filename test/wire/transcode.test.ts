/** Columns of text between their two forms: whole columns at once must give what each value alone gives. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TextColumn } from '../../src/wire/batch.ts'
import { decodeUtf8, toText, toUtf8, wtf8Of } from '../../src/wire/transcode.ts'

const run = { numRuns: 2000, seed: 20_261_126 }
const word = fc.constantFrom('', 'a', 'plain', 'plain text of some length', 'é', 'ÿ', 'Zürich', '東京', '😀', '\ufffd', '\ud83d', '\ude00', '\u07ff\u0800')
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))
const column = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly (T | null)[]> => fc.array(fc.option(value, { freq: 5 }), { maxLength: 6 })
const textColumn = (values: readonly (string | null)[]): TextColumn => ({ kind: 'text', lengths: Int32Array.from(values, (value) => value?.length ?? -1), text: values.join('') })
const bytesColumn = (values: readonly (Uint8Array | null)[]): TextColumn => ({ kind: 'utf8', lengths: Int32Array.from(values, (value) => value?.length ?? -1), bytes: Buffer.concat(values.filter((value) => value !== null)) })
const piecesOf = (given: TextColumn): readonly (string | null)[] => {
  let at = 0
  return Array.from(given.lengths, (length) => (length < 0 ? null : given.kind === 'text' ? given.text.slice(at, (at += length)) : Buffer.from(given.bytes.subarray(at, (at += length))).toString('latin1')))
}

test('texts become the bytes of each, and wtf8 when one of them has half a pair', () => {
  fc.assert(fc.property(column(text), (values) => {
    const given = toUtf8(textColumn(values))
    expect(piecesOf(given)).toEqual(values.map((value) => value && wtf8Of(value).toString('latin1')))
    expect(given.kind).toBe(values.every((value) => value === null || value.isWellFormed()) ? 'utf8' : 'wtf8')
    expect(piecesOf(toText(given))).toEqual(values)
  }), run)
})
test('bytes become the text of each, also where a character is cut by the end of a value', () => {
  const cut = fc.tuple(text, fc.nat(3), fc.nat(3)).map(([whole, from, less]) => Buffer.from(whole).subarray(from, Math.max(from, Buffer.byteLength(whole) - less)))
  fc.assert(fc.property(column(fc.oneof(cut, text.map((whole) => wtf8Of(whole)), fc.uint8Array({ maxLength: 3 }))), (values) => {
    expect(piecesOf(toText(bytesColumn(values)))).toEqual(values.map((value) => value && decodeUtf8(Buffer.from(value), 0, value.length)))
  }), run)
})
test('wherever in memory the bytes begin, and wherever in them the one character that is no ASCII stands', () => {
  for (let offset = 0; offset < 4; offset++) {
    for (let place = 0; place < 24; place++) {
      const texts = Array.from({ length: 12 }, (_, row) => (row === place >> 1 ? ['é', '😀'][place % 2] as string : 'abcdefghi'.slice(0, (row * 5) % 10)))
      const { lengths, bytes } = bytesColumn(texts.map((each) => Buffer.from(each))) as Extract<TextColumn, { kind: 'utf8' }>
      const moved = Buffer.concat([Buffer.alloc(offset + 8), bytes, Buffer.from('é')])
      const start = offset + 8 - (moved.byteOffset % 4)
      moved.copy(moved, start, offset + 8, offset + 8 + bytes.length)
      expect(piecesOf(toText({ kind: 'utf8', lengths, bytes: moved.subarray(start, start + bytes.length) }))).toEqual(texts)
    }
  }
})
test('lengths beyond the end of the text or bytes take what is there', () => {
  const lengths = Int32Array.of(2, 2 ** 31 - 1, 2 ** 31 - 1)
  expect(piecesOf(toUtf8({ kind: 'text', lengths, text: 'ééü' }))).toEqual(['\xc3\xa9\xc3\xa9', '\xc3\xbc', ''])
  expect(piecesOf(toText({ kind: 'utf8', lengths: Int32Array.of(4, ...lengths.subarray(1)), bytes: Buffer.from('ééü') }))).toEqual(['éé', 'ü', ''])
})
