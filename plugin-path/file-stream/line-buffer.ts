/**
 * Bytes in, lines out, each with the byte position after its end. Line ends are \n, \r\n and a lone \r; a \r that is the last byte
 * so far waits for the next one. Text is decoded natively a block at a time; in UTF-8 no byte of a longer character looks like a
 * line end, so blocks are cut at line ends without decoding. Positions of an ASCII block are character positions.
 */
const newline = 10
const carriageReturn = 13

export class LineBuffer {
  /** Byte position after the last line returned. */
  position: number
  /** Bytes after the last line end seen. */
  #rest: Uint8Array[] = []
  #restLength = 0
  /** A decoded block of complete lines, and how far it is cut. */
  #text = ''
  #textAt = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #bytesAt = 0
  #isAscii = true
  /** Where the next \r is, in characters and in bytes; infinity: there is none. Kept, so that a block is searched once. */
  #nextReturn = -1
  #nextReturnByte = -1
  /** Byte position of the block's start. */
  #base = 0

  constructor(position: number) {
    this.position = position
  }

  push(chunk: Uint8Array): void {
    if (this.#textAt < this.#text.length) throw new Error('lines are still there')
    const end = lastLineEnd(chunk)
    const heldReturn = this.#restLength > 0 && lastOf(this.#rest) === carriageReturn
    // the \r that was waiting is a line end, or half of one, now that something follows it
    const cut = end > 0 ? end : heldReturn ? 0 : -1
    if (cut < 0) {
      this.#rest.push(chunk)
      this.#restLength += chunk.length
      return
    }
    const block = join(this.#rest, this.#restLength, chunk, cut)
    this.#rest = cut < chunk.length ? [chunk.subarray(cut)] : []
    this.#restLength = chunk.length - cut
    this.#open(block)
  }

  /** The next complete line without its end, or null. */
  next(): string | null {
    const text = this.#text
    const start = this.#textAt
    if (start >= text.length) return null
    let end = text.indexOf('\n', start)
    let after = end + 1
    if (this.#nextReturn < start) this.#nextReturn = orNone(text.indexOf('\r', start))
    if (end < 0 || this.#nextReturn < end) {
      end = this.#nextReturn
      after = text.charCodeAt(end + 1) === newline ? end + 2 : end + 1
    }
    this.#textAt = after
    if (this.#isAscii) this.position = this.#base + after
    else this.#skipBytes()
    return text.substring(start, end)
  }

  /** Forgets the past: the input begins anew at 0. What was held without a line end is returned, null if nothing was. */
  restart(): string | null {
    const left = this.#restLength === 0 ? null : Buffer.from(join(this.#rest, this.#restLength, new Uint8Array(0), 0)).toString('utf8').replace(/\r$/, '')
    this.#rest = []
    this.#restLength = 0
    this.#text = ''
    this.#textAt = 0
    this.position = 0
    return left
  }

  #open(block: Uint8Array): void {
    this.#bytes = block
    this.#bytesAt = 0
    this.#text = Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('utf8')
    this.#textAt = 0
    // as many characters as bytes: each character is one byte (a longer one or a broken one would be fewer or the same U+FFFD)
    this.#isAscii = this.#text.length === block.length && !this.#text.includes('\ufffd')
    this.#nextReturn = -1
    this.#nextReturnByte = -1
    this.#base = this.position
  }

  /** The same line end in the bytes: there are as many in the same order. */
  #skipBytes(): void {
    const bytes = this.#bytes
    let end = bytes.indexOf(newline, this.#bytesAt)
    let after = end + 1
    if (this.#nextReturnByte < this.#bytesAt) this.#nextReturnByte = orNone(bytes.indexOf(carriageReturn, this.#bytesAt))
    if (end < 0 || this.#nextReturnByte < end) {
      end = this.#nextReturnByte
      after = bytes[end + 1] === newline ? end + 2 : end + 1
    }
    this.#bytesAt = after
    this.position = this.#base + after
  }
}

const orNone = (index: number): number => (index < 0 ? Number.POSITIVE_INFINITY : index)

/** The index after the last line end; a \r at the very end is none yet. -1: none. Only what follows the last \n is searched for a \r. */
const lastLineEnd = (chunk: Uint8Array): number => {
  const feed = chunk.lastIndexOf(newline) + 1
  const tail = chunk.subarray(feed, -1)
  const end = feed + tail.lastIndexOf(carriageReturn) + 1
  return end === 0 ? -1 : end
}
const lastOf = (parts: readonly Uint8Array[]): number | undefined => parts.at(-1)?.at(-1)

const join = (parts: readonly Uint8Array[], length: number, last: Uint8Array, lastLength: number): Uint8Array => {
  if (length === 0) return last.subarray(0, lastLength)
  const joined = new Uint8Array(length + lastLength)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  joined.set(last.subarray(0, lastLength), at)
  return joined
}
