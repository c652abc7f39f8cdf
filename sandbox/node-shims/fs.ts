/** `fs` and `fs/promises` within the connector's grants. Other half: src/cell/process/capabilities/fs.ts. */
import { ask, askCell, exact } from '../runtime/bridge.ts'
import { asBuffer, Buffer } from './buffer.ts'
import { Dirent, FileHandle, Stats } from './fs-types.ts'
import { requireModule } from '../runtime/modules.ts'

type Options = string | { readonly encoding?: string | null; readonly flag?: string; readonly mode?: number; readonly recursive?: boolean; readonly force?: boolean; readonly withFileTypes?: boolean; readonly throwIfNoEntry?: boolean; readonly highWaterMark?: number; readonly start?: number; readonly end?: number; readonly flags?: string } | null | undefined
const optionsOf = (options: Options) => (typeof options === 'string' ? { encoding: options } : (options ?? {}))
export const pathOf = (path: unknown): string => {
  if (typeof path === 'string') return path
  if (path instanceof Uint8Array) return asBuffer(path).toString()
  const { protocol, pathname } = (path ?? {}) as { readonly protocol?: unknown; readonly pathname?: unknown }
  if (protocol === 'file:' && typeof pathname === 'string') return decodeURIComponent(pathname)
  throw Object.assign(new TypeError('The "path" argument must be of type string or an instance of Buffer or URL.'), { code: 'ERR_INVALID_ARG_TYPE' })
}
/** Data for the cell: text stays text, so that it is encoded natively there. */
export const dataOf = (data: unknown, encoding?: string | null): unknown => {
  if (typeof data === 'string') return encoding && !/^utf-?8$/i.test(encoding) ? new Uint8Array(Buffer.from(data, encoding as 'hex')) : { kind: 'text', text: data }
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  throw Object.assign(new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView.'), { code: 'ERR_INVALID_ARG_TYPE' })
}
const decoded = (bytes: Uint8Array, encoding: string | null | undefined): unknown => (encoding ? asBuffer(bytes).toString(encoding as 'utf8') : asBuffer(bytes))
const flagText = (flags: unknown): string => (flags === undefined || flags === null || flags === 0 ? 'r' : typeof flags === 'number' ? (flagNumbers[flags] ?? String(flags)) : String(flags as string))
const flagNumbers: Readonly<Record<number, string>> = { 0: 'r', 2: 'r+', 577: 'w', 578: 'w+', 705: 'wx', 1089: 'a', 1090: 'a+', 1217: 'ax' }
const entriesOf = (entries: unknown, path: string, withTypes: boolean | undefined): unknown[] =>
  (entries as readonly (readonly [string, string])[]).map(([name, type]) => (withTypes ? new Dirent(name, type, path) : name))
export const fsCall = (name: string, ...args: readonly unknown[]): Promise<unknown> => askCell(`fs.${name}`, args)

export const promises = {
  open: async (path: unknown, flags?: unknown, mode?: number) => new FileHandle((await fsCall('open', pathOf(path), flagText(flags), mode)) as number),
  readFile: async (path: unknown, options?: Options): Promise<unknown> => {
    const { encoding } = optionsOf(options)
    return path instanceof FileHandle ? path.readFile(options as never) : decoded((await fsCall('readFile', pathOf(path))) as Uint8Array, encoding)
  },
  writeFile: async (path: unknown, data: unknown, options?: Options): Promise<void> => {
    const { encoding, flag, mode } = optionsOf(options)
    if (path instanceof FileHandle) await path.writeFile(data)
    else await fsCall('writeFile', pathOf(path), dataOf(data, encoding), flag ?? 'w', mode)
  },
  appendFile: (path: unknown, data: unknown, options?: Options): Promise<void> =>
    path instanceof FileHandle ? path.appendFile(data) : promises.writeFile(path, data, { ...optionsOf(options), flag: 'a' }),
  stat: async (path: unknown) => new Stats((await fsCall('stat', pathOf(path))) as number[]),
  lstat: async (path: unknown) => new Stats((await fsCall('lstat', pathOf(path))) as number[]),
  readdir: async (path: unknown, options?: Options) => entriesOf(await fsCall('readdir', pathOf(path)), pathOf(path), optionsOf(options).withFileTypes),
  mkdir: async (path: unknown, options?: Options | number) => (await fsCall('mkdir', pathOf(path), typeof options === 'object' && options?.recursive)) ?? undefined,
  rm: async (path: unknown, options?: Options): Promise<void> => void (await fsCall('rm', pathOf(path), optionsOf(options).recursive, optionsOf(options).force)),
  rmdir: async (path: unknown): Promise<void> => void (await fsCall('rmdir', pathOf(path))),
  unlink: async (path: unknown): Promise<void> => void (await fsCall('unlink', pathOf(path))),
  rename: async (from: unknown, to: unknown): Promise<void> => void (await fsCall('rename', pathOf(from), pathOf(to))),
  copyFile: async (from: unknown, to: unknown, mode?: number): Promise<void> => void (await fsCall('copyFile', pathOf(from), pathOf(to), mode ?? 0)),
  truncate: async (path: unknown, length?: number): Promise<void> => void (await fsCall('truncate', pathOf(path), length ?? 0)),
  access: async (path: unknown, mode?: number): Promise<void> => void (await fsCall('access', pathOf(path), mode ?? 0)),
  realpath: async (path: unknown): Promise<unknown> => fsCall('realpath', pathOf(path)),
}

/** A synchronous call: bytes come back as bytes, the rest as JSON. */
const sync = (name: string, args: readonly unknown[], data?: unknown): unknown => {
  const json = JSON.stringify(args)
  const { text } = (data ?? {}) as { readonly text?: string }
  const answer = data === undefined ? ask(`fs.${name}Sync`, json) : ask(`fs.${name}Sync`, json, text ?? exact(data as Uint8Array))
  return typeof answer === 'string' ? JSON.parse(answer) : new Uint8Array(answer as ArrayBuffer)
}
const dataMark = '\u0000data'
const statSync = (name: 'stat' | 'lstat') => (path: unknown, options?: Options) => {
  const quiet = optionsOf(options).throwIfNoEntry === false
  const list = sync(name, [pathOf(path), quiet]) as number[] | null
  return list === null ? undefined : new Stats(list)
}
const syncs = {
  openSync: (path: unknown, flags?: unknown, mode?: number) => sync('open', [pathOf(path), flagText(flags), mode]),
  closeSync: (handle: number) => void sync('close', [handle]),
  readSync: (handle: number, into: Uint8Array, offset = 0, length = into.byteLength - offset, position: number | null = null): number => {
    const bytes = sync('read', [handle, length, position]) as Uint8Array
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes, offset)
    return bytes.length
  },
  writeSync: (handle: number, data: unknown, ...rest: readonly unknown[]) =>
    typeof data === 'string' ? sync('write', [handle, dataMark, rest[0] ?? null], dataOf(data))
    : sync('write', [handle, dataMark, rest[2] ?? null], (dataOf(data) as Uint8Array).subarray(Number(rest[0] ?? 0), rest[1] === undefined ? undefined : Number(rest[0] ?? 0) + Number(rest[1]))),
  fstatSync: (handle: number) => new Stats(sync('fstat', [handle]) as number[]),
  ftruncateSync: (handle: number, length = 0) => void sync('ftruncate', [handle, length]),
  fsyncSync: (handle: number) => void sync('fsync', [handle]),
  statSync: statSync('stat'),
  lstatSync: statSync('lstat'),
  existsSync: (path: unknown): boolean => {
    try {
      return sync('exists', [pathOf(path)]) === true
    } catch {
      return false
    }
  },
  readFileSync: (path: unknown, options?: Options) => decoded(sync('readFile', [pathOf(path)]) as Uint8Array, optionsOf(options).encoding),
  writeFileSync: (path: unknown, data: unknown, options?: Options) => void sync('writeFile', [pathOf(path), dataMark, optionsOf(options).flag ?? 'w', optionsOf(options).mode], dataOf(data, optionsOf(options).encoding)),
  appendFileSync: (path: unknown, data: unknown, options?: Options) => syncs.writeFileSync(path, data, { ...optionsOf(options), flag: 'a' }),
  readdirSync: (path: unknown, options?: Options) => entriesOf(sync('readdir', [pathOf(path)]), pathOf(path), optionsOf(options).withFileTypes),
  mkdirSync: (path: unknown, options?: Options | number) => sync('mkdir', [pathOf(path), typeof options === 'object' && options?.recursive]) ?? undefined,
  rmSync: (path: unknown, options?: Options) => void sync('rm', [pathOf(path), optionsOf(options).recursive, optionsOf(options).force]),
  unlinkSync: (path: unknown) => void sync('unlink', [pathOf(path)]),
  renameSync: (from: unknown, to: unknown) => void sync('rename', [pathOf(from), pathOf(to)]),
  accessSync: (path: unknown, mode?: number) => void sync('access', [pathOf(path), mode ?? 0]),
  realpathSync: (path: unknown) => sync('realpath', [pathOf(path)]),
}

type Done = (error: unknown, ...results: readonly unknown[]) => void
const withCallback = (run: (...args: never[]) => Promise<unknown>) => (...args: unknown[]): void => {
  const done = args.pop()
  if (typeof done !== 'function') throw Object.assign(new TypeError('The "cb" argument must be of type function.'), { code: 'ERR_INVALID_ARG_TYPE' })
  run(...(args as never[])).then((value) => queueMicrotask(() => (done as Done)(null, value)), (error: unknown) => queueMicrotask(() => (done as Done)(error)))
}
const callbacks: Record<string, unknown> = {}
for (const name of ['readFile', 'writeFile', 'appendFile', 'stat', 'lstat', 'readdir', 'mkdir', 'rm', 'rmdir', 'unlink', 'rename', 'copyFile', 'truncate', 'access', 'realpath'] as const) callbacks[name] = withCallback(promises[name] as never)
callbacks['open'] = withCallback((path: unknown, flags?: unknown, mode?: number) => fsCall('open', pathOf(path), flagText(flags), mode))
for (const name of ['close', 'fsync', 'fdatasync', 'ftruncate'] as const) callbacks[name] = withCallback((...args: unknown[]) => fsCall(name, ...args))
callbacks['fstat'] = withCallback(async (handle: number) => new Stats((await fsCall('fstat', handle)) as number[]))
callbacks['exists'] = (path: unknown, done: (found: boolean) => void) => promises.access(path).then(() => done(true), () => done(false))
callbacks['read'] = (handle: number, into: Uint8Array, offset: number, length: number, position: number | null, done: Done): void =>
  void new FileHandle(handle).read(into, offset, length, position).then(({ bytesRead }) => done(null, bytesRead, into), (error: unknown) => done(error))
callbacks['write'] = (handle: number, data: unknown, ...rest: unknown[]): void => {
  const done = rest.pop() as Done
  void new FileHandle(handle).write(data, ...(rest as [number?, number?, number?])).then(({ bytesWritten }) => done(null, bytesWritten, data), (error: unknown) => done(error))
}

type Readable = { push(chunk: unknown): void; destroy(error?: unknown): void }
type StreamModule = { readonly Readable: new (options: object) => unknown; readonly Writable: new (options: object) => unknown }
const createReadStream = (path: unknown, given?: Options): unknown => {
  const options = optionsOf(given)
  const { Readable } = requireModule('stream') as StreamModule
  let handle: Promise<FileHandle> | undefined
  let position = options.start ?? 0
  const size = options.highWaterMark ?? 64 * 1024
  return new Readable({
    highWaterMark: size,
    encoding: options.encoding ?? undefined,
    read(this: Readable) {
      handle ??= promises.open(path, options.flags ?? 'r')
      const wanted = options.end === undefined ? size : Math.min(size, options.end - position + 1)
      if (wanted <= 0) return this.push(null)
      handle.then((file) => fsCall('read', file.fd, wanted, position)).then((bytes) => {
        position += (bytes as Uint8Array).length
        this.push((bytes as Uint8Array).length === 0 ? null : asBuffer(bytes as Uint8Array))
      }).catch((error: unknown) => this.destroy(error))
    },
    destroy(error: unknown, done: (error: unknown) => void) {
      if (handle === undefined) return done(error)
      handle.then((file) => file.close()).then(() => done(error), () => done(error))
    },
  })
}
const createWriteStream = (path: unknown, given?: Options): unknown => {
  const options = optionsOf(given)
  const { Writable } = requireModule('stream') as StreamModule
  let handle: Promise<FileHandle> | undefined
  const file = (): Promise<FileHandle> => (handle ??= promises.open(path, options.flags ?? 'w'))
  const close = (done: (error?: unknown) => void) => (handle === undefined ? done() : void handle.then((open) => open.close()).then(() => done(), done))
  return new Writable({
    decodeStrings: true,
    write(chunk: unknown, _encoding: unknown, done: (error?: unknown) => void) {
      file().then((open) => open.appendFile(chunk)).then(() => done(), done)
    },
    final: (done: (error?: unknown) => void) => void file().then(() => done(), done),
    destroy: (error: unknown, done: (error?: unknown) => void) => close(() => done(error)),
  })
}

const constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, COPYFILE_EXCL: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024 }
export const promisesModule = (): Record<string, unknown> => ({ ...promises, constants })
export const fsModule = (): Record<string, unknown> => ({ ...callbacks, ...syncs, promises: promisesModule(), constants, ...constants, Stats, Dirent, createReadStream, createWriteStream })
