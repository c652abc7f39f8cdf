/** Calls on a sink task: `SinkTaskApi`. */
import { ConnectException } from '../../src/data/errors.ts'
import type { SinkTaskApi, TopicPartitionOffset } from '../../src/wire/guest-api.ts'
import type { SinkTask } from '../sdk/tasks.ts'
import type { Async } from './api.ts'
import { SinkContext } from './contexts.ts'
import { newTask, overrides } from './plugin.ts'
import { toSinkRecords } from './sink-batch.ts'

export const sinkTaskApi = (): Async<SinkTaskApi> => {
  let task: SinkTask | undefined
  const context = new SinkContext()
  const started = (): SinkTask => {
    if (task === undefined) throw new Error('the task has not been started')
    return task
  }

  return {
    async start(props) {
      task = await newTask('sink', props['task.class'])
      if (typeof task.initialize === 'function') task.initialize(context)
      else task.context = context
      await task.start(props)
      return { commit: false, commitRecord: false, preCommit: overrides(task, 'preCommit'), flush: overrides(task, 'flush') }
    },
    put(batch) {
      return started().put(batch === null ? [] : toSinkRecords(batch))
    },
    async preCommit(offsets) {
      const task = started() as Partial<SinkTask>
      if (typeof task.preCommit !== 'function') {
        await task.flush?.(offsets)
        return offsets
      }
      return offsetList(await task.preCommit(offsets))
    },
    async open(partitions) {
      context.opened(partitions)
      await started().open?.(partitions)
    },
    async close(partitions) {
      // as in Kafka, close still sees the assignment
      try {
        await started().close?.(partitions)
      } finally {
        context.closed(partitions)
      }
    },
    async stop() {
      await task?.stop?.()
    },
  }
}

const offsetList = (returned: unknown): TopicPartitionOffset[] => {
  if (returned === null || returned === undefined) return []
  if (!Array.isArray(returned)) throw new ConnectException('preCommit() must return an array of { topic, partition, offset }, or null')
  return returned.map((entry: TopicPartitionOffset | null) => {
    if (typeof entry?.topic !== 'string' || !Number.isSafeInteger(entry.partition) || !Number.isSafeInteger(entry.offset) || entry.offset < 0) {
      throw new ConnectException('preCommit() must return an array of { topic, partition, offset }, or null')
    }
    return { topic: entry.topic, partition: entry.partition, offset: entry.offset }
  })
}
