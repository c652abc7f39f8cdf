/** What the consumer's tests share: a consumer that polls in the background, and records as plain rows. */
import { expect } from 'vitest'
import { type Consumer, partitionKey, type RebalanceListener, type RecordColumns, type TopicPartition } from '../../../src/kafka/types.ts'

/** Polls until it is told to stop, and keeps what happened in order. */
export class Running {
  readonly consumer: Consumer
  readonly events: string[] = []
  readonly values: string[] = []
  readonly records: { topic: string; partition: number; offset: number; value: string }[] = []
  assigned = new Set<string>()
  onRevoked: (partitions: readonly TopicPartition[]) => Promise<void> = () => Promise.resolve()
  /** Called after each poll that returned records. */
  onRecords: () => Promise<void> = () => Promise.resolve()
  #isStopped = false
  #loop: Promise<void> = Promise.resolve()

  constructor(consumer: Consumer) {
    this.consumer = consumer
  }
  get listener(): RebalanceListener {
    return {
      onAssigned: (partitions) => {
        for (const partition of partitions) this.assigned.add(partitionKey(partition))
        this.events.push(`assigned ${keysOf(partitions)}`)
        return Promise.resolve()
      },
      onRevoked: async (partitions) => {
        this.events.push(`revoking ${keysOf(partitions)}`)
        await this.onRevoked(partitions)
        for (const partition of partitions) this.assigned.delete(partitionKey(partition))
        this.events.push(`revoked ${keysOf(partitions)}`)
      },
      onLost: (partitions) => {
        for (const partition of partitions) this.assigned.delete(partitionKey(partition))
        this.events.push(`lost ${keysOf(partitions)}`)
        return Promise.resolve()
      },
    }
  }
  start(): void {
    this.#loop = (async () => {
      while (!this.#isStopped) {
        const records = await this.consumer.poll(1000)
        for (const row of rowsOf(records)) {
          this.records.push(row)
          this.values.push(row.value)
        }
        if (records.length > 0) await this.onRecords()
      }
    })()
  }
  async stop(): Promise<void> {
    this.#isStopped = true
    this.consumer.wakeup()
    await this.#loop
  }
}
export const keysOf = (partitions: readonly TopicPartition[]): string => partitions.map(({ partition }) => partition).toSorted((a, b) => a - b).join(',')
export const rowsOf = (records: readonly RecordColumns[]): { topic: string; partition: number; offset: number; value: string }[] =>
  records.flatMap(({ topic, partition, count, offset, data, valueStart, valueEnd }) =>
    Array.from({ length: count }, (_, i) => ({ topic, partition, offset: offset[i] ?? -1, value: Buffer.from(data.subarray(valueStart[i], valueEnd[i])).toString() })))
export const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `v${from + i}`)
export const readAll = async (consumer: Consumer, count: number): Promise<string[]> => {
  const values: string[] = []
  while (values.length < count) values.push(...rowsOf(await consumer.poll(5000)).map(({ value }) => value))
  return values
}
export const until = (what: () => unknown): Promise<void> => expect.poll(what, { timeout: 30_000, interval: 10 }).toBeTruthy()
