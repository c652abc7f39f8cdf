/** The consumer's side of its group: what it subscribes to, what it is given, and the order in which partitions change hands. */
import type { Logger } from '../log.ts'
import { rebalanceProtocolOf } from './assignors/assignors.ts'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './assignors/consumer-protocol.ts'
import type { MemberSubscription } from './assignors/types.ts'
import { type KafkaConnection, type TopicMetadata, withRetries } from './connection.ts'
import type { ConsumerSettings } from './consumer-config.ts'
import type { AssignedPartitions } from './consumer-partitions.ts'
import { type GroupHooks, GroupMember } from './group-member.ts'
import { KafkaError, partitionKey, type RebalanceListener, type TopicPartition } from './types.ts'

export type ConsumerGroupOptions = {
  readonly connection: KafkaConnection
  readonly settings: ConsumerSettings
  readonly groupId: string
  readonly partitions: AssignedPartitions
  readonly log: Logger
  readonly notify: () => void
  /** The topics of interest have changed: nobody joins before their metadata is known. */
  readonly onTopicsChanged: () => void
  /** Metadata of topics that the group waits for is wanted soon. */
  readonly onStaleMetadata: () => void
}

/** Java's words (ConsumerCoordinator), which operators search for. */
const pollTimeoutMessage = 'consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms, which typically implies that the poll loop is spending too much time processing messages. You can address this either by increasing max.poll.interval.ms or by reducing the maximum size of batches returned in poll() with max.poll.records.'
const assignTimeoutMs = 30_000

export class ConsumerGroup {
  readonly member: GroupMember
  readonly #options: ConsumerGroupOptions
  #listener: RebalanceListener
  #subscription: readonly string[] | RegExp
  /** Topics of the subscription: named, or matched in the latest metadata. */
  #topics: readonly string[] = []
  /** On the leader: partition counts of all the group's topics at the latest assignment. */
  #assignedCounts: ReadonlyMap<string, number> | null = null
  /** The latest assignment, also when it has been given up since: what a sticky assignor wants to hear. */
  #lastAssigned: ReadonlyMap<string, readonly number[]> = new Map()
  readonly #isCooperative: boolean

  constructor(options: ConsumerGroupOptions, subscription: readonly string[] | RegExp, listener: RebalanceListener) {
    const { settings, connection, log, groupId, notify } = options
    this.#options = options
    this.#listener = listener
    this.#subscription = subscription
    this.#topics = subscription instanceof RegExp ? [] : [...new Set(subscription)]
    this.#isCooperative = rebalanceProtocolOf(settings.assignors) === 'cooperative'
    this.member = new GroupMember({
      connection, log, groupId, groupInstanceId: settings.groupInstanceId, protocolType: 'consumer', sessionTimeoutMs: settings.sessionTimeoutMs, heartbeatIntervalMs: settings.heartbeatIntervalMs,
      rebalanceTimeoutMs: settings.maxPollIntervalMs, retryBackoffMs: settings.retryBackoffMs, retryBackoffMaxMs: settings.retryBackoffMaxMs, pollTimeoutMessage, notify, hooks: this.#hooks(),
    })
  }

  /** null: a pattern needs all. */
  interest(): readonly string[] | null {
    return this.#subscription instanceof RegExp ? null : [...new Set([...this.#topics, ...(this.#assignedCounts?.keys() ?? [])])]
  }

  subscribe(subscription: readonly string[] | RegExp, listener: RebalanceListener): void {
    this.#subscription = subscription
    this.#listener = listener
    if (!(subscription instanceof RegExp)) this.#setTopics([...new Set(subscription)])
    this.#options.onTopicsChanged()
  }

  onMetadata(topics: readonly TopicMetadata[]): void {
    if (this.#subscription instanceof RegExp) {
      const pattern = this.#subscription
      const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''))
      this.#setTopics(topics.filter(({ name, isInternal, error }) => error === null && whole.test(name) && !(isInternal && this.#options.settings.excludeInternalTopics)).map(({ name }) => name).toSorted())
    }
    const counts = this.#assignedCounts
    if (counts === null || this.member.generation < 0) return
    const grown = [...counts].filter(([topic, count]) => this.#countOf(topic) !== count).map(([topic]) => topic)
    if (grown.length > 0) {
      this.#assignedCounts = null
      this.member.requestRejoin(`cached metadata has changed: the partitions of ${grown.join(', ')}`)
    }
  }

  /** Gives up everything, as on a revoke, and leaves. */
  async close(): Promise<void> {
    try {
      if (this.member.generation >= 0) await this.#revoke(this.#options.partitions.list())
      else await this.#lose()
    } finally {
      await this.member.close()
    }
  }

  #setTopics(topics: readonly string[]): void {
    if (topics.length === this.#topics.length && topics.every((topic) => this.#topics.includes(topic))) return
    this.#topics = topics
    this.member.requestRejoin(`the subscription has changed to ${topics.join(', ')}`)
  }
  #countOf(topic: string): number {
    return this.#options.connection.topic(topic)?.partitions.length ?? 0
  }

  #hooks(): GroupHooks {
    const { settings, partitions, log } = this.#options
    return {
      protocols: () => settings.assignors.map((assignor) => ({
        name: assignor.name,
        metadata: encodeSubscription({ topics: this.#topics, userData: assignor.userData(this.#lastAssigned, this.member.generation), owned: byTopic(partitions.list()), generation: this.member.generation }),
      })),
      // Eager: everything goes before the group is told, so that what the listener commits is in Kafka before anyone else starts there.
      onJoinPrepare: async () => {
        if (!this.#isCooperative) return this.#revoke(partitions.list())
        await this.#revoke(partitions.list().filter(({ topic }) => !this.#topics.includes(topic)))
      },
      assign: (group) => this.#assign(group),
      onAssigned: async ({ assignment, protocol, generation }) => {
        const assigned = decodeAssignment(assignment)
        const list = [...assigned].flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition })))
        log.info(`Notifying assignor ${protocol} about the new assignment in generation ${generation}: [${list.map(partitionKey).join(', ')}]`)
        this.#lastAssigned = assigned
        const keys = new Set(list.map(partitionKey))
        const dropped = partitions.list().filter((partition) => !keys.has(partitionKey(partition)))
        if (dropped.length > 0) {
          this.member.requestRejoin(`need to revoke partitions [${dropped.map(partitionKey).join(', ')}] and re-join`)
          await this.#revoke(dropped)
        }
        const added = list.filter((partition) => partitions.get(partition) === undefined)
        for (const partition of added) partitions.add(partition, 'committed')
        log.info(`Adding newly assigned partitions: [${added.map(partitionKey).join(', ')}]`)
        await this.#listener.onAssigned(added)
      },
      onLost: async (reason) => {
        log.info(`Giving away all assigned partitions as lost: ${reason}`)
        await this.#lose()
      },
    }
  }

  async #revoke(list: readonly TopicPartition[]): Promise<void> {
    if (list.length === 0) return
    this.#options.log.info(`Revoke previously assigned partitions [${list.map(partitionKey).join(', ')}]`)
    try {
      await this.#listener.onRevoked(list)
    } finally {
      for (const partition of list) this.#options.partitions.remove(partition)
    }
  }
  async #lose(): Promise<void> {
    const list = this.#options.partitions.list()
    this.#lastAssigned = new Map()
    this.#assignedCounts = null
    this.#options.partitions.clear()
    if (list.length > 0) await this.#listener.onLost(list)
  }

  async #assign({ protocol, leaderId, members }: Parameters<GroupHooks['assign']>[0]): Promise<Map<string, Uint8Array>> {
    const { settings, connection, log, onStaleMetadata } = this.#options
    const assignor = settings.assignors.find(({ name }) => name === protocol)
    if (assignor === undefined) throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL', `Coordinator selected invalid assignment protocol: ${protocol}`, { retriable: false })
    const subscriptions = members.map(({ memberId, groupInstanceId, metadata }): MemberSubscription => ({ memberId, groupInstanceId, ...decodeSubscription(metadata) }))
    const topics = [...new Set(subscriptions.flatMap((subscription) => subscription.topics))]
    // Others may subscribe to topics that this member has never heard of.
    const missing = topics.filter((topic) => (connection.topic(topic)?.partitions.length ?? 0) === 0)
    if (missing.length > 0)
      await withRetries(() => connection.refreshMetadata(topics, { autoCreate: settings.autoCreateTopics }), { deadlineMs: Date.now() + assignTimeoutMs, backoffMs: settings.retryBackoffMs, backoffMaxMs: settings.retryBackoffMaxMs })
    const counts = new Map(topics.map((topic) => [topic, this.#countOf(topic)]))
    const known = new Map([...counts].filter(([, count]) => count > 0))
    const assignment = assignor.assign(subscriptions, known)
    log.info(`Finished assignment for group ${this.#options.groupId} as leader ${leaderId}: ${[...assignment].map(([member, given]) => `${member}=[${[...given].map(([topic, list]) => `${topic}: ${list.join(' ')}`).join('; ')}]`).join(', ')}`)
    this.#assignedCounts = counts
    if (known.size < counts.size) onStaleMetadata()
    return new Map([...assignment].map(([memberId, given]) => [memberId, encodeAssignment(given)]))
  }
}

const byTopic = (partitions: readonly TopicPartition[]): Map<string, number[]> => {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const list = topics.get(topic)
    if (list === undefined) topics.set(topic, [partition])
    else list.push(partition)
  }
  return topics
}
