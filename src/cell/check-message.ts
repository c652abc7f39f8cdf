/** What a cell says, checked field by field: it may have been taken over by what runs in it. Throws ProtocolError. */
import { unpackRecordBatch, unpackSourceBatch } from '../wire/batch-codec.ts'
import type { Packed } from '../wire/batch-codec.ts'
import type { GuestError } from '../wire/guest-api.ts'
import type { FromCell, SyncRequest } from './messages.ts'

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
const fail = (what: string): never => {
  throw new ProtocolError(what)
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : fail(`${what} that is no object`)
const integer = (value: unknown, what: string): number => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail(`${what} that is no number`))
const text = (value: unknown, what: string, max: number): string => (typeof value !== 'string' ? fail(`${what} that is no text`) : value.slice(0, max))
const list = (value: unknown, what: string): readonly unknown[] => (Array.isArray(value) ? value : fail(`${what} that is no list`))
const oneOf = <T extends string>(value: unknown, known: readonly T[], what: string): T => (known.includes(value as T) ? (value as T) : fail(`an unknown ${what}`))

const maxText = 64 * 1024
const maxCauses = 8

type Form = 'plain' | 'source' | 'records'
/** What a call came to: a batch is unpacked here, with every length and index of it checked. */
/** `form`: of what the value is made. */
export type CheckedOutcome = { readonly ok: true; readonly value: unknown; readonly form: Form } | { readonly ok: false; readonly error: GuestError }
export type CheckedMessage = Exclude<FromCell, { t: 'result' | 'opened' }> | { readonly t: 'opened' | 'result'; readonly guest: number; readonly id: number; readonly outcome: CheckedOutcome }

export const checkMessage = (message: unknown): CheckedMessage => {
  const fields = fieldsOf(message, 'a message')
  switch (fields['t']) {
    case 'hello':
      return { t: 'hello', protocol: integer(fields['protocol'], 'a protocol version'), node: text(fields['node'], 'a version', 100), isolatedVm: text(fields['isolatedVm'], 'a version', 100) }
    case 'opened':
      return { t: 'opened', guest: integer(fields['guest'], 'a guest'), id: 0, outcome: checkOutcome(fields['outcome']) }
    case 'result':
      return { t: 'result', guest: integer(fields['guest'], 'a guest'), id: integer(fields['id'], 'a call'), outcome: checkOutcome(fields['outcome']) }
    case 'host':
      return { t: 'host', guest: integer(fields['guest'], 'a guest'), id: integer(fields['id'], 'a request'), method: text(fields['method'], 'a method', 100), args: list(fields['args'], 'arguments') }
    case 'log':
      return { t: 'log', guest: integer(fields['guest'], 'a guest'), level: oneOf(fields['level'], ['error', 'warn', 'info', 'debug', 'trace'], 'level'), message: text(fields['message'], 'a log line', maxText) }
    case 'denied':
      return { t: 'denied', count: integer(fields['count'], 'a count') }
    case 'dying':
      return { t: 'dying', reason: oneOf(fields['reason'], ['oom', 'timeout', 'crash'], 'reason'), guest: integer(fields['guest'], 'a guest'), detail: text(fields['detail'], 'a detail', maxText) }
    default:
      return fail('a message of unknown kind')
  }
}

const checkOutcome = (value: unknown): CheckedOutcome => {
  const outcome = fieldsOf(value, 'an outcome')
  if (outcome['ok'] === false) return { ok: false, error: checkError(outcome['error']) }
  if (outcome['ok'] !== true) return fail('an outcome that is neither')
  if (outcome['batch'] === undefined) return { ok: true, value: outcome['plain'] ?? null, form: 'plain' }
  const batch = fieldsOf(outcome['batch'], 'a batch')
  const attachments = list(batch['attachments'], 'attachments')
  if (!attachments.every((item) => item instanceof Uint8Array)) return fail('an attachment of another kind')
  try {
    const packed = { head: batch['head'], attachments } as Packed
    if (outcome['plain'] === undefined) return { ok: true, value: unpackSourceBatch(packed), form: 'source' }
    return { ok: true, value: { ...fieldsOf(outcome['plain'], 'what comes with a batch'), batch: unpackRecordBatch(packed) }, form: 'records' }
  } catch (error) {
    return fail(`a batch that does not add up: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const formOf: Readonly<Record<string, Form>> = { poll: 'source', apply: 'records', fromConnect: 'records', toConnect: 'records' }
/** Whoever called counts on a checked batch where one is due. */
export const isResultOf = (method: string, { value, form }: Extract<CheckedOutcome, { ok: true }>): boolean =>
  form === (Object.hasOwn(formOf, method) ? formOf[method] : 'plain') || (method === 'poll' && form === 'plain' && (value === null || value === undefined))

export const checkError = (value: unknown, depth = 0): GuestError => {
  const error = fieldsOf(value, 'an error')
  return {
    name: text(error['name'], 'a name', 200),
    message: text(error['message'], 'a text', maxText),
    stack: text(error['stack'], 'a stack', maxText),
    retriable: error['retriable'] === true,
    ...(typeof error['code'] === 'string' ? { code: error['code'].slice(0, 200) } : {}),
    ...(error['cause'] === undefined || depth >= maxCauses ? {} : { cause: checkError(error['cause'], depth + 1) }),
  }
}

export const checkRequest = (value: unknown): SyncRequest => {
  const request = fieldsOf(value, 'a question')
  return { guest: integer(request['guest'], 'a guest'), method: text(request['method'], 'a method', 100), args: list(request['args'], 'arguments') }
}
