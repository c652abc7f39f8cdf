/** Dead letters and the sink loop, with fakes: commits wait for letters, pieces of a failed put keep order and positions. */
import { expect, test } from 'vitest'
import type { Admin } from '../../src/kafka/types.ts'
import type { SinkBatch } from '../../src/wire/batch.ts'
import { toText } from '../../src/wire/transcode.ts'
import { ThreadHost } from '../../src/worker/host.ts'
import { connectorSpec, fakeDeps, guestError, GuestFailure, taskSpec } from './fakes.ts'

const p0 = { topic: 't', partition: 0 }
const valuesOf = (batch: SinkBatch | null): string[] => {
  if (batch?.value.kind !== 'utf8') return []
  const { text, lengths } = toText(batch.value)
  let at = 0
  return Array.from(lengths, (length) => text.substring(at, (at += length)))
}
const start = async (config: Record<string, string>, onPut: (values: string[]) => void) => {
  const puts: string[][] = []
  const put = (batch: SinkBatch | null): void => {
    const values = valuesOf(batch)
    if (values.length === 0) return
    puts.push(values)
    onPut(values)
  }
  const world = fakeDeps({ sink: { start: () => ({ commit: false, commitRecord: false, preCommit: false, flush: false }), put } })
  const admin: Partial<Admin> = { describeTopics: async (names) => names.map((name) => ({ name, partitions: [] })), close: async () => {} }
  const host = new ThreadHost({ ...world.deps, clients: { ...world.deps.clients, admin: async () => admin as Admin } })
  host.startTask(taskSpec(connectorSpec('sink', { topics: 't', 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dlq', 'errors.put.bisect': 'true', ...config })))
  await world.until(() => world.consumers[0]?.listener != null && world.producers.length === 1)
  const [consumer, letters] = [world.consumers[0] ?? expect.fail(), world.producers[0] ?? expect.fail()]
  await consumer.assigned([p0])
  return { ...world, consumer, letters, puts, stop: () => host.stopTasks([{ connector: 'X', task: 0 }]) }
}
const refuse = (what: string) => (values: string[]): void => {
  if (values.includes(what)) throw new GuestFailure(guestError(`no ${what}`))
}

test('the halves of a failed put come in order; the record at fault is a dead letter, and everything is committed', async () => {
  const { consumer, letters, puts, until, stop } = await start({}, refuse('c'))
  consumer.produce(p0, ['a', 'b', 'c', 'd'])
  await until(() => letters.appended.length === 1)
  await until(() => puts.at(-1)?.join() === 'd')
  expect(puts).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['d']])
  expect(letters.appended).toMatchObject([{ topic: 'dlq', value: 'c', timestamp: 1000 }])
  letters.ackAll()
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(4)
})
test('offsets are not committed while a dead letter is on its way', async () => {
  const { consumer, letters, puts, until, stop } = await start({}, refuse('a'))
  consumer.produce(p0, ['a', 'b'])
  await until(() => puts.at(-1)?.join() === 'b' && letters.appended.length === 1)
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBeUndefined()
})
test('a retriable put in the midst of it is repeated as it was', async () => {
  let failures = 1
  const { consumer, letters, puts, until, stop } = await start({}, (values) => {
    refuse('a')(values)
    if (values.join() === 'b,c' && failures-- > 0) throw new GuestFailure(guestError('later', { retriable: true }))
  })
  consumer.produce(p0, ['a', 'b', 'c'])
  await until(() => puts.at(-1)?.join() === 'b,c')
  consumer.wakeup()
  await until(() => puts.length === 4)
  letters.ackAll()
  await stop()
  expect(puts).toEqual([['a', 'b', 'c'], ['a'], ['b', 'c'], ['b', 'c']])
  expect(consumer.committedOffsets.get('t-0')).toBe(3)
})
test('a partition revoked in the midst of it takes its pieces along; what was taken before is committed', async () => {
  const { consumer, letters, puts, until, stop } = await start({}, (values) => {
    refuse('c')(values)
    if (values.join() === 'b') throw new GuestFailure(guestError('later', { retriable: true }))
  })
  consumer.produce(p0, ['a', 'b', 'c'])
  // [a b c] fails, [a] is taken, [b c] fails, [b] asks to come again
  await until(() => puts.at(-1)?.join() === 'b')
  await consumer.revoked([p0])
  expect(consumer.committedOffsets.get('t-0')).toBe(1)
  await stop()
  expect(puts).toEqual([['a', 'b', 'c'], ['a'], ['b', 'c'], ['b']])
  expect(letters.appended).toEqual([])
})

test('when all of it has gone with its partitions, the next put that fails is looked into from the start: nothing else is fetched meanwhile', async () => {
  const paused: number[] = []
  const { consumer, letters, puts, until, stop } = await start({}, (values) => {
    paused.push(consumer.paused.size)
    refuse('c')(values)
    if (puts.length === 4) throw new GuestFailure(guestError('later', { retriable: true }))
  })
  consumer.produce(p0, ['a', 'b', 'c'])
  await until(() => puts.length === 4)
  await consumer.revoked([p0])
  await consumer.assigned([p0])
  await until(() => letters.appended.length === 1)
  letters.ackAll()
  await stop()
  expect(puts.slice(3)).toEqual([['b'], ['b', 'c'], ['b'], ['c']])
  expect(paused.slice(4)).toEqual([0, 1, 1])
  expect(consumer.committedOffsets.get('t-0')).toBe(3)
})
