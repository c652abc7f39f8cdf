/** One member of a group: what it said when it joined, what it is waiting for, and the clock of its session. */
import type { GroupProtocol, JoinAnswer, JoinRequest, SyncAnswer } from './types.ts'
import { errors } from '../protocol/error-codes.ts'
import { failedJoin, failedSync, noBytes } from './types.ts'

/** A member that joined but was never answered is given this long (Kafka's NEW_MEMBER_JOIN_TIMEOUT_MS). */
export const newMemberJoinTimeoutMs = 5 * 60_000

export class Member {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly GroupProtocol[]
  assignment: Buffer = noBytes
  /** Until its first join is answered. */
  isNew = true
  #answerJoin: ((answer: JoinAnswer) => void) | null = null
  #answerSync: ((answer: SyncAnswer) => void) | null = null
  #sessionTimer: NodeJS.Timeout | null = null

  constructor(id: string, request: JoinRequest) {
    this.id = id
    this.instanceId = request.instanceId
    this.clientId = request.clientId
    this.clientHost = request.clientHost
    this.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    this.sessionTimeoutMs = request.sessionTimeoutMs
    this.protocols = request.protocols
  }

  get isAwaitingJoin(): boolean {
    return this.#answerJoin !== null
  }
  get isAwaitingSync(): boolean {
    return this.#answerSync !== null
  }
  /** A client that asks again on another connection has given up on its first question. */
  awaitJoin(): Promise<JoinAnswer> {
    this.answerJoin(failedJoin(errors.REBALANCE_IN_PROGRESS, this.id))
    return new Promise((resolve) => {
      this.#answerJoin = resolve
    })
  }
  awaitSync(): Promise<SyncAnswer> {
    this.answerSync(failedSync(errors.REBALANCE_IN_PROGRESS))
    return new Promise((resolve) => {
      this.#answerSync = resolve
    })
  }
  answerJoin(answer: JoinAnswer): void {
    const answerJoin = this.#answerJoin
    this.#answerJoin = null
    answerJoin?.(answer)
  }
  answerSync(answer: SyncAnswer): void {
    const answerSync = this.#answerSync
    this.#answerSync = null
    answerSync?.(answer)
  }

  /** Starts the session anew. A member that waits for the others' join or sync is alive: its clock is restarted when it fires. */
  touch(onExpired: () => void, timeoutMs = this.sessionTimeoutMs): void {
    this.stopClock()
    this.#sessionTimer = setTimeout(() => {
      if (!this.isNew && (this.isAwaitingJoin || this.isAwaitingSync)) this.touch(onExpired)
      else onExpired()
    }, timeoutMs)
  }
  stopClock(): void {
    if (this.#sessionTimer !== null) clearTimeout(this.#sessionTimer)
    this.#sessionTimer = null
  }

  update(request: JoinRequest): void {
    this.protocols = request.protocols
    this.rebalanceTimeoutMs = request.rebalanceTimeoutMs
    this.sessionTimeoutMs = request.sessionTimeoutMs
  }
  hasSameProtocols(protocols: readonly GroupProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every((protocol, position) => protocol.name === this.protocols[position]?.name && protocol.metadata.equals(this.protocols[position].metadata))
    )
  }
  metadata(protocolName: string | null): Buffer {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? noBytes
  }
}
