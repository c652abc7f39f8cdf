/** What the platform's own code uses of what it puts on the guest's global object, and the packages without types. Types only. */
declare function setTimeout(callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]): object
declare function clearTimeout(timer: unknown): void
declare function queueMicrotask(callback: () => void): void
/** esbuild's: evaluates the module at the first call, so that a node: module costs nothing until it is asked for. */
declare function require(name: string): unknown

declare module 'events' {
  const EventEmitter: (new () => object) & Record<string, unknown>
  export = EventEmitter
}
declare module 'path-browserify' {
  const path: Record<string, unknown>
  export = path
}
declare module 'string_decoder/' {
  const decoder: Record<string, unknown>
  export = decoder
}
declare module 'readable-stream/lib/ours/browser.js' {
  const stream: Record<string, unknown>
  export = stream
}
