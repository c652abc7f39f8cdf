/** A file's bytes from a position on, as it grows. Notices a missing file, truncation, replacement and a position past the end. */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { ConnectException, sleep } from 'isoconnect'
import type { Input } from './source-task.ts'

const chunkBytes = 256 * 1024
/** How often an unchanged file is looked at by name, to see whether it is still the same one. */
const identityIntervalMs = 500

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code

export class FileInput implements Input {
  readonly #file: string
  #handle: FileHandle | null = null
  #identity = ''
  #position: number
  #restarted = false
  #saidMissing = false
  #lookedAt = 0
  #closed = false
  readonly #stop = new AbortController()
  #reading: Promise<unknown> = Promise.resolve()
  #ahead: Promise<Uint8Array> | null = null

  constructor(file: string, position: number) {
    this.#file = file
    this.#position = position
  }

  read(): Promise<Uint8Array | null> {
    const reading = this.#read()
    this.#reading = reading.catch(() => {})
    return reading
  }
  takeRestart(): boolean {
    const restarted = this.#restarted
    this.#restarted = false
    return restarted
  }

  async #read(): Promise<Uint8Array | null> {
    if (this.#closed) return null
    const handle = this.#handle ?? (await this.#open())
    if (handle === null) return null
    const bytes = await (this.#ahead ?? this.#chunk(handle))
    this.#ahead = null
    this.#position += bytes.length
    // a full chunk: there is more, read while this one is cut and sent
    if (bytes.length === chunkBytes && !this.#closed) this.#readAhead(handle)
    if (bytes.length > 0) return bytes
    await this.#look(handle)
    return null
  }
  async #chunk(handle: FileHandle): Promise<Uint8Array> {
    const bytes = new Uint8Array(chunkBytes)
    const { bytesRead } = await handle.read(bytes, 0, chunkBytes, this.#position)
    return bytesRead === chunkBytes ? bytes : bytes.subarray(0, bytesRead)
  }
  #readAhead(handle: FileHandle): void {
    this.#ahead = this.#chunk(handle)
    this.#ahead.catch(() => {}) // whoever reads next hears of it
  }

  async #open(): Promise<FileHandle | null> {
    let handle: FileHandle
    try {
      handle = await open(this.#file, 'r')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        const reason = error instanceof Error ? error.message : String(error)
        console.error(`Error while trying to open file ${this.#file}: ${reason}`)
        throw new ConnectException(`Error while trying to open file ${this.#file}: ${reason}`, { cause: error })
      }
      if (!this.#saidMissing) console.warn(`Couldn't find file ${this.#file} for FileStreamSourceTask, sleeping to wait for it to be created`)
      this.#saidMissing = true
      await sleep(500, { signal: this.#stop.signal })
      return null
    }
    const stats = await handle.stat()
    if (stats.isDirectory()) {
      await handle.close()
      throw new ConnectException(`Error while trying to open file ${this.#file}: it is a directory`)
    }
    if (this.#position > stats.size) {
      console.warn(`The stored position ${this.#position} is past the end of ${this.#file} (${stats.size} bytes): it was truncated or replaced; reading it from the start`)
      this.#restart()
    }
    this.#saidMissing = false
    this.#handle = handle
    this.#identity = `${stats.dev}:${stats.ino}`
    return handle
  }

  /** At the end: has the file shrunk, or is another one there under its name? */
  async #look(handle: FileHandle): Promise<void> {
    const { size } = await handle.stat()
    if (size < this.#position) {
      console.warn(`${this.#file} was truncated from ${this.#position} to ${size} bytes: reading it from the start`)
      return this.#restart()
    }
    if (size > this.#position || Date.now() - this.#lookedAt < identityIntervalMs) return
    this.#lookedAt = Date.now()
    let identity: string
    try {
      const stats = await stat(this.#file)
      identity = `${stats.dev}:${stats.ino}`
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return // deleted or moved away: it is read on until another one takes its name
      throw new ConnectException(`Error while looking at file ${this.#file}: `, { cause: error })
    }
    if (identity === this.#identity) return
    // the old one may have grown since it was read to its end
    if ((await handle.stat()).size > this.#position) return
    console.warn(`${this.#file} was replaced by another file: reading that from the start`)
    this.#handle = null
    await handle.close()
    this.#restart()
  }

  #restart(): void {
    this.#position = 0
    this.#restarted = true
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stop.abort()
    await this.#reading
    await this.#ahead?.catch(() => {})
    await this.#handle?.close()
    this.#handle = null
  }
}
