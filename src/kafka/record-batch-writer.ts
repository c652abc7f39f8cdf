/**
 * Builds one record batch from ranges of buffers: sizes are computed first, bytes are written once, the header is patched at the
 * end. No object per record. Compression happens in `finish`.
 */
import { crc32c } from '@node-rs/crc32'
import { writeInt64 } from './bytes.ts'
import { type CompressionType, compress, compressionTypes } from './compression.ts'
import { at, headerBytes, transactionalBit } from './record-batch.ts'
import type { Header } from './types.ts'

const varintBytes = (zigzag: number): number => (zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5)
/** Zig-zag of a length or count (never negative, below 2^30) and of -1. */
const zigzagOf = (value: number): number => (value << 1) ^ (value >> 31)
const maxInlineDelta = 2 ** 29
/** Zig-zag of a longer one is not exact: such a record begins a batch of its own. */
const maxDelta = 2 ** 52

/** Zig-zag of any safe integer, as a number: below 2^54. */
const zigzagLong = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2)
const varlongBytes = (zigzag: number): number => {
  let bytes = 1
  for (let rest = zigzag; rest >= 0x80; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

export type FinishOptions = {
  readonly compression: CompressionType
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional?: boolean
}

export class RecordBatchWriter {
  #buffer: Buffer
  #end = headerBytes
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = -1

  /** `initial`: bytes to allocate, or a buffer to fill. */
  constructor(initial: number | Buffer) {
    this.#buffer = typeof initial === 'number' ? Buffer.allocUnsafeSlow(Math.max(initial, 256)) : initial
  }

  get count(): number {
    return this.#count
  }
  /** What is being filled; may be another one after an append that had to grow. */
  get buffer(): Buffer {
    return this.#buffer
  }
  /** Header and records so far, uncompressed. */
  get bytes(): number {
    return this.#end
  }

  /**
   * Appends a record when the batch then still fits `maxBytes`, or when it is the first. Returns the record's size, or 0 when it
   * does not fit, by its bytes or by its timestamp. Ranges must lie within their buffers.
   */
  append(timestampMs: number, key: Uint8Array | null, keyStart: number, keyEnd: number, value: Uint8Array | null, valueStart: number, valueEnd: number, headers: readonly Header[] | null, maxBytes: number): number {
    const index = this.#count
    const delta = index === 0 ? 0 : timestampMs - this.#baseTimestamp
    if (!(Math.abs(delta) < maxDelta)) return 0
    const isShortDelta = delta > -maxInlineDelta && delta < maxInlineDelta
    const deltaZigzag = isShortDelta ? zigzagOf(delta) : zigzagLong(delta)
    const keyBytes = key === null ? -1 : keyEnd - keyStart
    const valueBytes = value === null ? -1 : valueEnd - valueStart
    const keyZigzag = zigzagOf(keyBytes)
    const valueZigzag = zigzagOf(valueBytes)
    const offsetZigzag = index << 1
    let body = 1 + (isShortDelta ? varintBytes(deltaZigzag) : varlongBytes(deltaZigzag)) + varintBytes(offsetZigzag)
      + varintBytes(keyZigzag) + varintBytes(valueZigzag) + (keyBytes > 0 ? keyBytes : 0) + (valueBytes > 0 ? valueBytes : 0)
    body += headers === null ? 1 : headersBytes(headers)
    const bodyZigzag = body << 1
    const size = body + varintBytes(bodyZigzag)
    if (index > 0 && this.#end + size > maxBytes) return 0
    if (this.#end + size > this.#buffer.length) this.#grow(size)

    const buffer = this.#buffer
    let p = writeVarint(buffer, this.#end, bodyZigzag)
    buffer[p++] = 0
    p = isShortDelta ? writeVarint(buffer, p, deltaZigzag) : writeVarlong(buffer, p, deltaZigzag)
    p = writeVarint(buffer, p, offsetZigzag)
    p = writeVarint(buffer, p, keyZigzag)
    if (key !== null) p = copyRange(key, keyStart, keyEnd, buffer, p)
    p = writeVarint(buffer, p, valueZigzag)
    if (value !== null) p = copyRange(value, valueStart, valueEnd, buffer, p)
    if (headers === null) buffer[p++] = 0
    else p = writeHeaders(buffer, p, headers)

    this.#end = p
    this.#count = index + 1
    if (index === 0) this.#baseTimestamp = timestampMs
    if (timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs
    return size
  }

  /** The batch's bytes, ready to be sent. The writer is used up. */
  finish({ compression, producerId, producerEpoch, baseSequence, isTransactional = false }: FinishOptions): Buffer {
    let batch: Buffer
    if (compression === 'none') {
      batch = this.#buffer.subarray(0, this.#end)
    } else {
      const packed = compress(compression, this.#buffer.subarray(headerBytes, this.#end))
      batch = Buffer.allocUnsafeSlow(headerBytes + packed.length)
      batch.set(packed, headerBytes)
    }
    writeInt64(batch, 0, at.baseOffset)
    batch.writeInt32BE(batch.length - 12, at.batchLength)
    batch.writeInt32BE(-1, at.partitionLeaderEpoch)
    batch[at.magic] = 2
    batch.writeInt16BE(compressionTypes.indexOf(compression) | (isTransactional ? transactionalBit : 0), at.attributes)
    batch.writeInt32BE(this.#count - 1, at.lastOffsetDelta)
    writeInt64(batch, this.#baseTimestamp, at.baseTimestamp)
    writeInt64(batch, this.#maxTimestamp, at.maxTimestamp)
    batch.writeInt32BE(this.#count, at.recordCount)
    setProducerState(batch, producerId, producerEpoch, baseSequence)
    return batch
  }

  #grow(size: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#end + size))
    this.#buffer.copy(grown, 0, 0, this.#end)
    this.#buffer = grown
  }
}

/** Also used to give a batch that was never written by the broker a new place in the sequence; the CRC covers all of it. */
export const setProducerState = (batch: Buffer, producerId: number, producerEpoch: number, baseSequence: number): void => {
  writeInt64(batch, producerId, at.producerId)
  batch.writeInt16BE(producerEpoch, at.producerEpoch)
  batch.writeInt32BE(baseSequence, at.baseSequence)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
}

/** An upper bound of a record's size in a batch, before it is appended: Kafka's `estimateSizeInBytesUpperBound` without headers' exactness. */
export const recordBytesUpperBound = (keyBytes: number, valueBytes: number, headers: readonly Header[] | null): number =>
  36 + Math.max(keyBytes, 0) + Math.max(valueBytes, 0) + (headers === null ? 0 : headersBytes(headers))

const headersBytes = (headers: readonly Header[]): number => {
  let bytes = varintBytes(headers.length << 1)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    bytes += varintBytes(keyBytes << 1) + keyBytes + varintBytes(zigzagOf(value === null ? -1 : value.length)) + (value?.length ?? 0)
  }
  return bytes
}
const writeHeaders = (buffer: Buffer, start: number, headers: readonly Header[]): number => {
  let p = writeVarint(buffer, start, headers.length << 1)
  for (const { key, value } of headers) {
    p = writeVarint(buffer, p, Buffer.byteLength(key) << 1)
    p += buffer.write(key, p)
    p = writeVarint(buffer, p, zigzagOf(value === null ? -1 : value.length))
    if (value !== null) {
      buffer.set(value, p)
      p += value.length
    }
  }
  return p
}

const writeVarint = (buffer: Uint8Array, start: number, zigzag: number): number => {
  let p = start
  let rest = zigzag
  while (rest > 0x7f) {
    buffer[p++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[p++] = rest
  return p
}
const writeVarlong = (buffer: Uint8Array, start: number, zigzag: number): number => {
  let p = start
  let rest = zigzag
  while (rest > 0x7f) {
    buffer[p++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  buffer[p++] = rest
  return p
}

/** Short ranges are copied by a loop: the native copy costs more than it saves. */
const loopedCopyBytes = 24
const nativeCopy = Buffer.prototype.copy
const copyRange = (source: Uint8Array, start: number, end: number, target: Buffer, at: number): number => {
  const bytes = end - start
  if (bytes <= loopedCopyBytes) {
    for (let i = 0; i < bytes; i++) target[at + i] = source[start + i] ?? 0
  } else {
    nativeCopy.call(source, target, at, start, end)
  }
  return at + bytes
}
