/**
 * Regular expressions of configurations are Java's. Most are the same in JavaScript; what is spelled differently is translated,
 * what JavaScript cannot do is refused with a reason.
 */
import { invalidValue } from '../data/config-parse.ts'
import { LambdaValidator, type Validator } from '../data/config-validators.ts'
import { messageOf } from '../errors.ts'
import { charAt, classAt, escapeAt, literal, literals } from './java-regex-class.ts'

const lineEnd = '\\n\\r\\x85\\u2028\\u2029'
/** JavaScript's `^` and `$` without its flag `m` mean the ends of the text; `\Z` and `$` also hold before a last line end. */
const lastLineEnd = `(?=(?:\\r\\n|[${lineEnd}])?$)`
const lines = { start: `(?:^|(?<=[${lineEnd}])(?<!\\r(?=\\n))(?!$))`, end: '(?:$|(?<!\\r)(?=\\n)|(?=[\\r\\x85\\u2028\\u2029]))' } as const
const anchors: Readonly<Record<string, string>> = { A: '^', G: '^', z: '$', Z: lastLineEnd, b: '\\b', B: '\\B', R: `(?:\\r\\n|[\\x0B\\f${lineEnd}])` }

class Translator {
  readonly #text: string
  readonly #flags: string
  #at: number
  #groups = 0

  constructor(text: string) {
    const leading = /^\(\?([imsxu]+)\)/.exec(text)
    this.#text = text
    this.#flags = leading?.[1] ?? ''
    this.#at = leading?.[0].length ?? 0
  }
  translate(): { readonly source: string; readonly flags: string } {
    let source = ''
    while (this.#at < this.#text.length) source += this.#next()
    return { source, flags: this.#flags.includes('i') ? 'vi' : 'v' }
  }

  #take(length: number, source: string): string {
    this.#at += length
    return source
  }
  #next(): string {
    const char = charAt(this.#text, this.#at)
    switch (char) {
      case '\\':
        return this.#escape()
      case '[': {
        const { source, end } = classAt(this.#text, this.#at, this.#flags.includes('x'))
        return this.#take(end - this.#at, source)
      }
      case '(':
        return this.#open()
      case '.':
        return this.#take(1, this.#flags.includes('s') ? '[^]' : `[^${lineEnd}]`)
      case '^':
        return this.#take(1, this.#flags.includes('m') ? lines.start : '^')
      case '$':
        return this.#take(1, this.#flags.includes('m') ? lines.end : lastLineEnd)
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#quantifier()
      case ')':
      case '|':
        return this.#take(1, char)
    }
    if (this.#flags.includes('x') && /[\s#]/.test(char)) return this.#take(/^(?:\s|#[^\n]*)/.exec(this.#text.slice(this.#at))?.[0].length ?? 1, '')
    return this.#take(char.length, literal(char))
  }
  #quantifier(): string {
    const [all, body, mode] = /^([*+?]|\{\d+(?:,\d*)?\})([?+])?/.exec(this.#text.slice(this.#at)) ?? []
    if (all === undefined) throw new SyntaxError('an illegal repetition')
    if (mode === '+') throw new SyntaxError('possessive quantifiers are not supported')
    return this.#take(all.length, `${body}${mode ?? ''}`)
  }
  #open(): string {
    const rest = this.#text.slice(this.#at)
    const [opening, name] = /^\((?:\?(?:[:=!]|<[=!]|<([a-zA-Z][a-zA-Z0-9]*)>))?/.exec(rest) ?? ['(']
    if (opening === '(') {
      if (rest.startsWith('(?>')) throw new SyntaxError('independent groups (?>…) are not supported')
      if (/^\(\?[a-zA-Z-]*[:)]/.test(rest)) throw new SyntaxError('flags in the middle of an expression are not supported')
      if (rest[1] === '?') throw new SyntaxError('an unknown kind of group')
    }
    if (opening === '(' || name !== undefined) this.#groups++
    return this.#take(opening.length, opening)
  }
  #escape(): string {
    const text = this.#text
    const letter = text[this.#at + 1] ?? ''
    if (letter === 'Q') {
      const close = text.indexOf('\\E', this.#at)
      const quoted = text.slice(this.#at + 2, close < 0 ? text.length : close)
      return this.#take(quoted.length + (close < 0 ? 2 : 4), literals(quoted))
    }
    const anchor = anchors[letter]
    if (anchor !== undefined && text[this.#at + 2] !== '{') return this.#take(2, anchor)
    const [named] = /^\\k<[a-zA-Z][a-zA-Z0-9]*>/.exec(text.slice(this.#at)) ?? []
    if (named !== undefined) return this.#take(named.length, named)
    if (/[1-9]/.test(letter)) return this.#reference()
    const escape = escapeAt(text, this.#at)
    if (escape === null) throw new SyntaxError(`\\${letter} is not supported`)
    return this.#take(escape.end - this.#at, escape.source)
  }
  /** As many digits as still name a group that has begun; one that does not exist never matches. */
  #reference(): string {
    const digits = /^\d+/.exec(this.#text.slice(this.#at + 1))?.[0] ?? ''
    let length = 1
    while (length < digits.length && Number(digits.slice(0, length + 1)) <= this.#groups) length++
    const group = digits.slice(0, length)
    // in a group of its own, so that no digit behind it joins in
    return this.#take(length + 1, Number(group) <= this.#groups ? `(?:\\${group})` : '(?!)')
  }
}

const compile = (text: string, frame: (source: string) => string): RegExp => {
  const { source, flags } = new Translator(text).translate()
  return new RegExp(frame(source), flags)
}

/** Matches whole texts, as Java's `matches`. Throws SyntaxError. */
export const fullMatch = (text: string): RegExp => compile(text, (source) => `^(?:${source})$`)
/** Finds the first match in a text, as Java's `find`. Throws SyntaxError. */
export const firstMatch = (text: string): RegExp => compile(text, (source) => source)

/** What JavaScript says first: the pattern as we have translated it, which is not what was written. */
const translated = /^Invalid regular expression: \/.*\/\w*: /s
/** Kafka's check of a key that holds a regular expression. */
export const regexValidator: Validator = LambdaValidator.with((name, value) => {
  try {
    fullMatch(String(value ?? ''))
  } catch (error) {
    throw invalidValue(name, value, `Invalid regex: ${messageOf(error).replace(translated, '')}`)
  }
}, () => 'valid regex')
