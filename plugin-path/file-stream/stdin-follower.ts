/** Standard input of the worker (standalone): its end is no end, as with Kafka's connector, the task goes on polling. */
import process from 'node:process'
import type { Follower } from './source.ts'

export class StdinFollower implements Follower {
  async read(): Promise<{ readonly bytes: Uint8Array; readonly restarted: boolean } | null> {
    const chunk: unknown = process.stdin.read()
    return chunk instanceof Uint8Array && chunk.length > 0 ? { bytes: chunk, restarted: false } : null
  }
  async close(): Promise<void> {}
}
