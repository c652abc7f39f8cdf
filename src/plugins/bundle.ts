/** One folder or tarball on its way to the shelf: manifest, code from the cache or freshly bundled, or the reason why not. Runs none of its code. */
import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectError, messageOf, type ErrorCode } from '../errors.ts'
import type { Cache } from './cache.ts'
import { build } from './esbuild.ts'
import { checkManifest, isBundleManifest, nameAndVersion, type JsonObject, type Manifest } from './manifest.ts'
import { readPackageJson, type Candidate } from './scan.ts'
import { unpackTarball } from './tarball.ts'
import type { Plugin } from './types.ts'

export type Loaded =
  | { readonly kind: 'ready'; readonly bundle: string; readonly version: string; readonly plugins: readonly Plugin[]; readonly warnings: readonly string[] }
  | { readonly kind: 'refused'; readonly bundle: string | null; readonly version: string | null; readonly code: ErrorCode; readonly reason: string }

/** Never throws: whatever is wrong becomes a reason. */
export const loadBundle = async (candidate: Candidate, fingerprint: string, cache: Cache): Promise<Loaded> => {
  let known: JsonObject = {}
  try {
    const cached = await cache.entry(fingerprint)
    if (cached?.kind === 'failed') return { kind: 'refused', ...nameAndVersion(cached.packageJson), code: cached.code, reason: cached.reason }
    if (cached?.kind === 'built') return ready(candidate, cached.packageJson, cached.digest, cached.warnings, cache)
    if (candidate.kind === 'folder') return await make(candidate, candidate.root, fingerprint, cache, (found) => (known = found))
    return await cache.withFolder(async (folder) => {
      await unpackTarball(candidate.root, folder)
      return make(candidate, await realpath(folder), fingerprint, cache, (found) => (known = found))
    })
  } catch (error) {
    const code = error instanceof ConnectError ? error.code : 'PLUGIN_UNREADABLE'
    return { kind: 'refused', ...nameAndVersion(known), code, reason: messageOf(error) }
  }
}

const make = async (candidate: Candidate, root: string, fingerprint: string, cache: Cache, learn: (packageJson: JsonObject) => void): Promise<Loaded> => {
  const where = `package.json of ${candidate.location}`
  if ((await innerPath(root, 'package.json')) === null) throw new ConnectError('PLUGIN_MANIFEST', `${where} is missing or lies outside the bundle. A bundle names itself there: "name", "version", "main" and "isoconnect"`)
  const packageJson = await readPackageJson(root)
  if (packageJson === null || !isBundleManifest(packageJson)) throw new ConnectError('PLUGIN_MANIFEST', `${where} has no isoconnect field, so it is no bundle`)
  learn(packageJson)
  const { main } = checkManifest(packageJson, where)
  const mainPath = await innerPath(root, main)
  if (mainPath === null || !(await stat(mainPath)).isFile()) throw new ConnectError('PLUGIN_MANIFEST', `${where}: main must be the path of the entry file, and ${main} is none in the bundle. Was it built before it was packed?`)
  const result = await build(root, main)
  const kept = { packageJson: pick(packageJson, ['name', 'version', 'main', 'isoconnect']) }
  if (result.kind === 'failed') {
    const { code } = result
    const reason = `The code of ${candidate.location} cannot be bundled: ${result.reason}`
    if (result.isLasting) await cache.keep(fingerprint, { kind: 'failed', code, reason, ...kept })
    return { kind: 'refused', ...nameAndVersion(packageJson), code, reason }
  }
  const digest = await cache.keepCode(result.code, result.map)
  await cache.keep(fingerprint, { kind: 'built', digest, warnings: result.warnings, ...kept })
  return ready(candidate, packageJson, digest, result.warnings, cache)
}

const ready = (candidate: Candidate, packageJson: JsonObject, digest: string, warnings: readonly string[], cache: Cache): Loaded => {
  const manifest = checkManifest(packageJson, `package.json of ${candidate.location}`)
  return { kind: 'ready', bundle: manifest.name, version: manifest.version, plugins: pluginsOf(candidate, manifest, digest, cache), warnings }
}

const pluginsOf = ({ location }: Candidate, { name, version, plugins, permissions, limits }: Manifest, digest: string, cache: Cache): readonly Plugin[] =>
  plugins.map(({ type, className, exportName }) => ({ type, className, exportName, version, bundle: name, location, digest, bundleFile: cache.codeFile(digest), permissions, limits }))

/** The real path of a file of the bundle, or null when there is none or a link leads out. */
const innerPath = async (root: string, path: string): Promise<string | null> => {
  const real = await realpath(join(root, path)).catch(() => null)
  return real !== null && real.startsWith(`${root}/`) ? real : null
}

const pick = (object: JsonObject, keys: readonly string[]): JsonObject => Object.fromEntries(keys.filter((key) => Object.hasOwn(object, key)).map((key) => [key, object[key]]))
