/**
 * The one place that looks at single records: ListOffsets by time, where the answer is an offset inside a batch.
 *
 *   record: varint length, int8 attributes, varint timestampDelta (64 bit), varint offsetDelta, key, value, headers
 */
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { batchHeaderBytes, codecOf, logAppendTimeBit, readBatchHeader } from '../protocol/batch-header.ts'

const decoders: Readonly<Record<number, (bytes: Buffer) => Promise<Buffer>>> = {
  0: (bytes) => Promise.resolve(bytes),
  1: promisify<Buffer, Buffer>(gunzip),
  4: promisify<Buffer, Buffer>(zstdDecompress),
}

/**
 * The first record of the batch at or after the time; the caller knows that there is one. snappy and lz4 batches are not
 * opened: they answer with their first record, which is a little early and never too late.
 */
export const firstOffsetSince = async (batch: Buffer, timestamp: number): Promise<{ readonly offset: number; readonly timestamp: number }> => {
  const header = readBatchHeader(batch)
  if (header === null) throw new Error('a stored batch has no header')
  const isAppendTime = (header.attributes & logAppendTimeBit) !== 0
  const first = { offset: header.baseOffset, timestamp: isAppendTime ? header.maxTimestamp : header.baseTimestamp }
  const decode = decoders[codecOf(header.attributes)]
  if (isAppendTime || header.baseTimestamp >= timestamp || decode === undefined) return first
  const records = await decode(batch.subarray(batchHeaderBytes))
  for (let position = 0, count = 0; count < header.recordCount; count++) {
    const [length, start] = varint(records, position)
    const [timestampDelta, afterTimestamp] = varint(records, start + 1)
    const [offsetDelta] = varint(records, afterTimestamp)
    if (header.baseTimestamp + timestampDelta >= timestamp) return { offset: header.baseOffset + offsetDelta, timestamp: header.baseTimestamp + timestampDelta }
    position = start + length
  }
  return first
}

/** Zigzag varint and the position after it. */
const varint = (bytes: Buffer, position: number): readonly [value: number, next: number] => {
  let raw = 0
  for (let next = position, scale = 1; ; next++, scale *= 128) {
    const byte = bytes[next]
    if (byte === undefined || scale > 2 ** 63) throw new Error('a record ends inside a varint')
    raw += (byte & 0x7f) * scale
    if (byte < 0x80) return [raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next + 1]
  }
}
