/** The transformations and predicates that ship with Kafka, by class name: the room's door for lookups and for making one. */
import type { ConfigDef } from '../data/config-def.ts'
import { ConfigException } from '../data/errors.ts'
import { filter } from './filter.ts'
import type { HostStage } from './host-run.ts'
import { topicNameMatches } from './predicates/topic-name-matches.ts'
import { regexRouter } from './regex-router.ts'
import { cast } from './cast.ts'
import { dropHeaders } from './drop-headers.ts'
import { extractField } from './extract-field.ts'
import { flatten } from './flatten.ts'
import { headerFrom } from './header-from.ts'
import { hoistField } from './hoist-field.ts'
import { insertField } from './insert-field.ts'
import { insertHeader } from './insert-header.ts'
import { maskField } from './mask-field.ts'
import { replaceField } from './replace-field.ts'
import { setSchemaMetadata } from './set-schema-metadata.ts'
import { timestampConverter } from './timestamp-converter.ts'
import { timestampRouter } from './timestamp-router.ts'
import { valueToKey } from './value-to-key.ts'
import { hasHeaderKey } from './predicates/has-header-key.ts'
import { recordIsTombstone } from './predicates/record-is-tombstone.ts'
import type { PluginSpec, Predicate, PredicatePlugin, StageSpec, Transformation, TransformationPlugin } from './types.ts'

type BuiltIn = TransformationPlugin | PredicatePlugin
const byClass = <P extends BuiltIn>(plugins: readonly P[]): ReadonlyMap<string, P> => new Map(plugins.toSorted((a, b) => (a.className < b.className ? -1 : 1)).map((plugin) => [plugin.className, plugin]))

const transformations = byClass<TransformationPlugin>([
  ...cast, dropHeaders, ...extractField, filter, ...flatten, ...headerFrom, ...hoistField, ...insertField, insertHeader, ...maskField, regexRouter, ...replaceField,
  ...setSchemaMetadata, ...timestampConverter, timestampRouter, valueToKey,
])
const predicates = byClass<PredicatePlugin>([hasHeaderKey, recordIsTombstone, topicNameMatches])
const pluginsOf = { transformation: transformations, predicate: predicates } as const
export type TransformKind = keyof typeof pluginsOf

export const builtInTransforms = (kind: TransformKind): readonly string[] => [...pluginsOf[kind].keys()]

/** The full class name of a class or of a simple name (`RegexRouter`); the outer class of a Key and Value pair is found too. */
export const findTransform = (kind: TransformKind, name: string): string | null => {
  for (const className of pluginsOf[kind].keys()) {
    const outer = className.replace(/\$\w+$/, '')
    if (name === className || name === outer) return name
    if (outer === className && name === className.slice(className.lastIndexOf('.') + 1)) return className
  }
  return null
}

/** The keys of a built-in. Throws ConfigException for a class that only its Key and Value forms make usable. */
export const transformConfigDef = (kind: TransformKind, className: string): ConfigDef => pluginOf<BuiltIn>(pluginsOf[kind], className).config

const pluginOf = <P extends BuiltIn>(plugins: ReadonlyMap<string, P>, className: string): P => {
  const plugin = plugins.get(className)
  if (plugin) return plugin
  const forms = [...plugins.keys()].filter((name) => name.startsWith(`${className}$`))
  if (forms.length > 0) throw new ConfigException(`This class is abstract and cannot be created. Did you mean ${forms.join(', ')}?`)
  throw new ConfigException(`Class ${className} could not be found.`)
}

export const makeTransformation = ({ className, config }: Omit<PluginSpec, 'alias'>): Transformation => {
  const plugin = pluginOf(transformations, className)
  return plugin.make(plugin.config.parse(config))
}
export const makePredicate = ({ className, config }: Omit<PluginSpec, 'alias'>): Predicate => {
  const plugin = pluginOf(predicates, className)
  return plugin.make(plugin.config.parse(config))
}

/** Of a full class name, Key and Value forms included. */
export const isBuiltInClass = (kind: TransformKind, className: string): boolean => pluginsOf[kind].has(className)
export const isBuiltIn = ({ className, predicate }: StageSpec): boolean => transformations.has(className) && (predicate === null || predicates.has(predicate.className))
export const createBuiltInStage = (spec: StageSpec): HostStage => ({
  className: spec.className,
  transformation: makeTransformation(spec),
  predicate: spec.predicate && makePredicate(spec.predicate),
  negate: spec.negate,
})
