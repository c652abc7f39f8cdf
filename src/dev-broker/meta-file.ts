/** `broker.json` in the data directory: what must survive a restart besides batches and offsets. Replaced atomically. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectError, messageOf } from '../errors.ts'

export type MetaContent = {
  readonly version: 1
  readonly clusterId: string
  readonly nextProducerId: number
  readonly topics: readonly { readonly name: string; readonly id: string; readonly partitions: number; readonly configs: Readonly<Record<string, string>> }[]
}

export class MetaFile {
  readonly directory: string
  content: MetaContent
  private constructor(directory: string, content: MetaContent) {
    this.directory = directory
    this.content = content
  }

  static #read(directory: string, clusterId: () => string): MetaFile {
    try {
      const found = read(join(directory, 'broker.json'))
      const file = new MetaFile(directory, found ?? { version: 1, clusterId: clusterId(), nextProducerId: 0, topics: [] })
      if (found === null) file.update({})
      return file
    } catch (error) {
      releaseLock(directory)
      throw error
    }
  }

  static open(directory: string, clusterId: () => string): MetaFile {
    try {
      mkdirSync(directory, { recursive: true })
      takeLock(directory)
      return MetaFile.#read(directory, clusterId)
    } catch (error) {
      if (error instanceof ConnectError) throw error
      throw new ConnectError('DEV_BROKER_UNAVAILABLE', `The dev broker's data directory ${directory} cannot be used: ${messageOf(error)}. Choose another one, or remove it to start empty.`, { cause: error })
    }
  }

  close(): void {
    releaseLock(this.directory)
  }

  update(changes: Partial<Omit<MetaContent, 'version'>>): void {
    this.content = { ...this.content, ...changes }
    const path = join(this.directory, 'broker.json')
    writeFileSync(`${path}.tmp`, `${JSON.stringify(this.content, null, 2)}\n`)
    renameSync(`${path}.tmp`, path)
  }
}

const lockName = 'broker.lock'
/** Of this process: its pid alone would not tell its own brokers apart. */
const locked = new Set<string>()

/** Two brokers on one directory would write over each other. The lock of a process that is gone does not count. */
const takeLock = (directory: string): void => {
  const path = join(directory, lockName)
  const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  if (holder === process.pid ? locked.has(directory) : holder > 0 && isAlive(holder)) 
    throw new ConnectError('DEV_BROKER_UNAVAILABLE', `The dev broker's data directory ${directory} is in use by process ${holder}. Choose another one, or stop that process; if it is no broker, remove ${path}.`)
  writeFileSync(path, String(process.pid))
  locked.add(directory)
}
const releaseLock = (directory: string): void => {
  rmSync(join(directory, lockName), { force: true })
  locked.delete(directory)
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const read = (path: string): MetaContent | null => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const content = JSON.parse(text) as MetaContent
  if (content.version !== 1) throw new Error(`broker.json is of version ${String(content.version)}, this broker reads version 1`)
  return content
}
