/** A slow end makes the other end wait: memory stays within its bound, and nothing times out. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder } from '../helpers/standalone.ts'
import { type OwnBroker, ownBroker } from './own-broker.ts'
import { rssBytesOf, startWorker, type WorkerProcess } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

/** A source without end, whose records have the size asked for, and a sink that takes its time for each put and notes what it got. */
const code = `
import { SinkConnector, SinkTask, SourceConnector, SourceTask } from 'isoconnect'
import { appendFile } from 'node:fs/promises'
export class FloodSource extends SourceConnector {
  start(props) { this.props = props }
  taskClass() { return FloodTask }
  taskConfigs() { return [this.props] }
}
class FloodTask extends SourceTask {
  start({ topic, bytes, count }) {
    Object.assign(this, { topic, count: Number(count), filler: 'x'.repeat(Number(bytes) - 8) })
    this.n = this.context.offsetStorageReader.offset({ flood: 0 })?.n ?? 0
  }
  poll() {
    return Array.from({ length: this.count }, () => {
      const n = this.n++
      return { topic: this.topic, value: String(n).padStart(7, '0') + ' ' + this.filler, sourcePartition: { flood: 0 }, sourceOffset: { n: this.n } }
    })
  }
}
export class SlowSink extends SinkConnector {
  start(props) { this.props = props }
  taskClass() { return SlowTask }
  taskConfigs() { return [this.props] }
}
class SlowTask extends SinkTask {
  start(props) { this.props = props }
  async put(records) {
    if (records.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await appendFile(this.props.file, records.map(({ value }) => value.slice(0, 7)).join(' ') + '\\n')
  }
}
`
const plugins = [
  { type: 'source', class: 'com.example.FloodSource', export: 'FloodSource' },
  { type: 'sink', class: 'com.example.SlowSink', export: 'SlowSink' },
]
const permissions = { fs: [{ path: '${config:file}', access: 'read-write', reason: 'notes' }] }
const mb = 1024 * 1024
const slackMb = 64
const slowMs = 2000

let folder: TestFolder
let broker: OwnBroker
let topics: Outsider
beforeAll(async () => {
  folder = await testFolder()
  await folder.bundle('pressure', plugins, code, { isoconnect: { plugins, permissions } })
  // slow, not dead: with a session shorter than its pauses the controller, when it wakes first, takes the leadership from it (NOT_LEADER_OR_FOLLOWER)
  broker = await ownBroker(folder, { 'broker.session.timeout.ms': String(5 * slowMs) })
  topics = outsider(broker.bootstrap)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await broker?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

/** The largest resident size of worker and cells until the condition holds. */
const largestRss = async (worker: WorkerProcess, condition: () => Promise<boolean>): Promise<number> => {
  let largest = 0
  await worker.until('the condition holds', async () => {
    largest = Math.max(largest, await rssBytesOf(worker.pid))
    return condition()
  }, Boolean)
  return largest
}
/** True once so many of the broker's pauses are over. */
const slowAnswers = (pauses: number) => {
  const began = performance.now()
  return () => Promise.resolve(performance.now() > began + pauses * slowMs)
}
const complaints = (worker: WorkerProcess): string[] => worker.output.split('\n').filter((line) => /^\[[^\]]*\] (WARN|ERROR)/.test(line))

test('a source of 1 MB records before a broker that takes 2 s for each answer', async () => {
  const topic = uniqueName('flood')
  await topics.create(topic)
  const name = uniqueName('flood')
  await using worker = await startWorker(folder, {
    bootstrap: broker.bootstrap, props: { 'offset.storage.file.filename': folder.file('offsets-flood') },
    connectors: [{ name, 'connector.class': 'FloodSource', topic, bytes: '1000000', count: '10' }],
  })
  await worker.until('records come', () => topics.written(topic), (seen) => seen > 20)
  const before = await rssBytesOf(worker.pid)
  const over = new AbortController()
  const slow = broker.slow(slowMs, over.signal)
  const largest = await largestRss(worker, slowAnswers(4))
  over.abort()
  await slow
  // buffer.memory, the batches before and behind it as text and as bytes, and what V8 has not collected; unbounded it would be a gigabyte
  expect((largest - before) / mb).toBeLessThan(32 + 8 * 10 + slackMb)
  expect(complaints(worker)).toEqual([])
  expect(await worker.status(name)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
  expect(await worker.stop()).toBe(0)
  const [values = []] = await topics.read(topic)
  expect(values.map((value) => Number(value.slice(0, 7)))).toEqual(values.map((_, index) => index))
})

test('a sink that takes a second for each put', async () => {
  const topic = uniqueName('slow')
  await topics.create(topic)
  const [source, sink] = [uniqueName('flood'), uniqueName('slow')]
  await using worker = await startWorker(folder, {
    bootstrap: broker.bootstrap, props: { 'offset.storage.file.filename': folder.file('offsets-slow') },
    connectors: [{ name: source, 'connector.class': 'FloodSource', topic, bytes: '1000', count: '1000' }],
  })
  await worker.until('there is more than it can take', () => topics.written(topic), (seen) => seen > 200_000)
  await worker.rest('PUT', `/connectors/${source}/stop`)
  const config = { name: sink, 'connector.class': 'SlowSink', topics: topic, file: folder.file('notes.txt') }
  expect((await worker.rest('POST', '/connectors', { name: sink, config })).status).toBe(201)
  const notes = async () => (await readFile(folder.file('notes.txt'), 'utf8').catch(() => '')).trimEnd().split('\n')
  await worker.until('the first put is over', notes, ([first]) => first !== '')
  const before = await rssBytesOf(worker.pid)
  const largest = await largestRss(worker, async () => (await notes()).length >= 6)
  // fetch.max.bytes and three puts: under way, decoded, as the guest sees it. The topic holds more than 200 MB.
  expect((largest - before) / mb).toBeLessThan(50 + 3 * 8 + slackMb)
  expect(complaints(worker)).toEqual([])
  expect(await worker.status(sink)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
  expect(await worker.stop()).toBe(0)
  const numbers = (await notes()).join(' ').split(' ').map(Number)
  expect(numbers).toEqual(numbers.map((_, index) => index))
})
