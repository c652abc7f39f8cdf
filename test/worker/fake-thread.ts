/** A task thread with fake doors, for the test of what is between the threads. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadSettings } from '../../src/worker/messages.ts'
import { serveThread } from '../../src/worker/thread-serve.ts'
import { fakeDeps, guestError, GuestFailure, textBatch } from './fakes.ts'

const traits = { commit: false, commitRecord: false, preCommit: false, flush: false }
let polled = false
const { deps, producers, cells } = fakeDeps({
  connector: {
    taskClass: () => 'com.example.XTask',
    taskConfigs: (() => [{ a: '1' }]) as never,
    start: ((props: Record<string, string>) => {
      if (props['do'] === 'throw') throw new GuestFailure(guestError('start failed'))
      if (props['do'] === 'crash') setImmediate(() => { throw new Error('a bug in the worker') })
    }) as never,
    alterOffsets: (() => { throw new GuestFailure(guestError('position is wrong', { name: 'ConnectException' })) }) as never,
  },
  source: {
    start: (async (props: Record<string, string>) => {
      if (props['do'] === 'stdin') {
        const { handlers } = cells[0]?.guests.find(({ kind }) => kind === 'source')?.options ?? {}
        await handlers?.writeStdout?.(`read ${Buffer.from((await handlers.readStdin?.(100)) ?? []).toString()}; stored ${JSON.stringify(await handlers.offsets?.(['{"p":1}']))}`)
      }
      return traits
    }) as never,
    poll: async () => {
      if (polled) return new Promise(() => {})
      polled = true
      setImmediate(() => producers[0]?.ackAll())
      return textBatch(['a', 'b'], 7)
    },
    stop: () => undefined,
  },
})
if (parentPort) serveThread(parentPort, workerData as ThreadSettings, deps)
