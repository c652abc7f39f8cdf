/** A broker with a data directory in a process of its own, killed while it is written to. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kafka, Partitioners, logLevel } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { startDevBroker } from '../../src/dev-broker/broker.ts'
import { ConnectError } from '../../src/errors.ts'

const module = join(import.meta.dirname, '../../src/dev-broker/broker.ts')
const program = `const { startDevBroker } = await import(process.argv[1])
const broker = await startDevBroker({ port: 0, dataDir: process.argv[2] })
console.log(broker.address)`

const startProcess = async (dataDir: string): Promise<{ child: ChildProcess; address: string }> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, module, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, address }
}

test('after kill -9 every acknowledged record is there, once and in order, and the directory can be used again', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'dev-broker-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { child, address } = await startProcess(dataDir)
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  let acknowledged = 0
  const exited = once(child, 'exit')
  for (;;) {
    const sent = await producer.send({ topic: 't', messages: [{ value: String(acknowledged) }] }).then(() => true, () => false)
    if (!sent) break
    if (++acknowledged === 50) child.kill('SIGKILL')
  }
  await exited
  await producer.disconnect()
  expect(acknowledged).toBeGreaterThanOrEqual(50)

  await using broker = await startDevBroker({ port: 0, dataDir })
  const consumer = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).consumer({ groupId: 'g', maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic: 't', fromBeginning: true })
  const seen: string[] = []
  await new Promise<void>((resolve, reject) => {
    const eachMessage = ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
      seen.push(message.value?.toString() ?? '')
      if (seen.length === acknowledged) resolve()
      return Promise.resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  expect(seen.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, number) => String(number)))
})

test('a data directory serves one broker at a time', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'dev-broker-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const refusal = (): Promise<unknown> => startDevBroker({ port: 0, dataDir }).then((broker) => broker.close(), (error: unknown) => error)
  const { child } = await startProcess(dataDir)
  const error = await refusal()
  expect(error).toBeInstanceOf(ConnectError)
  expect((error as ConnectError).message).toContain(`in use by process ${child.pid}`)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  await using _broker = await startDevBroker({ port: 0, dataDir })
  expect(await refusal()).toBeInstanceOf(ConnectError)
})
