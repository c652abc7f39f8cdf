/** Commits of a consumer: what is sent to the coordinator, and what is not. */
import { expect, test } from 'vitest'
import type { KafkaConnection } from '../../src/kafka/connection.ts'
import { consumerSettingsOf } from '../../src/kafka/consumer-config.ts'
import { ConsumerOffsets } from '../../src/kafka/consumer-offsets.ts'
import { AssignedPartitions } from '../../src/kafka/consumer-partitions.ts'
import { ByteWriter } from '../../src/kafka/bytes.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import { logger } from '../../src/log.ts'
import { fakeConnection } from './fake-connection.ts'

const log = logger('test')
const partition = { topic: 't', partition: 0 }

test('a position in a topic that has been deleted is not committed for the topic that has its name now', async () => {
  const sent: string[] = []
  let topicId = 'a'.repeat(32)
  let error: KafkaError | null = null
  const fake = fakeConnection()
  const connection: KafkaConnection = {
    ...fake,
    topicIdOf: () => (error === null ? topicId : null),
    topic: (name) => ({ name, id: error === null ? topicId : null, error, isInternal: false, partitions: [] }),
    send: (_target, request) => {
      const writer = new ByteWriter()
      request.encode(writer, request.minVersion)
      sent.push(`${request.apiName} ${Buffer.concat(writer.parts()).toString('latin1').replaceAll(/[^ -~]+/g, ' ').trim()}`)
      return Promise.resolve([]) as never
    },
  }
  const partitions = new AssignedPartitions()
  const offsets = new ConsumerOffsets({
    connection, partitions, log, settings: consumerSettingsOf({ 'bootstrap.servers': 'x:1', 'group.id': 'g' }, log), member: () => null, onStaleMetadata: () => undefined,
  })
  partitions.add(partition, 'committed')
  const state = partitions.get(partition)
  if (state === undefined) throw new Error('not there')
  partitions.seek(state, 10)
  state.topicId = topicId

  await offsets.commit([{ ...partition, offset: 10 }])
  expect(sent).toEqual([expect.stringMatching(/^OffsetCommit g.* t/)])
  topicId = 'b'.repeat(32)
  await offsets.commit([{ ...partition, offset: 11 }, { topic: 'other', partition: 0, offset: 5 }])
  expect(sent.at(-1)).toMatch(/^OffsetCommit g.* other/)
  expect(sent.at(-1)).not.toMatch(/ t /)
  await offsets.commit([{ ...partition, offset: 12 }])
  expect(sent).toHaveLength(2)
  // the consumer has gone on in the new topic; who commits has not yet
  state.topicId = topicId
  await offsets.commit([{ ...partition, offset: 12, topicId: 'a'.repeat(32) }])
  expect(sent).toHaveLength(2)
  await offsets.commit([{ ...partition, offset: 2, topicId }])
  expect(sent).toHaveLength(3)
  // nor is the next topic waited for
  error = new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'not there', { retriable: true })
  await offsets.commit([{ ...partition, offset: 3, topicId }])
  expect(sent).toHaveLength(3)
})
