/**
 * The five compressions of record batches, as Kafka's Java client writes and reads them.
 *   snappy: xerial frames: magic 82 'SNAPPY' 00, version 1, compatible 1, then (int32 length, raw snappy of at most 32 KiB)*;
 *           librdkafka and others write one raw snappy block: both are read.
 *   lz4:    the LZ4 frame format, independent blocks, no content checksum (Java reads no other kind of blocks).
 */
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import lz4 from 'lz4-napi'
import snappy from 'snappy'

export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionType = (typeof compressionTypes)[number]

/** No batch this client would ever see is larger; it stops decompression bombs well before memory is gone. */
const maxDecompressedBytes = 1 << 30
const xerialBlockBytes = 32 * 1024
const xerialHeader = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])

export const compress = (type: CompressionType, data: Buffer): Buffer => {
  switch (type) {
    case 'none':
      return data
    case 'gzip':
      return gzipSync(data)
    case 'snappy':
      return toXerial(data)
    case 'lz4':
      return lz4.compressFrameSync(data)
    case 'zstd':
      return zstdCompressSync(data)
  }
}

/** Throws an Error (any) when the data is corrupt. */
export const decompress = (type: CompressionType, data: Buffer): Buffer => {
  switch (type) {
    case 'none':
      return data
    case 'gzip':
      return gunzipSync(data, { maxOutputLength: maxDecompressedBytes })
    case 'snappy':
      return data.length >= xerialHeader.length && data.subarray(0, 8).equals(xerialHeader.subarray(0, 8)) ? fromXerial(data) : fromRawSnappy(data)
    case 'lz4':
      return lz4.decompressFrameSync(data)
    case 'zstd':
      return zstdDecompressSync(data, { maxOutputLength: maxDecompressedBytes })
  }
}

const toXerial = (data: Buffer): Buffer => {
  const parts: Buffer[] = [xerialHeader]
  for (let at = 0; at < data.length; at += xerialBlockBytes) {
    const block = snappy.compressSync(data.subarray(at, at + xerialBlockBytes))
    const length = Buffer.allocUnsafe(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

const fromXerial = (data: Buffer): Buffer => {
  const blocks: Buffer[] = []
  let total = 0
  for (let at = xerialHeader.length; at < data.length;) {
    const length = data.readInt32BE(at)
    at += 4
    if (length < 0 || at + length > data.length) throw new RangeError(`a snappy block of ${length} bytes at ${at} of ${data.length}`)
    const block = fromRawSnappy(data.subarray(at, at + length))
    total += block.length
    if (total > maxDecompressedBytes) throw new RangeError('a snappy stream of more than 1 GiB')
    blocks.push(block)
    at += length
  }
  return Buffer.concat(blocks, total)
}

/** The library allocates what the first varint claims before it reads on, so the claim is checked: a 3-byte copy yields 64 bytes at most. */
const fromRawSnappy = (data: Buffer): Buffer => {
  let claimed = 0
  for (let i = 0; i < 5; i++) {
    const byte = data[i] ?? 0
    claimed += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) break
  }
  if (claimed > maxDecompressedBytes || claimed > data.length * 64) throw new RangeError(`a snappy block of ${data.length} bytes that claims to hold ${claimed}`)
  const plain = snappy.uncompressSync(data, { asBuffer: true })
  return typeof plain === 'string' ? Buffer.from(plain) : plain
}
