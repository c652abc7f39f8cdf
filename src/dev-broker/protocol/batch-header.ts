/**
 * The header of record batch v2, which is all of a batch this broker ever looks at on the produce and fetch paths.
 *
 *    0 baseOffset int64        12 partitionLeaderEpoch int32    23 lastOffsetDelta int32     51 producerEpoch int16
 *    8 batchLength int32       16 magic int8                    27 baseTimestamp int64       53 baseSequence int32
 *      (bytes after this one)  17 crc uint32 (of 21 ..)         35 maxTimestamp int64        57 recordCount int32
 *                              21 attributes int16              43 producerId int64          61 records …
 */
import { crc32c } from '@node-rs/crc32'

export const batchHeaderBytes = 61
const logOverheadBytes = 12

export type BatchHeader = {
  readonly baseOffset: number
  /** Of the whole batch, its 12 leading bytes included. */
  readonly sizeBytes: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

export const codecOf = (attributes: number): number => attributes & 0x07
export const isTransactional = (attributes: number): boolean => (attributes & 0x10) !== 0
export const isControl = (attributes: number): boolean => (attributes & 0x20) !== 0
export const logAppendTimeBit = 0x08

const int64At = (buffer: Buffer, at: number): number => buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4)
const writeInt64At = (buffer: Buffer, at: number, value: number): void => {
  const high = Math.floor(value / 0x1_0000_0000)
  buffer.writeInt32BE(high, at)
  buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
}

/** Null when fewer bytes than a header are there. Says nothing about whether the batch is whole. */
export const readBatchHeader = (buffer: Buffer, at = 0): BatchHeader | null =>
  buffer.length - at < batchHeaderBytes
    ? null
    : {
        baseOffset: int64At(buffer, at),
        sizeBytes: buffer.readInt32BE(at + 8) + logOverheadBytes,
        magic: buffer.readInt8(at + 16),
        crc: buffer.readUInt32BE(at + 17),
        attributes: buffer.readInt16BE(at + 21),
        lastOffsetDelta: buffer.readInt32BE(at + 23),
        baseTimestamp: int64At(buffer, at + 27),
        maxTimestamp: int64At(buffer, at + 35),
        producerId: int64At(buffer, at + 43),
        producerEpoch: buffer.readInt16BE(at + 51),
        baseSequence: buffer.readInt32BE(at + 53),
        recordCount: buffer.readInt32BE(at + 57),
      }

/** The magic of whatever starts here: message sets v0 and v1 keep it at the same place. */
export const magicAt = (buffer: Buffer): number | null => (buffer.length > 16 ? buffer.readInt8(16) : null)

export const crcMatches = (batch: Buffer, header: BatchHeader): boolean => crc32c(batch.subarray(21)) === header.crc

/** Offset and leader epoch are outside the checksum, which is why a broker may set them without touching the records. */
export const assignOffset = (batch: Buffer, baseOffset: number, leaderEpoch: number): void => {
  writeInt64At(batch, 0, baseOffset)
  batch.writeInt32BE(leaderEpoch, 12)
}

/** Topic has `message.timestamp.type=LogAppendTime`: attribute, max timestamp and checksum change, records stay. */
export const assignLogAppendTime = (batch: Buffer, header: BatchHeader, timestamp: number): BatchHeader => {
  const attributes = header.attributes | logAppendTimeBit
  batch.writeInt16BE(attributes, 21)
  writeInt64At(batch, 35, timestamp)
  const crc = crc32c(batch.subarray(21))
  batch.writeUInt32BE(crc, 17)
  return { ...header, attributes, maxTimestamp: timestamp, crc }
}
