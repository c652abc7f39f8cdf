/**
 * Cuts bytes into lines. Line ends are `\n`, `\r\n` and a lone `\r`, as in Java; a `\r` that is the last byte so far waits for
 * the next one. Text is decoded a chunk at a time; byte positions come for nothing while the text is ASCII, and from a second
 * walk over the bytes otherwise (terminators are ASCII, so text and bytes have the same lines).
 */
const lineFeed = 10
const carriageReturn = 13
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class LineCutter {
  /** Bytes after the last complete line. */
  #rest: Uint8Array = new Uint8Array(0)
  /** The complete lines at hand: their text, and their bytes unless each character is one byte. */
  #text = ''
  #bytes: Uint8Array | null = null
  #hasReturns = false
  #charAt = 0
  #byteAt = 0
  /** Position in the file of the first byte of #text. */
  #base: number

  constructor(position: number) {
    this.#base = position
  }

  /** To be called when `cut` has taken every line. */
  add(bytes: Uint8Array): void {
    this.#base += this.#byteAt
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes)
    const end = afterLastTerminator(all, all.length - bytes.length)
    const lines = all.subarray(0, end)
    this.#rest = end === 0 ? all : all.slice(end)
    this.#text = decoder.decode(lines)
    // the same count of units as of bytes: each byte is one unit, also where U+FFFD stands for a broken one
    this.#bytes = this.#text.length === lines.length ? null : lines
    this.#hasReturns = lines.includes(carriageReturn)
    this.#charAt = 0
    this.#byteAt = 0
  }

  /** Up to `max` lines; `position` is that of the byte after the line's terminator. */
  cut(max: number, each: (line: string, position: number) => void): void {
    const text = this.#text
    const bytes = this.#bytes
    let at = this.#charAt
    let byteAt = this.#byteAt
    for (let left = max; left > 0 && at < text.length; left--) {
      const end = this.#hasReturns ? terminator(text, at) : text.indexOf('\n', at)
      const next = this.#hasReturns && text.charCodeAt(end) === carriageReturn && text.charCodeAt(end + 1) === lineFeed ? end + 2 : end + 1
      byteAt = bytes === null ? next : afterTerminator(bytes, byteAt, this.#hasReturns)
      each(text.substring(at, end), this.#base + byteAt)
      at = next
    }
    this.#charAt = at
    this.#byteAt = byteAt
  }
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

/** Where the complete lines end. Nothing before `from` is a terminator, but for a `\r` that waited as the last byte. */
const afterLastTerminator = (bytes: Uint8Array, from: number): number => {
  const feed = bytes.lastIndexOf(lineFeed)
  let back = bytes.lastIndexOf(carriageReturn)
  if (back === bytes.length - 1) back = bytes.lastIndexOf(carriageReturn, back - 1)
  const last = Math.max(feed, bytes.length > 1 ? back : -1)
  return last < Math.max(0, from - 1) ? 0 : last + 1
}

const terminator = (text: string, from: number): number => {
  let at = from
  while (text.charCodeAt(at) !== lineFeed && text.charCodeAt(at) !== carriageReturn) at++
  return at
}

const afterTerminator = (bytes: Uint8Array, from: number, hasReturns: boolean): number => {
  if (!hasReturns) return bytes.indexOf(lineFeed, from) + 1
  let at = from
  while (bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at++
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : at + 1
}
