/**
 * Cuts a byte stream into requests: int32 size, then that many bytes. Each request gets one buffer of exactly its size, so
 * that a chunk is copied once and a produced batch never holds on to its neighbours.
 */
import { ProtocolError } from '../protocol/reader.ts'

/** Kafka's socket.request.max.bytes. */
export const maxRequestBytes = 104_857_600

export class FrameCutter {
  readonly #size = Buffer.alloc(4)
  #sizeFilled = 0
  #frame: Buffer | null = null
  #filled = 0

  /** Returns the requests that this chunk completes. Throws ProtocolError on an impossible size. */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = []
    for (let at = 0; at < chunk.length; ) {
      if (this.#frame === null) {
        const copied = chunk.copy(this.#size, this.#sizeFilled, at, at + 4 - this.#sizeFilled)
        this.#sizeFilled += copied
        at += copied
        if (this.#sizeFilled < 4) break
        const size = this.#size.readInt32BE(0)
        if (size < 8 || size > maxRequestBytes) throw new ProtocolError(`a request of ${size} bytes`)
        this.#frame = Buffer.allocUnsafeSlow(size)
        this.#filled = 0
        this.#sizeFilled = 0
      }
      const copied = chunk.copy(this.#frame, this.#filled, at)
      this.#filled += copied
      at += copied
      if (this.#filled < this.#frame.length) break
      frames.push(this.#frame)
      this.#frame = null
    }
    return frames
  }
}
