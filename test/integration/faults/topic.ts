/** The topic as an outsider sees it: kafkajs's own client, none of the code under test. */
import { CompressionTypes, type Consumer, Kafka, logLevel, Partitioners } from 'kafkajs'
import { uniqueName } from '../helpers/kafka.ts'
import { until } from '../helpers/standalone.ts'

export interface Outsider extends AsyncDisposable {
  create(topic: string, partitions?: number, configs?: Readonly<Record<string, string>>): Promise<void>
  delete(topic: string): Promise<void>
  grow(topic: string, partitions: number): Promise<void>
  /** Records ever written, over all partitions; 0 when the broker cannot tell just now. */
  written(topic: string): Promise<number>
  produce(topic: string, partition: number, values: readonly string[]): Promise<void>
  /** What a group has committed, over all partitions. */
  committed(group: string, topic: string): Promise<number>
  /** Everything that is in the topic now, by partitions, in order. */
  read(topic: string): Promise<string[][]>
}

export const outsider = (bootstrap: string): Outsider => {
  const kafka = new Kafka({ clientId: 'outsider', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 1000 } })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 20 } })
  const connected = Promise.all([admin.connect(), producer.connect()])
  // looked at by whoever uses it first
  connected.catch(() => undefined)
  const ends = async (topic: string): Promise<readonly { readonly partition: number; readonly low: number; readonly high: number }[]> => {
    await connected
    return (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
  }
  return {
    async create(topic, partitions = 1, configs = {}) {
      await connected
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })) }], waitForLeaders: true })
      // the metadata names a leader before that broker knows it is one; it answers this once it does
      await admin.fetchTopicOffsets(topic)
    },
    async delete(topic) {
      await connected
      await admin.deleteTopics({ topics: [topic] })
    },
    async grow(topic, partitions) {
      await connected
      await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] })
      await until(`${topic} has ${partitions} partitions with leaders`, () => ends(topic).catch(() => []), ({ length }) => length === partitions)
    },
    written: async (topic) => (await ends(topic).catch(() => [])).reduce((sum, { high }) => sum + high, 0),
    async produce(topic, partition, values) {
      await connected
      for (let at = 0; at < values.length; at += 5000) {
        await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages: values.slice(at, at + 5000).map((value) => ({ partition, value })) })
      }
    },
    async committed(groupId, topic) {
      await connected
      const groups = await admin.fetchOffsets({ groupId, topics: [topic] })
      return groups.flatMap(({ partitions }) => partitions).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
    },
    async read(topic) {
      const wanted = await ends(topic)
      const partitions = wanted.map((): string[] => [])
      const left = new Set(wanted.filter(({ low, high }) => high > low).map(({ partition }) => partition))
      if (left.size === 0) return partitions
      const consumer: Consumer = kafka.consumer({ groupId: uniqueName('outsider'), maxWaitTimeInMs: 100, maxBytesPerPartition: 1 << 23 })
      const done = Promise.withResolvers<void>()
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          const high = wanted.find(({ partition }) => partition === batch.partition)?.high ?? 0
          for (const { offset, value } of batch.messages) if (Number(offset) < high) partitions[batch.partition]?.push(value?.toString() ?? '')
          if (Number(batch.lastOffset()) + 1 >= high) left.delete(batch.partition)
          if (left.size === 0) done.resolve()
          return Promise.resolve()
        },
      })
      await done.promise
      await consumer.disconnect()
      return partitions
    },
    async [Symbol.asyncDispose]() {
      await connected.catch(() => undefined)
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}
