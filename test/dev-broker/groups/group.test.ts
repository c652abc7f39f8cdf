import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GroupCoordinator } from '../../../src/dev-broker/groups/coordinator.ts'
import { OffsetStore } from '../../../src/dev-broker/groups/offset-store.ts'
import type { JoinAnswer, JoinRequest, SyncAnswer } from '../../../src/dev-broker/groups/types.ts'
import { errors } from '../../../src/dev-broker/protocol/error-codes.ts'

let groups: GroupCoordinator
beforeEach(() => {
  vi.useFakeTimers()
  groups = coordinator(0)
})
afterEach(() => {
  groups.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
const coordinator = (initialRebalanceDelayMs: number): GroupCoordinator =>
  new GroupCoordinator({ initialRebalanceDelayMs, minSessionTimeoutMs: 10, maxSessionTimeoutMs: 60_000, log: () => {} }, new OffsetStore(null))

const join = (memberId: string, extra: Partial<JoinRequest> = {}): Promise<JoinAnswer> =>
  groups.join({
    groupId: 'g', memberId, sessionTimeoutMs: 1000, rebalanceTimeoutMs: 5000, instanceId: null, protocolType: 'connect',
    protocols: [{ name: 'sessioned', metadata: Buffer.from(`meta of ${memberId}`) }],
    clientId: 'c', clientHost: '/h', requiresKnownMemberId: false, supportsSkipAssignment: false, ...extra,
  })
const sync = (member: JoinAnswer, assignments: Readonly<Record<string, string>> = {}): Promise<SyncAnswer> =>
  groups.sync({
    groupId: 'g', generationId: member.generationId, memberId: member.memberId, instanceId: null, protocolType: 'connect', protocolName: 'sessioned',
    assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
  })
const beat = (member: JoinAnswer): number => groups.heartbeat('g', member.memberId, null, member.generationId)
/** One member, synced. */
const single = async (extra: Partial<JoinRequest> = {}): Promise<JoinAnswer> => {
  const member = await join('', extra)
  expect((await sync(member, { [member.memberId]: 'all' })).assignment.toString()).toBe('all')
  return member
}
/** Two members, synced, in generation 2; the first leads. */
const pair = async (): Promise<readonly [JoinAnswer, JoinAnswer]> => {
  const first = await single()
  const joining = join('')
  expect(beat(first)).toBe(errors.REBALANCE_IN_PROGRESS)
  const [leader, follower] = await Promise.all([join(first.memberId), joining])
  const following = sync(follower)
  expect((await sync(leader, { [leader.memberId]: 'one', [follower.memberId]: 'two' })).assignment.toString()).toBe('one')
  expect((await following).assignment.toString()).toBe('two')
  return [leader, follower]
}

test('the first member leads generation 1 and sees itself as the only member', async () => {
  const member = await single()
  expect(member).toMatchObject({ error: errors.NONE, generationId: 1, leader: member.memberId, protocolName: 'sessioned' })
  expect(member.members.map(({ memberId }) => memberId)).toEqual([member.memberId])
  expect(beat(member)).toBe(errors.NONE)
})

test('a second member waits until the first has joined again; only the leader sees the members', async () => {
  const [leader, follower] = await pair()
  expect([leader.generationId, follower.generationId]).toEqual([2, 2])
  expect(leader.members).toHaveLength(2)
  expect(follower.members).toHaveLength(0)
  expect([beat(leader), beat(follower)]).toEqual([errors.NONE, errors.NONE])
})

test('from JoinGroup v4 on a new member is given an id and must come back with it', async () => {
  const offered = await join('', { requiresKnownMemberId: true })
  expect(offered.error).toBe(errors.MEMBER_ID_REQUIRED)
  expect(await join(offered.memberId)).toMatchObject({ error: errors.NONE, memberId: offered.memberId, generationId: 1 })
})

test('an id that was offered and never used is forgotten after the session timeout', async () => {
  const offered = await join('', { requiresKnownMemberId: true })
  await vi.advanceTimersByTimeAsync(1001)
  expect((await join(offered.memberId)).error).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('members that join while the first waits share generation 1', async () => {
  groups = coordinator(100)
  const joining = [join(''), join(''), join('')]
  await vi.advanceTimersByTimeAsync(250)
  const answers = await Promise.all(joining)
  expect(answers.map(({ generationId }) => generationId)).toEqual([1, 1, 1])
  expect(answers[0]?.members).toHaveLength(3)
})

test('a silent member is out after its session timeout and the others rebalance', async () => {
  const [leader, follower] = await pair()
  await vi.advanceTimersByTimeAsync(800)
  beat(leader)
  await vi.advanceTimersByTimeAsync(300)
  expect(beat(leader)).toBe(errors.REBALANCE_IN_PROGRESS)
  expect(beat(follower)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await join(leader.memberId)).toMatchObject({ generationId: 3 })
})

test('a member that does not join again within the rebalance timeout is out, even when it sends heartbeats', async () => {
  const [leader, follower] = await pair()
  const joining = join('')
  for (let ms = 0; ms < 5000; ms += 500) {
    beat(follower)
    if (ms === 0) void join(leader.memberId)
    await vi.advanceTimersByTimeAsync(500)
  }
  expect(await joining).toMatchObject({ generationId: 3 })
  expect(beat(follower)).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('a member that never syncs is out after the rebalance timeout', async () => {
  const leader = await single()
  const joining = join('')
  const again = await join(leader.memberId)
  const lazy = await joining
  await sync(again)
  for (let ms = 0; ms < 5500; ms += 500) {
    beat(again)
    beat(lazy)
    await vi.advanceTimersByTimeAsync(500)
  }
  expect(beat(lazy)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(beat(again)).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('waiting for the others keeps a session alive', async () => {
  const first = await single()
  const joining = join('', { sessionTimeoutMs: 100 })
  const again = await join(first.memberId)
  const second = await joining
  const waiting = sync(second)
  await vi.advanceTimersByTimeAsync(450)
  await sync(again, { [second.memberId]: 'two' })
  expect((await waiting).assignment.toString()).toBe('two')
})

test('who leaves is gone at once', async () => {
  const [leader, follower] = await pair()
  expect(groups.leave('g', leader.memberId, null)).toBe(errors.NONE)
  expect(groups.leave('g', leader.memberId, null)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(beat(follower)).toBe(errors.REBALANCE_IN_PROGRESS)
  expect(await join(follower.memberId)).toMatchObject({ generationId: 3, leader: follower.memberId })
  groups.leave('g', follower.memberId, null)
  expect(groups.get('g')).toMatchObject({ state: 'Empty', generationId: 4 })
})

test('a rebalance ends a waiting sync with REBALANCE_IN_PROGRESS', async () => {
  const first = await single()
  const joining = join('')
  await join(first.memberId)
  const waiting = sync(await joining)
  void join('')
  expect((await waiting).error).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('the leader may join again to force a rebalance, a follower that does gets its generation back', async () => {
  const [leader, follower] = await pair()
  expect(await join(follower.memberId, { protocols: [{ name: 'sessioned', metadata: Buffer.from('meta of ') }] })).toMatchObject({ generationId: 2 })
  void join(leader.memberId)
  expect(beat(follower)).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('a follower that joins again with other metadata forces a rebalance', async () => {
  const [leader, follower] = await pair()
  void join(follower.memberId, { protocols: [{ name: 'sessioned', metadata: Buffer.from('changed') }] })
  expect(beat(leader)).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('old generations and unknown members are refused', async () => {
  const [leader, follower] = await pair()
  expect(groups.heartbeat('g', leader.memberId, null, 1)).toBe(errors.ILLEGAL_GENERATION)
  expect((await sync({ ...follower, generationId: 1 })).error).toBe(errors.ILLEGAL_GENERATION)
  expect((await join('ghost')).error).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(groups.heartbeat('none', 'm', null, 0)).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('a member of another protocol type, or without a common protocol, is refused', async () => {
  await single()
  expect((await join('', { protocolType: 'consumer' })).error).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
  expect((await join('', { protocols: [{ name: 'eager', metadata: Buffer.alloc(0) }] })).error).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
})

test('the protocol is the one that most members put first among those all know', async () => {
  const named = (...names: string[]): Pick<JoinRequest, 'protocols'> => ({ protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })) })
  groups = coordinator(10)
  const joining = [join('', named('a', 'b', 'c')), join('', named('b', 'c')), join('', named('c', 'b'))]
  await vi.advanceTimersByTimeAsync(50)
  expect((await joining[0])?.protocolName).toBe('b')
})

describe('static members', () => {
  const asInstance = { instanceId: 'i1' }
  test('one that comes back in a stable group keeps its assignment without a rebalance, and its old id is fenced', async () => {
    const before = await join('', asInstance)
    await groups.sync({ groupId: 'g', generationId: 1, memberId: before.memberId, ...asInstance, protocolType: null, protocolName: null, assignments: [{ memberId: before.memberId, assignment: Buffer.from('all') }] })
    const after = await join('', { ...asInstance, supportsSkipAssignment: true })
    expect(after).toMatchObject({ error: errors.NONE, generationId: 1, skipAssignment: true })
    expect(after.memberId).not.toBe(before.memberId)
    const answer = await groups.sync({ groupId: 'g', generationId: 1, memberId: after.memberId, ...asInstance, protocolType: null, protocolName: null, assignments: [] })
    expect(answer.assignment.toString()).toBe('all')
    expect(groups.heartbeat('g', before.memberId, 'i1', 1)).toBe(errors.FENCED_INSTANCE_ID)
  })
  test('one can be removed by its instance id alone', async () => {
    await join('', asInstance)
    expect(groups.leave('g', '', 'i1')).toBe(errors.NONE)
    expect(groups.get('g')?.state).toBe('Empty')
  })
})

describe('commits', () => {
  const may = (memberId: string, generationId: number): number => groups.mayCommit({ groupId: 'g', memberId, generationId, instanceId: null })
  test('anyone may commit for a group without members, nobody from outside for one with members', async () => {
    expect(may('', -1)).toBe(errors.NONE)
    await single()
    expect(may('', -1)).toBe(errors.UNKNOWN_MEMBER_ID)
  })
  test('members commit for their generation, also while a rebalance is prepared, not while it is completed', async () => {
    const [leader, follower] = await pair()
    expect(may(leader.memberId, 2)).toBe(errors.NONE)
    expect(may(leader.memberId, 1)).toBe(errors.ILLEGAL_GENERATION)
    const joining = join(leader.memberId)
    expect(may(follower.memberId, 2)).toBe(errors.NONE)
    void join(follower.memberId)
    await joining
    expect(may(follower.memberId, 3)).toBe(errors.REBALANCE_IN_PROGRESS)
  })
  test('a generation of a group that nobody knows is illegal', () => {
    expect(may('m', 3)).toBe(errors.ILLEGAL_GENERATION)
  })
  test('a group with members cannot be deleted, an empty one takes its offsets along', async () => {
    const committed = { offset: 3, leaderEpoch: -1, metadata: null }
    groups.commit('g', [{ topic: 't', partition: 0, committed }])
    const member = await single()
    expect(groups.delete('g')).toBe(errors.NON_EMPTY_GROUP)
    groups.leave('g', member.memberId, null)
    expect(groups.offsets.get('g', 't', 0)).toEqual(committed)
    expect(groups.delete('g')).toBe(errors.NONE)
    expect(groups.offsets.get('g', 't', 0)).toBeUndefined()
    expect(groups.delete('g')).toBe(errors.GROUP_ID_NOT_FOUND)
  })
})
