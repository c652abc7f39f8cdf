/** `util`: inspect, format, promisify and the checks packages use. */
import { custom, format, inspect } from './util-format.ts'
import { TextDecoder, TextEncoder } from './text.ts'

const promisifyCustom = Symbol.for('nodejs.util.promisify.custom')
type Callback = (error: unknown, value?: unknown) => void
const promisify = (run: (...args: unknown[]) => void): unknown => {
  const own = (run as unknown as Record<symbol, unknown>)[promisifyCustom]
  if (typeof own === 'function') return own
  return function promisified(this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      Reflect.apply(run, this, [...args, ((error, value) => (error ? reject(error as Error) : resolve(value))) satisfies Callback])
    })
  }
}
const callbackify = (run: (...args: unknown[]) => Promise<unknown>) => function called(this: unknown, ...args: unknown[]): void {
  const done = args.pop() as Callback
  Reflect.apply(run, this, args).then((value) => queueMicrotask(() => done(null, value)), (error: unknown) => queueMicrotask(() => done(error ?? new Error('rejected'))))
}
const inherits = (child: { prototype: object }, parent: { prototype: object }): void => {
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true })
  Object.setPrototypeOf(child.prototype, parent.prototype)
}
const deprecate = <T>(run: T): T => run

export const isDeepStrictEqual = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof RegExp && b instanceof RegExp) return a.source === b.source && a.flags === b.flags
  if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) return false
  if (a instanceof Map && b instanceof Map) return a.size === b.size && [...(a as ReadonlyMap<unknown, unknown>)].every(([key, value]) => b.has(key) && isDeepStrictEqual(value, b.get(key)))
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...(a as ReadonlySet<unknown>)].every((value) => b.has(value) || [...(b as ReadonlySet<unknown>)].some((other) => isDeepStrictEqual(value, other)))
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)
const is = (...names: readonly string[]) => (value: unknown): boolean => names.includes(tag(value))
const types = {
  isDate: (value: unknown) => value instanceof Date, isRegExp: (value: unknown) => value instanceof RegExp, isMap: (value: unknown) => value instanceof Map,
  isSet: (value: unknown) => value instanceof Set, isPromise: (value: unknown) => value instanceof Promise, isNativeError: (value: unknown) => value instanceof Error,
  isArrayBuffer: (value: unknown) => value instanceof ArrayBuffer, isAnyArrayBuffer: (value: unknown) => value instanceof ArrayBuffer, isArrayBufferView: (value: unknown) => ArrayBuffer.isView(value),
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView), isUint8Array: (value: unknown) => value instanceof Uint8Array,
  isDataView: (value: unknown) => value instanceof DataView, isAsyncFunction: is('AsyncFunction', 'AsyncGeneratorFunction'), isGeneratorFunction: is('GeneratorFunction', 'AsyncGeneratorFunction'),
  isBoxedPrimitive: (value: unknown) => typeof value === 'object' && is('Number', 'String', 'Boolean', 'BigInt', 'Symbol')(value), isProxy: () => false, isWeakMap: (value: unknown) => value instanceof WeakMap,
  isWeakSet: (value: unknown) => value instanceof WeakSet, isSharedArrayBuffer: () => false, isExternal: () => false, isModuleNamespaceObject: () => false, isKeyObject: () => false, isCryptoKey: () => false,
}
export const utilModule = (): Record<string, unknown> => ({
  format, inspect: Object.assign(inspect, { custom, defaultOptions: {} }), inherits, deprecate, callbackify, isDeepStrictEqual, types, TextDecoder, TextEncoder,
  promisify: Object.assign(promisify, { custom: promisifyCustom }),
  debuglog: () => Object.assign(() => {}, { enabled: false }), debug: () => Object.assign(() => {}, { enabled: false }),
  isArray: Array.isArray, isError: types.isNativeError, isRegExp: types.isRegExp, isDate: types.isDate,
  isFunction: (value: unknown) => typeof value === 'function', isString: (value: unknown) => typeof value === 'string',
  stripVTControlCharacters: (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g'), ''), toUSVString: (text: string) => String(text).toWellFormed(),
  styleText: (_format: unknown, text: string) => text,
})
