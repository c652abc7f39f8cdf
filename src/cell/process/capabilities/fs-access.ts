/**
 * May this path be touched? The grants' paths and what lies under them; a symbolic link inside a granted folder must not lead out
 * of it. A granted path may itself be a link: whoever granted it named it. Node's own permission model stands behind this one,
 * but it follows links, and it knows nothing of who asks.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { FsGrant } from '../../options.ts'
import { coded } from '../outcome.ts'

export type Access = 'read' | 'write'
const allows = (grant: FsGrant, access: Access): boolean => grant.access === 'read-write' || grant.access === access
const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

export class Denied extends Error {
  readonly code = 'ERR_ACCESS_DENIED'
}

/** The absolute path, or a Denied that names the permission and how to declare it. */
export const checkPath = (grants: readonly FsGrant[], given: unknown, access: Access): string => {
  if (typeof given !== 'string' || given.includes('\0') || given.length > 4096) throw coded('ERR_INVALID_ARG_VALUE', 'a path that is none')
  const path = resolve(given)
  const candidates = grants.filter((grant) => allows(grant, access)).map((grant) => resolve(grant.path))
  for (const root of candidates) {
    if (path === root) return path
    if (isUnder(path, root) && staysUnder(path, root)) return path
  }
  const word = access === 'read' ? 'reading' : 'writing'
  throw new Denied(`${word} ${path} is not permitted: declare it in the bundle's package.json, "isoconnect": { "permissions": { "fs": [ { "path": ${JSON.stringify(path)}, "access": "${access}", "reason": "…" } ] } }`)
}

const staysUnder = (path: string, root: string): boolean => {
  let realRoot: string
  try {
    realRoot = realpathSync.native(root)
  } catch {
    return true // the granted folder does not exist: nothing in it can lead anywhere
  }
  const real = realPath(path, root)
  return real !== null && isUnder(real, realRoot)
}

/** Where the path leads; of one that does not exist, its nearest folder that does, and the rest. Null: a link that leads nowhere. */
const realPath = (path: string, root: string): string | null => {
  try {
    return realpathSync.native(path)
  } catch {
    if (path === root) return null
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return null
    const folder = realPath(dirname(path), root)
    return folder === null ? null : join(folder, basename(path))
  }
}
