/**
 * Reads the record batches of one partition out of a Fetch response into columns. Ranges point into the response (or into the
 * decompressed batch): nothing is copied, no object per record. Hostile or damaged bytes end in a KafkaError, never further.
 */
import { crc32c } from '@node-rs/crc32'
import { messageOf } from '../errors.ts'
import { readInt64 } from './bytes.ts'
import { compressionTypes, decompress } from './compression.ts'
import { at, compressionMask, controlBit, headerBytes, logAppendTimeBit, minRecordBytes, prefixBytes, transactionalBit } from './record-batch.ts'
import { type HeaderRanges, KafkaError, type RecordColumns } from './types.ts'

export type DecodeOptions = {
  readonly topic: string
  readonly partition: number
  readonly topicId?: string | null
  /** Records before it are dropped: a batch is fetched whole even if only its end is wanted. */
  readonly fetchOffset: number
  readonly checkCrcs: boolean
  /** Of the Fetch response, with isolation level read_committed; null for read_uncommitted. */
  readonly abortedTransactions: readonly { readonly producerId: number; readonly firstOffset: number }[] | null
}
export type DecodedPartition = {
  /** In offset order; neighbouring uncompressed batches come as one. */
  readonly columns: readonly RecordColumns[]
  /** Where to fetch from next: past everything decoded, also past what was filtered. `fetchOffset` when nothing was complete. */
  readonly nextOffset: number
  /** Bytes that hold no complete batch came: with a response's first batch, larger than the fetch size of an old broker. */
  readonly isPartial: boolean
}

type BatchHeader = { readonly start: number; readonly end: number; readonly baseOffset: number; readonly attributes: number; readonly count: number }

const corrupt = (options: DecodeOptions, offset: number, why: string, cause?: unknown): KafkaError =>
  new KafkaError('CORRUPT_MESSAGE', `Record batch at offset ${offset} of ${options.topic}-${options.partition}: ${why}`, { retriable: false, cause })

export const decodeBatches = (data: Buffer, options: DecodeOptions): DecodedPartition => {
  const aborted = options.abortedTransactions === null ? null : new AbortedTransactions(options.abortedTransactions)
  const columns: RecordColumns[] = []
  let group: BatchHeader[] = []
  let nextOffset = options.fetchOffset
  let position = 0
  const endGroup = (): void => {
    if (group.length > 0) columns.push(...readBatches(data, group, options))
    group = []
  }
  while (position + prefixBytes <= data.length) {
    const baseOffset = readInt64(data, position + at.baseOffset)
    const batchLength = data.readInt32BE(position + at.batchLength)
    if (batchLength < headerBytes - prefixBytes) {
      if (batchLength >= 5 && position + at.magic < data.length && (data[position + at.magic] ?? 2) < 2) throw oldMagic(options, baseOffset, data[position + at.magic] ?? 0)
      throw corrupt(options, baseOffset, `its length ${batchLength} is less than a header`)
    }
    const end = position + prefixBytes + batchLength
    if (position + at.magic < data.length) {
      const magic = data.readInt8(position + at.magic)
      if (magic === 0 || magic === 1) throw oldMagic(options, baseOffset, magic)
      if (magic !== 2) throw corrupt(options, baseOffset, `its magic ${magic} is unknown`)
    }
    if (end > data.length) break
    if (options.checkCrcs && crc32c(data.subarray(position + at.attributes, end)) !== data.readUInt32BE(position + at.crc)) throw corrupt(options, baseOffset, 'its CRC is wrong')

    const attributes = data.readInt16BE(position + at.attributes)
    const lastOffset = baseOffset + data.readInt32BE(position + at.lastOffsetDelta)
    const producerId = readInt64(data, position + at.producerId)
    const header = { start: position, end, baseOffset, attributes, count: data.readInt32BE(position + at.recordCount) }
    const isControl = (attributes & controlBit) !== 0
    const isAborted = (attributes & transactionalBit) !== 0 && aborted !== null && aborted.has(producerId, lastOffset)
    if (isControl && aborted !== null) aborted.control(producerId, isAbortMarker(data, header))
    if (!isControl && !isAborted && lastOffset >= options.fetchOffset && header.count > 0) {
      const last = group[group.length - 1]
      const joins = last !== undefined && (attributes & (compressionMask | logAppendTimeBit)) === (last.attributes & logAppendTimeBit) && (last.attributes & compressionMask) === 0
      if (!joins) endGroup()
      group.push(header)
    } else if (!isControl && header.count < 0) {
      throw corrupt(options, baseOffset, `its record count is ${header.count}`)
    }
    if (lastOffset + 1 > nextOffset) nextOffset = lastOffset + 1
    position = end
  }
  endGroup()
  return { columns, nextOffset, isPartial: position === 0 && data.length > 0 }
}

const oldMagic = (options: DecodeOptions, offset: number, magic: number): KafkaError =>
  new KafkaError('UNSUPPORTED_FOR_MESSAGE_FORMAT', `Messages at offset ${offset} of ${options.topic}-${options.partition} are of format ${magic} (before Kafka 0.11), which this client does not read: let the topic be rewritten by a broker with a newer log.message.format.version`, { retriable: false })

/** A control record's key: int16 version, int16 type (0 abort, 1 commit). Control batches are never compressed. */
const isAbortMarker = (data: Buffer, { start, end }: BatchHeader): boolean => {
  // length, attributes, timestamp delta (a varlong), offset delta, key length: each single bytes but for the delta
  let p = start + headerBytes + 2
  while (p < end && (data[p] ?? 0) > 0x7f) p++
  p += 3
  return p + 4 <= end && data.readInt16BE(p + 2) === 0
}

/** Which producers are in an aborted transaction at the current batch (KIP-98's index of a Fetch response). */
class AbortedTransactions {
  readonly #pending: { readonly producerId: number; readonly firstOffset: number }[]
  readonly #open = new Set<number>()
  constructor(transactions: readonly { readonly producerId: number; readonly firstOffset: number }[]) {
    this.#pending = transactions.toSorted((a, b) => b.firstOffset - a.firstOffset)
  }
  has(producerId: number, lastOffset: number): boolean {
    for (let next = this.#pending.at(-1); next !== undefined && next.firstOffset <= lastOffset; next = this.#pending.at(-1)) {
      this.#open.add(next.producerId)
      this.#pending.pop()
    }
    return this.#open.has(producerId)
  }
  control(producerId: number, isAbort: boolean): void {
    if (isAbort) this.#open.delete(producerId)
  }
}

/** Batches that share one buffer: several uncompressed ones, or one compressed. */
const readBatches = (response: Buffer, batches: readonly BatchHeader[], options: DecodeOptions): readonly RecordColumns[] => {
  const first = batches[0]
  if (first === undefined) return []
  const compression = compressionTypes[first.attributes & compressionMask]
  if (compression === undefined) throw corrupt(options, first.baseOffset, `its compression ${first.attributes & compressionMask} is unknown`)
  let data = response
  if (compression !== 'none') {
    try {
      data = decompress(compression, response.subarray(first.start + headerBytes, first.end))
    } catch (error) {
      throw corrupt(options, first.baseOffset, `its ${compression} data cannot be read: ${messageOf(error)}`, error)
    }
  }
  let total = 0
  for (const { count, baseOffset, start, end } of batches) {
    const bytes = compression === 'none' ? end - start - headerBytes : data.length
    if (count < 0 || count * minRecordBytes > bytes) throw corrupt(options, baseOffset, `it claims ${count} records in ${bytes} bytes`)
    total += count
  }
  const sink = new ColumnSink(total)
  for (const batch of batches) {
    const from = compression === 'none' ? batch.start + headerBytes : 0
    const to = compression === 'none' ? batch.end : data.length
    const baseTimestamp = readInt64(response, batch.start + at.baseTimestamp)
    const maxTimestamp = readInt64(response, batch.start + at.maxTimestamp)
    const isLogAppendTime = (batch.attributes & logAppendTimeBit) !== 0
    const failedAt = readRecords(data, from, to, batch, isLogAppendTime ? maxTimestamp : baseTimestamp, isLogAppendTime, options.fetchOffset, sink)
    if (failedAt >= 0) throw corrupt(options, batch.baseOffset, `record ${failedAt} of ${batch.count} does not fit its batch`)
  }
  const columns = sink.columns(options, data, (first.attributes & logAppendTimeBit) === 0 ? 0 : 1)
  return columns.count === 0 ? [] : [columns]
}

class ColumnSink {
  count = 0
  readonly offset: Float64Array
  readonly timestamp: Float64Array
  readonly keyStart: Int32Array
  readonly keyEnd: Int32Array
  readonly valueStart: Int32Array
  readonly valueEnd: Int32Array
  headerCounts: Int32Array | null = null
  readonly #capacity: number
  readonly #headerRanges: number[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
    this.offset = new Float64Array(capacity)
    this.timestamp = new Float64Array(capacity)
    this.keyStart = new Int32Array(capacity)
    this.keyEnd = new Int32Array(capacity)
    this.valueStart = new Int32Array(capacity)
    this.valueEnd = new Int32Array(capacity)
  }

  header(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    this.headerCounts ??= new Int32Array(this.#capacity)
    this.headerCounts[this.count] = (this.headerCounts[this.count] ?? 0) + 1
    this.#headerRanges.push(keyStart, keyEnd, valueStart, valueEnd)
  }

  columns({ topic, partition, topicId = null }: DecodeOptions, data: Buffer, timestampType: 0 | 1): RecordColumns {
    const { count } = this
    const cut = <T extends Int32Array | Float64Array>(column: T): T => (column.length === count ? column : (column.subarray(0, count) as T))
    return {
      topic, partition, topicId, count, data, timestampType,
      offset: cut(this.offset), timestamp: cut(this.timestamp), keyStart: cut(this.keyStart), keyEnd: cut(this.keyEnd), valueStart: cut(this.valueStart), valueEnd: cut(this.valueEnd),
      headers: this.#headers(),
    }
  }
  #headers(): HeaderRanges | null {
    if (this.headerCounts === null) return null
    const ranges = this.#headerRanges
    const every = (at: number): Int32Array => Int32Array.from({ length: ranges.length / 4 }, (_, i) => ranges[i * 4 + at] ?? 0)
    return { counts: this.headerCounts.subarray(0, this.count), keyStart: every(0), keyEnd: every(1), valueStart: every(2), valueEnd: every(3) }
  }
}

/** Where `varint` stopped; NaN when the number was too long or ran past the data. */
let cursor = 0
/** A zig-zag varint of up to ten bytes. The loop over records reads the one-byte case, nearly all, without this call. */
const varint = (data: Uint8Array, start: number): number => {
  let zigzag = 0
  let scale = 1
  for (let p = start; p < start + 10; p++) {
    const byte = data[p]
    if (byte === undefined) break
    zigzag += (byte & 0x7f) * scale
    if (byte < 0x80) {
      cursor = p + 1
      return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    }
    scale *= 128
  }
  cursor = Number.NaN
  return 0
}

/** Returns -1, or the index of the record that is damaged. Comparisons are written so that a NaN cursor fails them. */
const readRecords = (data: Uint8Array, from: number, to: number, batch: BatchHeader, timestamp: number, isLogAppendTime: boolean, fetchOffset: number, sink: ColumnSink): number => {
  const { baseOffset, count } = batch
  const { offset, timestamp: timestamps, keyStart, keyEnd, valueStart, valueEnd } = sink
  let p = from
  let row = sink.count
  for (let i = 0; i < count; i++) {
    let byte = data[p] ?? 0
    let length: number
    if (byte < 0x80) {
      length = (byte >>> 1) ^ -(byte & 1)
      p++
    } else {
      const second = data[p + 1] ?? 0
      if (second < 0x80) {
        const zigzag = (byte & 0x7f) | (second << 7)
        length = (zigzag >>> 1) ^ -(zigzag & 1)
        p += 2
      } else {
        length = varint(data, p)
        p = cursor
      }
    }
    const end = p + length
    if (!(length >= minRecordBytes - 1 && end <= to)) return i
    p++ // attributes

    byte = data[p] ?? 0
    let timestampDelta: number
    if (byte < 0x80) {
      timestampDelta = (byte >>> 1) ^ -(byte & 1)
      p++
    } else {
      timestampDelta = varint(data, p)
      p = cursor
    }

    byte = data[p] ?? 0
    let offsetDelta: number
    const second = data[p + 1] ?? 0
    if (byte < 0x80) {
      offsetDelta = (byte >>> 1) ^ -(byte & 1)
      p++
    } else if (second < 0x80) {
      const zigzag = (byte & 0x7f) | (second << 7)
      offsetDelta = (zigzag >>> 1) ^ -(zigzag & 1)
      p += 2
    } else {
      offsetDelta = varint(data, p)
      p = cursor
    }

    byte = data[p] ?? 0
    let keyBytes: number
    if (byte < 0x80) {
      keyBytes = (byte >>> 1) ^ -(byte & 1)
      p++
    } else {
      keyBytes = varint(data, p)
      p = cursor
    }
    const keyAt = keyBytes < 0 ? -1 : p
    if (keyBytes > 0) p += keyBytes

    byte = data[p] ?? 0
    let valueBytes: number
    if (byte < 0x80) {
      valueBytes = (byte >>> 1) ^ -(byte & 1)
      p++
    } else {
      valueBytes = varint(data, p)
      p = cursor
    }
    const valueAt = valueBytes < 0 ? -1 : p
    if (valueBytes > 0) p += valueBytes
    if (!(p < end && keyBytes >= -1 && valueBytes >= -1)) return i

    const recordOffset = baseOffset + offsetDelta
    const isWanted = recordOffset >= fetchOffset
    byte = data[p] ?? 0
    if (byte === 0) {
      p++
    } else {
      sink.count = row
      p = readHeaders(data, p, end, isWanted ? sink : null)
    }
    if (p !== end) return i

    if (isWanted) {
      offset[row] = recordOffset
      timestamps[row] = isLogAppendTime ? timestamp : timestamp + timestampDelta
      keyStart[row] = keyAt
      keyEnd[row] = keyAt + (keyBytes > 0 ? keyBytes : 0)
      valueStart[row] = valueAt
      valueEnd[row] = valueAt + (valueBytes > 0 ? valueBytes : 0)
      row++
    }
  }
  sink.count = row
  return -1
}

/** Returns where the headers end; NaN when they are damaged. */
const readHeaders = (data: Uint8Array, start: number, end: number, sink: ColumnSink | null): number => {
  const count = varint(data, start)
  let p = cursor
  if (!(count >= 0 && count * 2 <= end - p)) return Number.NaN
  for (let i = 0; i < count; i++) {
    const keyBytes = varint(data, p)
    const keyAt = cursor
    if (!(keyBytes >= 0 && keyAt + keyBytes < end)) return Number.NaN
    const valueBytes = varint(data, keyAt + keyBytes)
    const valueAt = cursor
    p = valueAt + (valueBytes > 0 ? valueBytes : 0)
    if (!(valueBytes >= -1 && p <= end)) return Number.NaN
    sink?.header(keyAt, keyAt + keyBytes, valueBytes < 0 ? -1 : valueAt, valueBytes < 0 ? -1 : p)
  }
  return p
}
