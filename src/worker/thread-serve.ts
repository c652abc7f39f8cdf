/** The thread's half of the messages: requests in, replies and events out. Separate from `thread.ts` so that tests bring other doors. */
import type { MessagePort } from 'node:worker_threads'
import { onLoggerAdded, setLevels, setLogWriter } from '../log.ts'
import type { HostDeps } from './deps.ts'
import { errorFromData, errorToData } from './error-data.ts'
import { ThreadHost } from './host.ts'
import type { FromThread, MainAnswers, MainRequest, ThreadAnswers, ThreadRequest, ThreadSettings, ToThread, WorkerEvent } from './messages.ts'

export const serveThread = (port: MessagePort, settings: ThreadSettings, doors: Pick<HostDeps, 'spawnCell' | 'clients'>): void => {
  const send = (message: FromThread): void => port.postMessage(message)
  setLogWriter((text) => send({ kind: 'log', text }))
  setLevels(settings.levels)
  onLoggerAdded((name) => send({ kind: 'loggers', names: [name] }))

  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let nextId = 0
  const ask = <T extends MainRequest['type']>(request: Extract<MainRequest, { readonly type: T }>): Promise<MainAnswers[T]> => {
    const id = nextId++
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    send({ kind: 'request', id, request })
    // what the main thread answers is ours, not a guest's
    return answer.promise as Promise<MainAnswers[T]>
  }
  const event = (what: WorkerEvent): void => send({ kind: 'event', event: what })
  const host = new ThreadHost({
    ...doors,
    gracefulShutdownTimeoutMs: settings.gracefulShutdownTimeoutMs,
    events: {
      onConnectorState: (name, state, version, trace) => event({ type: 'connectorState', name, state, version, trace }),
      onTaskState: (id, state, version, trace) => event({ type: 'taskState', id, state, version, trace }),
      onTaskReconfiguration: (name) => event({ type: 'taskReconfiguration', name }),
      onTopicUsed: (id, topic) => event({ type: 'topicUsed', id, topic }),
    },
    offsets: {
      read: (connector, partitions) => ask({ type: 'readOffsets', connector, partitions }),
      write: (connector, entries) => ask({ type: 'writeOffsets', connector, entries }),
    },
    stdio: settings.stdio ? { read: (maxBytes) => ask({ type: 'readStdin', maxBytes }), write: (text) => ask({ type: 'writeStdout', text }) } : null,
  })

  port.on('message', (message: ToThread) => {
    if (message.kind === 'levels') return setLevels(message.levels)
    if (message.kind === 'reply') {
      const answer = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.outcome.ok) answer?.resolve(message.outcome.value)
      else answer?.reject(errorFromData(message.outcome.error))
      return
    }
    serve(host, message.request).then(
      (value) => send({ kind: 'reply', id: message.id, outcome: { ok: true, value } }),
      (error: unknown) => send({ kind: 'reply', id: message.id, outcome: { ok: false, error: errorToData(error) } }),
    )
  })
}

const serve = async (host: ThreadHost, request: ThreadRequest): Promise<ThreadAnswers[ThreadRequest['type']]> => {
  switch (request.type) {
    case 'startConnector':
      return host.startConnector(request.spec)
    case 'stopConnector':
      return host.stopConnector(request.name)
    case 'setTargetState':
      return host.setTargetState(request.name, request.state)
    case 'taskConfigs':
      return host.taskConfigs(request.name, request.maxTasks)
    case 'alterOffsets':
      return host.alterOffsets(request.spec, request.entries)
    case 'forgetTopics':
      return host.forgetTopics(request.name)
    case 'startTask':
      return host.startTask(request.spec)
    case 'stopTasks':
      return host.stopTasks(request.ids)
    case 'usage':
      return host.usage()
    case 'close':
      return host.close()
  }
}
