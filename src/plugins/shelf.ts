/**
 * The shelf: opens plugin.path, keeps it up to date and answers who is who. It runs no plugin code; what only running can tell (a missing
 * export, what `config()` returns) is found in a cell and remembered here.
 *
 * A look at plugin.path is cheap (names, sizes, times); only what changed since the last look is loaded. With `watch`, looks are
 * repeated until two of them agree, so that a folder being copied is not read half-way; one that is half copied at start is
 * quarantined and tried again when it changes.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { aliasesOf, isOfKind, resolveClass } from './aliases.ts'
import { openCache, type Cache } from './cache.ts'
import { fillGrants } from './grants.ts'
import { loadAll, lookAt, lookText, settled, type Loads, type Look } from './look.ts'
import { condemnedKey, register, type Located, type Registry } from './registry.ts'
import type { OpenShelf, Plugin, Quarantined, Shelf } from './types.ts'
import { chooseVersion, compareVersions } from './versions.ts'
import { watchDirs, type DirWatch } from './watch.ts'

const log = logger('org.apache.kafka.connect.runtime.isolation.DelegatingClassLoader')

/** How long a folder or tarball must stay as it is before it is read; longer while something keeps changing. */
const settleMs = 250
const maxSettleMs = 5_000

/** Rejects only when the cache directory cannot be used (`PLUGIN_CACHE`); everything about bundles ends in quarantine. */
export const openShelf: OpenShelf = async ({ pluginPath, cacheDir, watch }) => {
  const cache = await openCache(cacheDir)
  const listeners = new Set<() => void>()
  let registry: Registry = { plugins: [], quarantined: [] }
  let loads: Loads = new Map()
  let warned: readonly string[] = []
  let located: readonly Located[] = []
  const condemned = new Map<string, string>()

  const reregister = (): void => {
    const before = registry
    registry = register(located, before.quarantined, new Date().toISOString(), condemned)
    if (report(before, registry)) for (const listener of listeners) tell(listener)
  }

  const apply = async (look: Look): Promise<void> => {
    for (const problem of look.problems) if (!warned.includes(problem)) log.warn(problem)
    warned = look.problems
    const loaded = await loadAll(look, loads, cache)
    loads = loaded.loads
    located = loaded.located
    reregister()
  }

  const first = await lookAt(pluginPath)
  await apply(first)
  const following = watch ? follow(pluginPath, first, apply) : null

  const shelf: Shelf = {
    list: (kind) => registry.plugins.filter(({ type }) => isOfKind(type, kind)),
    quarantined: () => registry.quarantined,
    find: (nameOrAlias, version, kind) => {
      const className = resolveClass(nameOrAlias, registry.plugins, kind)
      const candidates = registry.plugins.filter((plugin) => plugin.className === className && isOfKind(plugin.type, kind))
      const chosen = chooseVersion(className, [...new Set(candidates.map((plugin) => plugin.version))], version)
      return candidates.find((plugin) => plugin.version === chosen) as Plugin
    },
    versions: (nameOrAlias) => {
      try {
        const className = resolveClass(nameOrAlias, registry.plugins)
        return [...new Set(registry.plugins.filter((plugin) => plugin.className === className).map(({ version }) => version))].toSorted(compareVersions)
      } catch (error) {
        if (error instanceof ConnectError) return []
        throw error
      }
    },
    aliases: (className) => aliasesOf(className, registry.plugins),
    ref: ({ bundleFile, className, exportName, version }) => ({ bundleFile, className, exportName, version }),
    grants: ({ className, permissions }, config) => {
      const { grants, refused } = fillGrants(permissions, config, process.cwd())
      for (const sentence of refused) log.warn(`Connector ${config['name'] ?? '?'} (${className}): ${sentence}`)
      return grants
    },
    description: (plugin) => cache.description(descriptionKey(plugin)),
    remember: (plugin, description) => remember(cache, plugin, description),
    condemn: (plugin, reason) => {
      condemned.set(condemnedKey(plugin), reason)
      reregister()
    },
    onChange: (listener) => {
      // A wrapper of its own, so that one function may be subscribed twice and each unsubscribe takes one away.
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    close: async () => {
      listeners.clear()
      await following?.close()
    },
  }
  return shelf
}

const descriptionKey = ({ digest, className, type, version }: Plugin): readonly string[] => [digest, className, type, version]

const remember = async (cache: Cache, plugin: Plugin, description: Parameters<Shelf['remember']>[1]): Promise<void> => {
  try {
    await cache.keepDescription(descriptionKey(plugin), description)
  } catch (error) {
    log.warn(`The description of ${plugin.className} ${plugin.version} cannot be kept in the plugin cache: ${messageOf(error)}. The next start asks the plugin again.`)
  }
}

const tell = (listener: () => void): void => {
  try {
    listener()
  } catch (error) {
    log.error('A listener to plugin changes failed.', error)
  }
}

/** Looks again whenever something moved, one look at a time, until closed. */
const follow = (pluginPath: readonly string[], first: Look, apply: (look: Look) => Promise<void>): { close(): Promise<void> } => {
  const closing = new AbortController()
  let applied = first
  let isDirty = false
  let work: Promise<void> | null = null
  const look = async (): Promise<Look> => {
    const found = await lookAt(pluginPath)
    watcher.follow(found.dirs)
    return found
  }
  const settle = async (): Promise<void> => {
    while (isDirty && !closing.signal.aborted) {
      isDirty = false
      // Watches are placed before the second look, so nothing falls between looking and watching.
      let earlier = await look()
      for (let waitMs = settleMs, isSettled = false; !isSettled; waitMs = Math.min(waitMs * 2, maxSettleMs)) {
        await delay(waitMs, undefined, { ref: false, signal: closing.signal })
        const later = await look()
        const next = settled(earlier, later, applied)
        if (lookText(next) !== lookText(applied)) await apply(next)
        applied = next
        isSettled = lookText(earlier) === lookText(later)
        earlier = later
      }
    }
  }
  const start = (): void => {
    isDirty = true
    work ??= settle()
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.error('Following plugin.path failed; it is looked at again when something changes there.', error)
      })
      .finally(() => {
        work = null
        if (isDirty && !closing.signal.aborted) start()
      })
  }
  const watcher: DirWatch = watchDirs(pluginPath, start)
  start()
  return {
    close: async () => {
      closing.abort()
      watcher.close()
      await work
    },
  }
}

/** Logs what came, went and was refused, in Kafka's words where it has some. True when anything did. */
const report = (before: Registry, after: Registry): boolean => {
  const textOf = (plugin: Plugin): string => JSON.stringify(plugin)
  const [old, now] = [new Set(before.plugins.map(textOf)), new Set(after.plugins.map(textOf))]
  const came = after.plugins.filter((plugin) => !old.has(textOf(plugin)))
  const went = before.plugins.filter((plugin) => !now.has(textOf(plugin)))
  const refusedText = ({ location, code, reason }: Quarantined): string => `${location} ${code} ${reason}`
  const oldRefused = new Set(before.quarantined.map(refusedText))
  const refused = after.quarantined.filter((entry) => !oldRefused.has(refusedText(entry)))
  for (const { className, version, location } of came) log.info(`Added plugin '${className}' ${version} from ${location}`)
  for (const className of new Set(came.map((plugin) => plugin.className))) for (const alias of aliasesOf(className, after.plugins)) log.info(`Added alias '${alias}' to plugin '${className}'`)
  for (const { className, version, location } of went) if (!came.some((plugin) => plugin.className === className && plugin.version === version)) log.info(`Removed plugin '${className}' ${version} from ${location}`)
  for (const { location, code, reason } of refused) log.warn(`Quarantined ${location} (${code}): ${reason}`)
  return came.length > 0 || went.length > 0 || refused.length > 0 || after.quarantined.length !== before.quarantined.length
}
