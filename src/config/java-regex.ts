/**
 * Regular expressions of configurations are Java's. Most are the same in JavaScript; what is spelled differently is translated,
 * what JavaScript cannot do is refused with a reason.
 */
import { invalidValue } from '../data/config-parse.ts'
import { LambdaValidator, type Validator } from '../data/config-validators.ts'
import { messageOf } from '../errors.ts'

const posixClasses: Readonly<Record<string, string>> = {
  Alpha: 'a-zA-Z', Digit: '0-9', Alnum: 'a-zA-Z0-9', Upper: 'A-Z', Lower: 'a-z', Space: '\\s', XDigit: '0-9a-fA-F',
  Punct: '!-\\/:-@\\[-`{-~', ASCII: '\\x00-\\x7F',
}
const translate = (text: string): { readonly source: string; readonly flags: string } => {
  const leading = /^\(\?([imsu]+)\)/.exec(text)
  const body = leading === null ? text : text.slice(leading[0].length)
  if (/[*+?}]\+/.test(body.replaceAll(/\\p\{\w+\}|\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x'))) throw new SyntaxError('possessive quantifiers are not supported')
  let inClass = false
  const source = body.replaceAll(/\\Q([^]*?)(?:\\E|$)|\\p\{(\w+)\}|\\([AzZh])|\\[^]|[[\]]/g, (all: string, quoted: string | undefined, posix: string | undefined, letter: string | undefined) => {
    if (all === '[' || all === ']') inClass = all === '['
    if (quoted !== undefined) return quoted.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    if (posix !== undefined && posixClasses[posix] !== undefined) return inClass ? posixClasses[posix] : `[${posixClasses[posix]}]`
    if (letter === 'A') return '^'
    if (letter === 'z' || letter === 'Z') return '$'
    if (letter === 'h') return inClass ? ' \\t\\xA0' : '[ \\t\\xA0]'
    return all
  })
  return { source, flags: [...new Set((leading?.[1] ?? '').replaceAll('u', ''))].join('') }
}

const compile = (text: string, frame: (source: string) => string): RegExp => {
  const { source, flags } = translate(text)
  try {
    return new RegExp(frame(source), `${flags}u`)
  } catch {
    // Java forgives escapes such as `\_` that JavaScript's unicode mode does not.
    return new RegExp(frame(source), flags)
  }
}

/** Matches whole texts, as Java's `matches`. Throws SyntaxError. */
export const fullMatch = (text: string): RegExp => compile(text, (source) => `^(?:${source})$`)
/** Finds the first match in a text, as Java's `find`. Throws SyntaxError. */
export const firstMatch = (text: string): RegExp => compile(text, (source) => source)

/** Kafka's check of a key that holds a regular expression. */
export const regexValidator: Validator = LambdaValidator.with((name, value) => {
  try {
    fullMatch(String(value ?? ''))
  } catch (error) {
    throw invalidValue(name, value, `Invalid regex: ${messageOf(error)}`)
  }
}, () => 'valid regex')
