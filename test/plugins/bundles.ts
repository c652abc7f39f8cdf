/** Bundles for the tests of this room: folders and tarballs written into a folder that goes with the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Header, create } from 'tar'
import { setLogWriter } from '../../src/log.ts'
import { openShelf } from '../../src/plugins/shelf.ts'
import type { Shelf } from '../../src/plugins/types.ts'

/** Log lines of this test file, so that they can be looked at and do not clutter the run. */
export const logLines: string[] = []
setLogWriter((line) => void logLines.push(line))

export type Files = Readonly<Record<string, string>>
export type Place = AsyncDisposable & { readonly dir: string; readonly plugins: string; readonly cache: string }

/** A fresh folder with an empty plugin path and a cache to be. */
export const makePlace = async (): Promise<Place> => {
  const dir = await mkdtemp(join(tmpdir(), 'shelf-'))
  const plugins = join(dir, 'plugins')
  await mkdir(plugins)
  return { dir, plugins, cache: join(dir, 'cache'), [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

export const writeFiles = async (folder: string, files: Files): Promise<string> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

export const tick = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ name: 'connect-tick', version: '1.0.0', main: 'index.js', isoconnect: { plugins: [{ type: 'source', class: 'com.example.TickSource', export: 'TickSource' }] }, ...changes })
export const tickCode = "const { SourceConnector } = require('isoconnect')\nexports.TickSource = class TickSource extends SourceConnector {}\n"

/** As `npm pack` writes it: everything below `package/`. */
export const pack = async (place: Place, file: string, files: Files): Promise<string> => {
  const folder = join(place.dir, 'packing', file)
  await writeFiles(join(folder, 'package'), files)
  await create({ file: join(place.plugins, file), gzip: true, cwd: folder, portable: true }, ['package'])
  return join(place.plugins, file)
}

type RawEntry = { readonly path: string; readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory' | 'CharacterDevice'; readonly linkpath?: string; readonly content?: string; readonly size?: number }
/** A tarball no packer would write. */
export const rawTarball = (entries: readonly RawEntry[]): Buffer => {
  const blocks: Buffer[] = []
  for (const { path, type = 'File', linkpath, content = '', size = Buffer.byteLength(content) } of entries) {
    const block = Buffer.alloc(512)
    new Header({ path, type, linkpath, size, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }).encode(block, 0)
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512)
    body.write(content)
    blocks.push(block, body)
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

export const open = (place: Place, options: { readonly watch?: boolean; readonly pluginPath?: readonly string[] } = {}): Promise<Shelf & AsyncDisposable> =>
  openShelf({ pluginPath: options.pluginPath ?? [place.plugins], cacheDir: place.cache, watch: options.watch ?? false }).then((shelf) => ({ ...shelf, [Symbol.asyncDispose]: () => shelf.close() }))

/** Resolves as soon as the shelf looks like that, now or after one of its changes. */
export const until = async (shelf: Shelf, isSo: (shelf: Shelf) => boolean): Promise<void> => {
  if (isSo(shelf)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = shelf.onChange(() => {
    if (isSo(shelf)) resolve()
  })
  await promise
  stop()
}
export const names = (shelf: Shelf): readonly string[] => shelf.list().map(({ className, version }) => `${className} ${version}`)
export const refusals = (shelf: Shelf): readonly string[] => shelf.quarantined().map(({ code }) => code)
