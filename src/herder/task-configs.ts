/** From what a connector's `taskConfigs` returned to what is stored, and whether that is new. Pure. */
import type { StringMap } from '../wire/guest-api.ts'

/** Kafka's pattern of a config provider's variable: `${provider:[path:]key}`. */
const variable = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/

export type ConfigMap = Readonly<Record<string, string>>

/** Each task's map gets the task's class and, for sinks, the topics of the connector. */
export const withFrameworkKeys = (configs: readonly ConfigMap[], taskClass: string, connectorConfig: ConfigMap): readonly StringMap[] => {
  const topics = Object.fromEntries(['topics', 'topics.regex'].flatMap((key) => (key in connectorConfig ? [[key, connectorConfig[key] ?? '']] : [])))
  return configs.map((config) => ({ ...config, 'task.class': taskClass, ...topics }))
}

/** Puts the raw text back for every key whose raw connector value holds a variable, so that no resolved secret is stored. */
export const withRawVariables = (configs: readonly ConfigMap[], rawConnectorConfig: ConfigMap): readonly StringMap[] => {
  const raw = Object.entries(rawConnectorConfig).filter(([, value]) => variable.test(value))
  return configs.map((config) => ({ ...config, ...Object.fromEntries(raw.filter(([key]) => key in config)) }))
}

const sameConfig = (a: ConfigMap, b: ConfigMap): boolean => {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}

/** New task configurations are taken when their number or any of them differs, or when the connector's own configuration did. */
export const taskConfigsChanged = (
  stored: { readonly config: ConfigMap; readonly taskConfigs: readonly ConfigMap[]; readonly appliedConfig: ConfigMap | null },
  next: readonly ConfigMap[],
): boolean =>
  next.length !== stored.taskConfigs.length ||
  next.some((config, index) => !sameConfig(config, stored.taskConfigs[index] ?? {})) ||
  stored.appliedConfig === null ||
  !sameConfig(stored.appliedConfig, stored.config)

/** Kafka's words for a connector that made more tasks than tasks.max; null when it did not. */
export const tooManyTasks = (connector: string, tasks: number, tasksMax: number): string | null =>
  tasks <= tasksMax
    ? null
    : `The connector ${connector} has generated ${tasks} tasks, which is greater than ${tasksMax}, the maximum number of tasks it is configured to create. ` +
      "This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector with 'tasks.max.enforce' set to false; " +
      'however, this option will be removed in a future release of Kafka Connect.'
