/**
 * A transaction marker: a control batch with one record. Its key says how the transaction ended, `int16 version, int16 type`
 * (0 abort, 1 commit), its value `int16 version, int32 coordinatorEpoch`.
 */
import { crc32c } from '@node-rs/crc32'
import { batchHeaderBytes, readBatchHeader, type BatchHeader } from '../protocol/batch-header.ts'

/** length 16 | attributes 0 | timestampDelta 0 | offsetDelta 0 | key length 4 | key | value length 6 | value | no headers; lengths are zigzag varints */
const recordOf = (isCommit: boolean): Buffer => Buffer.from([0x20, 0, 0, 0, 0x08, 0, 0, 0, isCommit ? 1 : 0, 0x0c, 0, 0, 0, 0, 0, 0, 0])
const typeAt = batchHeaderBytes + 8
const transactionalControl = 0x30

export const markerBatch = (producerId: number, producerEpoch: number, isCommit: boolean, timestamp: number): { readonly batch: Buffer; readonly header: BatchHeader } => {
  const batch = Buffer.concat([Buffer.alloc(batchHeaderBytes), recordOf(isCommit)])
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(transactionalControl, 21)
  batch.writeBigInt64BE(BigInt(timestamp), 27)
  batch.writeBigInt64BE(BigInt(timestamp), 35)
  batch.writeBigInt64BE(BigInt(producerId), 43)
  batch.writeInt16BE(producerEpoch, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(1, 57)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  const header = readBatchHeader(batch)
  if (header === null) throw new Error('a marker without a header')
  return { batch, header }
}

export const isCommitMarker = (batch: Buffer): boolean => batch[typeAt] === 1
