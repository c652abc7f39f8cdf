/**
 * What lies on plugin.path, and a cheap fingerprint of each thing: reads names, sizes and times, and no content but package.json.
 *
 * An entry of plugin.path is a directory of bundles, or itself a bundle folder or a `.tgz`. Directly under a directory, a folder with a
 * package.json is a candidate, and so is every `.tgz`; anything else (jars, Java plugins' folders) belongs to others and is left alone.
 */
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { isBundleManifest, manifestMaxBytes, parsePackageJson, type JsonObject } from './manifest.ts'

const log = logger('org.apache.kafka.connect.runtime.isolation.PluginScanner')

/** `location` is what people see; `root` is the real path behind it (folders may be links, as in `current -> release-42`). */
export type Candidate = { readonly kind: 'folder' | 'tarball'; readonly location: string; readonly root: string }
/** A directory to watch, with the inode seen: another one under the same name is another directory. */
export type SeenDir = { readonly path: string; readonly inode: number }
/** `problems` are sentences about entries of plugin.path that could not be read. */
export type Scan = { readonly candidates: readonly Candidate[]; readonly dirs: readonly SeenDir[]; readonly problems: readonly string[] }
export type Fingerprint = { readonly text: string; readonly dirs: readonly SeenDir[] }

const maxFiles = 200_000
/** Directories deep in node_modules change with their package-lock; watching each would eat inotify watches. */
const maxWatchedDirs = 200

export const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Candidates in location order: the order of plugin.path's entries, then by name. Never throws. */
export const scanPluginPath = async (pluginPath: readonly string[]): Promise<Scan> => {
  const candidates = new Map<string, Candidate>()
  const dirs: SeenDir[] = []
  const problems: string[] = []
  for (const entry of pluginPath.map((path) => resolve(path))) {
    try {
      const found = await scanEntry(entry, dirs, problems)
      for (const candidate of found) if (!candidates.has(candidate.root)) candidates.set(candidate.root, candidate)
    } catch (error) {
      problems.push(`Could not get listing for plugin path: ${entry}. Ignoring. ${isMissing(error) ? 'It does not exist.' : messageOf(error)}`)
    }
  }
  return { candidates: [...candidates.values()], dirs, problems }
}

const scanEntry = async (entry: string, dirs: SeenDir[], problems: string[]): Promise<readonly Candidate[]> => {
  const info = await stat(entry)
  if (!info.isDirectory()) {
    const candidate = await candidateAt(entry)
    if (candidate === null) problems.push(`Plugin path entry ${entry} is neither a directory nor a .tgz. Ignoring.`)
    return candidate === null ? [] : [candidate]
  }
  dirs.push({ path: entry, inode: info.ino })
  if (await isMarkedFolder(entry)) return [{ kind: 'folder', location: entry, root: await realpath(entry) }]
  const names = (await readdir(entry)).filter((name) => !name.startsWith('.') && name !== 'node_modules').toSorted()
  const found = await Promise.all(names.map(async (name) => (await candidateAt(join(entry, name))) ?? seenDir(join(entry, name))))
  // a folder that is no bundle yet may be one that is being copied, its node_modules first
  for (const other of found) if (other !== null && 'path' in other) dirs.push(other)
  return found.filter((other) => other !== null && 'kind' in other)
}
/** Null for what is no directory, or no longer there. */
const seenDir = async (path: string): Promise<SeenDir | null> => {
  const info = await stat(path).catch(() => null)
  return info?.isDirectory() === true ? { path, inode: info.ino } : null
}

/** The bundle at a path, or null when there is none. A folder whose package.json cannot be read is a candidate: its error is worth showing. */
export const candidateAt = async (location: string): Promise<Candidate | null> => {
  try {
    const info = await stat(location)
    if (info.isFile()) return location.endsWith('.tgz') ? { kind: 'tarball', location, root: await realpath(location) } : null
    if (!info.isDirectory()) return null
    const packageJson = await readPackageJson(location).catch(() => undefined)
    // A folder of JavaScript is meant as a bundle, and its owner should hear what it lacks; one of jars is another worker's.
    const isUnmarked = packageJson === null || (packageJson !== undefined && !isBundleManifest(packageJson))
    if (isUnmarked && !(await holdsJavaScript(location))) {
      log.debug(`${location} is no bundle: it has neither a package.json with an isoconnect field nor JavaScript. Ignoring.`)
      return null
    }
    return { kind: 'folder', location, root: await realpath(location) }
  } catch (error) {
    // Gone between listing and looking, or a dangling link: no bundle, and no reason to stop.
    log.debug(`${location} cannot be looked at: ${messageOf(error)}. Ignoring.`)
    return null
  }
}

const holdsJavaScript = async (folder: string): Promise<boolean> => {
  const names = await readdir(folder)
  return names.some((name) => /\.[cm]?[jt]s$/.test(name)) && !names.some((name) => name.endsWith('.jar'))
}

const isMarkedFolder = async (folder: string): Promise<boolean> => {
  const packageJson = await readPackageJson(folder).catch(() => null)
  return packageJson !== null && isBundleManifest(packageJson)
}

/** Null when there is none; throws `PLUGIN_MANIFEST` or `PLUGIN_UNREADABLE`. */
export const readPackageJson = async (folder: string): Promise<JsonObject | null> => {
  const file = join(folder, 'package.json')
  let text: string
  try {
    const info = await stat(file)
    if (!info.isFile()) throw new ConnectError('PLUGIN_MANIFEST', `${file} is not a file`)
    if (info.size > manifestMaxBytes) throw new ConnectError('PLUGIN_MANIFEST', `${file} has ${info.size} bytes: at most ${manifestMaxBytes} are allowed`)
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    if (error instanceof ConnectError) throw error
    throw new ConnectError('PLUGIN_UNREADABLE', `${file} cannot be read: ${messageOf(error)}. The user of the worker needs read access.`, { cause: error })
  }
  return parsePackageJson(text, file)
}

/** Names, kinds, sizes and times of everything that can end up in the bundle. Throws `PLUGIN_UNREADABLE`. */
export const fingerprintOf = async (candidate: Candidate): Promise<Fingerprint> => {
  try {
    if (candidate.kind === 'tarball') {
      const { size, mtimeMs, ctimeMs, ino } = await lstat(candidate.root)
      return { text: digestOf([candidate.root, `${size} ${mtimeMs} ${ctimeMs} ${ino}`]), dirs: [] }
    }
    const lines: string[] = []
    const dirs: SeenDir[] = []
    await walk(candidate.root, '', lines, dirs)
    return { text: digestOf([candidate.root, ...lines.toSorted()]), dirs }
  } catch (error) {
    if (error instanceof ConnectError) throw error
    throw new ConnectError('PLUGIN_UNREADABLE', `${candidate.location} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

const walk = async (root: string, inner: string, lines: string[], dirs: SeenDir[]): Promise<void> => {
  const folder = join(root, inner)
  if (isWatchWorthy(inner) && dirs.length < maxWatchedDirs) dirs.push({ path: folder, inode: (await lstat(folder)).ino })
  const names = (await readdir(folder)).filter((name) => name !== '.git')
  if (lines.length + names.length > maxFiles) throw new ConnectError('PLUGIN_UNREADABLE', `${root} holds more than ${maxFiles} files`)
  await Promise.all(
    names.map(async (name) => {
      const path = inner === '' ? name : `${inner}/${name}`
      const info = await lstat(join(root, path))
      if (info.isDirectory()) return walk(root, path, lines, dirs)
      lines.push(`${path}\0${info.size} ${info.mtimeMs} ${info.ctimeMs} ${info.mode} ${info.isSymbolicLink() ? await readlink(join(root, path)) : ''}`)
      return undefined
    }),
  )
}

const isWatchWorthy = (inner: string): boolean => !inner.includes('node_modules/') && basename(inner) !== '.bin'

const digestOf = (parts: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part}\0\0`)
  return hash.digest('hex')
}
