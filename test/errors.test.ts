/** docs/errors.md and the table in src/errors.ts say the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConnectError, errorTable } from '../src/errors.ts'

const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'errors.md'), 'utf8')
const rows = text.split('\n').filter((line) => /^\| [A-Z_]+ \|/.test(line)).map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1))

test('docs/errors.md lists every code with its status and meaning, in the order of the table', () => {
  expect(rows.map(([code, status, summary]) => [code, Number(status), summary])).toEqual(Object.entries(errorTable).map(([code, { status, summary }]) => [code, status, summary]))
})
test('every code has a remedy', () => {
  expect(rows.filter((row) => row.length !== 4 || (row[3] ?? '').length < 20).map(([code]) => code)).toEqual([])
})
test('an error has the status of its code unless it is given another', () => {
  expect([new ConnectError('NOT_FOUND', 'x').status, new ConnectError('BAD_REQUEST', 'x', { status: 403 }).status]).toEqual([404, 403])
})
