/** `structuredClone`: the types that data is made of; functions, symbols and class instances as the web has it. */
import { DOMException } from './abort.ts'

const refuse = (value: unknown): never => {
  throw new DOMException(`${typeof value === 'symbol' ? String(value) : typeof value === 'function' ? 'a function' : 'the value'} could not be cloned.`, 'DataCloneError')
}
const errors: Readonly<Record<string, ErrorConstructor>> = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

export const structuredClone = (given: unknown): unknown => {
  const seen = new Map<object, unknown>()
  const keep = <T extends object>(from: object, to: T): T => {
    seen.set(from, to)
    return to
  }
  const clone = (value: unknown): unknown => {
    if (typeof value === 'function' || typeof value === 'symbol') return refuse(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return seen.get(value)
    if (value instanceof Date) return keep(value, new Date(value.getTime()))
    if (value instanceof RegExp) return keep(value, new RegExp(value.source, value.flags))
    if (value instanceof ArrayBuffer) return keep(value, value.slice(0))
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer) as ArrayBuffer
      const from = value as Uint8Array
      const Kind = (value instanceof DataView ? DataView : (globalThis as Record<string, unknown>)[(Object.getPrototypeOf(Uint8Array.prototype) as object, from)[Symbol.toStringTag]]) as new (buffer: ArrayBuffer, offset: number, length: number) => object
      return keep(value, new Kind(buffer, value.byteOffset, value instanceof DataView ? value.byteLength : from.length))
    }
    if (value instanceof Map) {
      const copy = keep(value, new Map<unknown, unknown>())
      for (const [key, item] of value as ReadonlyMap<unknown, unknown>) copy.set(clone(key), clone(item))
      return copy
    }
    if (value instanceof Set) {
      const copy = keep(value, new Set<unknown>())
      for (const item of value as ReadonlySet<unknown>) copy.add(clone(item))
      return copy
    }
    if (value instanceof Error) {
      const copy = keep(value, new (errors[value.name] ?? Error)(value.message))
      copy.stack = value.stack ?? ''
      if (value.cause !== undefined) copy.cause = clone(value.cause)
      return copy
    }
    if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) return refuse(value)
    if (value instanceof Boolean || value instanceof Number || value instanceof String) return keep(value, Object(value.valueOf()) as object)
    const copy = keep(value, (Array.isArray(value) ? new Array<unknown>(value.length) : {}) as Record<string, unknown>)
    for (const key of Object.keys(value)) Object.defineProperty(copy, key, { value: clone((value as Record<string, unknown>)[key]), enumerable: true, configurable: true, writable: true })
    return copy
  }
  return clone(given)
}
