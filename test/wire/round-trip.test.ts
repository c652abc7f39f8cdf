/** Random values of random schemas over the whole way of the wire: guest form, utf8 form, packed, unpacked, checked, and back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import type { SourceBatch } from '../../src/wire/batch.ts'
import { packSourceBatch, unpackSourceBatch } from '../../src/wire/batch-codec.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { batchToText, batchToUtf8 } from '../../src/wire/transcode.ts'
import { schemaless, typedColumn } from '../data/arbitraries.ts'

const run = { numRuns: 500, seed: 20_261_125 }
const crossed = (values: readonly unknown[], table: SchemaTable): readonly unknown[] => {
  const none = new Int32Array(values.length).fill(-1)
  const batch: SourceBatch = {
    count: values.length, topics: ['t'], topic: null, partition: null, timestamp: null, keySchema: none, valueSchema: none, key: { kind: 'null' }, value: columnOf(values, table), headers: null,
    schemas: table.toText(), sourcePartitions: ['{}'], sourcePartition: null, sourceOffset: { kind: 'numbers', keys: ['n'], values: new Float64Array(values.length) },
  }
  // as frames carry it: the head as JSON
  const { head, attachments } = packSourceBatch(batchToUtf8(batch))
  const back = batchToText(unpackSourceBatch({ head: JSON.parse(JSON.stringify(head)) as unknown, attachments }))
  return valuesOf(back.value, back.count, knownSchemas(back.schemas))
}

test('values with schemas come back as they went', () => {
  fc.assert(fc.property(typedColumn, ({ values }) => {
    const back = crossed(values, new SchemaTable())
    expect(back).toEqual(values)
    back.forEach((value, row) => {
      if (value !== null && typeof value === 'object' && 'equals' in value) expect((value as { equals(other: unknown): boolean }).equals(values[row])).toBe(true)
    })
  }), run)
})
test('values without schemas come back as they went', () => {
  fc.assert(fc.property(fc.array(schemaless, { minLength: 1, maxLength: 4 }), (values) => {
    expect(crossed(values, new SchemaTable())).toEqual(values)
  }), run)
})
test('schemas come back equal, and as the same object every time', () => {
  fc.assert(fc.property(typedColumn, ({ schema }) => {
    const table = new SchemaTable()
    table.indexOf(schema)
    const [back] = knownSchemas(table.toText())
    expect(back?.equals(schema)).toBe(true)
    table.indexOf(SchemaBuilder.struct().name('around').field('inner', schema).build())
    // in another table, inside another schema
    const [again, around] = knownSchemas(table.toText())
    expect(again).toBe(back)
    expect(around?.field('inner')?.schema).toBe(back)
  }), run)
})
