/** The contexts handed to connector code. Requests that Java answers at once are answered at once: the cell waits for the worker. */
import { parseJson } from '../../src/data/json.ts'
import type { TopicPartition, TopicPartitionOffset } from '../../src/wire/guest-api.ts'
import type {
  ErrantRecordReporter, OffsetMap, OffsetStorageReader, SinkTaskContext, SourceConnectorContext, SourceTaskContext,
} from '../sdk/contexts.ts'
import type { SinkRecord } from '../sdk/records.ts'
import { askHost, askHostNow, tellHost } from './bridge.ts'
import { toGuestError } from './errors.ts'
import { isDelivered } from './sink-batch.ts'
import { toSourceBatch } from './source-batch.ts'

const textOf = (partition: unknown): string => {
  if (typeof partition !== 'object' || partition === null) throw new TypeError('offsetStorageReader needs a source partition object such as { file: "a.txt" }')
  const entries = partition instanceof Map ? [...(partition as ReadonlyMap<unknown, unknown>)] : Object.entries(partition)
  return `{${entries.map(([key, value]) => `${JSON.stringify(String(key))}:${typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null')}`).join(',')}}`
}

const offsetStorageReader = (): OffsetStorageReader => {
  const offsets = (partitions: readonly OffsetMap[]): (Record<string, unknown> | null)[] =>
    askHostNow('offsets', [partitions.map(textOf)]).map((text) => (text === null ? null : (parseJson(text) as Record<string, unknown> | null)))
  const reader: OffsetStorageReader = Object.assign(() => reader, { offsets, offset: (partition: OffsetMap) => offsets([partition])[0] ?? null })
  return reader
}

export const connectorContext = (): SourceConnectorContext => ({
  requestTaskReconfiguration: () => tellHost('requestTaskReconfiguration', []),
  raiseError: (error) => tellHost('raiseError', [toGuestError(error)]),
  offsetStorageReader: offsetStorageReader(),
})

export const sourceTaskContext = (): SourceTaskContext => ({
  configs: () => askHostNow('configs', []),
  offsetStorageReader: offsetStorageReader(),
  transactionContext: () => null,
})

const sameTo = (a: TopicPartition) => (b: TopicPartition): boolean => a.topic === b.topic && a.partition === b.partition

/** `assignment` is kept here: open and close tell it. */
export class SinkContext implements SinkTaskContext {
  #assignment: readonly TopicPartition[] = []
  #reporter: ErrantRecordReporter | null | undefined

  errantRecordReporter(): ErrantRecordReporter | null {
    if (this.#reporter === undefined) this.#reporter = askHostNow('hasErrantReporter', []) ? { report } : null
    return this.#reporter
  }
  opened(partitions: readonly TopicPartition[]): void {
    this.#assignment = [...this.#assignment.filter((held) => !partitions.some(sameTo(held))), ...partitions]
  }
  closed(partitions: readonly TopicPartition[]): void {
    this.#assignment = this.#assignment.filter((held) => !partitions.some(sameTo(held)))
  }

  configs(): Record<string, string> {
    return askHostNow('configs', [])
  }
  assignment(): readonly TopicPartition[] {
    return this.#assignment
  }
  pause(...partitions: readonly TopicPartition[]): void {
    tellHost('pausePartitions', [partitions.flat().map(partitionOf)])
  }
  resume(...partitions: readonly TopicPartition[]): void {
    tellHost('resumePartitions', [partitions.flat().map(partitionOf)])
  }
  offset(...args: readonly [TopicPartition, number] | readonly [readonly TopicPartitionOffset[]]): void {
    const list = args.length === 1 ? args[0] : [{ ...args[0], offset: args[1] }]
    tellHost('rewind', [list.map((entry) => ({ ...partitionOf(entry), offset: integer(entry.offset, 'offset') }))])
  }
  timeout(ms: number): void {
    tellHost('timeout', [integer(ms, 'timeout')])
  }
  requestCommit(): void {
    tellHost('requestCommit', [])
  }
}

/** The worker keeps a delivered record as it was fetched for a while; any other is written anew from what it is here. */
const report = async (record: SinkRecord, error: unknown): Promise<void> => {
  const why = toGuestError(error)
  const delivered = isDelivered(record)
  const at = delivered
    ? { topic: record.originalTopic, partition: record.originalKafkaPartition, offset: record.originalKafkaOffset }
    : { topic: record.topic, partition: record.partition ?? 0, offset: record.offset ?? 0 }
  if (delivered && (await askHost('reportErrant', [at, why]))) return
  const { topic, key, keySchema, value, valueSchema, headers, timestamp } = record
  const batch = toSourceBatch([{ topic, key, keySchema, value, valueSchema, headers, timestamp, sourcePartition: {}, sourceOffset: null }])
  if (batch !== null) await askHost('reportErrantRecord', [at, batch, why])
}

const integer = (value: number, what: string): number => {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what} must be a non-negative integer, not ${String(value)}`)
  return value
}
const partitionOf = (given: TopicPartition): TopicPartition => {
  if (typeof given?.topic !== 'string') throw new TypeError('a partition is { topic, partition }')
  return { topic: given.topic, partition: integer(given.partition, 'partition') }
}
