/**
 * What becomes of a record that fails in a stage: reported (log, then dead letter topic, whatever the tolerance), then dropped
 * (`errors.tolerance=all`) or the end of its task.
 */
import { ConnectException } from '../data/errors.ts'
import { andThen, type MaybePromise } from '../data/maybe-promise.ts'
import type { Logger } from '../log.ts'
import type { ErrorHandling } from '../config/connector-config.ts'
import type { DeadLetters, DeadRecord } from './dead-letters.ts'
import { runtimeLogger, taskContext } from './deps.ts'
import type { RetrySettings } from './error-retry.ts'
import type { TaskId } from './types.ts'

export type Stage = 'TASK_POLL' | 'TASK_PUT' | 'TRANSFORMATION' | 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'HEADER_CONVERTER' | 'KAFKA_PRODUCE' | 'KAFKA_CONSUME'
export type Failure = {
  readonly stage: Stage
  readonly className: string
  readonly error: Error
  /** `consumed record is {topic='t', partition=0, …}` or `source record is = SourceRecord{…}`, with its values only if `whole`. */
  readonly record: (whole: boolean) => string
  /** The record as it was read; absent where there is none to keep. */
  readonly original?: () => MaybePromise<DeadRecord>
  /** A sink's: what its bytes look like and which setting would read them, with bytes only if told to. A source's: what its author has to give. Null when there is nothing to say. */
  readonly hint?: (showBytes: boolean) => string | null
}

export class ErrorTolerance {
  readonly tolerant: boolean
  readonly retry: RetrySettings
  /** Set once the task's clients are open. */
  deadLetters: DeadLetters | null = null
  readonly #id: TaskId
  readonly #log: Logger | null
  readonly #includeMessages: boolean

  constructor(id: TaskId, { tolerance, retryTimeoutMs, retryDelayMaxMs, logEnable, logIncludeMessages }: ErrorHandling) {
    this.#id = id
    this.tolerant = tolerance === 'all'
    this.retry = { timeoutMs: retryTimeoutMs, maxDelayMs: retryDelayMaxMs }
    this.#log = logEnable ? runtimeLogger('errors.LogReporter', taskContext(id)) : null
    this.#includeMessages = logIncludeMessages
  }
  /** Kafka's condition for an errant record reporter. */
  get hasReporter(): boolean {
    return this.#log !== null || this.deadLetters !== null
  }
  /** Resolves when the report is durable; rejects when the dead letter topic did not take it. Not waiting is allowed. */
  report(failure: Failure): Promise<void> {
    const { stage, className, error, original, hint } = failure
    if (this.#log) {
      const where = this.#includeMessages ? `, where ${failure.record(true)}` : ''
      const help = hint?.(this.#includeMessages) ?? null
      this.#log.error(`Error encountered in task ${this.#name}. Executing stage '${stage}' with class '${className}'${where}.${help === null ? '' : ` ${help}`}`, error)
    }
    const { deadLetters } = this
    return Promise.resolve(original && deadLetters ? andThen(original(), (record) => deadLetters.send(record, failure)) : undefined)
  }
  /** Reports each; returns when they are to be dropped, or throws what fails the task, naming connector, task and record. */
  async handle(failures: Iterable<Failure>): Promise<void> {
    for (const failure of failures) {
      this.report(failure).catch(() => {}) // a letter that cannot be sent is logged, as in Kafka
      if (!this.tolerant) throw this.exceeded(failure)
      await this.deadLetters?.drained()
    }
  }
  exceeded({ stage, className, error, record, hint }: Failure): ConnectException {
    const help = hint?.(true) ?? null
    const where = new ConnectException(`Stage '${stage}' with class '${className}' failed in task ${this.#name}, where ${record(false)}${help === null ? '' : `. ${help}`}`, { cause: error })
    return new ConnectException('Tolerance exceeded in error handler', { cause: where })
  }
  get #name(): string {
    return `${this.#id.connector}-${this.#id.task}`
  }
}
