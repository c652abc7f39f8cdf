/**
 * Buffers of batches, used again. Without it each batch is memory outside V8's heap that only a full collection frees: at
 * 100 MB/s the collector then takes a third of the thread.
 */

export type BufferPool = {
  /** At least this many bytes, and not vastly more. The content is whatever it was: every byte sent must be written first. */
  readonly take: (bytes: number) => Buffer
  /** The caller must not touch it afterwards. */
  readonly give: (buffer: Buffer) => void
}

/** Keeps at most `maxBytes` for later. */
export const bufferPool = (maxBytes: number): BufferPool => {
  const free: Buffer[] = []
  let bytesKept = 0
  return {
    take(bytes) {
      const index = free.findLastIndex((buffer) => buffer.length >= bytes && buffer.length <= bytes * 4)
      const [found] = index < 0 ? [] : free.splice(index, 1)
      if (found === undefined) return Buffer.allocUnsafeSlow(Math.max(bytes, 256))
      bytesKept -= found.length
      return found
    },
    give(buffer) {
      if (bytesKept + buffer.length > maxBytes) return
      free.push(buffer)
      bytesKept += buffer.length
    },
  }
}
