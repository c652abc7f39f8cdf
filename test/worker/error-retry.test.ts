/** Retries of rows: Kafka's delays, the deadline, and what ends them. */
import { expect, test } from 'vitest'
import { ConnectException, RetriableException } from '../../src/data/errors.ts'
import { retryDelayMs, retryFailures } from '../../src/worker/error-retry.ts'
import type { RowFailure } from '../../src/worker/source-encode.ts'

test('the delay doubles from 300 ms; past the maximum it is random below it; the deadline cuts it', () => {
  const at = (attempt: number, max = 60_000, deadline = Infinity): number => retryDelayMs(attempt, max, 0, deadline, () => 0.5)
  expect([1, 2, 3, 4, 8].map((attempt) => at(attempt))).toEqual([300, 600, 1200, 2400, 38_400])
  expect(at(9)).toBe(30_000)
  expect(at(5000)).toBe(30_000)
  expect(at(1, 100)).toBe(50)
  expect([at(1, 300), at(1, 299)]).toEqual([300, 149])
  expect(at(1, 0)).toBe(0)
  expect(at(3, 60_000, 1000)).toBe(1000)
  expect(retryDelayMs(1, 60_000, 5000, 1000, () => 0)).toBe(0)
})

const failure = (row: number, error: Error): RowFailure => ({ row, stage: 'VALUE_CONVERTER', className: 'C', error })
/** Row `n` fails `n` times with a RetriableException; row 9 always, with another one. */
const batch = (tries: number, seen: number[][]) => ({
  failures: [...[1, 2, 3].filter((row) => row > tries).map((row) => failure(row, new RetriableException('later'))), failure(9, new ConnectException('never'))],
  retry: (rows: readonly number[]) => {
    seen.push([...rows])
    return batch(tries + 1, seen)
  },
})
const clock = () => {
  const slept: number[] = []
  let now = 1000
  let stopping = false
  const sleep = async (ms: number): Promise<void> => {
    slept.push(ms)
    now += ms
  }
  return { slept, stop: () => (stopping = true), of: { now: () => now, sleep, stopping: () => stopping, random: () => 0 } }
}

test('only rows that failed with a RetriableException are tried again, until none is left', async () => {
  const seen: number[][] = []
  const time = clock()
  const done = await retryFailures(batch(0, seen), { timeoutMs: -1, maxDelayMs: 60_000 }, time.of)
  expect(seen).toEqual([[1, 2, 3], [2, 3], [3]])
  expect(time.slept).toEqual([300, 600, 1200])
  expect(done.failures.map(({ row }) => row)).toEqual([9])
})
test('a timeout of 0 means no retry, and a deadline ends them with what still fails', async () => {
  const seen: number[][] = []
  expect((await retryFailures(batch(0, seen), { timeoutMs: 0, maxDelayMs: 60_000 }, clock().of)).failures).toHaveLength(4)
  expect(seen).toEqual([])
  const time = clock()
  const done = await retryFailures(batch(0, seen), { timeoutMs: 500, maxDelayMs: 60_000 }, time.of)
  expect(time.slept).toEqual([300, 200])
  expect(done.failures.map(({ row }) => row)).toEqual([3, 9])
})
test('a stop ends the sleep and the retries', async () => {
  const seen: number[][] = []
  const time = clock()
  const done = await retryFailures(batch(0, seen), { timeoutMs: -1, maxDelayMs: 60_000 }, { ...time.of, sleep: async () => void time.stop() })
  expect(seen).toEqual([])
  expect(done.failures).toHaveLength(4)
})
