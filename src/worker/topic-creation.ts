/** The check before a task's first record to a topic, and the topic's creation with the settings of its group (contract: runtime §3). */
import type { TopicCreationGroup } from '../config/topic-creation.ts'
import { ConnectException } from '../data/errors.ts'
import { type Admin, KafkaError, type NewTopic } from '../kafka/types.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

/** Creates the topic unless it exists. Retriable Kafka errors pass through, so that the caller tries again. */
export const createTopicIfMissing = async (groups: readonly TopicCreationGroup[], admin: Admin, name: string, log: Logger): Promise<void> => {
  log.info(`The task will send records to topic '${name}' for the first time. Checking whether topic exists`)
  const known = await admin.describeTopics([name])
  if (known.length > 0) return log.info(`Topic '${name}' already exists.`)
  // the default group, which is last, takes every topic
  const group = groups.find((candidate) => candidate.matches(name))
  if (!group) throw new ConnectException(`No topic creation group takes the topic ${name}`)
  const { partitions, replicationFactor, settings } = group
  const topic: NewTopic = { name, partitions, replicationFactor, configs: settings }
  log.info(`Creating topic '${name}'`)
  try {
    const created = await admin.createTopics([topic])
    if (created.includes(name)) log.info(`Created topic '${printed(topic)}' using creation group ${group.name}`)
    else log.info(`Topic '${name}' already exists.`)
  } catch (cause) {
    if (cause instanceof KafkaError && cause.retriable) throw cause
    throw new ConnectException(refusal(topic, group, cause), { cause })
  }
}

/** Java's InvalidConfigurationException and what extends it. */
const configurationCodes = new Set(['INVALID_CONFIG', 'INVALID_REPLICATION_FACTOR', 'INVALID_TOPIC_EXCEPTION', 'UNSUPPORTED_VERSION'])
/** Kafka's sentences (TopicAdmin.createOrFindTopics), and for settings that the broker does not take, where they come from. */
const refusal = (topic: NewTopic, group: TopicCreationGroup, cause: unknown): string => {
  const code = cause instanceof KafkaError ? cause.kafkaCode : ''
  if (code.endsWith('_AUTHORIZATION_FAILED')) return `Task failed to create new topic ${printed(topic)}. Ensure that the task is authorized to create topics or that the topic exists and restart the task`
  const settings = `Its settings are those of topic.creation.${group.name}.*: ${printed(topic)}`
  if (configurationCodes.has(code)) return `Unable to create topic(s) '${topic.name}': ${messageOf(cause)} ${settings}`
  return `Error while attempting to create/find topic(s) '${topic.name}'. ${settings}`
}

const printed = ({ name, partitions, replicationFactor, configs }: NewTopic): string => {
  const number = (value: number): string => (value === -1 ? 'default' : String(value))
  return `(name=${name}, numPartitions=${number(partitions)}, replicationFactor=${number(replicationFactor)}, replicasAssignments=null, configs={${Object.entries(configs ?? {}).map(([key, value]) => `${key}=${value}`).join(', ')}})`
}
