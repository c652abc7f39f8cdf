/** What a plugin finds on its global object beside the language itself. */
import * as timers from './timers.ts'
import { makeConsole } from './console.ts'

const define = (name: string, value: unknown): void => {
  Object.defineProperty(globalThis, name, { value, enumerable: false, configurable: true, writable: true })
}

export const installGlobals = (): void => {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'] as const) define(name, timers[name])
  define('console', makeConsole())
  define('global', globalThis)
  const then = Promise.prototype.then
  const resolved = Promise.resolve()
  define('queueMicrotask', (callback: () => void) => {
    if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.')
    void Reflect.apply(then, resolved, [callback])
  })
  // memory that the isolate's limit does not count, and blocking waits
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) Reflect.deleteProperty(globalThis, name)
}
