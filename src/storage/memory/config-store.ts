/** Standalone configurations: in memory only, given by connector files or REST and gone at shutdown. */
import { ConnectError } from '../../errors.ts'
import type { ConfigStore, StoredConnector } from '../config-store.ts'

export const createMemoryConfigStore = (): ConfigStore => {
  const connectors = new Map<string, StoredConnector>()
  const change = (name: string, next: (current: StoredConnector) => StoredConnector): Promise<void> => {
    const current = connectors.get(name)
    if (current === undefined) return Promise.reject(new ConnectError('INTERNAL', `No connector \`${name}\` configured`))
    connectors.set(name, next(current))
    return Promise.resolve()
  }
  return {
    start: () => Promise.resolve(),
    connectors: () => [...connectors.keys()],
    get: (name) => connectors.get(name),
    putConnectorConfig: (name, config, targetState) => {
      const current = connectors.get(name) ?? { targetState: 'STARTED', taskConfigs: [], appliedConfig: null }
      connectors.set(name, { ...current, config, targetState: targetState ?? current.targetState })
      return Promise.resolve()
    },
    removeConnectorConfig: (name) => {
      connectors.delete(name)
      return Promise.resolve()
    },
    putTaskConfigs: (name, taskConfigs) => change(name, (current) => ({ ...current, taskConfigs, appliedConfig: current.config })),
    removeTaskConfigs: (name) => change(name, (current) => ({ ...current, taskConfigs: [], appliedConfig: null })),
    putTargetState: (name, targetState) => change(name, (current) => ({ ...current, targetState })),
    stop: () => Promise.resolve(),
  }
}
