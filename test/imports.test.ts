/** The folder list is the architecture: who may import whom, and which room is the door to which library (design: rooms). */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const rootDir = resolve(import.meta.dirname, '..')

/** A room may import itself and the rooms listed. `types` of a room stand in `room/types.ts` (or options/cell.ts) and are data too. */
const rooms: Record<string, readonly string[]> = {
  'src/errors.ts': [],
  'src/log-secrets.ts': [],
  'src/log.ts': ['src/log-secrets.ts'],
  'src/data': ['src/errors.ts'],
  'src/wire': ['src/data'],
  'src/config': ['src/data', 'src/errors.ts', 'src/log.ts'],
  'src/plugins': ['src/config', 'src/data', 'src/wire', 'src/errors.ts', 'src/log.ts', 'src/cell/options.ts'],
  'src/converters': ['src/data', 'src/config', 'src/wire', 'src/tls', 'src/errors.ts'],
  'src/transforms': ['src/data', 'src/config', 'src/wire', 'src/errors.ts'],
  'src/metrics': ['src/errors.ts', 'src/log.ts'],
  'src/tls': ['src/errors.ts'],
  'src/kafka': ['src/tls', 'src/config', 'src/metrics', 'src/errors.ts', 'src/log.ts'],
  'src/cell': ['src/wire', 'src/data', 'src/plugins', 'src/metrics', 'src/errors.ts', 'src/log.ts'],
  'src/cell/process': ['src/wire', 'src/data', 'src/cell/options.ts', 'src/cell'],
  'src/storage': ['src/kafka', 'src/converters', 'src/data', 'src/config', 'src/errors.ts', 'src/log.ts'],
  'src/worker': ['src/cell', 'src/converters', 'src/transforms', 'src/kafka', 'src/storage', 'src/plugins', 'src/config', 'src/data', 'src/wire', 'src/metrics', 'src/errors.ts', 'src/log.ts', 'src/log-secrets.ts'],
  'src/herder': ['src/worker', 'src/storage', 'src/converters', 'src/transforms', 'src/kafka', 'src/plugins', 'src/config', 'src/data', 'src/wire', 'src/metrics', 'src/errors.ts', 'src/log.ts', 'src/log-secrets.ts', 'src/cell/options.ts', 'src/cell'],
  'src/rest': ['src/data', 'src/herder', 'src/plugins', 'src/config', 'src/tls', 'src/metrics', 'src/errors.ts', 'src/log.ts', 'src/log-secrets.ts', 'src/wire', 'src/worker'],
  'src/dev-broker': ['src/errors.ts', 'src/log.ts'],
  'src/cli': ['src/*'],
  sandbox: ['src/data', 'src/wire'],
  'plugin-path': [],
}
/** Only types cross here: these imports vanish at run time. */
const typeOnly: Record<string, readonly string[]> = {
  'src/rest': ['src/worker', 'src/wire', 'src/herder'],
  'src/plugins': ['src/cell/options.ts', 'src/wire'],
  'src/cell': ['src/plugins'],
  'src/cell/process': ['src/cell'],
}
const doors: Record<string, readonly string[]> = {
  'isolated-vm': ['src/cell/process'],
  kafkajs: ['src/kafka'],
  fastify: ['src/rest'],
  avsc: ['src/converters'],
  esbuild: ['src/plugins', 'src/cell'],
  pino: ['src/log.ts'],
  commander: ['src/cli'],
  'iconv-lite': ['src/converters'],
  tar: ['src/plugins'],
  semver: ['src/plugins'],
  snappy: ['src/kafka'],
  'lz4-napi': ['src/kafka'],
  'jks-js': ['src/tls'],
  'node-forge': ['src/tls'],
  '@node-rs/crc32': ['src/kafka', 'src/dev-broker'],
}

type Import = { readonly from: string; readonly specifier: string; readonly typeOnly: boolean }
const importPattern = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm
const filesUnder = (folder: string): string[] =>
  readdirSync(join(rootDir, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(rootDir, join(entry.parentPath, entry.name)))
const importsOf = (file: string): Import[] =>
  [...readFileSync(join(rootDir, file), 'utf8').matchAll(importPattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? ''
    return { from: file, specifier: specifier.startsWith('.') ? relative(rootDir, resolve(rootDir, dirname(file), specifier)) : specifier, typeOnly: match[1] !== undefined }
  })
const roomOf = (file: string): string | undefined =>
  Object.keys(rooms).filter((room) => file === room || file.startsWith(`${room}/`)).toSorted((a, b) => b.length - a.length)[0]

const all = ['src', 'sandbox', 'plugin-path'].flatMap(filesUnder).flatMap(importsOf)
const local = all.filter(({ specifier }) => /^(src|sandbox|plugin-path)\//.test(specifier))

test('every source file is in a room', () => {
  expect(['src', 'sandbox', 'plugin-path'].flatMap(filesUnder).filter((file) => roomOf(file) === undefined)).toEqual([])
})

test('rooms import only what the table allows', () => {
  const wrong = local.filter(({ from, specifier }) => {
    const room = roomOf(from) ?? ''
    const target = roomOf(specifier) ?? specifier
    const allowed = rooms[room] ?? []
    return !(target === room || allowed.includes('src/*') || allowed.includes(target) || allowed.includes(specifier) || (specifier.endsWith('/types.ts') && allowed.includes(target)))
  })
  expect(wrong.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([])
})

test('where the table allows types only, imports are type imports', () => {
  const wrong = local.filter(({ from, specifier, typeOnly: isType }) => {
    const limits = typeOnly[roomOf(from) ?? ''] ?? []
    return !isType && roomOf(specifier) !== roomOf(from) && limits.some((limit) => specifier === limit || roomOf(specifier) === limit)
  })
  expect(wrong.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([])
})

test('each outside library has one door', () => {
  const wrong = all.filter(({ from, specifier }) => {
    const library = Object.keys(doors).find((name) => specifier === name || specifier.startsWith(`${name}/`))
    return library !== undefined && !(doors[library] ?? []).includes(roomOf(from) ?? '')
  })
  expect(wrong.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([])
})
