/** Offsets read, altered and reset through the herder. */
import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/kafka/types.ts'
import type { Admin } from '../../src/kafka/types.ts'
import { startedHerder } from './fakes.ts'
import type { Rig } from './fakes.ts'

const named = (name: string, message: string): Error => Object.defineProperty(new Error(message), 'name', { value: name })
const stopped = async (rig: Rig, kind: 'FakeSource' | 'FakeSink' = 'FakeSource') => {
  await rig.herder.putConnectorConfig('c', { 'connector.class': kind, name: 'c' }, { allowReplace: false, initialState: 'STOPPED' })
  return rig
}
const managed = (verb: string) => `The offsets for this connector have been ${verb} successfully`
const mustStop =
  "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint"

describe('of a source', () => {
  test('are listed, altered and reset', async () => {
    const rig = await stopped(await startedHerder())
    expect(await rig.herder.alterOffsets('c', [{ partition: { f: 'a' }, offset: { n: 1 } }, { partition: { f: 'b' }, offset: { n: 2 } }])).toEqual({ message: managed('altered') })
    expect(await rig.herder.alterOffsets('c', [{ partition: { f: 'b' }, offset: null }])).toEqual({ message: managed('altered') })
    expect(await rig.herder.offsets('c')).toEqual({ offsets: [{ partition: { f: 'a' }, offset: { n: 1 } }] })
    expect(await rig.herder.resetOffsets('c')).toEqual({ message: managed('reset') })
    expect(rig.worker.alteredWith).toEqual([{ partition: '{"f":"a"}', offset: null }])
    expect(await rig.herder.offsets('c')).toEqual({ offsets: [] })
    expect(await rig.herder.resetOffsets('c')).toEqual({ message: managed('reset') })
  })
  test('keep 64-bit integers in the answer', async () => {
    const rig = await stopped(await startedHerder())
    await rig.offsets.write('c', [{ partition: '{"f":1}', offset: '{"n":9223372036854775807}' }])
    expect(JSON.stringify(await rig.herder.offsets('c'))).toContain('"n":9223372036854775807')
  })
  test('are not written when the connector refuses, and its own exception is the message', async () => {
    const rig = await stopped(await startedHerder())
    const alter = () => rig.herder.alterOffsets('c', [{ partition: { f: 'a' }, offset: { n: 1 } }])
    rig.worker.alterOffsetsAnswer = named('ConnectException', 'Partition objects cannot be null')
    await expect(alter()).rejects.toMatchObject({ status: 500, message: 'Partition objects cannot be null' })
    rig.worker.alterOffsetsAnswer = named('TypeError', 'secret detail')
    await expect(alter()).rejects.toMatchObject({ status: 500, message: 'Failed to modify offsets for source connector c' })
    rig.worker.alterOffsetsAnswer = named('UnsupportedOperationException', 'no')
    await expect(alter()).rejects.toThrow("Failed to modify offsets for connector c because it doesn't support external modification of offsets")
    rig.worker.alterOffsetsAnswer = named('CellDeathException', "The connector's process has ended (timeout): …")
    await expect(alter()).rejects.toThrow("Timed out while calling the 'alterOffsets' method for source connector c")
    expect(await rig.herder.offsets('c')).toEqual({ offsets: [] })
  })
  test('say when the connector keeps offsets elsewhere', async () => {
    const rig = await stopped(await startedHerder())
    rig.worker.alterOffsetsAnswer = false
    expect((await rig.herder.alterOffsets('c', [{ partition: {}, offset: {} }])).message).toMatch(/^The Connect framework-managed offsets for this connector have been altered successfully. However,/)
  })
  test('must be primitive', async () => {
    const rig = await stopped(await startedHerder())
    await expect(rig.herder.alterOffsets('c', [{ partition: { f: { g: 1 } }, offset: { n: 1 } }])).rejects.toMatchObject({
      status: 500, message: 'Offsets may only contain primitive types as values, but field f contains MAP',
    })
  })
  test('can only be changed while it is stopped', async () => {
    const { herder } = await startedHerder()
    await expect(herder.alterOffsets('c', [])).rejects.toMatchObject({ status: 400, message: 'Partitions / offsets need to be provided for an alter offsets request' })
    await expect(herder.resetOffsets('c')).rejects.toMatchObject({ status: 404, message: 'Connector c not found' })
    await expect(herder.offsets('c')).rejects.toMatchObject({ status: 404, message: 'Connector c not found' })
    await herder.putConnectorConfig('c', { 'connector.class': 'FakeSource', name: 'c' }, { allowReplace: false })
    await expect(herder.resetOffsets('c')).rejects.toMatchObject({ status: 400, message: mustStop })
    await herder.setTargetState('c', 'PAUSED')
    await expect(herder.resetOffsets('c')).rejects.toMatchObject({ status: 400, message: mustStop })
  })
})

describe('of a sink', () => {
  const unused = (): never => {
    throw new Error('not expected in this test')
  }
  const fakeAdmin = (calls: unknown[], failure: Error | null = null): Admin => {
    const call = (name: string) => (...args: readonly unknown[]) => {
      calls.push([name, ...args])
      return failure === null ? Promise.resolve() : Promise.reject(failure)
    }
    return {
      clusterId: unused, describeTopics: unused, listTopics: unused, createTopics: unused, deleteTopics: unused, describeTopicConfig: unused, listOffsets: unused,
      consumerGroupOffsets: (groupId) => Promise.resolve(groupId === 'connect-c' ? [{ topic: 't', partition: 0, offset: 5 }] : []),
      alterConsumerGroupOffsets: call('alter'), deleteConsumerGroupOffsets: call('deleteOffsets'), deleteConsumerGroup: call('deleteGroup'),
      close: () => Promise.resolve(void calls.push(['close'])),
    }
  }
  test('come from its consumer group', async () => {
    const rig = await stopped(await startedHerder({ admin: () => fakeAdmin([]) }), 'FakeSink')
    expect(await rig.herder.offsets('c')).toEqual({ offsets: [{ partition: { kafka_partition: 0, kafka_topic: 't' }, offset: { kafka_offset: 5 } }] })
  })
  test('are altered and deleted in the group, after the connector has been asked', async () => {
    const calls: unknown[] = []
    const rig = await stopped(await startedHerder({ admin: () => fakeAdmin(calls) }), 'FakeSink')
    await rig.herder.alterOffsets('c', [
      { partition: { kafka_topic: 't', kafka_partition: '1' }, offset: { kafka_offset: '7' } },
      { partition: { kafka_topic: 't', kafka_partition: 0 }, offset: null },
    ])
    expect(rig.worker.alteredWith).toEqual([{ partition: '{"kafka_topic":"t","kafka_partition":1}', offset: '7' }, { partition: '{"kafka_topic":"t","kafka_partition":0}', offset: null }])
    expect(calls).toEqual([['alter', 'connect-c', [{ topic: 't', partition: 1, offset: 7 }]], ['deleteOffsets', 'connect-c', [{ topic: 't', partition: 0, offset: null }]], ['close']])
  })
  test('reset by deleting the group', async () => {
    const calls: unknown[] = []
    const rig = await stopped(await startedHerder({ admin: () => fakeAdmin(calls) }), 'FakeSink')
    expect(await rig.herder.resetOffsets('c')).toEqual({ message: managed('reset') })
    expect(rig.worker.alteredWith).toEqual([{ partition: '{"kafka_topic":"t","kafka_partition":0}', offset: null }])
    expect(calls).toEqual([['deleteGroup', 'connect-c'], ['close']])
  })
  test('of a group that is still active say what to do', async () => {
    const active = await stopped(await startedHerder({ admin: () => fakeAdmin([], new KafkaError('NON_EMPTY_GROUP', 'x', { retriable: false })) }), 'FakeSink')
    await expect(active.herder.resetOffsets('c')).rejects.toThrow(/^Failed to reset consumer group offsets for connector c either because its tasks haven't stopped completely yet/)
    const other = await stopped(await startedHerder({ admin: () => fakeAdmin([], new KafkaError('COORDINATOR_NOT_AVAILABLE', 'x', { retriable: true })) }), 'FakeSink')
    await expect(other.herder.resetOffsets('c')).rejects.toMatchObject({ status: 500, message: 'Failed to reset consumer group offsets for sink connector c' })
  })
  test.each([
    [{ partition: null, offset: null }, 'The partition for a sink connector offset cannot be null or missing'],
    [{ partition: { kafka_topic: 't' }, offset: null }, "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"],
    [{ partition: { kafka_topic: null, kafka_partition: 0 }, offset: null }, 'Kafka topic names must be valid strings and may not be null'],
    [{ partition: { kafka_topic: 't', kafka_partition: null }, offset: null }, 'Kafka partitions must be valid numbers and may not be null'],
    [{ partition: { kafka_topic: 't', kafka_partition: 'x' }, offset: null }, "Failed to parse the following Kafka partition value in the provided offsets: 'x'. Partition values for sink connectors need to be integers."],
    [{ partition: { kafka_topic: 't', kafka_partition: 0 }, offset: { other: 1 } }, "The offset for a sink connector should either be null or contain the key 'kafka_offset'"],
    [{ partition: { kafka_topic: 't', kafka_partition: 0 }, offset: { kafka_offset: 1.5 } }, "Failed to parse the following Kafka offset value in the provided offsets: '1.5'. Offset values for sink connectors need to be integers."],
  ])('that are wrong are refused: %j', async (entry, message) => {
    const rig = await stopped(await startedHerder({ admin: () => fakeAdmin([]) }), 'FakeSink')
    await expect(rig.herder.alterOffsets('c', [entry as never])).rejects.toMatchObject({ status: 400, message })
  })
})
