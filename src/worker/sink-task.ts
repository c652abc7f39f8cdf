/** The sink loop (runtime contract §5). */
import type { LoopOptions, TaskLoop } from './task-loop.ts'
export class SinkTask implements TaskLoop {
  readonly label: string
  constructor(options: LoopOptions) { this.label = `WorkerSinkTask{id=${options.spec.id.connector}-${options.spec.id.task}}` }
  async open(): Promise<void> { throw new Error('sinks are being built') }
  async run(): Promise<void> {}
  async close(): Promise<void> {}
  abandon(): void {}
}
