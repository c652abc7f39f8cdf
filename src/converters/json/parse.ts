/**
 * JSON text to a tree, the way Connect's JsonConverter sets up Jackson: leading zeros are read over, what follows the first value
 * is ignored, of equal keys the last wins. Numbers that JavaScript cannot hold exactly keep their text.
 * `JSON.parse` does the work where it reads the same; the parser below does the rest and finds where a part of a document ends.
 */
import { DataException } from '../../data/errors.ts'
import { hasEscapedKey, isTooDeep } from '../../data/json.ts'

/** A number as written. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text)
  }
}
export type JsonNode = null | boolean | number | string | JsonNumber | readonly JsonNode[] | { readonly [key: string]: JsonNode }
/** `missing`: no value at all (empty or blank input). */
export type Parsed = { readonly node: JsonNode; readonly missing: boolean }

const failure = 'Converting byte[] to Kafka Connect data failed due to serialization error: '
const maxDepth = 500
/** Control characters and halves of surrogate pairs are no text for logs and headers. */
const shown = (char: string): string => (/\p{C}/u.test(char) ? `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}` : `'${char}'`)

/** Sixteen digits may be more than a double holds, and so may a power of ten; only then numbers need their text. Escaped surrogates are looked at as well. */
const inexact = /\d{16}|\\u[dD][89a-fA-F]|\d[eE][+-]?\d+\s*(?:[,}\]]|$)/
/** Without a schema `1.0` is a Double and `1` a Long. */
const wholeDouble = /\.0+\s*(?:[,}\]]|$)/
/** Whether `JSON.parse` would read this text otherwise than Kafka does; of escaped keys, and of texts it must not see, data/json.ts tells. */
export const needsOwnParser = (text: string, schemaless: boolean): boolean => inexact.test(text) || hasEscapedKey(text) || isTooDeep(text) || (schemaless && wholeDouble.test(text))
/** The double of a number's text. Zero has no sign, as in the BigDecimal that Jackson makes first; what is too small for a double keeps its own. */
export const doubleOfText = (text: string): number => {
  const value = Number(text)
  return value === 0 && /^-?[0.]+(?:[eE]|$)/.test(text) ? 0 : value
}
/** What there is in an empty document: Jackson's MISSING, which is neither null nor of any type. */
export const missingNode: JsonNode = Object.freeze([])

/** `exactNumbers`: every number keeps its text (decimals need their scale). Throws a DataException in Kafka's words. */
export const parseJson = (text: string, exactNumbers = false, schemaless = true): Parsed => {
  if (!exactNumbers && !needsOwnParser(text, schemaless)) {
    try {
      return { node: JSON.parse(text) as JsonNode, missing: false }
    } catch {
      // read again below: lenient where Jackson is, and with its own errors where not
    }
  }
  const parser = new Parser(text)
  if (parser.atEnd) return { node: missingNode, missing: true }
  return { node: parser.value(0), missing: false }
}

/** The members of a JSON object with the places of their values; null when the text is no object. */
export const objectMembers = (text: string): readonly { readonly key: string; readonly start: number; readonly end: number }[] | null => {
  const parser = new Parser(text)
  return parser.atEnd || text[parser.position] !== '{' ? null : parser.members()
}

class Parser {
  position = 0
  readonly #text: string
  constructor(text: string) {
    this.#text = text
    this.#blank()
  }
  get atEnd(): boolean {
    return this.position >= this.#text.length
  }
  value(depth: number): JsonNode {
    this.#blank()
    const char = this.#text[this.position]
    if (depth > maxDepth) return this.#fail('nested too deep')
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#array(depth)
    if (char === '"') return this.#string()
    if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) return this.#number(depth)
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.#text.startsWith(word, this.position) && !/[\p{L}\p{N}_$]/u.test(this.#text[this.position + word.length] ?? ' ')) {
        this.position += word.length
        return value
      }
    }
    return char === undefined ? this.#fail('Unexpected end-of-input') : this.#fail(`Unexpected character ${shown(char)}`)
  }
  members(): { readonly key: string; readonly start: number; readonly end: number }[] {
    const found: { readonly key: string; readonly start: number; readonly end: number }[] = []
    this.#each('}', () => {
      const key = this.#key()
      this.#blank()
      const start = this.position
      this.value(1)
      found.push({ key, start, end: this.position })
    })
    return found
  }

  #object(depth: number): JsonNode {
    const object: Record<string, JsonNode> = {}
    this.#each('}', () => {
      const key = this.#key()
      const value = this.value(depth + 1)
      // `__proto__` is a key like any other
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
      else object[key] = value
    })
    return object
  }
  #array(depth: number): JsonNode {
    const items: JsonNode[] = []
    this.#each(']', () => items.push(this.value(depth + 1)))
    return items
  }
  #each(close: string, read: () => void): void {
    this.position++
    this.#blank()
    if (this.#text[this.position] === close) {
      this.position++
      return
    }
    for (;;) {
      read()
      this.#blank()
      const char = this.#text[this.position++]
      if (char === close) return
      if (char !== ',') this.#fail(char === undefined ? 'Unexpected end-of-input' : `Unexpected character ${shown(char)}: was expecting comma or '${close}'`)
    }
  }
  #key(): string {
    this.#blank()
    if (this.#text[this.position] !== '"') this.#fail('was expecting double-quote to start field name')
    const key = this.#string()
    // Jackson reads an unpaired surrogate in a value, and none in a key
    if (!key.isWellFormed()) this.#fail('Invalid UTF-8 in a field name')
    this.#blank()
    if (this.#text[this.position++] !== ':') this.#fail('was expecting a colon to separate field name and value')
    return key
  }
  #string(): string {
    const start = this.position
    let end = start + 1
    for (;;) {
      const code = this.#text.charCodeAt(end)
      if (code === 0x22) break
      if (Number.isNaN(code)) return this.#fail('Unexpected end-of-input: was expecting closing quote for a string value')
      if (code < 0x20) return this.#fail(`Illegal unquoted character (code ${code}) in a string value`)
      end += code === 0x5c ? 2 : 1
    }
    this.position = end + 1
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch {
      return this.#fail('Unrecognized character escape')
    }
  }
  #number(depth: number): JsonNode {
    const match = /-?(\d+)(\.\d+)?([eE][+-]?\d+)?/y
    match.lastIndex = this.position
    const [text] = match.exec(this.#text) ?? ['']
    const next = this.#text[this.position + text.length] ?? ' '
    // a number that is the whole document ends with it, or with a blank
    if (text === '' || /[\p{L}\p{N}_$.+-]/u.test(next) || (depth === 0 && !' \t\n\r'.includes(next))) return this.#fail(`Unexpected character ${shown(next)} in a number`)
    this.position += text.length
    return new JsonNumber(text.replace(/^(-?)0+(?=\d)/, '$1'))
  }
  #blank(): void {
    while (' \t\n\r'.includes(this.#text[this.position] ?? '?')) this.position++
  }
  #fail(what: string): never {
    const lines = this.#text.slice(0, this.position).split('\n')
    throw new DataException(failure, { cause: new DataException(`com.fasterxml.jackson.core.JsonParseException: ${what} at [line: ${lines.length}, column: ${(lines.at(-1)?.length ?? 0) + 1}]`) })
  }
}
