/**
 * One isolate and the plugin in it. All calls into it are `applySync` with a timeout on this thread, one event a call, so that
 * microtasks drain between events as in Node; while one runs, others wait in a queue. Everything that comes out of the isolate is
 * hostile: checked here for the cell's own sake, and again in the worker.
 */
import { batchToText, batchToUtf8 } from '../../wire/transcode.ts'
import { maxRows, packRecordBatch, packSourceBatch, unpackRecordBatch, unpackSinkBatch } from '../../wire/batch-codec.ts'
import type { RecordBatch, SourceBatch } from '../../wire/batch.ts'
import { pack, unpack } from '../../wire/pack.ts'
import { type GuestApi, type GuestOutcome, recordBatchCalls } from '../../wire/guest-api.ts'
import { maxFrameBytes } from '../../wire/frames.ts'
import type { CellLimits, Grants, PluginRef } from '../options.ts'
import type { ToCell, WireOutcome } from '../messages.ts'
import type { ExternalCopy, Isolate, Ivm, Reference } from './addon.ts'
import { type Capabilities, openCapabilities } from './capabilities/index.ts'
import type { Link } from './link.ts'
import { coded, errorData } from './outcome.ts'
import type { Throttle } from './throttle.ts'

export type Host = {
  readonly ivm: Ivm
  readonly link: Link
  readonly plugin: PluginRef
  readonly grants: Grants
  readonly limits: CellLimits
  readonly throttle: Throttle
  readonly platform: string
  readonly bundle: string
  /** Last words, then the end of the process. */
  readonly die: (reason: 'oom' | 'timeout' | 'crash', guest: number, detail: string) => void
}

/** Mirrors sandbox/runtime/bridge.ts. */
const Post = { result: 0, host: 1, log: 2, timer: 3, task: 4 } as const
const Dispatch = { call: 0, reply: 1, timer: 2 } as const
const bootTimeoutMs = 30_000
const boundary = '\n    at (<isolated-vm boundary>)'
/** Requests and file calls a guest may have under way; each costs the cell memory that no isolate counts. */
const maxUnderWay = 10_000
const deniedDelayMs = 200
const maxPosted = 1000
const maxPostedSize = 4 * 1024 * 1024

/** The platform's compiled code, made by the first isolate before any guest code is in it: the next ones save 8 of 15 ms. */
const codeCache = {
  data: undefined as ExternalCopy<ArrayBuffer> | undefined,
  option(): { readonly cachedData: ExternalCopy<ArrayBuffer> } | { readonly produceCachedData: true } {
    return this.data === undefined ? { produceCachedData: true } : { cachedData: this.data }
  },
  keep(script: object): void {
    this.data ??= (script as { readonly cachedData?: ExternalCopy<ArrayBuffer> }).cachedData
  },
}

/** Where the guest is when something happens, and what is said when it does not end in time. */
type Event = { readonly where: string; readonly overdue: string }
const overdueText = ({ method, limitMs }: { readonly method: string; readonly limitMs: number }): string => `${method}() did not end within ${limitMs} ms`

export class Guest {
  readonly #host: Host
  readonly #id: number
  readonly #isolate: Isolate
  #dispatch: Reference | undefined
  #capabilities: Capabilities | undefined
  /** Calls under way: how long they may take and until when. */
  readonly #calls = new Map<number, { readonly method: string; readonly limitMs: number; readonly deadline: number }>()
  readonly #queue: { readonly op: number; readonly id: number; readonly message: unknown }[] = []
  /** Requests and tasks that wait for their answer. */
  #underWay = 0
  #denied = 0
  #posted: (readonly [op: unknown, id: unknown, json: unknown, attachments: readonly unknown[]])[] = []
  #postedSize = 0
  #ended = false
  #opened = false

  constructor(host: Host, id: number) {
    this.#host = host
    this.#id = id
    this.#isolate = new host.ivm.Isolate({
      memoryLimit: Math.max(8, host.limits.memoryMb),
      onCatastrophicError: (message) => host.die('crash', id, `V8 lost control of the isolate: ${message}`),
    })
  }

  open(kind: keyof GuestApi): void {
    const { ivm, platform, bundle, plugin } = this.#host
    this.#capabilities = openCapabilities({
      plugin,
      limits: this.#host.limits,
      grants: this.#host.grants,
      tick: () => this.#enter(Dispatch.timer, 0, null),
      log: (level, message) => this.#host.link.send({ t: 'log', guest: this.#id, level, message }),
      denied: () => this.#deny(),
      hostNow: (json) => this.#askNow(json),
    })
    const info = JSON.stringify({ className: plugin.className, exportName: plugin.exportName, version: plugin.version })
    this.#calls.set(0, { method: 'open', limitMs: bootTimeoutMs, deadline: Date.now() + bootTimeoutMs })
    this.#run({ where: 'while it was being opened', overdue: `The bundle was not loaded within ${this.#host.limits.callTimeoutMs} ms` }, () => {
      const context = this.#isolate.createContextSync()
      const script = this.#isolate.compileScriptSync(platform, { filename: 'isoconnect:platform', ...codeCache.option() })
      codeCache.keep(script)
      const boot = script.runSync(context, { timeout: bootTimeoutMs, reference: true }) as unknown as Reference
      const ways = boot.applySync(undefined, [new ivm.Callback(this.#fromGuest), new ivm.Callback(this.#asked), kind, info], { timeout: bootTimeoutMs, result: { reference: true } }) as unknown as Reference
      this.#dispatch = ways.getSync('dispatch', { reference: true }) as Reference
      const load = ways.getSync('load', { reference: true }) as Reference
      let wrapper: Reference
      try {
        // on one line with the bundle's first, so that stack traces keep its line numbers
        wrapper = this.#isolate.compileScriptSync(`(function(require,module,exports){${bundle}\n})`, { filename: `${plugin.className}` }).runSync(context, { timeout: bootTimeoutMs, reference: true }) as unknown as Reference
      } catch (error) {
        if (this.#isolate.isDisposed || isTimeout(error)) throw error
        this.#settled(0, { ok: false, error: errorData(error) })
        return
      }
      load.applySync(undefined, [wrapper.derefInto()], { timeout: this.#host.limits.callTimeoutMs })
    })
  }

  call(message: Extract<ToCell, { t: 'call' }>): void {
    const { id, method, timeoutMs, args, batch } = message
    this.#calls.set(id, { method, limitMs: timeoutMs, deadline: Date.now() + timeoutMs })
    const values = batch === undefined ? args : [recordBatchCalls.has(method) ? batchToText(unpackRecordBatch(batch)) : batchToText(unpackSinkBatch(batch)), ...args]
    this.#enter(Dispatch.call, id, { method, args: values })
  }

  reply(id: number, outcome: WireOutcome): void {
    this.#answer(id, outcome.ok ? { ok: true, value: outcome.plain } : outcome)
  }
  #answer(id: number, outcome: GuestOutcome<unknown>): void {
    this.#underWay--
    this.#enter(Dispatch.reply, id, outcome)
  }

  dispose(): void {
    this.#ended = true
    this.#queue.length = 0
    this.#capabilities?.close()
    if (!this.#isolate.isDisposed) this.#isolate.dispose()
  }

  /** One event into the isolate, in order: now, or after those before it. */
  #enter(op: number, id: number, message: unknown): void {
    if (this.#ended) return
    this.#queue.push({ op, id, message })
    if (this.#queue.length === 1) this.#pump()
  }

  /** The first event of the queue. It stays there while it runs, so that what comes meanwhile waits. */
  readonly #pump = (): void => {
    const event = this.#queue[0]
    const dispatch = this.#dispatch
    if (this.#ended || event === undefined || dispatch === undefined) return
    const restMs = this.#host.throttle.waitMs()
    if (restMs > 0) {
      setTimeout(this.#pump, restMs) // over its share of the processor
      return
    }
    const { op, id, message } = event
    const { timeoutMs, ...place } = this.#nextDeadline(op, id)
    this.#run(place, () => {
      const { json, attachments } = message === null ? { json: '', attachments: [] } : pack(message)
      dispatch.applySync(undefined, [op, id, json, ...attachments.map((item) => (typeof item === 'string' ? item : this.#transfer(item)))], { timeout: timeoutMs })
    })
    this.#queue.shift()
    if (this.#queue.length > 0) setImmediate(this.#pump)
  }

  /** Exactly the view's bytes, moved into the isolate: a slab must not travel with its neighbours' data. */
  #transfer(view: Int32Array | Float64Array | Uint8Array): unknown {
    const own = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer
    return new this.#host.ivm.ExternalCopy(own, { transferOut: true }).copyInto({ release: true, transferIn: true })
  }

  /** The call under way that is due first, or, where there is none, the limit of a call. */
  #nextDeadline(op: number, id: number): Event & { readonly timeoutMs: number } {
    const { callTimeoutMs } = this.#host.limits
    const own = op === Dispatch.call ? this.#calls.get(id) : undefined
    const where = own === undefined ? 'in a timer or a reply' : `in ${own.method}()`
    let deadline = own?.deadline ?? Date.now() + callTimeoutMs
    let overdue = own === undefined ? `What it did in a timer or a reply did not end within ${callTimeoutMs} ms` : overdueText(own)
    for (const call of this.#calls.values()) {
      if (call.deadline >= deadline) continue
      deadline = call.deadline
      overdue = overdueText(call)
    }
    return { timeoutMs: Math.max(1, Math.ceil(deadline - Date.now())), where, overdue }
  }

  /** Runs guest code. Its ends: done; an unhandled rejection or error (logged, as Java logs one of a thread); out of memory or time (the cell's end). */
  #run(event: Event, action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#takePosted()
      this.#failed(event, error)
    }
    this.#takePosted()
  }

  #failed({ where, overdue }: Event, error: unknown): void {
    const { memoryMb } = this.#host.limits
    if (this.#ended) return
    if (this.#isolate.isDisposed) this.#end('oom', `It used more memory than it may have (isolate.memory.mb=${memoryMb}), ${where}; isolate.memory.mb raises the limit.`)
    else if (isTimeout(error)) this.#end('timeout', `${overdue}: it kept the processor busy all the time;`)
    else if (!this.#opened) this.#settled(0, { ok: false, error: errorData(error) })
    else {
      const [text = ''] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split(boundary) // what follows are the cell's own frames
      this.#host.link.send({ t: 'log', guest: this.#id, level: 'error', message: `Nobody handled an error ${where}: ${(this.#capabilities?.placesOf(text) ?? text).slice(0, 16_384)}` })
    }
  }

  #end(reason: 'oom' | 'timeout' | 'crash', detail: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#host.die(reason, this.#id, detail)
  }

  /**
   * `post` of the guest. Runs inside the guest's call, perhaps at the end of its stack: it only notes what came, the work is done
   * when the guest is out again, or now when much has come together.
   */
  readonly #fromGuest = (op: unknown, id: unknown, json: unknown, ...attachments: unknown[]): void => {
    this.#postedSize = this.#posted.push([op, id, json, attachments]) > maxPosted ? maxPostedSize + 1 : this.#postedSize + sizeOf(json)
    if (attachments.length > 0) for (const item of attachments) this.#postedSize += sizeOf(item)
    if (this.#postedSize > maxPostedSize) this.#takePosted()
  }

  #takePosted(): void {
    const posted = this.#posted
    this.#posted = []
    this.#postedSize = 0
    for (const [op, id, json, attachments] of posted) {
      if (this.#ended) return
      try {
        this.#take(op, id, json, attachments)
      } catch (error) {
        this.#end('crash', `It sent what is no message of the platform: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    if (this.#host.link.queuedBytes > 2 * maxFrameBytes) this.#end('crash', 'It sent more than the worker could take.')
  }

  #take(op: unknown, id: unknown, json: unknown, attachments: readonly unknown[]): void {
    if (typeof op !== 'number' || typeof id !== 'number' || typeof json !== 'string') throw coded('PROTOCOL', 'a message of wrong types')
    if (op === Post.timer) return this.#capabilities?.arm(id)
    if (op === Post.log) return this.#capabilities?.log(id, json)
    const message = unpack(json, attachments.map(attachment))
    if (op === Post.result) this.#settled(id, message as GuestOutcome<unknown>)
    else if (id !== 0 && ++this.#underWay > maxUnderWay) this.#end('crash', `It made more than ${maxUnderWay} requests without waiting for their answers.`)
    else if (op === Post.host) this.#askWorker(id, message as { readonly method: string; readonly args: readonly unknown[] })
    else if (op === Post.task) this.#startTask(id, message as { readonly op: string; readonly args: readonly unknown[] })
    else throw coded('PROTOCOL', 'a message of unknown kind')
  }

  #askWorker(id: number, { method, args }: { readonly method: string; readonly args: readonly unknown[] }): void {
    if ((method === 'readStdin' || method === 'writeStdout') && !this.#host.grants.stdio) {
      this.#deny()
      const error = coded('ERR_ACCESS_DENIED', 'standard input and output are not permitted: declare "isoconnect": { "permissions": { "stdio": true } } in package.json and run the worker in standalone mode')
      setImmediate(() => this.#answer(id, { ok: false, error: errorData(error) }))
    } else {
      const packed = method === 'reportErrantRecord' ? args.map((arg, index) => (index === 1 ? packSourceBatch(batchToUtf8(arg as SourceBatch)) : arg)) : args
      this.#host.link.send({ t: 'host', guest: this.#id, id, method, args: packed })
    }
  }

  /** Refused calls are told together: before the result of the call they were made in, or a moment later. */
  #deny(): void {
    if (this.#denied++ === 0) setTimeout(() => this.#tellDenied(), deniedDelayMs)
  }
  #tellDenied(): void {
    if (this.#denied === 0) return
    this.#host.link.send({ t: 'denied', count: this.#denied })
    this.#denied = 0
  }

  #startTask(id: number, { op, args }: { readonly op: string; readonly args: readonly unknown[] }): void {
    const running = this.#capabilities?.task(op, args) ?? Promise.reject(coded('PROTOCOL', 'not open'))
    running.then(
      (value) => this.#answer(id, { ok: true, value }),
      (error: unknown) => this.#answer(id, { ok: false, error: errorData(error) }),
    )
  }

  /** `ask` of the guest: text or bytes back. An error is text that starts with U+0000; other text that does gets a second one. */
  readonly #asked = (op: unknown, json: unknown, ...attachments: unknown[]): string | ArrayBuffer | undefined => {
    try {
      if (typeof op !== 'string' || typeof json !== 'string') throw coded('PROTOCOL', 'a question of wrong types')
      const answer = this.#capabilities?.ask(op, json, attachments.map(attachment))
      return typeof answer === 'string' && answer.charCodeAt(0) === 0 ? `\u0000${answer}` : answer
    } catch (error) {
      return `\u0000${JSON.stringify(errorData(error))}`
    }
  }

  #askNow(json: string): string {
    const { method, args } = JSON.parse(json) as { readonly method: string; readonly args: readonly unknown[] }
    const answer = this.#host.link.askNow({ guest: this.#id, method, args })
    if (!answer.ok) throw Object.assign(new Error(answer.error.message), { name: answer.error.name, code: answer.error.code })
    return JSON.stringify(answer.plain ?? null)
  }

  #settled(id: number, outcome: GuestOutcome<unknown>): void {
    const call = this.#calls.get(id)
    if (call === undefined) return
    this.#calls.delete(id)
    let wire: WireOutcome
    if (!outcome.ok) wire = { ok: false, error: outcome.error }
    else if (call.method === 'poll' && ((outcome.value as SourceBatch | null)?.count ?? 0) > maxRows) wire = { ok: false, error: errorData(coded('ERR_OUT_OF_RANGE', `poll() returned more than the ${maxRows} records that can cross at once`)) }
    else if (call.method === 'poll' && outcome.value !== null) wire = { ok: true, batch: packSourceBatch(batchToUtf8(outcome.value as SourceBatch)) }
    else if (recordBatchCalls.has(call.method) && hasBatch(outcome.value)) {
      const { batch, ...plain } = outcome.value
      wire = { ok: true, plain, batch: packRecordBatch(batchToUtf8(batch)) }
    } else wire = { ok: true, plain: outcome.value }
    const guest = this.#id
    this.#tellDenied()
    try {
      if (id === 0) {
        this.#opened = true
        this.#host.link.send({ t: 'opened', guest, outcome: wire })
      } else this.#host.link.send({ t: 'result', guest, id, outcome: wire })
    } catch (error) {
      // too big to cross: the call's error, not the cell's end
      this.#host.link.send({ t: 'result', guest, id, outcome: { ok: false, error: { ...errorData(error), message: `${call.method}() returned too much: ${errorData(error).message}` } } })
    }
  }
}

const hasBatch = (value: unknown): value is { readonly batch: RecordBatch } => typeof value === 'object' && value !== null && 'batch' in value
const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length : value instanceof ArrayBuffer ? value.byteLength : 0)
const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Script execution timed out.'

const attachment = (value: unknown): string | ArrayBuffer => {
  if (typeof value === 'string' || value instanceof ArrayBuffer) return value
  throw coded('PROTOCOL', 'an attachment that is neither text nor bytes')
}
