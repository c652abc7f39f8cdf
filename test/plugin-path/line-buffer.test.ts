import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineBuffer } from '../../plugin-path/file-stream/line-buffer.ts'

/** Every line of the chunks with the position after it. */
const cutAll = (chunks: readonly Uint8Array[], from = 0): [string, number][] => {
  const lines = new LineBuffer(from)
  const found: [string, number][] = []
  for (const chunk of chunks) {
    lines.push(chunk)
    for (let line = lines.next(); line !== null; line = lines.next()) found.push([line, lines.position])
  }
  return found
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('LineBuffer', () => {
  test('cuts at \\n, \\r\\n and a lone \\r; an unterminated last line and a last \\r wait', () => {
    expect(cutAll([bytes('a\nb\r\nc\rd\n\ne\r')])).toEqual([['a', 2], ['b', 5], ['c', 7], ['d', 9], ['', 10]])
    expect(cutAll([bytes('e\r'), bytes('\nf\n')])).toEqual([['e', 3], ['f', 5]])
    expect(cutAll([bytes('e\r'), bytes('f\n')])).toEqual([['e', 2], ['f', 4]])
    expect(cutAll([bytes('\r'), bytes('x')])).toEqual([['', 1]])
    expect(cutAll([bytes('\n')])).toEqual([['', 1]])
  })

  test('counts positions in bytes, whatever the text, also broken UTF-8', () => {
    expect(cutAll([bytes('lé€5\nx\n')], 100)).toEqual([['lé€5', 108], ['x', 110]])
    expect(cutAll([new Uint8Array([0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x61, 0x0a])])).toEqual([['\ufffd', 2], ['\ufffd', 5], ['a', 7]])
    expect(cutAll([bytes('\ufeffa\n')])).toEqual([['\ufeffa', 5]])
  })

  test('gives the same lines however the bytes arrive, and positions to resume at', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n', '\r', '\r\n', 'xyz'), { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (all, cuts) => {
      const whole = bytes(all)
      const borders = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
      const chunks = borders.slice(1).map((border, index) => whole.subarray(borders[index], border)).filter((chunk) => chunk.length > 0)
      const found = cutAll(chunks)
      const expected = all.split(/\r\n|\n|\r(?!$)/).slice(0, -1)
      expect(found.map(([line]) => line)).toEqual(expected)
      for (const [index, [, position]] of found.entries()) {
        expect(cutAll([whole.subarray(position)], position)).toEqual(found.slice(index + 1))
      }
    }), { numRuns: 1000 })
  })
})
