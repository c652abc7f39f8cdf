/** Topics that are deleted or grown under a running source and sink, and records that the broker or the producer finds too large. */
import { appendFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestKafka, testKafka, uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder } from '../helpers/standalone.ts'
import { linesOf, sinkOf, sourceOf } from './bed.ts'
import { examine, lineOf, writeLines } from './lines.ts'
import { startWorker, type WorkerProcess } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

/** Kafka's own words, and the dev broker's. */
const tooLarge = /larger than the max message size|exceeds the maximum configured value/
/** Lines of each step. */
const step = 3000
const lines = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => lineOf(from + index))
let kafka: TestKafka
let topics: Outsider
let folder: TestFolder
beforeAll(async () => {
  kafka = await testKafka()
  topics = outsider(kafka.bootstrap)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await kafka?.close()
})

const create = async (worker: WorkerProcess, config: Readonly<Record<string, string>>): Promise<void> => {
  expect((await worker.rest('POST', '/connectors', { name: config['name'], config })).status).toBe(201)
}
const makeAnew = async (topic: string): Promise<void> => {
  await topics.delete(topic)
  await topics.create(topic)
}
/** Lines may come twice. */
const untilLines = (worker: WorkerProcess, count: number): Promise<unknown> =>
  worker.until(`${count} different lines are in the file`, () => linesOf(folder), (seen) => new Set(seen).size >= count)
/** Metadata is asked for every second: what happens to a topic is seen soon. */
const soon = { 'consumer.override.metadata.max.age.ms': '1000' }
const source = (topic: string, more: Readonly<Record<string, string>> = {}) => sourceOf(folder, topic, { 'producer.override.metadata.max.age.ms': '1000', ...more })

test('a topic that grows under a source and a sink: every line comes, in order in its partition', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('grown')
  await topics.create(topic)
  await writeLines(folder.file('in.txt'), 0, step)
  const connectors = [source(topic, { 'producer.override.batch.size': '2000' }), sinkOf(folder, topic, soon)]
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await untilLines(worker, step)
  await topics.grow(topic, 3)
  let written = step
  // until the producer has heard of the new partitions all go to the old one
  await worker.until('lines go to all partitions', async () => {
    await writeLines(folder.file('in.txt'), written, written + 500)
    written += 500
    return topics.read(topic)
  }, (partitions) => partitions.length === 3 && partitions.every(({ length }) => length > 0))
  await worker.until('all lines are in the file', () => linesOf(folder), ({ length }) => length >= written)
  expect(await worker.stop()).toBe(0)
  expect(examine(await topics.read(topic), written, 'spread')).toEqual({ distinct: written, duplicates: 0, rewinds: 0, torn: 0, problems: [] })
  expect((await linesOf(folder)).toSorted()).toEqual(lines(0, written))
})

test('a topic that is deleted under a source and a sink and made anew: tasks go on, and lines written since arrive', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('deleted')
  await topics.create(topic)
  await writeLines(folder.file('in.txt'), 0, step)
  const [from, to] = [source(topic), sinkOf(folder, topic, soon)]
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [from, to] })
  await untilLines(worker, step)
  await makeAnew(topic)
  await writeLines(folder.file('in.txt'), step, 2 * step)
  await worker.until('the new lines are in the new topic', () => topics.written(topic), (seen) => seen >= step)
  await untilLines(worker, 2 * step)
  for (const { name } of [from, to]) expect(await worker.status(name)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
  expect(await worker.stop()).toBe(0)
  expect((await topics.read(topic))[0]).toEqual(lines(step, 2 * step))
  expect(examine([await linesOf(folder)], 2 * step, 'input')).toMatchObject({ distinct: 2 * step, problems: [] })
})

test('a topic that is deleted, made anew and filled while the worker stands still: all of the new one is in the file, however long the old one was', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('anew')
  await topics.create(topic)
  await topics.produce(topic, 0, lines(0, step))
  const to = sinkOf(folder, topic)
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [to] })
  await untilLines(worker, step)
  worker.signal('SIGSTOP')
  await makeAnew(topic)
  await topics.produce(topic, 0, lines(step, 3 * step))
  worker.signal('SIGCONT')
  await untilLines(worker, 3 * step)
  expect(await worker.status(to.name)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
  expect(await worker.stop()).toBe(0)
  expect(examine([await linesOf(folder)], 3 * step, 'input')).toMatchObject({ distinct: 3 * step, problems: [] })
})

test('a topic made anew and filled while the worker is down is read whole: the position in the old one was not left for it', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('anew-down')
  await topics.create(topic)
  await topics.produce(topic, 0, lines(0, step))
  const to = sinkOf(folder, topic, soon)
  // nothing is committed but at the end
  const options = { bootstrap: kafka.bootstrap, connectors: [to], props: { 'offset.flush.interval.ms': '3600000' } }
  {
    await using worker = await startWorker(folder, options)
    await untilLines(worker, step)
    await makeAnew(topic)
    // the first time it began with the old one
    await worker.until('it has begun with the new topic', () => Promise.resolve(worker.output), (output) => output.split('Resetting offset for partition').length > 2)
    expect(await worker.stop()).toBe(0)
  }
  await topics.produce(topic, 0, lines(step, 3 * step))
  await using worker = await startWorker(folder, options)
  await untilLines(worker, 3 * step)
  expect(await worker.stop()).toBe(0)
})

test('a record larger than the topic takes fails the source with the reason, and is neither lost nor skipped', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('too-large')
  await topics.create(topic, 1, { 'max.message.bytes': '20000' })
  await writeLines(folder.file('in.txt'), 0, step)
  await appendFile(folder.file('in.txt'), `${'x'.repeat(30_000)}\n`)
  await writeLines(folder.file('in.txt'), step, 2 * step)
  const large = source(topic)
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [large] })
  expect(await worker.untilTask(large.name, 'FAILED')).toMatch(new RegExp(`Unrecoverable exception from producer send callback[^]*Caused by: KafkaError: Produce to ${topic}-0: .*${tooLarge.source}`))
  // what came before it is there (batches larger than the limit were split); it is met again as long as the topic does not take it
  await worker.until('the lines before it are there', () => topics.read(topic), ([seen]) => seen?.slice(0, step).join() === lines(0, step).join())
  await worker.restart(large.name)
  expect(await worker.untilTask(large.name, 'FAILED')).toMatch(tooLarge)
})

test('a record larger than max.request.size fails the source with that reason', async () => {
  folder = await testFolder()
  await using _folder = folder
  const topic = uniqueName('larger')
  await topics.create(topic)
  await writeLines(folder.file('in.txt'), 0, step)
  await appendFile(folder.file('in.txt'), `${'x'.repeat(1_100_000)}\n`)
  const larger = source(topic)
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [] })
  await worker.until('it is up', () => worker.rest('GET', '/connectors').catch(() => null), (answer) => answer?.status === 200)
  await create(worker, larger)
  expect(await worker.untilTask(larger.name, 'FAILED')).toMatch(/The message is \d+ bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration/)
  await worker.until('the lines before it are there', () => topics.read(topic), ([seen]) => seen?.join() === lines(0, step).join())
})
