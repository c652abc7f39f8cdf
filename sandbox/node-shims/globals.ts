/** What a plugin finds on its global object beside the language itself. The big ones are made when they are first asked for. */
import { makeConsole } from './console.ts'
import { installModules } from './index.ts'
import { installJson } from './json.ts'
import { processObject } from './process.ts'
import * as timers from './timers.ts'

const define = (name: string, value: unknown): void => {
  Object.defineProperty(globalThis, name, { value, enumerable: false, configurable: true, writable: true })
}
const defineLazy = (name: string, make: () => unknown): void => {
  Object.defineProperty(globalThis, name, {
    enumerable: false,
    configurable: true,
    get: () => {
      const value = make()
      define(name, value)
      return value
    },
    set: (value: unknown) => {
      define(name, value)
    },
  })
}

const text = () => require('./text.ts') as typeof import('./text.ts')
const url = () => require('./url.ts') as typeof import('./url.ts')
const abort = () => require('./abort.ts') as typeof import('./abort.ts')
const buffer = () => require('./buffer.ts') as typeof import('./buffer.ts')

export const installGlobals = (): void => {
  installModules()
  installJson()
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers
  for (const [name, value] of Object.entries({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate })) define(name, value)
  define('console', makeConsole())
  define('global', globalThis)
  define('process', processObject)
  const settled = Promise.resolve()
  const queue = (callback: () => void): void => {
    if (typeof callback !== 'function') throw Object.assign(new TypeError('The "callback" argument must be of type function.'), { code: 'ERR_INVALID_ARG_TYPE' })
    void settled.then(callback)
  }
  define('queueMicrotask', queue)
  defineLazy('Buffer', () => buffer().Buffer)
  defineLazy('atob', () => buffer().atob)
  defineLazy('btoa', () => buffer().btoa)
  defineLazy('TextEncoder', () => text().TextEncoder)
  defineLazy('TextDecoder', () => text().TextDecoder)
  defineLazy('URL', () => url().URL)
  defineLazy('URLSearchParams', () => url().URLSearchParams)
  for (const name of ['AbortController', 'AbortSignal', 'Event', 'EventTarget', 'DOMException'] as const) defineLazy(name, () => abort()[name])
  defineLazy('structuredClone', () => (require('./structured-clone.ts') as typeof import('./structured-clone.ts')).structuredClone)
  defineLazy('performance', () => (require('./performance.ts') as typeof import('./performance.ts')).performance)
  defineLazy('crypto', () => {
    const { getRandomValues, randomUUID } = require('./crypto.ts') as typeof import('./crypto.ts')
    return { getRandomValues, randomUUID }
  })
  // memory that the isolate's limit does not count, and blocking waits
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) Reflect.deleteProperty(globalThis, name)
}
