/** The members of a group by id and, for static ones, by instance id; and what they can agree on. */
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Member } from './member.ts'
import type { GroupProtocol } from './types.ts'

export class Members {
  readonly #byId = new Map<string, Member>()
  readonly #instances = new Map<string, string>()

  get all(): Member[] {
    return [...this.#byId.values()]
  }
  get size(): number {
    return this.#byId.size
  }
  get(id: string): Member | undefined {
    return this.#byId.get(id)
  }
  ofInstance(instanceId: string): Member | undefined {
    return this.#byId.get(this.#instances.get(instanceId) ?? '')
  }
  add(member: Member): void {
    this.#byId.set(member.id, member)
    if (member.instanceId !== null) this.#instances.set(member.instanceId, member.id)
  }
  delete(member: Member): void {
    this.#byId.delete(member.id)
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.id) this.#instances.delete(member.instanceId)
  }
  clear(): void {
    this.#byId.clear()
    this.#instances.clear()
  }

  /** NONE when there is such a member; a static member's id is fenced when its instance has come back under another one. */
  identify(id: string, instanceId: string | null): KafkaErrorCode {
    if (instanceId !== null) {
      const known = this.#instances.get(instanceId)
      if (known === undefined) return errors.UNKNOWN_MEMBER_ID
      if (known !== id) return errors.FENCED_INSTANCE_ID
    }
    return this.#byId.has(id) ? errors.NONE : errors.UNKNOWN_MEMBER_ID
  }

  /** Whether there is one among these protocols that every member knows (any, when there is no member). */
  supports(protocols: readonly GroupProtocol[]): boolean {
    return this.all.length === 0 || protocols.some(({ name }) => this.#isCommon(name))
  }

  /** Each member votes for the first protocol of its list that all know; most votes win, earlier names on a tie. */
  vote(): string {
    const votes = new Map<string, number>()
    for (const member of this.all) {
      const choice = member.protocols.find(({ name }) => this.#isCommon(name))?.name
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1)
    }
    let best = ''
    for (const [name, count] of votes) if (count > (votes.get(best) ?? 0)) best = name
    return best
  }

  maxRebalanceTimeoutMs(): number {
    return Math.max(0, ...this.all.map((member) => member.rebalanceTimeoutMs))
  }

  #isCommon(name: string): boolean {
    return this.all.every((member) => member.protocols.some((protocol) => protocol.name === name))
  }
}
