/** What `define` is given, by Java's overloads or as options, and the key that comes of it. */
import {
  type ConfigKey, type ConfigKeyOptions, type Importance, importances, NO_DEFAULT_VALUE, type Recommender, type ValidatorLike, type Width,
} from './config-key.ts'
import { configTypes, parseType, type ConfigData, type ConfigType } from './config-parse.ts'
import { LambdaValidator, Range, type Validator } from './config-validators.ts'
import { ConfigException } from './errors.ts'

const isImportance = (value: unknown): value is Importance => importances.includes(value as Importance)
const isValidator = (value: unknown): boolean => typeof value === 'function' || (typeof value === 'object' && value !== null && 'ensureValid' in value)
const asValidator = (given: ValidatorLike | null | undefined): Validator | null => (typeof given === 'function' ? LambdaValidator.with(given) : (given ?? null))

type Tail =
  | []
  | [group: string | null, orderInGroup: number, width: Width, displayName: string]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, recommender: Recommender | null]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, dependents: readonly string[]]
  | [group: string | null, orderInGroup: number, width: Width, displayName: string, dependents: readonly string[], recommender: Recommender | null]
export type DefineArguments =
  | [importance: Importance, documentation: string, ...tail: Tail]
  | [defaultValue: ConfigData | typeof NO_DEFAULT_VALUE, importance: Importance, documentation: string, ...tail: Tail]
  | [defaultValue: ConfigData | typeof NO_DEFAULT_VALUE, validator: ValidatorLike | null, importance: Importance, documentation: string, ...tail: Tail]

/** Where the importance stands tells Java's overloads apart; a default of 'HIGH' is told from an importance by what follows it. */
export const optionsOf = (type: ConfigType, args: readonly unknown[]): ConfigKeyOptions => {
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

/** Throws a ConfigException for a default that is not of the type or not valid. */
export const keyOf = (name: string, options: ConfigKeyOptions): ConfigKey => {
  if (!configTypes.includes(options.type)) throw new ConfigException(`Configuration ${name} has an unknown type: ${String(options.type)}`)
  const required = options.defaultValue === undefined || options.defaultValue === NO_DEFAULT_VALUE
  const defaultValue = required ? NO_DEFAULT_VALUE : parseType(name, options.defaultValue, options.type)
  const given = asValidator(options.validator)
  const validator = given instanceof Range && options.type === 'DOUBLE' ? given.ofDoubles() : given
  if (defaultValue !== NO_DEFAULT_VALUE) validator?.ensureValid(name, defaultValue)
  return {
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
  }
}
