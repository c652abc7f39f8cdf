/**
 * The names a plugin answers to, as in Kafka: its full class, its simple name, and its simple name without the word of its type
 * (`FileStreamSourceConnector` -> `FileStreamSource`, `ReplaceField$Value` -> `Value`). A name that fits two classes is an error
 * that lists both; Kafka drops such aliases silently.
 */
import { ConnectError } from '../errors.ts'
import type { PluginKind, Plugin, PluginType } from './types.ts'

const typeWords: Record<PluginType, string> = {
  source: 'Connector',
  sink: 'Connector',
  transformation: 'Transformation',
  predicate: 'Predicate',
  converter: 'Converter',
  header_converter: 'HeaderConverter',
  config_provider: 'ConfigProvider',
}

type Named = Pick<Plugin, 'className' | 'type'>

export const simpleName = (className: string): string => className.slice(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1)

/** As Kafka's `PluginUtils.prunedName`: cut at the last occurrence of the type's word, unless the name starts with it. */
export const prunedName = ({ className, type }: Named): string => {
  const simple = simpleName(className)
  const at = simple.lastIndexOf(typeWords[type])
  return at > 0 ? simple.slice(0, at) : simple
}

export const isOfKind = (type: PluginType, kind: PluginKind | undefined): boolean =>
  kind === undefined || kind === type || (kind === 'connector' && (type === 'source' || type === 'sink'))

/** The short names that mean this class and no other among `plugins`. */
export const aliasesOf = (className: string, plugins: readonly Named[]): readonly string[] => {
  const names = new Set(plugins.filter((plugin) => plugin.className === className).flatMap((plugin) => [simpleName(className), prunedName(plugin)]))
  return [...names].filter((name) => name !== className && classesNamed(name, plugins).length === 1)
}

/** The one class a name means. Throws `PLUGIN_UNKNOWN` or `PLUGIN_AMBIGUOUS` in Kafka's words. */
export const resolveClass = (name: string, plugins: readonly Plugin[], kind?: PluginKind): string => {
  const candidates = plugins.filter(({ type }) => isOfKind(type, kind))
  if (candidates.some(({ className }) => className === name)) return name
  const classes = classesNamed(name, candidates)
  if (classes.length === 1) return classes[0] as string
  if (classes.length > 1) {
    const found = candidates.filter(({ className }) => classes.includes(className)).map(descriptionText)
    throw new ConnectError('PLUGIN_AMBIGUOUS', `More than one ${kind ?? 'plugin'} matches alias ${name}. Please use full package and class name instead. Classes found: ${found.join(', ')}`)
  }
  if (kind !== undefined && !isConnectorKind(kind)) throw new ConnectError('PLUGIN_UNKNOWN', `Class ${name} could not be found.`)
  const connectors = plugins.filter(({ type }) => isOfKind(type, 'connector'))
  throw new ConnectError(
    'PLUGIN_UNKNOWN',
    `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${connectors.map(descriptionText).join(', ')}`,
  )
}

const isConnectorKind = (kind: PluginKind): boolean => kind === 'connector' || kind === 'source' || kind === 'sink'

const classesNamed = (name: string, plugins: readonly Named[]): readonly string[] => [
  ...new Set(plugins.filter((plugin) => simpleName(plugin.className) === name || prunedName(plugin) === name).map(({ className }) => className)),
]

/** Kafka's `PluginDesc.toString()`, which clients see in the message of an unknown class. */
const descriptionText = ({ className, version, type, location }: Plugin): string =>
  `PluginDesc{klass=class ${className}, name='${className}', version='${version}', encodedVersion=${version}, type=${type}, typeName='${type}', location='file:${location}${location.endsWith('.tgz') ? '' : '/'}'}`
