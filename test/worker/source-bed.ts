/** A source task between a fake cell and fake Kafka clients, fed by the test. */
import { expect } from 'vitest'
import type { Admin } from '../../src/kafka/types.ts'
import type { SourceBatch } from '../../src/wire/batch.ts'
import { ThreadHost } from '../../src/worker/host.ts'
import { connectorSpec, fakeDeps, type Script, taskSpec } from './fakes.ts'

export const traits = { commit: false, commitRecord: false, preCommit: false, flush: false }
/** Polls answer in turn from what the test feeds; an unfed poll waits, as a source without data does. */
const feed = () => {
  const waiting: PromiseWithResolvers<SourceBatch | null>[] = []
  const ready: (SourceBatch | null | Error)[] = []
  let polls = 0
  return {
    get polls() {
      return polls
    },
    push(batch: SourceBatch | null | Error): void {
      const next = waiting.shift()
      if (!next) ready.push(batch)
      else if (batch instanceof Error) next.reject(batch)
      else next.resolve(batch)
    },
    poll(): Promise<SourceBatch | null> {
      polls++
      const next = ready.shift()
      if (next instanceof Error) return Promise.reject(next)
      if (next !== undefined) return Promise.resolve(next)
      const later = Promise.withResolvers<SourceBatch | null>()
      waiting.push(later)
      return later.promise
    },
  }
}
/** Every topic is there. */
const everyTopic: Partial<Admin> = { describeTopics: async (names) => names.map((name) => ({ name, partitions: [] })), close: async () => {} }
export const startSource = (config: Record<string, string> = {}, script: Script = {}, spec: Partial<Parameters<typeof taskSpec>[1]> = {}) => {
  const source = feed()
  const guest: Script = { start: () => traits, poll: () => source.poll(), stop: () => source.push(null), ...script }
  const world = fakeDeps({ source: guest })
  const host = new ThreadHost({ ...world.deps, clients: { ...world.deps.clients, admin: async () => everyTopic as Admin } })
  host.startTask(taskSpec(connectorSpec('source', config), spec))
  return { ...world, host, source, stop: () => host.stopTasks([{ connector: 'X', task: 0 }]), producer: () => world.producers[0] ?? expect.fail('no producer yet') }
}
