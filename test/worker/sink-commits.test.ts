/** Commits of a sink: one under way at a time, late answers, and the way back when preCommit fails. */
import { expect, test } from 'vitest'
import type { Guest } from '../../src/cell/cell.ts'
import type { Consumer, TopicOffset } from '../../src/kafka/types.ts'
import { logger } from '../../src/log.ts'
import type { TopicPartitionOffset } from '../../src/wire/guest-api.ts'
import { SinkCommits } from '../../src/worker/sink-commits.ts'
import { SinkPositions } from '../../src/worker/sink-positions.ts'
import { guestError } from './fakes.ts'

const p0 = { topic: 't', partition: 0 }
const at = { ...p0, topicId: 'first' }
const start = (preCommit: (asked: readonly TopicPartitionOffset[]) => unknown = (asked) => ({ kind: 'ok', value: asked })) => {
  const sent: { readonly offsets: readonly TopicOffset[]; readonly done: PromiseWithResolvers<void> }[] = []
  const steps: string[] = []
  const consumer = {
    assignment: () => [p0],
    seek: (_partition: unknown, offset: number, topicId: string | null) => void steps.push(`seek ${offset} ${topicId}`),
    commit: (offsets: readonly TopicOffset[]) => {
      const done = Promise.withResolvers<void>()
      sent.push({ offsets, done })
      return done.promise
    },
  }
  const guest = { call: async (method: string, [asked]: readonly [readonly TopicPartitionOffset[]]) => (method === 'preCommit' ? preCommit(asked) : { kind: 'ok', value: null }) }
  const positions = new SinkPositions()
  positions.set(p0, 0)
  const commits = new SinkCommits({
    guest: guest as unknown as Guest<'sink'>, consumer: consumer as unknown as Consumer, positions, log: logger('test'), label: 'X', intervalMs: 60_000, timeoutMs: 100, callTimeoutMs: 1000,
    reportsSettled: async () => true, beforeRewind: () => void steps.push('undo what was fetched'),
  })
  return { commits, positions, sent, steps }
}

test('while one is under way none is begun; after its time another is, and the late answer to the first changes nothing', async () => {
  const { commits, positions, sent } = start()
  positions.advance({ ...at, offset: 5 })
  expect([await commits.maybeCommit(1000, true), await commits.maybeCommit(1050, true)]).toEqual([true, false])
  positions.advance({ ...at, offset: 9 })
  expect(await commits.maybeCommit(1100, true)).toBe(true)
  expect(sent.map(({ offsets }) => offsets[0]?.offset)).toEqual([5, 9])
  sent[0]?.done.resolve()
  await Promise.resolve()
  expect(positions.lastCommitted()).toEqual([{ ...p0, topicId: null, offset: 0 }])
  // nor is the second one over by it
  expect(await commits.maybeCommit(1150, true)).toBe(false)
  sent[1]?.done.resolve()
  await commits.settled()
  expect(positions.lastCommitted()).toEqual([{ ...at, offset: 9 }])
})
test('one that fails is over; the next one has its offsets again', async () => {
  const { commits, positions, sent } = start()
  positions.advance({ ...at, offset: 5 })
  await commits.maybeCommit(1000, true)
  sent[0]?.done.reject(new Error('no coordinator'))
  await commits.settled()
  expect([positions.lastCommitted()[0]?.offset, await commits.maybeCommit(1001, true), sent[1]?.offsets[0]?.offset]).toEqual([0, true, 5])
  sent[1]?.done.resolve()
})
test('when preCommit fails, all goes back to what was committed: nothing after it is asked for until it is delivered again', async () => {
  const asked: number[] = []
  const { commits, positions, sent, steps } = start((offsets) => {
    asked.push(offsets[0]?.offset ?? -1)
    return { kind: 'error', error: guestError('flush failed') }
  })
  positions.advance({ ...at, offset: 5 })
  await commits.maybeCommit(1000, true)
  await commits.maybeCommit(1001, true)
  expect([steps.slice(0, 2), positions.current(), sent, asked]).toEqual([['undo what was fetched', 'seek 0 null'], [{ ...p0, offset: 0 }], [], [5, 0]])
})
test('an offset goes with the topic it was read in, to be committed and to be gone back to', async () => {
  let fails = false
  const { commits, positions, sent, steps } = start((asked) => (fails ? { kind: 'error', error: guestError('flush failed') } : { kind: 'ok', value: asked }))
  positions.advance({ ...at, offset: 5 })
  await commits.maybeCommit(1000, true)
  sent[0]?.done.resolve()
  await commits.settled()
  // as far in the next topic of that name as in the one before: not committed yet
  positions.advance({ ...p0, topicId: 'second', offset: 5 })
  await commits.maybeCommit(1001, true)
  expect(sent.map(({ offsets }) => offsets)).toEqual([[{ ...at, offset: 5 }], [{ ...p0, topicId: 'second', offset: 5 }]])
  sent[1]?.done.resolve()
  await commits.settled()
  positions.advance({ ...p0, topicId: 'third', offset: 2 })
  fails = true
  await commits.maybeCommit(1002, true)
  expect(steps).toEqual(['undo what was fetched', 'seek 5 second'])
})
