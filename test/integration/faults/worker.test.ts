/** kill -9 of the worker and of its cells in the middle of 200,000 lines, and a clean stop and start: both ends are read by outsiders. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestKafka, testKafka, uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder, until } from '../helpers/standalone.ts'
import { bothEnds, bytesOf, isLast, lastLineOf, lineBytes, linesOf, sinkOf, sourceOf, total, writeInput } from './bed.ts'
import { examine } from './lines.ts'
import { childrenOf, isAlive, killProcess, limitFiles, startWorker, type WorkerProcess } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

let kafka: TestKafka
let topics: Outsider
let input: TestFolder
beforeAll(async () => {
  kafka = await testKafka()
  topics = outsider(kafka.bootstrap)
  input = await testFolder()
  await writeInput(input)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await input?.[Symbol.asyncDispose]()
  await kafka?.close()
})

/** Both have moved on since this worker was started: how far its predecessors came differs from machine to machine. */
const inItsMiddle = async (worker: WorkerProcess, folder: TestFolder, topic: string): Promise<void> => {
  const lines = async () => ({ topic: await topics.written(topic), file: (await bytesOf(folder)) / lineBytes })
  const before = await lines()
  await worker.until('some lines more are in topic and file', lines, (now) => now.file >= before.file + 10_000 && now.topic >= Math.min(before.topic + 10_000, total))
}

test('a worker with a source and a sink is killed three times: every line reaches topic and file, in order, some twice', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('kill-worker')
  await topics.create(topic)
  // a static member, so that the next worker need not wait for the session of the killed one to end
  const connectors = [sourceOf(input, topic), sinkOf(folder, topic, { 'consumer.override.group.instance.id': uniqueName('member') })]
  for (let round = 1; round <= 3; round++) {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await inItsMiddle(worker, folder, topic)
    const children = await childrenOf(worker.pid)
    await worker.kill()
    expect(children.length).toBeGreaterThanOrEqual(2)
    await until('its children are gone with it', async () => (await Promise.all(children.map(isAlive))).some(Boolean), (alive) => !alive)
    expect(examine([await linesOf(folder)], total, 'input').distinct).toBeLessThan(total)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const arrived of await bothEnds(topics, topic, folder)) {
    expect(arrived).toMatchObject({ distinct: total, problems: [] })
    // offsets are stored ten times a second: workers that began anew each time would show
    expect(arrived.duplicates).toBeLessThan(total)
  }
})

test('a worker that is stopped and started three times brings no line twice, and none is missing', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('stop-worker')
  await topics.create(topic)
  const connectors = [sourceOf(input, topic), sinkOf(folder, topic)]
  for (let round = 1; round <= 3; round++) {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await inItsMiddle(worker, folder, topic)
    expect(await worker.stop()).toBe(0)
    expect((await linesOf(folder)).length).toBeLessThan(total)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const end of [await topics.read(topic), [await linesOf(folder)]]) expect(examine(end, total, 'input')).toEqual({ distinct: total, duplicates: 0, rewinds: 0, torn: 0, problems: [] })
})

test('a cell that is killed fails its task with the reason; restarted, it goes on, and nothing is lost', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('kill-cell')
  await topics.create(topic)
  const [source, sink] = [sourceOf(input, topic), sinkOf(folder, topic)]
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [source] })
  await worker.untilTask(source.name, 'RUNNING')
  const before = new Set(await childrenOf(worker.pid))
  expect((await worker.rest('POST', '/connectors', { name: sink.name, config: sink })).status).toBe(201)
  await worker.untilTask(sink.name, 'RUNNING')
  const cellsOf = { [source.name]: [...before], [sink.name]: (await childrenOf(worker.pid)).filter((pid) => !before.has(pid)) }
  for (const [connector, cells] of Object.entries(cellsOf)) {
    await worker.until('some lines have come through', () => bytesOf(folder), (bytes) => bytes > 20_000 * lineBytes)
    for (const pid of cells) await killProcess(pid)
    expect(await worker.untilTask(connector, 'FAILED')).toMatch(/killed|SIGKILL/)
    expect(examine([await linesOf(folder)], total, 'input').distinct).toBeLessThan(total)
    await worker.restart(connector)
    await worker.untilTask(connector, 'RUNNING')
  }
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  for (const arrived of await bothEnds(topics, topic, folder)) expect(arrived).toMatchObject({ distinct: total, problems: [] })
})

test('a sink whose disk is full fails with the reason; restarted with room again, every line arrives', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('full-sink')
  await topics.create(topic)
  const [source, sink] = [sourceOf(input, topic), sinkOf(folder, topic)]
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [source] })
  await worker.untilTask(source.name, 'RUNNING')
  const before = new Set(await childrenOf(worker.pid))
  expect((await worker.rest('POST', '/connectors', { name: sink.name, config: sink })).status).toBe(201)
  await worker.untilTask(sink.name, 'RUNNING')
  // in the middle of a line
  const roomBytes = 30_000 * lineBytes + 40
  for (const pid of await childrenOf(worker.pid)) if (!before.has(pid)) await limitFiles(pid, roomBytes)
  expect(await worker.untilTask(sink.name, 'FAILED')).toMatch(/Couldn't write to file '.*out.txt'[^]*EFBIG/)
  expect(await bytesOf(folder)).toBe(roomBytes)
  for (const pid of await childrenOf(worker.pid)) await limitFiles(pid, 'unlimited')
  await worker.restart(sink.name)
  await worker.until('the last line is in the file', () => lastLineOf(folder), isLast)
  expect(await worker.stop()).toBe(0)
  expect(examine([await linesOf(folder)], total, 'input')).toMatchObject({ distinct: total, torn: 1, problems: [] })
})
