/** Keys and values as REST shows them: plain data in snake case. */
import type { ConfigKeyData, ConfigValueData } from '../data/config-key.ts'

/** As in the REST contract (§5); the same shapes as herder/types.ts. */
export type ConfigKeyInfo = {
  readonly name: string; readonly type: string; readonly required: boolean; readonly default_value: string | null; readonly importance: string
  readonly documentation: string; readonly group: string | null; readonly order_in_group: number; readonly width: string; readonly display_name: string; readonly dependents: readonly string[]
}
export type ConfigValueInfo = { readonly name: string; readonly value: string | null; readonly recommended_values: readonly string[]; readonly errors: readonly string[]; readonly visible: boolean }
export type ConfigInfo = { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo }
export type ConfigInfos = { readonly name: string; readonly error_count: number; readonly groups: readonly string[]; readonly configs: readonly ConfigInfo[] }
/** A configuration whose variables are resolved. A null value (JSON null) is an error of its own. */
export type GivenConfig = Readonly<Record<string, string | null>>

export const configKeyInfo = (key: ConfigKeyData, prefix = ''): ConfigKeyInfo => ({
  name: prefix + key.name, type: key.type, required: key.required, default_value: key.defaultValue ?? null, importance: key.importance, documentation: key.documentation,
  group: key.group, order_in_group: key.orderInGroup, width: key.width, display_name: key.displayName, dependents: key.dependents,
})
export const valueInfo = (value: ConfigValueData, prefix = ''): ConfigValueInfo => ({
  name: prefix + value.name, value: value.value, recommended_values: value.recommendedValues, errors: value.errors, visible: value.visible,
})
