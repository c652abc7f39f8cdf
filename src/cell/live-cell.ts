/**
 * A running cell: frames in and out, calls under way, deadlines, and its death. Every pending call settles, whatever happens:
 * with its result, at its deadline, or with the death. Deaths are told once, the first cause wins.
 */
import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { messageOf } from '../errors.ts'
import { type Packed, packRecordBatch, packSinkBatch } from '../wire/batch-codec.ts'
import type { RecordBatch, SinkBatch } from '../wire/batch.ts'
import { encodeFrame, FrameError, FrameReader, protocolVersion } from '../wire/frames.ts'
import { recordBatchCalls } from '../wire/guest-api.ts'
import { PackError } from '../wire/pack.ts'
import type { CallOptions, CallOutcome, Cell, CellDeath, Guest, GuestOptions, TargetKind } from './cell.ts'
import { type CheckedMessage, type CheckedOutcome, checkMessage, isResultOf, ProtocolError } from './check-message.ts'
import { checkResult, ResultError } from './check-result.ts'
import { deathOf } from './death.ts'
import { HostRequests } from './host-requests.ts'
import { type CpuWindow, verdict } from './limits.ts'
import type { ToCell } from './messages.ts'
import type { CellLimits, Grants } from './options.ts'
import { openRates } from './rates.ts'
import { type Usage, watch } from './watchdog.ts'

type Options = {
  readonly child: ChildProcess
  readonly stdout: Duplex
  readonly stderr: Duplex
  readonly frames: Duplex
  readonly questions: Duplex
  readonly limits: CellLimits
  readonly grants: Grants
  readonly name: string
}
type Outcome = CallOutcome<unknown>
type Pending = { readonly guest: number; readonly kind: TargetKind; readonly method: string; readonly settle: (outcome: Outcome) => void; readonly timer: NodeJS.Timeout }

/** The isolate's own timeout gets this long to end a call politely before the process is killed. */
const graceMs = 300
const closeTimeoutMs = 1000
/** Beside the bundle's own time: the isolate and the platform, on a machine under full load. */
const openGraceMs = 10_000
const maxStderr = 8192
/** Answers to a guest's requests that its cell has not read yet; a guest has a bounded number of small ones under way. */
const maxUnreadAnswers = 64 * 1024 * 1024

export class LiveCell implements Cell {
  readonly pid: number
  readonly died: Promise<CellDeath>
  readonly #options: Options
  readonly #guests = new Map<number, GuestOptions>()
  readonly #disposed = new Set<number>()
  readonly #pending = new Map<number, Pending>()
  readonly #opening = new Map<number, (outcome: CheckedOutcome) => void>()
  readonly #requests: HostRequests
  readonly #unwatch: () => void
  readonly #gone: Promise<void>
  #settleDeath!: (death: CellDeath) => void
  #hello!: { readonly resolve: () => void; readonly reject: (error: Error) => void }
  readonly #greeted: Promise<void>
  #death: CellDeath | null = null
  #closing = false
  #lastId = 0
  #stderr = ''
  #usage: Usage = { rssBytes: 0, cpuMs: 0 }
  #cpuWindow: CpuWindow = null
  #denied = 0
  readonly #rates = openRates()
  #isGreeted = false
  #unreadAnswers = 0

  constructor(options: Options) {
    this.#options = options
    const { child, frames, questions, stdout, stderr } = options
    this.pid = child.pid ?? 0
    this.died = new Promise((resolve) => (this.#settleDeath = resolve))
    this.#greeted = new Promise((resolve, reject) => (this.#hello = { resolve, reject }))
    this.#greeted.catch(() => {}) // whoever waits for the handshake hears of it
    this.#gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#die(deathOf({ code, signal, stderr: this.#stderr, limits: options.limits, closing: this.#closing }))
        resolve()
      })
      child.once('error', (error) => {
        this.#die({ reason: 'crash', detail: `The process could not be started: ${error.message}` })
        resolve()
      })
    })
    const reader = new FrameReader((message) => this.#receive(message))
    frames.on('data', (chunk: Buffer) => {
      if (this.#death !== null) return
      try {
        reader.push(chunk)
      } catch (error) {
        this.#kill({ reason: 'protocol', detail: `The cell sent what no cell sends: ${messageOf(error)}.` })
      }
    })
    for (const pipe of [frames, questions, stdout, stderr]) pipe.on('error', () => {}) // an ended process breaks its pipes; `exit` tells
    stdout.resume()
    stderr.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-maxStderr)))
    this.#requests = new HostRequests({
      questions,
      guest: (id) => this.#guests.get(id),
      reply: (guest, id, outcome) => this.#answer({ t: 'host-result', guest, id, outcome }),
      grants: options.grants,
      violation: (detail) => this.#kill({ reason: 'protocol', detail }),
    })
    this.#unwatch = watch({
      pid: this.pid,
      isBusy: () => this.#pending.size > 0 || this.#opening.size > 0,
      onUsage: (usage, at) => {
        this.#usage = usage
        const { death, window } = verdict(options.limits, usage, at, this.#cpuWindow)
        this.#cpuWindow = window
        if (death !== null) this.#kill(death)
      },
    })
  }

  handshake(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#kill({ reason: 'timeout', detail: `The process did not say hello within ${timeoutMs} ms.` }), timeoutMs)
    return this.#greeted.finally(() => clearTimeout(timer))
  }

  /** Bytes that are on their way; `taken` is called when the pipe has them. */
  send(message: ToCell, taken?: () => void): number {
    if (this.#death !== null) return 0
    const { frames } = this.#options
    const pieces = encodeFrame(message)
    frames.cork()
    pieces.forEach((piece, index) => frames.write(piece, index === pieces.length - 1 ? taken : undefined))
    frames.uncork()
    return pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  async open<K extends TargetKind>(kind: K, options: GuestOptions): Promise<CallOutcome<Guest<K>>> {
    if (this.#death !== null) return { kind: 'death', death: this.#death }
    const id = ++this.#lastId
    this.#guests.set(id, options)
    const opened = await new Promise<CheckedOutcome | null>((resolve) => {
      const { callTimeoutMs } = this.#options.limits
      const timer = setTimeout(() => this.#kill({ reason: 'timeout', detail: `The bundle was not loaded within ${callTimeoutMs} ms; isolate.call.timeout.ms gives it longer.` }), callTimeoutMs + openGraceMs)
      const settle = (outcome: CheckedOutcome | null): void => {
        clearTimeout(timer)
        this.#opening.delete(id)
        resolve(outcome)
      }
      this.#opening.set(id, settle)
      void this.died.then(() => settle(null))
      this.send({ t: 'open', guest: id, kind })
    })
    if (opened === null) return { kind: 'death', death: await this.died }
    if (!opened.ok) {
      this.#release(id)
      return { kind: 'error', error: opened.error }
    }
    const call: Guest<K>['call'] = (method, args, options) => this.#call(id, kind, method, args, options) as never
    return { kind: 'ok', value: { kind, call, dispose: async () => this.#release(id) } }
  }

  usage(): { readonly rssBytes: number; readonly cpuMs: number; readonly deniedCalls: number } {
    return { ...this.#usage, deniedCalls: this.#denied }
  }

  async close(): Promise<void> {
    if (!this.#closing && this.#death === null) {
      this.send({ t: 'close' })
      this.#closing = true
    }
    const timer = setTimeout(() => this.#options.child.kill('SIGKILL'), closeTimeoutMs)
    await this.#gone
    clearTimeout(timer)
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #call(guest: number, kind: TargetKind, method: string, args: readonly unknown[], { timeoutMs, onSent }: CallOptions): Promise<Outcome> {
    const death = this.#death
    if (death !== null) return Promise.resolve({ kind: 'death', death })
    if (!this.#guests.has(guest)) return Promise.resolve({ kind: 'death', death: disposed })
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#overdue(method, timeoutMs), timeoutMs + graceMs)
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        this.#pending.delete(id)
        resolve(outcome)
      }
      this.#pending.set(id, { guest, kind, method, settle, timer })
      const batch = packedArgument(method, args[0])
      try {
        this.send({ t: 'call', guest, id, method, timeoutMs, ...(batch === null ? { args } : { args: args.slice(1), batch }) }, onSent)
      } catch (error) {
        if (!(error instanceof FrameError || error instanceof PackError)) throw error
        settle({ kind: 'error', error: { name: 'ConnectException', message: `${method}(): ${error.message}`, stack: '', retriable: false } })
      }
    })
  }

  #overdue(method: string, timeoutMs: number): void {
    this.#kill({ reason: 'timeout', detail: `${method}() did not end within ${timeoutMs} ms: it is stuck, or waits for something that does not come; ${settingOf(method)} gives it longer.` })
  }

  #receive(raw: unknown): void {
    this.#rates.message()
    this.#handle(checkMessage(raw))
  }

  #handle(message: CheckedMessage): void {
    switch (message.t) {
      case 'hello':
        if (this.#isGreeted) throw new ProtocolError('a second hello')
        this.#isGreeted = true
        if (message.protocol === protocolVersion) this.#hello.resolve()
        else this.#kill({ reason: 'protocol', detail: `The cell speaks version ${message.protocol} of the protocol, this worker ${protocolVersion}.` })
        return
      case 'opened': {
        if (!this.#isOpen(message.guest)) return
        const opening = this.#opening.get(message.guest) ?? violation('the opening of a guest that is open already')
        return opening(message.outcome)
      }
      case 'result': {
        if (!this.#isOpen(message.guest)) return
        const pending = this.#pending.get(message.id)
        if (pending?.guest !== message.guest) return violation('the result of a call that is not under way')
        return pending.settle(outcomeOf(pending, message.outcome))
      }
      case 'host':
        return this.#isOpen(message.guest) ? this.#requests.receive(message) : undefined
      case 'log':
        this.#rates.logLine(message.message.length, this.#guests.size)
        return this.#isOpen(message.guest) ? this.#guests.get(message.guest)?.onLog({ level: message.level, message: message.message }) : undefined
      case 'denied':
        this.#denied += message.count
        return
      case 'dying':
        return this.#kill({ reason: message.reason, detail: this.#withRemedy(message) })
    }
  }

  /** False for one that was disposed of: it had said so before it knew. Of others there must be none. */
  #isOpen(guest: number): boolean {
    if (this.#guests.has(guest)) return true
    return this.#disposed.has(guest) ? false : violation('a message of a guest that there is not')
  }

  /** Answers are only as many as the cell takes. */
  #answer(message: Extract<ToCell, { t: 'host-result' }>): void {
    const bytes = this.send(message, () => (this.#unreadAnswers -= bytes))
    this.#unreadAnswers += bytes
    if (this.#unreadAnswers > maxUnreadAnswers) this.#kill({ reason: 'protocol', detail: 'The cell made requests and did not take the answers.' })
  }

  /** The cell says which call was due; which setting gives it longer, is known here. */
  #withRemedy({ reason, detail }: Extract<CheckedMessage, { t: 'dying' }>): string {
    return reason === 'timeout' ? `${detail} ${settingOf(/^(\w+)\(\)/.exec(detail)?.[1] ?? 'open')} gives it longer.` : detail
  }

  #release(id: number): void {
    if (!this.#guests.delete(id)) return
    this.#disposed.add(id)
    for (const pending of this.#pending.values()) if (pending.guest === id) pending.settle({ kind: 'death', death: this.#death ?? disposed })
    this.send({ t: 'dispose', guest: id })
  }

  /** The process has no say in this: SIGKILL. The calls settle at once, `died` too. */
  #kill(death: CellDeath): void {
    this.#die(death)
    this.#options.child.kill('SIGKILL')
  }

  #die(death: CellDeath): void {
    if (this.#death !== null) return
    this.#death = death
    this.#unwatch()
    for (const pending of this.#pending.values()) pending.settle({ kind: 'death', death })
    this.#hello.reject(new Error(death.detail))
    this.#requests.close()
    this.#settleDeath(death)
  }
}

const packedArgument = (method: string, first: unknown): Packed | null => {
  if (method === 'put') return first === null ? null : packSinkBatch(first as SinkBatch)
  return recordBatchCalls.has(method) ? packRecordBatch(first as RecordBatch) : null
}
const settingOf = (method: string): string => (method === 'poll' ? 'isolate.poll.timeout.ms' : method === 'put' ? 'isolate.put.timeout.ms' : 'isolate.call.timeout.ms')
const disposed: CellDeath = { reason: 'killed', detail: 'The isolate was disposed of by the worker.' }
const violation = (what: string): never => {
  throw new ProtocolError(what)
}

const outcomeOf = ({ kind, method }: Pending, outcome: CheckedOutcome): Outcome => {
  if (!outcome.ok) return { kind: 'error', error: outcome.error }
  if (!isResultOf(method, outcome)) return violation(`a result of another kind than ${method} has`)
  try {
    return { kind: 'ok', value: checkResult(kind, method, outcome.value) }
  } catch (error) {
    if (!(error instanceof ResultError)) throw error
    return { kind: 'error', error: { name: 'ConnectException', message: `${method}() returned ${error.message}`, stack: '', retriable: false } }
  }
}
