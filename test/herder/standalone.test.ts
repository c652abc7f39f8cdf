/** What the standalone herder does with connectors, over a worker that does as it is told. */
import { describe, expect, test } from 'vitest'
import { startedHerder } from './fakes.ts'
import type { Rig } from './fakes.ts'

const source = (more: Record<string, string> = {}) => ({ 'connector.class': 'FakeSource', ...more })
const create = ({ herder }: Rig, name = 'c', config: Record<string, string> = source(), initialState?: 'STARTED' | 'PAUSED' | 'STOPPED') =>
  herder.putConnectorConfig(name, { ...config, name }, { allowReplace: false, ...(initialState === undefined ? {} : { initialState }) })
/** The operations queued so far are over: this one is refused, but only after them. */
const quiet = async ({ herder }: Rig, name = 'c') => herder.resetOffsets(name).catch(() => undefined)
const states = async ({ herder }: Rig, name = 'c') => {
  const { connector, tasks } = await herder.connectorStatus(name)
  return [connector.state, ...tasks.map(({ state }) => state)]
}

describe('create', () => {
  test('answers with the tasks filled in, and shows them running', async () => {
    const rig = await startedHerder()
    const { created, info } = await create(rig, 'c', source({ tasks: '2' }))
    expect(created).toBe(true)
    expect(info).toEqual({ name: 'c', config: { 'connector.class': 'FakeSource', tasks: '2', name: 'c' }, tasks: [{ connector: 'c', task: 0 }, { connector: 'c', task: 1 }], type: 'source' })
    expect(await rig.herder.connectorStatus('c')).toEqual({
      name: 'c', type: 'source', connector: { state: 'RUNNING', worker_id: 'host:8083', version: '1.0' },
      tasks: [{ id: 0, state: 'RUNNING', worker_id: 'host:8083', version: '1.0' }, { id: 1, state: 'RUNNING', worker_id: 'host:8083', version: '1.0' }],
    })
    expect(await rig.herder.taskInfos('c')).toEqual([
      { id: { connector: 'c', task: 0 }, config: { n: '0', 'task.class': 'FakeTask' } },
      { id: { connector: 'c', task: 1 }, config: { n: '1', 'task.class': 'FakeTask' } },
    ])
  })
  test('refuses an invalid configuration with every message and stores nothing', async () => {
    const rig = await startedHerder()
    await expect(create(rig, 'c', source({ invalid: 'x' }))).rejects.toMatchObject({
      status: 400,
      message: 'Connector configuration is invalid and contains the following 1 error(s):\nInvalid value x for configuration invalid\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    })
    expect(await rig.herder.connectors()).toEqual([])
  })
  test('of a name that exists is a conflict, also when both come at once', async () => {
    const rig = await startedHerder()
    const [first, second] = await Promise.allSettled([create(rig), create(rig)])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ reason: { status: 409, message: 'Connector c already exists' } })
  })
  test('paused has a status and no tasks until it is resumed; stopped likewise', async () => {
    const rig = await startedHerder()
    for (const state of ['PAUSED', 'STOPPED'] as const) {
      await create(rig, state, source(), state)
      expect(await states(rig, state)).toEqual([state])
      await rig.herder.setTargetState(state, 'STARTED')
      await quiet(rig, state)
      expect(await states(rig, state)).toEqual(['RUNNING', 'RUNNING'])
    }
  })
  test('keeps the configuration of a connector that fails to start, with the trace in its status', async () => {
    const rig = await startedHerder()
    rig.worker.failing = true
    await expect(create(rig)).rejects.toMatchObject({ status: 500, message: 'Failed to transition connector c to state STARTED' })
    expect(await rig.herder.connectors()).toEqual(['c'])
    expect((await rig.herder.connectorStatus('c')).connector).toEqual({ state: 'FAILED', worker_id: 'host:8083', version: '1.0', trace: 'Error: boom' })
    rig.worker.failing = false
    await rig.herder.restartConnector('c')
    expect(await states(rig)).toEqual(['RUNNING', 'RUNNING'])
  })
  test('keeps it also when the worker cannot build the connector at all', async () => {
    const rig = await startedHerder()
    rig.worker.startFailure = new Error('no cell')
    await expect(create(rig)).rejects.toThrow('no cell')
    expect((await rig.herder.connectorStatus('c')).connector).toMatchObject({ state: 'FAILED', version: null, trace: expect.stringContaining('no cell') as string })
  })
  test('of more tasks than tasks.max fails the connector and starts none', async () => {
    const rig = await startedHerder()
    await expect(create(rig, 'c', source({ tasks: '3', 'tasks.max': '2' }))).rejects.toThrow(/^The connector c has generated 3 tasks, which is greater than 2, the maximum/)
    expect((await rig.herder.connectorStatus('c')).connector).toMatchObject({ state: 'FAILED', version: '1.0' })
    expect(rig.worker.tasks()).toEqual([])
  })
  test('of more tasks than tasks.max goes on when enforcement is off', async () => {
    const rig = await startedHerder()
    expect((await create(rig, 'c', source({ tasks: '3', 'tasks.max': '2', 'tasks.max.enforce': 'false' }))).info.tasks).toHaveLength(3)
  })
  test('with a task that cannot be built shows that task FAILED', async () => {
    const rig = await startedHerder()
    rig.worker.startTaskFailure = new Error('bad converter')
    await create(rig)
    expect((await rig.herder.connectorStatus('c')).tasks).toMatchObject([{ id: 0, state: 'FAILED', version: null, trace: expect.stringContaining('bad converter') as string }])
  })
})

describe('variables', () => {
  test('are resolved for the worker and kept raw in what is stored and shown', async () => {
    const rig = await startedHerder()
    const { info } = await create(rig, 'c', source({ mark: '${secret:pw}' }))
    expect(info.config['mark']).toBe('${secret:pw}')
    expect(rig.worker.specs.get('c')?.config['mark']).toBe('resolved-pw')
    expect((await rig.herder.taskInfos('c'))[0]?.config['mark']).toBe('${secret:pw}')
  })
})

describe('change of configuration', () => {
  test('restarts the connector and all tasks, even when the task configurations are the same', async () => {
    const rig = await startedHerder()
    await create(rig)
    await quiet(rig)
    rig.worker.calls.length = 0
    const { created } = await rig.herder.putConnectorConfig('c', { ...source({ other: '1' }), name: 'c' }, { allowReplace: true })
    expect(created).toBe(false)
    await quiet(rig)
    expect(rig.worker.calls.slice(0, 5)).toEqual(['stopConnector c', 'startConnector c STARTED', 'taskConfigs c', 'stopTasks c-0', 'startTask c-0'])
  })
  test('keeps the target state', async () => {
    const rig = await startedHerder()
    await create(rig, 'c', source(), 'PAUSED')
    await rig.herder.putConnectorConfig('c', { ...source({ other: '1' }), name: 'c' }, { allowReplace: true })
    expect(await states(rig)).toEqual(['PAUSED'])
  })
  test('by patch merges keys, removes those that are null, and validates the result', async () => {
    const rig = await startedHerder()
    await create(rig, 'c', source({ a: '1', b: '2' }))
    expect((await rig.herder.patchConnectorConfig('c', { a: null, d: '4' })).config).toEqual({ 'connector.class': 'FakeSource', b: '2', d: '4', name: 'c' })
    await expect(rig.herder.patchConnectorConfig('c', { invalid: 'x' })).rejects.toMatchObject({ status: 400 })
    await expect(rig.herder.patchConnectorConfig('none', {})).rejects.toMatchObject({ status: 404, message: 'Connector none not found' })
  })
})

describe('task reconfiguration', () => {
  test('requested by the connector replaces its tasks when they changed and does nothing otherwise', async () => {
    const rig = await startedHerder()
    await create(rig)
    await quiet(rig)
    rig.worker.calls.length = 0
    rig.worker.events.onTaskReconfiguration('c')
    await rig.herder.setTargetState('c', 'STOPPED')
    expect(rig.worker.calls.filter((call) => call.startsWith('startTask'))).toEqual([])
  })
  test('requests that come together are one', async () => {
    const rig = await startedHerder()
    await create(rig)
    const marker = rig.herder.restartTask({ connector: 'c', task: 0 })
    rig.worker.calls.length = 0
    for (let n = 0; n < 5; n++) rig.worker.events.onTaskReconfiguration('c')
    await marker
    await rig.herder.setTargetState('c', 'STOPPED')
    // at most the one that followed the start of the connector and the one asked for here
    expect(rig.worker.calls.filter((call) => call === 'taskConfigs c').length).toBeLessThanOrEqual(2)
  })
})

describe('target states', () => {
  test('pause and resume go to the worker and leave the tasks where they are', async () => {
    const rig = await startedHerder()
    await create(rig)
    await rig.herder.setTargetState('c', 'PAUSED')
    await rig.herder.setTargetState('c', 'STARTED')
    await quiet(rig)
    expect(rig.worker.calls.filter((call) => call.startsWith('setTargetState'))).toEqual(['setTargetState c PAUSED', 'setTargetState c STARTED'])
    expect(rig.worker.tasks()).toHaveLength(1)
  })
  test('stop removes the tasks and their statuses before it answers, and may be repeated', async () => {
    const rig = await startedHerder()
    await create(rig)
    await rig.herder.setTargetState('c', 'STOPPED')
    await rig.herder.setTargetState('c', 'STOPPED')
    expect(await states(rig)).toEqual(['STOPPED'])
    expect((await rig.herder.connectorInfo('c')).tasks).toEqual([])
  })
  test('of an unknown connector are 404', async () => {
    const { herder } = await startedHerder()
    for (const state of ['PAUSED', 'STARTED', 'STOPPED'] as const) await expect(herder.setTargetState('none', state)).rejects.toMatchObject({ status: 404, message: 'Unknown connector none' })
  })
})

describe('restart', () => {
  test('of a task leaves its neighbours alone', async () => {
    const rig = await startedHerder()
    await create(rig, 'c', source({ tasks: '2' }))
    await quiet(rig)
    rig.worker.calls.length = 0
    await rig.herder.restartTask({ connector: 'c', task: 1 })
    expect(rig.worker.calls).toEqual(['stopTasks c-1', 'startTask c-1'])
  })
  test('of what does not exist is 404 and leaves no status behind', async () => {
    const rig = await startedHerder()
    await create(rig)
    await expect(rig.herder.restartTask({ connector: 'c', task: 9 })).rejects.toMatchObject({ status: 404, message: 'Task c-9 not found' })
    await expect(rig.herder.taskStatus({ connector: 'c', task: 9 })).rejects.toMatchObject({ status: 404, message: 'No status found for task c-9' })
    await expect(rig.herder.restartTask({ connector: 'none', task: 0 })).rejects.toMatchObject({ status: 404 })
    await expect(rig.herder.restartConnector('none')).rejects.toMatchObject({ status: 404, message: 'Unknown connector: none' })
    await expect(rig.herder.restartConnectorAndTasks('none', { includeTasks: true, onlyFailed: false })).rejects.toMatchObject({ status: 404, message: 'Unknown connector: none' })
  })
  test('of failed parts only answers with the plan and starts just those', async () => {
    const rig = await startedHerder()
    await create(rig, 'c', source({ tasks: '2' }))
    await quiet(rig)
    rig.worker.events.onTaskState({ connector: 'c', task: 1 }, 'FAILED', '1.0', 'Error: boom')
    rig.worker.calls.length = 0
    const plan = await rig.herder.restartConnectorAndTasks('c', { includeTasks: true, onlyFailed: true })
    expect([plan.connector.state, ...plan.tasks.map(({ state }) => state)]).toEqual(['RUNNING', 'RUNNING', 'RESTARTING'])
    expect(rig.worker.calls).toEqual(['stopTasks c-1', 'startTask c-1'])
    expect(await states(rig)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  })
  test('with nothing selected changes nothing', async () => {
    const rig = await startedHerder()
    await create(rig)
    await quiet(rig)
    rig.worker.calls.length = 0
    expect((await rig.herder.restartConnectorAndTasks('c', { includeTasks: false, onlyFailed: true })).connector.state).toBe('RUNNING')
    expect(rig.worker.calls).toEqual([])
  })
  test('that cannot build the task says so', async () => {
    const rig = await startedHerder()
    await create(rig)
    rig.worker.startTaskFailure = new Error('x')
    await expect(rig.herder.restartTask({ connector: 'c', task: 0 })).rejects.toMatchObject({ status: 500, message: 'Failed to start task: c-0' })
  })
})

describe('delete', () => {
  test('stops everything and leaves neither status nor topics, whatever is reported late', async () => {
    const rig = await startedHerder()
    await create(rig)
    rig.worker.events.onTopicUsed({ connector: 'c', task: 0 }, 't')
    await rig.herder.deleteConnector('c')
    rig.worker.events.onConnectorState('c', 'UNASSIGNED', null)
    rig.worker.events.onTaskState({ connector: 'c', task: 0 }, 'FAILED', null, 'late')
    rig.worker.events.onTopicUsed({ connector: 'c', task: 0 }, 't')
    expect([await rig.herder.connectors(), await rig.herder.topics('c')]).toEqual([[], []])
    await expect(rig.herder.connectorStatus('c')).rejects.toMatchObject({ status: 404, message: 'No status found for connector c' })
    await expect(rig.herder.taskStatus({ connector: 'c', task: 0 })).rejects.toMatchObject({ status: 404 })
    await expect(rig.herder.deleteConnector('c')).rejects.toMatchObject({ status: 404, message: 'Connector c not found' })
  })
})

describe('topics', () => {
  test('are those used, until they are reset', async () => {
    const rig = await startedHerder()
    await create(rig)
    rig.worker.events.onTopicUsed({ connector: 'c', task: 0 }, 'a')
    rig.worker.events.onTopicUsed({ connector: 'c', task: 0 }, 'b')
    expect(await rig.herder.topics('c')).toEqual(['a', 'b'])
    await rig.herder.resetTopics('c')
    expect(await rig.herder.topics('c')).toEqual([])
  })
  test('cannot be asked for when tracking is off, nor reset when that is', async () => {
    const off = await startedHerder({ topicTracking: { enable: false, allowReset: true } })
    await expect(off.herder.topics('c')).rejects.toMatchObject({ status: 403, message: 'Topic tracking is disabled.' })
    const noReset = await startedHerder({ topicTracking: { enable: true, allowReset: false } })
    await expect(noReset.herder.resetTopics('c')).rejects.toMatchObject({ status: 403, message: 'Topic tracking reset is disabled.' })
  })
})

describe('a slow connector', () => {
  test('delays only what is asked of itself: reads and other connectors go on', async () => {
    const rig = await startedHerder()
    await create(rig, 'quick')
    const gate = Promise.withResolvers<void>()
    rig.worker.gate = gate.promise
    const slow = create(rig, 'slow')
    const restart = rig.herder.restartTask({ connector: 'quick', task: 0 })
    await restart
    // let the creation reach the worker
    while (!rig.worker.calls.includes('startConnector slow STARTED')) await Promise.resolve()
    expect(await rig.herder.connectors()).toEqual(['quick', 'slow'])
    expect((await rig.herder.connectorInfo('slow')).tasks).toEqual([])
    gate.resolve()
    expect((await slow).info.tasks).toHaveLength(1)
  })
})

test('stop ends tasks, connectors and worker, and refuses what comes later', async () => {
  const rig = await startedHerder()
  await create(rig)
  await quiet(rig)
  rig.worker.calls.length = 0
  await Promise.all([rig.herder.stop(), rig.herder.stop()])
  expect(rig.worker.calls).toEqual(['stopTasks c-0', 'stopConnector c', 'close'])
  await expect(create(rig, 'd')).rejects.toThrow('The herder is shutting down')
})
