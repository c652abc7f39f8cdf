/** Slices of decoded records: views of the same memory that say the same as the whole. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBatches } from '../../src/kafka/record-batch-reader.ts'
import { RecordBatchWriter } from '../../src/kafka/record-batch-writer.ts'
import { sliceRecords } from '../../src/kafka/record-slices.ts'
import type { Header, RecordColumns } from '../../src/kafka/types.ts'

type Row = { readonly key: string | null; readonly value: string | null; readonly headers: readonly Header[] }
const rows = fc.array(fc.record({
  key: fc.option(fc.string()), value: fc.option(fc.string()),
  headers: fc.array(fc.record({ key: fc.string(), value: fc.option(fc.uint8Array({ maxLength: 5 })) }), { maxLength: 3 }),
}), { minLength: 1, maxLength: 30 })

const columnsOf = (list: readonly Row[]): RecordColumns => {
  const writer = new RecordBatchWriter(1024)
  for (const [index, { key, value, headers }] of list.entries()) {
    const [keyBytes, valueBytes] = [key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value)]
    writer.append(1000 + index, keyBytes, 0, keyBytes?.length ?? 0, valueBytes, 0, valueBytes?.length ?? 0, headers.length === 0 ? null : headers, 2 ** 30)
  }
  const batch = writer.finish({ compression: 'none', producerId: -1, producerEpoch: -1, baseSequence: -1 })
  const [columns] = decodeBatches(batch, { topic: 't', partition: 3, fetchOffset: 0, checkCrcs: true, abortedTransactions: null }).columns
  if (columns === undefined) throw new Error('no columns')
  return columns
}
const textOf = ({ data }: RecordColumns, start: number | undefined, end: number | undefined): string | null => (start === -1 ? null : Buffer.from(data.subarray(start, end)).toString())
const rowsOf = (columns: RecordColumns): unknown[] => {
  let header = 0
  return Array.from({ length: columns.count }, (_, i) => {
    const headers = Array.from({ length: columns.headers?.counts[i] ?? 0 }, () => {
      const at = header++
      return [textOf(columns, columns.headers?.keyStart[at], columns.headers?.keyEnd[at]), textOf(columns, columns.headers?.valueStart[at], columns.headers?.valueEnd[at])]
    })
    return { offset: columns.offset[i], timestamp: columns.timestamp[i], key: textOf(columns, columns.keyStart[i], columns.keyEnd[i]), value: textOf(columns, columns.valueStart[i], columns.valueEnd[i]), headers }
  })
}

test('slices, one after the other, are the whole', () => {
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 7 }), (list, size) => {
    const columns = columnsOf(list)
    const slices: RecordColumns[] = []
    for (let from = 0; from < columns.count; from += size) slices.push(sliceRecords(columns, from, Math.min(from + size, columns.count)))
    expect(slices.flatMap(rowsOf)).toEqual(rowsOf(columns))
    for (const slice of slices) expect([slice.topic, slice.partition, slice.data]).toEqual(['t', 3, columns.data])
  }))
})

test('a slice copies nothing', () => {
  const columns = columnsOf([{ key: 'a', value: 'b', headers: [] }, { key: 'c', value: 'd', headers: [] }])
  const slice = sliceRecords(columns, 1, 2)
  expect(slice.data).toBe(columns.data)
  expect(slice.offset.buffer).toBe(columns.offset.buffer)
  expect(sliceRecords(columns, 0, 2)).toBe(columns)
})
