/**
 * A classic group, for any protocol type, as Kafka's group coordinator runs it:
 *
 *   Empty ──join──▶ PreparingRebalance ──all joined, or time is up──▶ CompletingRebalance ──leader syncs──▶ Stable
 *     ▲                 ▲      │ nobody left                                  │                              │
 *     └─────────────────┼──────┘                     join, leave, expiry      │      join, leave, expiry     │
 *                       └─────────────────────────────────────────────────────┴──────────────────────────────┘
 *
 * Joins and syncs wait here as promises that a member holds; timers end the waiting.
 */
import { randomUUID } from 'node:crypto'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { JoinClock } from './join-clock.ts'
import { Member, newMemberJoinTimeoutMs } from './member.ts'
import { Members } from './members.ts'
import { PendingIds } from './pending-ids.ts'
import { failedJoin, failedSync, noBytes, type GroupSettings, type JoinAnswer, type JoinRequest, type SyncAnswer, type SyncRequest } from './types.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

export class Group {
  readonly id: string
  readonly #settings: GroupSettings
  readonly #members = new Members()
  readonly #pending = new PendingIds()
  readonly #joinClock = new JoinClock()
  readonly #unsynced = new Set<string>()
  state: GroupState = 'Empty'
  generationId = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leader = ''
  #syncTimer: NodeJS.Timeout | null = null

  constructor(id: string, settings: GroupSettings) {
    this.id = id
    this.#settings = settings
  }

  get members(): readonly Member[] {
    return this.#members.all
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    const refuse = (error: KafkaErrorCode): Promise<JoinAnswer> => Promise.resolve(failedJoin(error, request.memberId))
    if (this.state === 'Dead') return refuse(errors.COORDINATOR_NOT_AVAILABLE)
    const isForeign = request.protocolType === '' || request.protocols.length === 0 || (this.#members.size > 0 && request.protocolType !== this.protocolType)
    if (isForeign || !this.#members.supports(request.protocols)) return refuse(errors.INCONSISTENT_GROUP_PROTOCOL)
    if (request.memberId === '') return this.#joinNew(request)
    if (this.#pending.has(request.memberId)) return this.#addAndRebalance(request.memberId, request)
    const error = this.#members.identify(request.memberId, request.instanceId)
    if (error !== errors.NONE) return refuse(error)
    const member = this.#members.get(request.memberId)
    if (member === undefined || this.state === 'Empty') return refuse(errors.UNKNOWN_MEMBER_ID)
    // A member that asks again with the same protocols missed our answer; the leader may ask again to force a rebalance.
    const missedAnswer = member.hasSameProtocols(request.protocols) && (this.state === 'CompletingRebalance' || (this.state === 'Stable' && member.id !== this.leader))
    if (missedAnswer) {
      this.#touch(member)
      return Promise.resolve(this.#joinAnswer(member))
    }
    member.update(request)
    return this.#rejoin(member, 'a member joined again')
  }

  sync(request: SyncRequest): Promise<SyncAnswer> {
    const refuse = (error: KafkaErrorCode): Promise<SyncAnswer> => Promise.resolve(failedSync(error))
    const error = this.validate(request.memberId, request.instanceId, request.generationId)
    if (error !== errors.NONE) return refuse(error)
    const isForeign = (request.protocolType !== null && request.protocolType !== this.protocolType) || (request.protocolName !== null && request.protocolName !== this.protocolName)
    if (isForeign) return refuse(errors.INCONSISTENT_GROUP_PROTOCOL)
    const member = this.#members.get(request.memberId)
    if (member === undefined || this.state === 'Empty' || this.state === 'Dead') return refuse(errors.UNKNOWN_MEMBER_ID)
    if (this.state === 'PreparingRebalance') return refuse(errors.REBALANCE_IN_PROGRESS)
    this.#unsynced.delete(member.id)
    if (this.state === 'Stable') {
      this.#touch(member)
      return Promise.resolve(this.#syncAnswer(member))
    }
    const answer = member.awaitSync()
    if (member.id === this.leader) {
      const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
      this.state = 'Stable'
      // The request's buffer lives as long as the assignment; copied, so that a large sync does not stay in memory for one member.
      for (const other of this.#members.all) other.assignment = Buffer.from(assignments.get(other.id) ?? noBytes)
      for (const other of this.#members.all) if (other.isAwaitingSync) this.#answerSync(other, this.#syncAnswer(other))
      this.#settings.log(`Group ${this.id}: generation ${this.generationId} is stable with ${this.#members.size} members`)
    }
    return answer
  }

  heartbeat(memberId: string, instanceId: string | null, generationId: number): KafkaErrorCode {
    const error = this.validate(memberId, instanceId, generationId)
    if (error !== errors.NONE) return error
    const member = this.#members.get(memberId)
    if (member === undefined || this.state === 'Empty') return errors.UNKNOWN_MEMBER_ID
    this.#touch(member)
    return this.state === 'PreparingRebalance' ? errors.REBALANCE_IN_PROGRESS : errors.NONE
  }

  leave(memberId: string, instanceId: string | null): KafkaErrorCode {
    if (this.#pending.delete(memberId)) {
      this.#completeJoinIfAll()
      return errors.NONE
    }
    const id = memberId === '' && instanceId !== null ? (this.#members.ofInstance(instanceId)?.id ?? '') : memberId
    const error = this.#members.identify(id, instanceId)
    if (error !== errors.NONE) return error
    this.#remove(id, 'left')
    return errors.NONE
  }

  /** Whether these may act for the group now; generation -1 is not accepted. */
  validate(memberId: string, instanceId: string | null, generationId: number): KafkaErrorCode {
    const error = this.#members.identify(memberId, instanceId)
    if (error !== errors.NONE) return error
    return generationId === this.generationId ? errors.NONE : errors.ILLEGAL_GENERATION
  }
  /** A commit is a sign of life too. */
  touch(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member !== undefined) this.#touch(member)
  }

  /** Ends every waiting request and every clock. */
  close(): void {
    this.state = 'Dead'
    for (const member of this.#members.all) {
      member.stopClock()
      member.answerJoin(failedJoin(errors.COORDINATOR_NOT_AVAILABLE, member.id))
      member.answerSync(failedSync(errors.COORDINATOR_NOT_AVAILABLE))
    }
    this.#pending.clear()
    this.#stopClocks()
    this.#members.clear()
  }

  #joinNew(request: JoinRequest): Promise<JoinAnswer> {
    const newId = `${request.instanceId ?? request.clientId}-${randomUUID()}`
    if (request.instanceId !== null) {
      const known = this.#members.ofInstance(request.instanceId)
      return known === undefined ? this.#addAndRebalance(newId, request) : this.#replaceStatic(known, newId, request)
    }
    if (!request.requiresKnownMemberId) return this.#addAndRebalance(newId, request)
    this.#pending.add(newId, request.sessionTimeoutMs, () => this.#completeJoinIfAll())
    return Promise.resolve(failedJoin(errors.MEMBER_ID_REQUIRED, newId))
  }

  #addAndRebalance(memberId: string, request: JoinRequest): Promise<JoinAnswer> {
    this.#pending.delete(memberId)
    const member = new Member(memberId, request)
    if (this.#members.size === 0) this.protocolType = request.protocolType
    if (this.leader === '') this.leader = memberId
    this.#members.add(member)
    this.#joinClock.memberAdded()
    return this.#rejoin(member, 'a member was added')
  }

  /** A static member came back under a new id: the old one is fenced; a stable group with the same protocols keeps its assignment. */
  #replaceStatic(known: Member, newId: string, request: JoinRequest): Promise<JoinAnswer> {
    const isLeader = this.leader === known.id
    const keepsAssignment = this.state === 'Stable' && known.hasSameProtocols(request.protocols)
    known.stopClock()
    known.answerJoin(failedJoin(errors.FENCED_INSTANCE_ID, known.id))
    known.answerSync(failedSync(errors.FENCED_INSTANCE_ID))
    this.#members.delete(known)
    this.#unsynced.delete(known.id)
    const member = new Member(newId, request)
    member.assignment = known.assignment
    this.#members.add(member)
    if (isLeader) this.leader = newId
    if (!keepsAssignment) return this.#rejoin(member, 'a static member came back')
    member.isNew = false
    this.#touch(member)
    // Without skipAssignment (before v9) a leader must not be told that it leads: it would assign for a generation that stands.
    return Promise.resolve({ ...this.#joinAnswer(member), ...(isLeader && !request.supportsSkipAssignment ? { leader: known.id, members: [] } : {}), skipAssignment: isLeader && request.supportsSkipAssignment })
  }

  #rejoin(member: Member, reason: string): Promise<JoinAnswer> {
    const answer = member.awaitJoin()
    if (member.isNew) member.touch(() => this.#expire(member), newMemberJoinTimeoutMs)
    if (this.state === 'PreparingRebalance') this.#completeJoinIfAll()
    else this.#prepareRebalance(reason)
    return answer
  }

  #prepareRebalance(reason: string): void {
    for (const member of this.#members.all) {
      if (this.state !== 'CompletingRebalance') break
      member.assignment = noBytes
      this.#answerSync(member, failedSync(errors.REBALANCE_IN_PROGRESS))
    }
    this.#stopClocks()
    this.#settings.log(`Group ${this.id}: rebalance after generation ${this.generationId}, because ${reason}`)
    const wasEmpty = this.state === 'Empty'
    this.state = 'PreparingRebalance'
    const limitMs = this.#members.maxRebalanceTimeoutMs()
    const delayMs = this.#settings.initialRebalanceDelayMs
    if (wasEmpty && delayMs > 0) this.#joinClock.startInitial(delayMs, limitMs, () => this.#completeJoin())
    else {
      this.#joinClock.start(limitMs, () => this.#completeJoin())
      this.#completeJoinIfAll()
    }
  }

  #completeJoinIfAll(): void {
    const isWaiting = this.#joinClock.isInitial || this.#pending.size > 0 || this.#members.all.some((member) => !member.isAwaitingJoin)
    if (this.state === 'PreparingRebalance' && !isWaiting) this.#completeJoin()
  }

  #completeJoin(): void {
    this.#stopClocks()
    // Who did not come back in time is out; a static member keeps its place until its session ends.
    for (const member of this.#members.all) if (!member.isAwaitingJoin && member.instanceId === null) this.#forget(member)
    const joined = this.#members.all.filter((member) => member.isAwaitingJoin)
    if (joined.length === 0 && this.#members.size > 0) {
      this.#joinClock.start(Math.max(1, this.#members.maxRebalanceTimeoutMs()), () => this.#completeJoin())
      return
    }
    this.generationId++
    if (joined.length === 0) {
      this.state = 'Empty'
      this.protocolName = null
      this.leader = ''
      return
    }
    if (this.#members.get(this.leader)?.isAwaitingJoin !== true) this.leader = joined[0]?.id ?? ''
    this.protocolName = this.#members.vote()
    this.state = 'CompletingRebalance'
    for (const member of this.#members.all) this.#unsynced.add(member.id)
    for (const member of joined) {
      member.isNew = false
      this.#touch(member)
      member.answerJoin(this.#joinAnswer(member))
    }
    this.#syncTimer = setTimeout(() => this.#expireUnsynced(), this.#members.maxRebalanceTimeoutMs())
  }

  #expireUnsynced(): void {
    if (this.state !== 'CompletingRebalance' && this.state !== 'Stable') return
    const missing = [...this.#unsynced].flatMap((id) => this.#members.get(id) ?? [])
    this.#unsynced.clear()
    for (const member of missing) this.#forget(member)
    if (missing.length > 0) this.#prepareRebalance(`${missing.length} members did not sync`)
  }

  #expire(member: Member): void {
    if (this.#members.get(member.id) === member) this.#remove(member.id, 'timed out')
  }

  #remove(memberId: string, reason: string): void {
    const member = this.#members.get(memberId)
    if (member === undefined) return
    member.answerJoin(failedJoin(errors.UNKNOWN_MEMBER_ID, member.id))
    member.answerSync(failedSync(errors.UNKNOWN_MEMBER_ID))
    this.#forget(member)
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') this.#prepareRebalance(`member ${memberId} ${reason}`)
    else this.#completeJoinIfAll()
  }
  #forget(member: Member): void {
    member.stopClock()
    this.#members.delete(member)
    this.#unsynced.delete(member.id)
    if (this.leader === member.id) this.leader = this.#members.all[0]?.id ?? ''
  }
  #stopClocks(): void {
    this.#joinClock.stop()
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer)
    this.#syncTimer = null
    this.#unsynced.clear()
  }

  #touch(member: Member): void {
    member.touch(() => this.#expire(member))
  }
  #answerSync(member: Member, answer: SyncAnswer): void {
    if (!member.isAwaitingSync) return
    this.#touch(member)
    member.answerSync(answer)
  }
  #joinAnswer(member: Member): JoinAnswer {
    const members = member.id === this.leader ? this.#members.all : []
    return {
      error: errors.NONE,
      generationId: this.generationId,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leader: this.leader,
      skipAssignment: false,
      memberId: member.id,
      members: members.map((other) => ({ memberId: other.id, instanceId: other.instanceId, metadata: other.metadata(this.protocolName) })),
    }
  }
  #syncAnswer(member: Member): SyncAnswer {
    return { error: errors.NONE, protocolType: this.protocolType, protocolName: this.protocolName, assignment: member.assignment }
  }
}
