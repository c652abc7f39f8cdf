/**
 * Kafka's StickyAssignor and CooperativeStickyAssignor: as balanced as the subscriptions allow, with as few moves as possible.
 *
 * Their user data, as Java reads and writes it:
 *   sticky v1:             ARRAY[ STRING topic  ARRAY[INT32 partition] ]  INT32 generation     (what the member had, given up by now)
 *   cooperative-sticky v0: INT32 generation                                                    (what it has is in the subscription's owned partitions)
 */
import { ByteReader, ByteWriter } from '../bytes.ts'
import { type Assignor, compare, emptyAssignment, give, inMemberOrder, type MemberSubscription, type TopicPartitions } from './types.ts'

export const stickyAssignor: Assignor = {
  name: 'sticky',
  protocol: 'eager',
  userData: (owned, generation) => {
    if (owned.size === 0) return null
    const writer = new ByteWriter()
    writeTopicPartitions(writer, owned)
    return Buffer.concat(writer.int32(generation).parts())
  },
  assign: (members, partitions) => balance(members.map((member) => ({ ...member, ...previousOf(member) })), partitions),
}

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocol: 'cooperative',
  userData: (_owned, generation) => Buffer.concat(new ByteWriter(4).int32(generation).parts()),
  assign(members, partitions) {
    const dated = members.map((member) => ({ ...member, generation: generationOf(member) }))
    return withoutTransfers(dated, balance(dated, partitions))
  },
}

export const writeTopicPartitions = (writer: ByteWriter, partitions: TopicPartitions): void => {
  writer.array([...partitions].filter(([, list]) => list.length > 0).toSorted(([a], [b]) => compare(a, b)), ([topic, list]) =>
    writer.string(topic).array(list.toSorted((a, b) => a - b), (partition) => writer.int32(partition)))
}
export const readTopicPartitions = (reader: ByteReader): Map<string, number[]> => new Map(reader.array(() => [reader.string(), reader.array(() => reader.int32())] as const))

/** Bytes that cannot be read are a member without a past: it gets partitions like a newcomer. */
const previousOf = (member: MemberSubscription): { owned: TopicPartitions; generation: number } => {
  if (member.userData === null) return { owned: new Map(), generation: -1 }
  try {
    const reader = new ByteReader(Buffer.from(member.userData))
    const owned = readTopicPartitions(reader)
    return { owned, generation: reader.remaining >= 4 ? reader.int32() : -1 }
  } catch (error) {
    if (error instanceof RangeError) return { owned: new Map(), generation: -1 }
    throw error
  }
}
const generationOf = (member: MemberSubscription): number =>
  member.generation >= 0 || member.userData === null || member.userData.length < 4 ? member.generation : new ByteReader(Buffer.from(member.userData)).int32()

type Load = { readonly memberId: string; readonly topics: ReadonlySet<string>; readonly held: Set<Slot> }
type Slot = { readonly topic: string; readonly partition: number; owner: Load | null; readonly eligible: readonly Load[] }

const balance = (members: readonly MemberSubscription[], partitions: ReadonlyMap<string, number>): Map<string, Map<string, number[]>> => {
  const loads = inMemberOrder(members).map((member): Load => ({ memberId: member.memberId, topics: new Set(member.topics), held: new Set() }))
  const slots = slotsOf(loads, partitions)
  keepOwned(members, loads, slots)
  const all = [...slots.values()].flat()
  // Partitions with the fewest possible owners first: the others can still go anywhere.
  for (const slot of all.filter(({ owner }) => owner === null).toSorted((a, b) => a.eligible.length - b.eligible.length)) {
    const target = leastLoaded(slot.eligible)
    if (target !== null) move(slot, target)
  }
  while (moveOne(loads)) {
    // every move makes the sum of squared loads smaller, so this ends
  }
  const assignment = emptyAssignment(members)
  for (const { topic, partition, owner } of all) if (owner !== null) give(assignment, owner.memberId, topic, partition)
  return assignment
}

const slotsOf = (loads: readonly Load[], partitions: ReadonlyMap<string, number>): Map<string, Slot[]> => {
  const slots = new Map<string, Slot[]>()
  for (const [topic, count] of [...partitions].toSorted(([a], [b]) => compare(a, b))) {
    const eligible = loads.filter(({ topics }) => topics.has(topic))
    if (eligible.length > 0) slots.set(topic, Array.from({ length: count }, (_, partition) => ({ topic, partition, owner: null, eligible })))
  }
  return slots
}

/** The latest generation's claim holds; two claims of one generation cancel each other, as in Kafka: neither member can be trusted. */
const keepOwned = (members: readonly MemberSubscription[], loads: readonly Load[], slots: ReadonlyMap<string, readonly Slot[]>): void => {
  const byId = new Map(loads.map((load) => [load.memberId, load]))
  const claims = new Map<Slot, { generation: number; load: Load | null }>()
  for (const member of members) {
    const load = byId.get(member.memberId)
    if (load === undefined) continue
    for (const [topic, list] of member.owned) {
      for (const partition of list) {
        const slot = load.topics.has(topic) ? slots.get(topic)?.[partition] : undefined
        if (slot === undefined) continue
        const other = claims.get(slot)
        if (other === undefined || other.generation < member.generation) claims.set(slot, { generation: member.generation, load })
        else if (other.generation === member.generation && other.load !== load) other.load = null
      }
    }
  }
  for (const [slot, { load }] of claims) if (load !== null) move(slot, load)
}

const move = (slot: Slot, to: Load): void => {
  slot.owner?.held.delete(slot)
  slot.owner = to
  to.held.add(slot)
}
const leastLoaded = (loads: readonly Load[]): Load | null => {
  let least: Load | null = null
  for (const load of loads) if (least === null || load.held.size < least.held.size) least = load
  return least
}
/** From the fullest member that can give one, to the emptiest that can take it, when that narrows the gap. */
const moveOne = (loads: readonly Load[]): boolean => {
  for (const from of loads.toSorted((a, b) => b.held.size - a.held.size)) {
    let best: { slot: Slot; to: Load } | null = null
    for (const slot of from.held) {
      const to = leastLoaded(slot.eligible)
      if (to !== null && to.held.size + 1 < from.held.size && (best === null || to.held.size < best.to.held.size)) best = { slot, to }
    }
    if (best === null) continue
    move(best.slot, best.to)
    return true
  }
  return false
}

/**
 * A partition that somebody else still holds is left out of this round; its holder lets go, rejoins, and the next round hands it out.
 * Holders are those who claim it in the latest generation of any claim: an older one's word does not take it from them.
 */
const withoutTransfers = (members: readonly MemberSubscription[], assignment: Map<string, Map<string, number[]>>): Map<string, Map<string, number[]>> => {
  const holders = new Map<string, { generation: number; members: Set<string> }>()
  for (const { memberId, owned, generation } of members) {
    for (const [topic, list] of owned) {
      for (const partition of list) {
        const key = `${topic}-${partition}`
        const held = holders.get(key)
        if (held === undefined || held.generation < generation) holders.set(key, { generation, members: new Set([memberId]) })
        else if (held.generation === generation) held.members.add(memberId)
      }
    }
  }
  const isFree = (memberId: string, topic: string, partition: number): boolean => holders.get(`${topic}-${partition}`)?.members.has(memberId) ?? true
  return new Map([...assignment].map(([memberId, topics]) => [
    memberId,
    new Map([...topics].map(([topic, list]) => [topic, list.filter((partition) => isFree(memberId, topic, partition))] as const).filter(([, list]) => list.length > 0)),
  ]))
}
