/** `assert`, for the checks packages make of themselves. */
import { inspect } from './util-format.ts'
import { isDeepStrictEqual } from './util.ts'

export class AssertionError extends Error {
  override readonly name = 'AssertionError'
  readonly code = 'ERR_ASSERTION'
  readonly actual: unknown
  readonly expected: unknown
  readonly operator: string
  constructor({ message, actual, expected, operator = 'fail' }: { readonly message?: string; readonly actual?: unknown; readonly expected?: unknown; readonly operator?: string }) {
    super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`)
    this.actual = actual
    this.expected = expected
    this.operator = operator
  }
}
const check = (passed: boolean, operator: string, actual: unknown, expected: unknown, message: unknown): void => {
  if (passed) return
  if (message instanceof Error) throw message
  throw new AssertionError({ actual, expected, operator, ...(typeof message === 'string' ? { message } : {}) })
}
/** `==` of simple values of different types is equality as numbers. */
const looselyEqual = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || a === b || (a == null && b == null) || (a != null && b != null && typeof a !== typeof b && typeof a !== 'object' && typeof b !== 'object' && Number(a) === Number(b))
const ok = (value: unknown, message?: unknown): void => check(Boolean(value), '==', value, true, message)
const matches = (error: unknown, expected: unknown): boolean => {
  if (expected === undefined || typeof expected === 'string') return true
  if (expected instanceof RegExp) return expected.test(String(error))
  if (typeof expected === 'function') return (expected as { readonly prototype?: unknown }).prototype !== undefined && error instanceof (expected as new () => object) || Error.isPrototypeOf(expected) === false && (expected as (error: unknown) => unknown)(error) === true
  return Object.entries(expected as object).every(([key, value]) => isDeepStrictEqual((error as Record<string, unknown>)[key], value))
}
const assert = Object.assign((value: unknown, message?: unknown) => ok(value, message), {
  AssertionError, ok,
  equal: (a: unknown, b: unknown, message?: unknown) => check(looselyEqual(a, b), '==', a, b, message),
  notEqual: (a: unknown, b: unknown, message?: unknown) => check(!looselyEqual(a, b), '!=', a, b, message),
  strictEqual: (a: unknown, b: unknown, message?: unknown) => check(Object.is(a, b), 'strictEqual', a, b, message),
  notStrictEqual: (a: unknown, b: unknown, message?: unknown) => check(!Object.is(a, b), 'notStrictEqual', a, b, message),
  deepEqual: (a: unknown, b: unknown, message?: unknown) => check(isDeepStrictEqual(a, b), 'deepEqual', a, b, message),
  deepStrictEqual: (a: unknown, b: unknown, message?: unknown) => check(isDeepStrictEqual(a, b), 'deepStrictEqual', a, b, message),
  notDeepStrictEqual: (a: unknown, b: unknown, message?: unknown) => check(!isDeepStrictEqual(a, b), 'notDeepStrictEqual', a, b, message),
  match: (text: string, pattern: RegExp, message?: unknown) => check(pattern.test(text), 'match', text, pattern, message),
  fail: (message?: unknown) => check(false, 'fail', undefined, undefined, message ?? 'Failed'),
  ifError: (value: unknown) => {
    if (value !== null && value !== undefined) throw value
  },
  throws: (run: () => unknown, expected?: unknown, message?: unknown) => {
    try {
      run()
    } catch (error) {
      if (matches(error, expected)) return
      throw error
    }
    check(false, 'throws', undefined, expected, message ?? 'Missing expected exception.')
  },
  rejects: async (run: Promise<unknown> | (() => Promise<unknown>), expected?: unknown, message?: unknown) => {
    try {
      await (typeof run === 'function' ? run() : run)
    } catch (error) {
      if (matches(error, expected)) return
      throw error
    }
    check(false, 'rejects', undefined, expected, message ?? 'Missing expected rejection.')
  },
})
export const assertModule: unknown = Object.assign(assert, { strict: assert })
