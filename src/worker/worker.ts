/**
 * The worker on the main thread: spreads connectors over the task threads (a connector and its tasks stay on one), remembers what
 * runs where, and turns a thread's messages into `WorkerEvents`. The data never comes here, so REST and heartbeats stay quick.
 */
import { availableParallelism } from 'node:os'
import { ConnectError } from '../errors.ts'
import { logger, traceOf } from '../log.ts'
import type { MainAnswers, MainRequest, WorkerEvent } from './messages.ts'
import { stdio } from './stdio.ts'
import { ThreadLink } from './thread-link.ts'
import type { ConnectorState, TaskId, Worker, WorkerOptions } from './types.ts'

/** One up to two cores, else half of them. */
export const defaultThreads = (cores = availableParallelism()): number => (cores <= 2 ? 1 : Math.floor(cores / 2))

/** Runs from .ts in a checkout and from .js when built. */
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)
const keyOf = (id: TaskId): string => `${id.connector}-${id.task}`
const log = logger('org.apache.kafka.connect.runtime.Worker')

export const createWorker = async (options: WorkerOptions, file: URL = threadFile): Promise<Worker> => {
  const { events } = options
  const connectors = new Map<string, { state: ConnectorState | null }>()
  const tasks = new Map<string, TaskId>()
  /** Where a connector's pieces live, kept while any of them does. */
  const homes = new Map<string, ThreadLink>()
  const streams = options.stdio ? stdio() : null

  const onEvent = (event: WorkerEvent): void => {
    switch (event.type) {
      case 'connectorState': {
        const connector = connectors.get(event.name)
        if (connector) connector.state = event.state
        return events.onConnectorState(event.name, event.state, event.version, event.trace)
      }
      case 'taskState':
        return events.onTaskState(event.id, event.state, event.version, event.trace)
      case 'taskReconfiguration':
        return events.onTaskReconfiguration(event.name)
      case 'topicUsed':
        return events.onTopicUsed(event.id, event.topic)
    }
  }
  const answer = async (request: MainRequest): Promise<MainAnswers[MainRequest['type']]> => {
    switch (request.type) {
      case 'readOffsets':
        return options.offsets.read(request.connector, request.partitions)
      case 'writeOffsets':
        return options.offsets.write(request.connector, request.entries)
      case 'readStdin':
        return streams ? streams.read(request.maxBytes) : null
      case 'writeStdout':
        return streams?.write(request.text)
    }
  }
  const links = Array.from({ length: Math.max(1, options.threads) }, (): ThreadLink => {
    const link: ThreadLink = new ThreadLink({
      file, onEvent, answer,
      settings: { gracefulShutdownTimeoutMs: options.gracefulShutdownTimeoutMs, stdio: options.stdio },
      onDeath: (error) => lose(link, error),
    })
    return link
  })
  /** Everything on a dead thread has failed; the pieces are forgotten, so that a restart starts them on a new thread. */
  const lose = (link: ThreadLink, error: Error): void => {
    log.error('A task thread has ended', error)
    for (const [name, home] of homes) {
      if (home !== link) continue
      if (connectors.delete(name)) events.onConnectorState(name, 'FAILED', null, traceOf(error))
      for (const [key, id] of tasks) {
        if (id.connector !== name) continue
        tasks.delete(key)
        events.onTaskState(id, 'FAILED', null, traceOf(error))
      }
      homes.delete(name)
    }
  }

  const homeOf = (name: string): ThreadLink => {
    let home = homes.get(name)
    if (!home) {
      const load = (link: ThreadLink): number => [...homes.values()].filter((other) => other === link).length
      home = links.reduce((least, link) => (load(link) < load(least) ? link : least))
      homes.set(name, home)
    }
    return home
  }
  const leaveHome = (name: string): void => {
    if (!connectors.has(name) && ![...tasks.values()].some((id) => id.connector === name)) homes.delete(name)
  }
  const runningAt = (name: string): ThreadLink => {
    const home = homes.get(name)
    if (!home || !connectors.has(name)) throw new ConnectError('NOT_FOUND', `Connector ${name} not found in this worker.`)
    return home
  }

  const worker: Worker = {
    async startConnector(spec) {
      if (connectors.has(spec.name)) throw new ConnectError('CONFLICT', `Connector ${spec.name} is already running on this worker`)
      connectors.set(spec.name, { state: null })
      await homeOf(spec.name).request({ type: 'startConnector', spec })
    },
    async stopConnector(name) {
      if (!connectors.has(name)) return
      await runningAt(name).request({ type: 'stopConnector', name })
      connectors.delete(name)
      leaveHome(name)
    },
    async setTargetState(name, state) {
      await homes.get(name)?.request({ type: 'setTargetState', name, state })
    },
    isRunning: (name) => connectors.get(name)?.state === 'RUNNING',
    taskConfigs: async (name, maxTasks) => runningAt(name).request({ type: 'taskConfigs', name, maxTasks }),
    alterOffsets: (spec, entries) => (homes.get(spec.name) ?? (links[0] as ThreadLink)).request({ type: 'alterOffsets', spec, entries }),
    async forgetTopics(name) {
      await homes.get(name)?.request({ type: 'forgetTopics', name })
    },
    async startTask(spec) {
      const key = keyOf(spec.id)
      if (tasks.has(key)) throw new ConnectError('CONFLICT', `Task already exists in this worker: ${key}`)
      tasks.set(key, spec.id)
      await homeOf(spec.id.connector).request({ type: 'startTask', spec })
    },
    async stopTasks(ids) {
      const known = ids.filter((id) => tasks.has(keyOf(id)))
      const byHome = Map.groupBy(known, (id) => homeOf(id.connector))
      await Promise.all([...byHome].map(async ([link, some]) => {
        await link.request({ type: 'stopTasks', ids: some })
        for (const id of some) tasks.delete(keyOf(id))
      }))
      for (const name of new Set(known.map((id) => id.connector))) leaveHome(name)
    },
    tasks: () => [...tasks.values()],
    async usage() {
      const cells = await Promise.all(links.filter((link) => link.alive).map((link) => link.request({ type: 'usage' })))
      return { cells: cells.flat() }
    },
    async close() {
      await Promise.all(links.map((link) => link.close()))
      connectors.clear()
      tasks.clear()
      homes.clear()
    },
  }
  return worker
}
