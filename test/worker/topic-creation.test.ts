/** Which settings a new topic gets, and what happens before the first record to a topic. */
import { expect, test } from 'vitest'
import { type Admin, KafkaError, type NewTopic } from '../../src/kafka/types.ts'
import { logger } from '../../src/log.ts'
import { createTopicIfMissing, topicCreationOf } from '../../src/worker/topic-creation.ts'

const config = {
  'topic.creation.default.partitions': '3', 'topic.creation.default.replication.factor': '-1', 'topic.creation.default.cleanup.policy': 'compact',
  'topic.creation.groups': 'logs, default, odd', 'topic.creation.logs.include': 'log-.*,audit', 'topic.creation.logs.exclude': 'log-secret', 'topic.creation.logs.partitions': '1',
  'topic.creation.odd.include': '.*odd.*', 'topic.creation.odd.replication.factor': '2',
}
test('the first group that matches the whole name wins, exclusions count, the default fills in', () => {
  const creation = topicCreationOf(config)
  const of = (topic: string) => {
    const found = creation?.newTopic(topic)
    return [found?.group, found?.topic.partitions, found?.topic.replicationFactor, found?.topic.configs]
  }
  expect(of('log-odd')).toEqual(['logs', 1, -1, {}])
  expect(of('audit')).toEqual(['logs', 1, -1, {}])
  expect(of('log-secret')).toEqual(['default', 3, -1, { 'cleanup.policy': 'compact' }])
  expect(of('my-audit')).toEqual(['default', 3, -1, { 'cleanup.policy': 'compact' }])
  expect(of('very odd')).toEqual(['odd', 3, 2, {}])
})
test('without such settings the broker decides; incomplete ones are an error', () => {
  expect(topicCreationOf({ topic: 't' })).toBe(null)
  expect(() => topicCreationOf({ 'topic.creation.groups': 'a' })).toThrow('Missing required configuration "topic.creation.default.')
  expect(() => topicCreationOf({ ...config, 'topic.creation.logs.include': '(' })).toThrow('topic.creation.logs.include')
  expect(() => topicCreationOf({ ...config, 'topic.creation.default.partitions': '0' })).toThrow('topic.creation.default.partitions')
})

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
  const creation = topicCreationOf(config) ?? expect.fail()
  const there = adminWith(['t'], () => [])
  await createTopicIfMissing(creation, there.admin, 't', log)
  expect(there.asked).toEqual([])
  const missing = adminWith([], (topics) => topics.map(({ name }) => name))
  await createTopicIfMissing(creation, missing.admin, 'audit', log)
  expect(missing.asked).toEqual([{ name: 'audit', partitions: 1, replicationFactor: -1, configs: {} }])
})
test('a refusal fails the task with a remedy, a passing error is for the caller to try again', async () => {
  const creation = topicCreationOf(config) ?? expect.fail()
  const failing = (retriable: boolean) => adminWith([], () => {
    throw new KafkaError('X', 'no', { retriable })
  }).admin
  await expect(createTopicIfMissing(creation, failing(false), 't', log)).rejects.toThrow('Ensure that the task is authorized to create topics or that the topic exists and restart the task')
  await expect(createTopicIfMissing(creation, failing(true), 't', log)).rejects.toBeInstanceOf(KafkaError)
})
