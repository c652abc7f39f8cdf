/** The strings of a values column as the host collects them: UTF-8 from the start, so that ranges of a record's bytes are copied and never become strings. */
import type { TextColumn } from './batch.ts'
import { wtf8Of } from './transcode.ts'
import type { TextSink } from './values.ts'

/** Below this many bytes a loop beats a native copy. */
const nativeCopyFromBytes = 24

export class Utf8Texts implements TextSink {
  #bytes: Buffer
  #length = 0
  #lengths = new Int32Array(1024)
  #count = 0
  #isWellFormed = true

  #view: DataView

  /** `expectedBytes`: as long as they are likely to be together. */
  constructor(expectedBytes = 64 * 1024) {
    this.#bytes = Buffer.allocUnsafeSlow(expectedBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  add(text: string): void {
    if (!text.isWellFormed()) return this.#addBroken(text)
    this.#reserve(text.length * 3)
    this.push(this.#bytes.write(text, this.#length, 'utf8'))
  }
  #addBroken(text: string): void {
    const bytes = wtf8Of(text)
    this.addRange(bytes, 0, bytes.length)
    this.#isWellFormed = false
  }
  /** Well-formed UTF-8 of another buffer. */
  addRange(from: Buffer, start: number, end: number): void {
    const to = this.room(end - start)
    if (end - start >= nativeCopyFromBytes) from.copy(to, this.#length, start, end)
    else for (let index = start, at = this.#length; index < end; index++) to[at++] = from[index] as number
    this.push(end - start)
  }
  /** A buffer with so much room behind `length`: what is written there becomes a text by `push`. */
  room(bytes: number): Buffer {
    this.#reserve(bytes)
    return this.#bytes
  }
  /** The same buffer, to be asked for behind `room`. */
  get view(): DataView {
    return this.#view
  }
  /** Of all texts together. */
  get length(): number {
    return this.#length
  }
  push(bytes: number): void {
    if (this.#count === this.#lengths.length) {
      const grown = new Int32Array(this.#count * 2)
      grown.set(this.#lengths)
      this.#lengths = grown
    }
    this.#lengths[this.#count++] = bytes
    this.#length += bytes
  }
  get count(): number {
    return this.#count
  }
  /** Forgets what was added since there were so many. */
  rollback(count: number): void {
    while (this.#count > count) this.#length -= this.#lengths[--this.#count] as number
  }
  finish(): TextColumn {
    return { kind: this.#isWellFormed ? 'utf8' : 'wtf8', lengths: this.#lengths.slice(0, this.#count), bytes: this.#bytes.subarray(0, this.#length) }
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
