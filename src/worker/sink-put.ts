/**
 * One `put` at a time and what it comes to: taken, to be repeated (a RetriableException), looked into for the record at fault
 * (`errors.put.bisect`), or the end of the task. Positions move on with what was taken.
 */
import type { Guest } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import type { Logger } from '../log.ts'
import type { ErrantReports } from './errant-reports.ts'
import { CellDeathException, guestException } from './error-data.ts'
import { countOf, type Delivery } from './sink-delivery.ts'
import type { SinkPauses } from './sink-pauses.ts'
import type { SinkPieces } from './sink-pieces.ts'
import type { SinkPositions } from './sink-positions.ts'

export type SinkPutOptions = {
  readonly guest: Guest<'sink'>
  readonly pieces: SinkPieces
  readonly positions: SinkPositions
  readonly pauses: SinkPauses
  readonly errants: ErrantReports
  readonly timeoutMs: number
  readonly log: Logger
  readonly label: string
}

export class SinkPut {
  readonly #options: SinkPutOptions
  #running: Promise<unknown> | null = null
  #failure: { readonly error: unknown } | null = null
  #toBisect: Error | null = null
  #isBisecting = false
  /** The last put asked for the same records again. */
  #isRedelivering = false
  /** What was in hand when the connector's process ended: whoever hears of that later may ask. */
  #atDeath: string | null = null

  constructor(options: SinkPutOptions) {
    this.#options = options
  }
  /** Never rejects; null when no put is under way. */
  get running(): Promise<unknown> | null {
    return this.#running
  }
  /** The next piece of a failed put may go at once: the task has not asked for time. */
  get mayGoOn(): boolean {
    return this.#isBisecting && !this.#isRedelivering
  }
  /** What the task was given and has not answered for. */
  inHand(): string | null {
    const { current } = this.#options.pieces
    return this.#atDeath ?? (this.#running && current?.batch ? `put() had ${describeParts(current)}.` : null)
  }

  /** Partitions have gone, and with them perhaps all that was to be put again: what fails next is looked into from the start. */
  discarded(): void {
    if (this.#options.pieces.current === null) this.#isBisecting = this.#isRedelivering = false
  }
  /**
   * Gives the task its batch; `finish` says what became of it. Resolves when the cell has the batch, or will not get it. A pipe takes some
   * 200 KB at once and the rest as the cell reads: whoever decodes before that is done keeps the cell waiting for it (measured with
   * structs of 10 fields: a third of each put's time).
   */
  start(delivery: Delivery): Promise<unknown> {
    const { guest, pieces, timeoutMs } = this.#options
    const { promise: sent, resolve: onSent } = Promise.withResolvers<void>()
    this.#running = guest.call('put', [delivery.batch], { timeoutMs, onSent }).then((outcome) => {
      if (outcome.kind === 'ok') this.#taken()
      else if (outcome.kind === 'death') throw new CellDeathException(outcome.death, (this.#atDeath = this.inHand()))
      else if (outcome.error.retriable) this.#toRedeliver(guestException(outcome.error))
      else if (pieces.bisects) this.#toBisect = guestException(outcome.error)
      else throw guestException(outcome.error)
    }).catch((error: unknown) => {
      this.#failure = { error }
    })
    return Promise.race([sent, this.#running])
  }
  /** Throws what ends the task. */
  async finish(): Promise<void> {
    await this.#running
    this.#running = null
    if (this.#toBisect && !this.#failure) await this.#lookInto(this.#toBisect)
    const failure = this.#failure?.error ?? this.#options.errants.failure
    if (failure !== null) throw new ConnectException('Exiting WorkerSinkTask due to unrecoverable exception.', { cause: failure })
  }

  #taken(): void {
    const { pieces } = this.#options
    this.#isRedelivering = false
    this.#advance(pieces.taken())
    if (pieces.current) return
    this.#isBisecting = false
    this.#options.pauses.redelivered()
  }
  #toRedeliver(error: Error): void {
    this.#options.log.error(`${this.#options.label} RetriableException from SinkTask:`, error)
    this.#isRedelivering = true
    this.#options.pauses.holdForRedelivery()
  }
  /** Which record of a failed put is at fault: the next puts are pieces of it. */
  async #lookInto(error: Error): Promise<void> {
    const { pieces, pauses, log, label } = this.#options
    this.#toBisect = null
    this.#isRedelivering = false
    if (pieces.current && !this.#isBisecting) {
      log.warn(`${label} A put of ${describeParts(pieces.current)} failed; looking for the record that makes it fail (errors.put.bisect)`, error)
      pauses.holdForRedelivery()
    }
    try {
      this.#advance(await pieces.failed(error))
      this.#isBisecting = pieces.current !== null
      if (!this.#isBisecting) pauses.redelivered()
    } catch (cause) {
      this.#failure = { error: cause }
    }
  }
  #advance(taken: ReturnType<SinkPieces['taken']>): void {
    for (const position of taken) this.#options.positions.advance(position)
  }
}

/** `100 records (t-0 offsets 5 to 104)`. */
const describeParts = ({ kept }: Delivery): string =>
  `${countOf(kept)} ${countOf(kept) === 1 ? 'record' : 'records'} (${kept.map(({ topic, partition, offset, count }) => `${topic}-${partition} offsets ${offset[0]} to ${offset[count - 1]}`).join(', ')})`
