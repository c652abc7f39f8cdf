/** What a source and a sink loop have in common with the life cycle around them (`task.ts`). */
import type { CellLease } from './cells.ts'
import type { TaskControl } from './control.ts'
import type { HostDeps } from './deps.ts'
import type { Logger } from '../log.ts'
import type { Chain } from '../transforms/types.ts'
import type { Converters } from './source-encode.ts'
import type { ErrorTolerance } from './tolerance.ts'
import type { TaskSpec } from './types.ts'

export interface TaskLoop {
  /** `WorkerSourceTask{id=X-0}`: how log lines name it. */
  readonly label: string
  /** Clients and the task object. A failure here means that the task could not be built. */
  open(): Promise<void>
  /** Starts the task and runs it until the control says stop; throws what fails it. */
  run(): Promise<void>
  /** After `run`, however it ended: the task's `stop()`, then the clients. Must not throw. */
  close(): Promise<void>
  /** What the task was given and has not answered for, as a sentence; null for nothing. */
  inHand?(): string | null
  /** The graceful stop took too long: let go of everything at once, so that `run` ends. */
  abandon(): void
}

export type LoopOptions = {
  readonly spec: TaskSpec
  readonly control: TaskControl
  readonly lease: CellLease
  readonly deps: HostDeps
  readonly converters: Converters
  /** Null without transformations. */
  readonly chain: Chain | null
  readonly tolerance: ErrorTolerance
  readonly log: Logger
  /** RUNNING or PAUSED, as the loop goes through them. */
  readonly report: (state: 'RUNNING' | 'PAUSED') => void
  readonly topicUsed: (topic: string) => void
}
