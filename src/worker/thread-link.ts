/** The main thread's half of one task thread: started when first needed, started anew after it died; requests settle either way. */
import { setFlagsFromString } from 'node:v8'
import { Worker as NodeWorker } from 'node:worker_threads'
import { ConnectError } from '../errors.ts'
import { addLogger, configuredLevels, onLevelsChanged, writeLog } from '../log.ts'
import { errorFromData, errorToData } from './error-data.ts'
import type { FromThread, MainAnswers, MainRequest, Outcome, ThreadAnswers, ThreadRequest, ThreadSettings, ToThread, WorkerEvent } from './messages.ts'

export type LinkOptions = {
  readonly file: URL
  readonly settings: Omit<ThreadSettings, 'levels'>
  readonly onEvent: (event: WorkerEvent) => void
  /** Answers the thread's requests; may throw. */
  readonly answer: (request: MainRequest) => Promise<MainAnswers[MainRequest['type']]>
  /** The thread ended without being told to. */
  readonly onDeath: (error: Error) => void
}

type Running = { readonly thread: NodeWorker; readonly waiting: Map<number, PromiseWithResolvers<unknown>>; readonly exited: Promise<void>; closing: boolean }

export class ThreadLink {
  readonly #options: LinkOptions
  #running: Running | null = null
  #nextId = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }
  get alive(): boolean {
    return this.#running !== null
  }

  request<T extends ThreadRequest['type']>(request: Extract<ThreadRequest, { readonly type: T }>): Promise<ThreadAnswers[T]> {
    const running = (this.#running ??= this.#start())
    const id = this.#nextId++
    const answer = Promise.withResolvers<unknown>()
    running.waiting.set(id, answer)
    running.thread.postMessage({ kind: 'request', id, request } satisfies ToThread)
    return answer.promise as Promise<ThreadAnswers[T]>
  }

  /** Lets the thread close what it hosts, then ends it. */
  async close(): Promise<void> {
    const running = this.#running
    if (!running) return
    running.closing = true
    // when the thread has died meanwhile there is nothing left to close
    await this.request({ type: 'close' }).catch(() => undefined)
    await running.thread.terminate()
    await running.exited
  }

  #start(): Running {
    const { file, settings } = this.#options
    tuneHeap()
    const thread = new NodeWorker(file, { workerData: { ...settings, levels: configuredLevels() } satisfies ThreadSettings })
    const exited = Promise.withResolvers<void>()
    const running: Running = { thread, waiting: new Map(), exited: exited.promise, closing: false }
    const stopFollowing = onLevelsChanged(() => thread.postMessage({ kind: 'levels', levels: configuredLevels() } satisfies ToThread))
    let failure: Error | null = null
    thread.on('message', (message: FromThread) => this.#receive(running, message))
    thread.on('error', (error) => {
      failure = error instanceof Error ? error : new ConnectError('INTERNAL', String(error))
    })
    thread.on('exit', (code) => {
      stopFollowing()
      if (this.#running === running) this.#running = null
      const error = new ConnectError('INTERNAL', `A task thread of the worker has ended unexpectedly (exit code ${code}); its connectors and tasks have to be restarted`, { cause: failure ?? undefined })
      for (const answer of running.waiting.values()) answer.reject(error)
      running.waiting.clear()
      exited.resolve()
      if (!running.closing) this.#options.onDeath(error)
    })
    return running
  }

  #receive(running: Running, message: FromThread): void {
    switch (message.kind) {
      case 'log':
        return writeLog(message.text)
      case 'loggers':
        return message.names.forEach(addLogger)
      case 'event':
        return this.#options.onEvent(message.event)
      case 'reply': {
        const answer = running.waiting.get(message.id)
        running.waiting.delete(message.id)
        if (message.outcome.ok) answer?.resolve(message.outcome.value)
        else answer?.reject(errorFromData(message.outcome.error))
        return
      }
      case 'request':
        void this.#answer(running, message.id, message.request)
    }
  }
  async #answer(running: Running, id: number, request: MainRequest): Promise<void> {
    const outcome = await this.#options.answer(request).then((value): Outcome => ({ ok: true, value }), (error: unknown): Outcome => ({ ok: false, error: errorToData(error) }))
    running.thread.postMessage({ kind: 'reply', id, outcome } satisfies ToThread)
  }
}

/**
 * For the isolates made from now on. Records pass through a task thread as buffers outside a heap of 10 MB; left alone, V8 collects
 * that heap thirty times for two million records, with helper threads, and a quarter of the worker's processor time goes there
 * (measured). It may grow to this before it is collected as a whole, and short-lived objects die young.
 */
const tuneHeap = (): void => {
  setFlagsFromString('--min-semi-space-size=16')
  setFlagsFromString('--initial-old-space-size=128')
}
