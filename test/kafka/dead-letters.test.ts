/** The same poison records through Java Connect and through ours: the dead letters must be the same, stack traces apart. */
import { rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { uniqueName, testKafka } from '../integration/helpers/kafka.ts'
import { recordsOf } from '../integration/helpers/records.ts'
import { testFolder, testWorker } from '../integration/helpers/standalone.ts'
import { testTopics } from '../integration/helpers/topics.ts'
import { startJavaConnect } from './java-connect.ts'

const poison = [
  'hello', '', '{"a":1}', '{"schema":null}', '{"schema":{"type":"int32"},"payload":"x"}', '{"schema":{"type":"strange"},"payload":1}', '{"a":', '[1,2', '\u0000\u0000\u0000\u0000\u0007abc', '"text"', '17', 'null',
]
/** Neither can read it, and nothing comes after it. */
const end = 'the end'
poison.push(end)

test('dead letters are those of Java Connect: bytes, timestamp, headers in order', { timeout: 180_000 }, async () => {
  await using kafka = await testKafka()
  await using topics = await testTopics(kafka.bootstrap)
  const topic = uniqueName('poison')
  await topics.create(topic)
  await topics.produce(topic, 0, poison.map((value, n) => ({ key: n % 2 === 0 ? `k${n}` : null, value, timestampMs: 1000 + n, headers: n === 0 ? [{ key: 'own', value: Buffer.from('h') }, { key: 'none', value: null }] : [] })))
  const workDir = await mkdtemp(join(tmpdir(), 'isoconnect-dlq-'))
  onTestFinished(() => rm(workDir, { recursive: true }))
  const config = (name: string) => ({
    name, 'connector.class': 'FileStreamSink', topics: topic, file: join(workDir, `${name}.txt`), 'tasks.max': '1',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter', 'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': `${name}-dlq`, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': 'true',
  })
  const [java, ours] = [uniqueName('java'), uniqueName('ours')]
  const readBy = async (name: string) => (await recordsOf(kafka.bootstrap, `${name}-dlq`, ({ value }) => value === end)).map(({ headers, ...record }) => ({
    ...record, headers: headers.filter(([key]) => key !== '__connect.errors.exception.stacktrace').map(([key, value]) => (value === name ? [key, 'NAME'] : [key, value])),
  }))
  const connect = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, connectors: [config(java)], properties: { 'offset.flush.interval.ms': '200' } })
  onTestFinished(() => connect.close())
  await using folder = await testFolder()
  await using worker = await testWorker(folder, kafka)
  await worker.ready
  await worker.herder.putConnectorConfig(ours, config(ours), { allowReplace: false })

  const committed = async (offsets: () => Promise<unknown>) => expect.poll(offsets, { timeout: 60_000 }).toMatchObject({ offsets: [{ offset: { kafka_offset: poison.length } }] })
  await committed(async () => (await fetch(`${connect.restUrl}/connectors/${java}/offsets`)).json())
  await committed(() => worker.herder.offsets(ours))
  const [theirs, mine] = [await readBy(java), await readBy(ours)]
  expect(theirs.length).toBeGreaterThan(poison.length / 2)
  expect(mine).toEqual(theirs)
})
