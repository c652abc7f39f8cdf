/**
 * The guest's two ways out, held in this closure and nowhere else: `post` (no answer) and `ask` (an answer on the spot).
 * Only strings, numbers and exact ArrayBuffers go out, so nothing of the guest's own making (getters, proxies) runs on the way.
 * What comes in are copies. The cell treats both as hostile: nothing here is what keeps anyone else safe.
 */
import { parseJson } from '../../src/data/json.ts'
import { pack, unpack } from '../../src/wire/pack.ts'
import type { GuestError, GuestOutcome, HostApi } from '../../src/wire/guest-api.ts'
import { errorFrom, toGuestError } from './errors.ts'

/** Guest to cell. Numbers are mirrored in src/cell/process/guest.ts. */
export const Post = { result: 0, host: 1, log: 2, timer: 3, task: 4 } as const
/** Cell to guest. */
export const Dispatch = { call: 0, reply: 1, timer: 2 } as const

type Wire = string | number | ArrayBuffer
type PostFunction = (op: number, id: number, json: string, ...attachments: Wire[]) => void
type AskFunction = (op: string, json: string, ...attachments: Wire[]) => Wire | undefined

let rawPost: PostFunction
let rawAsk: AskFunction
/**
 * The cell answers errors as values. The one thing it throws is what happens before its own code can catch: a guest deep in
 * recursion calls out and the stack ends there. That error would show the cell's frames and paths, so the guest gets its own.
 */
export const connect = (post: PostFunction, ask: AskFunction): void => {
  rawPost = (...args) => {
    try {
      post(...args)
    } catch {
      throw new RangeError('Maximum call stack size exceeded')
    }
  }
  rawAsk = (...args) => {
    try {
      return ask(...args)
    } catch {
      throw new RangeError('Maximum call stack size exceeded')
    }
  }
}

/** A typed array's own bytes and no others: never the slab it is a window of. */
export const exact = (view: Int32Array | Float64Array | Uint8Array): ArrayBuffer =>
  view.byteLength === view.buffer.byteLength ? (view.buffer as ArrayBuffer) : (view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer)

const wireOf = (attachments: readonly (Int32Array | Float64Array | Uint8Array | string)[]): Wire[] =>
  attachments.map((attachment) => (typeof attachment === 'string' ? attachment : exact(attachment)))

export const send = (op: number, id: number, message: unknown): void => {
  const { json, attachments } = pack(message)
  if (attachments.length === 0) rawPost(op, id, json)
  else rawPost(op, id, json, ...wireOf(attachments))
}
export const sendText = (op: number, id: number, text: string): void => rawPost(op, id, text)

/** The end of call `id`. A result that cannot cross is an error of its own. */
export const settle = (id: number, outcome: GuestOutcome<unknown>): void => {
  try {
    send(Post.result, id, outcome)
  } catch (error) {
    send(Post.result, id, { ok: false, error: toGuestError(error) })
  }
}

/** A capability of the cell, answered at once: text or bytes in, text or bytes out. Throws what the cell answers as an error. */
export const ask = (op: string, json: string, ...attachments: Wire[]): Wire | undefined => {
  const answer = rawAsk(op, json, ...attachments)
  // an answer that starts with U+0000 is an error as JSON: text never starts so, the cell doubles a leading U+0000
  if (typeof answer !== 'string' || answer.charCodeAt(0) !== 0) return answer
  if (answer.charCodeAt(1) === 0) return answer.substring(1)
  throw errorFrom(JSON.parse(answer.substring(1)) as GuestError)
}
export const askText = (op: string, json: string, ...attachments: Wire[]): string => ask(op, json, ...attachments) as string
export const askBytes = (op: string, json: string, ...attachments: Wire[]): Uint8Array => new Uint8Array(ask(op, json, ...attachments) as ArrayBuffer)

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
const waiting = new Map<number, Waiting>()
let lastId = 0

const request = (op: number, message: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const id = ++lastId
    waiting.set(id, { resolve, reject })
    try {
      send(op, id, message)
    } catch (error) {
      waiting.delete(id)
      reject(error as Error)
    }
  })

type HostMethod = keyof HostApi
/** A request to the worker whose answer is awaited. */
export const askHost = <M extends HostMethod>(method: M, args: Parameters<HostApi[M]>): Promise<ReturnType<HostApi[M]>> =>
  request(Post.host, { method, args }) as Promise<ReturnType<HostApi[M]>>
/** A request to the worker that wants no answer; in order with the results of calls. */
export const tellHost = <M extends HostMethod>(method: M, args: Parameters<HostApi[M]>): void => send(Post.host, 0, { method, args })
/** A request to the worker that blocks the whole cell until it is answered, as the same call blocks a thread in Java. */
export const askHostNow = <M extends HostMethod>(method: M, args: Parameters<HostApi[M]>): ReturnType<HostApi[M]> =>
  parseJson(askText('host', JSON.stringify({ method, args }))) as ReturnType<HostApi[M]>
/** A capability of the cell that takes its time (files …). */
export const askCell = (op: string, args: readonly unknown[]): Promise<unknown> => request(Post.task, { op, args })

/** An answer came in. */
export const reply = (id: number, json: string, attachments: readonly (string | ArrayBuffer)[]): void => {
  const entry = waiting.get(id)
  if (entry === undefined) return
  waiting.delete(id)
  const outcome = unpack(json, attachments) as GuestOutcome<unknown>
  if (outcome.ok) entry.resolve(outcome.value)
  else entry.reject(errorFrom(outcome.error))
}
