/**
 * What a sink task is to take now: a delivery, or with `errors.put.bisect` the pieces of one whose put failed, in order. Positions
 * move on piece by piece; a record found to be at fault is reported when it is sure that not the sink is (put-bisect.ts).
 */
import { ConnectException } from '../data/errors.ts'
import type { TopicOffset, TopicPartition } from '../kafka/types.ts'
import { partitionKey } from '../kafka/types.ts'
import { type ErrantReports, sinkTaskClass } from './errant-reports.ts'
import { failureOf, type Fetched, fetchedRow } from './fetched-records.ts'
import { PutBisect } from './put-bisect.ts'
import { countOf, cutDelivery, type Decoding, type Delivery, withoutPartitionsOf } from './sink-delivery.ts'

type Condemned = { readonly fetched: Fetched; readonly error: Error }
const none: readonly TopicOffset[] = []

export class SinkPieces {
  readonly #decoding: Decoding
  readonly #errants: ErrantReports
  readonly #bisect: PutBisect | null
  #pieces: Delivery[] = []
  #condemned: Condemned[] = []

  constructor(decoding: Decoding, errants: ErrantReports, bisection: { readonly maxConsecutive: number } | null) {
    this.#decoding = decoding
    this.#errants = errants
    this.#bisect = bisection && new PutBisect(bisection.maxConsecutive)
  }
  get current(): Delivery | null {
    return this.#pieces[0] ?? null
  }
  set(delivery: Delivery): void {
    this.#pieces = [delivery]
  }
  /** A put that fails is looked into rather than the end of the task. */
  get bisects(): boolean {
    return this.#bisect !== null && this.current?.batch != null
  }

  /** The task has taken the current piece: where its partitions stand now. */
  taken(): readonly TopicOffset[] {
    this.#bisect?.taken()
    this.#release()
    return this.#pieces.shift()?.positions ?? none
  }
  /** The put of the current piece failed. Where partitions stand now; throws when the task is to fail. */
  async failed(error: Error): Promise<readonly TopicOffset[]> {
    const { current } = this
    if (!current || !this.#bisect) throw error
    const verdict = this.#bisect.failed(countOf(current.kept))
    switch (verdict.kind) {
      case 'give-up':
        throw new ConnectException(`${verdict.failures} records in a row failed in put() one by one and none was taken between them: the sink itself seems to be at fault, so the last of them were not sent to the dead letter queue (errors.put.bisect.max.consecutive)`, { cause: error })
      case 'split': {
        const cut = await cutDelivery(current, verdict.pieces[0].to, this.#decoding)
        if (cut) this.#pieces.splice(0, 1, ...cut)
        return none
      }
      case 'condemned': {
        this.#condemned.push({ fetched: fetchedRow(current.kept, 0), error })
        this.#pieces.shift()
        if (this.#pieces.length > 0) return none
        this.#release()
        return current.positions
      }
    }
  }
  /** Partitions are going: whoever gets them reads their records again. */
  async discard(partitions: readonly TopicPartition[]): Promise<void> {
    const gone = new Set(partitions.map(partitionKey))
    this.#condemned = this.#condemned.filter(({ fetched }) => !gone.has(partitionKey(fetched.part)))
    const pieces: Delivery[] = []
    for (const piece of this.#pieces) {
      const kept = await withoutPartitionsOf(piece, partitions, this.#decoding)
      if (kept) pieces.push(kept)
    }
    this.#pieces = pieces
  }

  #release(): void {
    for (const { fetched, error } of this.#condemned.splice(0)) {
      const failure = failureOf(fetched, { stage: 'TASK_PUT', className: sinkTaskClass, error }, this.#decoding.readsEnvelopes)
      // a letter that cannot be sent is logged, and found by the next commit
      this.#errants.report(fetched.part, failure).catch(() => {})
    }
  }
}
