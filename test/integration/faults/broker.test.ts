/** The broker dies and comes back, or stands still, in the middle of 200,000 lines from file to topic to file. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder } from '../helpers/standalone.ts'
import { bothEnds, bytesOf, isLast, lastLineOf, lineBytes, linesOf, sinkOf, sourceOf, total, writeInput } from './bed.ts'
import { examine } from './lines.ts'
import { type OwnBroker, ownBroker } from './own-broker.ts'
import { startWorker, type WorkerProcess } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

let input: TestFolder
let broker: OwnBroker
let topics: Outsider
beforeAll(async () => {
  input = await testFolder()
  await writeInput(input)
  broker = await ownBroker(input)
  topics = outsider(broker.bootstrap)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await broker?.[Symbol.asyncDispose]()
  await input?.[Symbol.asyncDispose]()
})

const allRunning = async (worker: WorkerProcess, connectors: readonly { readonly name: string }[]): Promise<void> => {
  for (const { name } of connectors) expect(await worker.status(name), worker.output.slice(-4000)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
}

test('a broker that is killed twice and comes back costs no line', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('kill-broker')
  await topics.create(topic)
  const connectors = [sourceOf(input, topic), sinkOf(folder, topic)]
  await using worker = await startWorker(folder, { bootstrap: broker.bootstrap, connectors })
  for (const killAt of [10_000, 80_000]) {
    await worker.until(`some ${killAt} lines are in the file`, () => bytesOf(folder), (bytes) => bytes >= killAt * lineBytes)
    const said = worker.output.length
    await broker.kill()
    expect((await linesOf(folder)).length).toBeLessThan(total)
    await worker.until('the worker has noticed', () => Promise.resolve(worker.output.slice(said)), (output) => /could not be established/.test(output))
    await broker.start()
  }
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  await allRunning(worker, connectors)
  expect(await worker.stop()).toBe(0)
  for (const arrived of await bothEnds(topics, topic, folder)) expect(arrived).toMatchObject({ distinct: total, problems: [] })
})

test('a broker that stands still for a while costs no line, whether requests time out meanwhile or not', async () => {
  await using folder = await testFolder()
  const frozenMs = broker.kind === 'real' ? 20_000 : 4_000
  const [patient, hasty] = [uniqueName('patient'), uniqueName('hasty')]
  await topics.create(patient)
  await topics.create(hasty)
  const shortMs = String(frozenMs / 4)
  const connectors = [
    sourceOf(input, patient),
    sourceOf(input, hasty, { 'producer.override.request.timeout.ms': shortMs }),
    sinkOf(folder, hasty, { 'consumer.override.request.timeout.ms': shortMs, 'consumer.override.default.api.timeout.ms': String(frozenMs * 5) }),
  ]
  await using worker = await startWorker(folder, { bootstrap: broker.bootstrap, connectors })
  await worker.until('some lines are everywhere', async () => [await topics.written(patient), await topics.written(hasty), Math.floor((await bytesOf(folder)) / lineBytes)], (seen) => Math.min(...seen) > 10_000)
  const freezing = broker.freeze(frozenMs)
  expect((await linesOf(folder)).length).toBeLessThan(total)
  await freezing
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  await worker.until('the other topic is full', () => topics.written(patient), (seen) => seen >= total)
  await allRunning(worker, connectors)
  expect(await worker.stop()).toBe(0)
  for (const arrived of [examine(await topics.read(patient), total, 'input'), ...(await bothEnds(topics, hasty, folder))]) expect(arrived).toMatchObject({ distinct: total, problems: [] })
})
