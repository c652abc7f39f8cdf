/**
 * Standalone offsets in `offset.storage.file.filename`: Java's own file format, read once at start and rewritten as a whole
 * on every flush (a temporary file in the same folder, fsync, rename: whatever happens, the old or the new file is there).
 * A file that is not understood stops the start and is never overwritten.
 */
import { open, readFile, realpath, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseJson } from '../../data/json.ts'
import { ConnectError, messageOf } from '../../errors.ts'
import { logger } from '../../log.ts'
import { canonical, checkOffsetMap, offsetKey, parseExact, parseOffsetKey } from '../offset-json.ts'
import type { OffsetStore } from '../offset-store.ts'
import { readJavaHashMap, writeJavaHashMap } from './java-hashmap.ts'
import type { JavaEntry } from './java-hashmap.ts'

const log = logger('org.apache.kafka.connect.storage.FileOffsetBackingStore')
const defaultMode = 0o644

/** One partition of one connector. `keys` has several spellings when a file holds the same partition twice; all are kept in step. */
type Entry = { readonly connector: string; readonly partition: string; keys: Uint8Array[]; offset: string | null; value: Uint8Array | null }

export const createFileOffsetStore = (options: { readonly file: string }): OffsetStore => {
  const entries = new Map<string, Entry>()
  /** Entries of the file that are no offsets of ours; written back as they were. */
  const foreign: JavaEntry[] = []
  let mode = defaultMode
  let file = options.file
  let writing: Promise<void> = Promise.resolve()
  let queued: Promise<void> | null = null

  const load = (bytes: Uint8Array): void => {
    for (const entry of readJavaHashMap(bytes)) {
      const key = entry.key === null ? { problem: 'Ignoring offset partition key with an unexpected null value' } : parseOffsetKey(utf8(entry.key))
      const offset = entry.value === null ? null : utf8(entry.value)
      if ('problem' in key || entry.key === null || !isJson(offset)) {
        log.warn('problem' in key ? key.problem : `Ignoring the offset of ${utf8(entry.key ?? new Uint8Array())}: its value is not JSON`)
        foreign.push(entry)
        continue
      }
      const id = entryId(key.connector, key.partition)
      const known = entries.get(id)
      if (known === undefined) {
        entries.set(id, { ...key, keys: [entry.key], offset, value: entry.value })
        continue
      }
      log.warn(`The file holds ${utf8(entry.key)} more than once, with its fields in different orders; the last one that has an offset is used`)
      known.keys.push(entry.key)
      if (offset !== null) Object.assign(known, { offset, value: entry.value })
    }
  }

  const save = async (): Promise<void> => {
    const rows = [...entries.values()].flatMap(({ keys, value }) => keys.map((key) => ({ key, value })))
    const temporary = `${file}.tmp`
    try {
      await using handle = await open(temporary, 'w', mode)
      await handle.writeFile(writeJavaHashMap([...foreign, ...rows]))
      await handle.sync()
      await rename(temporary, file)
    } catch (error) {
      throw new ConnectError(
        'OFFSET_FILE_UNWRITABLE',
        `Cannot write the offset file '${file}': ${messageOf(error)}. Offsets of source connectors are not being saved; make the folder writable and its disk not full, or set offset.storage.file.filename to a file that can be written.`,
        { cause: error },
      )
    }
    await syncFolder(dirname(file))
  }
  /** Every caller's entries are in the next write; callers that come while one is under way share the one after it. */
  const flush = (): Promise<void> => {
    queued ??= (async () => {
      await writing.catch(() => undefined)
      queued = null
      writing = save()
      await writing
    })()
    return queued
  }

  return {
    start: async () => {
      log.info(`Starting FileOffsetBackingStore with file ${options.file}`)
      file = await resolveFile(options.file)
      const found = await stat(file).catch((error: unknown) => (codeOf(error) === 'ENOENT' ? null : unreadable(file, error)))
      if (found === null) return checkFolder(file)
      if (!found.isFile()) throw unreadableError(file, 'it is not a regular file')
      mode = found.mode & 0o777
      try {
        const bytes = await readFile(file)
        if (bytes.length > 0) load(bytes)
      } catch (error) {
        return unreadable(file, error)
      }
    },
    read: (connector, partitions) => Promise.resolve(partitions.map((partition) => entries.get(entryId(connector, partition))?.offset ?? null)),
    write: async (connector, changes) => {
      for (const { partition, offset } of changes) {
        checkOffsetMap(partition)
        checkOffsetMap(offset)
      }
      for (const change of changes) {
        const id = entryId(connector, change.partition)
        const offset = change.offset === null ? null : JSON.stringify(parseExact(change.offset))
        const value = offset === null ? null : Buffer.from(offset)
        const known = entries.get(id)
        if (known !== undefined) Object.assign(known, { offset, value })
        else if (offset !== null) entries.set(id, { connector, partition: change.partition, keys: [Buffer.from(offsetKey(connector, change.partition))], offset, value })
      }
      if (changes.length > 0) await flush()
    },
    offsets: (connector) =>
      Promise.resolve([...entries.values()].flatMap((entry) => (entry.connector === connector && entry.offset !== null ? [{ partition: entry.partition, offset: entry.offset }] : []))),
    stop: async () => {
      await queued?.catch(() => undefined)
      await writing.catch(() => undefined)
      log.info('Stopped FileOffsetBackingStore')
    },
  }
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
const entryId = (connector: string, partition: string): string => `${JSON.stringify(connector)} ${canonical(partition)}`
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
const isJson = (text: string | null): boolean => {
  try {
    if (text !== null) parseJson(text)
    return true
  } catch {
    return false
  }
}

/** Through symbolic links, so that the rename replaces the file and not the link to it. */
const resolveFile = async (file: string): Promise<string> => realpath(file).catch(() => file)

const unreadableError = (file: string, reason: string, cause?: unknown): ConnectError =>
  new ConnectError(
    'OFFSET_FILE_UNREADABLE',
    `Cannot use the offset file '${file}': ${reason}. It has been left as it is: restore it from a copy, or move it away to let every source connector of this worker start from the beginning, or set offset.storage.file.filename to another file.`,
    { cause },
  )
const unreadable = (file: string, error: unknown): never => {
  throw unreadableError(file, messageOf(error), error)
}
const checkFolder = async (file: string): Promise<void> => {
  const folder = await stat(dirname(file)).catch(() => null)
  if (folder?.isDirectory() !== true) throw unreadableError(file, `its folder '${dirname(file)}' does not exist`)
}

/** Makes the rename durable. Some file systems cannot sync a folder: the file is whole either way. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => null)
  if (handle === null) return
  try {
    await handle.sync().catch(() => undefined)
  } finally {
    await handle.close()
  }
}
