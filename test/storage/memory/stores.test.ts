/** The in-memory configuration and status stores of standalone mode. */
import { expect, test } from 'vitest'
import { createMemoryConfigStore } from '../../../src/storage/memory/config-store.ts'
import { createMemoryStatusStore } from '../../../src/storage/memory/status-store.ts'
import type { StatusRecord } from '../../../src/storage/status-rules.ts'

test('a configuration keeps its target state and tasks when it is replaced, and the applied one tells the difference', async () => {
  const store = createMemoryConfigStore()
  await store.putConnectorConfig('c', { a: '1' }, 'PAUSED')
  await store.putTaskConfigs('c', [{ t: '1' }])
  await store.putConnectorConfig('c', { a: '2' }, null)
  expect(store.get('c')).toEqual({ config: { a: '2' }, targetState: 'PAUSED', taskConfigs: [{ t: '1' }], appliedConfig: { a: '1' } })
  await store.removeTaskConfigs('c')
  expect(store.get('c')).toMatchObject({ taskConfigs: [], appliedConfig: null })
})
test('a new connector is STARTED unless told otherwise, and a removed one is gone', async () => {
  const store = createMemoryConfigStore()
  await store.putConnectorConfig('c', {}, null)
  expect(store.get('c')?.targetState).toBe('STARTED')
  await store.removeConnectorConfig('c')
  expect([store.connectors(), store.get('c')]).toEqual([[], undefined])
  await expect(store.putTargetState('c', 'PAUSED')).rejects.toThrow('No connector `c` configured')
})

const status = (state: StatusRecord['state']): StatusRecord => ({ state, trace: null, workerId: 'h:1', generation: 0, version: null })
test('statuses of tasks come sorted and a null removes them', () => {
  const store = createMemoryStatusStore()
  for (const task of [10, 2, 0]) store.putTask({ connector: 'c', task }, status('RUNNING'))
  store.putTask({ connector: 'c', task: 0 }, null)
  expect(store.tasks('c').map(({ task }) => task)).toEqual([2, 10])
  expect(store.task({ connector: 'c', task: 0 })).toBeUndefined()
})
test('a topic is noted once per connector, with the first discovery', () => {
  const store = createMemoryStatusStore()
  store.putTopic({ topic: 't', connector: 'c', task: 0, discoverTimestampMs: 1 })
  store.putTopic({ topic: 't', connector: 'c', task: 1, discoverTimestampMs: 2 })
  expect(store.topics('c')).toEqual([{ topic: 't', connector: 'c', task: 0, discoverTimestampMs: 1 }])
  store.deleteTopic('c', 't')
  expect(store.topics('c')).toEqual([])
})
