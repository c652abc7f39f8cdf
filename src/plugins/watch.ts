/**
 * Tells when something on plugin.path may have changed. One non-recursive watch per directory: the scan walks the directories anyway
 * and knows which ones count, while a recursive watch of a bundle's node_modules would cost a watch per file.
 * The parents of plugin.path's entries are watched for the entries' own names, so that an entry that appears later, or a link
 * switched to another release, is seen too.
 */
import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { isMissing, type SeenDir } from './scan.ts'

const log = logger('org.apache.kafka.connect.runtime.isolation.PluginScanner')

export interface DirWatch {
  /** Watches exactly these directories from now on. One that is another inode than before is watched anew. */
  follow(dirs: readonly SeenDir[]): void
  /** Idempotent; no call of `onEvent` follows. */
  close(): void
}

export const watchDirs = (pluginPath: readonly string[], onEvent: () => void): DirWatch => {
  const watches = new Map<string, { readonly inode: number; readonly watcher: FSWatcher }>()
  let isClosed = false
  let hasWarned = false
  const warn = (path: string, error: unknown): void => {
    if (hasWarned || isMissing(error)) return
    hasWarned = true
    log.warn(`${path} cannot be watched for changes: ${messageOf(error)}. Changes there are seen at the next start, or when another watched folder changes.`)
  }
  const open = (path: string, wanted: (name: string | null) => boolean): FSWatcher | null => {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => {
        if (!isClosed && wanted(name)) onEvent()
      })
      watcher.on('error', (error) => warn(path, error))
      return watcher
    } catch (error) {
      warn(path, error)
      return null
    }
  }
  const parents = [...Map.groupBy(pluginPath.map((path) => resolve(path)), dirname)].flatMap(([parent, entries]) => {
    const names = new Set(entries.map((entry) => basename(entry)))
    return open(parent, (name) => name === null || names.has(name)) ?? []
  })
  return {
    follow: (dirs) => {
      if (isClosed) return
      const wanted = new Map(dirs.map(({ path, inode }) => [path, inode]))
      for (const [path, { inode, watcher }] of watches) {
        if (wanted.get(path) === inode) continue
        watcher.close()
        watches.delete(path)
      }
      for (const [path, inode] of wanted) {
        if (watches.has(path)) continue
        const watcher = open(path, () => true)
        if (watcher !== null) watches.set(path, { inode, watcher })
      }
    },
    close: () => {
      isClosed = true
      for (const watcher of [...parents, ...[...watches.values()].map((entry) => entry.watcher)]) watcher.close()
      watches.clear()
    },
  }
}
