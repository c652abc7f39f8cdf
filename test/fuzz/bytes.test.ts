/** Damaged bytes: record batches, frames, batches of records and the offset file end in a result or in an error of their own. */
import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Decimal } from '../../src/data/logical.ts'
import { DataException } from '../../src/data/errors.ts'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import { compressionTypes } from '../../src/kafka/compression.ts'
import { at } from '../../src/kafka/record-batch.ts'
import { decodeBatches } from '../../src/kafka/record-batch-reader.ts'
import { RecordBatchWriter } from '../../src/kafka/record-batch-writer.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import { canonical, parseOffsetKey } from '../../src/storage/offset-json.ts'
import { JavaStreamError, readJavaHashMap, writeJavaHashMap } from '../../src/storage/file/java-hashmap.ts'
import type { SinkBatch, SourceBatch } from '../../src/wire/batch.ts'
import { BatchError, type Packed, packSinkBatch, packSourceBatch, unpackSinkBatch, unpackSourceBatch } from '../../src/wire/batch-codec.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { encodeFrame, FrameError, FrameReader } from '../../src/wire/frames.ts'
import { PackError } from '../../src/wire/pack.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { batchToText, batchToUtf8 } from '../../src/wire/transcode.ts'
import { ValuesError } from '../../src/wire/values.ts'
import { damage, damagedBytes, fuzz } from './fuzz.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

test('record batches: columns or a KafkaError', () => {
  const samples = compressionTypes.flatMap((compression) => [1, 30].map((count) => {
    const writer = new RecordBatchWriter(16)
    for (let row = 0; row < count; row++) {
      const value = bytes(`value ${row} `.repeat(1 + (row % 7)))
      writer.append(1_700_000_000_000 + row, row % 3 === 0 ? null : bytes(`k${row}`), 0, `k${row}`.length, value, 0, value.length, row % 4 === 0 ? [{ key: 'h', value: bytes('v') }, { key: 'n', value: null }] : null, Infinity)
    }
    const batch = Buffer.from(writer.finish({ compression, producerId: 7, producerEpoch: 1, baseSequence: 0 }))
    batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
    return Buffer.concat([batch, batch])
  }))
  const result = fuzz({
    samples,
    damaged: damagedBytes,
    seed: 1,
    refusals: [KafkaError],
    parse: (input) => {
      const { columns } = decodeBatches(input, { topic: 't', partition: 0, fetchOffset: 0, checkCrcs: false, abortedTransactions: [{ producerId: 7, firstOffset: 5 }] })
      for (const { count, data, keyStart, keyEnd, valueStart, valueEnd, headers } of columns) {
        for (const [start, end] of [[keyStart, keyEnd], [valueStart, valueEnd]] as const) for (let row = 0; row < count; row++) expectInside(start[row], end[row], data.length)
        headers?.keyStart.forEach((start, index) => expectInside(start, headers.keyEnd[index], data.length))
        headers?.valueStart.forEach((start, index) => expectInside(start, headers.valueEnd[index], data.length))
      }
    },
  })
  expect(result.accepted).toBeGreaterThan(1000)
  expect(result.refused).toBeGreaterThan(1000)
})
const expectInside = (start = -1, end = -1, length: number): void => {
  if (start >= 0 && (start > end || end > length)) throw new Error(`a range ${start}–${end} of ${length} bytes`)
}

test('frames, in pieces of any size: messages or the end of the pipe', () => {
  const samples = [
    { t: 'hello', protocol: 2, node: 'v26' },
    { t: 'call', args: [{ a: [1, 2, { b: null }], __proto__: { c: 1 } }], columns: [new Int32Array([1, 2, 3]), new Float64Array([1.5]), new Uint8Array([1, 2, 3, 4, 5])] },
    { t: 'result', outcome: { ok: true, batch: { head: { n: 3 }, attachments: [new Uint8Array(64), new Int32Array(16)] } } },
  ].map((message) => Buffer.concat(encodeFrame(message)))
  const result = fuzz({
    samples: [...samples, Buffer.concat(samples)],
    damaged: damagedBytes,
    seed: 2,
    refusals: [FrameError, PackError, SyntaxError],
    parse: (input) => {
      const reader = new FrameReader(() => undefined, 64 * 1024)
      const step = 1 + (input.length % 97)
      for (let from = 0; from < input.length; from += step) reader.push(input.subarray(from, from + step))
    },
  })
  expect(result.accepted).toBeGreaterThan(1000)
  expect(result.refused).toBeGreaterThan(1000)
})

const sampleBatches = (): { readonly source: SourceBatch; readonly sink: SinkBatch } => {
  const schemas = new SchemaTable()
  const inner = SchemaBuilder.struct().name('in').field('d', SchemaBuilder.decimal(2).optional().build()).build()
  const schema = SchemaBuilder.struct().name('out').field('a', SchemaBuilder.int64().defaultValue(7n).build()).field('b', SchemaBuilder.array(inner).build()).build()
  const struct = (n: bigint): Struct => new Struct(schema).put('a', n).put('b', [new Struct(inner).put('d', Decimal.parse('1.25'))])
  const index = schemas.indexOf(schema)
  const values = [struct(1n), null, struct(2n ** 60n)]
  const common = {
    count: 3, topics: ['a', 'b'], topic: new Int32Array([0, 1, 0]), timestamp: new Float64Array([1, Number.NaN, 3]),
    key: columnOf(['k', null, 'ключ'], schemas), keySchema: new Int32Array([-1, -1, -1]), value: columnOf(values, schemas), valueSchema: new Int32Array(3).fill(index),
    headers: { counts: new Int32Array([1, 0, 2]), keys: columnOf(['x', 'y', 'z'], schemas), values: columnOf([1, { a: [true, 1.5] }, new Map([['m', new Uint8Array([1])]])], schemas), schema: new Int32Array([-1, -1, -1]) },
    schemas: schemas.toText(),
  }
  return {
    source: batchToUtf8({ ...common, partition: new Int32Array([-1, 2, -1]), sourcePartitions: ['{"f":1}'], sourcePartition: null, sourceOffset: { kind: 'numbers', keys: ['n'], values: new Float64Array([1, 2, 3]) } } as SourceBatch),
    sink: batchToUtf8({ ...common, partition: new Int32Array([0, 1, 2]), offset: new Float64Array([5, 6, 7]), timestampType: new Uint8Array([1, 1, 2]), original: { topics: ['o', 'p'], topic: new Int32Array([1, 0, 0]), partition: new Int32Array([3, 4, 5]) } } as SinkBatch),
  }
}
const readAll = (batch: SourceBatch | SinkBatch): void => {
  const schemas = knownSchemas(batch.schemas)
  const text = batchToText<SourceBatch | SinkBatch>(batch)
  valuesOf(text.key, text.count, schemas)
  valuesOf(text.value, text.count, schemas)
  if (text.headers) valuesOf(text.headers.values, text.headers.keys.lengths.length, schemas)
}

/** The JSON head and each attachment as bytes of their own, so that damage inside one leaves the rest whole. */
type Pieces = readonly [head: Buffer, ...attachments: Buffer[]]
const piecesOf = ({ head, attachments }: Packed): Pieces => [bytes(JSON.stringify(head)), ...attachments.map((attachment) => Buffer.from(attachment.slice()))]
const damagedPieces = (samples: readonly Pieces[]): fc.Arbitrary<Pieces> =>
  fc.tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), damage), { minLength: 1, maxLength: 3 })).map(([sample, damages]) => {
    const pieces: Buffer[] = sample.map((piece) => Buffer.from(piece))
    for (const [index, change] of damages) {
      // the head is one piece of many, and the one with the most to check
      const which = index % 3 === 0 ? 0 : index % pieces.length
      pieces[which] = change(pieces[which] as Buffer)
    }
    return pieces as unknown as Pieces
  })

test.each(['source', 'sink'] as const)('a %s batch: values or a BatchError', (kind) => {
  const batch = sampleBatches()[kind]
  const pack = (): Packed => (kind === 'source' ? packSourceBatch(batch as SourceBatch) : packSinkBatch(batch as SinkBatch))
  readAll(batch)
  const result = fuzz({
    samples: [piecesOf(pack())],
    damaged: damagedPieces,
    seed: kind === 'source' ? 3 : 5,
    refusals: [BatchError, ValuesError, DataException, SyntaxError],
    parse: ([head, ...attachments]) => {
      const packed = { head: JSON.parse(head.toString()) as unknown, attachments }
      readAll(kind === 'source' ? unpackSourceBatch(packed) : unpackSinkBatch(packed))
    },
  })
  expect(result.accepted).toBeGreaterThan(1000)
  expect(result.refused).toBeGreaterThan(1000)
})

test('offset files: entries, or an error that says where', () => {
  const samples = [0, 1, 20].map((count) => Buffer.from(writeJavaHashMap(Array.from({ length: count }, (_, index) => ({ key: bytes(`["c${index}",{"f":"a"}]`), value: index % 5 === 4 ? null : bytes(`{"p":${index}}`) })))))
  const result = fuzz({
    samples,
    damaged: damagedBytes,
    seed: 4,
    refusals: [JavaStreamError],
    parse: (input) => {
      for (const { key } of readJavaHashMap(input)) {
        const parsed = key === null ? null : parseOffsetKey(Buffer.from(key).toString())
        if (parsed && 'partition' in parsed) canonical(parsed.partition)
      }
    },
  })
  expect(result.accepted).toBeGreaterThan(1000)
  expect(result.refused).toBeGreaterThan(1000)
})
