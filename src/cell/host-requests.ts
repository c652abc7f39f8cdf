/** Requests of guests to the worker: on the frame pipe (answered when ready) and on the question pipe (the cell blocks for it). */
import type { Duplex } from 'node:stream'
import { parseJson } from '../data/json.ts'
import type { GuestError } from '../wire/guest-api.ts'
import { weightProblem } from '../wire/json-weight.ts'
import type { GuestOptions } from './cell.ts'
import { checkRequest, ProtocolError } from './check-message.ts'
import { checkArguments, isHostMethod } from './check-request.ts'
import type { WireOutcome } from './messages.ts'
import type { Grants } from './options.ts'

type Options = {
  readonly questions: Duplex
  readonly guest: (id: number) => GuestOptions | undefined
  readonly grants: Grants
  readonly reply: (guest: number, id: number, outcome: WireOutcome) => void
  /** The cell broke the rules: what it did. */
  readonly violation: (detail: string) => void
}
type Request = { readonly guest: number; readonly id: number; readonly method: string; readonly args: readonly unknown[] }

const maxUnderWay = 10_000
const maxQuestionBytes = 4 * 1024 * 1024

export class HostRequests {
  readonly #options: Options
  #underWay = 0
  #closed = false
  #buffered: Buffer = Buffer.alloc(0)
  #isAsked = false

  constructor(options: Options) {
    this.#options = options
    options.questions.on('data', (chunk: Buffer) => this.#push(chunk))
  }
  close(): void {
    this.#closed = true
  }

  receive({ guest, id, method, args }: Request): void {
    if (++this.#underWay > maxUnderWay) throw new ProtocolError(`more than ${maxUnderWay} requests without an answer`)
    this.#answer(guest, method, args).then((outcome) => {
      this.#underWay--
      if (id !== 0 && !this.#closed) this.#options.reply(guest, id, outcome)
    }, this.#violated)
  }

  /** u32 length, JSON. One at a time: whoever asks waits for the answer, so anything that comes before it was not sent by our program. */
  #push(chunk: Buffer): void {
    if (this.#closed) return
    if (this.#isAsked) return this.#violated(new ProtocolError('a question before the answer to the last'))
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk])
    if (this.#buffered.length < 4) return
    const length = this.#buffered.readUInt32LE(0)
    if (length > maxQuestionBytes) return this.#violated(new ProtocolError(`a question of ${length} bytes`))
    if (this.#buffered.length < 4 + length) return
    if (this.#buffered.length > 4 + length) return this.#violated(new ProtocolError('two questions at once'))
    const question = this.#buffered.subarray(4)
    this.#buffered = Buffer.alloc(0)
    this.#isAsked = true
    this.#reply(question).catch(this.#violated)
  }

  async #reply(question: Buffer): Promise<void> {
    const problem = weightProblem(question)
    if (problem !== null) throw new ProtocolError(problem)
    const { guest, method, args } = checkRequest(parseJson(question.toString('utf8')))
    const outcome = await this.#answer(guest, method, args)
    if (this.#closed) return
    const bytes = Buffer.from(JSON.stringify(outcome))
    const head = Buffer.alloc(4)
    head.writeUInt32LE(bytes.length)
    this.#isAsked = false
    this.#options.questions.write(Buffer.concat([head, bytes]))
  }

  async #answer(guest: number, method: string, args: readonly unknown[]): Promise<WireOutcome> {
    if (!isHostMethod(method)) throw new ProtocolError('an unknown request')
    // refused in the cell as a rule, with words for the author
    if ((method === 'readStdin' || method === 'writeStdout') && !this.#options.grants.stdio) throw new ProtocolError(`${method} without its permission`)
    const checked = checkArguments(method, args)
    const handler = this.#options.guest(guest)?.handlers[method] as ((...args: readonly unknown[]) => unknown) | undefined
    if (handler === undefined) return { ok: false, error: { name: 'ConnectException', message: `${method} is not available here`, stack: '', retriable: false } }
    try {
      return { ok: true, plain: (await handler(...checked)) ?? null }
    } catch (error) {
      return { ok: false, error: workerError(error) }
    }
  }

  readonly #violated = (error: unknown): void => {
    if (!this.#closed) this.#options.violation(`The cell sent what no cell sends: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

/** The worker's error for the guest: what happened, not where in the worker. */
const workerError = (error: unknown): GuestError => {
  if (!(error instanceof Error)) return { name: 'ConnectException', message: String(error), stack: '', retriable: false }
  const { code, retriable } = error as { readonly code?: unknown; readonly retriable?: unknown }
  return { name: error.name, message: error.message, stack: '', retriable: retriable === true, ...(typeof code === 'string' ? { code } : {}) }
}
