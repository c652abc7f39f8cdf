/** Reads what is appended to a file, from a position on; notices that it is missing, truncated, replaced or no file at all. */
import { ConnectException } from 'isoconnect'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Follower } from './source.ts'

/** Big enough that a chunk's fixed costs vanish, small enough for the isolate's memory. */
const chunkBytes = 512 * 1024

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined)

export class FileFollower implements Follower {
  readonly #file: string
  #handle: FileHandle | undefined
  #inode = 0
  #position: number
  #warnedMissing = false
  #closed = false
  /** Set when reading begins anew at 0: the cutter must forget what it holds. */
  #restarted = false
  readonly #buffer = new Uint8Array(chunkBytes)

  constructor(file: string, position: number) {
    this.#file = file
    this.#position = position
  }

  async read(): Promise<{ readonly bytes: Uint8Array; readonly restarted: boolean } | null> {
    if (!(await this.#open()) || this.#handle === undefined) return null
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, chunkBytes, this.#position)
    if (bytesRead === 0) {
      await this.#look()
      return null
    }
    this.#position += bytesRead
    const restarted = this.#restarted
    this.#restarted = false
    return { bytes: this.#buffer.slice(0, bytesRead), restarted }
  }

  async close(): Promise<void> {
    this.#closed = true
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** True when there is an open file. */
  async #open(): Promise<boolean> {
    if (this.#handle !== undefined) return true
    if (this.#closed) return false
    try {
      const handle = await open(this.#file, 'r')
      const found = await handle.stat()
      if (found.isDirectory()) {
        await handle.close()
        throw new ConnectException(`${this.#file} is a directory, not a file; set 'file' to the file to be read`)
      }
      if (this.#closed) {
        await handle.close()
        return false
      }
      this.#handle = handle
      this.#inode = found.ino
      if (this.#position > found.size) this.#restart(`is shorter (${found.size} bytes) than the position stored for it (${this.#position})`)
      return true
    } catch (cause) {
      if (cause instanceof ConnectException) throw cause
      if (codeOf(cause) !== 'ENOENT') {
        const reason = cause instanceof Error ? cause.message : String(cause)
        console.error(`Error while trying to open file ${this.#file}: ${reason}`)
        throw new ConnectException(`Error while trying to open file ${this.#file}: ${reason}`, { cause })
      }
      if (!this.#warnedMissing) console.warn(`Couldn't find file ${this.#file} for FileStreamSourceTask, sleeping to wait for it to be created`)
      this.#warnedMissing = true
      return false
    }
  }

  /** At the end of what there is: is it still the same file, and no shorter? */
  async #look(): Promise<void> {
    const found = await stat(this.#file).catch((error: unknown) => {
      // moved away: the open handle may still grow, and a new file of that name will be another inode
      if (codeOf(error) === 'ENOENT') return null
      throw error
    })
    if (found === null) return
    if (found.ino !== this.#inode) {
      const handle = this.#handle
      this.#handle = undefined
      await handle?.close()
      this.#restart('was replaced by another file')
    } else if (found.size < this.#position) this.#restart(`was truncated to ${found.size} bytes, below the position reached (${this.#position})`)
  }

  #restart(why: string): void {
    console.warn(`File ${this.#file} ${why}; reading it from its beginning`)
    this.#position = 0
    this.#restarted = true
  }
}
