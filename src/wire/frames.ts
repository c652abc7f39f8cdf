/**
 * Frames on the pipe between worker and cell. Host only (Node). One message is one frame, little-endian:
 *
 *   u32 rest      bytes after these 16, a multiple of 8        u32 json      bytes of JSON text
 *   u32 count     attachments                                  u32 zero
 *   count × (u32 kind, u32 byteLength)                         kind: 0 u8, 1 i32, 2 f64
 *   JSON text, zeros to a multiple of 8, then each attachment, zeros to a multiple of 8
 *
 * Every attachment thus starts 8-byte aligned in the frame's own buffer, and typed arrays on arrival are views, not copies.
 * The reader trusts nothing: sizes are capped and must add up, else FrameError, and the peer is not to be read any further.
 */
import { maxJsonBytes, weightProblem } from './json-weight.ts'
import { type Attachment, kindOf, maxMessageBytes, pack, unpack } from './pack.ts'

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** Bumped whenever a message changes (src/cell/messages.ts): a cell bundle of another version must not be spoken to. */
export const protocolVersion = 2

export const maxFrameBytes = maxMessageBytes
const maxAttachments = 100_000
const prelude = 16
const pad = (length: number): number => (8 - (length & 7)) & 7
const zeros = Buffer.alloc(8)

/** The frame as pieces to be written in this order: attachments are referenced, not copied. `text` attachments do not cross here. */
export const encodeFrame = (message: unknown): Buffer[] => {
  const { json, attachments } = pack(message)
  const jsonBytes = Buffer.byteLength(json)
  if (jsonBytes > maxJsonBytes) throw new FrameError(`${jsonBytes} bytes of texts; at most ${maxJsonBytes} can cross at once`)
  const tableEnd = prelude + attachments.length * 8
  const head = Buffer.alloc(tableEnd + jsonBytes + pad(jsonBytes))
  const pieces: Buffer[] = [head]
  let rest = head.length - prelude
  attachments.forEach((attachment, index) => {
    if (typeof attachment === 'string') throw new FrameError('text must be in utf8 form before it is framed')
    const kind = kindOf(attachment)
    head.writeUInt32LE(kind === 'u8' ? 0 : kind === 'i32' ? 1 : 2, prelude + index * 8)
    head.writeUInt32LE(attachment.byteLength, prelude + index * 8 + 4)
    const gap = pad(attachment.byteLength)
    rest += attachment.byteLength + gap
    if (attachment.byteLength > 0) pieces.push(Buffer.from(attachment.buffer, attachment.byteOffset, attachment.byteLength))
    if (gap > 0) pieces.push(gap === 8 ? zeros : zeros.subarray(0, gap))
  })
  if (rest > maxFrameBytes) throw new FrameError(`a message of ${rest} bytes; at most ${maxFrameBytes} can cross at once`)
  head.writeUInt32LE(rest, 0)
  head.writeUInt32LE(jsonBytes, 4)
  head.writeUInt32LE(attachments.length, 8)
  head.write(json, tableEnd)
  return pieces
}

/** The message of a frame's bytes after the prelude. */
const decodeFrame = (body: Buffer, jsonBytes: number, count: number): unknown => {
  const tableBytes = count * 8
  let at = tableBytes + jsonBytes + pad(jsonBytes)
  if (at > body.length) throw new FrameError('a frame shorter than its head')
  const attachments: Attachment[] = []
  for (let index = 0; index < count; index++) {
    const kind = body.readUInt32LE(index * 8)
    const length = body.readUInt32LE(index * 8 + 4)
    const end = at + length
    if (end > body.length) throw new FrameError('an attachment past the end of its frame')
    const offset = body.byteOffset + at
    if (kind === 0) attachments.push(new Uint8Array(body.buffer, offset, length))
    else if (kind === 1 && length % 4 === 0) attachments.push(new Int32Array(body.buffer, offset, length / 4))
    else if (kind === 2 && length % 8 === 0) attachments.push(new Float64Array(body.buffer, offset, length / 8))
    else throw new FrameError('an attachment of a wrong kind')
    at = end + pad(length)
  }
  if (at !== body.length) throw new FrameError('a frame longer than its parts')
  const json = body.subarray(tableBytes, tableBytes + jsonBytes)
  const problem = weightProblem(json)
  if (problem !== null) throw new FrameError(problem)
  return unpack(json.toString('utf8'), attachments)
}

/** Puts a byte stream together again. `push` throws FrameError (PackError, SyntaxError) on what is no frame; the reader is dead after that. */
export class FrameReader {
  readonly #onMessage: (message: unknown) => void
  readonly #maxBytes: number
  readonly #prelude = Buffer.alloc(prelude)
  #preludeFilled = 0
  #body: Buffer | null = null
  #bodyFilled = 0

  constructor(onMessage: (message: unknown) => void, maxBytes = maxFrameBytes) {
    this.#onMessage = onMessage
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#body === null) {
        const part = chunk.copy(this.#prelude, this.#preludeFilled, at)
        this.#preludeFilled += part
        at += part
        if (this.#preludeFilled === prelude) this.#begin()
      } else {
        const part = chunk.copy(this.#body, this.#bodyFilled, at)
        this.#bodyFilled += part
        at += part
      }
      if (this.#body !== null && this.#bodyFilled === this.#body.length) this.#end(this.#body)
    }
  }

  #begin(): void {
    const rest = this.#prelude.readUInt32LE(0)
    if (rest > this.#maxBytes) throw new FrameError(`a frame of ${rest} bytes where at most ${this.#maxBytes} are allowed`)
    if (rest % 8 !== 0 || this.#prelude.readUInt32LE(12) !== 0) throw new FrameError('not a frame')
    if (this.#prelude.readUInt32LE(4) > maxJsonBytes) throw new FrameError(`a message with ${this.#prelude.readUInt32LE(4)} bytes of JSON`)
    if (this.#prelude.readUInt32LE(4) > rest || this.#prelude.readUInt32LE(8) > maxAttachments) throw new FrameError('a frame shorter than its head')
    // its own buffer, so that attachments are aligned views and the memory goes when they go; wholly overwritten before use
    this.#body = Buffer.allocUnsafeSlow(rest)
    this.#bodyFilled = 0
  }

  #end(body: Buffer): void {
    this.#body = null
    this.#preludeFilled = 0
    this.#onMessage(decodeFrame(body, this.#prelude.readUInt32LE(4), this.#prelude.readUInt32LE(8)))
  }
}
