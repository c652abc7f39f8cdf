/**
 * The text of a walker over everything reachable from some roots: own properties, symbols, prototypes, what getters return, what
 * functions hold. It reports every native function that is not one of the language's own, and every object whose prototype chain
 * does not end in this realm's Object.prototype: a host function, a handle or a foreign object would be one or the other.
 */
export const walkerSource = String.raw`
const standard = ['Object','Function','Array','Number','parseFloat','parseInt','Boolean','String','Symbol','Date','Promise','RegExp','Error','AggregateError','EvalError',
  'RangeError','ReferenceError','SyntaxError','TypeError','URIError','JSON','Math','Intl','ArrayBuffer','Uint8Array','Int8Array','Uint16Array','Int16Array','Uint32Array',
  'Int32Array','BigUint64Array','BigInt64Array','Uint8ClampedArray','Float32Array','Float64Array','Float16Array','DataView','Map','BigInt','Set','Iterator','WeakMap',
  'WeakSet','Proxy','Reflect','FinalizationRegistry','WeakRef','decodeURI','decodeURIComponent','encodeURI','encodeURIComponent','escape','unescape','eval','isFinite',
  'isNaN','Temporal','SuppressedError','DisposableStack','AsyncDisposableStack']
const text = Function.prototype.toString
const call = Function.prototype.call
const isNative = (f) => /\{\s*\[native code\]\s*\}\s*$/.test(call.call(text, f))
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, apply } = Reflect
// what a promise's executor gets: made anew each time, so no list can hold them. A function of the host has length 0
const isResolver = (f) => f.length === 1 && f.name === '' && getPrototypeOf(f) === Function.prototype && ownKeys(f).length === 2
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const objectPrototype = Object.prototype
const make = () => {
  const seen = new Set()
  const findings = []
  const visit = (root, name, allowed) => {
    const stack = [[root, name]]
    while (stack.length > 0) {
      const [value, path] = stack.pop()
      if (!isObject(value) || seen.has(value)) continue
      seen.add(value)
      let end = value
      try { for (let next = getPrototypeOf(end); next !== null; next = getPrototypeOf(next)) end = next } catch { continue }
      if (!allowed) {
        if (end !== objectPrototype && !(end === value) && getPrototypeOf(end) === null && ownKeys(end).includes('hasOwnProperty')) findings.push('foreign object: ' + path)
        if (typeof value === 'function' && isNative(value) && !isResolver(value)) findings.push('native function: ' + path)
      }
      stack.push([getPrototypeOf(value), path + '.__proto__'])
      if (ArrayBuffer.isView(value) && value.length > 64) continue
      for (const key of ownKeys(value)) {
        const step = path + '.' + String(key)
        const property = getOwnPropertyDescriptor(value, key)
        if (property === undefined) continue
        if ('value' in property) stack.push([property.value, step])
        else {
          stack.push([property.get, step + ':get'], [property.set, step + ':set'])
          try { stack.push([apply(property.get, value, []), step + '()']) } catch (error) { stack.push([error, step + '()!']) }
        }
      }
    }
  }
  const iterators = [[][Symbol.iterator](), new Map().entries(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g), [].values().map((x) => x), Iterator.from({ next() {} }),
    (function* () {})(), (async function* () {})(), async () => {}, function* () {}, async function* () {}, (function () { return arguments })(), new Intl.Segmenter().segment('a'), new Intl.Segmenter().segment('a')[Symbol.iterator]()]
  const begin = () => {
    for (const name of standard) visit(globalThis[name], name, true)
    for (const each of iterators) visit(getPrototypeOf(each), 'iterator', true)
    const callee = getOwnPropertyDescriptor((function () { 'use strict'; return arguments })(), 'callee')
    visit(callee.get, 'thrower', true)
    visit(callee.set, 'thrower', true)
    // V8's own: stack frames as objects, and the accessors of error.stack
    const before = Error.prepareStackTrace
    let sites = []
    Error.prepareStackTrace = (_error, frames) => { sites = frames; return '' }
    void new Error().stack
    Error.prepareStackTrace = before
    visit(getPrototypeOf(sites[0]), 'CallSite', true)
    visit(getOwnPropertyDescriptor(new Error(), 'stack')?.get, 'stack', true)
    visit(getOwnPropertyDescriptor(new Error(), 'stack')?.set, 'stack', true)
  }
  return { begin, visit, findings, count: () => seen.size }
}
`
