/**
 * Files within the grants. Every operation exists once as a promise (`fs.open` …) and once on the spot (`fs.openSync` …), from one
 * table. Handles are numbers of the guest's own. Other half: sandbox/node-shims/fs.ts.
 */
import * as fs from 'node:fs'
import { promisify } from 'node:util'
import type { Grants } from '../../options.ts'
import { coded } from '../outcome.ts'
import { checkPath, type Access } from './fs-access.ts'
import type { Ask, Task } from './index.ts'

const maxHandles = 256
const maxReadBytes = 64 * 1024 * 1024
const ioctls = { open: promisify(fs.open), close: promisify(fs.close), read: promisify(fs.read), write: promisify(fs.write), fstat: promisify(fs.fstat), ftruncate: promisify(fs.ftruncate), fsync: promisify(fs.fsync), fdatasync: promisify(fs.fdatasync) }

type Arguments = readonly unknown[]
type Operation = (args: Arguments) => unknown
const number = (value: unknown, what: string): number => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw coded('ERR_OUT_OF_RANGE', `${what} is out of range: ${String(value)}`)
  return value
}
const positionOf = (value: unknown): number | null => (value === null || value === undefined || value === -1 ? null : number(value, 'position'))
const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  const { text } = (value ?? {}) as { readonly text?: unknown }
  if (typeof text !== 'string') throw coded('ERR_INVALID_ARG_TYPE', 'data must be text or bytes')
  return Buffer.from(text, 'utf8')
}
const statList = (stat: fs.Stats | fs.BigIntStats | undefined): unknown =>
  stat === undefined ? null : [stat.dev, stat.ino, stat.mode, stat.nlink, stat.uid, stat.gid, stat.rdev, stat.size, stat.blksize, stat.blocks, stat.atimeMs, stat.mtimeMs, stat.ctimeMs, stat.birthtimeMs]
const modeOf = (value: unknown): number | undefined => (typeof value === 'number' ? value & 0o777 : undefined)
const isFlags = (flags: unknown): flags is string => typeof flags === 'string' && /^(r|w|a)(\+|x|x\+|s\+?)?$/.test(flags)

export const openFiles = (grants: Grants, denied: () => void) => {
  const handles = new Map<number, number>()
  let lastHandle = 2
  const path = (given: unknown, access: Access): string => {
    try {
      return checkPath(grants.fs, given, access)
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'ERR_ACCESS_DENIED') denied()
      throw error
    }
  }
  const openPath = (given: unknown, flags: unknown): { readonly at: string; readonly flags: string } => {
    if (!isFlags(flags)) throw coded('ERR_INVALID_ARG_VALUE', `The argument 'flags' is invalid. Received ${String(flags)}`)
    if (handles.size >= maxHandles) throw coded('EMFILE', `EMFILE: a connector may have ${maxHandles} files open`)
    if (flags.startsWith('r') || flags.includes('+')) path(given, 'read')
    return { at: path(given, flags === 'r' || flags === 'rs' ? 'read' : 'write'), flags }
  }
  const keep = (descriptor: number): number => {
    handles.set(++lastHandle, descriptor)
    return lastHandle
  }
  const descriptor = (handle: unknown): number => handles.get(handle as number) ?? badHandle()
  const forget = (handle: unknown): number => {
    const found = descriptor(handle)
    handles.delete(handle as number)
    return found
  }
  const target = (length: unknown): Buffer => Buffer.allocUnsafeSlow(Math.min(number(length, 'length'), maxReadBytes))
  const checkSize = (size: number): void => {
    if (size > maxReadBytes) throw coded('ERR_FS_FILE_TOO_LARGE', `The file has ${size} bytes; more than ${maxReadBytes} are read in parts`)
  }

  const later: Record<string, (args: Arguments) => Promise<unknown>> = {
    open: async ([given, flags, mode]) => {
      const { at, flags: checked } = openPath(given, flags)
      return keep(await ioctls.open(at, checked, modeOf(mode)))
    },
    close: async ([handle]) => ioctls.close(forget(handle)),
    read: async ([handle, length, position]) => {
      const into = target(length)
      const { bytesRead } = await ioctls.read(descriptor(handle), into, 0, into.length, positionOf(position))
      return into.subarray(0, bytesRead)
    },
    write: async ([handle, data, position]) => {
      const bytes = bytesOf(data)
      const at = positionOf(position)
      for (let done = 0; done < bytes.length; ) done += (await ioctls.write(descriptor(handle), bytes, done, bytes.length - done, at === null ? null : at + done)).bytesWritten
      return bytes.length
    },
    fstat: async ([handle]) => statList(await ioctls.fstat(descriptor(handle))),
    ftruncate: async ([handle, length]) => ioctls.ftruncate(descriptor(handle), number(length ?? 0, 'length')),
    fsync: async ([handle]) => ioctls.fsync(descriptor(handle)),
    fdatasync: async ([handle]) => ioctls.fdatasync(descriptor(handle)),
    stat: async ([given]) => statList(await fs.promises.stat(path(given, 'read'))),
    lstat: async ([given]) => statList(await fs.promises.lstat(path(given, 'read'))),
    readFile: async ([given]) => {
      const at = path(given, 'read')
      checkSize((await fs.promises.stat(at)).size)
      return fs.promises.readFile(at)
    },
    writeFile: async ([given, data, flag, mode]) => {
      const { at, flags } = openPath(given, flag ?? 'w')
      await fs.promises.writeFile(at, bytesOf(data), { flag: flags, mode: modeOf(mode) })
    },
    readdir: async ([given]) => (await fs.promises.readdir(path(given, 'read'), { withFileTypes: true })).map(entryOf),
    mkdir: async ([given, recursive]) => (await fs.promises.mkdir(path(given, 'write'), { recursive: recursive === true })) ?? null,
    rm: async ([given, recursive, force]) => fs.promises.rm(path(given, 'write'), { recursive: recursive === true, force: force === true }),
    rmdir: async ([given]) => fs.promises.rmdir(path(given, 'write')),
    unlink: async ([given]) => fs.promises.unlink(path(given, 'write')),
    rename: async ([from, to]) => fs.promises.rename(path(from, 'write'), path(to, 'write')),
    copyFile: async ([from, to, mode]) => fs.promises.copyFile(path(from, 'read'), path(to, 'write'), Number(mode) & fs.constants.COPYFILE_EXCL),
    truncate: async ([given, length]) => fs.promises.truncate(path(given, 'write'), number(length ?? 0, 'length')),
    access: async ([given, mode]) => fs.promises.access(path(given, Number(mode) & fs.constants.W_OK ? 'write' : 'read'), Number(mode) & 7),
    realpath: async ([given]) => fs.promises.realpath(path(given, 'read')),
  }
  const now: Record<string, Operation> = {
    open: ([given, flags, mode]) => {
      const { at, flags: checked } = openPath(given, flags)
      return keep(fs.openSync(at, checked, modeOf(mode)))
    },
    close: ([handle]) => fs.closeSync(forget(handle)),
    read: ([handle, length, position]) => {
      const into = target(length)
      return into.subarray(0, fs.readSync(descriptor(handle), into, 0, into.length, positionOf(position)))
    },
    write: ([handle, data, position]) => {
      const bytes = bytesOf(data)
      const at = positionOf(position)
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(descriptor(handle), bytes, done, bytes.length - done, at === null ? null : at + done)
      return bytes.length
    },
    fstat: ([handle]) => statList(fs.fstatSync(descriptor(handle))),
    ftruncate: ([handle, length]) => fs.ftruncateSync(descriptor(handle), number(length ?? 0, 'length')),
    fsync: ([handle]) => fs.fsyncSync(descriptor(handle)),
    stat: ([given, quiet]) => statList(fs.statSync(path(given, 'read'), { throwIfNoEntry: quiet !== true })),
    lstat: ([given, quiet]) => statList(fs.lstatSync(path(given, 'read'), { throwIfNoEntry: quiet !== true })),
    exists: ([given]) => fs.existsSync(path(given, 'read')),
    readFile: ([given]) => {
      const at = path(given, 'read')
      checkSize(fs.statSync(at).size)
      return fs.readFileSync(at)
    },
    writeFile: ([given, data, flag, mode]) => {
      const { at, flags } = openPath(given, flag ?? 'w')
      fs.writeFileSync(at, bytesOf(data), { flag: flags, mode: modeOf(mode) })
    },
    readdir: ([given]) => fs.readdirSync(path(given, 'read'), { withFileTypes: true }).map(entryOf),
    mkdir: ([given, recursive]) => fs.mkdirSync(path(given, 'write'), { recursive: recursive === true }) ?? null,
    rm: ([given, recursive, force]) => fs.rmSync(path(given, 'write'), { recursive: recursive === true, force: force === true }),
    unlink: ([given]) => fs.unlinkSync(path(given, 'write')),
    rename: ([from, to]) => fs.renameSync(path(from, 'write'), path(to, 'write')),
    access: ([given, mode]) => fs.accessSync(path(given, Number(mode) & fs.constants.W_OK ? 'write' : 'read'), Number(mode) & 7),
    realpath: ([given]) => fs.realpathSync(path(given, 'read')),
  }

  const tasks: Record<string, Task> = Object.fromEntries(Object.entries(later).map(([name, run]) => [`fs.${name}`, run]))
  /** Bytes go back as bytes, everything else as JSON; data comes as the one attachment. */
  const asks: Record<string, Ask> = Object.fromEntries(
    Object.entries(now).map(([name, run]): [string, Ask] => [
      `fs.${name}Sync`,
      (json, [attached]) => {
        const args = JSON.parse(json) as unknown[]
        const data = attached === undefined ? args : args.map((arg) => (arg === '\u0000data' ? (typeof attached === 'string' ? { text: attached } : new Uint8Array(attached)) : arg))
        const result = run(data)
        if (!(result instanceof Uint8Array)) return JSON.stringify(result ?? null)
        return result.buffer.slice(result.byteOffset, result.byteOffset + result.byteLength) as ArrayBuffer
      },
    ]),
  )
  const close = (): void => {
    for (const open of handles.values()) fs.close(open, () => {})
    handles.clear()
  }
  return { tasks, asks, close }
}

const entryOf = (entry: fs.Dirent): readonly [string, string] => [entry.name, entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other']
const badHandle = (): never => {
  throw coded('EBADF', 'EBADF: bad file descriptor')
}
