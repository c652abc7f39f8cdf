/** Statuses as REST shows them, and what the worker's events make of them. */
import type { StatusRecord } from '../storage/status-rules.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { ConnectorState, TaskId } from '../worker/types.ts'
import type { StateJson } from './types.ts'

/** Key order is REST's; a trace appears only when there is one, a version unless the plugin has none. */
export const stateJson = (status: StatusRecord): StateJson => ({
  state: status.state,
  worker_id: status.workerId,
  ...(status.version === 'undefined' ? {} : { version: status.version }),
  ...(status.trace === null || status.trace === '' ? {} : { trace: status.trace }),
})

/** Writes statuses in this worker's name. */
export const createStatusWriter = (options: { readonly store: StatusStore; readonly workerId: string; readonly generation: () => number }) => {
  const record = (state: ConnectorState, version: string | null, trace: string | null): StatusRecord => ({
    state,
    trace,
    workerId: options.workerId,
    generation: options.generation(),
    version,
  })
  return {
    connector: (name: string, state: ConnectorState, version: string | null, trace: string | null = null): void =>
      options.store.putConnector(name, record(state, version, trace)),
    task: (id: TaskId, state: ConnectorState, version: string | null, trace: string | null = null): void => options.store.putTask(id, record(state, version, trace)),
    removeTask: (id: TaskId): void => options.store.putTask(id, null),
    removeConnector: (name: string): void => {
      for (const { connector, task } of options.store.tasks(name)) options.store.putTask({ connector, task }, null)
      options.store.putConnector(name, null)
    },
  }
}
export type StatusWriter = ReturnType<typeof createStatusWriter>
