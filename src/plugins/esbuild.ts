/**
 * The one door to esbuild: turns a bundle's entry file and what it imports into one CommonJS file, and runs none of it.
 *
 * Node's builtins and `isoconnect` stay `require` calls: the guest's platform answers them. A package that is not installed but only
 * asked for by `require` or `import()` (pg-native, kerberos …) stays one too and fails with MODULE_NOT_FOUND when it is called, as in Node.
 * So does a package's native addon.
 *
 * esbuild reads with the worker's rights, and a bundle may import any path as text. So every file is looked at before it is
 * read: its real path must lie in the bundle, and pipes, devices and giants are refused. So is the source map that it names (foreign-maps.ts).
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import type { BuildFailure, BuildOptions, Message, OnLoadResult, Plugin as EsbuildPlugin } from 'esbuild'
import { messageOf } from '../errors.ts'
import { hasForeignMap } from './foreign-maps.ts'

/** An end is a value. `isLasting`: the same files will fail the same way, so there is no need to try again. */
export type BuildResult =
  | { readonly kind: 'built'; readonly code: Uint8Array; readonly map: Uint8Array | null; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly code: 'PLUGIN_BUNDLING' | 'PLUGIN_NATIVE'; readonly reason: string; readonly isLasting: boolean }

const buildTimeoutMs = 60_000
const maxSourceBytes = 64 * 1024 * 1024
/** All that a bundle's code imports: esbuild holds it in memory, and a worker starts after its bundles are read. */
const maxTotalBytes = 256 * 1024 * 1024
const maxOutputBytes = 128 * 1024 * 1024
/** A cell reads it whole when it tells an error. */
const maxMapBytes = 4 * 1024 * 1024
const maxMessages = 5
const maxRestarts = 3
/** What a bundle sees of its own place: it has none on the host's disk. */
const guestFolder = '/bundle'

/** Part of the cache key. Read from package.json: loading esbuild for its version would cost every start 20 ms. */
export const esbuildVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('esbuild/package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}

/** How often a bundle was really built in this process; a start with everything cached leaves it alone. */
export const esbuildRuns = { count: 0 }
let running = 0

/**
 * esbuild's service, a child process that all builds share. `esbuild.stop()` leaves the builds it interrupts pending for ever, and
 * a service that died by itself is used on and on; so each life of it has a promise that builds race against.
 */
let service = Promise.withResolvers<never>()
service.promise.catch(() => undefined)
const stopService = async (): Promise<void> => {
  const { reject } = service
  service = Promise.withResolvers<never>()
  service.promise.catch(() => undefined)
  const esbuild = await import('esbuild')
  await esbuild.stop()
  reject(new Error('the bundler was stopped'))
}

/** `root` must be a real path, `main` lie in it. Never throws. */
export const build = async (root: string, main: string, timeoutMs: number = buildTimeoutMs): Promise<BuildResult> => {
  esbuildRuns.count++
  running++
  // A build that never ends (or eats the machine) is ended with its process: esbuild has no other way to stop one.
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    void stopService()
  }, timeoutMs)
  try {
    let hasMaps = true
    const wholly = async (plugins: EsbuildPlugin[]): Promise<BuildResult> => {
      for (let tries = 0; ; tries++) {
        const mine = service
        const result = await attempt(root, main, [...plugins, guard(root, hasMaps)], hasMaps)
        if (result === foreignMap) {
          hasMaps = false
          continue
        }
        if (isLate) return failed('bundling did not end in time; it is tried again when the files change or the worker starts', false)
        if (result.kind === 'built' || result.isLasting || tries >= maxRestarts) return result
        // The service ended under this build, which is no fault of its own: another one's deadline, or a crash.
        if (mine === service) await stopService()
      }
    }
    // Resolving by ourselves costs a message per import, so only a build that failed is tried again with it.
    const first = await wholly([])
    return first.kind === 'built' || !first.isLasting ? first : await wholly([optionalPackages])
  } finally {
    clearTimeout(timer)
    // The last build ends the service, so that no process is left behind an idle worker.
    if (--running === 0) await stopService()
  }
}

const failed = (reason: string, isLasting: boolean): BuildResult => ({ kind: 'failed', code: 'PLUGIN_BUNDLING', reason, isLasting })

const attempt = async (root: string, main: string, plugins: EsbuildPlugin[], hasMaps: boolean): Promise<BuildResult | typeof foreignMap> => {
  const { promise: stopped } = service
  try {
    const esbuild = await import('esbuild')
    const work = esbuild.build({ ...options, ...tsconfigOf(root), absWorkingDir: root, entryPoints: [join(root, main)], plugins, sourcemap: hasMaps ? 'external' : false, outfile: join(root, outputName), write: false })
    const { outputFiles, warnings } = await Promise.race([work, stopped])
    const bytesOf = (name: string): Uint8Array | null => outputFiles.find(({ path }) => path === join(root, name))?.contents ?? null
    const code = bytesOf(outputName) ?? new Uint8Array()
    if (code.byteLength > maxOutputBytes) return failed(`the bundled code has ${code.byteLength} bytes, at most ${maxOutputBytes} are allowed`, true)
    const map = bytesOf(`${outputName}.map`)
    return { kind: 'built', ...(map === null || map.byteLength > maxMapBytes ? { code, map: null } : { code: withMark(code, map), map }), warnings: warnings.map(messageText) }
  } catch (error) {
    // Mistakes in the code come as a list; anything else is esbuild itself having ended.
    if (!isBuildFailure(error)) return failed(messageOf(error), false)
    return error.errors.some(({ detail }) => detail === foreignMap) ? foreignMap : explain(error.errors)
  }
}

/** Code is kept by its digest, and the same code may come from other lines: it names its map. */
const withMark = (code: Uint8Array, map: Uint8Array): Uint8Array => Buffer.concat([code, Buffer.from(`// map: ${createHash('sha256').update(map).digest('hex')}\n`)])

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error && Array.isArray(error.errors)

const explain = (errors: readonly Message[]): BuildResult => {
  const native = errors.find(({ detail }) => detail === nativeMark)
  if (native !== undefined) return { kind: 'failed', code: 'PLUGIN_NATIVE', reason: native.text, isLasting: true }
  const texts = errors.slice(0, maxMessages).map(messageText)
  if (errors.length > maxMessages) texts.push(`and ${errors.length - maxMessages} more errors`)
  return failed(texts.join('; '), true)
}

/** A map that a package names and does not bring is nothing to tell an operator. */
const mapsAreExtra = { 'missing-source-map': 'silent', 'invalid-source-mappings': 'silent', 'sections-in-source-map': 'silent', 'unsupported-source-map-comment': 'silent' } as const
const outputName = 'isoconnect-bundle.cjs'

const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node26',
  charset: 'utf8',
  minify: false,
  sourcesContent: false,
  allowOverwrite: true, // nothing is written
  metafile: false,
  logLevel: 'silent',
  external: ['isoconnect', 'isoconnect/*'],
  define: {
    __dirname: JSON.stringify(guestFolder),
    __filename: JSON.stringify(`${guestFolder}/index.js`),
    'import.meta.dirname': JSON.stringify(guestFolder),
    'import.meta.filename': JSON.stringify(`${guestFolder}/index.js`),
    'import.meta.url': JSON.stringify(`file://${guestFolder}/index.js`),
  },
  logOverride: { 'indirect-require': 'warning', 'unsupported-dynamic-import': 'warning', 'unsupported-require-call': 'warning', ...mapsAreExtra },
} as const satisfies BuildOptions

/** The bundle's own tsconfig.json and no other: one found further up would change the code with the place it lies in. */
const tsconfigOf = (root: string): BuildOptions => {
  const file = join(root, 'tsconfig.json')
  try {
    readFileSync(file)
    return { tsconfig: file }
  } catch {
    return { tsconfigRaw: '{}' }
  }
}

const nativeMark = 'native addon'
/** What an attempt ends in that met a source map outside the bundle. */
const foreignMap = 'foreign source map'

const guard = (root: string, hasMaps: boolean): EsbuildPlugin => ({
  name: 'isoconnect',
  setup: (hooks) => {
    let totalBytes = 0
    hooks.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
      const inner = relative(root, path)
      if (inner.startsWith('..') || inner === '') return { errors: [{ text: `${path} lies outside the bundle. A bundle brings its own node_modules (as files, not as links to elsewhere) or is bundled already` }] }
      if (inner.endsWith('.node')) return nativeAddon(inner)
      const info = await lstat(path)
      if (!info.isFile()) return { errors: [{ text: `${inner} is not a regular file` }] }
      if (info.size > maxSourceBytes) return { errors: [{ text: `${inner} has ${info.size} bytes, at most ${maxSourceBytes} are allowed` }] }
      totalBytes += info.size
      if (totalBytes > maxTotalBytes) return { errors: [{ text: `the code imports more than ${maxTotalBytes} bytes` }] }
      if (hasMaps && (await hasForeignMap(root, path))) return { errors: [{ text: `${inner} names a source map outside the bundle`, detail: foreignMap }] }
      return undefined
    })
  },
})

/** A package usually has a way without its addon and finds it by catching this error; a bundle with an addon of its own has none. */
const nativeAddon = (inner: string): OnLoadResult => {
  const text = `${inner} is a native addon, which no isolate can load`
  if (!inner.includes('node_modules/')) return { errors: [{ text: `${text}. Use a package in JavaScript instead`, detail: nativeMark }] }
  return { contents: `throw Object.assign(new Error(${JSON.stringify(text)}), { code: 'MODULE_NOT_FOUND' })`, loader: 'js', warnings: [{ text: `${text}: requiring it fails with MODULE_NOT_FOUND` }] }
}

const optionalPackages: EsbuildPlugin = {
  name: 'isoconnect-optional',
  setup: (hooks) => {
    const asked = Symbol('asked')
    hooks.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === asked || (kind !== 'require-call' && kind !== 'dynamic-import' && kind !== 'require-resolve')) return undefined
      const found = await hooks.resolve(path, { kind, importer, resolveDir, pluginData: asked })
      if (found.errors.length === 0) return undefined
      return { path, external: true, warnings: [{ text: `${path} is not installed: requiring it fails with MODULE_NOT_FOUND` }] }
    })
  },
}

/** No source line: it may be of a file that is nobody's business. */
const messageText = ({ text, location }: Message): string => (location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`)
