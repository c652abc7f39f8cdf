/** What the group requests carry and answer, apart from their bytes. */
import type { KafkaErrorCode } from '../protocol/error-codes.ts'

export type GroupProtocol = { readonly name: string; readonly metadata: Buffer }

export type JoinRequest = {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly memberId: string
  readonly instanceId: string | null
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
  readonly clientId: string
  readonly clientHost: string
  /** JoinGroup v4 and later: a new member is first given an id and joins again with it, so that a lost answer leaves no ghost. */
  readonly requiresKnownMemberId: boolean
  /** JoinGroup v9: a static leader that comes back learns that the assignment stands. */
  readonly supportsSkipAssignment: boolean
}
export type JoinMember = { readonly memberId: string; readonly instanceId: string | null; readonly metadata: Buffer }
export type JoinAnswer = {
  readonly error: KafkaErrorCode
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  readonly memberId: string
  readonly members: readonly JoinMember[]
}

export type SyncRequest = {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly instanceId: string | null
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}
export type SyncAnswer = { readonly error: KafkaErrorCode; readonly protocolType: string | null; readonly protocolName: string | null; readonly assignment: Buffer }

export type GroupSettings = {
  /** How long the first member of an empty group waits for others. Kafka's default is 3000, which only makes trials slow. */
  readonly initialRebalanceDelayMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly log: (line: string) => void
}

export const noBytes = Buffer.alloc(0)

export const failedJoin = (error: KafkaErrorCode, memberId: string): JoinAnswer =>
  ({ error, generationId: -1, protocolType: null, protocolName: null, leader: '', skipAssignment: false, memberId, members: [] })
export const failedSync = (error: KafkaErrorCode): SyncAnswer => ({ error, protocolType: null, protocolName: null, assignment: noBytes })
