/**
 * The strict check of a bundle's package.json. Every wrong key is reported at once, each with where it stands and what is allowed.
 * The text comes from strangers: keys are read with `Object.hasOwn` and listed with `Object.keys`, so `__proto__` and
 * `constructor` are unknown keys like any other.
 */
import parseVersion from 'semver/functions/parse.js'
import { parseJson } from '../data/json.ts'
import { ConnectError, messageOf } from '../errors.ts'
import type { DeclaredFs, DeclaredLimits, DeclaredNet, DeclaredPermissions, PluginType } from './types.ts'

export type ManifestPlugin = { readonly type: PluginType; readonly className: string; readonly exportName: string }
export type Manifest = {
  readonly name: string
  readonly version: string
  /** The entry file, relative to the bundle, with `/`. */
  readonly main: string
  readonly plugins: readonly ManifestPlugin[]
  readonly permissions: DeclaredPermissions
  readonly limits: DeclaredLimits
}
export type JsonObject = Readonly<Record<string, unknown>>

export const manifestMaxBytes = 1024 * 1024
const pluginTypes: readonly PluginType[] = ['source', 'sink', 'transformation', 'predicate', 'converter', 'header_converter', 'config_provider']
const accesses = ['read', 'write', 'read-write'] as const
const maxPlugins = 500
const maxPermissions = 100
const maxTextLength = 1000
const namePattern = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i
const classPattern = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(\.[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u
const exportPattern = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u
const templatePattern = /\$\{config:[^{}]+\}/g
const hostPattern = /^(\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?)$/

/** In words, for errors and docs: limit key, the field it fills, smallest and largest value. */
export const limitKeys = [
  { key: 'memory.mb', field: 'memoryMb', min: 32, max: 65_536 },
  { key: 'poll.timeout.ms', field: 'pollTimeoutMs', min: 1, max: 86_400_000 },
  { key: 'put.timeout.ms', field: 'putTimeoutMs', min: 1, max: 86_400_000 },
  { key: 'call.timeout.ms', field: 'callTimeoutMs', min: 1, max: 86_400_000 },
  { key: 'cpu.percent', field: 'cpuPercent', min: 1, max: 10_000 },
] as const satisfies readonly { readonly key: string; readonly field: keyof DeclaredLimits; readonly min: number; readonly max: number }[]

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

/** Reads package.json text. Throws `PLUGIN_MANIFEST` when it is no JSON object. */
export const parsePackageJson = (text: string, where: string): JsonObject => {
  try {
    const value: unknown = parseJson(text.startsWith('\uFEFF') ? text.slice(1) : text)
    if (isObject(value)) return value
  } catch (error) {
    throw new ConnectError('PLUGIN_MANIFEST', `${where} is not valid JSON: ${messageOf(error)}`)
  }
  throw new ConnectError('PLUGIN_MANIFEST', `${where} must hold a JSON object`)
}

/** A bundle is marked by an `isoconnect` field; what stands in it is another question. */
export const isBundleManifest = (packageJson: JsonObject): boolean => Object.hasOwn(packageJson, 'isoconnect')

/** The name and version as far as they can be shown beside an error. */
export const nameAndVersion = (packageJson: JsonObject): { readonly bundle: string | null; readonly version: string | null } => {
  const text = (key: string): string | null => {
    const value = own(packageJson, key)
    return typeof value === 'string' && value.length <= 214 ? value : null
  }
  return { bundle: text('name'), version: text('version') }
}

/** The checked manifest. Throws one `PLUGIN_MANIFEST` that holds every mistake; `where` names the file. */
export const checkManifest = (packageJson: JsonObject, where: string): Manifest => {
  const errors: string[] = []
  const check = checker(errors)
  const name = check.text(own(packageJson, 'name'), 'name', 'an npm package name', (value) => value.length <= 214 && namePattern.test(value))
  const version = check.text(own(packageJson, 'version'), 'version', 'a semantic version such as 1.4.0', (value) => /^\d/.test(value) && parseVersion(value) !== null)
  const main = check.text(own(packageJson, 'main') ?? 'index.js', 'main', 'the path of the entry file inside the bundle', isInnerPath)
  const section = check.object(own(packageJson, 'isoconnect'), 'isoconnect', ['plugins', 'permissions', 'limits'])
  const plugins = check.list(own(section, 'plugins'), 'isoconnect.plugins', maxPlugins).map((entry, index) => checkPlugin(entry, `isoconnect.plugins[${index}]`, check))
  if (plugins.length === 0) errors.push('isoconnect.plugins must list at least one plugin: { "type", "class", "export" }')
  for (const [index, { type, className }] of plugins.entries()) {
    const first = plugins.findIndex((other) => other.type === type && other.className === className)
    if (first !== index && className !== '') errors.push(`isoconnect.plugins[${index}] declares the ${type} ${className} again, as plugins[${first}] did`)
  }
  const permissions = checkPermissions(own(section, 'permissions') ?? {}, check)
  const limits = checkLimits(own(section, 'limits') ?? {}, check)
  if (errors.length > 0) throw new ConnectError('PLUGIN_MANIFEST', `${where}: ${errors.join('; ')}`)
  return { name, version, main: main.replace(/^(\.\/)+/, ''), plugins, permissions, limits }
}

type Checker = ReturnType<typeof checker>
const checker = (errors: string[]) => {
  const shown = (value: unknown): string => (value === undefined ? 'it is missing' : `not ${JSON.stringify(value)?.slice(0, 80)}`)
  return {
    errors,
    text: (value: unknown, at: string, allowed: string, isAllowed: (text: string) => boolean): string => {
      if (typeof value === 'string' && value.length <= maxTextLength && !hasControl(value) && isAllowed(value)) return value
      errors.push(`${at} must be ${allowed}, ${shown(value)}`)
      return ''
    },
    oneOf: <T extends string>(value: unknown, at: string, allowed: readonly [T, ...T[]] | readonly T[]): T => {
      const found = allowed.find((item) => item === value)
      if (found === undefined) errors.push(`${at} must be one of ${allowed.join(', ')}, ${shown(value)}`)
      return found ?? (allowed[0] as T)
    },
    /** An object with no other keys than these; what is wrong is reported and read as empty. */
    object: (value: unknown, at: string, keys: readonly string[]): JsonObject => {
      if (!isObject(value)) {
        errors.push(`${at} must be an object, ${shown(value)}`)
        return {}
      }
      for (const key of Object.keys(value)) if (!keys.includes(key)) errors.push(`${at}: unknown key ${JSON.stringify(key.slice(0, 80))}, allowed are ${keys.join(', ')}`)
      return value
    },
    list: (value: unknown, at: string, max: number): readonly unknown[] => {
      if (value === undefined) return []
      if (Array.isArray(value) && value.length <= max) return value as readonly unknown[]
      errors.push(`${at} must be an array of at most ${max} entries, ${Array.isArray(value) ? `not ${value.length}` : shown(value)}`)
      return []
    },
  }
}

const checkPlugin = (value: unknown, at: string, check: Checker): ManifestPlugin => {
  const entry = check.object(value, at, ['type', 'class', 'export'])
  return {
    type: check.oneOf(own(entry, 'type'), `${at}.type`, pluginTypes),
    className: check.text(own(entry, 'class'), `${at}.class`, 'a class name such as com.example.TickSource', (text) => classPattern.test(text)),
    exportName: check.text(own(entry, 'export'), `${at}.export`, 'the name under which the entry file exports the class', (text) => exportPattern.test(text)),
  }
}

const checkPermissions = (value: unknown, check: Checker): DeclaredPermissions => {
  const section = check.object(value, 'isoconnect.permissions', ['net', 'fs', 'stdio'])
  const reason = (entry: JsonObject, at: string): string => check.text(own(entry, 'reason'), `${at}.reason`, 'a sentence that tells the operator what it is for', (text) => text.trim() !== '')
  const net = check.list(own(section, 'net'), 'isoconnect.permissions.net', maxPermissions).map((item, index): DeclaredNet => {
    const at = `isoconnect.permissions.net[${index}]`
    const entry = check.object(item, at, ['host', 'port', 'reason'])
    const port = own(entry, 'port')
    return {
      host: check.text(own(entry, 'host'), `${at}.host`, 'a host name, an address, *.example.com, * or a template such as ${config:db.host}', (text) => isTemplate(text, 'x') && hostPattern.test(text.replace(templatePattern, 'x'))),
      port: check.text(typeof port === 'number' ? String(port) : port, `${at}.port`, 'a port from 1 to 65535, * or a template such as ${config:db.port}', (text) => isTemplate(text, '1') && (text === '*' || isPort(text.replace(templatePattern, '1')))),
      reason: reason(entry, at),
    }
  })
  const fs = check.list(own(section, 'fs'), 'isoconnect.permissions.fs', maxPermissions).map((item, index): DeclaredFs => {
    const at = `isoconnect.permissions.fs[${index}]`
    const entry = check.object(item, at, ['path', 'access', 'reason'])
    return {
      path: check.text(own(entry, 'path'), `${at}.path`, 'a path without . and .. segments, or a template such as ${config:file}', (text) => isTemplate(text, 'x') && !hasDotSegment(text.replace(templatePattern, 'x'))),
      access: check.oneOf(own(entry, 'access'), `${at}.access`, accesses),
      reason: reason(entry, at),
    }
  })
  const stdio = own(section, 'stdio') ?? false
  if (typeof stdio !== 'boolean') check.errors.push('isoconnect.permissions.stdio must be true or false')
  return { fs, net, stdio: stdio === true }
}

const checkLimits = (value: unknown, check: Checker): DeclaredLimits => {
  const section = check.object(value, 'isoconnect.limits', limitKeys.map(({ key }) => key))
  const limits: { -readonly [K in keyof DeclaredLimits]: number } = {}
  for (const { key, field, min, max } of limitKeys) {
    const limit = own(section, key)
    if (limit === undefined) continue
    if (typeof limit === 'number' && Number.isInteger(limit) && limit >= min && limit <= max) limits[field] = limit
    else check.errors.push(`isoconnect.limits["${key}"] must be a whole number from ${min} to ${max}, not ${JSON.stringify(limit)?.slice(0, 80)}`)
  }
  return limits
}

export const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
export const hasControl = (text: string): boolean => /\p{Cc}/u.test(text)
const hasDotSegment = (path: string): boolean => path.split('/').some((segment) => segment === '..' || segment === '.')
/** Not empty, and every `${` of it opens a complete `${config:key}`. */
const isTemplate = (text: string, filler: string): boolean => text !== '' && !text.replace(templatePattern, filler).includes('${')
const isInnerPath = (path: string): boolean => path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..')
