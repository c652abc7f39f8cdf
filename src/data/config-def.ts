/**
 * Kafka's ConfigDef: which keys a configuration has, of which type, with which default, and what is wrong with a given one.
 * Shared by the worker and by guest code (`import { ConfigDef } from 'isoconnect'`), so it knows neither Node nor plugins.
 *
 *   new ConfigDef()
 *     .define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic to write to')
 *     .define('batch.size', ConfigDef.Type.INT, 2000, ConfigDef.Range.atLeast(1), ConfigDef.Importance.LOW, 'Records a poll')
 *     .define('mode', { type: 'STRING', defaultValue: 'a', validator: ConfigDef.ValidString.in('a', 'b'), documentation: '…' })
 */
import { configTypes, convertToString, invalidValue, javaSetOrder, parseType, Password, type ConfigData, type ConfigMap, type ConfigType } from './config-parse.ts'
import {
  CaseInsensitiveValidString, CompositeValidator, LambdaValidator, ListSize, NonEmptyString, NonEmptyStringWithoutControlChars, NonNullValidator,
  Range, ValidList, ValidString, type Validator,
} from './config-validators.ts'
import { ConfigException } from './errors.ts'

export type { ConfigData, ConfigMap, ConfigType } from './config-parse.ts'
export type { Validator } from './config-validators.ts'

export const importances = ['HIGH', 'MEDIUM', 'LOW'] as const
export type Importance = (typeof importances)[number]
export const widths = ['NONE', 'SHORT', 'MEDIUM', 'LONG'] as const
export type Width = (typeof widths)[number]

/** The default of a key that must be given. */
export const NO_DEFAULT_VALUE: unique symbol = Symbol('NO_DEFAULT_VALUE')

export interface Recommender {
  /** Values to offer for the key, given the others. */
  validValues(name: string, parsed: ConfigMap): readonly ConfigData[]
  /** Whether the key matters, given the others. */
  visible(name: string, parsed: ConfigMap): boolean
}
type ValidatorLike = Validator | ((name: string, value: ConfigData) => void)

export type ResolveClass = (name: string) => string | null

export type ConfigKeyOptions = {
  readonly type: ConfigType
  /** Absent: the key is required. Text is parsed as the key's type. */
  readonly defaultValue?: ConfigData | typeof NO_DEFAULT_VALUE
  readonly validator?: ValidatorLike | null
  readonly importance?: Importance
  readonly documentation?: string
  readonly group?: string | null
  readonly orderInGroup?: number
  readonly width?: Width
  readonly displayName?: string
  readonly dependents?: readonly string[]
  readonly recommender?: Recommender | null
  /** CLASS keys: the full class name of a name or alias, null when there is none (`Class X could not be found.`). Absent: any name will do. */
  readonly resolveClass?: ResolveClass | null
  /** Of no concern to users: in Java such a key is left out of generated pages. */
  readonly internalConfig?: boolean
}
export type ConfigKey = {
  readonly name: string
  readonly type: ConfigType
  readonly defaultValue: ConfigData | typeof NO_DEFAULT_VALUE
  readonly validator: Validator | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: Width
  readonly displayName: string
  readonly dependents: readonly string[]
  readonly recommender: Recommender | null
  readonly resolveClass: ResolveClass | null
  readonly internalConfig: boolean
}
/** What validation found out about one key. `value` is null when it is missing or cannot be parsed. */
export class ConfigValue {
  readonly name: string
  value: ConfigData = null
  recommendedValues: ConfigData[] = []
  errorMessages: string[] = []
  visible = true
  constructor(name: string) {
    this.name = name
  }
  addErrorMessage(message: string): void {
    this.errorMessages.push(message)
  }
}

/** A key and a validated value as plain data, in the words of `GET …/config` and `PUT …/validate`. */
export type ConfigKeyData = {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly defaultValue?: string | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: Width
  readonly displayName: string
  readonly dependents: readonly string[]
}
export type ConfigValueData = { readonly name: string; readonly value: string | null; readonly recommendedValues: readonly string[]; readonly errors: readonly string[]; readonly visible: boolean }

const isImportance = (value: unknown): value is Importance => importances.includes(value as Importance)
const isValidator = (value: unknown): boolean => typeof value === 'function' || (typeof value === 'object' && value !== null && 'ensureValid' in value)
const asValidator = (given: ValidatorLike | null | undefined): Validator | null => (typeof given === 'function' ? LambdaValidator.with(given) : (given ?? null))

type Tail =
  | []
  | [group: string | null, orderInGroup: number, width: Width, displayName: string]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, recommender: Recommender | null]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, dependents: readonly string[]]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, dependents: readonly string[], recommender: Recommender | null]
type DefineArguments =
  | [importance: Importance, documentation: string, ...tail: Tail]
  | [defaultValue: ConfigData | typeof NO_DEFAULT_VALUE, importance: Importance, documentation: string, ...tail: Tail]
  | [defaultValue: ConfigData | typeof NO_DEFAULT_VALUE, validator: ValidatorLike | null, importance: Importance, documentation: string, ...tail: Tail]

/** Where the importance stands tells Java's overloads apart; a default of 'HIGH' is told from an importance by what follows it. */
const optionsOf = (type: ConfigType, args: readonly unknown[]): ConfigKeyOptions => {
  const [first, second, third] = args
  const at = isImportance(third) && (second === null || isValidator(second)) ? 2 : isImportance(second) && args.length > 2 && typeof args[3] !== 'number' ? 1 : isImportance(first) ? 0 : 1
  const importance = args[at]
  if (!isImportance(importance)) throw new ConfigException(`define(name, type, …) needs an importance: ConfigDef.Importance.HIGH, MEDIUM or LOW`)
  const [documentation, group, orderInGroup, width, displayName, ...rest] = args.slice(at + 1)
  return {
    type,
    defaultValue: at === 0 ? NO_DEFAULT_VALUE : (first as ConfigData),
    validator: at === 2 ? (second as ValidatorLike | null) : null,
    importance,
    documentation: documentation as string,
    group: (group ?? null) as string | null,
    orderInGroup: orderInGroup as number | undefined,
    width: width as Width | undefined,
    displayName: displayName as string | undefined,
    dependents: rest.find(Array.isArray) as readonly string[] | undefined,
    recommender: (rest.find((value) => !Array.isArray(value)) ?? null) as Recommender | null,
  }
}

const hasOwn = (props: object, name: string): boolean => Object.hasOwn(props, name) && (props as Record<string, unknown>)[name] !== undefined
const parseKeyValue = (key: ConfigKey, value: unknown): ConfigData => {
  const parsed = parseType(key.name, value, key.type)
  if (key.resolveClass === null || typeof parsed !== 'string') return parsed
  const className = key.resolveClass(parsed)
  if (className === null) throw invalidValue(key.name, value, `Class ${String(value)} could not be found.`)
  return className
}
const missing = (name: string): string => `Missing required configuration "${name}" which has no default value.`

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
    if (!configTypes.includes(options.type)) throw new ConfigException(`Configuration ${name} has an unknown type: ${String(options.type)}`)
    const required = options.defaultValue === undefined || options.defaultValue === NO_DEFAULT_VALUE
    const defaultValue = required ? NO_DEFAULT_VALUE : parseType(name, options.defaultValue, options.type)
    const given = asValidator(options.validator)
    const validator = given instanceof Range && options.type === 'DOUBLE' ? given.ofDoubles() : given
    if (defaultValue !== NO_DEFAULT_VALUE) validator?.ensureValid(name, defaultValue)
    return this.#add({
      name, type: options.type, defaultValue, validator,
      importance: options.importance ?? 'MEDIUM',
      documentation: options.documentation ?? '',
      group: options.group ?? null,
      orderInGroup: options.orderInGroup ?? -1,
      width: options.width ?? 'NONE',
      displayName: options.displayName ?? name,
      dependents: options.dependents ?? [],
      recommender: options.recommender ?? null,
      resolveClass: options.resolveClass ?? null,
      internalConfig: options.internalConfig ?? false,
    })
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
    const undefinedNames = this.#undefinedDependents()
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
    const values = new Map([...this.#keys.keys()].map((name) => [name, new ConfigValue(name)]))
    for (const name of this.#undefinedDependents()) {
      const value = new ConfigValue(name)
      value.addErrorMessage(`${name} is referred in the dependents, but not defined.`)
      value.visible = false
      values.set(name, value)
    }
    const parsed: ConfigMap = {}
    const roots = this.#namesWithoutParent()
    for (const name of roots) this.#parseForValidate(name, props, parsed, values, [])
    for (const name of roots) this.#recommend(name, parsed, values, [])
    return values
  }
  /** `path` holds the parents: a dependency that comes round to itself ends there instead of never. */
  #parseForValidate(name: string, props: Readonly<Record<string, string | null>>, parsed: ConfigMap, values: ReadonlyMap<string, ConfigValue>, path: readonly string[]): void {
    const key = this.#keys.get(name)
    const config = values.get(name)
    if (key === undefined || config === undefined || path.includes(name)) return
    let value: ConfigData = null
    const attempt = (action: () => void): void => {
      try {
        action()
      } catch (error) {
        config.addErrorMessage(error instanceof Error ? error.message : String(error))
      }
    }
    if (hasOwn(props, name)) attempt(() => void (value = parseKeyValue(key, props[name])))
    else if (key.defaultValue === NO_DEFAULT_VALUE) config.addErrorMessage(missing(name))
    else value = key.defaultValue
    attempt(() => key.validator?.ensureValid(name, value))
    config.value = value
    parsed[name] = value
    for (const dependent of key.dependents) this.#parseForValidate(dependent, props, parsed, values, [...path, name])
  }
  #recommend(name: string, parsed: ConfigMap, values: ReadonlyMap<string, ConfigValue>, path: readonly string[]): void {
    const key = this.#keys.get(name)
    const config = values.get(name)
    if (key === undefined || config === undefined || path.includes(name)) return
    if (key.recommender !== null) {
      try {
        const before = new Set(config.recommendedValues)
        config.recommendedValues = key.recommender.validValues(name, parsed).filter((value) => before.size === 0 || before.has(value))
        config.visible = key.recommender.visible(name, parsed)
      } catch (error) {
        config.addErrorMessage(error instanceof Error ? error.message : String(error))
      }
    }
    for (const dependent of key.dependents) this.#recommend(dependent, parsed, values, [...path, name])
  }
  #undefinedDependents(): readonly string[] {
    return javaSetOrder([...this.#keys.values()].flatMap(({ dependents }) => dependents).filter((name) => !this.#keys.has(name)))
  }
  #namesWithoutParent(): readonly string[] {
    const withParent = new Set([...this.#keys.values()].flatMap(({ dependents }) => dependents))
    return [...this.#keys.keys()].filter((name) => !withParent.has(name))
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

export const configKeyData = (key: ConfigKey): ConfigKeyData => ({
  name: key.name, type: key.type, required: key.defaultValue === NO_DEFAULT_VALUE,
  ...(key.defaultValue === NO_DEFAULT_VALUE ? {} : { defaultValue: convertToString(key.defaultValue, key.type) }),
  importance: key.importance, documentation: key.documentation, group: key.group, orderInGroup: key.orderInGroup, width: key.width,
  displayName: key.displayName, dependents: key.dependents,
})
export const configValueData = (value: ConfigValue, type: ConfigType | null): ConfigValueData => ({
  name: value.name,
  value: convertToString(value.value, type),
  recommendedValues: value.recommendedValues.flatMap((item) => convertToString(item, type) ?? []),
  errors: [...value.errorMessages],
  visible: value.visible,
})
