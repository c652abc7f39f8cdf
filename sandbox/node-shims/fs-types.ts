/** What file calls hand out: Stats, Dirent, FileHandle. */
import { asBuffer } from './buffer.ts'
import { dataOf, fsCall } from './fs.ts'

const formatMask = 0o170_000
export class Stats {
  readonly dev: number
  readonly ino: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly size: number
  readonly blksize: number
  readonly blocks: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly birthtimeMs: number
  constructor(list: readonly number[]) {
    const [dev = 0, ino = 0, mode = 0, nlink = 0, uid = 0, gid = 0, rdev = 0, size = 0, blksize = 0, blocks = 0, atimeMs = 0, mtimeMs = 0, ctimeMs = 0, birthtimeMs = 0] = list
    Object.assign(this, { dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, atimeMs, mtimeMs, ctimeMs, birthtimeMs })
    this.dev = dev; this.ino = ino; this.mode = mode; this.nlink = nlink; this.uid = uid; this.gid = gid; this.rdev = rdev; this.size = size
    this.blksize = blksize; this.blocks = blocks; this.atimeMs = atimeMs; this.mtimeMs = mtimeMs; this.ctimeMs = ctimeMs; this.birthtimeMs = birthtimeMs
  }
  get atime(): Date { return new Date(this.atimeMs) }
  get mtime(): Date { return new Date(this.mtimeMs) }
  get ctime(): Date { return new Date(this.ctimeMs) }
  get birthtime(): Date { return new Date(this.birthtimeMs) }
  isFile(): boolean { return (this.mode & formatMask) === 0o100_000 }
  isDirectory(): boolean { return (this.mode & formatMask) === 0o040_000 }
  isSymbolicLink(): boolean { return (this.mode & formatMask) === 0o120_000 }
  isFIFO(): boolean { return (this.mode & formatMask) === 0o010_000 }
  isSocket(): boolean { return (this.mode & formatMask) === 0o140_000 }
  isCharacterDevice(): boolean { return (this.mode & formatMask) === 0o020_000 }
  isBlockDevice(): boolean { return (this.mode & formatMask) === 0o060_000 }
}

export class Dirent {
  readonly name: string
  readonly parentPath: string
  readonly #type: string
  constructor(name: string, type: string, parentPath: string) {
    this.name = name
    this.#type = type
    this.parentPath = parentPath
  }
  isFile(): boolean { return this.#type === 'file' }
  isDirectory(): boolean { return this.#type === 'directory' }
  isSymbolicLink(): boolean { return this.#type === 'link' }
  isFIFO(): boolean { return false }
  isSocket(): boolean { return false }
  isCharacterDevice(): boolean { return false }
  isBlockDevice(): boolean { return false }
}

const defaultRead = 16 * 1024
const chunkBytes = 1024 * 1024
type ReadOptions = { readonly buffer?: Uint8Array; readonly offset?: number; readonly length?: number; readonly position?: number | null }
export class FileHandle {
  readonly fd: number
  #closed = false
  constructor(fd: number) {
    this.fd = fd
  }
  async read(into?: Uint8Array | ReadOptions, offset?: number, length?: number, position?: number | null): Promise<{ readonly bytesRead: number; readonly buffer: Uint8Array }> {
    if (!ArrayBuffer.isView(into)) {
      const options = into ?? {}
      return this.read(options.buffer ?? asBuffer(new Uint8Array(defaultRead)), options.offset, options.length, options.position)
    }
    const start = offset ?? 0
    const wanted = length ?? into.byteLength - start
    if (start < 0 || wanted < 0 || start + wanted > into.byteLength) throw Object.assign(new RangeError('The value of "length" is out of range.'), { code: 'ERR_OUT_OF_RANGE' })
    const bytes = (await fsCall('read', this.fd, wanted, position ?? null)) as Uint8Array
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes, start)
    return { bytesRead: bytes.length, buffer: into }
  }
  /** `write(bytes, offset?, length?, position?)` or `write(text, position?, encoding?)`. */
  async write(data: unknown, ...rest: readonly (number | string | null | undefined)[]): Promise<{ readonly bytesWritten: number; readonly buffer: unknown }> {
    if (typeof data === 'string') {
      const [position, encoding] = rest
      return { bytesWritten: (await fsCall('write', this.fd, dataOf(data, encoding as string | undefined), position ?? null)) as number, buffer: data }
    }
    const [offset, length, position] = rest as readonly (number | null | undefined)[]
    const bytes = dataOf(data) as Uint8Array
    const part = bytes.subarray(offset ?? 0, (offset ?? 0) + (length ?? bytes.length))
    return { bytesWritten: (await fsCall('write', this.fd, part, position ?? null)) as number, buffer: data }
  }
  async appendFile(data: unknown): Promise<void> { await fsCall('write', this.fd, dataOf(data), null) }
  async writeFile(data: unknown): Promise<void> { await this.appendFile(data) }
  async readFile(options?: string | { readonly encoding?: string | null } | null): Promise<unknown> {
    const parts: Uint8Array[] = []
    for (;;) {
      const bytes = (await fsCall('read', this.fd, chunkBytes, null)) as Uint8Array
      if (bytes.length === 0) break
      parts.push(bytes)
    }
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    const encoding = typeof options === 'string' ? options : options?.encoding
    return encoding ? asBuffer(all).toString(encoding as 'utf8') : asBuffer(all)
  }
  async stat(): Promise<Stats> { return new Stats((await fsCall('fstat', this.fd)) as number[]) }
  async truncate(length = 0): Promise<void> { await fsCall('ftruncate', this.fd, length) }
  async sync(): Promise<void> { await fsCall('fsync', this.fd) }
  async datasync(): Promise<void> { await fsCall('fdatasync', this.fd) }
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await fsCall('close', this.fd)
  }
  [Symbol.asyncDispose](): Promise<void> { return this.close() }
}
