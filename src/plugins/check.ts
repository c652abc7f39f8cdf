/**
 * What the command line asks: `isoconnect plugins check` looks at one bundle as a worker would, `connect-plugin-path list` at many. Plugin code
 * runs where `Inspect` has it run: in a cell.
 */
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConnectError, messageOf } from '../errors.ts'
import { loadBundle } from './bundle.ts'
import { openCache } from './cache.ts'
import { aliasesOf } from './aliases.ts'
import { limitLines, permissionLines, pluginListText, pluginPathListText } from './list-text.ts'
import { loadAll, lookAt, mapLimited } from './look.ts'
import { type Condemned, condemnedKey, register, type Registry } from './registry.ts'
import { candidateAt, fingerprintOf, isMissing } from './scan.ts'
import type { Plugin } from './types.ts'

/** Why a class cannot be loaded, or null (src/herder/inspect-plugins.ts). */
export type Inspect = (plugin: Plugin) => Promise<string | null>

/** `lines` say what the bundle is and asks for, warnings, and last OK or what to do. Never throws. */
export const checkBundle = async (path: string, cacheDir: string, inspect: Inspect): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }> => {
  const location = resolve(path)
  try {
    await access(location)
    const candidate = await candidateAt(location)
    if (candidate === null) return refused(location, 'it is neither a folder with a package.json that has an isoconnect field nor a .tgz', 'Add "isoconnect": { "plugins": [ { "type", "class", "export" } ] } to its package.json.')
    const loaded = await loadBundle(candidate, (await fingerprintOf(candidate)).text, await openCache(cacheDir))
    if (loaded.kind === 'refused') return refused(location, `${loaded.code}: ${loaded.reason}`, 'A worker would quarantine it and go on without it.')
    const { bundle, version, plugins, warnings } = loaded
    const problems = (await inspectAll(plugins, inspect)).values().toArray()
    if (problems.length > 0) return refused(location, `PLUGIN_FAILED: ${problems.join('; ')}`, 'A worker would quarantine it and go on without it.')
    const [first] = plugins
    return {
      ok: true,
      lines: [
        `${bundle} ${version} at ${location}`,
        ...plugins.map(({ type, className, exportName }) => `  ${type} ${className}, exported as ${exportName}`),
        ...(first === undefined ? [] : [...permissionLines(first.permissions), ...limitLines(first.limits)].map((line) => `  ${line}`)),
        ...warnings.map((warning) => `warning: ${warning}`),
        `OK: the manifest is right and the code bundles (sha-256 ${first?.digest ?? '-'}) and its connectors can be loaded.`,
      ],
    }
  } catch (error) {
    return refused(location, isMissing(error) ? 'it does not exist' : messageOf(error), 'Give the path of a bundle folder or of a .tgz made by npm pack.')
  }
}

const refused = (location: string, reason: string, remedy: string): { readonly ok: false; readonly lines: readonly string[] } => ({ ok: false, lines: [`REFUSED: ${location}: ${reason}`, remedy] })

/**
 * `connect-plugin-path list`: `pluginPaths` as given (comma-separated, `--plugin-path` and plugin.path of worker configurations) and
 * single `pluginLocations`. Throws CONFIG_INVALID with Kafka's words; Kafka's exit code for these is 2, and 1 when nothing was named.
 */
export const listPluginPath = async ({ pluginPaths, pluginLocations, cacheDir, inspect }: { readonly pluginPaths: readonly string[]; readonly pluginLocations: readonly string[]; readonly cacheDir: string; readonly inspect: Inspect }): Promise<string> => {
  if (pluginPaths.length + pluginLocations.length === 0) throw new ConnectError('CONFIG_INVALID', 'Must specify at least one --plugin-location, --plugin-path, or --worker-config')
  const entries = pluginPaths.flatMap((path) => {
    if (path.trim() === '') throw new ConnectError('CONFIG_INVALID', "'--plugin-path' must not be empty.")
    const parts = path.trim().split(/\s*,\s*/)
    if (parts.includes('')) throw new ConnectError('CONFIG_INVALID', "'--plugin-path' values must not be empty.")
    return parts
  })
  for (const location of pluginLocations) {
    await access(location).catch(() => {
      throw new ConnectError('CONFIG_INVALID', `Specified location ${location} does not exist`)
    })
  }
  return pluginPathListText(await readShelf([...entries, ...pluginLocations], cacheDir, inspect))
}

/** `isoconnect plugins list`; `problems` are sentences for standard error about entries that cannot be read. Throws PLUGIN_CACHE. */
export const listPlugins = async (pluginPath: readonly string[], cacheDir: string, inspect: Inspect): Promise<{ readonly text: string; readonly problems: readonly string[] }> => {
  const { plugins, quarantined, problems } = await readShelf(pluginPath, cacheDir, inspect)
  return { text: pluginListText({ plugins, quarantined, aliases: (className) => aliasesOf(className, plugins) }), problems }
}

/** What a worker's shelf would hold, without its log lines. */
const readShelf = async (pluginPath: readonly string[], cacheDir: string, inspect: Inspect): Promise<Registry & { readonly problems: readonly string[] }> => {
  const look = await lookAt(pluginPath)
  const { located } = await loadAll(look, new Map(), await openCache(cacheDir))
  const now = new Date().toISOString()
  const { plugins } = register(located, [], now)
  return { ...register(located, [], now, await inspectAll(plugins, inspect)), problems: look.problems }
}

/** Connectors only, as the worker does it; four at a time. */
const inspectAll = async (plugins: readonly Plugin[], inspect: Inspect): Promise<Condemned> => {
  const connectors = plugins.filter(({ type }) => type === 'source' || type === 'sink')
  const problems = await mapLimited(connectors, 4, async (plugin) => [condemnedKey(plugin), await inspect(plugin)] as const)
  return new Map(problems.flatMap(([key, problem]) => (problem === null ? [] : [[key, problem]])))
}
