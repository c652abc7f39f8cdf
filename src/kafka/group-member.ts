/**
 * Membership of a Kafka group by the classic protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup), for any protocol type:
 * the consumer uses `consumer`, the distributed herder `connect`.
 *
 *   unjoined ── poll: onJoinPrepare ──> joining ── JoinGroup, assign when leader, SyncGroup ──> assigned ── poll: onAssigned ──> stable
 *       ^                                  │                                                                                    │
 *       └── lost (poll: onLost) <──────────┴──────────── unknown member, illegal generation, missed polls ──────────────────────┤
 *                                          ^────────────────────────── a rebalance, requestRejoin ──────────────────────────────┘
 *
 * Requests run in the background and `notify` says when there is something to do; hooks run inside `poll` only (`assign` excepted) and
 * are awaited before the group gets its answer. Heartbeats go on by timer while the owner is busy elsewhere.
 */
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { KafkaConnection } from './connection.ts'
import { type GroupProtocol, type JoinedMember, heartbeatRequest, joinGroupRequest, leaveGroupRequest, syncGroupRequest } from './group-requests.ts'
import { KafkaError } from './types.ts'

export type { GroupProtocol, JoinedMember } from './group-requests.ts'

export type Assigned = { readonly generation: number; readonly memberId: string; readonly leaderId: string; readonly protocol: string; readonly assignment: Uint8Array }
export interface GroupHooks {
  /** What this member offers, best first; asked before each JoinGroup. */
  protocols(): readonly GroupProtocol[]
  /** Before the member joins (anew): give up what must be given up. Once per rebalance. */
  onJoinPrepare(): Promise<void>
  /** On the leader: the bytes for each member. Runs in the background; an error fails the next `poll`. */
  assign(group: { readonly protocol: string; readonly leaderId: string; readonly generation: number; readonly members: readonly JoinedMember[] }): Promise<ReadonlyMap<string, Uint8Array>>
  onAssigned(assigned: Assigned): Promise<void>
  /** The group has gone on without this member: what it held may belong to others already. */
  onLost(reason: string): Promise<void>
}
export type GroupMemberOptions = {
  readonly connection: KafkaConnection
  readonly log: Logger
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly protocolType: string
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** How long the group waits for this member in a rebalance, and how long the owner may stay away from `poll`. */
  readonly rebalanceTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  /** Logged when the owner stayed away for longer. */
  readonly pollTimeoutMessage: string
  readonly hooks: GroupHooks
  /** There is something for `poll` to do. */
  readonly notify: () => void
}

const noGeneration = -1
/** JoinGroup and SyncGroup wait for other members; a socket of their own keeps heartbeats and commits moving. */
const joinLane = 'join'
const joinGraceMs = 5_000
const leaveTimeoutMs = 5_000

export class GroupMember {
  readonly #options: GroupMemberOptions
  #memberId = ''
  #generation = noGeneration
  #rejoinReason: string | null = 'initial join'
  #prepared = false
  #joining: Promise<void> | null = null
  /** The last LeaveGroup for want of a poll. */
  #leaving: Promise<void> | null = null
  #assigned: Assigned | null = null
  #lost: string | null = null
  #failure: unknown = null
  #heartbeatTimer: NodeJS.Timeout | null = null
  #heartbeatInFlight = false
  /** A JoinGroup is in flight. */
  #awaitsJoin = false
  #lastHeartbeatMs = 0
  #lastPollMs = Date.now()
  #inPoll = 0
  #unreachableSinceMs: number | null = null
  readonly #closed = new AbortController()

  constructor(options: GroupMemberOptions) {
    this.#options = options
  }

  /** Empty while not a member. */
  get memberId(): string {
    return this.#memberId
  }
  /** -1 while not a member of a generation. */
  get generation(): number {
    return this.#generation
  }
  /** Member of a generation, its assignment taken, and no rebalance known. */
  get isStable(): boolean {
    return this.#generation !== noGeneration && this.#rejoinReason === null && this.#assigned === null && this.#joining === null && this.#lost === null
  }
  /** `Date.now()` of the first failed request to the coordinator since the last one that was answered. */
  get coordinatorUnreachableSinceMs(): number | null {
    return this.#unreachableSinceMs
  }

  /** The owner is in its poll: it may wait there as long as it likes. */
  enterPoll(): void {
    this.#inPoll++
    this.#lastPollMs = Date.now()
  }
  leavePoll(): void {
    this.#inPoll--
    this.#lastPollMs = Date.now()
  }

  /** Runs the hooks that are due and starts joining when needed; does not wait for the group. Throws what membership failed with. */
  async poll(): Promise<void> {
    this.#lastPollMs = Date.now()
    for (;;) {
      if (this.#failure !== null) {
        const failure = this.#failure
        this.#failure = null
        throw failure
      }
      if (this.#lost !== null) {
        const reason = this.#lost
        this.#lost = null
        await this.#options.hooks.onLost(reason)
      } else if (this.#assigned !== null) {
        const assigned = this.#assigned
        this.#assigned = null
        this.#prepared = false
        await this.#options.hooks.onAssigned(assigned)
      } else if (this.#rejoinReason !== null && this.#joining === null && !this.#closed.signal.aborted) {
        if (!this.#prepared) {
          this.#prepared = true
          await this.#options.hooks.onJoinPrepare()
          if (this.#lost !== null) continue
        }
        this.#startJoining(this.#rejoinReason)
      } else return
    }
  }

  requestRejoin(reason: string): void {
    if (this.#rejoinReason === null) this.#options.log.info(`Request joining group due to: ${reason}`)
    this.#rejoinReason ??= reason
    this.#options.notify()
  }

  /** A request under this membership was refused: what the coordinator said is acted on as if a heartbeat had heard it. */
  refused(error: KafkaError): void {
    this.#onRefusal(error, this.#generation)
  }

  /** Tells the group, unless a static member (whose place is kept). What was held is not reported as lost. */
  async leave(reason: string): Promise<void> {
    const { log, groupId, groupInstanceId, connection, retryBackoffMs } = this.#options
    const memberId = this.#memberId
    this.#reset()
    this.#rejoinReason ??= reason
    if (memberId === '' || groupInstanceId !== null) return
    log.info(`Member ${memberId} sending LeaveGroup request due to ${reason}`)
    const deadlineMs = Date.now() + leaveTimeoutMs
    for (;;) {
      const error = await connection.send({ group: groupId }, leaveGroupRequest({ groupId, memberId, groupInstanceId }), { timeoutMs: leaveTimeoutMs }).catch(asKafkaError)
      // The group has forgotten the member: what was wanted.
      if (error === null || error.kafkaCode === 'UNKNOWN_MEMBER_ID') return
      if (error.kafkaCode === 'NOT_COORDINATOR') connection.forgetCoordinator('group', groupId)
      if (!error.retriable || Date.now() + retryBackoffMs > deadlineMs) return log.info(`LeaveGroup request failed: ${error.message}`)
      await sleep(retryBackoffMs)
    }
  }

  /** Leaves and ends all timers. Runs no hooks. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    await this.leave('the consumer is being closed')
  }

  #startJoining(reason: string): void {
    this.#options.log.debug(`(Re-)joining group ${this.#options.groupId}: ${reason}`)
    this.#rejoinReason = null
    const joining = this.#joinUntilAssigned().catch((error: unknown) => {
      this.#failure = error
      this.#rejoinReason ??= 'the last attempt failed'
    }).finally(() => {
      this.#joining = null
      this.#options.notify()
    })
    this.#joining = joining
  }

  async #joinUntilAssigned(): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#options
    // joining has a socket of its own: the group would take the old member and the new one for two
    await this.#leaving
    for (let failures = 0; !this.#closed.signal.aborted;) {
      const outcome = await this.#joinOnce()
      if (outcome === 'done') return
      if (outcome === 'again') failures = 0
      else await sleep(Math.min(retryBackoffMs * 2 ** failures++, retryBackoffMaxMs), this.#closed.signal)
    }
  }

  /** `done`: assigned, or something for `poll` to see to first. `later`: after a pause. */
  async #joinOnce(): Promise<'done' | 'again' | 'later'> {
    const { connection, log, groupId, groupInstanceId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs, hooks } = this.#options
    const timeoutMs = rebalanceTimeoutMs + joinGraceMs
    this.#awaitsJoin = true
    const joined = await connection.send({ group: groupId }, joinGroupRequest({ groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId: this.#memberId, groupInstanceId, protocolType, protocols: hooks.protocols() }),
      { timeoutMs, lane: joinLane }).catch(asKafkaError)
    this.#awaitsJoin = false
    if (this.#closed.signal.aborted) {
      // Closed meanwhile: the group must not wait for a member that nobody runs any more.
      if (!(joined instanceof KafkaError) && joined.error === null) {
        this.#memberId = joined.memberId
        await this.leave('the consumer was closed while it joined')
      }
      return 'done'
    }
    if (joined instanceof KafkaError) return this.#afterJoinError(joined)
    if (joined.error?.kafkaCode === 'MEMBER_ID_REQUIRED') {
      this.#memberId = joined.memberId
      return 'again'
    }
    if (joined.error !== null) return this.#afterJoinError(joined.error)
    this.#unreachableSinceMs = null
    this.#memberId = joined.memberId
    this.#generation = joined.generation
    this.#lastHeartbeatMs = Date.now()
    this.#scheduleHeartbeat(this.#options.heartbeatIntervalMs)
    const { generation, memberId, leaderId, protocol } = joined
    log.info(`Successfully joined group ${groupId} with generation ${generation} as ${memberId}`)
    const assignments = leaderId === memberId ? await hooks.assign({ protocol, leaderId, generation, members: joined.members }) : new Map<string, Uint8Array>()
    if (this.#generation !== generation) return 'done'
    const synced = await connection.send({ group: groupId }, syncGroupRequest({ groupId, generation, memberId, groupInstanceId }, assignments), { timeoutMs, lane: joinLane }).catch(asKafkaError)
    if (this.#generation !== generation) return 'done'
    if (synced instanceof KafkaError) return this.#afterJoinError(synced)
    if (synced.error !== null) return this.#afterJoinError(synced.error)
    this.#assigned = { generation, memberId, leaderId, protocol, assignment: synced.assignment }
    return 'done'
  }

  #afterJoinError(error: KafkaError): 'done' | 'again' | 'later' {
    const { connection, groupId, log } = this.#options
    switch (error.kafkaCode) {
      case 'REBALANCE_IN_PROGRESS':
        return 'again'
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        log.info(`Attempt to join group failed: ${error.message}`)
        this.#lose(error.message, error.kafkaCode === 'UNKNOWN_MEMBER_ID')
        return 'done'
      case 'FENCED_INSTANCE_ID':
        this.#lose(error.message, true)
        throw error
      default:
        if (!error.retriable) throw error
        log.debug(`Attempt to join group failed: ${error.message}`)
        this.#unreachableSinceMs ??= Date.now()
        if (error.kafkaCode !== 'COORDINATOR_LOAD_IN_PROGRESS') connection.forgetCoordinator('group', groupId)
        return 'later'
    }
  }

  #reset(keepMemberId = false): void {
    if (this.#heartbeatTimer !== null) clearTimeout(this.#heartbeatTimer)
    this.#heartbeatTimer = null
    this.#generation = noGeneration
    this.#assigned = null
    if (!keepMemberId) this.#memberId = ''
  }
  #lose(reason: string, forgetMember: boolean): void {
    this.#reset(!forgetMember)
    this.#lost = reason
    this.#prepared = false
    this.requestRejoin(reason)
  }

  #scheduleHeartbeat(inMs: number): void {
    if (this.#heartbeatTimer !== null) clearTimeout(this.#heartbeatTimer)
    if (this.#closed.signal.aborted) return
    this.#heartbeatTimer = setTimeout(() => {
      this.#heartbeatTimer = null
      void this.#heartbeat()
    }, inMs)
  }

  async #heartbeat(): Promise<void> {
    const { connection, groupId, groupInstanceId, heartbeatIntervalMs, retryBackoffMs, sessionTimeoutMs, log } = this.#options
    const generation = this.#generation
    if (generation === noGeneration || this.#heartbeatInFlight) return
    if (this.#inPoll === 0 && Date.now() - this.#lastPollMs > this.#options.rebalanceTimeoutMs) return this.#leaveUnpolled()
    // While the member waits in a JoinGroup the group knows that it lives, and its generation is about to change. Joining schedules the next one.
    if (this.#awaitsJoin) return
    this.#heartbeatInFlight = true
    const error = await connection.send({ group: groupId }, heartbeatRequest({ groupId, generation, memberId: this.#memberId, groupInstanceId })).catch(asKafkaError)
    this.#heartbeatInFlight = false
    if (this.#generation !== generation) {
      // A newer generation began meanwhile; its own timer may have found this one in flight.
      if (this.#generation !== noGeneration && this.#heartbeatTimer === null) this.#scheduleHeartbeat(heartbeatIntervalMs)
      return
    }
    if (error === null || error.kafkaCode === 'REBALANCE_IN_PROGRESS') {
      this.#lastHeartbeatMs = Date.now()
      this.#unreachableSinceMs = null
      if (error !== null) this.#onRefusal(error, generation)
      return this.#scheduleHeartbeat(heartbeatIntervalMs)
    }
    if (Date.now() - this.#lastHeartbeatMs > sessionTimeoutMs) log.info(`Session timeout of group ${groupId} passed without a heartbeat that was answered: ${error.message}`)
    this.#onRefusal(error, generation)
    if (this.#generation === generation) this.#scheduleHeartbeat(error.kafkaCode === 'COORDINATOR_LOAD_IN_PROGRESS' ? heartbeatIntervalMs : Math.min(retryBackoffMs * 4, heartbeatIntervalMs))
  }

  #onRefusal(error: KafkaError, generation: number): void {
    const { connection, groupId } = this.#options
    // An old generation is refused as soon as the new one exists, which may be before JoinGroup's answer tells us (it has another socket).
    if (generation === noGeneration || generation !== this.#generation || this.#awaitsJoin) return
    switch (error.kafkaCode) {
      case 'REBALANCE_IN_PROGRESS':
        // While joining, SyncGroup hears the same.
        if (this.#joining === null) this.requestRejoin('group is already rebalancing')
        return
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        return this.#lose(error.message, error.kafkaCode === 'UNKNOWN_MEMBER_ID')
      case 'FENCED_INSTANCE_ID':
        this.#failure = error
        return this.#lose(error.message, true)
      case 'GROUP_AUTHORIZATION_FAILED':
        this.#failure = error
        return this.#options.notify()
      case 'NOT_COORDINATOR':
      case 'COORDINATOR_NOT_AVAILABLE':
        connection.forgetCoordinator('group', groupId)
        this.#unreachableSinceMs ??= Date.now()
        return
      default:
        if (error.retriable) this.#unreachableSinceMs ??= Date.now()
    }
  }

  #leaveUnpolled(): void {
    const reason = 'poll timeout has expired'
    this.#options.log.warn(this.#options.pollTimeoutMessage)
    this.#leaving = this.leave(reason)
    // At once: a poll that comes before the group has answered must not give up what was held as on a revoke, as if it still were a member.
    this.#lose(reason, true)
  }
}

const asKafkaError = (error: unknown): KafkaError =>
  error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', `Unexpected: ${messageOf(error)}`, { retriable: false, cause: error })

/** Ends early, without an error, when the signal is given. */
const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal?.addEventListener('abort', end)
  })
