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
import { loadBundle, type Loaded } from './bundle.ts'
import { openCache, type Cache } from './cache.ts'
import { fillGrants } from './grants.ts'
import { register, type Registry } from './registry.ts'
import { fingerprintOf, scanPluginPath, type Candidate, type SeenDir } from './scan.ts'
import type { OpenShelf, Plugin, Quarantined, Shelf } from './types.ts'
import { chooseVersion, compareVersions } from './versions.ts'
import { watchDirs, type DirWatch } from './watch.ts'

const log = logger('org.apache.kafka.connect.runtime.isolation.DelegatingClassLoader')

/** How long a folder or tarball must stay as it is before it is read; longer while something keeps changing. */
const settleMs = 250
const maxSettleMs = 5_000
const loadsAtOnce = 4

type Sighting = { readonly candidate: Candidate; readonly fingerprint: string; readonly refusal: Loaded | null }
type Look = { readonly sightings: readonly Sighting[]; readonly dirs: readonly SeenDir[]; readonly problems: readonly string[] }

/** Rejects only when the cache directory cannot be used (`PLUGIN_CACHE`); everything about bundles ends in quarantine. */
export const openShelf: OpenShelf = async ({ pluginPath, cacheDir, watch }) => {
  const cache = await openCache(cacheDir)
  const listeners = new Set<() => void>()
  let registry: Registry = { plugins: [], quarantined: [] }
  let loads = new Map<string, Loaded>()
  let warned: readonly string[] = []

  const apply = async (look: Look): Promise<void> => {
    for (const problem of look.problems) if (!warned.includes(problem)) log.warn(problem)
    warned = look.problems
    const previous = loads
    const located = await mapLimited(look.sightings, loadsAtOnce, async (sighting) => {
      const loaded = sighting.refusal ?? previous.get(sightingText(sighting)) ?? (await loadBundle(sighting.candidate, sighting.fingerprint, cache))
      return { location: sighting.candidate.location, key: sightingText(sighting), loaded }
    })
    loads = new Map(located.map(({ key, loaded }) => [key, loaded]))
    const before = registry
    registry = register(located, before.quarantined, new Date().toISOString())
    if (report(before, registry)) for (const listener of listeners) tell(listener)
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

const lookAt = async (pluginPath: readonly string[]): Promise<Look> => {
  const { candidates, dirs, problems } = await scanPluginPath(pluginPath)
  const seen = await Promise.all(
    candidates.map(async (candidate): Promise<Sighting & { readonly dirs: readonly SeenDir[] }> => {
      try {
        const { text, dirs: inner } = await fingerprintOf(candidate)
        return { candidate, fingerprint: text, refusal: null, dirs: inner }
      } catch (error) {
        const reason = messageOf(error)
        return { candidate, fingerprint: `${candidate.location} ${reason}`, refusal: { kind: 'refused', bundle: null, version: null, code: 'PLUGIN_UNREADABLE', reason }, dirs: [] }
      }
    }),
  )
  return { sightings: seen.map(({ candidate, fingerprint, refusal }) => ({ candidate, fingerprint, refusal })), dirs: [...dirs, ...seen.flatMap((sighting) => sighting.dirs)], problems }
}

const tell = (listener: () => void): void => {
  try {
    listener()
  } catch (error) {
    log.error('A listener to plugin changes failed.', error)
  }
}

const sightingText = ({ candidate, fingerprint }: Sighting): string => `${candidate.location} ${fingerprint}`
const lookText = ({ sightings, problems }: Look): string => [...sightings.map(sightingText), ...problems].join('\n')

/** What two looks agree on is new; what they do not agree on stays as it was applied last. */
const settled = (earlier: Look, later: Look, applied: Look): Look => {
  const texts = new Set(earlier.sightings.map(sightingText))
  const held = (location: string): Sighting[] => applied.sightings.filter(({ candidate }) => candidate.location === location)
  const present = later.sightings.flatMap((sighting) => (texts.has(sightingText(sighting)) ? sighting : held(sighting.candidate.location)))
  const justGone = earlier.sightings.filter(({ candidate: { location } }) => !later.sightings.some(({ candidate }) => candidate.location === location))
  return { sightings: [...present, ...justGone.flatMap(({ candidate }) => held(candidate.location))], dirs: later.dirs, problems: later.problems }
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

const mapLimited = async <T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = []
  const queue = items.entries()
  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner))
  return results
}
