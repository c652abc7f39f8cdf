/**
 * The two files a cell runs: the guest platform (sandbox/, one script) and the cell's own program (src/cell/process/, one
 * CommonJS file). Built by esbuild: for a package once (`buildPlatform`, scripts/build.ts), in a checkout when a source has
 * changed, into a cache named by the digest of its sources. The cell itself thus reads two files and strips no types.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'esbuild'

export type RuntimeFiles = { readonly platformFile: string; readonly programFile: string }

const here = import.meta.dirname
/** The package: two folders up in a checkout (src/cell), and in dist (dist/src/cell). */
const base = resolve(here, '../..')
const inCheckout = import.meta.filename.endsWith('.ts')
const sources = ['sandbox', 'src/data', 'src/wire', 'src/cell/process', 'src/cell/options.ts', 'src/cell/messages.ts', 'src/cell/platform.ts']

let found: Promise<RuntimeFiles> | undefined
/** Where the files are; in a checkout they are built first if need be. */
export const runtimeFiles = (): Promise<RuntimeFiles> => (found ??= inCheckout ? fromCache() : Promise.resolve(filesIn(join(base, 'sandbox'))))

const filesIn = (folder: string): RuntimeFiles => ({ platformFile: join(folder, 'platform.js'), programFile: join(folder, 'cell.cjs') })

/** Builds `outFile` (the platform) and, beside it, `cell.cjs` (the program). Only in a checkout. */
export const buildPlatform = async (outFile: string): Promise<void> => {
  // loaded late: a worker started from the package never needs it here
  const { build } = await import('esbuild')
  const shared = { bundle: true, write: true, legalComments: 'eof', logLevel: 'warning', absWorkingDir: base, treeShaking: true, charset: 'utf8' } as const
  mkdirSync(dirname(outFile), { recursive: true })
  await Promise.all([
    build({
      ...shared,
      entryPoints: [join(base, 'sandbox/runtime/boot.ts')],
      outfile: outFile,
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: [],
      plugins: [ourOwn],
      format: 'iife',
      globalName: 'platform',
      target: 'esnext',
      // names are kept: stack traces and `constructor.name` show them. Strict all over: no function of ours can be found by `.caller`
      minifyWhitespace: true,
      minifySyntax: true,
      banner: { js: '"use strict";(function(){' },
      footer: { js: 'return platform.boot})()' },
    }),
    build({
      ...shared,
      entryPoints: [join(base, 'src/cell/process/main.ts')],
      outfile: join(dirname(outFile), 'cell.cjs'),
      platform: 'node',
      format: 'cjs',
      target: 'node26',
    }),
  ])
}

/** What readable-stream would bring along and the platform has: `process/`, and AbortController. */
const ourOwn: Plugin = {
  name: 'our-own',
  setup: (builder) => {
    builder.onResolve({ filter: /^(process\/|abort-controller)$/ }, ({ path }) => ({ path, namespace: 'our-own' }))
    builder.onLoad({ filter: /.*/, namespace: 'our-own' }, ({ path }) => ({ contents: `module.exports = ${path === 'process/' ? 'globalThis.process' : 'globalThis'}` }))
  },
}

const fromCache = async (): Promise<RuntimeFiles> => {
  const cache = join(base, 'node_modules/.cache/isoconnect')
  const folder = join(cache, digest())
  if (!existsSync(join(folder, 'cell.cjs'))) {
    // built aside and renamed, so that processes that build at the same time do not meet
    const aside = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`
    await buildPlatform(join(aside, 'platform.js'))
    try {
      renameSync(aside, folder)
    } catch (error) {
      rmSync(aside, { recursive: true, force: true })
      if (!existsSync(join(folder, 'cell.cjs'))) throw error
    }
  }
  return filesIn(folder)
}

const digest = (): string => {
  const hash = createHash('sha256')
  for (const source of sources) {
    const path = join(base, source)
    const files = source.endsWith('.ts') ? [path] : readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted()
    for (const file of files) hash.update(file.slice(base.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  hash.update(readFileSync(join(base, 'package-lock.json')))
  return hash.digest('hex').slice(0, 32)
}

/** The prebuilt addon for this machine: what isolated-vm's own loader would choose, found here since the cell may not look around. */
export const addonFile = (): { readonly addonFile: string; readonly addonVersion: string } => {
  const packageFile = createRequire(import.meta.url).resolve('isolated-vm/package.json')
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string }
  const root = dirname(packageFile)
  const compiled = join(root, 'build/Release/isolated_vm.node')
  if (existsSync(compiled)) return { addonFile: compiled, addonVersion: version }
  const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`)
  const abi = `abi${process.versions.modules}`
  const libc = process.platform !== 'linux' ? '' : isMusl() ? '.musl' : '.glibc'
  return { addonFile: join(folder, `isolated-vm.${abi}${libc}.node`), addonVersion: version }
}
const isMusl = (): boolean => {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime === undefined
}
