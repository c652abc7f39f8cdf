/** Errors to data and back: guest errors, cell deaths and errors of another thread, with their stacks and causes. */
import type { CallOutcome, CellDeath } from '../cell/cell.ts'
import { ConnectException, DataException, RetriableException } from '../data/errors.ts'
import { ConnectError, type ErrorCode, errorTable } from '../errors.ts'
import type { GuestError } from '../wire/guest-api.ts'
import type { ErrorData } from './messages.ts'

const maxCauses = 10

export const errorToData = (error: unknown, depth = 0): ErrorData => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: String(error) }
  const cause = error.cause !== undefined && depth < maxCauses ? { cause: errorToData(error.cause, depth + 1) } : {}
  const coded = error instanceof ConnectError ? { code: error.code, status: error.status } : {}
  return { name: error.name, message: error.message, stack: error.stack ?? `${error.name}: ${error.message}`, ...coded, ...cause }
}

export const errorFromData = (data: ErrorData): Error => {
  const cause = data.cause && errorFromData(data.cause)
  const error = data.code !== undefined && data.code in errorTable
    ? new ConnectError(data.code as ErrorCode, data.message, { cause, status: data.status })
    : named(new ConnectException(data.message, { cause }), data.name)
  error.stack = data.stack
  return error
}

const named = <E extends Error>(error: E, name: string): E => Object.defineProperty(error, 'name', { value: name, configurable: true })

/** An exception of guest code: its own name, message and stack, so that the trace reads as the author's. */
export const guestException = (error: GuestError): ConnectException => {
  const cause = error.cause && guestException(error.cause)
  const Class = error.retriable ? RetriableException : error.name === 'DataException' ? DataException : ConnectException
  const thrown = named(new Class(error.message, { cause }), error.name)
  thrown.stack = stackWithMessage(error)
  return thrown
}
/** A stack is taken when an error is made: what the message says that was set or added later (npm's parsers do, so do our hints) is not in it. */
const stackWithMessage = ({ name, message, stack }: GuestError): string => {
  if (stack !== '' && stack.includes(message)) return stack
  const frames = stack.search(/\n +at /)
  return `${name}: ${message}${frames < 0 ? '' : stack.slice(frames)}`
}

/** The end of a connector's process, as tasks and the Connector report it. */
export class CellDeathException extends ConnectException {
  override readonly name = 'CellDeathException'
  readonly death: CellDeath
  /** `inHand`: what the task was working on, for whoever looks for the record that did it. */
  constructor(death: CellDeath, inHand: string | null = null) {
    super(`The connector's process has ended (${death.reason}): ${death.detail}${inHand === null ? '' : ` ${inHand}`}`)
    this.death = death
    // where this object was made says nothing to an operator
    this.stack = `${this.name}: ${this.message}`
  }
}

/** The value of a guest call, or its end thrown as an exception of ours. */
export const valueOf = <T>(outcome: CallOutcome<T>): T => {
  if (outcome.kind === 'ok') return outcome.value
  throw outcome.kind === 'error' ? guestException(outcome.error) : new CellDeathException(outcome.death)
}
