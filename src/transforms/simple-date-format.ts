/**
 * java.text.SimpleDateFormat, lenient, in English and UTC: letters G y Y M L w W D d F E u a H k K h m s S z Z X, quotes.
 * A pattern that is wrong throws IllegalArgumentException in Java's words. Writing is in date-format-write.ts, reading in date-format-read.ts.
 */
import { readDate } from './date-format-read.ts'
import { writeDate } from './date-format-write.ts'
import { IllegalArgumentException } from './java-errors.ts'

/** A run of one letter, or text that stands for itself. */
export type PatternPart = { readonly letter: string; readonly count: number } | { readonly text: string }

const letters = 'GyMdkHmsSEDFwWahKzZYuXL'

const partsOf = (pattern: string): readonly PatternPart[] => {
  const parts: PatternPart[] = []
  let text = ''
  const endText = (): void => {
    if (text !== '') parts.push({ text })
    text = ''
  }
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] as string
    if (char === '\'') {
      const quoted = quotedText(pattern, at)
      text += quoted.text
      at = quoted.end
    } else if (/[a-zA-Z]/.test(char)) {
      if (!letters.includes(char)) throw new IllegalArgumentException(`Illegal pattern character '${char}'`)
      let end = at
      while (pattern[end] === char) end++
      if (char === 'X' && end - at > 3) throw new IllegalArgumentException(`invalid ISO 8601 format: length=${end - at}`)
      endText()
      parts.push({ letter: char, count: end - at })
      at = end
    } else {
      text += char
      at++
    }
  }
  endText()
  return parts
}

/** Two quotes are one, inside and outside of quoted text. */
const quotedText = (pattern: string, start: number): { readonly text: string; readonly end: number } => {
  if (pattern[start + 1] === '\'') return { text: '\'', end: start + 2 }
  let text = ''
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] !== '\'') text += pattern[at]
    else if (pattern[at + 1] === '\'') text += pattern[at++]
    else return { text, end: at + 1 }
  }
  throw new IllegalArgumentException('Unterminated quote')
}

export class SimpleDateFormat {
  readonly pattern: string
  readonly #parts: readonly PatternPart[]
  /** Years of two digits lie in the hundred years that begin here: 80 years before the format was made. */
  readonly #centuryStart: number

  constructor(pattern: string, now: number = Date.now()) {
    this.pattern = pattern
    this.#parts = partsOf(pattern)
    const start = new Date(now)
    this.#centuryStart = start.setUTCFullYear(start.getUTCFullYear() - 80)
  }
  format(ms: number): string {
    return writeDate(this.#parts, ms)
  }
  /** Milliseconds since the epoch, or null when the text does not match. What follows the match is ignored. */
  parse(text: string): number | null {
    return readDate(this.#parts, text, this.#centuryStart)
  }
}
