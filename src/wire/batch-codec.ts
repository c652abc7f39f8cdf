/**
 * Batches on the wire between worker and cell: a small JSON head plus the binary columns as attachments, in the order met.
 * Packing keeps references (no copy). Unpacking trusts nothing: every kind, length, index and sum is checked, so that
 * whatever a compromised cell sends ends as a BatchError and never as a read past a column. Text is in utf8 form here.
 */
import type { BytesColumn, Column, HeadersColumn, Index, OffsetColumn, OriginalColumns, RecordBatch, SinkBatch, SourceBatch, TextColumn } from './batch.ts'
import { knownSchemas } from './schema-reader.ts'

/** A batch that does not add up. */
export class BatchError extends Error {
  override readonly name = 'BatchError'
}

/** Attachments are views; on arrival each starts 8-byte aligned, so that numeric columns are views too. */
export type Packed = { readonly head: unknown; readonly attachments: readonly Uint8Array[] }

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
const asBytes = (array: Int32Array | Float64Array | Uint8Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

class Packer {
  readonly attachments: Uint8Array[] = []
  add(array: Int32Array | Float64Array | Uint8Array | null): number | null {
    return array === null ? null : this.attachments.push(asBytes(array)) - 1
  }
  text(column: TextColumn): Json {
    if (column.kind === 'text') throw new BatchError('text must be in utf8 form before it is packed')
    return [column.kind, this.add(column.lengths), this.add(column.bytes)]
  }
  column(column: Column): Json {
    if (column.kind === 'null') return null
    if (column.kind === 'bytes') return ['bytes', this.add(column.lengths), this.add(column.bytes)]
    if (column.kind === 'values') return ['values', this.add(column.data), this.text(column.strings), column.names]
    return this.text(column)
  }
  headers(headers: HeadersColumn | null): Json {
    return headers && [this.add(headers.counts), this.text(headers.keys), this.column(headers.values), this.add(headers.schema)]
  }
  common(batch: SourceBatch | SinkBatch | RecordBatch): Record<string, unknown> {
    return {
      n: batch.count,
      topics: batch.topics,
      topic: this.add(batch.topic),
      partition: this.add(batch.partition),
      timestamp: this.add(batch.timestamp),
      schemas: batch.schemas,
      keySchema: this.add(batch.keySchema),
      valueSchema: this.add(batch.valueSchema),
      key: this.column(batch.key),
      value: this.column(batch.value),
      headers: this.headers(batch.headers),
    }
  }
}

export const packSourceBatch = (batch: SourceBatch): Packed => {
  const packer = new Packer()
  const offset = batch.sourceOffset
  const head = {
    ...packer.common(batch),
    sourcePartitions: batch.sourcePartitions,
    sourcePartition: packer.add(batch.sourcePartition),
    sourceOffset: offset.kind === 'numbers' ? ['numbers', offset.keys, packer.add(offset.values)] : ['json', packer.text(offset.offsets)],
  }
  return { head, attachments: packer.attachments }
}

export const packSinkBatch = (batch: SinkBatch): Packed => {
  const packer = new Packer()
  const { original } = batch
  const head = {
    ...packer.common(batch), offset: packer.add(batch.offset), timestampType: packer.add(batch.timestampType),
    original: original && [original.topics, packer.add(original.topic), packer.add(original.partition)],
  }
  return { head, attachments: packer.attachments }
}

export const packRecordBatch = (batch: RecordBatch): Packed => {
  const packer = new Packer()
  const head = { ...packer.common(batch), offset: packer.add(batch.offset) }
  return { head, attachments: packer.attachments }
}

const fail = (what: string): never => {
  throw new BatchError(what)
}
/** Rows without values cost no bytes on the wire, but do in the worker. */
export const maxRows = 1_000_000

class Unpacker {
  readonly #attachments: readonly Uint8Array[]
  constructor(attachments: readonly Uint8Array[]) {
    this.#attachments = attachments
  }
  bytes(index: unknown): Uint8Array {
    return (Number.isInteger(index) ? this.#attachments[index as number] : undefined) ?? fail('an attachment that is not there')
  }
  int32(index: unknown, length: number): Int32Array {
    const bytes = this.bytes(index)
    if (bytes.byteLength !== length * 4) fail(`a column of ${bytes.byteLength} bytes where ${length} int32 are due`)
    return bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, length) : new Int32Array(bytes.slice().buffer)
  }
  float64(index: unknown, length: number): Float64Array {
    const bytes = this.bytes(index)
    if (bytes.byteLength !== length * 8) fail(`a column of ${bytes.byteLength} bytes where ${length} float64 are due`)
    return bytes.byteOffset % 8 === 0 ? new Float64Array(bytes.buffer, bytes.byteOffset, length) : new Float64Array(bytes.slice().buffer)
  }
  index(index: unknown, length: number, tableSize: number, none: boolean): Index {
    if (index === null) return null
    const column = this.int32(index, length)
    for (const entry of column) if (entry < (none ? -1 : 0) || entry >= tableSize) fail('an index past its table')
    return column
  }
  /** Lengths of `count` values that together are exactly `total`. */
  lengths(index: unknown, count: number, total: number): Int32Array {
    const lengths = this.int32(index, count)
    let sum = 0
    for (const length of lengths) {
      if (length < -1) fail('a negative length')
      if (length > 0) sum += length
    }
    if (sum !== total) fail(`lengths that add up to ${sum}, not to ${total}`)
    return lengths
  }
  text(json: unknown, count: number | null): TextColumn {
    if (!Array.isArray(json) || (json[0] !== 'utf8' && json[0] !== 'wtf8')) return fail('a text column of another kind')
    const bytes = this.bytes(json[2])
    return { kind: json[0], lengths: this.lengths(json[1], count ?? this.bytes(json[1]).byteLength / 4, bytes.byteLength), bytes }
  }
  column(json: unknown, count: number): Column {
    if (json === null) return { kind: 'null' }
    if (!Array.isArray(json)) return fail('a column of no kind')
    if (json[0] === 'utf8' || json[0] === 'wtf8') return this.text(json, count)
    if (json[0] === 'bytes') {
      const bytes = this.bytes(json[2])
      return { kind: 'bytes', lengths: this.lengths(json[1], count, bytes.byteLength), bytes } satisfies BytesColumn
    }
    if (json[0] !== 'values') return fail('a column of unknown kind')
    return { kind: 'values', data: this.bytes(json[1]), strings: this.text(json[2], null), names: strings(json[3]) }
  }
  headers(json: unknown, count: number, schemas: number): HeadersColumn | null {
    if (json === null) return null
    if (!Array.isArray(json)) return fail('headers of no kind')
    const counts = this.int32(json[0], count)
    let total = 0
    for (const each of counts) total += each < 0 ? fail('a negative header count') : each
    if (total > maxRows) fail('too many headers')
    return { counts, keys: this.text(json[1], total), values: this.column(json[2], total), schema: this.index(json[3], total, schemas, true) }
  }
  common(head: Record<string, unknown>) {
    const count = head['n']
    if (!Number.isInteger(count) || (count as number) < 0 || (count as number) > maxRows) return fail('a record count out of range')
    const n = count as number
    const topics = strings(head['topics'])
    const schemas = knownSchemas(head['schemas']).length
    if (n > 0 && topics.length === 0) fail('records without a topic')
    return {
      count: n,
      topics,
      topic: this.index(head['topic'], n, topics.length, false),
      timestamp: head['timestamp'] === null ? null : this.float64(head['timestamp'], n),
      schemas: head['schemas'] as string,
      keySchema: this.index(head['keySchema'], n, schemas, true),
      valueSchema: this.index(head['valueSchema'], n, schemas, true),
      key: this.column(head['key'], n),
      value: this.column(head['value'], n),
      headers: this.headers(head['headers'], n, schemas),
    }
  }
}

const strings = (json: unknown): readonly string[] =>
  Array.isArray(json) && json.every((item) => typeof item === 'string') ? (json as readonly string[]) : fail('a list of other things than strings')
const record = (head: unknown): Record<string, unknown> =>
  typeof head === 'object' && head !== null && !Array.isArray(head) ? (head as Record<string, unknown>) : fail('a head that is no object')

const offsetColumn = (unpacker: Unpacker, json: unknown, count: number): OffsetColumn => {
  if (!Array.isArray(json)) return fail('offsets of no kind')
  if (json[0] === 'json') return { kind: 'json', offsets: unpacker.text(json[1], count) }
  if (json[0] !== 'numbers') return fail('offsets of unknown kind')
  const keys = strings(json[1])
  return { kind: 'numbers', keys, values: unpacker.float64(json[2], count * keys.length) }
}

/** Throws BatchError (or ValuesError for a schema). Source partitions stay JSON texts; the worker parses what it commits. */
export const unpackSourceBatch = (packed: Packed): SourceBatch => {
  const head = record(packed.head)
  const unpacker = new Unpacker(packed.attachments)
  const common = unpacker.common(head)
  for (const timestamp of common.timestamp ?? []) if (!Number.isNaN(timestamp) && !Number.isSafeInteger(timestamp)) fail('a timestamp that is no whole number of milliseconds')
  const sourcePartitions = strings(head['sourcePartitions'])
  if (common.count > 0 && sourcePartitions.length === 0) fail('records without a source partition')
  return {
    ...common,
    partition: head['partition'] === null ? null : unpacker.int32(head['partition'], common.count),
    sourcePartitions,
    sourcePartition: unpacker.index(head['sourcePartition'], common.count, sourcePartitions.length, false),
    sourceOffset: offsetColumn(unpacker, head['sourceOffset'], common.count),
  }
}

export const unpackSinkBatch = (packed: Packed): SinkBatch => {
  const head = record(packed.head)
  const unpacker = new Unpacker(packed.attachments)
  const common = unpacker.common(head)
  const types = head['timestampType'] === null ? null : unpacker.bytes(head['timestampType'])
  if (types && types.byteLength !== common.count) fail('a timestamp type column of another length')
  return {
    ...common, partition: unpacker.int32(head['partition'], common.count), offset: unpacker.float64(head['offset'], common.count), timestampType: types,
    original: originalColumns(unpacker, head['original'], common.count),
  }
}

const originalColumns = (unpacker: Unpacker, json: unknown, count: number): OriginalColumns | null => {
  if (json === null) return null
  if (!Array.isArray(json)) return fail('original topics of no kind')
  const topics = strings(json[0])
  return { topics, topic: unpacker.index(json[1], count, topics.length, false), partition: unpacker.int32(json[2], count) }
}

export const unpackRecordBatch = (packed: Packed): RecordBatch => {
  const head = record(packed.head)
  const unpacker = new Unpacker(packed.attachments)
  const common = unpacker.common(head)
  const partition = head['partition'] === null ? null : unpacker.int32(head['partition'], common.count)
  return { ...common, partition, offset: head['offset'] === null ? null : unpacker.float64(head['offset'], common.count) }
}
