/** The group member against a scripted coordinator, on a clock of the test: what it answers, when hooks run, what it does when it is refused. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/kafka/bytes.ts'
import type { ApiRequest, KafkaConnection } from '../../src/kafka/connection.ts'
import { type GroupHooks, GroupMember, type GroupMemberOptions } from '../../src/kafka/group-member.ts'
import { codeOfName } from '../../src/kafka/kafka-errors.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import { logger, setLogWriter } from '../../src/log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Sent = { readonly api: string; readonly lane: string; readonly generation: number; readonly memberId: string; answer(write: (writer: ByteWriter) => void): void; fail(error: KafkaError): void }

/** Requests wait in `sent` until the test answers them. */
const scripted = (): { readonly connection: KafkaConnection; readonly sent: Sent[]; forgotten: number } => {
  const script = { sent: [] as Sent[], forgotten: 0 }
  const connection = {
    clientId: 'test', requestTimeoutMs: 1000,
    send<T>(_target: unknown, request: ApiRequest<T>, options: { readonly lane?: string } = {}): Promise<T> {
      const body = new ByteWriter()
      request.encode(body, request.maxVersion)
      const reader = new ByteReader(Buffer.concat(body.parts()))
      reader.string() // group
      const isJoin = request.apiName === 'JoinGroup'
      if (isJoin) reader.int64() // both time-outs
      const isLeave = request.apiName === 'LeaveGroup'
      const generation = isJoin ? -1 : reader.int32() // of LeaveGroup: one member
      const memberId = reader.string()
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      script.sent.push({
        api: request.apiName, lane: options.lane ?? 'coordinator', generation: isLeave ? -1 : generation, memberId, fail: reject,
        answer: (write) => {
          const writer = new ByteWriter().int32(0)
          write(writer)
          resolve(request.decode(new ByteReader(Buffer.concat(writer.parts())), request.maxVersion))
        },
      })
      return promise
    },
    forgetCoordinator: () => void script.forgotten++,
  }
  // Only what a member uses; anything else would be undefined and fail the test.
  return Object.assign(script, { connection: connection as unknown as KafkaConnection })
}
type Script = ReturnType<typeof scripted>

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)
const next = async (script: Script, api: string): Promise<Sent> => {
  await settle()
  const request = script.sent.shift()
  expect(request?.api).toBe(api)
  if (request === undefined) throw new Error('unreachable')
  return request
}
const joined = (generation: number, memberId: string, leaderId: string, members: readonly string[] = []) => (writer: ByteWriter): void => {
  writer.int16(0).int32(generation).string('p').string(leaderId).string(memberId).array(members, (id) => writer.string(id).string(null).bytes(Buffer.from(`from ${id}`)))
}
const joinError = (name: string, memberId = '') => (writer: ByteWriter): void => {
  writer.int16(codeOfName(name)).int32(-1).string('').string('').string(memberId).int32(0)
}
const synced = (assignment: string, error = 0) => (writer: ByteWriter): void => void writer.int16(error).bytes(Buffer.from(assignment))
const code = (name: string | null) => (writer: ByteWriter): void => void writer.int16(name === null ? 0 : codeOfName(name))

const member = (script: Script, more: Partial<Omit<GroupMemberOptions, 'hooks'>> & { readonly hooks?: Partial<GroupHooks> } = {}): { readonly member: GroupMember; readonly events: string[] } => {
  const events: string[] = []
  const hooks: GroupHooks = {
    protocols: () => [{ name: 'p', metadata: Buffer.from('mine') }],
    onJoinPrepare: () => Promise.resolve(void events.push('prepare')),
    assign: ({ members }) => Promise.resolve(new Map(members.map(({ memberId, metadata }) => [memberId, Buffer.from(`to ${memberId}, who said ${Buffer.from(metadata).toString()}`)]))),
    onAssigned: ({ generation, assignment }) => Promise.resolve(void events.push(`assigned ${generation} ${Buffer.from(assignment).toString()}`)),
    onLost: (reason) => Promise.resolve(void events.push(`lost ${reason}`)),
    ...more.hooks,
  }
  const made = new GroupMember({
    connection: script.connection, log: logger('test.group'), groupId: 'g', groupInstanceId: null, protocolType: 'connect', sessionTimeoutMs: 10_000, heartbeatIntervalMs: 1000, rebalanceTimeoutMs: 60_000,
    retryBackoffMs: 100, retryBackoffMaxMs: 1000, pollTimeoutMessage: 'poll timeout', notify: () => events.push('notified'), ...more, hooks,
  })
  return { member: made, events }
}
const stable = async (script: Script, generation = 1): Promise<ReturnType<typeof member>> => {
  const made = member(script)
  await made.member.poll()
  ;(await next(script, 'JoinGroup')).answer(joined(generation, 'm', 'other'))
  ;(await next(script, 'SyncGroup')).answer(synced('work'))
  await settle()
  await made.member.poll()
  expect(made.member.isStable).toBe(true)
  made.events.length = 0
  return made
}

beforeEach(() => void setLogWriter(() => undefined))

test('it takes the member id it is given, joins, synchronizes, and hooks run inside poll only', async () => {
  const script = scripted()
  const { member: one, events } = member(script)
  await settle()
  expect([script.sent.length, events]).toEqual([0, []])
  await one.poll()
  expect(events).toEqual(['prepare'])
  const first = await next(script, 'JoinGroup')
  expect([first.memberId, first.lane]).toEqual(['', 'join'])
  first.answer(joinError('MEMBER_ID_REQUIRED', 'm'))
  const second = await next(script, 'JoinGroup')
  expect(second.memberId).toBe('m')
  second.answer(joined(7, 'm', 'other'))
  const sync = await next(script, 'SyncGroup')
  expect([sync.generation, sync.memberId]).toEqual([7, 'm'])
  sync.answer(synced('work'))
  await settle()
  expect(events).toEqual(['prepare', 'notified'])
  await one.poll()
  expect(events).toEqual(['prepare', 'notified', 'assigned 7 work'])
  expect([one.memberId, one.generation, one.isStable]).toEqual(['m', 7, true])
})

test('the leader hands out what its assign says', async () => {
  const script = scripted()
  const assign = vi.fn<GroupHooks['assign']>(({ members }) => Promise.resolve(new Map(members.map(({ memberId, metadata }) => [memberId, metadata]))))
  const { member: one } = member(script, { hooks: { assign } })
  await one.poll()
  ;(await next(script, 'JoinGroup')).answer(joined(1, 'm', 'm', ['m', 'n']))
  await next(script, 'SyncGroup')
  expect(assign).toHaveBeenCalledWith({ protocol: 'p', leaderId: 'm', generation: 1, members: [{ memberId: 'm', groupInstanceId: null, metadata: Buffer.from('from m') }, { memberId: 'n', groupInstanceId: null, metadata: Buffer.from('from n') }] })
})

test('a leader that cannot decide fails the next poll, and tries again after it', async () => {
  const script = scripted()
  const { member: one } = member(script, { hooks: { assign: () => Promise.reject(new Error('cannot')) } })
  await one.poll()
  ;(await next(script, 'JoinGroup')).answer(joined(1, 'm', 'm', ['m']))
  await settle()
  await expect(one.poll()).rejects.toThrow('cannot')
  await one.poll()
  expect((await next(script, 'JoinGroup')).memberId).toBe('m')
})

test('heartbeats go on while the owner is away from poll', async () => {
  const script = scripted()
  await stable(script)
  for (let i = 0; i < 30; i++) {
    await vi.advanceTimersByTimeAsync(1000)
    ;(await next(script, 'Heartbeat')).answer(code(null))
  }
})

test('an owner that stays away for longer than the rebalance timeout has its member leave, and is told at its next poll', async () => {
  const script = scripted()
  const { member: one, events } = await stable(script)
  for (let i = 0; i < 60; i++) {
    await vi.advanceTimersByTimeAsync(1000)
    ;(await next(script, 'Heartbeat')).answer(code(null))
  }
  await vi.advanceTimersByTimeAsync(1000)
  const leave = await next(script, 'LeaveGroup')
  expect([one.generation, one.memberId, events]).toEqual([-1, '', ['notified']])
  // the group may take its time to answer; it does not hear of the next member before
  await one.poll()
  expect(events).toEqual(['notified', 'lost poll timeout has expired', 'prepare'])
  await settle()
  expect(script.sent).toEqual([])
  leave.answer((writer) => writer.int16(0).array(['m'], (id) => writer.string(id).string(null).int16(0)))
  expect((await next(script, 'JoinGroup')).memberId).toBe('')
})

test('an owner that waits inside poll may wait for ever', async () => {
  const script = scripted()
  const { member: one } = await stable(script)
  one.enterPoll()
  for (let i = 0; i < 100; i++) {
    await vi.advanceTimersByTimeAsync(1000)
    ;(await next(script, 'Heartbeat')).answer(code(null))
  }
  one.leavePoll()
  expect(one.isStable).toBe(true)
})

test('a rebalance heard by a heartbeat prepares, then joins with the member id it has', async () => {
  const script = scripted()
  const { member: one, events } = await stable(script)
  await vi.advanceTimersByTimeAsync(1000)
  ;(await next(script, 'Heartbeat')).answer(code('REBALANCE_IN_PROGRESS'))
  await settle()
  expect([events, one.isStable]).toEqual([['notified'], false])
  // Not before the owner polls; meanwhile it keeps its session.
  await vi.advanceTimersByTimeAsync(1000)
  ;(await next(script, 'Heartbeat')).answer(code('REBALANCE_IN_PROGRESS'))
  await one.poll()
  expect(events).toEqual(['notified', 'prepare'])
  const join = await next(script, 'JoinGroup')
  expect(join.memberId).toBe('m')
  // No heartbeat of the old generation while JoinGroup waits: the new one may exist before its answer is here.
  await vi.advanceTimersByTimeAsync(5000)
  expect(script.sent).toEqual([])
  join.answer(joined(2, 'm', 'other'))
  ;(await next(script, 'SyncGroup')).answer(synced('more'))
  await settle()
  await one.poll()
  expect(events.at(-1)).toBe('assigned 2 more')
})

test('a heartbeat that was on its way when the group moved on does not end the new membership', async () => {
  const script = scripted()
  const { member: one, events } = await stable(script)
  await vi.advanceTimersByTimeAsync(1000)
  const late = await next(script, 'Heartbeat')
  one.requestRejoin('test')
  await one.poll()
  const join = await next(script, 'JoinGroup')
  late.answer(code('ILLEGAL_GENERATION'))
  await settle()
  join.answer(joined(2, 'm', 'other'))
  ;(await next(script, 'SyncGroup')).answer(synced('still'))
  await settle()
  await one.poll()
  expect(events.filter((event) => event.startsWith('lost'))).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  expect((await next(script, 'Heartbeat')).generation).toBe(2)
})

test.for(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])('%s: what was held is lost, then it joins anew', async (name) => {
  const script = scripted()
  const { member: one, events } = await stable(script)
  await vi.advanceTimersByTimeAsync(1000)
  ;(await next(script, 'Heartbeat')).answer(code(name))
  await settle()
  await one.poll()
  expect(events).toEqual(['notified', expect.stringMatching(/^lost Heartbeat of group g: /), 'prepare'])
  expect((await next(script, 'JoinGroup')).memberId).toBe(name === 'UNKNOWN_MEMBER_ID' ? '' : 'm')
})

test('a fenced static member fails its poll', async () => {
  const script = scripted()
  const { member: one } = await stable(script)
  await vi.advanceTimersByTimeAsync(1000)
  ;(await next(script, 'Heartbeat')).answer(code('FENCED_INSTANCE_ID'))
  await settle()
  await expect(one.poll()).rejects.toMatchObject({ kafkaCode: 'FENCED_INSTANCE_ID' })
})

test('a coordinator that moved or cannot be reached is looked up again, and the member joins when it is back', async () => {
  const script = scripted()
  const { member: one } = member(script)
  await one.poll()
  ;(await next(script, 'JoinGroup')).answer(joinError('NOT_COORDINATOR'))
  await settle()
  expect(script.forgotten).toBe(1)
  const since = one.coordinatorUnreachableSinceMs
  expect(since).toBe(Date.now())
  await vi.advanceTimersByTimeAsync(100)
  ;(await next(script, 'JoinGroup')).fail(new KafkaError('NETWORK_EXCEPTION', 'gone', { retriable: true }))
  await vi.advanceTimersByTimeAsync(200)
  expect(one.coordinatorUnreachableSinceMs).toBe(since)
  ;(await next(script, 'JoinGroup')).answer(joined(1, 'm', 'other'))
  await settle()
  expect(one.coordinatorUnreachableSinceMs).toBeNull()
})

test('an error that no waiting mends fails the poll', async () => {
  const script = scripted()
  const { member: one } = member(script)
  await one.poll()
  ;(await next(script, 'JoinGroup')).answer(joinError('GROUP_AUTHORIZATION_FAILED'))
  await settle()
  await expect(one.poll()).rejects.toMatchObject({ kafkaCode: 'GROUP_AUTHORIZATION_FAILED' })
})

test('closed while it joins, it leaves the group that took it in', async () => {
  const script = scripted()
  const { member: one } = member(script)
  await one.poll()
  const join = await next(script, 'JoinGroup')
  await one.close()
  await one.close()
  join.answer(joined(1, 'm', 'm', ['m']))
  expect((await next(script, 'LeaveGroup')).memberId).toBe('m')
  expect(vi.getTimerCount()).toBe(0)
})

test('close leaves, once, and ends every timer; a static member keeps its place', async () => {
  const script = scripted()
  const { member: one } = await stable(script)
  const closed = one.close()
  ;(await next(script, 'LeaveGroup')).answer((writer) => writer.int16(0).array(['m'], (id) => writer.string(id).string(null).int16(0)))
  await closed
  await one.close()
  expect([script.sent, vi.getTimerCount()]).toEqual([[], 0])

  const fixed = member(script, { groupInstanceId: 'me' })
  await fixed.member.poll()
  ;(await next(script, 'JoinGroup')).answer(joined(1, 'm', 'other'))
  ;(await next(script, 'SyncGroup')).answer(synced(''))
  await settle()
  await fixed.member.close()
  expect([script.sent, vi.getTimerCount()]).toEqual([[], 0])
})
