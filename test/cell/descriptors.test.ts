/** What whoever started the worker left open (a lock, a log file) is not handed on to cells. A worker of its own is started, with such a descriptor. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const spawnFile = resolve(import.meta.dirname, '../../src/cell/spawn.ts')
const worker = (bundleFile: string): string => `
import { readdirSync, readlinkSync } from 'node:fs'
import { spawnCell } from ${JSON.stringify(spawnFile)}
const cell = await spawnCell({ plugin: { bundleFile: ${JSON.stringify(bundleFile)}, className: 'P', exportName: 'P', version: '1.0.0' }, grants: { fs: [], net: [], stdio: false }, limits: { memoryMb: 32, rssMb: 300, cpuPercent: 100, callTimeoutMs: 5000 }, name: 'test' })
const open = (pid) => readdirSync('/proc/' + pid + '/fd').map((name) => { try { return readlinkSync('/proc/' + pid + '/fd/' + name) } catch { return '' } })
console.log(JSON.stringify({ worker: open(process.pid), cell: open(cell.pid) }))
await cell.close()
`

test.runIf(process.platform === 'linux')('a descriptor left open by whoever started the worker stays out of its cells', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'descriptors-'))
  const left = join(folder, 'left-open')
  await writeFile(left, 'secret')
  await writeFile(join(folder, 'bundle.cjs'), '')
  const descriptor = openSync(left, 'r')
  const stdio = Array.from({ length: 41 }, (_, at): 'ignore' | 'pipe' | 'inherit' | number => (at === 1 ? 'pipe' : at === 2 ? 'inherit' : at === 7 || at === 40 ? descriptor : 'ignore'))
  const child = spawn(process.execPath, ['--input-type=module', '-e', worker(join(folder, 'bundle.cjs'))], { stdio })
  try {
    const [line] = (await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line')) as [string]
    const seen = JSON.parse(line) as { readonly worker: readonly string[]; readonly cell: readonly string[] }
    expect(seen.worker).toContain(left)
    expect(seen.cell).not.toContain(left)
    await once(child, 'exit')
  } finally {
    child.kill('SIGKILL')
    closeSync(descriptor)
    await rm(folder, { recursive: true, force: true })
  }
})
