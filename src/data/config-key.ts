/** One key of a ConfigDef: what defines it, what validation found out about it, and both as plain data. */
import { convertToString, type ConfigData, type ConfigMap, type ConfigType } from './config-parse.ts'
import type { Validator } from './config-validators.ts'

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
export type ValidatorLike = Validator | ((name: string, value: ConfigData) => void)

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
