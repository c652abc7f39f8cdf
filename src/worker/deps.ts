/** What a task thread's rooms are given: the doors to cells, Kafka, the offset store and the worker's standard streams. */
import type { SpawnCell } from '../cell/cell.ts'
import type { KafkaClients } from '../kafka/types.ts'
import type { GuestLog } from '../cell/cell.ts'
import { type Logger, logger } from '../log.ts'
import type { OffsetAccess, WorkerEvents } from './types.ts'

export interface Stdio {
  /** Resolves with what is there (at least a byte), with an empty array when nothing came for a while, or null at the end. */
  read(maxBytes: number): Promise<Uint8Array | null>
  write(text: string): Promise<void>
}
export type HostDeps = {
  readonly spawnCell: SpawnCell
  readonly clients: KafkaClients
  readonly events: WorkerEvents
  readonly offsets: OffsetAccess
  readonly stdio: Stdio | null
  readonly gracefulShutdownTimeoutMs: number
}

export const runtimeLogger = (name: string, context = ''): Logger => logger(`org.apache.kafka.connect.runtime.${name}`, context)
export const taskContext = (id: { readonly connector: string; readonly task: number }): string => `[${id.connector}|task-${id.task}] `

/** A guest's console, under its plugin's class name. */
export const guestLog = (className: string, context: string): ((line: GuestLog) => void) => {
  const log = logger(className, context)
  return ({ level, message }) => log[level](message)
}

/** Waits for a promise at most `ms`; says whether it settled in time. The promise must not reject. */
export const settlesWithin = async (promise: Promise<unknown>, ms: number): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), ms)
  try {
    return await Promise.race([promise.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
