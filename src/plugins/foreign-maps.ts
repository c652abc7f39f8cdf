/**
 * Where a source file says its own source map lies (`//# sourceMappingURL=…`). esbuild follows that with the worker's rights, past the guard
 * of imports (relative, absolute and file: references alike, percent-encoded too). So each is looked at first: it may lead to a regular file of
 * the bundle, to nothing, or be a data: URL. Where one leads elsewhere, or cannot be judged, the bundle is built without maps.
 */
import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const maxMapBytes = 64 * 1024 * 1024
const mark = 'sourceMappingURL='

/** Whether the file may be read together with the map it names. More is taken for a reference than esbuild does: any text behind the mark. */
export const hasForeignMap = async (root: string, file: string): Promise<boolean> => {
  const bytes = await readFile(file)
  if (!bytes.includes(mark)) return false
  for (const rest of bytes.toString('utf8').split(mark).slice(1)) {
    const reference = /^\S*/.exec(rest)?.[0] ?? ''
    // The end of a block comment is no part of the reference, unless it is.
    const readings = reference.endsWith('*/') ? [reference, reference.slice(0, -2)] : [reference]
    for (const reading of readings) if (!(await isOfBundle(root, file, reading))) return true
  }
  return false
}

const isOfBundle = async (root: string, file: string, reference: string): Promise<boolean> => {
  if (reference.startsWith('data:')) return true
  // Escapes, other schemes, queries: nothing that tools write for a file beside the code, and each another way to spell a path.
  if (/[^\x21-\x7e]|[%?#\\:]/.test(reference)) return false
  const real = await realpath(resolve(dirname(file), reference)).catch(() => null)
  if (real === null) return true
  if (real !== root && !real.startsWith(`${root}/`)) return false
  const info = await lstat(real)
  return info.isDirectory() || (info.isFile() && info.size <= maxMapBytes)
}
