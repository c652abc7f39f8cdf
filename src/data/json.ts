/**
 * The one way to read JSON whose keys come from outside, for both sides of the wall.
 *
 * The scar: V8 14.6 (Node 26) guesses a key from an earlier object with the same keys before it, and compares that guess with as many characters of
 * the text as the key has once its escapes are read: `"x\n"` has two, which in the text are `x\`. After any object with the keys `a` and `x\` (also
 * one that no JSON made), the second key of `{"a":1,"x\n":1}` is read as `x\`, silently. Who may choose keys can so make the keys of others wrong.
 * Only keys that are written with an escape are ever misread, and values never are.
 *
 * The other scar: where it gives up on a text nested more than some 8,000 deep (`[`, then 9,000 times `[1,`, then `1]`), the same V8 damages its
 * own memory, and the process ends sooner or later. Thirty kilobytes of a record were enough. Such texts are refused before it sees them.
 */
export type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown

/** Far more than anybody means, far less than does harm. */
export const maxJsonDepth = 4000

/** True when objects and arrays are nested deeper than `limit`. */
export const isDeeperThan = (text: string, limit: number): boolean => {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 92) index++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      if (++depth > limit) return true
    } else if (code === 125 || code === 93) depth--
  }
  return false
}
/** Not for `JSON.parse`. Costs nothing for short texts. */
export const isTooDeep = (text: string): boolean => text.length > maxJsonDepth && isDeeperThan(text, maxJsonDepth)

// as it was before anybody could replace it
const native = JSON.parse as (text: string, reviver?: Reviver) => unknown

/** JSON.parse: the same values and errors, and every key as it is written; a SyntaxError for what is nested too deep. Costs a search for a backslash where there is none. */
export const parseJson = (text: string, reviver?: Reviver): unknown => {
  if (isTooDeep(text)) throw new SyntaxError(`JSON nested more than ${maxJsonDepth} deep`)
  const plain = native(text, text.includes('\\') ? undefined : reviver)
  if (!text.includes('\\')) return plain
  return hasEscapedKey(text) ? withKeysApart(text, reviver) : reviver === undefined ? plain : native(text, reviver)
}

const quote = 0x22, backslash = 0x5c
/** Some key is written with an escape. One pass: from each escape to the end of its string. */
export const hasEscapedKey = (text: string): boolean => {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
    do at++
    while (' \t\n\r'.includes(text[at] ?? 'x'))
    if (text[at] === ':') return true
  }
  return false
}

const strings = /"((?:[^"\\]|\\.)*)"(\s*:)?/g
/** Escaped keys give their places to plain ones while the text is read, and come back into the objects they belong to. `text` is known to be JSON. */
const withKeysApart = (text: string, reviver: Reviver | undefined): unknown => {
  let mark = '\ue000'
  while (text.includes(mark)) mark += '\ue000'
  const keys: string[] = []
  // a string alone is read as a value
  const marked = text.replaceAll(strings, (token: string, content: string, colon: string | undefined) =>
    colon !== undefined && content.includes('\\') ? `"${mark}${keys.push(native(`"${content}"`) as string) - 1}"${colon}` : token)
  const keyOf = (key: string): string => (key.startsWith(mark) ? (keys[Number(key.slice(mark.length))] ?? key) : key)

  const sources = new Map<object, Map<string, string>>()
  const tree = native(marked, function (this: unknown, key, value, { source }) {
    if (source !== undefined) sources.set(this as object, (sources.get(this as object) ?? new Map<string, string>()).set(keyOf(key), source))
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.keys(value).some((name) => name.startsWith(mark))) return value
    const restored = {}
    for (const [name, item] of Object.entries(value)) put(restored, keyOf(name), item)
    sources.set(restored, sources.get(value) ?? new Map())
    return restored
  })
  return reviver === undefined ? tree : revived({ '': tree }, '', reviver, sources)
}
/** `__proto__` is a key like any other. */
const put = (object: object, key: string, value: unknown): unknown => Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })

/** What JSON.parse does with a reviver: from the leaves up, what is returned in place of what was read. */
const revived = (holder: object, key: string, reviver: Reviver, sources: ReadonlyMap<object, ReadonlyMap<string, string>>): unknown => {
  const value = (holder as Readonly<Record<string, unknown>>)[key]
  if (typeof value !== 'object' || value === null) {
    const source = sources.get(holder)?.get(key)
    return reviver.call(holder, key, value, source === undefined ? {} : { source })
  }
  for (const name of Object.keys(value)) {
    const item = revived(value, name, reviver, sources)
    if (item === undefined) Reflect.deleteProperty(value, name)
    else put(value, name, item)
  }
  return reviver.call(holder, key, value, {})
}
