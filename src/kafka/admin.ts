/** The admin client: each call is tried again until it works, is refused for good, or `default.api.timeout.ms` is over. */
import { createTopicsRequest, deleteGroupsRequest, deleteTopicsRequest, describeTopicConfigRequest, offsetDeleteRequest } from './admin-requests.ts'
import { numberOf } from './client-config.ts'
import { type KafkaConnection, type TopicMetadata, withRetries } from './connection.ts'
import { disconnected } from './kafka-errors.ts'
import { earliestTimestamp, latestTimestamp, listOffsetsRequest, offsetCommitRequest, offsetFetchRequest } from './offset-requests.ts'
import { type Admin, type ClientProperties, type KafkaError, partitionKey, type TopicPartition } from './types.ts'

const isGroupGone = (error: KafkaError): boolean => error.kafkaCode === 'GROUP_ID_NOT_FOUND'

export const createAdmin = (connection: KafkaConnection, properties: ClientProperties): Admin => {
  const timeoutMs = numberOf(properties, 'default.api.timeout.ms')
  const backoff = { backoffMs: numberOf(properties, 'retry.backoff.ms'), backoffMaxMs: numberOf(properties, 'retry.backoff.max.ms') }
  const retried = <T>(attempt: () => Promise<T>, onRetry?: (error: KafkaError) => void | Promise<void>): Promise<T> =>
    withRetries(attempt, { deadlineMs: Date.now() + timeoutMs, ...backoff, ...(onRetry === undefined ? {} : { onRetry }) })
  /** Finds the coordinator anew before each further attempt. */
  const inGroup = <T>(groupId: string, attempt: () => Promise<T>): Promise<T> => retried(attempt, () => connection.forgetCoordinator('group', groupId))
  const refreshController = async (): Promise<void> => {
    await connection.refreshMetadata([]).catch(() => {
      // the attempt that follows says what is wrong
    })
  }
  const throwFirst = (errors: readonly (KafkaError | null)[]): void => {
    const error = errors.find((one) => one !== null)
    if (error !== undefined) throw error
  }
  /** Metadata of topics by their names; a topic that is merely without a leader for now is tried again. */
  const describe = (names: readonly string[] | null): Promise<readonly TopicMetadata[]> =>
    retried(async () => {
      const topics = names?.length === 0 ? [] : await connection.refreshMetadata(names, { autoCreate: false })
      throwFirst(topics.map(({ error }) => (error === null || error.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION' ? null : error)))
      return topics.filter(({ error }) => error === null)
    })

  return {
    clusterId: () => retried(() => connection.clusterId()),
    async describeTopics(names) {
      return (await describe(names)).map(({ name, partitions }) => ({ name, partitions: partitions.map(({ id, leader }) => ({ id, leader })) }))
    },
    async listTopics() {
      return (await describe(null)).filter(({ isInternal }) => !isInternal).map(({ name }) => name)
    },
    async createTopics(topics) {
      const created: string[] = []
      let left = topics
      await retried(async () => {
        if (left.length === 0) return
        const results = await connection.send('controller', createTopicsRequest(left, connection.requestTimeoutMs))
        const errors: KafkaError[] = []
        for (const { name, error } of results) {
          if (error === null) created.push(name)
          else if (error.kafkaCode !== 'TOPIC_ALREADY_EXISTS') {
            errors.push(error)
            continue
          }
          left = left.filter((topic) => topic.name !== name)
        }
        throwFirst(errors.toSorted((a, b) => Number(a.retriable) - Number(b.retriable)))
      }, refreshController)
      return created
    },
    async deleteTopics(names) {
      let left = names
      await retried(async () => {
        if (left.length === 0) return
        const results = await connection.send('controller', deleteTopicsRequest(left, connection.requestTimeoutMs))
        const done = new Set(results.filter(({ error }) => error === null || (error.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION')).map(({ name }) => name))
        left = left.filter((name) => !done.has(name))
        throwFirst(results.map(({ name, error }) => (done.has(name) ? null : error)))
      }, refreshController)
    },
    describeTopicConfig(name) {
      return retried(async () => {
        const results = await connection.send('any', describeTopicConfigRequest(name))
        throwFirst(results.map(({ error }) => error))
        return results[0]?.configs ?? {}
      })
    },
    async listOffsets(partitions, at) {
      const timestamp = at === 'earliest' ? earliestTimestamp : at === 'latest' ? latestTimestamp : at
      const isolation = properties['isolation.level'] === 'read_committed' ? 1 : 0
      const offsets = new Map<string, number>()
      let left = partitions
      await retried(async () => {
        if (left.length === 0) return
        const topics = [...new Set(left.map(({ topic }) => topic))]
        const metadata = await connection.refreshMetadata(topics, { autoCreate: false })
        throwFirst(metadata.map(({ error }) => error))
        const byLeader = Map.groupBy(left, ({ topic, partition }) => connection.leaderOf(topic, partition))
        const answers = await Promise.all([...byLeader].map(([leader, list]: readonly [number, TopicPartition[]]) => {
          if (leader < 0) throw disconnected(`${list.map(partitionKey).join(', ')}: no leader`)
          return connection.send(leader, listOffsetsRequest(list, timestamp, isolation))
        }))
        const results = answers.flat()
        for (const result of results) if (result.error === null) offsets.set(partitionKey(result), result.offset)
        left = left.filter((partition) => !offsets.has(partitionKey(partition)))
        throwFirst(results.map(({ error }) => error))
      })
      return offsets
    },
    consumerGroupOffsets(groupId) {
      return inGroup(groupId, async () => {
        const { error, offsets } = await connection.send({ group: groupId }, offsetFetchRequest(groupId, null))
        if (error !== null && isGroupGone(error)) return []
        throwFirst([error, ...offsets.map((one) => one.error)])
        return offsets.filter(({ offset }) => offset >= 0).map(({ topic, partition, offset }) => ({ topic, partition, offset }))
      })
    },
    async alterConsumerGroupOffsets(groupId, offsets) {
      if (offsets.length === 0) return
      await inGroup(groupId, async () => {
        const results = await connection.send({ group: groupId }, offsetCommitRequest({ groupId, generation: -1, memberId: '', groupInstanceId: null }, offsets))
        throwFirst(results.map(({ error }) => error))
      })
    },
    async deleteConsumerGroupOffsets(groupId, partitions) {
      if (partitions.length === 0) return
      await inGroup(groupId, async () => {
        const { error, partitions: results } = await connection.send({ group: groupId }, offsetDeleteRequest(groupId, partitions))
        if (error !== null && isGroupGone(error)) return
        throwFirst([error, ...results.map((one) => one.error)])
      })
    },
    async deleteConsumerGroup(groupId) {
      await inGroup(groupId, async () => {
        const error = await connection.send({ group: groupId }, deleteGroupsRequest(groupId))
        if (error !== null && !isGroupGone(error)) throw error
      })
    },
    close: () => connection.close(),
  }
}
