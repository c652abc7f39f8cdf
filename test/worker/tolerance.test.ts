/** What becomes of a record that fails: the sentence in the log, the dead letter, and then its end or its task's. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataException } from '../../src/data/errors.ts'
import { setLogWriter } from '../../src/log.ts'
import type { DeadLetters, DeadRecord } from '../../src/worker/dead-letters.ts'
import { ErrorTolerance, type Failure } from '../../src/worker/tolerance.ts'

const original: DeadRecord = { origin: { topic: 't', partition: 0, offset: 5 }, timestamp: 1, key: null, value: Buffer.from('v'), headers: [] }
const failure: Failure = {
  stage: 'VALUE_CONVERTER', className: 'org.example.C', error: new DataException('not readable'), original: () => original,
  record: (whole) => `consumed record is {${whole ? 'whole' : 'place'}}`, hint: (showBytes) => `It looks like ${showBytes ? '00 01' : 'bytes'}.`,
}
const start = (given: { readonly tolerance?: 'all' | 'none'; readonly logEnable?: boolean; readonly logIncludeMessages?: boolean }, send: (record: DeadRecord) => Promise<void> = async () => {}) => {
  const tolerance = new ErrorTolerance({ connector: 'X', task: 2 }, {
    tolerance: 'all', retryTimeoutMs: 0, retryDelayMaxMs: 60_000, logEnable: false, logIncludeMessages: false, deadLetterQueue: null, putBisection: null, ...given,
  })
  const done: string[] = []
  tolerance.deadLetters = {
    send: (record: DeadRecord) => (done.push(`letter ${Buffer.from(record.value ?? []).toString()}`), send(record)),
    drained: async () => void done.push('drained'),
  } as unknown as DeadLetters
  return { tolerance, done }
}

let log = ''
let restore: (text: string) => void
beforeEach(() => {
  log = ''
  restore = setLogWriter((text) => void (log += text))
})
afterEach(() => void setLogWriter(restore))

test('nothing is logged unless errors.log.enable says so, whatever else is set', async () => {
  const { tolerance, done } = start({ logIncludeMessages: true })
  await tolerance.report(failure)
  expect([log, done]).toEqual(['', ['letter v']])
})
test('the sentence in the log is Kafka\'s; it shows nothing of the record or its bytes unless errors.log.include.messages says so', async () => {
  await start({ logEnable: true }).tolerance.report(failure)
  expect(log).toContain("ERROR [X|task-2] Error encountered in task X-2. Executing stage 'VALUE_CONVERTER' with class 'org.example.C'. It looks like bytes. (org.apache.kafka.connect.runtime.errors.LogReporter)\nDataException: not readable")
  log = ''
  await start({ logEnable: true, logIncludeMessages: true }).tolerance.report(failure)
  expect(log).toContain("Executing stage 'VALUE_CONVERTER' with class 'org.example.C', where consumed record is {whole}. It looks like 00 01. (")
})
test('a tolerated record is dropped once its letter is on its way and there is room for more', async () => {
  const { tolerance, done } = start({}, () => Promise.reject(new Error('no such topic')))
  await tolerance.handle([failure, failure])
  expect(done).toEqual(['letter v', 'drained', 'letter v', 'drained'])
})
test('without tolerance the record is reported, and then the end of its task', async () => {
  const { tolerance, done } = start({ tolerance: 'none', logEnable: true })
  await expect(tolerance.handle([failure, failure])).rejects.toMatchObject({
    message: 'Tolerance exceeded in error handler',
    cause: { message: "Stage 'VALUE_CONVERTER' with class 'org.example.C' failed in task X-2, where consumed record is {place}. It looks like 00 01.", cause: failure.error },
  })
  expect(done).toEqual(['letter v'])
  expect(log).toContain('Error encountered in task X-2')
})
test('there is a reporter for tasks when either the log or a dead letter topic would have its reports', () => {
  const { tolerance } = start({})
  expect(tolerance.hasReporter).toBe(true)
  tolerance.deadLetters = null
  expect(tolerance.hasReporter).toBe(false)
  const { tolerance: logging } = start({ logEnable: true })
  logging.deadLetters = null
  expect(logging.hasReporter).toBe(true)
})
