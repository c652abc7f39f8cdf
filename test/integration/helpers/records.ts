/** Everything in a topic's first partition, as plain texts. */
import { kafkaClients } from '../../../src/kafka/clients.ts'
import { originalOf } from '../../../src/worker/fetched-records.ts'

export type PlainRecord = { readonly key: string | null; readonly value: string | null; readonly timestamp: number; readonly headers: readonly (readonly [string, string | null])[] }

const pollMs = 200
const timeoutMs = 30_000

/** Waits until there are so many of them, or the one that is the last; fails with what it has seen when that takes too long. */
export const recordsOf = async (bootstrap: string, topic: string, wanted: number | ((last: PlainRecord) => boolean)): Promise<readonly PlainRecord[]> => {
  const consumer = await kafkaClients().consumer({ properties: { 'bootstrap.servers': bootstrap, 'group.id': `read-${topic}`, 'auto.offset.reset': 'earliest' }, clientId: 'test-records' })
  const records: PlainRecord[] = []
  try {
    await consumer.assign([{ topic, partition: 0 }])
    const enough = (): boolean => (typeof wanted === 'number' ? records.length >= wanted : records.at(-1) !== undefined && wanted(records.at(-1) as PlainRecord))
    for (const deadline = performance.now() + timeoutMs; !enough(); ) {
      if (performance.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: more of ${topic} than ${JSON.stringify(records)}`)
      for (const part of await consumer.poll(pollMs)) {
        for (let index = 0; index < part.count; index++) {
          const { key, value, timestamp, headers } = originalOf({ part, index })
          records.push({ key: textOf(key), value: textOf(value), timestamp, headers: headers.map((header) => [header.key, textOf(header.value)] as const) })
        }
      }
    }
  } finally {
    await consumer.close()
  }
  return records
}
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('latin1'))
