/** docs/data-types.md: its code runs and says what the page says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import * as sdk from '../../sandbox/sdk/index.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'data-types.md'), 'utf8')
const code = /```js\nimport (\{.+\}) from 'isoconnect'\n([^]*?)```/.exec(text)
type Claim = { readonly line: string; readonly run: () => unknown; readonly says: string | null; readonly throws: string | null }

/** Lines with `// => text` or `// throws text` are claims; the rest is run before them. */
const claims = (): readonly Claim[] => {
  const lines = (code?.[2] ?? '').split('\n').map((line) => /^(.+?) \/\/ (=>|throws) (.+)$/.exec(line) ?? line)
  const body = lines.map((line) =>
    typeof line === 'string' ? line : `claims.push({ line: ${JSON.stringify(line[1])}, run: () => (${line[1]}), says: ${line[2] === '=>' ? JSON.stringify(line[3]) : 'null'}, throws: ${line[2] === 'throws' ? JSON.stringify(line[3]) : 'null'} })`)
  const run = runInThisContext(`(sdk) => { const ${code?.[1]} = sdk; const claims = []\n${body.join('\n')}\nreturn claims }`) as (given: typeof sdk) => readonly Claim[]
  return run(sdk)
}

test('what the code of the page claims is so', () => {
  const all = claims()
  expect(all).toHaveLength(10)
  for (const { line, run, says, throws } of all) {
    if (throws !== null) expect(run, line).toThrow(throws)
    else expect([line, String(run())]).toEqual([line, says])
  }
})
