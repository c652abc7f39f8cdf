/** Offsets of a sink connector: REST's maps to topic partitions and back, with Kafka's messages (SinkUtils). Pure. */
import { ConnectError } from '../errors.ts'
import type { TopicPartition } from '../kafka/types.ts'
import type { OffsetsJson } from './types.ts'

export type SinkOffset = TopicPartition & { readonly offset: number | null }

const bad = (message: string): never => {
  throw new ConnectError('BAD_REQUEST', message)
}
type MaybeMap = Readonly<Record<string, unknown>> | null | undefined
const maxInt = 2147483647
/** Both `10` and `"10"` are integers here, as in Kafka. */
const integer = (value: unknown, max: number): number | null => {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  const number = Number(text)
  return /^[+-]?\d+$/.test(text) && Math.abs(number) <= max ? number : null
}
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const parseSinkOffsets = (offsets: OffsetsJson['offsets']): readonly SinkOffset[] => {
  const parsed = new Map<string, SinkOffset>()
  for (const entry of offsets) {
    // REST checks shapes only roughly: both may be absent
    const partitionMap: MaybeMap = entry.partition
    const offsetMap: MaybeMap = entry.offset
    if (partitionMap === null || partitionMap === undefined) return bad('The partition for a sink connector offset cannot be null or missing')
    if (!('kafka_topic' in partitionMap) || !('kafka_partition' in partitionMap)) {
      return bad("The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'")
    }
    if (partitionMap['kafka_topic'] === null) return bad('Kafka topic names must be valid strings and may not be null')
    if (partitionMap['kafka_partition'] === null) return bad('Kafka partitions must be valid numbers and may not be null')
    const topic = shown(partitionMap['kafka_topic'])
    const partition = integer(partitionMap['kafka_partition'], maxInt)
    if (partition === null) {
      return bad(`Failed to parse the following Kafka partition value in the provided offsets: '${shown(partitionMap['kafka_partition'])}'. Partition values for sink connectors need to be integers.`)
    }
    if (offsetMap === null || offsetMap === undefined) {
      parsed.set(`${topic}-${partition}`, { topic, partition, offset: null })
      continue
    }
    if (!('kafka_offset' in offsetMap)) return bad("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
    const offset = integer(offsetMap['kafka_offset'], Number.MAX_SAFE_INTEGER)
    if (offset === null) {
      return bad(`Failed to parse the following Kafka offset value in the provided offsets: '${shown(offsetMap['kafka_offset'])}'. Offset values for sink connectors need to be integers.`)
    }
    parsed.set(`${topic}-${partition}`, { topic, partition, offset })
  }
  return [...parsed.values()]
}

export const sinkOffsetsJson = (offsets: readonly (TopicPartition & { readonly offset: number })[]): OffsetsJson => ({
  offsets: offsets.map(({ topic, partition, offset }) => ({ partition: { kafka_partition: partition, kafka_topic: topic }, offset: { kafka_offset: offset } })),
})
