/**
 * What the config room asks about converters, transformations and predicates: those built in, and those of bundles on the shelf.
 * The keys of those of bundles are asked of their cells, before a validation begins (guest-config-defs.ts): here they have a name only.
 */
import type { PluginKind, PluginLookups } from '../config/connector-config-def.ts'
import { builtInConverters, converterConfigDef, findConverter } from '../converters/converters.ts'
import { ConfigDef } from '../data/config-def.ts'
import { ConnectError } from '../errors.ts'
import type { Shelf } from '../plugins/types.ts'
import { parseVersionRange } from '../plugins/versions.ts'
import { builtInTransforms, findTransform, transformConfigDef, type TransformKind } from '../transforms/built-ins.ts'

/** The version of everything built in: that of the Kafka Connect it stands for. */
export const builtInVersion = '4.3.1'

/** Built-ins win over a bundle that takes their name. */
export const isBuiltIn = (kind: PluginKind, className: string): boolean => (isTransformKind(kind) ? findTransform(kind, className) : findConverter(className)) !== null
const isTransformKind = (kind: PluginKind): kind is TransformKind => kind === 'transformation' || kind === 'predicate'
const orNull = <T>(find: () => T): T | null => {
  try {
    return find()
  } catch (error) {
    if (error instanceof ConnectError) return null
    throw error
  }
}

export const createPluginLookups = (shelf: Pick<Shelf, 'find' | 'list' | 'versions'>): PluginLookups => {
  const builtIn = (kind: PluginKind, name: string): string | null => (isTransformKind(kind) ? findTransform(kind, name) : findConverter(name))
  return {
    className: (kind, name) => builtIn(kind, name) ?? orNull(() => shelf.find(name, null, kind))?.className ?? null,
    configDef: (kind, className, version) => {
      if (builtIn(kind, className) !== null) {
        const range = parseVersionRange(version)
        if (range === null || range.matches(builtInVersion)) return isTransformKind(kind) ? transformConfigDef(kind, className) : converterConfigDef(findConverter(className) ?? className)
        throw new ConnectError('PLUGIN_VERSION', `Plugin ${className} not found that matches the version range ${range.text}, available versions: [${builtInVersion}]`)
      }
      shelf.find(className, version, kind)
      return new ConfigDef()
    },
    classNames: (kind) => [...(isTransformKind(kind) ? builtInTransforms(kind) : builtInConverters), ...new Set(shelf.list(kind).map(({ className }) => className))],
    versions: (kind, className) => (builtIn(kind, className) === null ? shelf.versions(className) : [builtInVersion]),
    checkVersion: (requirement) => void parseVersionRange(requirement),
  }
}
