import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineCutter } from '../../plugin-path/file-stream/line-cutter.ts'

/** Every line of the chunks with the position after it, taken `batch` at a time. */
const cutAll = (chunks: readonly Uint8Array[], batch: number, from = 0): [string, number][] => {
  const cutter = new LineCutter(from)
  const found: [string, number][] = []
  for (const chunk of chunks) {
    cutter.add(chunk)
    for (let before = -1; before !== found.length; ) {
      before = found.length
      cutter.cut(batch, (line, position) => found.push([line, position]))
    }
  }
  return found
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('LineCutter', () => {
  test('cuts at \\n, \\r\\n and a lone \\r; an unterminated last line and a last \\r wait', () => {
    expect(cutAll([bytes('a\nb\r\nc\rd\n\ne\r')], 100)).toEqual([['a', 2], ['b', 5], ['c', 7], ['d', 9], ['', 10]])
    expect(cutAll([bytes('e\r'), bytes('\nf\n')], 100)).toEqual([['e', 3], ['f', 5]])
    expect(cutAll([bytes('e\r'), bytes('f\n')], 100)).toEqual([['e', 2], ['f', 4]])
    expect(cutAll([bytes('\r'), bytes('x')], 100)).toEqual([['', 1]])
    expect(cutAll([bytes('\n')], 100)).toEqual([['', 1]])
  })

  test('counts positions in bytes, whatever the text, also broken UTF-8', () => {
    expect(cutAll([bytes('lé€5\nx\n')], 100, 100)).toEqual([['lé€5', 108], ['x', 110]])
    expect(cutAll([new Uint8Array([0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x61, 0x0a])], 100)).toEqual([['\ufffd', 2], ['\ufffd', 5], ['a', 7]])
    expect(cutAll([bytes('\ufeffa\n')], 100)).toEqual([['\ufeffa', 5]])
  })

  test('gives the same lines however the bytes arrive and whatever the batch size, and positions to resume at', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n', '\r', '\r\n', 'xyz'), { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), (all, cuts, batch) => {
      const whole = bytes(all)
      const borders = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
      const chunks = borders.slice(1).map((border, index) => whole.subarray(borders[index], border)).filter((chunk) => chunk.length > 0)
      const found = cutAll(chunks, batch)
      const expected = all.split(/\r\n|\n|\r(?!$)/).slice(0, -1)
      expect(found.map(([line]) => line)).toEqual(expected)
      for (const [index, [, position]] of found.entries()) {
        expect(cutAll([whole.subarray(position)], 100, position)).toEqual(found.slice(index + 1))
      }
    }), { numRuns: 1000 })
  })
})
