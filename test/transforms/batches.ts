/** Batches of records for tests of the chain. */
import type { Schema } from '../../src/data/schema.ts'
import { columnOf } from '../../src/wire/columns.ts'
import type { HostBatch } from '../../src/wire/host-columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToUtf8 } from '../../src/wire/transcode.ts'

/** Records of topic `t`, packed as they come from a cell. */
export const packedBatch = (values: readonly unknown[], schema: Schema | null = null, more: Partial<HostBatch> = {}): HostBatch => {
  const table = new SchemaTable()
  const index = table.indexOf(schema)
  const value = columnToUtf8(columnOf(values, table))
  return {
    count: values.length, topics: ['t'], topic: null, partition: null, timestamp: null, offset: null, schemas: table.schemas, key: { kind: 'null' }, value,
    keySchema: new Int32Array(values.length).fill(-1), valueSchema: new Int32Array(values.length).fill(index), headers: null, ...more,
  }
}
