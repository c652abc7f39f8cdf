/** What a restart request restarts, and the states it is answered with (KIP-745). Pure. */
import type { ConnectorStateInfo } from './types.ts'

export type RestartRequest = { readonly connector: string; readonly includeTasks: boolean; readonly onlyFailed: boolean }
export type RestartPlan = {
  readonly connector: boolean
  readonly tasks: readonly number[]
  /** The states as they were, with what is being restarted shown as RESTARTING. */
  readonly states: ConnectorStateInfo
  /** For the log. */
  readonly text: string
}

export const planRestart = (request: RestartRequest, current: ConnectorStateInfo): RestartPlan => {
  const wanted = (state: string): boolean => !request.onlyFailed || state === 'FAILED'
  const connector = wanted(current.connector.state)
  const tasks = current.tasks.filter(({ state }) => request.includeTasks && wanted(state)).map(({ id }) => id)
  const asked = `restart request for {connectorName='${request.connector}', onlyFailed=${request.onlyFailed}, includeTasks=${request.includeTasks}}`
  return {
    connector,
    tasks,
    states: {
      ...current,
      connector: connector ? { ...current.connector, state: 'RESTARTING' } : current.connector,
      tasks: current.tasks.map((task) => (tasks.includes(task.id) ? { ...task, state: 'RESTARTING' } : task)),
    },
    text: `plan to restart ${connector ? 'connector and ' : ''}${tasks.length} of ${current.tasks.length} tasks for ${asked}`,
  }
}
