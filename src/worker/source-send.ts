/** One polled batch after the other through transformations and converters to the producer, in order. */
import { ConnectException } from '../data/errors.ts'
import { KafkaError, type Producer } from '../kafka/types.ts'
import type { SourceBatch } from '../wire/batch.ts'
import { isRetriable, retryClock, retryFailures } from './error-retry.ts'
import { encodeBatch, type EncodedBatch } from './source-encode.ts'
import type { SourceOutcomes } from './source-outcomes.ts'
import type { SourceTopics } from './source-topics.ts'
import type { SubmittedBatch } from './submitted-records.ts'
import type { LoopOptions } from './task-loop.ts'

type Refusals = ReadonlyMap<string, KafkaError>

export class SourceSend {
  readonly #options: LoopOptions
  readonly #producer: Producer
  readonly #topics: SourceTopics
  readonly #outcomes: SourceOutcomes
  /** A stop came in the middle of a batch: what follows it must not be sent either, or it would overtake the rest. */
  #cutShort = false

  constructor(options: LoopOptions, parts: { readonly producer: Producer; readonly topics: SourceTopics; readonly outcomes: SourceOutcomes }) {
    this.#options = options
    this.#producer = parts.producer
    this.#topics = parts.topics
    this.#outcomes = parts.outcomes
  }

  /** Resolves when every record is with the producer, dropped, or (after a stop) left for the next start. */
  async send(batch: SourceBatch): Promise<void> {
    const { control, tolerance } = this.#options
    await control.untilStopped(this.#outcomes.room())
    const submitted = this.#outcomes.submit(batch)
    if (batch.count === 0 || this.#cutShort) return
    const encoding = encodeBatch(batch, this.#options)
    const first = encoding instanceof Promise ? await encoding : encoding
    const encoded = first.failures.length === 0 ? first : await retryFailures(first, tolerance.retry, retryClock(control))
    control.throwFailure()
    // what would still be retried is neither sent nor dropped: it is polled again after a restart
    if (control.stopping && tolerance.retry.timeoutMs !== 0 && encoded.failures.some(({ error }) => isRetriable(error))) this.#cutShort = true
    const refusals = this.#cutShort ? null : await this.#topics.find(this.#producer, encoded.usedTopics())
    if (refusals === null || !await this.#topics.findPartitions(this.#producer, encoded.namedPartitions(), refusals)) this.#cutShort = true
    else await this.#append(batch, submitted, encoded, refusals)
  }

  async #append(batch: SourceBatch, submitted: SubmittedBatch, encoded: EncodedBatch, refusals: Refusals): Promise<void> {
    const { control } = this.#options
    const { key, value, headers, failures, dropped } = encoded
    let nextFailure = 0
    let nextDropped = 0
    const now = Date.now()
    const sentAt = (row: number): number => (encoded.timestamp === null ? now : timestampOf(encoded.timestamp[row] as number, now))
    this.#outcomes.sending(submitted, sentAt)
    for (let row = 0; row < batch.count; row++) {
      const failure = failures[nextFailure]
      if (failure?.row === row) {
        nextFailure++
        await this.#outcomes.failed(batch, submitted, failure)
        continue
      }
      if (dropped[nextDropped] === row) {
        nextDropped++
        this.#outcomes.dropped(batch, submitted, row)
        continue
      }
      const keyStart = key.start[row] as number
      const valueStart = value.start[row] as number
      const topic = encoded.topics[encoded.topic === null ? 0 : (encoded.topic[row] as number)] as string
      const token = submitted.firstToken + row
      let accepted = true
      try {
        const refusal = refusals.size === 0 ? undefined : refusals.get(topic)
        if (refusal) throw refusal
        accepted = this.#producer.append(
          topic, encoded.partition === null ? -1 : (encoded.partition[row] as number), sentAt(row),
          keyStart < 0 ? null : key.bytes, keyStart, key.end[row] as number,
          valueStart < 0 ? null : value.bytes, valueStart, value.end[row] as number,
          headers === null ? null : headers(row), token,
        )
      } catch (error) {
        if (!(error instanceof KafkaError)) throw new ConnectException('Unrecoverable exception trying to send', { cause: error })
        this.#outcomes.refused(topic, error, [token], this.#producer.failure)
        this.#outcomes.throwSendFailure()
        await control.untilStopped(this.#outcomes.lettersDrained())
      }
      if (accepted) continue
      await control.untilStopped(this.#producer.drained())
      control.throwFailure()
      this.#outcomes.throwSendFailure()
      // the rest was never sent, so its offsets stay uncommitted and it is polled again after a restart
      if (control.stopping) {
        this.#cutShort = true
        return
      }
    }
  }
}

/** NaN and -1: none, the producer's clock stands in, as in Kafka's producer. More than 2^53 milliseconds is no time that a number holds. */
const timestampOf = (timestamp: number, now: number): number => {
  if (timestamp >= 0 && Number.isSafeInteger(timestamp)) return timestamp
  if (Number.isNaN(timestamp) || timestamp === -1) return now
  throw new ConnectException(`Invalid record timestamp ${timestamp}`)
}
