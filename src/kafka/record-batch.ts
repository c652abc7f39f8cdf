/**
 * Record batch v2 (KIP-98), the layout both halves of the codec share. Big-endian; records hold zig-zag varints.
 *
 *    0 int64 baseOffset            23 int32 lastOffsetDelta    57 int32 recordCount
 *    8 int32 batchLength           27 int64 baseTimestamp      61 records, compressed as a whole:
 *   12 int32 partitionLeaderEpoch  35 int64 maxTimestamp          varint length, int8 attributes, varlong timestampDelta,
 *   16 int8  magic = 2             43 int64 producerId            varint offsetDelta, varint keyLength, key,
 *   17 uint32 crc32c of 21…        51 int16 producerEpoch         varint valueLength, value, varint headerCount,
 *   21 int16 attributes            53 int32 baseSequence          (varint keyLength, key, varint valueLength, value)*
 *
 * Attributes: bits 0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon. batchLength counts from byte 12.
 */
export const at = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const
export const headerBytes = 61
/** baseOffset and batchLength: what must be there to know how long a batch is. */
export const prefixBytes = 12
export const compressionMask = 0x07
export const logAppendTimeBit = 0x08
export const transactionalBit = 0x10
export const controlBit = 0x20
/** length, attributes, timestamp delta, offset delta, key length, value length, header count, a byte each: no record is smaller. */
export const minRecordBytes = 7
