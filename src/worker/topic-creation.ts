/**
 * Topics that a source connector creates with settings of its own (`topic.creation.*`): which group a topic belongs to, and the
 * check before a task's first record to it (contract: runtime §3, worker-config §4.2).
 */
import { ConfigException, ConnectException } from '../data/errors.ts'
import { type Admin, KafkaError, type NewTopic } from '../kafka/types.ts'
import type { Logger } from '../log.ts'
import type { StringMap } from '../wire/guest-api.ts'

const prefix = 'topic.creation.'
type Group = { readonly name: string; readonly matches: (topic: string) => boolean; readonly partitions: number; readonly replicationFactor: number; readonly configs: Readonly<Record<string, string>> }
export type TopicCreation = { readonly newTopic: (topic: string) => { readonly group: string; readonly topic: NewTopic } }

/** Null when the connector has no such settings: then the broker's auto-creation applies. Throws a ConfigException for wrong ones. */
export const topicCreationOf = (config: StringMap): TopicCreation | null => {
  if (!Object.keys(config).some((key) => key.startsWith(prefix))) return null
  const named = list(config[`${prefix}groups`]).filter((name) => name !== 'default')
  const fallback = groupOf(config, 'default', null)
  const groups = [...named.map((name) => groupOf(config, name, fallback)), fallback]
  return {
    newTopic(topic) {
      const group = groups.find(({ matches }) => matches(topic)) ?? fallback
      return { group: group.name, topic: { name: topic, partitions: group.partitions, replicationFactor: group.replicationFactor, configs: group.configs } }
    },
  }
}

const own = new Set(['include', 'exclude', 'replication.factor', 'partitions'])
const groupOf = (config: StringMap, name: string, fallback: Group | null): Group => {
  const base = `${prefix}${name}.`
  const include = fallback === null ? null : expressions(`${base}include`, config[`${base}include`])
  const exclude = fallback === null ? null : expressions(`${base}exclude`, config[`${base}exclude`])
  return {
    name,
    matches: (topic) => fallback === null || (include?.test(topic) === true && exclude?.test(topic) !== true),
    partitions: numberOf(config, `${base}partitions`, fallback?.partitions),
    replicationFactor: numberOf(config, `${base}replication.factor`, fallback?.replicationFactor),
    configs: Object.fromEntries(Object.entries(config).filter(([key]) => key.startsWith(base) && !own.has(key.slice(base.length))).map(([key, value]) => [key.slice(base.length), value])),
  }
}
const numberOf = (config: StringMap, key: string, fallback: number | undefined): number => {
  const text = config[key]
  if (text === undefined) {
    if (fallback !== undefined) return fallback
    throw new ConfigException(`Missing required configuration "${key}" which has no default value.`)
  }
  const value = Number(text)
  if (!Number.isInteger(value)) throw new ConfigException(key, text, `Not a number of type ${key.endsWith('partitions') ? 'INT' : 'SHORT'}`)
  if (value !== -1 && value < 1) throw new ConfigException(key, text, 'Value must be at least 1, or -1 for the broker\'s default')
  return value
}
const list = (text: string | undefined): readonly string[] => (text ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '')
const expressions = (key: string, text: string | undefined): RegExp | null => {
  const all = list(text)
  if (all.length === 0) return null
  try {
    return new RegExp(`^(?:${all.join('|')})$`)
  } catch (cause) {
    throw Object.assign(new ConfigException(key, text, 'Syntax error in regular expression'), { cause })
  }
}

/** Creates the topic unless it exists. Retriable Kafka errors pass through, so that the caller tries again. */
export const createTopicIfMissing = async (creation: TopicCreation, admin: Admin, name: string, log: Logger): Promise<void> => {
  log.info(`The task will send records to topic '${name}' for the first time. Checking whether topic exists`)
  const known = await admin.describeTopics([name])
  if (known.length > 0) return log.info(`Topic '${name}' already exists.`)
  const { group, topic } = creation.newTopic(name)
  log.info(`Creating topic '${name}'`)
  try {
    const created = await admin.createTopics([topic])
    if (created.includes(name)) log.info(`Created topic '(name=${name}, numPartitions=${topic.partitions}, replicationFactor=${topic.replicationFactor})' using creation group ${group}`)
    else log.info(`Topic '${name}' already exists.`)
  } catch (cause) {
    if (cause instanceof KafkaError && cause.retriable) throw cause
    throw new ConnectException(`Task failed to create new topic (name=${name}, numPartitions=${topic.partitions}, replicationFactor=${topic.replicationFactor}). Ensure that the task is authorized to create topics or that the topic exists and restart the task`, { cause })
  }
}
