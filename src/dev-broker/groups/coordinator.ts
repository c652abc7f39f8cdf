/** All groups and their committed offsets: finds or makes the group a request is for, and decides who may commit. */
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import { Group } from './group.ts'
import { OffsetStore, type CommitEntry } from './offset-store.ts'
import { failedJoin, failedSync, type GroupSettings, type JoinAnswer, type JoinRequest, type SyncAnswer, type SyncRequest } from './types.ts'

export type CommitRequest = {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly instanceId: string | null
}

export class GroupCoordinator {
  readonly offsets: OffsetStore
  readonly #groups = new Map<string, Group>()
  readonly #settings: GroupSettings

  constructor(settings: GroupSettings, offsets: OffsetStore) {
    this.#settings = settings
    this.offsets = offsets
    for (const id of offsets.groups) this.#make(id)
  }

  get all(): readonly Group[] {
    return [...this.#groups.values()]
  }
  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    const refuse = (error: KafkaErrorCode): Promise<JoinAnswer> => Promise.resolve(failedJoin(error, request.memberId))
    if (request.groupId === '') return refuse(errors.INVALID_GROUP_ID)
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#settings
    if (request.sessionTimeoutMs < minSessionTimeoutMs || request.sessionTimeoutMs > maxSessionTimeoutMs) return refuse(errors.INVALID_SESSION_TIMEOUT)
    const group = this.#groups.get(request.groupId) ?? (request.memberId === '' ? this.#make(request.groupId) : undefined)
    return group === undefined ? refuse(errors.UNKNOWN_MEMBER_ID) : group.join(request)
  }
  sync(request: SyncRequest): Promise<SyncAnswer> {
    return this.#groups.get(request.groupId)?.sync(request) ?? Promise.resolve(failedSync(errors.UNKNOWN_MEMBER_ID))
  }
  heartbeat(groupId: string, memberId: string, instanceId: string | null, generationId: number): KafkaErrorCode {
    return this.#groups.get(groupId)?.heartbeat(memberId, instanceId, generationId) ?? errors.UNKNOWN_MEMBER_ID
  }
  leave(groupId: string, memberId: string, instanceId: string | null): KafkaErrorCode {
    return this.#groups.get(groupId)?.leave(memberId, instanceId) ?? errors.UNKNOWN_MEMBER_ID
  }

  /** Members commit for their generation; anyone may commit for a group that has no members, which makes the group. */
  mayCommit(request: CommitRequest): KafkaErrorCode {
    const isMember = request.generationId >= 0 || request.memberId !== '' || request.instanceId !== null
    const group = this.#groups.get(request.groupId)
    if (group === undefined) return request.generationId < 0 ? errors.NONE : errors.ILLEGAL_GENERATION
    if (!isMember) return group.state === 'Empty' ? errors.NONE : errors.UNKNOWN_MEMBER_ID
    if (request.generationId < 0 && group.state === 'Empty') return errors.NONE
    const error = group.validate(request.memberId, request.instanceId, request.generationId)
    if (error !== errors.NONE) return error
    if (group.state === 'CompletingRebalance') return errors.REBALANCE_IN_PROGRESS
    group.touch(request.memberId)
    return errors.NONE
  }
  commit(groupId: string, entries: readonly CommitEntry[]): void {
    if (!this.#groups.has(groupId)) this.#make(groupId)
    this.offsets.commit(groupId, entries)
  }

  delete(id: string): KafkaErrorCode {
    const group = this.#groups.get(id)
    if (group === undefined) return errors.GROUP_ID_NOT_FOUND
    if (group.state !== 'Empty') return errors.NON_EMPTY_GROUP
    group.close()
    this.#groups.delete(id)
    this.offsets.deleteGroup(id)
    return errors.NONE
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }

  #make(id: string): Group {
    const group = new Group(id, this.#settings)
    this.#groups.set(id, group)
    return group
  }
}
