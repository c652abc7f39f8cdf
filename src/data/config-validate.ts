/** A configuration against the keys of a ConfigDef: every key's value, its errors and what to offer for it, parents before dependents. */
import { type ConfigKey, ConfigValue, NO_DEFAULT_VALUE } from './config-key.ts'
import { invalidValue, javaSetOrder, parseType, type ConfigData, type ConfigMap } from './config-parse.ts'

type Keys = ReadonlyMap<string, ConfigKey>
type Props = Readonly<Record<string, string | null>>
type Values = ReadonlyMap<string, ConfigValue>

export const hasOwn = (props: object, name: string): boolean => Object.hasOwn(props, name) && (props as Record<string, unknown>)[name] !== undefined
export const parseKeyValue = (key: ConfigKey, value: unknown): ConfigData => {
  const parsed = parseType(key.name, value, key.type)
  if (key.resolveClass === null || typeof parsed !== 'string') return parsed
  const className = key.resolveClass(parsed)
  if (className === null) throw invalidValue(key.name, value, `Class ${String(value)} could not be found.`)
  return className
}
export const missing = (name: string): string => `Missing required configuration "${name}" which has no default value.`

/** Keys that others name as their dependents, but that are not there. */
export const undefinedDependents = (keys: Keys): readonly string[] => javaSetOrder([...keys.values()].flatMap(({ dependents }) => dependents).filter((name) => !keys.has(name)))
const namesWithoutParent = (keys: Keys): readonly string[] => {
  const withParent = new Set([...keys.values()].flatMap(({ dependents }) => dependents))
  return [...keys.keys()].filter((name) => !withParent.has(name))
}

export const validateKeys = (keys: Keys, props: Props): Map<string, ConfigValue> => {
  const values = new Map([...keys.keys()].map((name) => [name, new ConfigValue(name)]))
  for (const name of undefinedDependents(keys)) {
    const value = new ConfigValue(name)
    value.addErrorMessage(`${name} is referred in the dependents, but not defined.`)
    value.visible = false
    values.set(name, value)
  }
  const parsed: ConfigMap = {}
  const roots = namesWithoutParent(keys)
  for (const name of roots) parse(keys, name, props, parsed, values, [])
  for (const name of roots) recommend(keys, name, parsed, values, [])
  return values
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `path` holds the parents: a dependency that comes round to itself ends there instead of never. */
const parse = (keys: Keys, name: string, props: Props, parsed: ConfigMap, values: Values, path: readonly string[]): void => {
  const key = keys.get(name)
  const config = values.get(name)
  if (key === undefined || config === undefined || path.includes(name)) return
  let value: ConfigData = null
  const attempt = (action: () => void): void => {
    try {
      action()
    } catch (error) {
      config.addErrorMessage(textOf(error))
    }
  }
  if (hasOwn(props, name)) attempt(() => void (value = parseKeyValue(key, props[name])))
  else if (key.defaultValue === NO_DEFAULT_VALUE) config.addErrorMessage(missing(name))
  else value = key.defaultValue
  attempt(() => key.validator?.ensureValid(name, value))
  config.value = value
  parsed[name] = value
  for (const dependent of key.dependents) parse(keys, dependent, props, parsed, values, [...path, name])
}

const recommend = (keys: Keys, name: string, parsed: ConfigMap, values: Values, path: readonly string[]): void => {
  const key = keys.get(name)
  const config = values.get(name)
  if (key === undefined || config === undefined || path.includes(name)) return
  if (key.recommender !== null) {
    try {
      const before = new Set(config.recommendedValues)
      config.recommendedValues = key.recommender.validValues(name, parsed).filter((value) => before.size === 0 || before.has(value))
      config.visible = key.recommender.visible(name, parsed)
    } catch (error) {
      config.addErrorMessage(textOf(error))
    }
  }
  for (const dependent of key.dependents) recommend(keys, dependent, parsed, values, [...path, name])
}
