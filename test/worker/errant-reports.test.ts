/** Reports of a sink task: what a task makes of a failed report does not matter, and commits wait until reports are durable. */
import { expect, test } from 'vitest'
import { ConnectException } from '../../src/data/errors.ts'
import { logger } from '../../src/log.ts'
import { createConverter } from '../../src/converters/converters.ts'
import type { DeadLetters, DeadRecord } from '../../src/worker/dead-letters.ts'
import { ErrantReports } from '../../src/worker/errant-reports.ts'
import { RecentRecords } from '../../src/worker/fetched-records.ts'
import { ErrorTolerance, type Failure } from '../../src/worker/tolerance.ts'
import { recordColumns } from './fakes.ts'

const p0 = { topic: 't', partition: 0 }
const id = { connector: 'X', task: 0 }
const string = createConverter({ className: 'StringConverter', isKey: false, config: {} })
const handling = { retryTimeoutMs: 0, retryDelayMaxMs: 1000, logEnable: false, logIncludeMessages: false, deadLetterQueue: null, putBisection: null } as const
/** With a dead letter topic that takes a letter when `letter` says so; `others`: letters of records that could not be converted. */
const start = (tolerance: 'all' | 'none', letter: Promise<void>, others: Promise<void> = Promise.resolve(), reported: string[] = []) => {
  const errors = new ErrorTolerance(id, { ...handling, tolerance })
  errors.deadLetters = { send: (_record: DeadRecord, failure: Failure) => (reported.push(`${failure.stage} ${failure.className} ${failure.record(true)}`), letter), settled: () => others, drained: async () => {} } as unknown as DeadLetters
  const recent = new RecentRecords(1000)
  recent.add([recordColumns(p0, 5, ['a', 'b'])])
  return new ErrantReports({ tolerance: errors, recent, converters: { key: string, value: string, header: string }, readsEnvelopes: true, log: logger('test') })
}

test('without tolerance the report rejects, and fails the task whatever it makes of that', async () => {
  const reports = start('none', Promise.resolve())
  await expect(reports.reportFetched({ ...p0, offset: 6 }, new Error('odd'))).rejects.toThrow('Tolerance exceeded in error handler')
  expect(reports.failure).toBeInstanceOf(ConnectException)
})
test('a report has the stage and the class that Kafka gives it, and names the record that was consumed', async () => {
  const reported: string[] = []
  await start('all', Promise.resolve(), undefined, reported).reportFetched({ ...p0, offset: 6 }, new Error('odd'))
  expect(reported).toEqual(["TASK_PUT org.apache.kafka.connect.sink.SinkTask consumed record is {topic='t', partition=0, offset=6, timestamp=1000, timestampType=CreateTime}"])
})
test('with tolerance a report is over when it is durable, and a commit waits for it', async () => {
  const letter = Promise.withResolvers<void>()
  const reports = start('all', letter.promise)
  const reported = reports.reportFetched({ ...p0, offset: 5 }, new Error('odd'))
  expect(await reports.settled([p0], 20)).toBe(false)
  expect(await reports.settled([{ topic: 't', partition: 1 }], 20)).toBe(true)
  letter.resolve()
  expect([await reported, await reports.settled([p0], 1000), reports.failure]).toEqual([true, true, null])
})
test('a letter that cannot be written stops the commit of its partition, until that is somebody else’s', async () => {
  const reports = start('all', Promise.reject(new Error('no such topic')))
  await expect(reports.reportFetched({ ...p0, offset: 5 }, new Error('odd'))).rejects.toThrow('no such topic')
  await expect(reports.settled([p0], 1000)).rejects.toThrow('could not be written to the dead letter queue')
  reports.forget([p0])
  expect(await reports.settled([p0], 1000)).toBe(true)
})
test('letters of records that could not be converted are waited for too', async () => {
  const others = Promise.withResolvers<void>()
  const reports = start('all', Promise.resolve(), others.promise)
  expect(await reports.settled([p0], 20)).toBe(false)
  others.resolve()
  expect(await reports.settled([p0], 1000)).toBe(true)
})
test('a record that is no longer here is not reported so', async () => {
  const reports = start('all', Promise.resolve())
  expect(await reports.reportFetched({ ...p0, offset: 7 }, new Error('odd'))).toBe(false)
  expect(await reports.reportFetched({ topic: 't', partition: 1, offset: 5 }, new Error('odd'))).toBe(false)
})
