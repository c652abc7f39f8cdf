/**
 * Plain data with typed arrays and big strings, as JSON text plus a list of attachments: the form in which every message crosses
 * (guest <-> cell as arguments of one call, cell <-> worker as one frame, see frames.ts). Used on all sides, so no Node here.
 *
 *   an attached value stands in the JSON as  {"\x7f":[kind,index]}   kind: i32 f64 u8 (typed arrays), s (string)
 *   `text` of a text column is always attached, so that one big string crosses as a string and never as escaped JSON
 *
 * Unpacking trusts nothing: a wrong kind or index is a PackError. What the message means is for the reader to check.
 */
import { parseJson } from '../data/json.ts'

export type Attachment = Int32Array | Float64Array | Uint8Array | string
type Kind = 'i32' | 'f64' | 'u8' | 's'
export type Packed = { readonly json: string; readonly attachments: readonly Attachment[] }

export class PackError extends Error {
  override readonly name = 'PackError'
}

/** More than any sensible poll or put; what a hostile peer can make a reader allocate at once. */
export const maxMessageBytes = 128 * 1024 * 1024
/** A key that JSON writes without an escape, or every message would be read the long way (data/json.ts). */
const mark = '\x7f'
const maxNesting = 64

/** Throws PackError when the message is too big or nested too deep. */
export const pack = (message: unknown): Packed => {
  const attachments: Attachment[] = []
  const json = JSON.stringify(replace(message, attachments, 0))
  let size = json.length
  for (const attachment of attachments) size += typeof attachment === 'string' ? attachment.length : attachment.byteLength
  if (size > maxMessageBytes) throw new PackError(`${size} bytes are more than the ${maxMessageBytes} that can cross at once`)
  return { json, attachments }
}

const replace = (value: unknown, attachments: Attachment[], depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxNesting) throw new PackError(`a message is nested more than ${maxNesting} deep`)
  if (value instanceof Int32Array) return attach('i32', value, attachments)
  if (value instanceof Float64Array) return attach('f64', value, attachments)
  if (value instanceof Uint8Array) return attach('u8', value, attachments)
  if (Array.isArray(value)) {
    // long lists are of strings or numbers as a rule: nothing to replace, nothing to copy
    for (let index = 0; index < value.length; index++) {
      if (typeof value[index] === 'object' && value[index] !== null) return value.map((item) => replace(item, attachments, depth + 1))
    }
    return value
  }
  const copy: Record<string, unknown> = { __proto__: null } as Record<string, unknown>
  const isText = (value as { readonly kind?: unknown }).kind === 'text'
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    copy[key] = isText && key === 'text' && typeof item === 'string' ? attach('s', item, attachments) : replace(item, attachments, depth + 1)
  }
  return copy
}

const attach = (kind: Kind, value: Attachment, attachments: Attachment[]): unknown => ({ [mark]: [kind, attachments.push(value) - 1] })

/**
 * The message again. Attached typed arrays and strings are those of `attachments`, not copies; an ArrayBuffer (how typed arrays
 * cross into and out of an isolate) gets the view that the JSON names. Throws PackError or SyntaxError.
 */
export const unpack = (json: string, attachments: readonly (Attachment | ArrayBuffer)[]): unknown => restore(parseJson(json), attachments, 0)

const restore = (value: unknown, attachments: readonly (Attachment | ArrayBuffer)[], depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxNesting) throw new PackError(`a message is nested more than ${maxNesting} deep`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (typeof value[index] === 'object' && value[index] !== null) value[index] = restore(value[index], attachments, depth + 1)
    }
    return value
  }
  const record = value as Record<string, unknown>
  if (Object.hasOwn(record, mark)) return attached(record[mark], attachments)
  for (const key of Object.keys(record)) {
    const item = record[key]
    if (typeof item !== 'object' || item === null) continue
    const restored = restore(item, attachments, depth + 1)
    // JSON.parse makes `__proto__` an own property; plain assignment would set the prototype instead
    if (restored !== item) Object.defineProperty(record, key, { value: restored, enumerable: true, configurable: true, writable: true })
  }
  return record
}

const attached = (reference: unknown, attachments: readonly (Attachment | ArrayBuffer)[]): Attachment => {
  const [kind, index] = Array.isArray(reference) ? (reference as readonly unknown[]) : []
  const value = typeof index === 'number' ? attachments[index] : undefined
  if (value instanceof ArrayBuffer) {
    if (kind === 'u8') return new Uint8Array(value)
    if (kind === 'i32' && value.byteLength % 4 === 0) return new Int32Array(value)
    if (kind === 'f64' && value.byteLength % 8 === 0) return new Float64Array(value)
  } else if (value !== undefined && kindOf(value) === kind) return value
  throw new PackError('a reference to an attachment that is not there')
}

export const kindOf = (value: Attachment): Kind =>
  typeof value === 'string' ? 's' : value instanceof Int32Array ? 'i32' : value instanceof Float64Array ? 'f64' : 'u8'
