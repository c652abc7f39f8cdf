/** A cell process as `spawn.ts` starts it, walls and all, but with another program in it: for tests of what the walls hold and of what the worker bears. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiveCell } from '../../src/cell/live-cell.ts'
import type { CellLimits, Grants } from '../../src/cell/options.ts'
import { runtimeFiles } from '../../src/cell/platform.ts'
import { startProcess } from '../../src/cell/spawn.ts'
import { noGrants, someLimits } from './cells.ts'

export type OtherCell = AsyncDisposable & { readonly cell: LiveCell; readonly child: ChildProcess; readonly folder: string }
type Options = { readonly bundle?: string; readonly grants?: Grants; readonly limits?: Partial<CellLimits>; readonly folder?: string }

/** `program` gets the text of the cell's own program and returns the text that runs in its place. */
export const otherProgram = async (program: (own: string) => string, { bundle = '', grants = noGrants, limits = {}, folder: given }: Options = {}): Promise<OtherCell> => {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'isoconnect-program-')))
  const files = await runtimeFiles()
  const [programFile, bundleFile] = [join(folder, 'program.cjs'), join(folder, 'bundle.cjs')]
  await writeFile(programFile, program(await readFile(files.programFile, 'utf8')))
  await writeFile(bundleFile, bundle)
  const plugin = { bundleFile, className: 'com.example.Plugin', exportName: 'Plugin', version: '1.2.3' }
  const { cell, child } = startProcess({ ...files, programFile }, { plugin, grants, limits: { ...someLimits, ...limits }, name: 'test' })
  return {
    cell,
    child,
    folder,
    [Symbol.asyncDispose]: async () => {
      await cell.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
