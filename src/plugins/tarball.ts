/**
 * The one door to tar: unpacks an `npm pack` tarball into a fresh private folder, in one pass, and refuses what no `npm pack` would write.
 * Paths and links that leave the folder, devices, and sizes past the caps end it before anything more is written; node-tar's own
 * guards (no writing through links, absolute paths stripped) are a second wall. Nobody's owner or mode bits are taken over.
 */
import { createReadStream } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConnectError, messageOf } from '../errors.ts'

export const tarballCaps = { packedBytes: 256 * 1024 * 1024, unpackedBytes: 1024 * 1024 * 1024, fileBytes: 64 * 1024 * 1024, files: 100_000 }

type Caps = typeof tarballCaps
type Entry = { readonly path: string; readonly type: string; readonly size: number; readonly linkpath: string | undefined }
const fileTypes = ['File', 'OldFile', 'ContiguousFile']
const linkTypes = ['Link', 'SymbolicLink']

/** Unpacks without the leading `package/`. `folder` must exist and be empty. Throws `PLUGIN_TARBALL`. */
export const unpackTarball = async (file: string, folder: string, caps: Caps = tarballCaps): Promise<void> => {
  const { size } = await stat(file)
  if (size > caps.packedBytes) throw refuse(file, `it has ${size} bytes, at most ${caps.packedBytes} are allowed`)
  const tar = await import('tar')
  const abort = new AbortController()
  const check = entryCheck(caps)
  const links: string[] = []
  let problem: string | null = null
  const unpack = tar.extract({
    cwd: folder,
    strip: 1,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    filter: (path, entry) => {
      if (problem !== null || !('type' in entry)) return false
      problem = check({ path, type: entry.type, size: entry.size, linkpath: entry.linkpath })
      if (problem !== null) abort.abort()
      else if (entry.type === 'SymbolicLink') links.push(path)
      entry.mode = entry.type === 'Directory' ? 0o700 : 0o600
      return problem === null
    },
  })
  // Errors of writes that end after the pipeline has given up would otherwise be nobody's, and end the worker.
  unpack.on('error', () => undefined)
  try {
    await pipeline(createReadStream(file), unpack, { signal: abort.signal })
  } catch (error) {
    throw refuse(file, problem ?? brokenText(error), error)
  }
  // A chain of links can leave the folder though each alone stays inside, so the real end of each is looked at.
  const real = await realpath(folder)
  for (const link of links) {
    const target = await realpath(join(folder, ...link.split('/').slice(1))).catch(() => null)
    if (target !== null && target !== real && !target.startsWith(`${real}/`)) throw refuse(file, `the link ${link} leaves the bundle`)
  }
  const manifest = await lstat(join(folder, 'package.json')).catch(() => null)
  if (manifest === null) throw refuse(file, 'it holds no package/package.json, so it is no npm pack tarball')
}

/** Why an entry ends the unpacking, or null. Counts what went by. */
export const entryCheck = (caps: Caps): ((entry: Entry) => string | null) => {
  let files = 0
  let bytes = 0
  return ({ path, type, size, linkpath }) => {
    if (!fileTypes.includes(type) && !linkTypes.includes(type) && type !== 'Directory') return `the entry ${path} is a ${type}: only files, folders and links inside the bundle are allowed`
    if (leaves(path)) return `the path ${path} leaves the bundle`
    if (linkTypes.includes(type) && linkLeaves(path, type, linkpath ?? '')) return `the link ${path} to ${linkpath ?? 'nothing'} leaves the bundle`
    if (++files > caps.files) return `it holds more than ${caps.files} entries`
    if (size > caps.fileBytes) return `the file ${path} has ${size} bytes, at most ${caps.fileBytes} are allowed`
    bytes += size
    return bytes > caps.unpackedBytes ? `it unpacks to more than ${caps.unpackedBytes} bytes` : null
  }
}

const leaves = (path: string): boolean => path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..')

/** A hard link names its target from the archive's root, a symbolic link from its own folder; neither may reach above `package/`. */
const linkLeaves = (path: string, type: string, target: string): boolean => {
  if (target === '' || target.startsWith('/') || target.includes('\\') || target.includes('\0')) return true
  const [top = ''] = path.split('/')
  const end = type === 'Link' ? posix.normalize(target) : posix.normalize(posix.join(posix.dirname(path), target))
  return end !== top && !end.startsWith(`${top}/`)
}

const brokenText = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR' || code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ENTRY_INVALID') return `it is broken or not copied completely yet (${messageOf(error)}); it is tried again when the file changes`
  return messageOf(error)
}

const refuse = (file: string, reason: string, cause?: unknown): ConnectError => new ConnectError('PLUGIN_TARBALL', `The tarball ${file} is refused: ${reason}`, { cause })
