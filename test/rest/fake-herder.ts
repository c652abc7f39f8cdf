/** A herder in memory: enough behaviour to see what the REST room asks of one and makes of its answers. */
import { ConnectError } from '../../src/errors.ts'
import type { ConfigInfos, ConnectorInfo, Herder } from '../../src/herder/types.ts'
import type { TargetState } from '../../src/worker/types.ts'

type StringMap = Record<string, string>
export const notFound = (message: string): ConnectError => new ConnectError('NOT_FOUND', message)

export type FakeHerder = Herder & {
  /** Method names and arguments, in order. */
  readonly calls: (readonly [name: string, ...args: unknown[]])[]
  ready: boolean
  /** Replaces the next answers of a method. */
  readonly answers: Map<string, () => Promise<unknown>>
}

export const createFakeHerder = (): FakeHerder => {
  const configs = new Map<string, StringMap>()
  const states = new Map<string, TargetState>()
  const calls: FakeHerder['calls'] = []
  const answers = new Map<string, () => Promise<unknown>>()
  const call = async <T>(name: string, args: readonly unknown[], action: () => T | Promise<T>): Promise<T> => {
    calls.push([name, ...args])
    const answer = answers.get(name)
    return answer === undefined ? action() : ((await answer()) as T)
  }
  const config = (name: string, message = `Connector ${name} not found`): StringMap => {
    const found = configs.get(name)
    if (found === undefined) throw notFound(message)
    return found
  }
  const info = (name: string): ConnectorInfo => ({ name, config: config(name), tasks: [{ connector: name, task: 0 }], type: 'source' })
  const put = (name: string, next: StringMap): ConnectorInfo => {
    configs.set(name, next)
    return info(name)
  }
  const herder: FakeHerder = {
    calls, answers, ready: true,
    start: async () => {},
    stop: async () => {},
    isReady: () => herder.ready,
    serverInfo: () => call('serverInfo', [], () => ({ version: '4.3.1', commit: 'abc', kafka_cluster_id: 'cluster' })),
    connectors: () => call('connectors', [], () => [...configs.keys()]),
    connectorInfo: (name) => call('connectorInfo', [name], () => info(name)),
    connectorConfig: (name) => call('connectorConfig', [name], () => config(name)),
    putConnectorConfig: (name, next, options) => call('putConnectorConfig', [name, next, options], () => {
      const exists = configs.has(name)
      if (exists && !options.allowReplace) throw new ConnectError('ALREADY_EXISTS', `Connector ${name} already exists`)
      states.set(name, options.initialState ?? 'STARTED')
      return { created: !exists, info: put(name, next) }
    }),
    patchConnectorConfig: (name, patch) => call('patchConnectorConfig', [name, patch], () => {
      const merged: Record<string, string | null> = { ...config(name), ...patch }
      return put(name, Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null)))
    }),
    deleteConnector: (name) => call('deleteConnector', [name], () => {
      config(name)
      configs.delete(name)
    }),
    connectorStatus: (name) => call('connectorStatus', [name], () => {
      config(name, `No status found for connector ${name}`)
      return { name, connector: { state: 'RUNNING', worker_id: 'w:1', version: '1.0' }, tasks: [{ id: 0, state: 'RUNNING', worker_id: 'w:1', version: '1.0' }], type: 'source' }
    }),
    taskStatus: (id) => call('taskStatus', [id], () => {
      if (id.task !== 0) throw notFound(`No status found for task ${id.connector}-${id.task}`)
      return { id: 0, state: 'FAILED', worker_id: 'w:1', version: null, trace: 'boom' }
    }),
    taskInfos: (name) => call('taskInfos', [name], () => [{ id: { connector: name, task: 0 }, config: { ...config(name), 'task.class': 'T' } }]),
    setTargetState: (name, state) => call('setTargetState', [name, state], () => {
      config(name, `Unknown connector ${name}`)
    }),
    restartConnector: (name) => call('restartConnector', [name], () => void config(name, `Unknown connector: ${name}`)),
    restartConnectorAndTasks: (name, options) => call('restartConnectorAndTasks', [name, options], () => herder.connectorStatus(name)),
    restartTask: (id) => call('restartTask', [id], () => void config(id.connector, `Unknown connector: ${id.connector}`)),
    topics: (name) => call('topics', [name], () => ['t1']),
    resetTopics: (name) => call('resetTopics', [name], () => {}),
    offsets: (name) => call('offsets', [name], () => (config(name), { offsets: [{ partition: { filename: 'a' }, offset: { position: 5 } }] })),
    alterOffsets: (name, offsets) => call('alterOffsets', [name, offsets], () => ({ message: 'altered' })),
    resetOffsets: (name) => call('resetOffsets', [name], () => ({ message: 'reset' })),
    validate: (props) => call('validate', [props], (): ConfigInfos => ({ name: props['connector.class'] ?? '', error_count: 0, groups: [], configs: [] })),
    pluginConfig: (plugin, version) => call('pluginConfig', [plugin, version], () => []),
  }
  return herder
}
