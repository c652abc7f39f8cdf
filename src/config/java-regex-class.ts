/** Character classes of Java's regular expressions as JavaScript's `v` mode spells them: unions, intersections, predefined and named classes. */

const hex = (code: number): string => `\\u{${code.toString(16)}}`
/** A character that means itself, in a class or out of one. */
export const literal = (char: string): string => (/^[A-Za-z0-9]$/.test(char) ? char : hex(char.codePointAt(0) ?? 0))
export const literals = (text: string): string => Array.from(text, literal).join('')
export const charAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0)

const posix: Readonly<Record<string, string>> = {
  Alpha: 'a-zA-Z', Digit: '0-9', Alnum: 'a-zA-Z0-9', Upper: 'A-Z', Lower: 'a-z', Space: ' \\t\\n\\x0B\\f\\r', XDigit: '0-9a-fA-F', Punct: '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E', ASCII: '\\x00-\\x7F', Graph: '\\x21-\\x7E', Print: '\\x20-\\x7E',
  Blank: ' \\t', Cntrl: '\\x00-\\x1F\\x7F', all: '\\u{0}-\\u{10FFFF}', L1: '\\x00-\\xFF', LC: '\\p{Lu}\\p{Ll}\\p{Lt}', LD: '\\p{L}\\p{Nd}',
  javaLowerCase: '\\p{Lowercase}', javaUpperCase: '\\p{Uppercase}', javaAlphabetic: '\\p{Alphabetic}', javaLetter: '\\p{L}', javaDigit: '\\p{Nd}', javaLetterOrDigit: '\\p{L}\\p{Nd}', javaTitleCase: '\\p{Lt}', javaSpaceChar: '\\p{Z}', javaIdeographic: '\\p{Ideographic}',
}
/** What `\d`, `\s` and their like stand for: ASCII only, unlike JavaScript's `\s`. */
const predefined: Readonly<Record<string, string>> = { d: '0-9', w: 'a-zA-Z0-9_', s: ' \\t\\n\\x0B\\f\\r', v: '\\n\\x0B\\f\\r\\x85\\u2028\\u2029', h: ' \\t\\xA0\\u1680\\u180E\\u2000-\\u200A\\u202F\\u205F\\u3000' }

/** `\p{…}` and `\P{…}`; names that JavaScript does not know either are its own errors. */
const named = (name: string, negated: boolean): string => {
  const known = posix[name]
  if (known !== undefined) return `[${negated ? '^' : ''}${known}]`
  const [, key, value] = /^(\w+)=(\w+)$/.exec(name) ?? []
  if (name.startsWith('In') || key === 'block' || key === 'blk') throw new SyntaxError(`blocks of Unicode such as {${name}} are not supported`)
  const letter = negated ? 'P' : 'p'
  if (key !== undefined) return `\\${letter}{${/^(sc|script)$/i.test(key) ? 'Script' : 'General_Category'}=${value}}`
  if (!name.startsWith('Is')) return `\\${letter}{gc=${name}}`
  const bare = name.slice(2)
  for (const candidate of [bare, `Script=${bare}`, bare.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')]) if (isProperty(candidate)) return `\\${letter}{${candidate}}`
  throw new SyntaxError(`unknown character property {${name}}`)
}
const isProperty = (name: string): boolean => {
  try {
    return new RegExp(`\\p{${name}}`, 'v').source !== ''
  } catch {
    return false
  }
}

export type Piece = { readonly source: string; readonly end: number; /** Of one character: its code. */ readonly code?: number }
const one = (code: number, end: number): Piece => ({ source: hex(code), end, code })
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }

/** The escape at a backslash, if it is one that stands for a character or a class; null for any other. Throws for what Java refuses too. */
export const escapeAt = (text: string, at: number): Piece | null => {
  const letter = text[at + 1]
  if (letter === undefined) throw new SyntaxError('a backslash at the end')
  const control = controls[letter]
  if (control !== undefined) return one(control, at + 2)
  const set = predefined[letter.toLowerCase()]
  if (set !== undefined) return { source: `[${letter < 'a' ? '^' : ''}${set}]`, end: at + 2 }
  const rest = text.slice(at + 1)
  const number = /^(?:x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4}))/.exec(rest)
  if (number) return one(parseInt(number[1] ?? number[2] ?? number[3] ?? '', 16), at + 1 + number[0].length)
  const octal = /^0([0-3]?[0-7]{1,2})/.exec(rest)
  if (octal) return one(parseInt(octal[1] ?? '', 8), at + 1 + octal[0].length)
  const property = /^[pP](?:\{([\w=]+)\}|(\w))/.exec(rest)
  if (property) return { source: named(property[1] ?? property[2] ?? '', letter === 'P'), end: at + 1 + property[0].length }
  if (letter === 'c' && rest.length > 1) return one(rest.charCodeAt(1) ^ 64, at + 3)
  if (/[A-Za-z0-9]/.test(letter)) return null
  const char = charAt(text, at + 1)
  return one(char.codePointAt(0) ?? 0, at + 1 + char.length)
}

/** The class that opens at this bracket. `comments`: white space between its parts is ignored, as `(?x)` asks. */
export const classAt = (text: string, opening: number, comments: boolean): Piece => {
  const negated = text[opening + 1] === '^'
  const operands: string[] = []
  let items = ''
  let at = opening + (negated ? 2 : 1)
  for (let isFirst = true; ; isFirst = false) {
    const char = text[at]
    if (char === undefined) throw new SyntaxError('a character class that is not closed')
    if (char === ']' && !isFirst) break
    if (text.startsWith('&&', at)) {
      if (items !== '') operands.push(items)
      items = ''
      at += 2
    } else if (char === '[') {
      const inner = classAt(text, at, comments)
      items += inner.source
      at = inner.end
    } else if (comments && /\s/.test(char)) at++
    else {
      const { source, end } = rangeAt(text, at, comments)
      items += source
      at = end
    }
  }
  if (items !== '') operands.push(items)
  const source = operands.length === 1 ? operands[0] : operands.map((operand) => `[${operand}]`).join('&&')
  return { source: `[${negated ? '^' : ''}${source}]`, end: at + 1 }
}
/** One character, a range of them, a quoted text, or an escape for several. */
const rangeAt = (text: string, at: number, comments: boolean): Piece => {
  if (text.startsWith('\\Q', at)) {
    const close = text.indexOf('\\E', at)
    return { source: literals(text.slice(at + 2, close < 0 ? text.length : close)), end: close < 0 ? text.length : close + 2 }
  }
  const first = singleAt(text, at)
  const skipped = (from: number): number => (comments ? from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0) : from)
  const dash = skipped(first.end)
  const to = skipped(dash + 1)
  if (first.code === undefined || text[dash] !== '-' || to >= text.length || text[to] === ']' || text[to] === '[') return first
  const last = singleAt(text, to)
  if (last.code === undefined || last.code < first.code) throw new SyntaxError('an illegal range of characters')
  return { source: `${first.source}-${last.source}`, end: last.end }
}
const singleAt = (text: string, at: number): Piece => {
  if (text[at] !== '\\') {
    const char = charAt(text, at)
    return { source: literal(char), end: at + char.length, code: char.codePointAt(0) ?? 0 }
  }
  const escape = escapeAt(text, at)
  if (escape === null) throw new SyntaxError(`an unknown escape ${text.slice(at, at + 2)} in a character class`)
  return escape
}
