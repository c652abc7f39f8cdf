/** The verifier itself: what it lets pass and what it sees. */
import { expect, test } from 'vitest'
import { examine, lineOf } from './lines.ts'

const lines = (...numbers: readonly number[]): string[] => numbers.map(lineOf)

test.each([
  ['all, once', [0, 1, 2, 3], {}],
  ['some again', [0, 1, 2, 1, 2, 3], { duplicates: 2, rewinds: 1 }],
  ['one left out', [0, 1, 3], { distinct: 3, problems: ['partition 0, row 2: line 3 follows line 1', '1 lines are missing, the first is line 2'] }],
  ['one that is late', [0, 1, 3, 2], { rewinds: 1, problems: ['partition 0, row 2: line 3 follows line 1'] }],
  ['the first one late', [1, 0, 1, 2, 3], { duplicates: 1, rewinds: 1, problems: ['partition 0, row 0: line 1 follows line -1'] }],
])('from the input: %s', (_what, arrived, more) => {
  expect(examine([lines(...arrived)], 4, 'input')).toEqual({ distinct: 4, duplicates: 0, rewinds: 0, torn: 0, problems: [], ...more })
})

test.each([
  ['as it stands', [0, 1, 2, 3, 1, 2, 3, 4], { duplicates: 3, rewinds: 0 }],
  ['back before the place where the topic went back, which jumps forward in the numbers', [0, 1, 2, 3, 1, 3, 1, 2, 3, 4], { duplicates: 5, rewinds: 1 }],
  ['back over two lines of which one could also be due', [0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4], { duplicates: 6, rewinds: 1 }],
  ['what the topic went back over is left out', [0, 1, 2, 3, 4], { problems: ['partition 0, row 4: line 4 follows line 3'] }],
  ['a jump forward to what was not there yet', [0, 1, 3, 1, 2, 3, 4], { duplicates: 2, problems: ['partition 0, row 2: line 3 follows line 1'] }],
])('from a topic that went back: %s', (_what, arrived, more) => {
  expect(examine([lines(...arrived)], 5, lines(0, 1, 2, 3, 1, 2, 3, 4))).toEqual({ distinct: 5, duplicates: 0, rewinds: 0, torn: 0, problems: [], ...more })
})

test('a line that is not in the topic', () => {
  expect(examine([lines(0, 1, 2)], 3, lines(0, 2)).problems).toEqual(['partition 0, row 1: line 1 is not in what it comes from'])
})

test.each([
  ['with gaps, upwards', [[0, 2], [1, 3]], {}],
  ['some again', [[0, 2, 0, 2], [1, 3]], { duplicates: 2, rewinds: 1 }],
  ['a late one', [[2, 0], [1, 3]], { rewinds: 1, problems: ['partition 0, row 1: line 0 comes for the first time after line 2'] }],
])('spread over partitions: %s', (_what, arrived, more) => {
  expect(examine(arrived.map((numbers) => lines(...numbers)), 4, 'spread')).toEqual({ distinct: 4, duplicates: 0, rewinds: 0, torn: 0, problems: [], ...more })
})

test('the beginning of the line that is due is torn, that of another is no line', () => {
  const torn = lineOf(1).slice(0, 30)
  expect(examine([[lineOf(0), torn, ...lines(1, 2)]], 3, 'input')).toEqual({ distinct: 3, duplicates: 0, rewinds: 0, torn: 1, problems: [] })
  expect(examine([[...lines(0, 1), torn, lineOf(2)]], 3, 'input').problems).toEqual([`partition 0, row 2 is no line that was written: "${torn}"`])
})
