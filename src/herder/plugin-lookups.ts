/**
 * What the config room asks about converters, transformations and predicates: those built in, and those of bundles on the shelf.
 * The keys of those of bundles are asked of their cells, before a validation begins (guest-config-defs.ts): here they have a name only.
 */
import type { PluginKind, PluginLookups } from '../config/connector-config-def.ts'
import { builtInConverters, builtInHeaderConverters, converterConfigDef, findConverter } from '../converters/converters.ts'
import { ConfigDef } from '../data/config-def.ts'
import { ConnectError } from '../errors.ts'
import type { Shelf } from '../plugins/types.ts'
import { parseVersionRange } from '../plugins/versions.ts'
import { builtInTransforms, findTransform, isBuiltInClass, transformConfigDef, type TransformKind } from '../transforms/built-ins.ts'

/** The version of everything built in: that of the Kafka Connect it stands for. */
const builtInVersion = '4.3.1'

const isTransformKind = (kind: PluginKind): kind is TransformKind => kind === 'transformation' || kind === 'predicate'
/** Converters that Kafka lets stand for one of that kind: SimpleHeaderConverter is for headers alone, Avro for keys and values. */
const convertersOf = { converter: builtInConverters.filter((className) => !className.endsWith('.SimpleHeaderConverter')), header_converter: builtInHeaderConverters } as const
const builtIn = (kind: PluginKind, name: string): string | null => {
  if (isTransformKind(kind)) return findTransform(kind, name)
  const found = findConverter(name)
  return found !== null && convertersOf[kind].includes(found) ? found : null
}
/** Built-ins win over a bundle that takes their name. */
export const isBuiltIn = (kind: PluginKind, className: string): boolean => builtIn(kind, className) !== null
const kinds: readonly PluginKind[] = ['converter', 'header_converter', 'transformation', 'predicate']
const orNull = <T>(find: () => T): T | null => {
  try {
    return find()
  } catch (error) {
    if (error instanceof ConnectError) return null
    throw error
  }
}

export const createPluginLookups = (shelf: Pick<Shelf, 'find' | 'list' | 'versions'>): PluginLookups => {
  const classNameOf = (kind: PluginKind, name: string): string | null => builtIn(kind, name) ?? orNull(() => shelf.find(name, null, kind))?.className ?? null
  const listed = (kind: PluginKind): readonly string[] => shelf.list(kind).map(({ className }) => className)
  return {
    className: classNameOf,
    anyClass: (name) => kinds.map((kind) => classNameOf(kind, name)).find((className) => className !== null) ?? null,
    configDef: (kind, className, version) => {
      if (builtIn(kind, className) !== null) {
        const range = parseVersionRange(version)
        if (range === null || range.matches(builtInVersion)) return isTransformKind(kind) ? transformConfigDef(kind, className) : converterConfigDef(findConverter(className) ?? className)
        throw new ConnectError('PLUGIN_VERSION', `Plugin ${className} not found that matches the version range ${range.text}, available versions: [${builtInVersion}]`)
      }
      shelf.find(className, version, kind)
      return new ConfigDef()
    },
    classNames: (kind) => [...new Set([...(isTransformKind(kind) ? builtInTransforms(kind) : convertersOf[kind]), ...listed(kind)])].toSorted((a, b) => (a < b ? -1 : 1)),
    versions: (kind, className) => {
      // the outer class of a Key and Value pair has a name only
      if (builtIn(kind, className) !== null) return isTransformKind(kind) && !isBuiltInClass(kind, className) ? [] : [builtInVersion]
      return listed(kind).includes(className) ? shelf.versions(className) : []
    },
    checkVersion: (requirement) => void parseVersionRange(requirement),
  }
}
