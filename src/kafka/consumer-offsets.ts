/** A consumer's offsets: those its group has committed, and the positions that follow from them or from the reset policy. */
import type { Logger } from '../log.ts'
import { type KafkaConnection, withRetries } from './connection.ts'
import type { ConsumerSettings } from './consumer-config.ts'
import type { AssignedPartitions, PartitionState } from './consumer-partitions.ts'
import type { GroupMember } from './group-member.ts'
import { earliestTimestamp, latestTimestamp, listOffsetsRequest, offsetCommitRequest, offsetFetchRequest } from './offset-requests.ts'
import { type Consumer, KafkaError, partitionKey, type TopicPartition } from './types.ts'

export type OffsetsOptions = {
  readonly connection: KafkaConnection
  readonly settings: ConsumerSettings
  readonly partitions: AssignedPartitions
  readonly log: Logger
  readonly member: () => GroupMember | null
  readonly onStaleMetadata: () => void
}

type CommittedOffsets = Parameters<Consumer['commit']>[0]

const commitFailed = 'Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment; it is likely that the consumer was kicked out of the group.'
const rebalancing = 'Offset commit cannot be completed since the consumer is undergoing a rebalance for auto partition assignment. You can try completing the rebalance by calling poll() and then retry the operation.'

export class ConsumerOffsets {
  readonly #options: OffsetsOptions
  #commits: Promise<void> = Promise.resolve()
  #resolving: Promise<void> | null = null

  constructor(options: OffsetsOptions) {
    this.#options = options
  }

  /** One after the other: a retried commit must not overtake a later one. */
  commit(offsets: CommittedOffsets): Promise<void> {
    const commit = this.#commits.then(() => this.#commit(offsets))
    this.#commits = commit.catch(() => undefined)
    return commit
  }

  async committed(partitions: readonly TopicPartition[]): Promise<Map<string, number>> {
    const groupId = this.#groupId()
    if (partitions.length === 0) return new Map()
    const { error, offsets } = await this.#retrying(async () => {
      const answer = await this.#options.connection.send({ group: groupId }, offsetFetchRequest(groupId, partitions))
      const failed = answer.error ?? offsetErrorOf(answer.offsets)
      if (failed !== null) throw failed
      return answer
    })
    if (error !== null) throw error
    return new Map(offsets.filter(({ offset }) => offset >= 0).map((found) => [partitionKey(found), found.offset]))
  }

  /** Finds every position that is being sought. Resolves when one round has been done; rejects with what only the caller can mend. */
  resolve(): Promise<void> {
    this.#resolving ??= this.#resolve().finally(() => (this.#resolving = null))
    return this.#resolving
  }

  #groupId(): string {
    const { groupId } = this.#options.settings
    if (groupId === null) throw new KafkaError('INVALID_GROUP_ID', 'To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.', { retriable: false })
    return groupId
  }

  #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const { connection, settings } = this.#options
    return withRetries(attempt, {
      deadlineMs: Date.now() + settings.apiTimeoutMs, backoffMs: settings.retryBackoffMs, backoffMaxMs: settings.retryBackoffMaxMs,
      onRetry: ({ kafkaCode }) => {
        if (kafkaCode !== 'COORDINATOR_LOAD_IN_PROGRESS' && settings.groupId !== null) connection.forgetCoordinator('group', settings.groupId)
      },
    })
  }

  async #commit(offsets: CommittedOffsets): Promise<void> {
    if (offsets.length === 0) return
    const groupId = this.#groupId()
    const { connection, settings } = this.#options
    const member = this.#options.member()
    if (member !== null && member.generation < 0) throw new KafkaError('UNKNOWN_MEMBER_ID', commitFailed, { retriable: false })
    const membership = { groupId, generation: member?.generation ?? -1, memberId: member?.memberId ?? '', groupInstanceId: member === null ? null : settings.groupInstanceId }
    await this.#retrying(async () => {
      const here = offsets.map((offset) => ({ ...offset, topicId: this.#topicIdOf(offset) })).filter((offset) => !this.#isOfDeletedTopic(offset))
      if (here.length === 0) return
      const results = await connection.send({ group: groupId }, offsetCommitRequest(membership, here))
      const errors = results.flatMap(({ error }) => (error === null ? [] : [error]))
      const error = errors.find(({ retriable }) => !retriable) ?? errors[0]
      if (error === undefined) return
      // what has been deleted is left out the next time
      if (error.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION' || error.kafkaCode === 'UNKNOWN_TOPIC_ID') this.#options.onStaleMetadata()
      if (error.kafkaCode === 'UNKNOWN_MEMBER_ID' || error.kafkaCode === 'ILLEGAL_GENERATION') {
        if (member?.generation === membership.generation) member.refused(error)
        throw new KafkaError(error.kafkaCode, commitFailed, { retriable: false, cause: error })
      }
      if (error.kafkaCode === 'REBALANCE_IN_PROGRESS') {
        member?.refused(error)
        throw new KafkaError(error.kafkaCode, rebalancing, { retriable: false, cause: error })
      }
      throw error
    })
  }

  /** A position in a topic that is gone would be one to go on from in the topic that has its name now, or soon: the broker must not be asked again until there is one. */
  #isOfDeletedTopic({ topic, topicId }: { readonly topic: string; readonly topicId: string | null }): boolean {
    const known = this.#options.connection.topic(topic)
    if (topicId === null || known === undefined) return false
    return known.id === null ? known.error?.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION' : known.id !== topicId
  }
  #topicIdOf(offset: CommittedOffsets[number]): string | null {
    return offset.topicId ?? this.#options.partitions.get(offset)?.topicId ?? this.#options.connection.topicIdOf(offset.topic)
  }

  async #resolve(): Promise<void> {
    const { partitions, settings } = this.#options
    const nowMs = Date.now()
    const sought = [...partitions.values()].filter(({ seeking, retryAtMs }) => seeking !== null && retryAtMs <= nowMs)
    const fromGroup = sought.filter(({ seeking }) => seeking === 'committed')
    if (fromGroup.length > 0 && settings.groupId !== null) {
      const epochs = epochsOf(fromGroup)
      this.#setTopicIds(fromGroup)
      const committed = await this.committed(fromGroup)
      for (const state of fromGroup) {
        if (!partitions.isCurrent(state, epochs.get(state) ?? -1)) continue
        const offset = committed.get(state.key)
        if (offset === undefined) partitions.unknown(state, 'reset')
        else {
          this.#options.log.info(`Setting offset for partition ${state.key} to the committed offset ${offset}`)
          partitions.seek(state, offset)
        }
      }
    } else for (const state of fromGroup) partitions.unknown(state, 'reset')

    const toReset = [...partitions.values()].filter(({ seeking }) => seeking !== null && seeking !== 'committed')
    const stuck = toReset.filter(({ seeking }) => seeking === 'reset' && settings.reset === 'none')
    if (stuck.length > 0) throw new KafkaError('NO_OFFSET_FOR_PARTITION', `Undefined offset with no reset policy for partitions: [${stuck.map(({ key }) => key).join(', ')}]`, { retriable: false })
    await this.#resetToTimes(toReset)
  }

  async #resetToTimes(states: readonly PartitionState[]): Promise<void> {
    const { connection, settings, partitions, onStaleMetadata, log } = this.#options
    const groups = new Map<string, { readonly node: number; readonly timestampMs: number; readonly states: PartitionState[] }>()
    for (const state of states) {
      const node = connection.leaderOf(state.topic, state.partition)
      if (node < 0) {
        state.retryAtMs = Date.now() + settings.retryBackoffMs
        onStaleMetadata()
        continue
      }
      const timestampMs = timestampOf(state, settings)
      const key = `${node}/${timestampMs}`
      const group = groups.get(key) ?? { node, timestampMs, states: [] }
      group.states.push(state)
      groups.set(key, group)
    }
    await Promise.all([...groups.values()].map(async (group) => {
      const epochs = epochsOf(group.states)
      this.#setTopicIds(group.states)
      try {
        const found = await this.#list(group.node, group.states, group.timestampMs)
        for (const state of group.states) {
          const { offset = -1, error = null } = found.get(state.key) ?? {}
          if (!partitions.isCurrent(state, epochs.get(state) ?? -1)) continue
          if (error !== null) {
            if (!error.retriable) throw error
            state.retryAtMs = Date.now() + settings.retryBackoffMs
            onStaleMetadata()
          } else {
            log.info(`Resetting offset for partition ${state.key} to position ${offset}`)
            partitions.seek(state, offset)
          }
        }
      } catch (error) {
        if (!(error instanceof KafkaError) || !error.retriable) throw error
        for (const state of group.states) state.retryAtMs = Date.now() + settings.retryBackoffMs
        onStaleMetadata()
      }
    }))
  }

  /** Before offsets are asked for: what is answered may be of this topic or, if it is being made anew, of the next, which the first Fetch then tells. */
  #setTopicIds(states: readonly PartitionState[]): void {
    for (const state of states) state.topicId = this.#options.connection.topicIdOf(state.topic)
  }

  /** A time after the last record finds nothing (-1): that is the end of the log. */
  async #list(node: number, states: readonly PartitionState[], timestampMs: number): Promise<Map<string, { readonly offset: number; readonly error: KafkaError | null }>> {
    const isolation = this.#options.settings.readCommitted ? 1 : 0
    const ask = async (of: readonly PartitionState[], at: number): Promise<[string, { readonly offset: number; readonly error: KafkaError | null }][]> =>
      (await this.#options.connection.send(node, listOffsetsRequest(of, at, isolation))).map((found) => [partitionKey(found), found])
    const found = new Map(await ask(states, timestampMs))
    const past = states.filter(({ key }) => found.get(key)?.error === null && found.get(key)?.offset === -1)
    for (const [key, entry] of past.length === 0 ? [] : await ask(past, latestTimestamp)) found.set(key, entry)
    return found
  }
}

const timestampOf = ({ seeking }: PartitionState, { reset }: ConsumerSettings): number => {
  const policy = seeking === 'reset' || seeking === 'committed' ? reset : seeking
  if (policy === 'earliest') return earliestTimestamp
  return typeof policy === 'object' && policy !== null ? Date.now() - policy.durationMs : latestTimestamp
}
const epochsOf = (states: readonly PartitionState[]): Map<PartitionState, number> => new Map(states.map((state) => [state, state.epoch]))
const offsetErrorOf = (offsets: readonly { readonly error: KafkaError | null }[]): KafkaError | null => offsets.find(({ error }) => error !== null)?.error ?? null
