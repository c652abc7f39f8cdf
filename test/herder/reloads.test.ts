/** Values with a time to live: the connector starts anew when it is over, and its tasks with it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Reloads } from '../../src/herder/reloads.ts'
import { startedHerder, type Rig } from './fakes.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** The operations queued so far are over: this one is refused, but only after them. */
const quiet = async ({ herder }: Rig) => herder.resetOffsets('c').catch(() => undefined)
const create = async (rig: Rig, config: Record<string, string>) => {
  await rig.herder.putConnectorConfig('c', { name: 'c', 'connector.class': 'FakeSource', ...config }, { allowReplace: true })
  await quiet(rig)
}
const password = ({ worker }: Rig): string | undefined => worker.specs.get('c')?.config['password']

test('a connector and its tasks get the new value when the old one expires, again and again', async () => {
  const rig = await startedHerder()
  await create(rig, { password: '${lease:500}', tasks: '2' })
  const first = password(rig)
  rig.worker.calls.length = 0
  for (let round = 0; round < 2; round++) {
    const before = password(rig)
    await vi.advanceTimersByTimeAsync(499)
    expect(rig.worker.calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await quiet(rig)
    expect(password(rig)).not.toBe(before)
    expect(rig.worker.calls).toEqual(['stopConnector c', 'startConnector c STARTED', 'taskConfigs c', 'stopTasks c-0,c-1', 'startTask c-0', 'startTask c-1', 'taskConfigs c'])
    rig.worker.calls.length = 0
  }
  expect(password(rig)).not.toBe(first)
  await rig.herder.stop()
})

test.each([
  ['none is wanted', { password: '${lease:500}', 'config.action.reload': 'none' }],
  ['nothing expires', { password: '${secret:x}' }],
])('nothing restarts when %s', async (_, config) => {
  const rig = await startedHerder()
  await create(rig, config)
  rig.worker.calls.length = 0
  await vi.advanceTimersByTimeAsync(10_000)
  await quiet(rig)
  expect(rig.worker.calls).toEqual([])
  await rig.herder.stop()
})

test('a paused connector stays paused, with the new value for when it resumes', async () => {
  const rig = await startedHerder()
  await create(rig, { password: '${lease:500}' })
  const before = password(rig)
  await rig.herder.setTargetState('c', 'PAUSED')
  await quiet(rig)
  await vi.advanceTimersByTimeAsync(500)
  await quiet(rig)
  expect(password(rig)).not.toBe(before)
  expect((await rig.herder.connectorStatus('c')).connector.state).toBe('PAUSED')
  await rig.herder.stop()
})

test('a deleted connector, or a worker that stops, restarts nothing', async () => {
  const rig = await startedHerder()
  await create(rig, { password: '${lease:500}' })
  await rig.herder.deleteConnector('c')
  rig.worker.calls.length = 0
  await vi.advanceTimersByTimeAsync(1000)
  expect(rig.worker.calls).toEqual([])
  await create(rig, { password: '${lease:500}' })
  await rig.herder.stop()
  rig.worker.calls.length = 0
  await vi.advanceTimersByTimeAsync(1000)
  expect(rig.worker.calls).toEqual([])
})
test('a time to live of more days than a timer can wait restarts nothing at once', async () => {
  const restarted: string[] = []
  const reloads = new Reloads(async (name) => void restarted.push(name))
  reloads.schedule('c', {}, 2 ** 40)
  await vi.advanceTimersByTimeAsync(24 * 3_600_000)
  expect(restarted).toEqual([])
  reloads.cancelAll()
})
