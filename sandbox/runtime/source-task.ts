/** Calls on a source task: `SourceTaskApi`. */
import type { CommittedRecords, SourceTaskApi } from '../../src/wire/guest-api.ts'
import type { SourceRecord } from '../sdk/records.ts'
import type { SourceTask } from '../sdk/tasks.ts'
import type { Async } from './api.ts'
import { sourceTaskContext } from './contexts.ts'
import { newTask, overrides } from './plugin.ts'
import { toSourceBatch } from './source-batch.ts'

export const sourceTaskApi = (): Async<SourceTaskApi> => {
  let task: SourceTask | undefined
  /** Batches whose records still wait for `commitRecord`; only kept for a task that overrides it. */
  const kept = new Map<number, { readonly records: readonly SourceRecord[]; left: number }>()
  let keeps = false
  let batches = 0
  const started = (): SourceTask => {
    if (task === undefined) throw new Error('the task has not been started')
    return task
  }
  const settlePolled = (returned: readonly SourceRecord[] | null) => {
    const batch = toSourceBatch(returned)
    if (batch === null) return null
    if (keeps) kept.set(batches, { records: [...(returned as readonly SourceRecord[])], left: batch.count })
    batches++
    return batch
  }

  return {
    async start(props) {
      task = await newTask('source', props['task.class'])
      const context = sourceTaskContext()
      if (typeof task.initialize === 'function') task.initialize(context)
      else task.context = context
      keeps = overrides(task, 'commitRecord')
      await task.start(props)
      return { commit: overrides(task, 'commit'), commitRecord: keeps, preCommit: false, flush: false }
    },
    poll() {
      const returned = started().poll()
      return returned instanceof Promise ? returned.then(settlePolled) : typeof (returned as { readonly then?: unknown } | null)?.then === 'function' ? Promise.resolve(returned).then(settlePolled) : settlePolled(returned)
    },
    async commit() {
      await started().commit()
    },
    async commitRecords(committed: CommittedRecords) {
      const batch = kept.get(committed.batch)
      if (batch === undefined) return
      const { topic, partition, timestamps } = committed
      for (let at = 0; at < committed.rows.length; at++) {
        const record = batch.records[committed.rows[at] as number]
        const offset = committed.offsets[at] as number
        if (record === undefined) continue
        if (--batch.left === 0) kept.delete(committed.batch)
        await started().commitRecord(record, offset < 0 ? null : { topic, partition, offset, timestamp: timestamps[at] as number })
      }
    },
    async stop() {
      await task?.stop?.()
    },
  }
}
