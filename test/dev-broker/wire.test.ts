/** Requests byte for byte: versions, errors and what a well-behaved client never sends. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDevBroker, type DevBroker } from '../../src/dev-broker/broker.ts'
import { apis } from '../../src/dev-broker/protocol/api-keys.ts'
import { errors } from '../../src/dev-broker/protocol/error-codes.ts'
import { Reader } from '../../src/dev-broker/protocol/reader.ts'
import { batch } from './batches.ts'
import { must, topicId, WireClient } from './wire-client.ts'

let broker: DevBroker
let client: WireClient
beforeAll(async () => {
  broker = await startDevBroker({
    port: 0,
    topics: [
      { name: 'plain', partitions: 2 },
      { name: 'small', partitions: 1, configs: { 'max.message.bytes': '100' } },
      { name: 'stamped', partitions: 1, configs: { 'message.timestamp.type': 'LogAppendTime' } },
      { name: 'sequenced', partitions: 1 },
      { name: 'polled', partitions: 1 },
      { name: 'timed', partitions: 1 },
      { name: 'remade', partitions: 1 },
    ],
  })
  client = await WireClient.connect(broker.port)
})
afterAll(async () => {
  client[Symbol.dispose]()
  await broker.close()
})

type Produced = { readonly error: number; readonly baseOffset: number; readonly logAppendTime: number }
const produce = async (topic: string, records: Buffer, version = 9, acks = -1): Promise<Produced> => {
  const answer = must(
    await client.request('Produce', version, (writer) => {
      writer.string(null)
      writer.int16(acks)
      writer.int32(1000)
      writer.structs([topic], (name) => {
        writer.string(name)
        writer.structs([records], (bytes) => {
          writer.int32(0)
          writer.bytes(bytes)
        })
      })
    }),
  )
  const [topicAnswer] = answer.structs(() => {
    answer.string()
    return answer.structs(() => {
      answer.int32()
      const produced = { error: answer.int16(), baseOffset: answer.int64(), logAppendTime: answer.int64() }
      if (version >= 5) answer.int64()
      if (version >= 8) {
        answer.structs(() => [answer.int32(), answer.nullableString()])
        answer.nullableString()
      }
      return produced
    })
  })
  return topicAnswer?.[0] ?? { error: 999, baseOffset: -1, logAppendTime: -1 }
}

/** `topic`: from version 13 on its id. */
type FetchWish = { readonly topic: string; readonly offset: number; readonly maxWaitMs?: number; readonly minBytes?: number; readonly maxBytes?: number; readonly version?: number; readonly epoch?: number }
const fetchWith = async (from: WireClient, { topic, offset, maxWaitMs = 0, minBytes = 1, maxBytes = 1_000_000, version = 12, epoch = -1 }: FetchWish): Promise<{ error: number; highWatermark: number; startOffset: number; records: Buffer }> => {
  const answer = must(
    await from.request('Fetch', version, (writer) => {
      writer.int32(-1)
      writer.int32(maxWaitMs)
      writer.int32(minBytes)
      writer.int32(1_000_000)
      writer.int8(0)
      if (version >= 7) {
        writer.int32(0)
        writer.int32(-1)
      }
      writer.structs([topic], (name) => {
        if (version >= 13) writer.uuid(name)
        else writer.string(name)
        writer.structs([offset], (at) => {
          writer.int32(0)
          if (version >= 9) writer.int32(epoch)
          writer.int64(at)
          if (version >= 12) writer.int32(-1)
          if (version >= 5) writer.int64(-1)
          writer.int32(maxBytes)
        })
      })
      if (version >= 7) writer.structs([], () => {})
      if (version >= 11) writer.string('')
    }),
  )
  answer.int32()
  if (version >= 7) expect([answer.int16(), answer.int32()]).toEqual([errors.NONE, 0])
  const [partitions] = answer.structs(() => {
    expect(version >= 13 ? answer.uuid() : answer.string()).toBe(topic)
    return answer.structs(() => {
      answer.int32()
      const error = answer.int16()
      const highWatermark = answer.int64()
      answer.int64()
      const startOffset = version >= 5 ? answer.int64() : 0
      answer.nullableStructs(() => [answer.int64(), answer.int64()])
      if (version >= 11) answer.int32()
      return { error, highWatermark, startOffset, records: answer.nullableBytes() ?? Buffer.alloc(0) }
    })
  })
  return partitions?.[0] ?? { error: 999, highWatermark: -1, startOffset: -1, records: Buffer.alloc(0) }
}
const fetched = (wish: FetchWish): ReturnType<typeof fetchWith> => fetchWith(client, wish)

test('an ApiVersions request of a version nobody knows is answered in version 0 with UNSUPPORTED_VERSION and the whole table', async () => {
  const answer = await client.raw(client.header(18, 99, true, () => {}))
  const reader = new Reader(answer ?? Buffer.alloc(0))
  reader.int32()
  expect(reader.int16()).toBe(errors.UNSUPPORTED_VERSION)
  const offered = reader.array(() => ({ key: reader.int16(), min: reader.int16(), max: reader.int16() }))
  expect(offered).toEqual(apis.map(({ key, min, max }) => ({ key, min, max })))
  expect(reader.remaining).toBe(0)
})

test.each([0, 1, 2, 3, 4])('ApiVersions v%i', async (version) => {
  const answer = must(
    await client.request('ApiVersions', version, (writer) => {
      if (version >= 3) for (const text of ['t', '1']) writer.string(text)
    }),
  )
  expect(answer.int16()).toBe(errors.NONE)
  expect(answer.structs(() => [answer.int16(), answer.int16(), answer.int16()])).toHaveLength(apis.length)
  if (version >= 1) expect(answer.int32()).toBe(0)
  answer.skipTags()
  expect(answer.remaining).toBe(0)
})

test('other requests of an unknown key or version, and noise, close the connection', async () => {
  const attempt = async (bytes: (to: WireClient) => Buffer): Promise<void> => {
    using other = await WireClient.connect(broker.port)
    await other.sendAndExpectClose(bytes(other))
  }
  const framed = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  await attempt((to) => framed(to.header(1, 17, true, () => {})))
  await attempt((to) => framed(to.header(999, 0, false, () => {})))
  await attempt(() => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
  await attempt(() => framed(Buffer.from([0, 3, 0, 9, 0, 0, 0, 1, 0, 1, 0x41, 0, 0xff, 0xff, 0xff, 0xff])))
})

test.each([3, 5, 7, 8, 9, 11])('what Produce v%i takes, Fetch gives back byte for byte but for the offset', async (version) => {
  const records = batch({ values: ['a', 'b'] })
  const original = Buffer.from(records)
  const { error, baseOffset } = await produce('plain', records, version)
  expect(error).toBe(errors.NONE)
  const { records: stored, highWatermark } = await fetched({ topic: 'plain', offset: baseOffset })
  expect(stored.readBigInt64BE(0)).toBe(BigInt(baseOffset))
  expect(stored.subarray(16).equals(original.subarray(16))).toBe(true)
  expect(highWatermark).toBe(baseOffset + 2)
})

test.each([4, 5, 7, 9, 11, 12, 13])('Fetch v%i', async (version) => {
  await produce('plain', batch({ values: ['x'] }))
  const { error, records } = await fetched({ topic: version >= 13 ? await topicId(client, 'plain') : 'plain', offset: 0, version })
  expect([error, records.length > 61]).toEqual([errors.NONE, true])
})

test('Fetch by id asks for that topic, not for one that has its name now', async () => {
  const old = await topicId(client, 'remade')
  await produce('remade', batch({ values: ['x'] }))
  expect(await fetched({ topic: old, offset: 0, version: 13 })).toMatchObject({ error: errors.NONE, highWatermark: 1 })
  await client.request('DeleteTopics', 4, (writer) => {
    writer.array(['remade'], (name) => writer.string(name))
    writer.int32(1000)
  })
  await client.request('CreateTopics', 5, (writer) => {
    writer.structs(['remade'], (name) => {
      writer.string(name)
      writer.int32(1)
      writer.int16(1)
      writer.structs([], () => {})
      writer.structs([], () => {})
    })
    writer.int32(1000)
    writer.bool(false)
  })
  expect(await fetched({ topic: old, offset: 0, version: 13 })).toMatchObject({ error: errors.UNKNOWN_TOPIC_ID, highWatermark: -1 })
  expect(await topicId(client, 'remade')).not.toBe(old)
  expect(await fetched({ topic: await topicId(client, 'remade'), offset: 0, version: 13 })).toMatchObject({ error: errors.NONE, highWatermark: 0 })
})

test('a batch that must not be stored is refused with the error Kafka has for it', async () => {
  const good = batch({ values: ['v'] })
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good)
    change(bytes)
    return bytes
  }
  const errorOf = async (topic: string, bytes: Buffer): Promise<number> => (await produce(topic, bytes)).error
  expect(await errorOf('plain', changed((bytes) => bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)))).toBe(errors.CORRUPT_MESSAGE)
  expect(await errorOf('plain', good.subarray(0, good.length - 1))).toBe(errors.CORRUPT_MESSAGE)
  expect(await errorOf('plain', Buffer.alloc(0))).toBe(errors.CORRUPT_MESSAGE)
  expect(await errorOf('plain', changed((bytes) => bytes.writeInt8(1, 16)))).toBe(errors.INVALID_RECORD)
  expect(await errorOf('plain', Buffer.concat([good, good]))).toBe(errors.INVALID_RECORD)
  expect(await errorOf('plain', batch({ values: ['v'], attributes: 0x20 }))).toBe(errors.INVALID_RECORD)
  expect(await errorOf('plain', batch({ values: ['v'], timestamps: [Date.now() + 7_200_000] }))).toBe(errors.INVALID_TIMESTAMP)
  expect(await errorOf('small', batch({ values: ['v'.repeat(100)] }))).toBe(errors.RECORD_TOO_LARGE)
  expect(await errorOf('nowhere', good)).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
  expect((await produce('plain', good, 9, 2)).error).toBe(errors.INVALID_REQUIRED_ACKS)
})

test('an idempotent batch sent twice is stored once and answered with its first offset', async () => {
  const send = (sequence: number): Promise<Produced> => produce('sequenced', batch({ values: ['v'], producerId: 1, producerEpoch: 0, sequence }))
  expect((await send(0)).baseOffset).toBe(0)
  expect((await send(1)).baseOffset).toBe(1)
  expect(await send(0)).toMatchObject({ error: errors.NONE, baseOffset: 0 })
  expect((await send(3)).error).toBe(errors.OUT_OF_ORDER_SEQUENCE_NUMBER)
  expect((await fetched({ topic: 'sequenced', offset: 0 })).highWatermark).toBe(2)
})

test('LogAppendTime comes back in the answer', async () => {
  const before = Date.now()
  expect((await produce('stamped', batch({ values: ['v'] }))).logAppendTime).toBeGreaterThanOrEqual(before)
  expect((await produce('plain', batch({ values: ['v'] }))).logAppendTime).toBe(-1)
})

test('a batch larger than the fetch limit is still handed out, alone', async () => {
  const { baseOffset } = await produce('plain', batch({ values: ['w'.repeat(5000)] }))
  await produce('plain', batch({ values: ['next'] }))
  const { records } = await fetched({ topic: 'plain', offset: baseOffset, maxBytes: 10 })
  expect(records.length).toBe(records.readInt32BE(8) + 12)
})

test('a fetch past the end, or of another leader epoch, is an error', async () => {
  expect((await fetched({ topic: 'plain', offset: 1e6 })).error).toBe(errors.OFFSET_OUT_OF_RANGE)
  expect((await fetched({ topic: 'plain', offset: 0, epoch: 7 })).error).toBe(errors.UNKNOWN_LEADER_EPOCH)
})

test('a long poll is answered by the batch it waits for', async () => {
  using waiting = await WireClient.connect(broker.port)
  const answer = fetchWith(waiting, { topic: 'polled', offset: 0, maxWaitMs: 30_000 })
  await produce('polled', batch({ values: ['v'] }))
  expect((await answer).highWatermark).toBe(1)
})

test('a long poll for more bytes than there are ends at maxWaitMs with what there is', async () => {
  const { records } = await fetched({ topic: 'plain', offset: 0, maxWaitMs: 30, minBytes: 100_000_000 })
  expect(records.length).toBeGreaterThan(0)
})

test.each([1, 2, 4, 6, 7, 8])('ListOffsets v%i finds start, end, a time, and the newest record', async (version) => {
  if (version === 1) {
    await produce('timed', batch({ values: ['a', 'b', 'c'], timestamps: [1000, 3000, 2000] }))
    await produce('timed', batch({ values: ['d', 'e'], timestamps: [5000, 6000] }))
  }
  const at = async (timestamp: number): Promise<readonly [offset: number, timestamp: number]> => {
    const answer = must(
      await client.request('ListOffsets', version, (writer) => {
        writer.int32(-1)
        if (version >= 2) writer.int8(0)
        writer.structs(['timed'], (name) => {
          writer.string(name)
          writer.structs([timestamp], (time) => {
            writer.int32(0)
            if (version >= 4) writer.int32(-1)
            writer.int64(time)
          })
        })
      }),
    )
    if (version >= 2) answer.int32()
    const [found] = answer.structs(() => {
      answer.string()
      return answer.structs(() => {
        answer.int32()
        expect(answer.int16()).toBe(errors.NONE)
        const time = answer.int64()
        const offset = answer.int64()
        if (version >= 4) answer.int32()
        return [offset, time] as const
      })
    })
    return found?.[0] ?? [-9, -9]
  }
  expect(await at(-2)).toEqual([0, -1])
  expect(await at(-1)).toEqual([5, -1])
  expect(await at(2500)).toEqual([1, 3000])
  expect(await at(3001)).toEqual([3, 5000])
  expect(await at(6000)).toEqual([4, 6000])
  expect(await at(6001)).toEqual([-1, -1])
  expect(await at(-3)).toEqual([4, 6000])
})
