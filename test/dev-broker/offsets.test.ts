/** Committed offsets over the wire, in every version. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDevBroker, type DevBroker } from '../../src/dev-broker/broker.ts'
import { errors } from '../../src/dev-broker/protocol/error-codes.ts'
import { must, topicId, WireClient } from './wire-client.ts'

let broker: DevBroker
let client: WireClient
beforeAll(async () => {
  broker = await startDevBroker({ port: 0, topics: [{ name: 't', partitions: 2 }] })
  client = await WireClient.connect(broker.port)
})
afterAll(async () => {
  client[Symbol.dispose]()
  await broker.close()
})

type Committed = { readonly partition: number; readonly offset: number; readonly metadata: string | null; readonly error: number }

const commit = async (group: string, partition: number, offset: number, metadata: string | null, version = 9, id: string | null = null): Promise<number> => {
  const topicOf = version >= 10 ? (id ?? (await topicId(client, 't'))) : null
  const answer = must(
    await client.request('OffsetCommit', version, (writer) => {
      writer.string(group)
      writer.int32(-1)
      writer.string('')
      if (version >= 7) writer.string(null)
      if (version <= 4) writer.int64(-1)
      writer.structs(['t'], (name) => {
        if (topicOf !== null) writer.uuid(topicOf)
        else writer.string(name)
        writer.structs([offset], (value) => {
          writer.int32(partition)
          writer.int64(value)
          if (version >= 6) writer.int32(-1)
          writer.string(metadata)
        })
      })
    }),
  )
  if (version >= 3) answer.int32()
  const [topic] = answer.structs(() => [topicOf === null ? answer.string() : answer.uuid(), answer.structs(() => [answer.int32(), answer.int16()] as const)] as const)
  answer.skipTags()
  expect(answer.remaining).toBe(0)
  return topic?.[1][0]?.[1] ?? 999
}

const fetchOffsets = async (group: string, partitions: readonly number[] | null, version: number): Promise<Committed[]> => {
  const answer = must(
    await client.request('OffsetFetch', version, (writer) => {
      const writeGroup = (): void => {
        writer.string(group)
        if (version >= 9) {
          writer.string(null)
          writer.int32(-1)
        }
        writer.structs(partitions === null ? null : [partitions], (wanted) => {
          writer.string('t')
          writer.array(wanted, (partition) => writer.int32(partition))
        })
      }
      if (version >= 8) writer.structs([group], writeGroup)
      else writeGroup()
      if (version >= 7) writer.bool(true)
    }),
  )
  const readTopics = (): Committed[] =>
    answer
      .structs(() => {
        answer.string()
        return answer.structs((): Committed => {
          const partition = answer.int32()
          const offset = answer.int64()
          if (version >= 5) answer.int32()
          return { partition, offset, metadata: answer.nullableString(), error: answer.int16() }
        })
      })
      .flat()
  if (version >= 3) answer.int32()
  const found =
    version >= 8
      ? answer.structs(() => {
          answer.string()
          const topics = readTopics()
          expect(answer.int16()).toBe(errors.NONE)
          return topics
        }).flat()
      : readTopics()
  if (version >= 2 && version <= 7) expect(answer.int16()).toBe(errors.NONE)
  answer.skipTags()
  expect(answer.remaining).toBe(0)
  return found
}

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('what OffsetCommit v%i commits is fetched', async (version) => {
  expect(await commit(`group-${version}`, 1, version * 10, 'note', version)).toBe(errors.NONE)
  expect(await fetchOffsets(`group-${version}`, [1], 9)).toEqual([{ partition: 1, offset: version * 10, metadata: 'note', error: errors.NONE }])
})

test('an offset in a topic that is gone is not committed for the one that has its name', async () => {
  expect(await commit('gone', 1, 5, null, 10, 'f'.repeat(32))).toBe(errors.UNKNOWN_TOPIC_ID)
  expect(await fetchOffsets('gone', [1], 9)).toEqual([{ partition: 1, offset: -1, metadata: '', error: errors.NONE }])
})

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('OffsetFetch v%i tells what is committed and what is not', async (version) => {
  await commit('read', 0, 42, null)
  expect(await fetchOffsets('read', [0, 1], version)).toEqual([
    { partition: 0, offset: 42, metadata: null, error: errors.NONE },
    { partition: 1, offset: -1, metadata: '', error: errors.NONE },
  ])
})

test.each([2, 7, 8, 9])('OffsetFetch v%i without topics tells all the group has', async (version) => {
  await commit('all', 1, 3, '')
  expect(await fetchOffsets('all', null, version)).toEqual([{ partition: 1, offset: 3, metadata: '', error: errors.NONE }])
  expect(await fetchOffsets('nobody', null, version)).toEqual([])
})

test('commits for partitions that do not exist, or with too much metadata, are refused one by one', async () => {
  expect(await commit('g', 7, 1, null)).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
  expect(await commit('g', 0, 1, 'x'.repeat(4097))).toBe(errors.OFFSET_METADATA_TOO_LARGE)
  expect(await commit('g', 0, 1, 'x'.repeat(4096))).toBe(errors.NONE)
})

test('OffsetDelete removes single offsets, of groups that exist', async () => {
  const remove = async (group: string, partition: number): Promise<readonly [groupError: number, partitionError: number | undefined]> => {
    const answer = must(
      await client.request('OffsetDelete', 0, (writer) => {
        writer.string(group)
        writer.structs(['t'], (name) => {
          writer.string(name)
          writer.array([partition], (value) => writer.int32(value))
        })
      }),
    )
    const groupError = answer.int16()
    answer.int32()
    const [topic] = answer.structs(() => [answer.string(), answer.structs(() => [answer.int32(), answer.int16()] as const)] as const)
    return [groupError, topic?.[1][0]?.[1]]
  }
  await commit('pruned', 0, 1, null)
  await commit('pruned', 1, 2, null)
  expect(await remove('pruned', 0)).toEqual([errors.NONE, errors.NONE])
  expect((await fetchOffsets('pruned', null, 9)).map(({ partition }) => partition)).toEqual([1])
  expect(await remove('pruned', 9)).toEqual([errors.NONE, errors.UNKNOWN_TOPIC_OR_PARTITION])
  expect(await remove('nobody', 0)).toEqual([errors.GROUP_ID_NOT_FOUND, undefined])
})
