/**
 * Partitions that come and go, inside `consumer.poll`. A running put is waited for; what goes wrong is kept and thrown by the loop,
 * from the poll, as in Kafka.
 */
import type { Consumer, RebalanceListener, TopicPartition } from '../kafka/types.ts'
import type { ErrantReports } from './errant-reports.ts'
import type { SinkAhead } from './sink-ahead.ts'
import type { SinkCommits } from './sink-commits.ts'
import type { SinkPauses } from './sink-pauses.ts'
import type { SinkPieces } from './sink-pieces.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { SinkPut } from './sink-put.ts'

export type SinkRebalanceOptions = {
  readonly consumer: Consumer
  readonly commits: SinkCommits
  readonly positions: SinkPositions
  readonly pauses: SinkPauses
  readonly pieces: SinkPieces
  readonly ahead: SinkAhead
  readonly errants: ErrantReports
  readonly put: SinkPut
}

export class SinkRebalance implements RebalanceListener {
  /** The task has said goodbye to all its partitions: the consumer's own revocation is no news. */
  closing = false
  readonly #options: SinkRebalanceOptions
  #failure: { readonly error: unknown } | null = null

  constructor(options: SinkRebalanceOptions) {
    this.#options = options
  }
  throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }

  onAssigned(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, commits, positions, pauses, pieces } = this.#options
    return this.#change(async () => {
      for (const partition of partitions) positions.set(partition, await consumer.position(partition))
      pauses.reassigned(pieces.current !== null)
      if (partitions.length > 0) await commits.open(partitions)
    })
  }
  onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const { commits, positions } = this.#options
    return this.#change(async () => {
      await this.#discard(partitions)
      await commits.commitClosing(positions.current(partitions), partitions)
      for (const partition of partitions) positions.remove(partition)
    })
  }
  onLost(partitions: readonly TopicPartition[]): Promise<void> {
    const { commits, positions } = this.#options
    return this.#change(async () => {
      await this.#discard(partitions)
      await commits.closeOnly(partitions)
      for (const partition of partitions) positions.remove(partition)
    })
  }

  async #change(change: () => Promise<void>): Promise<void> {
    if (this.closing) return
    await this.#options.put.running
    try {
      await change()
    } catch (error) {
      this.#failure ??= { error }
    }
  }
  /** Records of partitions that are going: whoever gets them reads them again. */
  async #discard(partitions: readonly TopicPartition[]): Promise<void> {
    this.#options.ahead.drop(partitions)
    await this.#options.pieces.discard(partitions)
    this.#options.put.discarded()
    this.#options.errants.forget(partitions)
  }
}
