/**
 * Kafka's ConfigDef: which keys a configuration has, of which type, with which default, and what is wrong with a given one.
 * Shared by the worker and by guest code (`import { ConfigDef } from 'isoconnect'`), so it knows neither Node nor plugins.
 *
 *   new ConfigDef()
 *     .define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic to write to')
 *     .define('batch.size', ConfigDef.Type.INT, 2000, ConfigDef.Range.atLeast(1), ConfigDef.Importance.LOW, 'Records a poll')
 *     .define('mode', { type: 'STRING', defaultValue: 'a', validator: ConfigDef.ValidString.in('a', 'b'), documentation: '…' })
 */
import { type DefineArguments, keyOf, optionsOf } from './config-define.ts'
import {
  type ConfigKey, type ConfigKeyData, configKeyData, type ConfigKeyOptions, type ConfigValue, type ConfigValueData, configValueData, type Importance, importances, NO_DEFAULT_VALUE,
  type Width, widths,
} from './config-key.ts'
import { configTypes, convertToString, parseType, Password, type ConfigData, type ConfigMap, type ConfigType } from './config-parse.ts'
import { hasOwn, missing, parseKeyValue, undefinedDependents, validateKeys } from './config-validate.ts'
import {
  CaseInsensitiveValidString, CompositeValidator, LambdaValidator, ListSize, NonEmptyString, NonEmptyStringWithoutControlChars, NonNullValidator, Range, ValidList, ValidString,
} from './config-validators.ts'
import { ConfigException } from './errors.ts'

export class ConfigDef {
  static readonly Type = Object.fromEntries(configTypes.map((type) => [type, type])) as { readonly [T in ConfigType]: T }
  static readonly Importance = Object.fromEntries(importances.map((value) => [value, value])) as { readonly [T in Importance]: T }
  static readonly Width = Object.fromEntries(widths.map((value) => [value, value])) as { readonly [T in Width]: T }
  static readonly NO_DEFAULT_VALUE: typeof NO_DEFAULT_VALUE = NO_DEFAULT_VALUE
  static readonly Range = Range
  static readonly ValidString = ValidString
  static readonly CaseInsensitiveValidString = CaseInsensitiveValidString
  static readonly ValidList = ValidList
  static readonly NonNullValidator = NonNullValidator
  static readonly NonEmptyString = NonEmptyString
  static readonly NonEmptyStringWithoutControlChars = NonEmptyStringWithoutControlChars
  static readonly ListSize = ListSize
  static readonly LambdaValidator = LambdaValidator
  static readonly CompositeValidator = CompositeValidator
  static readonly Password = Password
  static readonly parseType = parseType
  static readonly convertToString = convertToString

  readonly #keys = new Map<string, ConfigKey>()
  readonly #groups: string[] = []

  constructor(base?: ConfigDef) {
    for (const key of base?.configKeys().values() ?? []) this.#add(key)
  }

  define(name: string, options: ConfigKeyOptions): this
  define(name: string, type: ConfigType, ...args: DefineArguments): this
  define(name: string, typeOrOptions: ConfigType | ConfigKeyOptions, ...args: readonly unknown[]): this {
    const options = typeof typeOrOptions === 'object' ? typeOrOptions : optionsOf(typeOrOptions, args)
    return this.#add(keyOf(name, options))
  }
  defineInternal(name: string, type: ConfigType, defaultValue: ConfigData, importance: Importance): this {
    return this.define(name, { type, defaultValue, importance, group: '', internalConfig: true })
  }
  #add(key: ConfigKey): this {
    if (this.#keys.has(key.name)) throw new ConfigException(`Configuration ${key.name} is defined twice.`)
    if (key.group !== null && !this.#groups.includes(key.group)) this.#groups.push(key.group)
    this.#keys.set(key.name, key)
    return this
  }

  names(): ReadonlySet<string> {
    return new Set(this.#keys.keys())
  }
  configKeys(): ReadonlyMap<string, ConfigKey> {
    return this.#keys
  }
  groups(): readonly string[] {
    return this.#groups
  }
  defaultValues(): ConfigMap {
    return Object.fromEntries([...this.#keys.values()].flatMap(({ name, defaultValue }) => (defaultValue === NO_DEFAULT_VALUE ? [] : [[name, defaultValue]])))
  }

  /**
   * The typed values of all defined keys, defaults filled in; stops at the first wrong one with a ConfigException.
   * Repeated items of a ValidList are dropped; `warn` hears of it.
   */
  parse(props: Readonly<Record<string, unknown>>, warn: (message: string) => void = () => {}): ConfigMap {
    const undefinedNames = undefinedDependents(this.#keys)
    if (undefinedNames.length > 0) throw new ConfigException(`Some configurations in are referred in the dependents, but not defined: ${undefinedNames.join(',')}`)
    return Object.fromEntries([...this.#keys.values()].map((key) => [key.name, this.#parseValue(key, props, warn)]))
  }
  /** One key of `parse`, for callers that want every error and not the first. */
  parseKey(name: string, props: Readonly<Record<string, unknown>>, warn: (message: string) => void = () => {}): ConfigData {
    const key = this.#keys.get(name)
    if (key === undefined) throw new ConfigException(`Unknown configuration '${name}'`)
    return this.#parseValue(key, props, warn)
  }
  #parseValue(key: ConfigKey, props: Readonly<Record<string, unknown>>, warn: (message: string) => void): ConfigData {
    let value: ConfigData
    if (hasOwn(props, key.name)) value = parseKeyValue(key, props[key.name])
    else if (key.defaultValue === NO_DEFAULT_VALUE) throw new ConfigException(missing(key.name))
    else value = key.defaultValue
    if (key.validator instanceof ValidList && Array.isArray(value)) {
      const distinct = [...new Set(value.map(String))]
      if (distinct.length !== value.length) {
        warn(`Configuration key "${key.name}" contains duplicate values. Duplicates will be removed. The original value is: [${value.join(', ')}], the updated value is: [${distinct.join(', ')}]`)
        value = distinct
      }
    }
    key.validator?.ensureValid(key.name, value)
    return value
  }

  /** Everything there is to say about each key, in definition order. A validator also sees the null of a key that failed to parse. */
  validate(props: Readonly<Record<string, string | null>>): ConfigValue[] {
    return [...this.validateAll(props).values()]
  }
  validateAll(props: Readonly<Record<string, string | null>>): Map<string, ConfigValue> {
    return validateKeys(this.#keys, props)
  }

  /** Adds the keys of `child` under a prefix, as Kafka embeds the keys of a transformation: sorted, numbered, prefixes hidden from its validators. */
  embed(keyPrefix: string, groupPrefix: string, startingOrder: number, child: ConfigDef): void {
    child.#sorted().forEach((key, index) => {
      const { validator, recommender } = key
      const own = (parsed: ConfigMap): ConfigMap =>
        Object.fromEntries(Object.entries(parsed).flatMap(([name, value]) => (name.startsWith(keyPrefix) ? [[name.slice(keyPrefix.length), value]] : [])))
      this.#add({
        ...key,
        name: keyPrefix + key.name,
        validator: validator === null ? null : LambdaValidator.with((name, value) => validator.ensureValid(name.slice(keyPrefix.length), value), () => validator.toString()),
        group: groupPrefix + (key.group === null ? '' : `: ${key.group}`),
        orderInGroup: startingOrder + index,
        dependents: key.dependents.map((name) => keyPrefix + name),
        recommender: recommender === null ? null : {
          validValues: (name, parsed) => recommender.validValues(name.slice(keyPrefix.length), own(parsed)),
          visible: (name, parsed) => recommender.visible(name.slice(keyPrefix.length), own(parsed)),
        },
      })
    })
  }
  /** By group, order in group, required first, importance, name. */
  #sorted(): readonly ConfigKey[] {
    const rank = (key: ConfigKey): readonly number[] =>
      [key.group === null ? -1 : this.#groups.indexOf(key.group), key.orderInGroup, key.defaultValue === NO_DEFAULT_VALUE ? 0 : 1, importances.indexOf(key.importance)]
    return [...this.#keys.values()].toSorted((a, b) => {
      const [left, right] = [rank(a), rank(b)]
      const at = left.findIndex((value, index) => value !== right[index])
      return at === -1 ? (a.name < b.name ? -1 : 1) : (left[at] ?? 0) - (right[at] ?? 0)
    })
  }

  /** The keys as plain data, in definition order. Internal ones, too: Kafka leaves them out of its generated pages only. */
  toJson(): ConfigKeyData[] {
    return Array.from(this.#keys.values(), configKeyData)
  }
  /** `validate` as plain data. */
  validateToJson(props: Readonly<Record<string, string | null>>): ConfigValueData[] {
    return [...this.validateAll(props).values()].map((value) => configValueData(value, this.#keys.get(value.name)?.type ?? null))
  }
}
