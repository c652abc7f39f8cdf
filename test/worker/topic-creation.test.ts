/** What happens before a task's first record to a topic. Which group a topic belongs to is test/config/connector-config.test.ts. */
import { expect, test } from 'vitest'
import { type Admin, KafkaError, type NewTopic } from '../../src/kafka/types.ts'
import { logger, setLogWriter } from '../../src/log.ts'
import { topicCreationGroups } from '../../src/config/topic-creation.ts'
import { SourceTopics } from '../../src/worker/source-topics.ts'
import type { LoopOptions } from '../../src/worker/task-loop.ts'
import { createTopicIfMissing } from '../../src/worker/topic-creation.ts'
import { connectorSpec, taskSpec } from './fakes.ts'

const config = {
  'topic.creation.default.partitions': '3', 'topic.creation.default.replication.factor': '-1', 'topic.creation.default.cleanup.policy': 'compact',
  'topic.creation.groups': 'logs, odd', 'topic.creation.logs.include': 'log-.*,audit', 'topic.creation.logs.exclude': 'log-secret', 'topic.creation.logs.partitions': '1',
  'topic.creation.odd.include': '.*odd.*', 'topic.creation.odd.replication.factor': '2',
}
const adminWith = (existing: readonly string[], create: (topics: readonly NewTopic[]) => readonly string[]) => {
  const asked: NewTopic[] = []
  const admin = {
    describeTopics: async (names: readonly string[]) => names.filter((name) => existing.includes(name)).map((name) => ({ name, partitions: [] })),
    createTopics: async (topics: readonly NewTopic[]) => {
      asked.push(...topics)
      return create(topics)
    },
  } satisfies Partial<Admin>
  return { admin: admin as unknown as Admin, asked }
}
const log = logger('test')
test('a topic is created only when it is missing', async () => {
  const creation = topicCreationGroups(config) ?? expect.fail()
  const there = adminWith(['t'], () => [])
  await createTopicIfMissing(creation, there.admin, 't', log)
  expect(there.asked).toEqual([])
  const missing = adminWith([], (topics) => topics.map(({ name }) => name))
  await createTopicIfMissing(creation, missing.admin, 'audit', log)
  await createTopicIfMissing(creation, missing.admin, 'other', log)
  expect(missing.asked).toEqual([
    { name: 'audit', partitions: 1, replicationFactor: -1, configs: {} },
    { name: 'other', partitions: 3, replicationFactor: -1, configs: { 'cleanup.policy': 'compact' } },
  ])
})
test('a refusal fails the task with a remedy, a passing error is for the caller to try again', async () => {
  const creation = topicCreationGroups(config) ?? expect.fail()
  const failing = (code: string, retriable = false) => adminWith([], () => {
    throw new KafkaError(code, 'no such thing.', { retriable })
  }).admin
  const reason = (code: string) => createTopicIfMissing(creation, failing(code), 't', log).then(() => 'created', (error: Error) => error.message)
  expect(await reason('TOPIC_AUTHORIZATION_FAILED')).toContain('Ensure that the task is authorized to create topics or that the topic exists and restart the task')
  expect(await reason('INVALID_CONFIG')).toMatch(/^Unable to create topic\(s\) 't': no such thing\. Its settings are those of topic\.creation\.default\.\*: .*cleanup\.policy=compact/)
  expect(await reason('POLICY_VIOLATION')).toMatch(/^Error while attempting to create\/find topic\(s\) 't'\. Its settings are those of topic\.creation\.default\.\*: .*numPartitions=3/)
  await expect(createTopicIfMissing(creation, failing('NOT_CONTROLLER', true), 't', log)).rejects.toBeInstanceOf(KafkaError)
})
test('a topic that another task has made meanwhile is told as one that exists, not as made', async () => {
  let told = ''
  const restore = setLogWriter((text) => void (told += text))
  try {
    await createTopicIfMissing(topicCreationGroups(config) ?? expect.fail(), adminWith([], () => []).admin, 't', log)
  } finally {
    setLogWriter(restore)
  }
  expect(told).toContain("Topic 't' already exists.")
  expect(told).not.toContain('Created topic')
})
test.each([[true, 1], [false, 0]])('with topic.creation.enable=%s a task with settings for topics asks for %i admin clients', async (topicCreationEnable, count) => {
  let asked = 0
  const admin = async (): Promise<Admin> => (asked++, adminWith([], () => []).admin)
  const topics = new SourceTopics({ spec: { ...taskSpec(connectorSpec('source', config)), topicCreationEnable }, deps: { clients: { admin } } } as unknown as LoopOptions, 'label')
  await topics.open()
  expect(asked).toBe(count)
})
