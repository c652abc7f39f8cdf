/** `broker.json` in the data directory: what must survive a restart besides batches and offsets. Replaced atomically. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
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

  static open(directory: string, clusterId: () => string): MetaFile {
    try {
      mkdirSync(directory, { recursive: true })
      const found = read(join(directory, 'broker.json'))
      const file = new MetaFile(directory, found ?? { version: 1, clusterId: clusterId(), nextProducerId: 0, topics: [] })
      if (found === null) file.update({})
      return file
    } catch (error) {
      throw new ConnectError('INTERNAL', `The dev broker's data directory ${directory} cannot be used: ${messageOf(error)}. Choose another one, or remove it to start empty.`, { cause: error })
    }
  }

  update(changes: Partial<Omit<MetaContent, 'version'>>): void {
    this.content = { ...this.content, ...changes }
    const path = join(this.directory, 'broker.json')
    writeFileSync(`${path}.tmp`, `${JSON.stringify(this.content, null, 2)}\n`)
    renameSync(`${path}.tmp`, path)
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
