/** Standalone statuses: in memory only. */
import { mayWrite } from '../status-rules.ts'
import type { StatusRecord } from '../status-rules.ts'
import type { StatusStore, TopicStatus } from '../status-store.ts'

export const createMemoryStatusStore = (): StatusStore => {
  const connectors = new Map<string, StatusRecord>()
  const tasks = new Map<string, Map<number, StatusRecord>>()
  const topics = new Map<string, Map<string, TopicStatus>>()
  return {
    start: () => Promise.resolve(),
    connector: (name) => connectors.get(name),
    task: ({ connector, task }) => tasks.get(connector)?.get(task),
    tasks: (connector) =>
      [...(tasks.get(connector) ?? [])].map(([task, status]) => ({ connector, task, status })).toSorted((a, b) => a.task - b.task),
    putConnector: (name, status) => {
      if (status === null) connectors.delete(name)
      else if (mayWrite(connectors.get(name), status)) connectors.set(name, status)
    },
    putTask: ({ connector, task }, status) => {
      const known = tasks.get(connector) ?? new Map<number, StatusRecord>()
      if (status === null) known.delete(task)
      else if (mayWrite(known.get(task), status)) known.set(task, status)
      if (known.size > 0) tasks.set(connector, known)
      else tasks.delete(connector)
    },
    topics: (connector) => [...(topics.get(connector)?.values() ?? [])],
    putTopic: (status) => {
      const known = topics.get(status.connector) ?? new Map<string, TopicStatus>()
      if (!known.has(status.topic)) known.set(status.topic, status)
      topics.set(status.connector, known)
    },
    deleteTopic: (connector, topic) => {
      topics.get(connector)?.delete(topic)
      if (topics.get(connector)?.size === 0) topics.delete(connector)
    },
    stop: () => Promise.resolve(),
  }
}
