/**
 * The tokens of Kafka's `Values` parser: the delimiters `: , { } [ ] "` and what stands between them. A backslash keeps the next
 * character from being a delimiter, and stays in the text.
 */
import { javaTrim } from './config-parse.ts'

const delimiters = ':,{}[]"'
export const isBlank = (text: string): boolean => javaTrim(text) === ''

export class Tokens {
  readonly original: string
  #position = 0
  /** Looked at, not taken. */
  #ahead: string | null = null

  constructor(text: string) {
    this.original = text
  }
  get hasNext(): boolean {
    return this.#ahead !== null || this.#position < this.original.length
  }
  mark(): number {
    return this.#position - (this.#ahead?.length ?? 0)
  }
  rewindTo(mark: number): void {
    this.#position = mark
    this.#ahead = null
  }
  next(): string {
    const token = this.#ahead ?? this.#read()
    this.#ahead = null
    return token
  }
  /** The text of so many tokens; null, and nothing taken, when there are fewer. */
  take(count: number): string | null {
    const start = this.mark()
    for (let left = count; left > 0; left--) {
      if (!this.hasNext) {
        this.rewindTo(start)
        return null
      }
      this.next()
    }
    return this.original.slice(start, this.#position)
  }
  /** Takes the next token if it is this one, blanks around it aside. */
  consume(expected: string): boolean {
    if (this.#ahead === null) {
      if (!this.hasNext) return false
      this.#ahead = this.#read()
    }
    while (isBlank(this.#ahead) && this.#position < this.original.length) this.#ahead = this.#read()
    if (javaTrim(this.#ahead) !== expected) return false
    this.#ahead = null
    return true
  }
  #read(): string {
    const start = this.#position
    let escaped = false
    for (; this.#position < this.original.length; this.#position++) {
      const char = this.original[this.#position] as string
      if (!escaped && delimiters.includes(char)) {
        if (this.#position === start) this.#position++
        break
      }
      escaped = char === '\\' && !escaped
    }
    return this.original.slice(start, this.#position)
  }
}
