/** Finding the records that make a put fail. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PutBisect } from '../../src/worker/put-bisect.ts'

/** What a task sees of a batch in which some rows are poison, and what is condemned. */
const run = (rows: readonly number[], poison: ReadonlySet<number>, maxConsecutive = 1000) => {
  const bisect = new PutBisect(maxConsecutive)
  const taken: number[] = []
  const condemned: number[] = []
  let puts = 0
  const pieces = [rows]
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    puts++
    if (!piece.some((row) => poison.has(row))) {
      taken.push(...piece)
      bisect.taken()
      continue
    }
    const verdict = bisect.failed(piece.length)
    if (verdict.kind === 'give-up') return { taken, condemned, puts, gaveUpAfter: verdict.failures }
    if (verdict.kind === 'condemned') condemned.push(...piece)
    else pieces.unshift(...verdict.pieces.map(({ from, to }) => (piece as readonly number[]).slice(from, to)))
  }
  return { taken, condemned, puts, gaveUpAfter: null }
}
const rows = (count: number): number[] => Array.from({ length: count }, (_, row) => row)

test('the poison records are found exactly, everything else is taken once and in order', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.uniqueArray(fc.nat(199), { maxLength: 20 }), (count, bad) => {
    const poison = new Set(bad.filter((row) => row < count))
    const { taken, condemned } = run(rows(count), poison)
    expect(condemned).toEqual([...poison].toSorted((a, b) => a - b))
    expect(taken).toEqual(rows(count).filter((row) => !poison.has(row)))
  }), { seed: 20261125, numRuns: 500 })
})
test('one poison record among 5000 takes some two puts a halving', () => {
  expect(run(rows(5000), new Set([3210])).puts).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(5000)) + 1)
})
test('a sink that takes nothing is given up, not its records', () => {
  expect(run(rows(5000), new Set(rows(5000)), 10)).toMatchObject({ taken: [], gaveUpAfter: 10 })
})
test('records that are taken in between begin the count anew: any number may fail, as long as not so many do in a row', () => {
  const everyOther = new Set(rows(1000).filter((row) => row % 2 === 0))
  expect(run(rows(1000), everyOther, 2)).toMatchObject({ condemned: [...everyOther], gaveUpAfter: null })
  expect(run(rows(1000), new Set([1, 3, 4, 6]), 2)).toMatchObject({ gaveUpAfter: 2 })
})
