/**
 * A look at plugin.path: what lies there with which fingerprints, cheap enough to repeat; and the loading of what a look found.
 * Only what was not loaded before with the same fingerprint costs anything. Nothing here throws or logs.
 */
import { messageOf } from '../errors.ts'
import { loadBundle, type Loaded } from './bundle.ts'
import type { Cache } from './cache.ts'
import type { Located } from './registry.ts'
import { fingerprintOf, scanPluginPath, type Candidate, type SeenDir } from './scan.ts'

/** `refusal` is set when not even names and times could be read. */
export type Sighting = { readonly candidate: Candidate; readonly fingerprint: string; readonly refusal: Loaded | null }
export type Look = { readonly sightings: readonly Sighting[]; readonly dirs: readonly SeenDir[]; readonly problems: readonly string[] }
/** By location and fingerprint. */
export type Loads = ReadonlyMap<string, Loaded>

const loadsAtOnce = 4

export const lookAt = async (pluginPath: readonly string[]): Promise<Look> => {
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

const sightingText = ({ candidate, fingerprint }: Sighting): string => `${candidate.location} ${fingerprint}`
export const lookText = ({ sightings, problems }: Look): string => [...sightings.map(sightingText), ...problems].join('\n')

/** What two looks agree on is new; what they do not agree on stays as it was applied last. */
export const settled = (earlier: Look, later: Look, applied: Look): Look => {
  const texts = new Set(earlier.sightings.map(sightingText))
  const held = (location: string): Sighting[] => applied.sightings.filter(({ candidate }) => candidate.location === location)
  const present = later.sightings.flatMap((sighting) => (texts.has(sightingText(sighting)) ? sighting : held(sighting.candidate.location)))
  const justGone = earlier.sightings.filter(({ candidate: { location } }) => !later.sightings.some(({ candidate }) => candidate.location === location))
  return { sightings: [...present, ...justGone.flatMap(({ candidate }) => held(candidate.location))], dirs: later.dirs, problems: later.problems }
}

/** Loads what `previous` does not have yet, in location order. */
export const loadAll = async (look: Look, previous: Loads, cache: Cache): Promise<{ readonly located: readonly Located[]; readonly loads: Loads }> => {
  const located = await mapLimited(look.sightings, loadsAtOnce, async (sighting) => {
    const loaded = sighting.refusal ?? previous.get(sightingText(sighting)) ?? (await loadBundle(sighting.candidate, sighting.fingerprint, cache))
    return { location: sighting.candidate.location, key: sightingText(sighting), loaded }
  })
  return { located, loads: new Map(located.map(({ key, loaded }) => [key, loaded])) }
}

export const mapLimited = async <T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = []
  const queue = items.entries()
  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner))
  return results
}
