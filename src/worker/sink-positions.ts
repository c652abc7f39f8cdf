/** Which sink offsets to commit. Pure: positions in, plans and log lines out. Offsets are next-to-read positions. */
import { partitionKey, type TopicOffset, type TopicPartition } from '../kafka/types.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'

/** An offset, and the topic that it is one in. */
type Place = Pick<TopicOffset, 'offset' | 'topicId'>
type Position = TopicPartition & { delivered: Place; committed: Place }
export type CommitPlan = { readonly commit: readonly TopicOffset[]; readonly warnings: readonly string[] }

/** What was committed was an offset in a topic that has been deleted since. */
const isOther = ({ delivered, committed }: Position): boolean => delivered.topicId !== null && committed.topicId !== null && delivered.topicId !== committed.topicId

export class SinkPositions {
  readonly #positions = new Map<string, Position>()

  /** A partition newly assigned (or rewound): nothing of it is delivered before `offset`, nothing after it committed. */
  set(partition: TopicPartition, offset: number): void {
    const place: Place = { offset, topicId: null }
    this.#positions.set(partitionKey(partition), { topic: partition.topic, partition: partition.partition, delivered: place, committed: place })
  }
  remove(partition: TopicPartition): void {
    this.#positions.delete(partitionKey(partition))
  }
  /** The task has taken everything before `offset`. */
  advance(to: TopicOffset): void {
    const position = this.#positions.get(partitionKey(to))
    if (position) position.delivered = { offset: to.offset, topicId: to.topicId }
  }
  /** The positions of these partitions (all when not given). */
  current(partitions?: readonly TopicPartition[]): readonly TopicPartitionOffset[] {
    return this.#of(partitions).map(({ topic, partition, delivered: { offset } }) => ({ topic, partition, offset }))
  }
  lastCommitted(partitions?: readonly TopicPartition[]): readonly TopicOffset[] {
    return this.#of(partitions).map(({ topic, partition, committed }) => ({ topic, partition, ...committed }))
  }
  /** Back to what was last committed: the records between are fetched again. */
  rewindToCommitted(): void {
    for (const position of this.#positions.values()) position.delivered = position.committed
  }
  committed(offsets: readonly TopicOffset[]): void {
    for (const entry of offsets) {
      const position = this.#positions.get(partitionKey(entry))
      if (position) position.committed = { offset: entry.offset, topicId: entry.topicId }
    }
  }

  /** What `preCommit` returned, checked as Kafka does; empty when there is nothing new to commit. */
  plan(asked: readonly TopicPartitionOffset[], provided: readonly TopicPartitionOffset[], assignment: readonly TopicPartition[]): CommitPlan {
    const asking = new Map(asked.map((entry) => [partitionKey(entry), entry.offset]))
    const assigned = new Set(assignment.map(partitionKey))
    const commit = new Map<string, TopicOffset>()
    const warnings: string[] = []
    for (const { topic, partition, offset } of provided) {
      const key = partitionKey({ topic, partition })
      const current = asking.get(key)
      const position = this.#positions.get(key)
      if (current !== undefined && position) {
        if (offset > current) warnings.push(`Ignoring invalid task provided offset ${key}/${offset} -- not yet consumed, taskOffset=${offset} currentOffset=${current}`)
        else if (offset !== position.committed.offset || isOther(position)) commit.set(key, { topic, partition, offset, topicId: position.delivered.topicId })
        else commit.delete(key)
      } else if (!assigned.has(key)) {
        warnings.push(`Ignoring invalid task provided offset ${key}/${offset} -- partition not assigned, assignment=[${[...assigned].join(', ')}]`)
      }
    }
    return { commit: [...commit.values()], warnings }
  }

  #of(partitions?: readonly TopicPartition[]): readonly Position[] {
    if (!partitions) return [...this.#positions.values()]
    return partitions.map((partition) => this.#positions.get(partitionKey(partition))).filter((position) => position !== undefined)
  }
}
