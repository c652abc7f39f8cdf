/** The Connector's states and cells: one change at a time, FAILED, pre-emption, what shares a process and what survives its death. */
import { expect, test } from 'vitest'
import { ThreadHost } from '../../src/worker/host.ts'
import { connectorSpec, fakeDeps, guestError, GuestFailure, type Script, taskSpec } from './fakes.ts'

const traits = { commit: false, commitRecord: false, preCommit: false, flush: false }
const world = (connector: Script = {}, more: Parameters<typeof fakeDeps>[1] = {}) => {
  const polls: (() => void)[] = []
  const source: Script = {
    start: () => traits,
    poll: () => new Promise<null>((resolve) => polls.push(() => resolve(null))),
    stop: () => polls.splice(0).forEach((resolve) => resolve()),
  }
  const made = fakeDeps({ connector: { taskClass: () => 'com.example.XTask', taskConfigs: () => [{ a: '1' }], ...connector }, source }, more)
  return { ...made, host: new ThreadHost(made.deps) }
}

test('a connector is created, initialized and started; its task configurations come from it', async () => {
  const { host, events, cells } = world()
  await host.startConnector(connectorSpec('source', { k: 'v' }))
  expect(events).toEqual(['X RUNNING 1.0'])
  expect(cells[0]?.calls).toEqual(['connector.initialize', 'connector.start'])
  expect(await host.taskConfigs('X', 3)).toEqual({ taskClass: 'com.example.XTask', configs: [{ a: '1' }] })
  await expect(host.startConnector(connectorSpec('source'))).rejects.toThrow('already running')
  await host.stopConnector('X')
  expect(cells[0]?.calls.slice(-1)).toEqual(['connector.stop'])
  expect(events.at(-1)).toBe('X UNASSIGNED null')
  expect(cells[0]?.closed).toBe(true)
})

test('a paused connector is not started; resuming starts the same instance and asks for task configurations', async () => {
  const { host, events, cells } = world()
  await host.startConnector(connectorSpec('source', {}, { targetState: 'PAUSED' }))
  expect(cells[0]?.calls).toEqual(['connector.initialize'])
  await host.setTargetState('X', 'STARTED')
  await host.setTargetState('X', 'PAUSED')
  await host.setTargetState('X', 'STARTED')
  expect(cells.length).toBe(1)
  expect(cells[0]?.calls).toEqual(['connector.initialize', 'connector.start', 'connector.stop', 'connector.start'])
  expect(events).toEqual(['X PAUSED 1.0', 'X RUNNING 1.0', 'reconfigure X', 'X PAUSED 1.0', 'X RUNNING 1.0', 'reconfigure X'])
})

test('a stopped connector has no process; starting it again makes a new one', async () => {
  const { host, events, cells } = world()
  await host.startConnector(connectorSpec('source', {}, { targetState: 'STOPPED' }))
  expect([events, cells.length]).toEqual([['X STOPPED 1.0'], 0])
  await host.setTargetState('X', 'STARTED')
  await host.setTargetState('X', 'STOPPED')
  expect(cells[0]?.closed).toBe(true)
  await host.setTargetState('X', 'STARTED')
  expect(cells.length).toBe(2)
})

test('a newer request takes the place of one that has not begun', async () => {
  const gate = Promise.withResolvers<void>()
  const { host, events } = world({ start: () => gate.promise })
  const started = host.startConnector(connectorSpec('source'))
  const paused = host.setTargetState('X', 'PAUSED')
  const stopped = host.setTargetState('X', 'STOPPED')
  await expect(paused).rejects.toThrow('Could not begin changing connector state to PAUSED before another request to change state was made; the new request (which is to change the state to STOPPED) has pre-empted this one')
  gate.resolve()
  await Promise.all([started, stopped])
  expect(events).toEqual(['X RUNNING 1.0', 'X STOPPED 1.0'])
})

test('what start throws fails the connector; then only STOPPED is accepted', async () => {
  const { host, events, traces } = world({ start: () => { throw new GuestFailure(guestError('bad credentials')) } })
  await host.startConnector(connectorSpec('source'))
  expect(events).toEqual(['X FAILED 1.0'])
  expect(traces[0]).toContain('bad credentials')
  await expect(host.setTargetState('X', 'STARTED')).rejects.toThrow('Cannot transition connector to STARTED since it has failed')
  await host.setTargetState('X', 'STOPPED')
  expect(events.at(-1)).toBe('X STOPPED 1.0')
})

test('a cell that cannot be spawned fails the connector, and the next start tries again', async () => {
  const { host, events, traces } = world({}, { spawnCell: () => Promise.reject(new Error('no such file')) })
  await host.startConnector(connectorSpec('source'))
  expect(events).toEqual(['X FAILED 1.0'])
  expect(traces[0]).toContain('no such file')
})

test('connector and tasks share a cell; its death fails them all and nothing else; a restart gets a fresh one', async () => {
  const { host, events, cells, until } = world()
  await host.startConnector(connectorSpec('source'))
  host.startTask(taskSpec(connectorSpec('source')))
  host.startTask(taskSpec(connectorSpec('source'), { id: { connector: 'X', task: 1 } }))
  await host.startConnector(connectorSpec('source', {}, { name: 'other' }))
  await until(() => events.filter((event) => event.includes('RUNNING')).length === 4)
  expect(cells.length).toBe(2)
  cells[0]?.die({ reason: 'crash', detail: 'SIGSEGV' })
  await until(() => events.filter((event) => event.includes('FAILED')).length === 3)
  expect(events.filter((event) => event.includes('FAILED')).toSorted((a, b) => a.localeCompare(b))).toEqual(['X FAILED 1.0', 'X-0 FAILED 1.0', 'X-1 FAILED 1.0'])
  expect(cells[1]?.closed).toBe(false)
  await host.stopConnector('X')
  await host.startConnector(connectorSpec('source'))
  expect(events.at(-1)).toBe('X RUNNING 1.0')
  expect(cells.length).toBe(3)
  await host.close()
  expect(cells.every((cell) => cell.closed || cell === cells[0])).toBe(true)
})

test('isolate.cell=task gives each task a cell of its own', async () => {
  const { host, events, cells, until } = world()
  const spec = connectorSpec('source', {}, { cellPer: 'task' })
  await host.startConnector(spec)
  host.startTask(taskSpec(spec))
  host.startTask(taskSpec(spec, { id: { connector: 'X', task: 1 } }))
  await until(() => events.filter((event) => event.includes('RUNNING')).length === 3)
  expect(cells.length).toBe(3)
  cells[1]?.die({ reason: 'oom', detail: 'too much' })
  await until(() => events.some((event) => event.includes('FAILED')))
  expect(events.filter((event) => event.includes('FAILED')).length).toBe(1)
  expect(host.usage().length).toBe(2)
  await host.close()
})

test('a changed configuration gets a cell with its own grants while old tasks keep theirs', async () => {
  const { host, events, cells, until } = world()
  const before = connectorSpec('source')
  await host.startConnector(before)
  host.startTask(taskSpec(before))
  await until(() => events.includes('X-0 RUNNING 1.0'))
  await host.stopConnector('X')
  expect(cells[0]?.closed).toBe(false)
  await host.startConnector(connectorSpec('source', {}, { grants: { fs: [{ path: '/data', access: 'read', reason: 'new' }], net: [], stdio: false } }))
  expect(cells.length).toBe(2)
  await host.stopTasks([{ connector: 'X', task: 0 }])
  expect(cells[0]?.closed).toBe(true)
  await host.close()
})

test('the guest may ask for new task configurations and raise an error; a stopped instance may not', async () => {
  const { host, events, traces, cells } = world()
  await host.startConnector(connectorSpec('source'))
  const handlers = cells[0]?.guests[0]?.options.handlers
  await handlers?.requestTaskReconfiguration?.()
  await handlers?.raiseError?.(guestError('lost the database'))
  expect(events).toEqual(['X RUNNING 1.0', 'reconfigure X', 'X FAILED 1.0'])
  expect(traces[0]).toContain('lost the database')
  await host.stopConnector('X')
  expect(() => handlers?.requestTaskReconfiguration?.()).toThrow("The request for task reconfiguration has been rejected because this instance of the connector 'X' has already been shut down.")
  expect(() => handlers?.raiseError?.(guestError('x'))).toThrow("The request to fail the connector has been rejected because this instance of the connector 'X' has already been shut down.")
})

test('offsets are altered by an instance of its own, in a cell of its own', async () => {
  const altered: unknown[] = []
  const { host, cells } = world({
    alterOffsets: ((...args: unknown[]) => {
      altered.push(args)
      return true
    }) as never,
  })
  expect(await host.alterOffsets(connectorSpec('source', { k: 'v' }), [{ partition: '{"a":1}', offset: null }])).toBe(true)
  expect(altered).toEqual([[{ k: 'v' }, [{ partition: '{"a":1}', offset: null }]]])
  expect(cells[0]?.closed).toBe(true)
})
