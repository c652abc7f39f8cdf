/** `AbortController`, `AbortSignal`, `Event` and `EventTarget`, as far as packages use them. */
type Listener = ((event: Event) => void) | { handleEvent(event: Event): void }
type Entry = { readonly listener: Listener; readonly once: boolean }

export class Event {
  readonly type: string
  readonly cancelable: boolean
  readonly timeStamp = Date.now()
  target: EventTarget | null = null
  defaultPrevented = false
  constructor(type: string, init: { readonly cancelable?: boolean } = {}) {
    this.type = String(type)
    this.cancelable = init.cancelable === true
  }
  get currentTarget(): EventTarget | null { return this.target }
  preventDefault(): void { this.defaultPrevented = this.cancelable }
  stopPropagation(): void {}
  stopImmediatePropagation(): void {}
}

export class EventTarget {
  readonly #listeners = new Map<string, Entry[]>()
  addEventListener(type: string, listener: Listener | null, options?: boolean | { readonly once?: boolean; readonly signal?: AbortSignal }): void {
    if (listener === null || listener === undefined) return
    const { once = false, signal } = typeof options === 'object' ? options : {}
    if (signal?.aborted) return
    const list = this.#listeners.get(type) ?? []
    if (list.some((entry) => entry.listener === listener)) return
    this.#listeners.set(type, [...list, { listener, once }])
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true })
  }
  removeEventListener(type: string, listener: Listener | null): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((entry) => entry.listener !== listener))
  }
  dispatchEvent(event: Event): boolean {
    event.target = this
    for (const { listener, once } of this.#listeners.get(event.type) ?? []) {
      if (once) this.removeEventListener(event.type, listener)
      try {
        if (typeof listener === 'function') listener.call(this, event)
        else listener.handleEvent(event)
      } catch (error) {
        // one listener's error is not the others': it comes up as an error nobody handled
        queueMicrotask(() => {
          throw error
        })
      }
    }
    return !event.defaultPrevented
  }
}

export class DOMException extends Error {
  readonly code: number
  constructor(message = '', name = 'Error') {
    super(message)
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
    this.code = name === 'AbortError' ? 20 : name === 'TimeoutError' ? 23 : name === 'DataCloneError' ? 25 : 0
  }
}

export class AbortSignal extends EventTarget {
  #reason: unknown = undefined
  #aborted = false
  onabort: ((event: Event) => void) | null = null
  get aborted(): boolean { return this.#aborted }
  get reason(): unknown { return this.#reason }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }
  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal()
    AbortSignal.trip(signal, reason)
    return signal
  }
  static timeout(ms: number): AbortSignal {
    const signal = new AbortSignal()
    setTimeout(() => AbortSignal.trip(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms)
    return signal
  }
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const any = new AbortSignal()
    for (const signal of signals) {
      if (signal.aborted) AbortSignal.trip(any, signal.reason)
      else signal.addEventListener('abort', () => AbortSignal.trip(any, signal.reason), { once: true })
    }
    return any
  }
  /** For the controller; a signal that has been aborted stays as it is. */
  static trip(signal: AbortSignal, reason: unknown): void {
    if (signal.#aborted) return
    signal.#aborted = true
    signal.#reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
    const event = new Event('abort')
    signal.onabort?.call(signal, event)
    signal.dispatchEvent(event)
  }
}

export class AbortController {
  readonly signal = new AbortSignal()
  abort(reason?: unknown): void { AbortSignal.trip(this.signal, reason) }
}
