/** `topic.creation.*` of source connectors: groups of settings for topics the worker creates (KIP-158). Pure. */
import { ConfigDef } from '../data/config-def.ts'
import { invalidValue } from '../data/config-parse.ts'
import { messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { fullMatch } from './java-regex.ts'

export type TopicCreationGroup = {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Topic configuration, e.g. cleanup.policy. */
  readonly settings: Readonly<Record<string, string>>
  matches(topic: string): boolean
}
type StringMap = Readonly<Record<string, string>>

const log = logger('org.apache.kafka.connect.runtime.SourceConnectorConfig')
const PREFIX = 'topic.creation.'
const own = new Set(['include', 'exclude', 'partitions', 'replication.factor'])

export const usesTopicCreation = (props: Readonly<Record<string, unknown>>): boolean => Object.keys(props).some((key) => key.startsWith(PREFIX))

const positive = (what: string, rest: string) =>
  ConfigDef.LambdaValidator.with((name, value) => {
    if (Number(value) < 1 && Number(value) !== -1) throw invalidValue(name, value, `${what} must be positive${rest}, or -1 to use the broker's default`)
  })
const patterns = ConfigDef.LambdaValidator.with((name, value) => {
  try {
    if (Array.isArray(value)) value.map(String).forEach(fullMatch)
  } catch (error) {
    throw invalidValue(name, value, `Syntax error in regular expression: ${messageOf(error)}`)
  }
})
const groupDef = (name: string, fallback: { readonly partitions: number; readonly replicationFactor: number } | null): ConfigDef => {
  const prefix = `${PREFIX}${name}.`
  return new ConfigDef()
    .define(`${prefix}include`, { type: 'LIST', defaultValue: fallback === null ? '.*' : [], validator: patterns })
    .define(`${prefix}exclude`, { type: 'LIST', defaultValue: [], validator: patterns })
    .define(`${prefix}replication.factor`, { type: 'SHORT', defaultValue: fallback?.replicationFactor, validator: positive('Replication factor', ' and not larger than the number of brokers in the Kafka cluster') })
    .define(`${prefix}partitions`, { type: 'INT', defaultValue: fallback?.partitions, validator: positive('Number of partitions', '') })
}
const parseGroup = (name: string, props: StringMap, fallback: TopicCreationGroup | null): TopicCreationGroup => {
  const prefix = `${PREFIX}${name}.`
  const values = groupDef(name, fallback).parse(props)
  const expressions = (key: string): readonly RegExp[] => (Array.isArray(values[prefix + key]) ? (values[prefix + key] as readonly string[]).map(fullMatch) : [])
  const [include, exclude] = [expressions('include'), expressions('exclude')]
  const settings = Object.entries(props).flatMap(([key, value]) => (key.startsWith(prefix) && !own.has(key.slice(prefix.length)) ? [[key.slice(prefix.length), value]] : []))
  return {
    name,
    partitions: Number(values[`${prefix}partitions`]),
    replicationFactor: Number(values[`${prefix}replication.factor`]),
    settings: Object.fromEntries(settings),
    matches: (topic) => fallback === null || (include.some((expression) => expression.test(topic)) && !exclude.some((expression) => expression.test(topic))),
  }
}

/**
 * The groups in the order they are tried, `default` (which takes every topic) last; null when the configuration has no `topic.creation.*` key.
 * Throws ConfigException; Kafka, too, says so when a task starts and not when the connector is created.
 */
export const topicCreationGroups = (props: StringMap): readonly TopicCreationGroup[] | null => {
  if (!usesTopicCreation(props)) return null
  const fallback = parseGroup('default', props, null)
  const names = ConfigDef.parseType(`${PREFIX}groups`, props[`${PREFIX}groups`], 'LIST')
  const groups = new Set(Array.isArray(names) ? names.map(String) : [])
  if (groups.delete('default')) log.warn("'default' topic creation group always exists and does not need to be listed explicitly")
  return [...[...groups].map((name) => parseGroup(name, props, fallback)), fallback]
}
