/** Which status write wins (contract of Kafka's status topic). Pure: shared by every status store. */

export type StatusState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED'
export type StatusRecord = {
  readonly state: StatusState
  readonly trace: string | null
  /** `host:port` of the worker that wrote it. */
  readonly workerId: string
  readonly generation: number
  /** The plugin's version; null once the instance has left the worker. */
  readonly version: string | null
}

/** Written only when they cannot overwrite what a newer owner said: an instance that ends or fails late must not win. */
export const isSafeWrite = (state: StatusState): boolean => state === 'UNASSIGNED' || state === 'FAILED'

/** Whether a writer may send `next` while it has `cached` for the same connector or task. */
export const mayWrite = (cached: StatusRecord | undefined, next: StatusRecord): boolean =>
  !isSafeWrite(next.state) || cached === undefined || cached.workerId === next.workerId || cached.generation <= next.generation

/** What a reader keeps of a task's record: an UNASSIGNED one that comes after a RUNNING one of the same or a newer generation is late. */
export const mergeTaskRecord = (cached: StatusRecord | undefined, read: StatusRecord): StatusRecord =>
  cached !== undefined && read.state === 'UNASSIGNED' && cached.state === 'RUNNING' && cached.generation >= read.generation ? cached : read
