/**
 * The digest cache: a private directory (0700) where bundled code and what is known of it survive the worker.
 *
 *   <sha-256 of the code>.cjs          the code; the cell is lent this file
 *   <sha-256 of the code>.cjs.map      where each of its lines comes from; the cell reads it to tell an error
 *   <sha-256 of the fingerprint>.json  what a folder or tarball with exactly these files came to: manifest and digest, or its error
 *   <sha-256 of digest, class, …>.description.json   what the plugin said of itself in a cell
 *   tmp-…                              being written or unpacked; leftovers of a killed worker go after an hour
 *
 * Files are written under another name and renamed, so two workers may share the directory: both write the same bytes.
 * Code is checked against its digest when it is read: a file cut short by a power failure is built again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConnectError, messageOf } from '../errors.ts'
import type { PluginDescription } from '../wire/guest-api.ts'
import { esbuildVersion } from './esbuild.ts'
import { isObject, type JsonObject } from './manifest.ts'

/** Raise it when bundling changes, and every bundle is built anew. */
const formatVersion = 2
const ownNames = /^tmp-|^[0-9a-f]{64}(\.description)?\.(json|cjs|cjs\.map)$/
const leftoverMs = 3_600_000
const maxDescriptionBytes = 4 * 1024 * 1024

/** What a fingerprint came to. Only failures that the same files would bring about again are kept. */
export type CacheEntry =
  | { readonly kind: 'built'; readonly digest: string; readonly packageJson: JsonObject; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly code: 'PLUGIN_BUNDLING' | 'PLUGIN_NATIVE'; readonly reason: string; readonly packageJson: JsonObject }

export type Cache = {
  codeFile(digest: string): string
  entry(fingerprint: string): Promise<CacheEntry | null>
  keep(fingerprint: string, entry: CacheEntry): Promise<void>
  keepCode(code: Uint8Array, map: Uint8Array | null): Promise<string>
  description(key: readonly string[]): Promise<PluginDescription | null>
  keepDescription(key: readonly string[], description: PluginDescription): Promise<void>
  /** A fresh private folder, removed when `use` is over. */
  withFolder<T>(use: (folder: string) => Promise<T>): Promise<T>
}

/** Makes the directory private, or throws `PLUGIN_CACHE`. */
export const openCache = async (cacheDir: string): Promise<Cache> => {
  const dir = resolve(cacheDir)
  await makePrivate(dir)
  await removeLeftovers(dir)
  const salt = `${formatVersion} ${esbuildVersion()}`
  const entryFile = (fingerprint: string): string => join(dir, `${sha256(`${salt}\0${fingerprint}`)}.json`)
  const descriptionFile = (key: readonly string[]): string => join(dir, `${sha256([String(formatVersion), ...key].join('\0'))}.description.json`)
  const codeFile = (digest: string): string => join(dir, `${digest}.cjs`)
  const write = async (file: string, data: string | Uint8Array): Promise<void> => {
    const draft = join(dir, `tmp-${randomUUID()}`)
    await writeFile(draft, data, { mode: 0o600, flush: true })
    await rename(draft, file)
  }
  return {
    codeFile,
    entry: async (fingerprint) => {
      const found = parseEntry(await readJson(entryFile(fingerprint)))
      if (found?.kind !== 'built') return found
      const code = await readFile(codeFile(found.digest)).catch(() => null)
      return code !== null && sha256(code) === found.digest ? found : null
    },
    keep: (fingerprint, entry) => write(entryFile(fingerprint), JSON.stringify(entry)),
    keepCode: async (code, map) => {
      const digest = sha256(code)
      if (map !== null) await write(`${codeFile(digest)}.map`, map)
      await write(codeFile(digest), code)
      return digest
    },
    description: async (key) => {
      const found = await readJson(descriptionFile(key))
      return isDescription(found) ? found : null
    },
    keepDescription: async (key, description) => {
      const text = JSON.stringify(description)
      if (text.length <= maxDescriptionBytes) await write(descriptionFile(key), text)
    },
    withFolder: async (use) => {
      const folder = await mkdtemp(join(dir, 'tmp-'))
      try {
        return await use(folder)
      } finally {
        // tar may still be writing after it gave up; what stays is swept up like the leftovers of a killed worker.
        await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 }).catch(() => undefined)
      }
    },
  }
}

const makePrivate = async (dir: string): Promise<void> => {
  const refuse = (reason: string, cause?: unknown): ConnectError => new ConnectError('PLUGIN_CACHE', `The plugin cache directory ${dir} cannot be used: ${reason}`, { cause })
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw refuse(messageOf(error), error)
  }
  const info = await lstat(dir)
  if (!info.isDirectory()) throw refuse('it is not a directory (nor may it be a link)')
  // Whoever can write here decides what code runs, so a directory prepared by another user is no cache of ours.
  if (process.getuid !== undefined && info.uid !== process.getuid()) throw refuse(`it belongs to user id ${info.uid}, the worker runs as ${process.getuid()}`)
  if ((info.mode & 0o077) === 0) return
  // Closing a shared directory such as /tmp to everyone else would be a poor way to say that it is the wrong one.
  const others = (await readdir(dir)).filter((name) => !ownNames.test(name))
  if (others.length > 0) throw refuse(`it is open to other users and holds other files (${others.slice(0, 3).join(', ')}). Name a directory that is the worker's alone`)
  await chmod(dir, 0o700)
}

const removeLeftovers = async (dir: string): Promise<void> => {
  for (const name of (await readdir(dir)).filter((entry) => entry.startsWith('tmp-'))) {
    const info = await stat(join(dir, name)).catch(() => null)
    if (info !== null && Date.now() - info.mtimeMs > leftoverMs) await rm(join(dir, name), { recursive: true, force: true })
  }
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    // Absent, or broken by something outside: as good as absent, it is made again.
    return null
  }
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')

const parseEntry = (value: unknown): CacheEntry | null => {
  if (!isObject(value) || !isObject(value['packageJson'])) return null
  const { kind, packageJson, digest, warnings, code, reason } = value
  if (kind === 'built' && typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) && isTexts(warnings)) return { kind, digest, warnings, packageJson }
  if (kind === 'failed' && (code === 'PLUGIN_BUNDLING' || code === 'PLUGIN_NATIVE') && typeof reason === 'string') return { kind, code, reason, packageJson }
  return null
}

const isDescription = (value: unknown): value is PluginDescription => isObject(value) && typeof value['version'] === 'string' && Array.isArray(value['config'])
