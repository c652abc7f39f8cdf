/** A partition's leader dies, the other broker takes over, and it comes back: from file to topic to file, through a worker as users start it. */
import { expect, test } from 'vitest'
import { bytesOf, lineBytes, linesOf, sinkOf, sourceOf, total, writeInput } from '../integration/faults/bed.ts'
import { examine } from '../integration/faults/lines.ts'
import { startWorker } from '../integration/faults/processes.ts'
import { outsider } from '../integration/faults/topic.ts'
import { uniqueName } from '../integration/helpers/kafka.ts'
import { testFolder } from '../integration/helpers/standalone.ts'
import { testTopics } from '../integration/helpers/topics.ts'
import { startKafka } from './server.ts'

test('a leader that dies in the middle of 200,000 lines and comes back costs no line', { timeout: 120_000 }, async () => {
  await using folder = await testFolder()
  // two copies, so that the broker that stays has every record acknowledged
  await using kafka = await startKafka({ brokers: 2, properties: { 'broker.heartbeat.interval.ms': '300', 'broker.session.timeout.ms': '1500', 'default.replication.factor': '2' } })
  await using setup = await testTopics(kafka.bootstrap)
  await using topics = outsider(kafka.bootstrap)
  const topic = uniqueName('leader')
  await setup.create(topic, 4, {}, 2)
  await writeInput(folder)
  const connectors = [sourceOf(folder, topic), sinkOf(folder, topic)]
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  const comesTo = (lines: number) => worker.until(`some ${lines} lines are in the file`, () => bytesOf(folder), (bytes) => bytes >= lines * lineBytes)
  await comesTo(10_000)
  // node 1 is the controller: without it nobody would choose another leader
  await kafka.stop(2)
  await comesTo(60_000)
  expect((await linesOf(folder)).length).toBeLessThan(total)
  await kafka.start(2)
  await worker.until('every line is in the file', async () => new Set(await linesOf(folder)).size, (seen) => seen === total)
  for (const { name } of connectors) expect(await worker.status(name), worker.output.slice(-4000)).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
  expect(await worker.stop()).toBe(0)
  expect(examine(await topics.read(topic), total, 'spread')).toMatchObject({ distinct: total, problems: [] })
  expect(new Set(await linesOf(folder)).size).toBe(total)
})
