/** A converter that a bundle brings, as a converter of ours: one crossing a batch. */
import { asConnectException } from '../converters/encode-rows.ts'
import { packRanges, rangesOf } from '../converters/columns.ts'
import type { Converter, RowError, Topics } from '../converters/types.ts'
import { ConnectException } from '../data/errors.ts'
import { type Column, emptyColumn, type Index, type RecordBatch } from '../wire/batch.ts'
import type { ConvertedBatch, GuestRowFailure } from '../wire/guest-api.ts'
import { type HostColumn, hostValues, packHostBatch } from '../wire/host-columns.ts'
import { knownSchemas } from '../wire/schema-reader.ts'
import type { Schema } from '../data/schema.ts'
import { guestException, valueOf } from './error-data.ts'
import type { GuestPlugins } from './guest-plugins.ts'
import { checkConverted } from './guest-results.ts'
import type { ConverterSpec } from './types.ts'

export type Side = 'key' | 'value' | 'header'

export const openGuestConverter = async (plugins: GuestPlugins, side: Side, spec: ConverterSpec): Promise<Converter> => {
  const { guest, timeoutMs } = await plugins.open('converter', `${side}.converter`)
  valueOf(await guest.call('start', [side, { ...spec.config, 'converter.type': side }], { timeoutMs }))
  const convert = async (method: 'fromConnect' | 'toConnect', batch: RecordBatch, { names }: Topics): Promise<ConvertedBatch> =>
    checkConverted(valueOf(await guest.call(method, [batch, names ?? null], { timeoutMs })), batch.count)

  return {
    className: spec.className,
    async fromConnect({ count, column, schemas, schema }, topics) {
      const { batch, failures } = await convert('fromConnect', recordBatch(count, topics, { column, index: schema, schemas }), topics)
      const errors = rowErrors(failures)
      if (batch.value.kind === 'bytes') return rangesOf(batch.value.lengths, batch.value.bytes, errors)
      if (batch.value.kind !== 'null') throw new ConnectException(`${spec.className} gave values that are no bytes`)
      return rangesOf(new Int32Array(count).fill(-1), new Uint8Array(0), errors)
    },
    async toConnect(parts, topics, table) {
      const packed = packRanges(parts)
      const count = packed.lengths.length
      const { batch, failures } = await convert('toConnect', recordBatch(count, topics, { column: { kind: 'bytes', ...packed }, index: null, schemas: [] }), topics)
      const schemas = knownSchemas(batch.schemas)
      const entries = schemas.map((schema) => table.indexOf(schema))
      const schema = batch.valueSchema?.map((entry) => (entry < 0 ? -1 : (entries[entry] as number))) ?? new Int32Array(count).fill(entries[0] ?? -1)
      return { count, column: hostColumn(batch.value, count, schemas), schema, errors: rowErrors(failures) }
    },
  }
}

/** Structs in tagged values name their schemas by the table of the batch they came in. */
const hostColumn = (column: Column, count: number, schemas: readonly Schema[]): HostColumn => (column.kind === 'values' ? { kind: 'objects', values: hostValues(column, count, schemas) } : column)

const recordBatch = (count: number, { topics, topic }: Topics, value: { readonly column: HostColumn; readonly index: Index; readonly schemas: readonly Schema[] }): RecordBatch =>
  packHostBatch({
    count, topics, topic, partition: null, timestamp: null, offset: null, headers: null,
    schemas: value.schemas, key: emptyColumn, keySchema: new Int32Array(count).fill(-1), value: value.column, valueSchema: value.index,
  })
const rowErrors = (failures: readonly GuestRowFailure[]): readonly RowError[] => failures.map(({ row, error }) => ({ row, error: asConnectException(guestException(error)) }))
