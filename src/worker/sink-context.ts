/** What a sink task has asked of its context and the loop has not carried out yet. */
import { ConnectException } from '../data/errors.ts'
import { partitionKey, type TopicPartition } from '../kafka/types.ts'
import type { TopicPartitionOffset } from '../wire/guest-api.ts'

export class SinkContext {
  /** Partitions the task keeps paused, by key: re-applied after rebalances and a resume of the connector. */
  readonly paused = new Map<string, TopicPartition>()
  readonly #changed: () => void
  #pause: TopicPartition[] = []
  #resume: TopicPartition[] = []
  #rewind: TopicPartitionOffset[] = []
  #timeoutMs = -1
  #commit = false

  constructor(changed: () => void) {
    this.#changed = changed
  }
  /** Something that changes what is fetched next. */
  get isPending(): boolean {
    return this.#pause.length > 0 || this.#resume.length > 0 || this.#rewind.length > 0
  }
  pause(partitions: readonly TopicPartition[], assignment: readonly TopicPartition[]): void {
    check(partitions, assignment, 'pause')
    for (const partition of partitions) this.paused.set(partitionKey(partition), partition)
    const keys = new Set(partitions.map(partitionKey))
    this.#resume = this.#resume.filter((partition) => !keys.has(partitionKey(partition)))
    this.#pause.push(...partitions)
    this.#changed()
  }
  resume(partitions: readonly TopicPartition[], assignment: readonly TopicPartition[]): void {
    check(partitions, assignment, 'resume')
    const keys = new Set(partitions.map(partitionKey))
    for (const key of keys) this.paused.delete(key)
    this.#pause = this.#pause.filter((partition) => !keys.has(partitionKey(partition)))
    this.#resume.push(...partitions)
    this.#changed()
  }
  rewind(offsets: readonly TopicPartitionOffset[]): void {
    const keys = new Set(offsets.map(partitionKey))
    this.#rewind = [...this.#rewind.filter((entry) => !keys.has(partitionKey(entry))), ...offsets]
    this.#changed()
  }
  setTimeout(ms: number): void {
    this.#timeoutMs = ms
  }
  requestCommit(): void {
    this.#commit = true
    this.#changed()
  }

  take(): { readonly pause: readonly TopicPartition[]; readonly resume: readonly TopicPartition[]; readonly rewind: readonly TopicPartitionOffset[] } {
    const taken = { pause: this.#pause, resume: this.#resume, rewind: this.#rewind }
    this.#pause = []
    this.#resume = []
    this.#rewind = []
    return taken
  }
  /** For the next poll only; -1 = none. */
  takeTimeout(): number {
    const timeoutMs = this.#timeoutMs
    this.#timeoutMs = -1
    return timeoutMs
  }
  get commitRequested(): boolean {
    return this.#commit
  }
  commitDone(): void {
    this.#commit = false
  }
  retain(assignment: readonly TopicPartition[]): void {
    const assigned = new Set(assignment.map(partitionKey))
    for (const key of this.paused.keys()) if (!assigned.has(key)) this.paused.delete(key)
  }
}

const check = (partitions: readonly TopicPartition[], assignment: readonly TopicPartition[], what: 'pause' | 'resume'): void => {
  const assigned = new Set(assignment.map(partitionKey))
  if (!partitions.every((partition) => assigned.has(partitionKey(partition)))) {
    throw new ConnectException(`SinkTasks may not ${what} partitions that are not currently assigned to them.`)
  }
}
