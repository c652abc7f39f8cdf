/** Everything in a topic's first partition, as plain texts. */
import { kafkaClients } from '../../../src/kafka/clients.ts'
import { originalOf } from '../../../src/worker/fetched-records.ts'

export type PlainRecord = { readonly key: string | null; readonly value: string | null; readonly timestamp: number; readonly headers: readonly (readonly [string, string | null])[] }

const pollMs = 200

/** Waits until there are `count` of them; the test's own time limit ends it. */
export const recordsOf = async (bootstrap: string, topic: string, count: number): Promise<readonly PlainRecord[]> => {
  const consumer = await kafkaClients().consumer({ properties: { 'bootstrap.servers': bootstrap, 'group.id': `read-${topic}`, 'auto.offset.reset': 'earliest' }, clientId: 'test-records' })
  const records: PlainRecord[] = []
  try {
    await consumer.assign([{ topic, partition: 0 }])
    while (records.length < count) {
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
