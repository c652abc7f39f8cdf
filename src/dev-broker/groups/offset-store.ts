/**
 * Committed offsets of all groups. With a data directory every change is a line of `offsets.jsonl`, rewritten without the
 * superseded ones on start; a torn last line is dropped.
 */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Committed = { readonly offset: number; readonly leaderEpoch: number; readonly metadata: string | null }
type Line = { readonly group: string; readonly topic: string; readonly partition: number; readonly committed: Committed | null }
export type CommitEntry = { readonly topic: string; readonly partition: number; readonly committed: Committed }

export class OffsetStore {
  /** group -> topic -> partition -> offset */
  readonly #groups = new Map<string, Map<string, Map<number, Committed>>>()
  readonly #path: string | null

  constructor(directory: string | null) {
    this.#path = directory === null ? null : join(directory, 'offsets.jsonl')
    if (this.#path === null) return
    for (const line of readLines(this.#path)) this.#apply(line)
    const lines = [...this.#groups.keys()].flatMap((group) => this.ofGroup(group).map((entry): Line => ({ group, ...entry })))
    writeFileSync(`${this.#path}.tmp`, textOf(lines))
    renameSync(`${this.#path}.tmp`, this.#path)
  }

  get groups(): string[] {
    return [...this.#groups.keys()]
  }
  get(group: string, topic: string, partition: number): Committed | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition)
  }
  ofGroup(group: string): CommitEntry[] {
    const topics = [...(this.#groups.get(group) ?? [])]
    return topics.flatMap(([topic, partitions]) => [...partitions].map(([partition, committed]) => ({ topic, partition, committed })))
  }

  commit(group: string, entries: readonly CommitEntry[]): void {
    this.#write(entries.map((entry) => ({ group, ...entry })))
  }
  delete(group: string, topic: string, partition: number): void {
    this.#write([{ group, topic, partition, committed: null }])
  }
  deleteGroup(group: string): void {
    this.#write(this.ofGroup(group).map(({ topic, partition }) => ({ group, topic, partition, committed: null })))
    this.#groups.delete(group)
  }
  deleteTopic(topic: string): void {
    const gone = this.groups.flatMap((group) => this.ofGroup(group).filter((entry) => entry.topic === topic).map((entry) => ({ group, topic, partition: entry.partition, committed: null })))
    this.#write(gone)
  }

  #write(lines: readonly Line[]): void {
    if (lines.length === 0) return
    if (this.#path !== null) appendFileSync(this.#path, textOf(lines))
    for (const line of lines) this.#apply(line)
  }
  #apply({ group, topic, partition, committed }: Line): void {
    const topics = this.#groups.get(group) ?? new Map<string, Map<number, Committed>>()
    const partitions = topics.get(topic) ?? new Map<number, Committed>()
    if (committed === null) partitions.delete(partition)
    else partitions.set(partition, committed)
    if (partitions.size === 0) topics.delete(topic)
    else topics.set(topic, partitions)
    if (topics.size === 0) this.#groups.delete(group)
    else this.#groups.set(group, topics)
  }
}

const textOf = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

const readLines = (path: string): Line[] => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
}
