/** One queue per connector. */
import { expect, test } from 'vitest'
import { createQueues } from '../../src/herder/queues.ts'

test('operations of one connector run one after the other, whatever becomes of them', async () => {
  const queues = createQueues()
  const gate = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = queues.run('a', async () => {
    await gate.promise
    seen.push('first')
    throw new Error('first failed')
  })
  const second = queues.run('a', () => Promise.resolve(void seen.push('second')))
  const other = queues.run('b', () => Promise.resolve(void seen.push('other')))
  await other
  expect(seen).toEqual(['other'])
  gate.resolve()
  await expect(first).rejects.toThrow('first failed')
  await second
  expect(seen).toEqual(['other', 'first', 'second'])
})
test('an operation that waits already is not queued again; one that has begun is', async () => {
  const queues = createQueues()
  const gate = Promise.withResolvers<void>()
  let runs = 0
  const begun = queues.runOnce('a', 'tasks', async () => {
    runs++
    await gate.promise
  })
  while (runs === 0) await Promise.resolve()
  const waiting = [1, 2, 3].map(() => queues.runOnce('a', 'tasks', () => Promise.resolve(void runs++)))
  gate.resolve()
  await Promise.all([begun, ...waiting, queues.runOnce('b', 'tasks', () => Promise.resolve(void runs++))])
  expect(runs).toBe(3)
})
test('idle waits for what is queued', async () => {
  const queues = createQueues()
  let done = false
  const work = queues.run('a', async () => {
    await Promise.resolve()
    done = true
  })
  await queues.idle()
  expect(done).toBe(true)
  await work
})
