/** `isoconnect plugins list|check` and `connect-plugin-path list`: what a worker would find, without starting one. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readPropertiesFile } from '../config/properties.ts'
import { ConnectError, messageOf } from '../errors.ts'
import type { Inspect } from '../plugins/check.ts'
import type { Plugin } from '../plugins/types.ts'
import { ExitError } from './main.ts'

/** Bundles are bundled anew in a folder that is gone afterwards: looking changes nothing for a running worker. */
const withCache = async <T>(action: (cacheDir: string) => Promise<T>): Promise<T> => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'isoconnect-plugins-'))
  try {
    return await action(cacheDir)
  } finally {
    await rm(cacheDir, { recursive: true, force: true })
  }
}
/** Loads a plugin's code in a cell of its own, as a worker does. */
const inspector = async (): Promise<Inspect> => {
  const [{ createInspector, inspectLimits }, { spawnCell }] = await Promise.all([import('../herder/inspect-plugins.ts'), import('../cell/spawn.ts')])
  const shelf = { ref: ({ bundleFile, className, exportName, version }: Plugin) => ({ bundleFile, className, exportName, version }), description: () => Promise.resolve(null), remember: () => Promise.resolve() }
  const cells = createInspector({ shelf, spawnCell, limits: inspectLimits })
  return (plugin) => cells.inspect(plugin)
}
const pluginPathOf = async (workerFile: string): Promise<string> => (await readPropertiesFile(workerFile))['plugin.path'] ?? ''

/** Folders are entries of plugin.path; a file is a worker's configuration, whose plugin.path is taken. */
export const listPlugins = async (given: readonly string[]): Promise<number> => {
  const { listPlugins: list } = await import('../plugins/check.ts')
  const entries: string[] = []
  for (const entry of given) {
    const found = await stat(entry).catch(() => null)
    if (found?.isFile() && !entry.endsWith('.tgz')) entries.push(...(await pluginPathOf(entry)).split(',').map((part) => part.trim()).filter((part) => part !== ''))
    else entries.push(entry)
  }
  const inspect = await inspector()
  const { text, problems } = await withCache((cacheDir) => list(entries, cacheDir, inspect))
  process.stdout.write(`${text.trimEnd()}\n`)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return problems.length > 0 ? 1 : 0
}

export const checkPlugin = async (bundle: string): Promise<number> => {
  const { checkBundle } = await import('../plugins/check.ts')
  const inspect = await inspector()
  const { ok, lines } = await withCache((cacheDir) => checkBundle(bundle, cacheDir, inspect))
  ;(ok ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`)
  return ok ? 0 : 1
}

const usage = `usage: connect-plugin-path list [--plugin-path <paths>] [--plugin-location <location>] [--worker-config <worker.properties>]
Lists what a worker finds on these plugin paths. sync-manifests is for Java's ServiceLoader manifests, which bundles do not have.
`

/** Kafka's exit codes: 0 done, 1 nothing named or wrong arguments, 2 a path that cannot be used. */
export const connectPluginPath = async (args: readonly string[]): Promise<number> => {
  const [command, ...rest] = args
  if (command === undefined || command === '-h' || command === '--help') {
    process.stdout.write(usage)
    return command === undefined ? 1 : 0
  }
  if (command !== 'list') throw new ExitError(1, `connect-plugin-path knows 'list' here, not '${command}'.\n${usage}`)
  const many = { type: 'string', multiple: true } as const
  const { values } = parseOptions(rest, { 'plugin-path': many, 'plugin-location': many, 'worker-config': many })
  const { listPluginPath } = await import('../plugins/check.ts')
  try {
    const configured = await Promise.all((values['worker-config'] ?? []).map(pluginPathOf))
    const inspect = await inspector()
    const text = await withCache((cacheDir) => listPluginPath({ pluginPaths: [...(values['plugin-path'] ?? []), ...configured], pluginLocations: values['plugin-location'] ?? [], cacheDir, inspect }))
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof ConnectError) && !(error instanceof Error && 'code' in error)) throw error
    throw new ExitError(messageOf(error).startsWith('Must specify') ? 1 : 2, messageOf(error), { cause: error })
  }
}

const parseOptions = <O extends Record<string, { type: 'string'; multiple: true }>>(args: readonly string[], options: O) => {
  try {
    return parseArgs({ args: [...args], options })
  } catch (error) {
    throw new ExitError(1, `${messageOf(error)}\n${usage}`, { cause: error })
  }
}
