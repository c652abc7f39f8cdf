/** A KafkaConnection whose broker is a script: every Produce request is parsed and answered by the test, when the test says. */
import { ByteReader, ByteWriter } from '../../src/kafka/bytes.ts'
import type { ApiRequest, KafkaConnection, TopicMetadata } from '../../src/kafka/connection.ts'
import { decodeBatches } from '../../src/kafka/record-batch-reader.ts'
import { at } from '../../src/kafka/record-batch.ts'

export type SentBatch = { readonly topic: string; readonly partition: number; readonly producerId: number; readonly epoch: number; readonly sequence: number; readonly values: readonly string[]; readonly bytes: number }
export type SentProduce = {
  readonly node: number
  readonly batches: readonly SentBatch[]
  /** Error codes by `topic-partition`; 0 is success. */
  answer(codes: Readonly<Record<string, number>>, baseOffset?: number): void
  fail(error: Error): void
}

export type FakeConnection = KafkaConnection & {
  /** Requests not yet answered, oldest first. */
  readonly produced: SentProduce[]
  /** Resolves with the next unanswered request, when there is one. */
  next(): Promise<SentProduce>
  leaders: Map<string, number>
  partitions: number
  producerIds: number
  metadataRequests: number
  isUp: boolean
}

export const fakeConnection = (): FakeConnection => {
  const produced: SentProduce[] = []
  const wanted: ((request: SentProduce) => void)[] = []
  const give = (request: SentProduce): void => {
    const waiting = wanted.shift()
    if (waiting === undefined) produced.push(request)
    else waiting(request)
  }
  const describe = (name: string): TopicMetadata => ({
    name, id: null, error: null, isInternal: false,
    partitions: Array.from({ length: fake.partitions }, (_, id) => ({ id, leader: fake.leaderOf(name, id), leaderEpoch: 0, replicas: [], error: null })),
  })
  const fake: FakeConnection = {
    clientId: 'test', requestTimeoutMs: 1000, produced, leaders: new Map(), partitions: 1, producerIds: 0, metadataRequests: 0, isUp: true,
    next: () => {
      const ready = produced.shift()
      return ready === undefined ? new Promise((resolve) => wanted.push(resolve)) : Promise.resolve(ready)
    },
    send<T>(target: unknown, request: ApiRequest<T>): Promise<T> {
      const writer = new ByteWriter()
      const version = request.maxVersion
      request.encode(writer, version)
      const body = Buffer.concat(writer.parts())
      if (request.apiName === 'InitProducerId') {
        fake.producerIds++
        return Promise.resolve(request.decode(new ByteReader(Buffer.concat(new ByteWriter().int32(0).int16(0).int64(1000 + fake.producerIds).int16(0).parts())), version))
      }
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const batches = parseProduce(new ByteReader(body))
      give({
        node: target as number, batches, fail: reject,
        answer: (codes, baseOffset = 0) => {
          const answer = new ByteWriter()
          answer.array(batches, ({ topic, partition }) => {
            answer.string(topic).array([partition], () => answer.int32(partition).int16(codes[`${topic}-${partition}`] ?? 0).int64(baseOffset).int64(-1).int64(0).array([], () => {}).string(null))
          })
          resolve(request.decode(new ByteReader(Buffer.concat(answer.int32(0).parts())), version))
        },
      })
      return promise
    },
    isReady: () => fake.isUp,
    ready: () => Promise.resolve(),
    refreshMetadata: (names) => {
      fake.metadataRequests++
      return Promise.resolve((names ?? []).map(describe))
    },
    topic: describe,
    leaderOf: (topic, partition) => fake.leaders.get(`${topic}-${partition}`) ?? 1,
    leaderEpochOf: () => 0,
    topicIdOf: () => null,
    nodes: () => [],
    clusterId: () => Promise.resolve('fake'),
    findCoordinator: () => Promise.reject(new Error('not here')),
    forgetCoordinator: () => {},
    close: () => Promise.resolve(),
  }
  return fake
}

const parseProduce = (reader: ByteReader): SentBatch[] => {
  reader.nullableString()
  reader.int16()
  reader.int32()
  return reader.array(() => {
    const topic = reader.string()
    return reader.array(() => {
      const partition = reader.int32()
      const records = reader.nullableBytes() ?? Buffer.alloc(0)
      const { columns } = decodeBatches(records, { topic, partition, fetchOffset: 0, checkCrcs: true, abortedTransactions: null })
      const values = columns.flatMap((rows) => Array.from({ length: rows.count }, (_, i) => Buffer.from(rows.data.subarray(rows.valueStart[i], rows.valueEnd[i])).toString()))
      return { topic, partition, values, bytes: records.length, producerId: Number(records.readBigInt64BE(at.producerId)), epoch: records.readInt16BE(at.producerEpoch), sequence: records.readInt32BE(at.baseSequence) }
    })
  }).flat()
}
