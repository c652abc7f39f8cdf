/** kill -9 of the worker and of its cells in the middle of 200,000 lines, and a clean stop and start: both ends are read by outsiders. */
import { open, readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestKafka, testKafka, uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder, until } from '../helpers/standalone.ts'
import { examine, lineOf, writeLines } from './lines.ts'
import { childrenOf, isAlive, startWorker } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

const total = 200_000
let kafka: TestKafka
let topics: Outsider
let input: TestFolder
beforeAll(async () => {
  kafka = await testKafka()
  topics = outsider(kafka.bootstrap)
  input = await testFolder()
  await writeLines(input.file('in.txt'), 0, total)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await input?.[Symbol.asyncDispose]()
  await kafka?.close()
})

/** Small batches, so that 200,000 lines take long enough to be hit in their middle. */
const sourceOf = (topic: string) => ({ name: 'source', 'connector.class': 'FileStreamSource', file: input.file('in.txt'), topic, 'batch.size': '100' })
const sinkOf = (folder: TestFolder, topic: string, more: Readonly<Record<string, string>> = {}) => ({
  name: uniqueName('sink'), 'connector.class': 'FileStreamSink', file: folder.file('out.txt'), topics: topic, 'consumer.override.max.poll.records': '300',
  'consumer.override.session.timeout.ms': '6000', 'consumer.override.heartbeat.interval.ms': '500', ...more,
})
const linesOf = async (folder: TestFolder): Promise<string[]> => {
  const text = await readFile(folder.file('out.txt'), 'utf8').catch(() => '')
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
const lastLineOf = async (folder: TestFolder): Promise<string> => {
  await using handle = await open(folder.file('out.txt'))
  const { size } = await handle.stat()
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, Math.max(0, size - 200))
  return buffer.subarray(0, bytesRead).toString().trimEnd().split('\n').at(-1) ?? ''
}
const isLast = (line: string): boolean => line === lineOf(total - 1)
const bytesOf = async (folder: TestFolder): Promise<number> => (await stat(folder.file('out.txt')).catch(() => null))?.size ?? 0
const lineBytes = Buffer.byteLength(`${lineOf(0)}\n`)

test('a worker with a source and a sink is killed three times: every line reaches topic and file, in order, some twice', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('kill-worker')
  await topics.create(topic)
  // a static member, so that the next worker need not wait for the session of the killed one to end
  const connectors = [sourceOf(topic), sinkOf(folder, topic, { 'consumer.override.group.instance.id': uniqueName('member') })]
  for (const killAt of [10_000, 60_000, 110_000]) {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await until(`some ${killAt} lines are in topic and file`, async () => Math.min(await topics.written(topic), (await bytesOf(folder)) / lineBytes), (seen) => seen >= killAt)
    const children = await childrenOf(worker.pid)
    await worker.kill()
    expect(children.length).toBeGreaterThanOrEqual(2)
    await until('its children are gone with it', async () => (await Promise.all(children.map(isAlive))).some(Boolean), (alive) => !alive)
    expect(examine([await linesOf(folder)], total, true).distinct).toBeLessThan(total)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const end of [await topics.read(topic), [await linesOf(folder)]]) {
    const arrived = examine(end, total, true)
    expect(arrived).toMatchObject({ distinct: total, problems: [] })
    // offsets are stored ten times a second: workers that began anew each time would show
    expect(arrived.duplicates).toBeLessThan(total)
  }
})

test('a worker that is stopped and started three times brings no line twice, and none is missing', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('stop-worker')
  await topics.create(topic)
  const connectors = [sourceOf(topic), sinkOf(folder, topic)]
  for (const stopAt of [10_000, 60_000, 110_000]) {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await until(`some ${stopAt} lines are in topic and file`, async () => Math.min(await topics.written(topic), (await bytesOf(folder)) / lineBytes), (seen) => seen >= stopAt)
    expect(await worker.stop()).toBe(0)
    expect((await linesOf(folder)).length).toBeLessThan(total)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const end of [await topics.read(topic), [await linesOf(folder)]]) expect(examine(end, total, true)).toEqual({ distinct: total, duplicates: 0, rewinds: 0, problems: [] })
})

test('a cell that is killed fails its task with the reason; restarted, it goes on, and nothing is lost', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('kill-cell')
  await topics.create(topic)
  const sink = sinkOf(folder, topic)
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [sourceOf(topic)] })
  await worker.untilTask('source', 'RUNNING')
  const before = new Set(await childrenOf(worker.pid))
  expect((await worker.rest('POST', '/connectors', { name: sink.name, config: sink })).status).toBe(201)
  await worker.untilTask(sink.name, 'RUNNING')
  const cellsOf = { source: [...before], [sink.name]: (await childrenOf(worker.pid)).filter((pid) => !before.has(pid)) }
  for (const [connector, cells] of Object.entries(cellsOf)) {
    await until('some lines have come through', () => bytesOf(folder), (bytes) => bytes > 20_000 * lineBytes)
    for (const pid of cells) process.kill(pid, 'SIGKILL')
    expect(await worker.untilTask(connector, 'FAILED')).toMatch(/killed|SIGKILL/)
    expect(examine([await linesOf(folder)], total, true).distinct).toBeLessThan(total)
    await worker.restart(connector)
    await worker.untilTask(connector, 'RUNNING')
  }
  await until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const end of [await topics.read(topic), [await linesOf(folder)]]) expect(examine(end, total, true)).toMatchObject({ distinct: total, problems: [] })
})
