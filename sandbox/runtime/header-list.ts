/** A record's headers in each shape that an author may give them: `{ name: value }`, a Map, a list of `{ key, value, schema? }`, ConnectHeaders. */
import { ConnectHeaders, type HeaderLike } from '../../src/data/headers.ts'
import { kindOf } from '../../src/data/struct.ts'

/** `fail` makes the error of what is wrong. */
export const headerList = (headers: unknown, fail: (what: string) => Error): readonly HeaderLike[] => {
  if (headers === null || headers === undefined) return []
  if (typeof headers !== 'object') throw fail(`headers is ${kindOf(headers)}; it must be { name: value }, a Map or a list of { key, value, schema? }`)
  if (headers instanceof ConnectHeaders) return [...headers]
  if (!Array.isArray(headers)) return (headers instanceof Map ? [...(headers as ReadonlyMap<unknown, unknown>)] : Object.entries(headers)).map(([key, value]) => checked({ key, value }, fail))
  for (const header of headers as readonly unknown[]) checked(header, fail)
  return headers as readonly HeaderLike[]
}
const checked = (header: unknown, fail: (what: string) => Error): HeaderLike => {
  const { key } = (header ?? {}) as { readonly key?: unknown }
  if (typeof key !== 'string') throw fail('headers has an entry without a string key; entries are { key, value, schema? }')
  return header as HeaderLike
}
