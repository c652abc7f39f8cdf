/** A converter that a bundle brings, as a converter of ours: one crossing a batch. */
import { asConnectException } from '../converters/encode-rows.ts'
import { packRanges, rangesOf } from '../converters/columns.ts'
import type { Converter, RawHeader, RawHeaders, RowError, Topics } from '../converters/types.ts'
import { ConnectException } from '../data/errors.ts'
import { javaUtf8Text } from '../data/java-utf8.ts'
import { type Column, emptyColumn, type HeadersColumn, type Index, type RecordBatch, type TextColumn } from '../wire/batch.ts'
import { bytesColumn, textColumn } from '../wire/columns.ts'
import type { ConvertedBatch, GuestRowFailure } from '../wire/guest-api.ts'
import { type HostColumn, type HostHeaders, hostValues, packHostBatch } from '../wire/host-columns.ts'
import { knownSchemas } from '../wire/schema-reader.ts'
import { toUtf8 } from '../wire/transcode.ts'
import type { Schema } from '../data/schema.ts'
import { guestException, valueOf } from './error-data.ts'
import type { GuestPlugins } from './guest-plugins.ts'
import { checkConverted } from './guest-results.ts'
import type { ConverterSpec } from './types.ts'

export type Side = 'key' | 'value' | 'header'

export const openGuestConverter = async (plugins: GuestPlugins, side: Side, spec: ConverterSpec): Promise<Converter> => {
  const { guest, timeoutMs } = await plugins.open('converter', `${side}.converter`)
  const { takesHeaders } = valueOf(await guest.call('start', [side, { ...spec.config, 'converter.type': side }], { timeoutMs }))
  const convert = async (method: 'fromConnect' | 'toConnect', batch: RecordBatch, { names }: Topics): Promise<ConvertedBatch> =>
    checkConverted(valueOf(await guest.call(method, [batch, names ?? null], { timeoutMs })), batch.count)

  return {
    className: spec.className,
    takesHeaders,
    async fromConnect({ count, column, schemas, schema }, topics) {
      const { batch, failures } = await convert('fromConnect', recordBatch(count, topics, { column, index: schema, schemas }), topics)
      const errors = rowErrors(failures)
      if (batch.value.kind !== 'bytes' && batch.value.kind !== 'null') throw new ConnectException(`${spec.className} gave values that are no bytes`)
      const encoded = batch.value.kind === 'bytes' ? rangesOf(batch.value.lengths, batch.value.bytes, errors) : rangesOf(new Int32Array(count).fill(-1), new Uint8Array(0), errors)
      return batch.headers === null ? encoded : { ...encoded, recordHeaders: rawHeaders(batch.headers) }
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

const recordBatch = (count: number, { topics, topic, recordHeaders }: Topics, value: { readonly column: HostColumn; readonly index: Index; readonly schemas: readonly Schema[] }): RecordBatch =>
  packHostBatch({
    count, topics, topic, partition: null, timestamp: null, offset: null, headers: recordHeaders === undefined ? null : headersColumn(count, recordHeaders),
    schemas: value.schemas, key: emptyColumn, keySchema: new Int32Array(count).fill(-1), value: value.column, valueSchema: value.index,
  })
const headersColumn = (count: number, recordHeaders: RawHeaders): HostHeaders => {
  const counts = new Int32Array(count)
  const all: RawHeader[] = []
  for (let row = 0; row < count; row++) {
    const own = recordHeaders(row) ?? []
    counts[row] = own.length
    all.push(...own)
  }
  return {
    counts, keys: toUtf8(textColumn(all.map(({ key }) => key)) as TextColumn), values: bytesColumn(all.map(({ value }) => value)), schema: new Int32Array(all.length).fill(-1),
  }
}
/** As the converter left them. */
const rawHeaders = ({ counts, keys, values }: HeadersColumn): RawHeaders => {
  if (values.kind !== 'bytes' && values.kind !== 'null') throw new ConnectException('The converter gave headers that are no bytes')
  const names = hostValues(keys, keys.lengths.length, []) as readonly (string | null)[]
  const bytes = hostValues(values, names.length, []) as readonly (Uint8Array | null)[]
  let at = 0
  const all = Array.from(counts, (count) => Array.from({ length: count }, (): RawHeader => ({ key: javaUtf8Text(names[at] ?? ''), value: bytes[at++] ?? null })))
  return (row) => (all[row]?.length ? all[row] : null)
}
const rowErrors = (failures: readonly GuestRowFailure[]): readonly RowError[] => failures.map(({ row, error }) => ({ row, error: asConnectException(guestException(error)) }))
