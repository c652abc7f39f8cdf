/**
 * The tables of docs/security.md, written by the tests themselves. A test file makes one table, adds a row for each case it has run, and
 * its last test is `check()`: it fails when the page says anything else than what has just happened.
 *
 *     const table = securityTable('broken-bundles')
 *     test('bad JSON', async () => { …; table.row({ name: 'package.json is no JSON', ends: 'quarantined', cause: firstLine(reason) }) })
 *     test('docs/security.md says so', () => table.check())
 *
 * The page has a marked place for each table: `<!-- table: NAME -->`, then `<!-- end -->`. `npm run docs:security` runs the tests that have
 * tables (a new file is named in its line in package.json) and writes the places instead of comparing them. Rows keep to what is the same
 * in every run: `stable` and `firstLine` make `…` of what is not.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'

const rootDir = resolve(import.meta.dirname, '..')
const page = resolve(rootDir, 'docs/security.md')

export type Row = {
  readonly name: string
  /** In a word or two: `FAILED (oom)`, `quarantined`, `denied`. */
  readonly ends: string
  /** What an operator reads. */
  readonly cause: string
}
export type SecurityTable = { row(row: Row): void; check(): void }

export const securityTable = (name: string): SecurityTable => {
  const rows: Row[] = []
  return {
    row: (row) => void rows.push(row),
    check: () => {
      const text = readFileSync(page, 'utf8')
      const [before, here, after] = placeOf(text, name)
      const wanted = `\n${tableText(rows)}\n`
      if (process.env['ISOCONNECT_DOCS'] === 'write') writeFileSync(page, before + wanted + after)
      else expect(here, `docs/security.md differs from what happened: npm run docs:security writes it anew`).toBe(wanted)
    },
  }
}

const placeOf = (text: string, name: string): readonly [before: string, here: string, after: string] => {
  const mark = `<!-- table: ${name} -->`
  const from = text.indexOf(mark) + mark.length
  const to = text.indexOf('<!-- end -->', from)
  if (from < mark.length || to < 0) throw new Error(`docs/security.md has no place for the table ${name}: ${mark} and <!-- end -->`)
  return [text.slice(0, from), text.slice(from, to), text.slice(to)]
}

const tableText = (rows: readonly Row[]): string =>
  ['| Case | Ends as | What the operator reads |', '|---|---|---|', ...rows.map(({ name, ends, cause }) => `| ${cell(name)} | ${cell(ends)} | ${cell(cause)} |`)].join('\n')
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ').trim()

/** Measured figures, paths of the moment, names made up for one run and one character over and over, taken out of a sentence. */
export const stable = (text: string): string =>
  text
    .replaceAll(rootDir, '…')
    .replace(/\/\S*\/standalone-\w+/g, '…')
    .replace(/\b\d+ MB of memory/g, '… MB of memory')
    .replace(/\b[0-9a-f]{8}\b/g, '…')
    .replace(/(\w)\1{20,}/g, '$1$1$1…')
/** The first line of a trace or message. */
export const firstLine = (text: string): string => stable(text.split('\n', 1)[0] ?? '')
