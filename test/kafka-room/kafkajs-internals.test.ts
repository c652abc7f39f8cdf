/** The contract with kafkajs's insides: each thing we use of them does what `kafkajs-internals.ts` says. A new kafkajs must pass this first. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Connection, type KafkajsLogEntry, kafkajsLogger, kafkajsVersion, type QueueEntry } from '../../src/kafka/kafkajs-internals.ts'

const rig = async (requestTimeout = 5000): Promise<{ readonly connection: Connection; readonly server: Socket }> => {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const accepted = once(listener, 'connection')
  const { port } = listener.address() as AddressInfo
  const connection = new Connection({
    host: '127.0.0.1', port, clientId: 'c', ssl: null, sasl: null, requestTimeout, connectionTimeout: 2000, logger: kafkajsLogger(null),
    socketFactory: ({ host, port: to, onConnect }) => connect({ host, port: to }, onConnect),
  })
  await connection.connect()
  const [server] = (await accepted) as [Socket]
  onTestFinished(async () => {
    connection.rejectRequests(new Error('test is over'))
    await connection.disconnect()
    server.destroy()
    await new Promise((resolve) => listener.close(resolve))
  })
  return { connection, server }
}
type Outcome = Promise<Buffer | null>
const push = (connection: Connection, correlationId: number, expectResponse = true, requestTimeout = 0): Outcome =>
  new Promise((resolve, reject) => {
    const entry: QueueEntry = { apiKey: 3, apiName: 'Metadata', apiVersion: 1, correlationId, resolve: ({ payload }) => resolve(payload), reject }
    connection.requestQueue.push({ entry, expectResponse, requestTimeout, sendRequest: () => void connection.socket?.write(Buffer.from([correlationId])) })
  })
const response = (correlationId: number, body: string): Buffer => {
  const bytes = Buffer.alloc(8 + body.length)
  bytes.writeInt32BE(4 + body.length, 0)
  bytes.writeInt32BE(correlationId, 4)
  bytes.write(body, 8)
  return bytes
}

test('kafkajs is the version that was read', () => {
  expect(kafkajsVersion).toBe('2.2.4')
})

test('requests leave at once, in order, as many as are given; answers find them by correlation id, however the bytes are cut', async () => {
  const { connection, server } = await rig()
  const first = connection.nextCorrelationId()
  const ids = [first, ...Array.from({ length: 19 }, () => connection.nextCorrelationId())]
  expect(ids).toEqual(ids.map((_, i) => first + i))
  const answers = ids.map((id) => push(connection, id))
  expect(connection.requestQueue.inflight.size).toBe(20)
  let received = Buffer.alloc(0)
  while (received.length < 20) received = Buffer.concat([received, ((await once(server, 'data')) as [Buffer])[0]])
  expect([...received]).toEqual(ids)
  const bytes = Buffer.concat(ids.toReversed().map((id) => response(id, `body of ${id} ${'x'.repeat(id * 20)}`)))
  for (let at = 0; at < bytes.length; at += 37) {
    server.write(bytes.subarray(at, at + 37))
    await new Promise(setImmediate)
  }
  expect((await Promise.all(answers)).map((body) => body?.toString().slice(0, 10).trim())).toEqual(ids.map((id) => `body of ${id}`))
  expect(connection.requestQueue.inflight.size).toBe(0)
})

test('a request that expects no answer resolves when it is written', async () => {
  const { connection } = await rig()
  expect(await push(connection, 1, false)).toBeNull()
})

test('a request without an answer fails with KafkaJSRequestTimeoutError', async () => {
  const { connection } = await rig(50)
  await expect(push(connection, 1)).rejects.toMatchObject({ name: 'KafkaJSRequestTimeoutError' })
})

test('when the peer ends, what is in flight fails and the connection is no longer open', async () => {
  const { connection, server } = await rig()
  expect(connection.connectionStatus).toBe('connected')
  const answer = push(connection, 1)
  server.end()
  await expect(answer).rejects.toMatchObject({ name: 'KafkaJSConnectionClosedError' })
  expect(connection.connectionStatus).not.toBe('connected')
})

test('rejectRequests fails what is in flight with the error given', async () => {
  const { connection } = await rig()
  const answer = push(connection, 1)
  connection.rejectRequests(new Error('mine'))
  await expect(answer).rejects.toThrow('mine')
})

test('a connection that is refused fails with KafkaJSConnectionError and its code', async () => {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  const connection = new Connection({
    host: '127.0.0.1', port, clientId: 'c', ssl: null, sasl: null, requestTimeout: 1000, connectionTimeout: 1000, logger: kafkajsLogger(null),
    socketFactory: ({ host, port: to, onConnect }) => connect({ host, port: to }, onConnect),
  })
  await expect(connection.connect()).rejects.toMatchObject({ name: 'KafkaJSConnectionError', code: 'ECONNREFUSED' })
})

test('no answer sets a timer, so Node has no negative time-out to warn about', async () => {
  const { connection, server } = await rig()
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  for (const id of [1, 2, 3]) {
    const answer = push(connection, id)
    server.write(response(id, 'x'))
    await answer
    expect(connection.requestQueue.throttleCheckTimeoutId).toBeNull()
  }
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
})

test('a throttled connection sends when the throttle is over', async () => {
  const { connection, server } = await rig()
  connection.requestQueue.throttledUntil = Date.now() + 30
  const answer = push(connection, 1)
  expect(connection.requestQueue.pending).toHaveLength(1)
  await once(server, 'data')
  server.write(response(1, 'x'))
  expect((await answer)?.toString()).toBe('x')
})

test('its log goes where we say, or nowhere', async () => {
  const entries: KafkajsLogEntry[] = []
  const heard = kafkajsLogger((entry) => entries.push(entry)).namespace('Connection') as unknown as { debug(message: string): void }
  heard.debug('hello')
  ;(kafkajsLogger(null).namespace('Connection') as unknown as { error(message: string): void }).error('nobody')
  expect(entries.map(({ namespace, label, log }) => [namespace, label, log.message])).toEqual([['Connection', 'DEBUG', 'hello']])
})
