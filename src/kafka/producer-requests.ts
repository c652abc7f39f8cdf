/** Produce and InitProducerId. */
import { failOnCode } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'

export type ProduceTopic = { readonly name: string; readonly partitions: readonly { readonly index: number; readonly records: Buffer }[] }
export type ProduceAnswer = {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly baseOffset: number
  /** -1 with CreateTime. */
  readonly logAppendTime: number
}
export type ProduceOptions = { readonly acks: -1 | 0 | 1; readonly timeoutMs: number; readonly transactionalId: string | null; readonly topics: readonly ProduceTopic[] }

export const produceRequest = ({ acks, timeoutMs, transactionalId, topics }: ProduceOptions): ApiRequest<readonly ProduceAnswer[]> => ({
  apiKey: 0,
  apiName: 'Produce',
  minVersion: 3,
  maxVersion: 8,
  hasNoResponse: acks === 0,
  encode(writer) {
    writer.string(transactionalId).int16(acks).int32(timeoutMs).array(topics, ({ name, partitions }) => {
      writer.string(name).array(partitions, ({ index, records }) => {
        writer.int32(index).bytes(records)
      })
    })
  },
  decode(reader, version) {
    if (acks === 0) return []
    return reader.array(() => {
      const topic = reader.string()
      return reader.array(() => {
        const partition = reader.int32()
        const errorCode = reader.int16()
        const baseOffset = reader.int64()
        const logAppendTime = reader.int64()
        if (version >= 5) reader.int64() // log start offset
        const recordErrors = version >= 8 ? reader.array(() => ({ index: reader.int32(), message: reader.nullableString() })) : []
        const batchMessage = version >= 8 ? reader.nullableString() : null
        const errorMessage = recordErrors.find(({ message }) => message !== null)?.message ?? batchMessage
        return { topic, partition, errorCode, errorMessage, baseOffset, logAppendTime }
      })
    }).flat()
  },
})

export type ProducerIdAndEpoch = { readonly producerId: number; readonly producerEpoch: number }
/** Throws a KafkaError when the broker refuses. */
export const initProducerIdRequest = (transactionalId: string | null, transactionTimeoutMs: number): ApiRequest<ProducerIdAndEpoch> => ({
  apiKey: 22,
  apiName: 'InitProducerId',
  minVersion: 0,
  maxVersion: 1,
  encode(writer) {
    writer.string(transactionalId).int32(transactionTimeoutMs)
  },
  decode(reader) {
    reader.int32() // throttle time
    failOnCode(reader.int16(), 'InitProducerId', null, transactionalId === null ? 'Write on a topic, or IdempotentWrite on the cluster' : `Write on transactional id ${transactionalId}`)
    return { producerId: reader.int64(), producerEpoch: reader.int16() }
  },
})
