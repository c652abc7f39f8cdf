/** The status store's interface: states of connectors and tasks and the topics they used, as Kafka's StatusBackingStore. */
import type { StatusRecord } from './status-rules.ts'

export type TaskKey = { readonly connector: string; readonly task: number }
export type TopicStatus = { readonly topic: string; readonly connector: string; readonly task: number; readonly discoverTimestampMs: number }

/** Reads answer from memory. Writes never throw: a store that has to send them retries and logs by itself. */
export interface StatusStore {
  start(): Promise<void>
  connector(name: string): StatusRecord | undefined
  task(key: TaskKey): StatusRecord | undefined
  /** Sorted by task number. */
  tasks(connector: string): readonly (TaskKey & { readonly status: StatusRecord })[]
  /** Null removes the status (Kafka's DESTROYED). UNASSIGNED and FAILED are safe writes: see status-rules.ts. */
  putConnector(name: string, status: StatusRecord | null): void
  putTask(key: TaskKey, status: StatusRecord | null): void
  topics(connector: string): readonly TopicStatus[]
  /** Does nothing when the topic is known for the connector. */
  putTopic(status: TopicStatus): void
  deleteTopic(connector: string, topic: string): void
  stop(): Promise<void>
}
