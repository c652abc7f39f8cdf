/**
 * Timers: ONE timer in the cell and lists here, so that a guest cannot grow the host's memory with timers.
 * A tick runs what is due in order of time, then of making; microtasks run between ticks (one timer a tick, as in Node).
 * Other half: src/cell/process/capabilities/timers.ts.
 */
import { Post, sendText } from '../runtime/bridge.ts'

type Callback = (...args: unknown[]) => void
const now = Date.now

/** When the event under way began. Delays count from here, as in Node: timers made in one event keep the order of their delays. */
let eventAt = now()
export const beginEvent = (): void => {
  eventAt = now()
}

class Timeout {
  readonly id: number
  readonly callback: Callback
  readonly args: readonly unknown[]
  readonly repeatMs: number | null
  due: number
  active = true
  delayMs = 0
  constructor(id: number, callback: Callback, delayMs: number, args: readonly unknown[], repeats: boolean) {
    this.id = id
    this.callback = callback
    this.args = args
    this.due = eventAt + delayMs
    this.repeatMs = repeats ? delayMs : null
  }
  /** A cell does not end for want of timers, so this only answers `hasRef`. */
  #ref = true
  ref(): this {
    this.#ref = true
    return this
  }
  unref(): this {
    this.#ref = false
    return this
  }
  hasRef(): boolean { return this.#ref }
  refresh(): this {
    if (!this.active) return this
    remove(this)
    this.due = eventAt + (this.repeatMs ?? this.delayMs)
    add(this)
    return this
  }
  close(): this {
    cancel(this)
    return this
  }
  [Symbol.toPrimitive](): number { return this.id }
  [Symbol.dispose](): void { cancel(this) }
}

/** Sorted by due time, then id. Binary insertion: guests have few timers, and one that has many pays for it itself. */
const list: Timeout[] = []
const byId = new Map<number, Timeout>()
const immediates: Timeout[] = []
let lastId = 0
let armedFor = Number.POSITIVE_INFINITY

const position = (timer: Timeout): number => {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = list[middle] as Timeout
    if (other.due < timer.due || (other.due === timer.due && other.id < timer.id)) low = middle + 1
    else high = middle
  }
  return low
}
const add = (timer: Timeout): void => {
  list.splice(position(timer), 0, timer)
  byId.set(timer.id, timer)
  arm()
}
const remove = (timer: Timeout): void => {
  const at = position(timer)
  if (list[at] === timer) list.splice(at, 1)
  byId.delete(timer.id)
}

/** Asks the cell for a tick when the earliest timer is due. -1 as delay: at once, after what is waiting. */
const arm = (): void => {
  const due = immediates.length > 0 ? Number.NEGATIVE_INFINITY : (list[0]?.due ?? Number.POSITIVE_INFINITY)
  if (due >= armedFor) return
  armedFor = due
  sendText(Post.timer, due === Number.NEGATIVE_INFINITY ? -1 : Math.max(1, Math.ceil(due - now())), '')
}

/** The cell's tick. Exceptions of callbacks go up: the cell reports them. */
export const fireTimers = (): void => {
  armedFor = Number.POSITIVE_INFINITY
  try {
    const immediate = immediates.shift()
    if (immediate !== undefined) {
      immediate.active = false
      byId.delete(immediate.id)
      immediate.callback(...immediate.args)
      return
    }
    const timer = list[0]
    if (timer === undefined || timer.due > now()) return
    remove(timer)
    if (timer.repeatMs === null) timer.active = false
    else {
      timer.due = eventAt + timer.repeatMs
      add(timer)
    }
    timer.callback(...timer.args)
  } finally {
    arm()
  }
}

const make = (callback: unknown, delayMs: unknown, args: readonly unknown[], repeats: boolean): Timeout => {
  if (typeof callback !== 'function') throw Object.assign(new TypeError('The "callback" argument must be of type function.'), { code: 'ERR_INVALID_ARG_TYPE' })
  const delay = Number(delayMs)
  const ms = delay >= 1 && delay <= 0x7fff_ffff ? Math.trunc(delay) : 1
  const timer = new Timeout(++lastId, callback as Callback, ms, args, repeats)
  timer.delayMs = ms
  return timer
}
const cancel = (given: unknown): void => {
  const timer = given instanceof Timeout ? given : typeof given === 'number' || typeof given === 'string' ? byId.get(Number(given)) : undefined
  if (timer === undefined || !timer.active) return
  timer.active = false
  remove(timer)
  const at = immediates.indexOf(timer)
  if (at >= 0) immediates.splice(at, 1)
}

export const setTimeout = (callback: unknown, delayMs?: unknown, ...args: unknown[]): Timeout => {
  const timer = make(callback, delayMs, args, false)
  add(timer)
  return timer
}
export const setInterval = (callback: unknown, delayMs?: unknown, ...args: unknown[]): Timeout => {
  const timer = make(callback, delayMs, args, true)
  add(timer)
  return timer
}
export const setImmediate = (callback: unknown, ...args: unknown[]): Timeout => {
  const timer = make(callback, 1, args, false)
  immediates.push(timer)
  byId.set(timer.id, timer)
  arm()
  return timer
}
export const clearTimeout = cancel
export const clearInterval = cancel
export const clearImmediate = cancel

const wait = <T>(schedule: (done: () => void) => Timeout, value: T, signal?: AbortSignalLike): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal))
    const timer = schedule(() => resolve(value))
    signal?.addEventListener('abort', () => {
      cancel(timer)
      reject(abortError(signal))
    })
  })
type AbortSignalLike = { readonly aborted: boolean; readonly reason?: unknown; addEventListener(type: 'abort', listener: () => void): void }
const abortError = (signal: AbortSignalLike): Error => Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' })
export const promises = {
  setTimeout: <T>(ms?: number, value?: T, options: { readonly signal?: AbortSignalLike } = {}) => wait((done) => setTimeout(done, ms), value, options.signal),
  setImmediate: <T>(value?: T, options: { readonly signal?: AbortSignalLike } = {}) => wait((done) => setImmediate(done), value, options.signal),
}
