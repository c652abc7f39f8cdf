/** Exceptions as data and back: what is thrown in the guest crosses as `GuestError`, what the worker answers becomes an Error here. */
import { ConnectException, DataException, RetriableException } from '../../src/data/errors.ts'
import type { GuestError } from '../../src/wire/guest-api.ts'

const maxText = 64 * 1024
const maxCauses = 8
const text = (value: unknown): string => {
  try {
    return String(value).slice(0, maxText)
  } catch {
    return '(a value that cannot be shown)'
  }
}

/** A stack trace in terms of the author's files, by a question to the cell (src/cell/process/capabilities/traces.ts); `boot` gives the way there. */
let placesOf = (stack: string): string => stack
export const setPlaces = (places: typeof placesOf): void => {
  placesOf = places
}
const stackOf = (stack: unknown): string => {
  const raw = text(stack ?? '')
  try {
    return raw === '' ? raw : placesOf(raw).slice(0, maxText)
  } catch {
    return raw // deep in recursion there is no room to ask
  }
}

/** Never throws, whatever was thrown: getters of a hostile error may. */
export const toGuestError = (thrown: unknown, depth = 0): GuestError => {
  try {
    if (!(thrown instanceof Error)) return { name: 'Error', message: `Thrown: ${text(thrown)}`, stack: '', retriable: false }
    const code = (thrown as { readonly code?: unknown }).code
    return {
      name: text(thrown.name),
      message: text(thrown instanceof DataException && thrown.hint !== null ? `${thrown.message}; ${thrown.hint}` : thrown.message),
      stack: stackOf(thrown.stack),
      retriable: thrown instanceof RetriableException || (thrown as { readonly retriable?: unknown }).retriable === true,
      ...(typeof code === 'string' ? { code: code.slice(0, 200) } : {}),
      ...(thrown.cause === undefined || thrown.cause === null || depth >= maxCauses ? {} : { cause: toGuestError(thrown.cause, depth + 1) }),
    }
  } catch {
    return { name: 'Error', message: '(an error that cannot be shown)', stack: '', retriable: false }
  }
}

/** System error fields that npm packages look at travel in `code`; `syscall` and `path` are in the message as in Node. */
export const errorFrom = (error: GuestError): Error => {
  const cause = error.cause === undefined ? undefined : { cause: errorFrom(error.cause) }
  const made =
    error.name === 'TypeError' ? new TypeError(error.message, cause)
    : error.name === 'RangeError' ? new RangeError(error.message, cause)
    : error.retriable ? new RetriableException(error.message, cause)
    : error.name === 'ConnectException' ? new ConnectException(error.message, cause)
    : new Error(error.message, cause)
  if (error.code !== undefined) Object.defineProperty(made, 'code', { value: error.code, enumerable: true, configurable: true, writable: true })
  if (made.name !== error.name) Object.defineProperty(made, 'name', { value: error.name, configurable: true, writable: true })
  return made
}
