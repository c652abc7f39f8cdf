/** The codec: what is written is read back, by every compression, and damaged bytes are an error and nothing worse. */
import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeInt64 } from '../../src/kafka/bytes.ts'
import { type CompressionType, compress, compressionTypes, decompress } from '../../src/kafka/compression.ts'
import { at, controlBit, headerBytes, logAppendTimeBit, transactionalBit } from '../../src/kafka/record-batch.ts'
import { type DecodeOptions, type DecodedPartition, decodeBatches } from '../../src/kafka/record-batch-reader.ts'
import { type FinishOptions, RecordBatchWriter } from '../../src/kafka/record-batch-writer.ts'
import { type Header, KafkaError } from '../../src/kafka/types.ts'

type Plain = { readonly timestamp: number; readonly key: Buffer | null; readonly value: Buffer | null; readonly headers: readonly Header[] }

const options = (more: Partial<DecodeOptions> = {}): DecodeOptions => ({ topic: 't', partition: 3, fetchOffset: 0, checkCrcs: true, abortedTransactions: null, ...more })
const batchOf = (records: readonly Plain[], finish: Partial<FinishOptions> = {}, patch: (batch: Buffer) => void = () => {}): Buffer => {
  const writer = new RecordBatchWriter(16)
  for (const { timestamp, key, value, headers } of records) {
    // Ranges within larger buffers, as the columns give them.
    const around = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.concat([Buffer.from('<<'), bytes, Buffer.from('>>')]))
    const size = writer.append(timestamp, around(key), 2, 2 + (key?.length ?? 0), around(value), 2, 2 + (value?.length ?? 0), headers.length === 0 ? null : headers, Infinity)
    expect(size).toBeGreaterThan(0)
  }
  const batch = Buffer.from(writer.finish({ compression: 'none', producerId: -1, producerEpoch: -1, baseSequence: -1, ...finish }))
  patch(batch)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
  return batch
}
const atOffset = (offset: number) => (batch: Buffer): void => writeInt64(batch, offset, at.baseOffset)
const plain = (text: string, timestamp = 1000): Plain => ({ timestamp, key: null, value: Buffer.from(text), headers: [] })

const rowsOf = ({ columns }: DecodedPartition): (Plain & { readonly offset: number })[] =>
  columns.flatMap(({ count, data, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headers }) => {
    const range = (start: number, end: number): Buffer | null => (start < 0 ? null : Buffer.from(data.subarray(start, end)))
    let h = 0
    return Array.from({ length: count }, (_, i) => ({
      offset: offset[i] ?? -1,
      timestamp: timestamp[i] ?? -1,
      key: range(keyStart[i] ?? -1, keyEnd[i] ?? -1),
      value: range(valueStart[i] ?? -1, valueEnd[i] ?? -1),
      headers: Array.from({ length: headers?.counts[i] ?? 0 }, () => {
        const header = { key: range(headers?.keyStart[h] ?? -1, headers?.keyEnd[h] ?? -1)?.toString() ?? '', value: range(headers?.valueStart[h] ?? -1, headers?.valueEnd[h] ?? -1) }
        h++
        return header
      }),
    }))
  })
const valuesOf = (decoded: DecodedPartition): (string | undefined)[] => rowsOf(decoded).map(({ value }) => value?.toString())

const bytesArbitrary = fc.option(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 60, maxLength: 300 })).map((bytes) => Buffer.from(bytes)))
const recordArbitrary: fc.Arbitrary<Plain> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }), fc.integer({ min: -1, max: 2 ** 45 })),
  key: bytesArbitrary,
  value: bytesArbitrary,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 12 }), value: bytesArbitrary }), { maxLength: 3 }),
})

test('a timestamp too far from the first of the batch, or no number at all, begins another batch', () => {
  for (const [first, other] of [[Infinity, 5], [5, Infinity], [Infinity, Infinity], [1e300, 5], [2 ** 53 - 1, 5], [5, 2 ** 53 - 1]] as const) {
    const writer = new RecordBatchWriter(256)
    expect(writer.append(first, null, -1, -1, null, -1, -1, null, Infinity)).toBeGreaterThan(0)
    expect([first, other, writer.append(other, null, -1, -1, null, -1, -1, null, Infinity)]).toEqual([first, other, 0])
  }
})
test('timestamps as far apart as a batch holds come back', () => {
  const far = 2 ** 52 - 1
  for (const [first, other] of [[0, far], [far, 0], [-1, far - 2]] as const) {
    expect(rowsOf(decodeBatches(batchOf([plain('a', first), plain('b', other)]), options())).map(({ timestamp }) => timestamp)).toEqual([first, other])
  }
})

describe.each(compressionTypes)('compression %s', (compression: CompressionType) => {
  test('any records come back as they were written', () => {
    fc.assert(fc.property(fc.array(recordArbitrary, { minLength: 1, maxLength: 30 }), fc.nat({ max: 2 ** 50 }), (records, baseOffset) => {
      const decoded = decodeBatches(batchOf(records, { compression }, atOffset(baseOffset)), options({ fetchOffset: baseOffset }))
      expect(rowsOf(decoded)).toEqual(records.map((record, i) => ({ ...record, offset: baseOffset + i })))
      expect(decoded.nextOffset).toBe(baseOffset + records.length)
    }), { numRuns: 60 })
  })

  test('damaged bytes, with the CRC not checked, end in records or in a KafkaError', () => {
    const clean = batchOf(Array.from({ length: 20 }, (_, i) => ({ ...plain(`value ${i}`.repeat(5)), key: Buffer.from('k'), headers: [{ key: 'h', value: Buffer.from('v') }] })), { compression })
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: clean.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 }), fc.nat({ max: clean.length }), (damages, cut) => {
      const damaged = Buffer.from(clean)
      for (const [where, byte] of damages) damaged[where] = byte
      for (const bytes of [damaged, damaged.subarray(0, cut)]) {
        try {
          rowsOf(decodeBatches(bytes, options({ checkCrcs: false })))
        } catch (error) {
          expect(error).toBeInstanceOf(KafkaError)
        }
      }
    }), { numRuns: 300 })
  })

  test('a truncated compressed body is CORRUPT_MESSAGE', () => {
    const batch = batchOf([plain('a'.repeat(200)), plain('b'.repeat(200))], { compression })
    const shorter = Buffer.from(batch.subarray(0, batch.length - 9))
    shorter.writeInt32BE(shorter.length - 12, at.batchLength)
    shorter.writeUInt32BE(crc32c(shorter.subarray(at.attributes)), at.crc)
    expect(() => decodeBatches(shorter, options())).toThrow(expect.objectContaining({ kafkaCode: 'CORRUPT_MESSAGE' }))
  })
})

test('the header holds what a broker checks', () => {
  const batch = batchOf([plain('a', 500), plain('b', 900), plain('c', 100)], { producerId: 2 ** 40 + 7, producerEpoch: 3, baseSequence: 41, compression: 'zstd', isTransactional: true })
  expect({
    length: batch.readInt32BE(at.batchLength), magic: batch[at.magic], attributes: batch.readInt16BE(at.attributes), lastOffsetDelta: batch.readInt32BE(at.lastOffsetDelta),
    base: batch.readBigInt64BE(at.baseTimestamp), max: batch.readBigInt64BE(at.maxTimestamp), producerId: batch.readBigInt64BE(at.producerId),
    epoch: batch.readInt16BE(at.producerEpoch), sequence: batch.readInt32BE(at.baseSequence), count: batch.readInt32BE(at.recordCount), leaderEpoch: batch.readInt32BE(at.partitionLeaderEpoch),
  }).toEqual({ length: batch.length - 12, magic: 2, attributes: 4 | transactionalBit, lastOffsetDelta: 2, base: 500n, max: 900n, producerId: BigInt(2 ** 40 + 7), epoch: 3, sequence: 41, count: 3, leaderEpoch: -1 })
})

test('one record is laid out as Kafka lays it out', () => {
  const batch = batchOf([{ timestamp: 5, key: Buffer.from('k'), value: null, headers: [{ key: 'h', value: Buffer.from('vv') }] }])
  // length 12, attributes, timestamp delta 0, offset delta 0, key length 1, 'k', value length -1, 1 header: key length 1, 'h', value length 2, 'vv'
  expect(batch.subarray(headerBytes).toString('hex')).toBe(`18000000026b0102${'0268'}047676`)
})

test('a writer refuses what does not fit, but never its first record', () => {
  const writer = new RecordBatchWriter(64)
  const value = Buffer.alloc(100)
  expect(writer.append(0, null, 0, 0, value, 0, 100, null, 50)).toBeGreaterThan(100)
  expect(writer.append(0, null, 0, 0, value, 0, 100, null, 200)).toBe(0)
  expect(writer.count).toBe(1)
  expect(writer.append(0, null, 0, 0, value, 0, 100, null, 1000)).toBeGreaterThan(0)
  expect(writer.count).toBe(2)
})

describe('several batches', () => {
  const first = batchOf([plain('a'), plain('b')], {}, atOffset(10))
  const second = batchOf([plain('c')], { compression: 'gzip' }, atOffset(12))
  const third = batchOf([plain('d'), plain('e')], {}, atOffset(20))

  test('come as columns in offset order, neighbours without compression as one', () => {
    const decoded = decodeBatches(Buffer.concat([first, second, third]), options({ fetchOffset: 10 }))
    expect(rowsOf(decoded).map(({ offset, value }) => `${offset} ${value?.toString()}`)).toEqual(['10 a', '11 b', '12 c', '20 d', '21 e'])
    expect(decoded.columns).toHaveLength(3)
    expect(decodeBatches(Buffer.concat([first, third]), options()).columns).toHaveLength(1)
    expect(decoded.nextOffset).toBe(22)
  })
  test('an incomplete last one is left for the next fetch, wherever it is cut', () => {
    for (let cut = 0; cut < third.length; cut++) {
      const decoded = decodeBatches(Buffer.concat([first, third.subarray(0, cut)]), options({ fetchOffset: 10 }))
      expect([decoded.nextOffset, decoded.isPartial, valuesOf(decoded)]).toEqual([12, false, ['a', 'b']])
    }
  })
  test('nothing complete is told', () => {
    expect(decodeBatches(first.subarray(0, 40), options({ fetchOffset: 10 }))).toEqual({ columns: [], nextOffset: 10, isPartial: true })
    expect(decodeBatches(Buffer.alloc(0), options({ fetchOffset: 10 }))).toEqual({ columns: [], nextOffset: 10, isPartial: false })
  })
  test('records before the fetch offset are dropped', () => {
    expect(valuesOf(decodeBatches(Buffer.concat([first, second]), options({ fetchOffset: 11 })))).toEqual(['b', 'c'])
    expect(decodeBatches(first, options({ fetchOffset: 12 }))).toEqual({ columns: [], nextOffset: 12, isPartial: false })
  })
  test('headers of dropped records are dropped with them', () => {
    const batch = batchOf([{ ...plain('a'), headers: [{ key: 'x', value: null }] }, { ...plain('b'), headers: [{ key: 'y', value: Buffer.from('1') }] }])
    expect(rowsOf(decodeBatches(batch, options({ fetchOffset: 1 })))).toEqual([{ ...plain('b'), offset: 1, headers: [{ key: 'y', value: Buffer.from('1') }] }])
  })
  test('with LogAppendTime all records have the time of the batch', () => {
    const stamped = batchOf([plain('a', 1), plain('b', 2)], {}, (batch) => {
      batch.writeInt16BE(logAppendTimeBit, at.attributes)
      writeInt64(batch, 777, at.maxTimestamp)
    })
    const decoded = decodeBatches(Buffer.concat([first, stamped]), options())
    expect(decoded.columns.map(({ timestampType, timestamp }) => [timestampType, ...timestamp])).toEqual([[0, 1000, 1000], [1, 777, 777]])
  })
  test('a wrong CRC is an error only when it is checked', () => {
    const damaged = Buffer.from(first)
    damaged[damaged.length - 2] = 0x7a
    expect(() => decodeBatches(damaged, options())).toThrow(/Record batch at offset 10 of t-3: its CRC is wrong/)
    expect(valuesOf(decodeBatches(damaged, options({ checkCrcs: false })))).toEqual(['a', 'z'])
  })
  test.each([0, 1])('messages of format %i are refused with what to do', (magic) => {
    const old = Buffer.from(first)
    old[at.magic] = magic
    expect(() => decodeBatches(old, options())).toThrow(expect.objectContaining({ kafkaCode: 'UNSUPPORTED_FOR_MESSAGE_FORMAT', retriable: false }))
    old.writeInt32BE(14, at.batchLength)
    expect(() => decodeBatches(old, options())).toThrow(/before Kafka 0.11/)
  })
  test('a record count that the bytes cannot hold is refused before anything is allocated', () => {
    const huge = batchOf([plain('a')], {}, (batch) => batch.writeInt32BE(0x7fffffff, at.recordCount))
    expect(() => decodeBatches(huge, options())).toThrow(/claims 2147483647 records/)
  })
})

describe('transactions', () => {
  const control = (offset: number, producerId: number, type: 0 | 1): Buffer => {
    const key = Buffer.from([0, 0, 0, type])
    return batchOf([{ timestamp: 1000, key, value: Buffer.alloc(6), headers: [] }], { producerId, producerEpoch: 0 }, (batch) => {
      batch.writeInt16BE(transactionalBit | controlBit, at.attributes)
      writeInt64(batch, offset, at.baseOffset)
    })
  }
  const data = (offset: number, producerId: number, text: string): Buffer => batchOf([plain(text)], { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true }, atOffset(offset))
  const log = Buffer.concat([data(0, 7, 'a0'), data(1, 8, 'b1'), control(2, 7, 0), data(3, 7, 'a3'), control(4, 8, 1), control(5, 7, 1), batchOf([plain('c6')], {}, atOffset(6))])

  test('markers are never records', () => {
    const decoded = decodeBatches(log, options())
    expect(valuesOf(decoded)).toEqual(['a0', 'b1', 'a3', 'c6'])
    expect(decoded.nextOffset).toBe(7)
  })
  test('read_committed leaves out what was aborted, until its abort marker', () => {
    expect(valuesOf(decodeBatches(log, options({ abortedTransactions: [{ producerId: 7, firstOffset: 0 }] })))).toEqual(['b1', 'a3', 'c6'])
  })
  test('a second aborted transaction of the same producer is left out as well', () => {
    const twice = Buffer.concat([data(0, 7, 'x'), control(1, 7, 0), data(2, 7, 'y'), control(3, 7, 1), data(4, 7, 'z'), control(5, 7, 0)])
    expect(valuesOf(decodeBatches(twice, options({ abortedTransactions: [{ producerId: 7, firstOffset: 4 }, { producerId: 7, firstOffset: 0 }] })))).toEqual(['y'])
  })
  test('a fetch that ends in markers and aborted data still moves on', () => {
    const only = Buffer.concat([data(0, 7, 'x'), control(1, 7, 0)])
    expect(decodeBatches(only, options({ abortedTransactions: [{ producerId: 7, firstOffset: 0 }] }))).toEqual({ columns: [], nextOffset: 2, isPartial: false })
  })
})

describe('snappy', () => {
  const text = Buffer.from('the quick brown fox '.repeat(5000))
  test('is written in the frames of the Java client: magic, versions, blocks of 32 KiB', () => {
    const packed = compress('snappy', text)
    expect(packed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001')
    let blocks = 0
    let p = 16
    for (; p < packed.length; p += 4 + packed.readInt32BE(p)) blocks++
    expect([p, blocks]).toEqual([packed.length, Math.ceil(text.length / 32768)])
    expect(decompress('snappy', packed).equals(text)).toBe(true)
  })
  test('is read as one raw block, too', () => {
    const raw = Buffer.from([5, 4 << 2, ...Buffer.from('hello')])
    expect(decompress('snappy', raw).toString()).toBe('hello')
  })
  test('that claims gigabytes is refused before they are allocated', () => {
    expect(() => decompress('snappy', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0b, 0]))).toThrow(/claims to hold/)
  })
})

test('lz4 is written as Java reads it: version 1, independent blocks, no checksum of the content', () => {
  const packed = compress('lz4', Buffer.from('abc'.repeat(1000)))
  expect(packed.readUInt32LE(0)).toBe(0x184d2204)
  const flags = packed[4] ?? 0
  expect([flags >> 6, (flags >> 5) & 1, (flags >> 2) & 1]).toEqual([1, 1, 0])
})
