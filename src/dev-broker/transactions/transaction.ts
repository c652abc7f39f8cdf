/**
 * One transactional id and where its transaction stands:
 *
 *   Empty ──partitions or offsets added──▶ Ongoing ──EndTxn──▶ PrepareCommit/PrepareAbort ──markers written──▶ CompleteCommit/CompleteAbort
 *                                             ▲                                                                       │
 *                                             └─────────────────────────────── added ─────────────────────────────────┘
 */
import type { CommitEntry } from '../groups/offset-store.ts'

export type TransactionState = 'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort'

/** Plain data: it is written to `transactions.json` as it is. */
export type Transaction = {
  readonly id: string
  producerId: number
  epoch: number
  timeoutMs: number
  state: TransactionState
  /** topic -> partitions it writes to. */
  partitions: Record<string, number[]>
  /** group -> offsets that become committed with it; a group may be there without any yet. */
  offsets: Record<string, CommitEntry[]>
}

export const isInTransaction = ({ partitions }: Transaction, topic: string, partition: number): boolean => partitions[topic]?.includes(partition) === true

export const addPartition = (transaction: Transaction, topic: string, partition: number): void => {
  if (!isInTransaction(transaction, topic, partition)) transaction.partitions[topic] = [...(transaction.partitions[topic] ?? []), partition]
}

/** Later offsets of a partition replace earlier ones. */
export const addOffsets = (transaction: Transaction, group: string, entries: readonly CommitEntry[]): void => {
  const isReplaced = (known: CommitEntry): boolean => entries.some(({ topic, partition }) => topic === known.topic && partition === known.partition)
  transaction.offsets[group] = [...(transaction.offsets[group] ?? []).filter((known) => !isReplaced(known)), ...entries]
}
