/** What becomes of a record that fails in a stage: reported (log), then dropped (`errors.tolerance=all`) or the end of its task. */
import { ConnectException } from '../data/errors.ts'
import type { Logger } from '../log.ts'
import type { StringMap } from '../wire/guest-api.ts'
import { runtimeLogger, taskContext } from './deps.ts'
import type { TaskId } from './types.ts'

export type Stage = 'TASK_POLL' | 'TASK_PUT' | 'TRANSFORMATION' | 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'HEADER_CONVERTER' | 'KAFKA_PRODUCE' | 'KAFKA_CONSUME'
export type Failure = {
  readonly stage: Stage
  readonly className: string
  readonly error: Error
  /** `consumed record is {topic='t', partition=0, …}` or `source record is = SourceRecord{…}`: made only when it is shown. */
  readonly record: () => string
}

export class ErrorTolerance {
  readonly tolerant: boolean
  readonly #id: TaskId
  readonly #log: Logger | null
  readonly #includeMessages: boolean

  constructor(id: TaskId, config: StringMap) {
    this.#id = id
    this.tolerant = config['errors.tolerance'] === 'all'
    this.#log = config['errors.log.enable'] === 'true' ? runtimeLogger('errors.LogReporter', taskContext(id)) : null
    this.#includeMessages = config['errors.log.include.messages'] === 'true'
  }
  /** `errors.log.enable`, the only reporter so far. */
  get hasReporter(): boolean {
    return this.#log !== null
  }
  report(failure: Failure): void {
    const where = this.#includeMessages ? `, where ${failure.record()}` : ''
    this.#log?.error(`Error encountered in task ${this.#id.connector}-${this.#id.task}. Executing stage '${failure.stage}' with class '${failure.className}'${where}.`, failure.error)
  }
  /** Returns when the record is to be dropped; throws what fails the task, naming connector, task and record. */
  handle(failure: Failure): void {
    this.report(failure)
    if (!this.tolerant) throw this.exceeded(failure)
  }
  exceeded(failure: Failure): ConnectException {
    const where = new ConnectException(`Stage '${failure.stage}' with class '${failure.className}' failed in task ${this.#id.connector}-${this.#id.task}, where ${failure.record()}`, { cause: failure.error })
    return new ConnectException('Tolerance exceeded in error handler', { cause: where })
  }
}
