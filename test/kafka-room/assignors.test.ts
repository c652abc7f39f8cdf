/** Assignors: Java's decisions where they are fixed, and the properties that hold for every group. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignorsOf, rebalanceProtocolOf } from '../../src/kafka/assignors/assignors.ts'
import { rangeAssignor } from '../../src/kafka/assignors/range.ts'
import { roundRobinAssignor } from '../../src/kafka/assignors/round-robin.ts'
import { cooperativeStickyAssignor, stickyAssignor } from '../../src/kafka/assignors/sticky.ts'
import type { Assignor, MemberSubscription, TopicPartitions } from '../../src/kafka/assignors/types.ts'

const member = (memberId: string, topics: readonly string[], more: Partial<MemberSubscription> = {}): MemberSubscription =>
  ({ memberId, groupInstanceId: null, topics, userData: null, owned: new Map(), generation: -1, ...more })
type Assignment = Map<string, Map<string, number[]>>
const plain = (assignment: Assignment): Record<string, string[]> =>
  Object.fromEntries([...assignment].map(([id, topics]) => [id, [...topics].flatMap(([topic, list]) => list.map((partition) => `${topic}-${partition}`)).toSorted()]))
const sizes = (assignment: Assignment): number[] => Object.values(plain(assignment)).map((list) => list.length)

// Computed by Kafka 4.3.1's RangeAssignor and RoundRobinAssignor: z is a static member and comes first.
const mixed = [member('m2', ['a', 'b']), member('m1', ['a']), member('m0x', ['a', 'b'], { groupInstanceId: 'z' })]
const counts = new Map([['a', 5], ['b', 2]])
test('range decides as Java does', () => {
  expect(plain(rangeAssignor.assign(mixed, counts))).toEqual({ m0x: ['a-0', 'a-1', 'b-0'], m1: ['a-2', 'a-3'], m2: ['a-4', 'b-1'] })
})
test('roundrobin decides as Java does', () => {
  expect(plain(roundRobinAssignor.assign(mixed, counts))).toEqual({ m0x: ['a-0', 'a-3', 'b-1'], m1: ['a-1', 'a-4'], m2: ['a-2', 'b-0'] })
})

const groups = fc.record({
  topics: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 9 }), { minKeys: 1 }),
  members: fc.uniqueArray(fc.record({ id: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6'), topics: fc.subarray(['a', 'b', 'c', 'd', 'missing'], { minLength: 1 }) }), { selector: ({ id }) => id, minLength: 1 }),
})
type Group = { readonly topics: Readonly<Record<string, number>>; readonly members: readonly { readonly id: string; readonly topics: readonly string[] }[] }
const membersOf = ({ members }: Group): MemberSubscription[] => members.map(({ id, topics }) => member(id, topics))
const partitionsOf = ({ topics }: Group): Map<string, number> => new Map(Object.entries(topics))
const wantedOf = (group: Group): string[] =>
  Object.entries(group.topics).filter(([topic]) => group.members.some(({ topics }) => topics.includes(topic))).flatMap(([topic, count]) => Array.from({ length: count }, (_, i) => `${topic}-${i}`)).toSorted()
/** What a member says after it took an assignment in a generation. */
const after = (assignor: Assignor, members: readonly MemberSubscription[], assignment: Assignment, generation: number): MemberSubscription[] =>
  members.map((one) => {
    const owned: TopicPartitions = assignment.get(one.memberId) ?? new Map()
    return { ...one, owned: assignor.protocol === 'cooperative' ? owned : new Map(), generation, userData: assignor.userData(owned, generation) }
  })
/** Rounds until nobody has to let go any more, as a cooperative group does. */
const settle = (assignor: Assignor, members: readonly MemberSubscription[], partitions: ReadonlyMap<string, number>, generation: number): Assignment => {
  let current = members
  for (let rounds = 1; ; rounds++) {
    const assignment = assignor.assign(current, partitions)
    const lettingGo = current.some(({ memberId, owned }) => [...owned].some(([topic, list]) => list.some((partition) => assignment.get(memberId)?.get(topic)?.includes(partition) !== true)))
    if (!lettingGo || assignor.protocol === 'eager') return assignment
    if (rounds > 4) throw new Error('does not settle')
    current = after(assignor, current, assignment, generation + rounds)
  }
}

test.for([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])('$name gives each partition to one member that wants it, and every member an entry', (assignor) => {
  fc.assert(fc.property(groups, (group) => {
    const assignment = assignor.assign(membersOf(group), partitionsOf(group))
    expect([...assignment.keys()].toSorted()).toEqual(group.members.map(({ id }) => id).toSorted())
    expect(Object.values(plain(assignment)).flat().toSorted()).toEqual(wantedOf(group))
    for (const { id, topics } of group.members) for (const topic of assignment.get(id)?.keys() ?? []) expect(topics).toContain(topic)
  }))
})

test.for([rangeAssignor, roundRobinAssignor, stickyAssignor, cooperativeStickyAssignor])('$name does not depend on the order in which members are listed', (assignor) => {
  fc.assert(fc.property(groups, (group) => {
    const members = membersOf(group)
    expect(plain(assignor.assign(members.toReversed(), partitionsOf(group)))).toEqual(plain(assignor.assign(members, partitionsOf(group))))
  }))
})

test.for([stickyAssignor, cooperativeStickyAssignor])('$name is balanced: nobody could give one to somebody with two fewer', (assignor) => {
  fc.assert(fc.property(groups, (group) => {
    const assignment = assignor.assign(membersOf(group), partitionsOf(group))
    const load = (id: string): number => sizes(new Map([[id, assignment.get(id) ?? new Map<string, number[]>()]]))[0] ?? 0
    for (const [id, held] of assignment) for (const topic of held.keys()) for (const other of group.members) if (other.topics.includes(topic)) expect(load(id) - load(other.id)).toBeLessThanOrEqual(1)
  }))
})

test.for([stickyAssignor, cooperativeStickyAssignor])('$name moves nothing when nothing changes', (assignor) => {
  fc.assert(fc.property(groups, (group) => {
    const members = membersOf(group)
    const first = assignor.assign(members, partitionsOf(group))
    expect(plain(assignor.assign(after(assignor, members, first, 1), partitionsOf(group)))).toEqual(plain(first))
  }))
})

test.for([stickyAssignor, cooperativeStickyAssignor])('$name: when a member leaves, the others keep what they have', (assignor) => {
  fc.assert(fc.property(groups, (group) => {
    fc.pre(group.members.length > 1)
    // With one subscription for all: with several, balance may have to move more.
    const members = membersOf(group).map((one) => ({ ...one, topics: ['a', 'b', 'c', 'd'] }))
    const first = assignor.assign(members, partitionsOf(group))
    const left = after(assignor, members, first, 1).slice(1)
    const assignment = settle(assignor, left, partitionsOf(group), 2)
    for (const { memberId } of left) expect(plain(assignment)[memberId]).toEqual(expect.arrayContaining(plain(first)[memberId] ?? []))
  }))
})

test('cooperative-sticky gives nothing away before its holder has let go, and settles', () => {
  fc.assert(fc.property(groups, groups, (group, next) => {
    const first = cooperativeStickyAssignor.assign(membersOf(group), partitionsOf(group))
    const held = new Map(after(cooperativeStickyAssignor, membersOf(group), first, 1).map((one) => [one.memberId, one]))
    const members = membersOf(next).map((one) => ({ ...one, ...(held.has(one.memberId) ? { owned: held.get(one.memberId)?.owned ?? new Map<string, number[]>(), generation: 1 } : {}) }))
    const second = cooperativeStickyAssignor.assign(members, partitionsOf(next))
    for (const [id, given] of Object.entries(plain(second))) {
      for (const partition of given) for (const other of members) if (other.memberId !== id) expect(plain(new Map([[other.memberId, new Map([...other.owned].map(([topic, list]) => [topic, [...list]]))]]))[other.memberId]).not.toContain(partition)
    }
    const assignment = settle(cooperativeStickyAssignor, members, partitionsOf(next), 2)
    expect(Object.values(plain(assignment)).flat().toSorted()).toEqual(wantedOf(next))
  }))
})

test('a claim of an older generation does not stand against a newer one', () => {
  const stale = member('a', ['t'], { owned: new Map([['t', [0, 1]]]), generation: 3 })
  const holder = member('b', ['t'], { owned: new Map([['t', [0, 1]]]), generation: 4 })
  const assignment = cooperativeStickyAssignor.assign([stale, holder], new Map([['t', 2]]))
  // One of the two has to move to a, but only once b has let go; a's own claim is worth nothing.
  expect(plain(assignment)['a']).toEqual([])
  expect(plain(assignment)['b']).toHaveLength(1)
})

test('strategies are known by class, simple class and protocol name; the default is Kafka\'s', () => {
  expect(assignorsOf(undefined).map(({ name }) => name)).toEqual(['range', 'cooperative-sticky'])
  expect(assignorsOf('org.apache.kafka.clients.consumer.StickyAssignor, RoundRobinAssignor,cooperative-sticky').map(({ name }) => name)).toEqual(['sticky', 'roundrobin', 'cooperative-sticky'])
  expect(() => assignorsOf('com.example.Mine')).toThrow('com.example.Mine')
  expect(rebalanceProtocolOf(assignorsOf(undefined))).toBe('eager')
  expect(rebalanceProtocolOf(assignorsOf('cooperative-sticky'))).toBe('cooperative')
})
