/** Clients that npm does not bring, against the dev broker: Kafka's own tools, a Java Connect worker, and kcat where it is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startDevBroker, type DevBroker } from '../../src/dev-broker/broker.ts'
import { startJavaConnect } from './java-connect.ts'
import { ensureKafkaJars, type KafkaJars } from './jars.ts'

let broker: DevBroker
let jars: KafkaJars
beforeAll(async () => {
  jars = await ensureKafkaJars()
  broker = await startDevBroker({ port: 0 })
}, 600_000)
afterAll(() => broker.close())

/** Runs a program on some input to its end; its output, which must come with exit code 0. */
const pipe = async (program: string, args: readonly string[], input = ''): Promise<string> => {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${output}\n${complaints}`)
  return output
}
const java = (mainClass: string, args: readonly string[], input?: string): Promise<string> =>
  pipe('java', ['-Xmx256m', '-cp', jars.classPath, `org.apache.kafka.tools.${mainClass}`, '--bootstrap-server', broker.address, ...args], input)
const lines = (count: number): string => Array.from({ length: count }, (_, number) => `line ${number}\n`).join('')

describe('Kafka’s tools', { timeout: 120_000 }, () => {
  test.each(['none', 'zstd'])('what the console producer sends with %s, the console consumer prints', async (codec) => {
    await java('ConsoleProducer', ['--topic', `java-${codec}`, '--compression-codec', codec], lines(100))
    expect(await java('consumer.ConsoleConsumer', ['--topic', `java-${codec}`, '--from-beginning', '--max-messages', '100'])).toBe(lines(100))
  })

  test('topics are made, described, grown and deleted', async () => {
    await java('TopicCommand', ['--create', '--topic', 'managed', '--partitions', '2', '--config', 'retention.ms=60000'])
    expect(await java('TopicCommand', ['--describe', '--topic', 'managed'])).toMatch(/PartitionCount: 2\s+ReplicationFactor: 1\s+Configs: retention.ms=60000/)
    await java('TopicCommand', ['--alter', '--topic', 'managed', '--partitions', '3'])
    expect(await java('GetOffsetShell', ['--topic', 'managed'])).toBe('managed:0:0\nmanaged:1:0\nmanaged:2:0\n')
    await java('TopicCommand', ['--delete', '--topic', 'managed'])
    expect(await java('TopicCommand', ['--list'])).not.toContain('managed')
  })

  test('transactions commit, and a committed reader of a group sees all of them', async () => {
    await java('ProducerPerformance', ['--topic', 'in-transactions', '--num-records', '2000', '--record-size', '20', '--throughput', '-1', '--transactional-id', 'perf', '--transaction-duration-ms', '20'])
    const read = await java('consumer.ConsoleConsumer', ['--topic', 'in-transactions', '--group', 'committed-readers', '--isolation-level', 'read_committed', '--from-beginning', '--max-messages', '2000'])
    expect(read.trimEnd().split('\n')).toHaveLength(2000)
    expect(await java('consumer.group.ConsumerGroupCommand', ['--describe', '--group', 'committed-readers'])).toMatch(/committed-readers +in-transactions +0 +\d+/)
  })
})

describe.skipIf(spawnSync('kcat', ['-V']).error !== undefined)('kcat', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('what it produces with %s it consumes', async (codec) => {
    await pipe('kcat', ['-b', broker.address, '-P', '-t', `kcat-${codec}`, '-z', codec], lines(2000))
    expect(await pipe('kcat', ['-b', broker.address, '-C', '-t', `kcat-${codec}`, '-e', '-q'])).toBe(lines(2000))
  })
  test('it joins a group and reads to the end', async () => {
    await pipe('kcat', ['-b', broker.address, '-P', '-t', 'kcat-group', '-X', 'enable.idempotence=true'], lines(10))
    expect(await pipe('kcat', ['-b', broker.address, '-q', '-e', '-X', 'auto.offset.reset=earliest', '-G', 'kcat-readers', 'kcat-group'])).toBe(lines(10))
  })
})

test('a Java Connect worker runs on it', { timeout: 120_000 }, async () => {
  const workDir = await mkdtemp(join(tmpdir(), 'isoconnect-java-'))
  onTestFinished(() => rm(workDir, { recursive: true }))
  await writeFile(join(workDir, 'in.txt'), 'one\ntwo\n')
  const source = { name: 'lines', 'connector.class': 'FileStreamSource', 'tasks.max': '1', file: join(workDir, 'in.txt'), topic: 'lines' }
  const connect = await startJavaConnect({ bootstrap: broker.address, workDir, properties: { 'offset.flush.interval.ms': '200' }, connectors: [source] })
  onTestFinished(() => connect.close())
  await expect.poll(async () => (await (await fetch(`${connect.restUrl}/connectors/lines/offsets`)).json()) as unknown, { timeout: 30_000 })
    .toMatchObject({ offsets: [{ offset: { position: 8 } }] })
})
