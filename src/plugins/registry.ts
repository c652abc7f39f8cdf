/** From loaded bundles, in location order, to what may be used and what may not. Pure. */
import type { Loaded } from './bundle.ts'
import { compareVersions } from './versions.ts'
import type { Plugin, Quarantined } from './types.ts'

export type Located = { readonly location: string; readonly loaded: Loaded }
export type Registry = { readonly plugins: readonly Plugin[]; readonly quarantined: readonly Quarantined[] }

/** Reasons by plugin: what was found wrong when its code was loaded in a cell. */
export type Condemned = ReadonlyMap<string, string>
export const condemnedKey = ({ location, digest, className, version }: Plugin): string => [location, digest, className, version].join('\0')

/** A refusal keeps the time it was first seen with. `now` is an ISO time. */
export const register = (located: readonly Located[], before: readonly Quarantined[], now: string, condemned: Condemned = new Map()): Registry => {
  const owners = new Map<string, Plugin>()
  const quarantined: Quarantined[] = []
  const plugins: Plugin[] = []
  const refuse = (entry: Omit<Quarantined, 'since'>): void => {
    const earlier = before.find(({ location, code, reason }) => location === entry.location && code === entry.code && reason === entry.reason)
    quarantined.push({ ...entry, since: earlier?.since ?? now })
  }
  for (const { location, loaded } of located) {
    if (loaded.kind === 'refused') {
      const { bundle, version, code, reason } = loaded
      refuse({ location, bundle, version, code, reason })
      continue
    }
    const usable = loaded.plugins.filter((plugin) => !condemned.has(condemnedKey(plugin)))
    for (const plugin of loaded.plugins) {
      const reason = condemned.get(condemnedKey(plugin))
      if (reason !== undefined) refuse({ location, bundle: loaded.bundle, version: loaded.version, code: 'PLUGIN_FAILED', reason })
    }
    // Which of two is used must not depend on which came first, or a restart would change it: the location decides.
    const claimed = usable.find((plugin) => owners.has(keyOf(plugin)))
    if (claimed !== undefined) {
      const owner = owners.get(keyOf(claimed))
      const reason = `${claimed.className} ${claimed.version} is on the shelf already, from ${owner?.location}, which comes first on plugin.path. Remove one of the two or give it another version.`
      refuse({ location, bundle: loaded.bundle, version: loaded.version, code: 'PLUGIN_DUPLICATE', reason })
      continue
    }
    for (const plugin of usable) owners.set(keyOf(plugin), plugin)
    plugins.push(...usable)
  }
  return { plugins: plugins.toSorted(comparePlugins), quarantined }
}

const keyOf = ({ className, version }: Plugin): string => `${className} ${version}`

/** By class, then version, newest last. */
const comparePlugins = (left: Plugin, right: Plugin): number =>
  left.className < right.className ? -1 : left.className > right.className ? 1 : compareVersions(left.version, right.version) || left.type.localeCompare(right.type)
