/** What an assignor decides from: pure data in, pure data out. The names are Kafka's ConsumerPartitionAssignor's. */

/** Partitions by topic, as in Kafka's consumer protocol. */
export type TopicPartitions = ReadonlyMap<string, readonly number[]>

export type Subscription = {
  readonly topics: readonly string[]
  /** What the assignor itself said in the member's JoinGroup (`userData`). */
  readonly userData: Uint8Array | null
  /** What the member holds while it joins: empty in the eager protocol, where everything was given up before. */
  readonly owned: TopicPartitions
  /** The generation in which `owned` was assigned; -1 = unknown or none (subscriptions before v2). */
  readonly generation: number
}
export type MemberSubscription = Subscription & { readonly memberId: string; readonly groupInstanceId: string | null }

export type Assignor = {
  /** The name in the group protocol, equal to Java's. */
  readonly name: string
  /** Cooperative: members keep their partitions while they join. Such an assignor never gives a partition to a new owner before its old one has let go. */
  readonly protocol: 'eager' | 'cooperative'
  /** What this member tells the leader besides its topics. `owned` is its latest assignment, also when it has been given up for this join. */
  userData(owned: TopicPartitions, generation: number): Uint8Array | null
  /** `partitions`: the count of each known topic; topics without an entry do not exist (yet). Every member has an entry in the answer. */
  assign(members: readonly MemberSubscription[], partitions: ReadonlyMap<string, number>): Map<string, Map<string, number[]>>
}

/** Static members first, by instance id, then the others by member id: the order of Java's MemberInfo, so that any leader decides alike. */
export const inMemberOrder = (members: readonly MemberSubscription[]): MemberSubscription[] =>
  members.toSorted((a, b) => {
    if (a.groupInstanceId !== null && b.groupInstanceId !== null) return compare(a.groupInstanceId, b.groupInstanceId)
    if (a.groupInstanceId !== null) return -1
    if (b.groupInstanceId !== null) return 1
    return compare(a.memberId, b.memberId)
  })

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const give = (assignment: Map<string, Map<string, number[]>>, memberId: string, topic: string, partition: number): void => {
  const topics = assignment.get(memberId)
  const list = topics?.get(topic)
  if (list !== undefined) list.push(partition)
  else topics?.set(topic, [partition])
}
export const emptyAssignment = (members: readonly MemberSubscription[]): Map<string, Map<string, number[]>> =>
  new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]))
