/** Open and aborted transactions of a partition: where read_committed stops (LSO) and what such a reader must drop. */
import type { BatchHeader } from '../protocol/batch-header.ts'

export type AbortedTransaction = { readonly producerId: number; readonly firstOffset: number; readonly lastOffset: number }

export class TransactionIndex {
  readonly #open = new Map<number, number>()
  readonly #aborted: AbortedTransaction[] = []

  /** A transactional data batch was appended. */
  opened(header: BatchHeader): void {
    if (!this.#open.has(header.producerId)) this.#open.set(header.producerId, header.baseOffset)
  }
  /** A marker was appended. */
  ended(producerId: number, markerOffset: number, isCommit: boolean): void {
    const firstOffset = this.#open.get(producerId)
    this.#open.delete(producerId)
    if (firstOffset !== undefined && !isCommit) this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset })
  }

  /** The records are gone, and with them the need to know. */
  forgetBefore(offset: number): void {
    const gone = this.#aborted.findIndex((transaction) => transaction.lastOffset >= offset)
    this.#aborted.splice(0, gone === -1 ? this.#aborted.length : gone)
  }

  lastStableOffset(endOffset: number): number {
    return this.#open.size === 0 ? endOffset : Math.min(endOffset, ...this.#open.values())
  }
  aborted(fromOffset: number, toOffset: number): AbortedTransaction[] {
    return this.#aborted.filter((transaction) => transaction.lastOffset >= fromOffset && transaction.firstOffset < toOffset)
  }
}
