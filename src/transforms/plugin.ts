/** Small things that definitions of transformations share. */
import type { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import type { Side, Transformation, TransformationPlugin } from './types.ts'

const prefix = 'org.apache.kafka.connect.transforms.'

export const plugin = (name: string, config: ConfigDef, make: TransformationPlugin['make']): TransformationPlugin => ({ className: `${prefix}${name}`, config, make })
/** A transformation in its two forms, for the key and for the value. */
export const keyAndValue = (name: string, config: ConfigDef, make: (config: ConfigMap, side: Side) => Transformation): readonly TransformationPlugin[] => [
  plugin(`${name}$Key`, config, (values) => make(values, 'key')),
  plugin(`${name}$Value`, config, (values) => make(values, 'value')),
]

export const textOf = (config: ConfigMap, key: string): string => String(config[key] ?? '')
export const textOrNull = (config: ConfigMap, key: string): string | null => (config[key] == null ? null : String(config[key]))
export const listOf = (config: ConfigMap, key: string): readonly string[] => (Array.isArray(config[key]) ? config[key].map(String) : [])

const replaceNullKey = 'replace.null.with.default'
/** Adds the key that most of them have. */
export const withReplaceNull = (config: ConfigDef): ConfigDef =>
  config.define(replaceNullKey, 'BOOLEAN', true, 'MEDIUM', 'Whether a field that is null and has a default in its schema takes that default when it is copied. With false it stays null.')
export const replacesNull = (config: ConfigMap): boolean => config[replaceNullKey] === true

/** Java's String.split at colons: empty parts at the end are left out. */
export const colonParts = (text: string): readonly string[] => {
  const parts = text.split(':')
  while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return parts
}
