/** The worker's standard input and output for guests that have no file (standalone only). Lives on the main thread. */
import type { Readable, Writable } from 'node:stream'
import type { Stdio } from './deps.ts'

/** A read that finds nothing for this long resolves with no bytes, so that a guest's poll can end. */
const readWaitMs = 1000

export const stdio = (input: Readable = process.stdin, output: Writable = process.stdout): Stdio => {
  let ended = false
  let listening = false
  let wake = Promise.withResolvers<void>()
  const changed = (): void => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  const end = (): void => {
    ended = true
    changed()
  }
  const listen = (): void => {
    if (listening) return
    listening = true
    input.on('readable', changed).on('end', end).on('error', end)
  }
  const take = (maxBytes: number): Uint8Array | null => {
    const bytes = input.read(Math.min(maxBytes, input.readableLength) || undefined) as Buffer | null
    if (bytes === null) return null
    if (bytes.length > maxBytes) input.unshift(bytes.subarray(maxBytes))
    return Uint8Array.from(bytes.subarray(0, maxBytes))
  }
  return {
    async read(maxBytes) {
      listen()
      const found = take(maxBytes)
      if (found) return found
      if (ended || input.readableEnded) return null
      const timer = setTimeout(changed, readWaitMs)
      await wake.promise
      clearTimeout(timer)
      return take(maxBytes) ?? (ended ? null : new Uint8Array(0))
    },
    write: (text) => new Promise((resolve, reject) => output.write(text, (error) => (error ? reject(error) : resolve()))),
  }
}
