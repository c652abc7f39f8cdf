/** The worker across real threads: requests and errors, events and logs, offsets, and a thread that dies. */
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { levelOf, setLevel, setLogWriter } from '../../src/log.ts'
import { createWorker, defaultThreads } from '../../src/worker/worker.ts'
import type { WorkerOptions } from '../../src/worker/types.ts'
import { connectorSpec, taskSpec } from './fakes.ts'

const file = new URL('./fake-thread.ts', import.meta.url)
const lines: string[] = []
setLogWriter((text) => void lines.push(text))
afterEach(() => void lines.splice(0))

const start = async (more: Partial<WorkerOptions> = {}) => {
  const events: string[] = []
  const traces: string[] = []
  const stored = new Map<string, string | null>()
  const waiters: { readonly what: () => boolean; readonly resolve: () => void }[] = []
  const heard = (): void => {
    for (const waiter of waiters) if (waiter.what()) waiter.resolve()
  }
  const event = (text: string, trace?: string): void => {
    events.push(text)
    if (trace !== undefined) traces.push(trace)
    heard()
  }
  const worker = await createWorker({
    threads: 1, gracefulShutdownTimeoutMs: 300, stdio: false,
    events: {
      onConnectorState: (name, state, version, trace) => event(`${name} ${state} ${version}`, trace),
      onTaskState: (id, state, version, trace) => event(`${id.connector}-${id.task} ${state} ${version}`, trace),
      onTaskReconfiguration: (name) => event(`reconfigure ${name}`),
      onTopicUsed: (_id, topic) => event(`topic ${topic}`),
    },
    offsets: {
      read: async (_name, partitions) => partitions.map((partition) => stored.get(partition) ?? null),
      write: async (_name, entries) => {
        for (const { partition, offset } of entries) stored.set(partition, offset)
        heard()
      },
    },
    ...more,
  }, file)
  onTestFinished(() => worker.close())
  const until = (what: () => boolean): Promise<void> => (what() ? Promise.resolve() : new Promise((resolve) => waiters.push({ what, resolve })))
  return { worker, events, traces, stored, until }
}

test('a connector and a task run on a thread; offsets and events come back; close ends everything', async () => {
  const { worker, events, stored, until } = await start()
  await worker.startConnector(connectorSpec('source'))
  expect(worker.isRunning('X')).toBe(true)
  expect(await worker.taskConfigs('X', 1)).toEqual({ taskClass: 'com.example.XTask', configs: [{ a: '1' }] })
  await worker.startTask(taskSpec(connectorSpec('source'), { offsetFlushIntervalMs: 1 }))
  expect(worker.tasks()).toEqual([{ connector: 'X', task: 0 }])
  await until(() => stored.size > 0)
  expect([...stored]).toEqual([['{"p":1}', '{"n":8}']])
  expect((await worker.usage()).cells).toMatchObject([{ connector: 'X', rssBytes: 1, cpuMs: 2, deniedCalls: 0 }])
  await worker.close()
  expect(worker.tasks()).toEqual([])
  expect(events).toContain('topic t')
  expect(events).toContain('X UNASSIGNED null')
})

test('errors cross with their code, message and trace', async () => {
  const { worker, traces, events } = await start()
  await worker.startConnector(connectorSpec('source', { do: 'throw' }))
  expect(events).toEqual(['X FAILED 1.0'])
  expect(traces[0]).toContain('start failed')
  await expect(worker.taskConfigs('nobody', 1)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 })
  await expect(worker.taskConfigs('X', 1)).rejects.toMatchObject({ code: 'CONFLICT', message: "Connector 'X' is not running on this worker" })
  await expect(worker.alterOffsets(connectorSpec('source'), [])).rejects.toMatchObject({ name: 'ConnectException', message: 'position is wrong' })
})

test('a thread that dies fails what it hosted and is started anew by the next start', async () => {
  const { worker, events, traces, until } = await start()
  await worker.startConnector(connectorSpec('source', { do: 'crash' }))
  await until(() => events.includes('X FAILED null'))
  expect(traces[0]).toMatch(/A task thread of the worker has ended unexpectedly[^]*a bug in the worker/)
  expect(worker.isRunning('X')).toBe(false)
  await worker.stopConnector('X')
  await worker.startConnector(connectorSpec('source'))
  expect(events.at(-1)).toBe('X RUNNING 1.0')
})

test('connectors spread over threads, and a death on one leaves the others alone', async () => {
  const { worker, events, until } = await start({ threads: 2 })
  await worker.startConnector(connectorSpec('source', {}, { name: 'A' }))
  await worker.startConnector(connectorSpec('source', { do: 'crash' }, { name: 'B' }))
  await until(() => events.includes('B FAILED null'))
  expect(worker.isRunning('A')).toBe(true)
  await worker.setTargetState('A', 'PAUSED')
  expect(events.at(-1)).toBe('A PAUSED 1.0')
})

test('lines of a thread reach the worker’s log with their context, at the levels set here', async () => {
  const name = 'org.apache.kafka.connect.runtime.Worker'
  const before = levelOf(name)
  const { worker } = await start()
  await worker.startConnector(connectorSpec('source'))
  expect(lines.join('')).toContain('[X|worker] Creating connector X of type com.example.X (org.apache.kafka.connect.runtime.Worker)')
  await worker.stopConnector('X')
  lines.splice(0)
  setLevel(name, 'WARN')
  onTestFinished(() => void setLevel(name, before))
  await worker.startConnector(connectorSpec('source'))
  expect(lines.join('')).not.toContain('Creating connector X')
})

test('threads: one up to two cores, then half of them', () => {
  expect([1, 2, 3, 4, 16].map((cores) => defaultThreads(cores))).toEqual([1, 1, 1, 2, 8])
})
