/** Sockets to brokers: order, versions, time-outs, broken connections, bootstrap. The broker is a few lines of the test's own. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/kafka/bytes.ts'
import { type ApiRequest, type KafkaConnection, openConnection, withRetries } from '../../src/kafka/connection.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import { logger, setLogWriter } from '../../src/log.ts'

type Received = { readonly apiKey: number; readonly version: number; readonly body: Buffer; readonly socket: Socket; readonly answer: (body: Buffer) => void }
type Broker = { readonly port: number; readonly sockets: Set<Socket>; readonly received: Received[]; readonly lines: string[] }

/** Answers ApiVersions and Metadata (itself as node 1); `handle` gets the rest. */
const broker = async (handle: (request: Received) => void = ({ answer, body }) => answer(body)): Promise<Broker> => {
  const sockets = new Set<Socket>()
  const received: Received[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    let buffered = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk])
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const end = 4 + buffered.readInt32BE(0)
        const reader = new ByteReader(buffered.subarray(4, end))
        const request = { apiKey: reader.int16(), version: reader.int16(), socket }
        const correlationId = reader.int32()
        reader.string()
        const answer = (body: Buffer): void => {
          const head = Buffer.alloc(8)
          head.writeInt32BE(4 + body.length, 0)
          head.writeInt32BE(correlationId, 4)
          socket.write(Buffer.concat([head, body]))
        }
        const { port } = server.address() as AddressInfo
        if (request.apiKey === 18) answer(apiVersions())
        else if (request.apiKey === 3) answer(whole(new ByteWriter().int32(0).int32(1).int32(1).string('127.0.0.1').int32(port).string(null).string('cluster-x').int32(1).int32(0)))
        else {
          const rest = { ...request, body: Buffer.from(reader.buffer.subarray(reader.position)), answer }
          received.push(rest)
          handle(rest)
        }
        buffered = buffered.subarray(end)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const lines: string[] = []
  const previous = setLogWriter((text) => lines.push(text))
  onTestFinished(() => void setLogWriter(previous))
  return { port: (server.address() as AddressInfo).port, sockets, received, lines }
}
const whole = (writer: ByteWriter): Buffer => Buffer.concat(writer.parts())
const apiVersions = (): Buffer => {
  const writer = new ByteWriter().int16(0)
  return whole(writer.array([[18, 0, 3], [3, 0, 7], [1000, 2, 4]], ([key = 0, min = 0, max = 0]) => writer.int16(key).int16(min).int16(max)))
}

const open = async (bootstrap: string, more: Record<string, string> = {}): Promise<KafkaConnection> => {
  const connection = await openConnection({ properties: { 'bootstrap.servers': bootstrap, 'reconnect.backoff.ms': '1', 'reconnect.backoff.max.ms': '1', ...more }, clientId: 'c', log: logger('test') })
  onTestFinished(() => connection.close())
  return connection
}
const echo = (text: string, minVersion = 0, maxVersion = 9): ApiRequest<string> => ({
  apiKey: 1000, apiName: 'Echo', minVersion, maxVersion,
  encode: (writer) => void writer.string(text),
  decode: (reader) => reader.string(),
})

test('the first request finds the cluster; it is remembered', async () => {
  const { port } = await broker()
  const connection = await open(`127.0.0.1:1,127.0.0.1:${port}`)
  expect(await connection.clusterId()).toBe('cluster-x')
  expect(connection.nodes()).toEqual([{ id: 1, host: '127.0.0.1', port }])
})

test('requests given before the socket is up leave in the order they were given, before later ones', async () => {
  const { port, received } = await broker()
  const connection = await open(`127.0.0.1:${port}`)
  await connection.refreshMetadata([])
  const answers = ['a', 'b', 'c'].map((text) => connection.send(1, echo(text), { lane: 'other' }))
  const last = connection.ready(1, 'other').then(() => connection.send(1, echo('d'), { lane: 'other' }))
  expect(await Promise.all([...answers, last])).toEqual(['a', 'b', 'c', 'd'])
  expect(received.map(({ body }) => body.subarray(2).toString()).join('')).toBe('abcd')
})

test('the highest version that both sides know is spoken', async () => {
  const { port, received } = await broker()
  const connection = await open(`127.0.0.1:${port}`)
  await connection.send('any', echo('a'))
  await connection.send('any', echo('b', 0, 3))
  expect(received.map(({ version }) => version)).toEqual([4, 3])
  for (const request of [echo('old', 0, 1), echo('new', 5, 9), { ...echo('other'), apiKey: 1001 }]) {
    await expect(connection.send('any', request)).rejects.toMatchObject({ kafkaCode: 'UNSUPPORTED_VERSION', retriable: false })
  }
})

test('large parts of a request arrive whole and in order', async () => {
  const { port, received } = await broker(({ answer }) => answer(Buffer.from([0, 2, 0x6f, 0x6b])))
  const connection = await open(`127.0.0.1:${port}`)
  const large = Buffer.alloc(3_000_000, 'abcdefg')
  const request: ApiRequest<string> = { ...echo(''), encode: (writer) => void writer.int32(1).raw(large).int32(2).raw(large.subarray(0, 5000)).string('end') }
  expect(await connection.send('any', request)).toBe('ok')
  const expected = Buffer.concat([Buffer.from([0, 0, 0, 1]), large, Buffer.from([0, 0, 0, 2]), large.subarray(0, 5000), Buffer.from([0, 3]), Buffer.from('end')])
  expect(received[0]?.body.equals(expected)).toBe(true)
})

test('an answer that cannot be read is an error of its own, and the connection lives on', async () => {
  let answers = 0
  const { port } = await broker(({ answer, body }) => answer(answers++ === 0 ? Buffer.from([0x7f, 0xff]) : body))
  const connection = await open(`127.0.0.1:${port}`)
  await expect(connection.send('any', echo('a'))).rejects.toMatchObject({ kafkaCode: 'CORRUPT_RESPONSE', retriable: false })
  expect(await connection.send('any', echo('b'))).toBe('b')
})

test('a request that times out closes the socket: what was behind it fails and may be tried again', async () => {
  let isSilent = true
  const { port } = await broker(({ answer, body }) => {
    if (!isSilent) answer(body)
  })
  const connection = await open(`127.0.0.1:${port}`, { 'request.timeout.ms': '60' })
  await connection.refreshMetadata([])
  const first = connection.send(1, echo('a'))
  const second = connection.send(1, echo('b'), { timeoutMs: 60_000 })
  await expect(first).rejects.toMatchObject({ kafkaCode: 'REQUEST_TIMED_OUT', retriable: true })
  await expect(second).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION', retriable: true })
  isSilent = false
  expect(await connection.send(1, echo('c'))).toBe('c')
})

test('when the broker goes away, what is in flight fails, and the next request connects again', async () => {
  let isDying = true
  const { port } = await broker(({ answer, body, socket }) => {
    if (isDying) socket.destroy()
    else answer(body)
  })
  const connection = await open(`127.0.0.1:${port}`)
  await connection.refreshMetadata([])
  await expect(connection.send(1, echo('a'))).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION', retriable: true })
  isDying = false
  expect(await connection.send(1, echo('b'))).toBe('b')
})

test('a request sent in answer to a broken connection is not lost in the dying socket', async () => {
  let requests = 0
  const { port } = await broker(({ answer, body, socket }) => {
    if (requests++ === 0) socket.end()
    else answer(body)
  })
  const connection = await open(`127.0.0.1:${port}`)
  await connection.refreshMetadata([])
  const answer = connection.send(1, echo('a')).catch(() => connection.send(1, echo('again')))
  expect(await answer).toBe('again')
})

test('a broker that is not there is a retriable error and one warning, not one per attempt', async () => {
  const { port, lines, sockets } = await broker()
  const connection = await open('127.0.0.1:1')
  for (let i = 0; i < 4; i++) await expect(connection.send('any', echo('a'))).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION', retriable: true })
  expect(lines.filter((line) => line.includes('could not be established')).map((line) => /attempt \d+/.exec(line)?.[0])).toEqual(['attempt 1', 'attempt 2', 'attempt 4'])
  expect([port > 0, sockets.size]).toEqual([true, 0])
})

test('close fails what is in flight, leaves no socket and may be called twice', async () => {
  const { port, sockets } = await broker(() => {})
  const connection = await open(`127.0.0.1:${port}`)
  await connection.refreshMetadata([])
  const pending = connection.send(1, echo('a'))
  const failed = expect(pending).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION' })
  await connection.close()
  await connection.close()
  await failed
  await expect.poll(() => sockets.size).toBe(0)
  await expect(connection.send('any', echo('b'))).rejects.toThrow(/closed/)
})

test.each(['', ' , ', 'host', 'host:port', 'host:70000', 'http://host:1'])('bootstrap.servers=%s is refused', async (servers) => {
  await expect(open(servers)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('withRetries goes on until it works, stops at once for what cannot be retried, and ends at the deadline', async () => {
  const options = { backoffMs: 1, backoffMaxMs: 2 }
  let attempts = 0
  const later = (retriable: boolean, until: number) => (): Promise<number> => (++attempts < until ? Promise.reject(new KafkaError('X', `attempt ${attempts}`, { retriable })) : Promise.resolve(attempts))
  expect(await withRetries(later(true, 4), { ...options, deadlineMs: Date.now() + 60_000 })).toBe(4)
  attempts = 0
  await expect(withRetries(later(false, 4), { ...options, deadlineMs: Date.now() + 60_000 })).rejects.toThrow('attempt 1')
  attempts = 0
  await expect(withRetries(later(true, Infinity), { ...options, deadlineMs: Date.now() + 20 })).rejects.toMatchObject({ kafkaCode: 'REQUEST_TIMED_OUT' })
})
