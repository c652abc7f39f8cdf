/** Calls on a converter, a column of values at a time: `ConverterApi`. A value that cannot be converted fails its row only. */
import { DataException } from '../../src/data/errors.ts'
import type { Schema } from '../../src/data/schema.ts'
import { kindOf } from '../../src/data/struct.ts'
import { emptyColumn, type HeadersColumn, type RecordBatch } from '../../src/wire/batch.ts'
import { bytesColumn, textColumn, valuesOf } from '../../src/wire/columns.ts'
import type { ConvertedBatch, ConverterApi, GuestRowFailure } from '../../src/wire/guest-api.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import type { MaybePromise } from '../sdk/connectors.ts'
import type { Converter, HeaderConverter } from '../sdk/plugins.ts'
import type { SchemaAndValue } from '../sdk/schema-and-value.ts'
import { RecordHeaders } from '../sdk/record-headers.ts'
import type { Async } from './api.ts'
import { toGuestError } from './errors.ts'
import { newPlugin, plugin } from './plugin.ts'
import { checkCrosses, schemaAt, schemaOrNull, sideOf } from './rows.ts'

/** Of a value: its topic, its header's name for a header converter, its record's headers for a converter that takes them. */
type Place = { readonly topic: string; readonly name: string; readonly headers: RecordHeaders }
/** The two kinds of converters as one. */
type Both = {
  readonly from: (place: Place, schema: Schema | null, value: unknown) => MaybePromise<Uint8Array | null>
  readonly to: (place: Place, bytes: Uint8Array | null) => MaybePromise<SchemaAndValue>
}

export const converterApi = (): Async<ConverterApi> => {
  let both: Both | undefined
  let close: () => MaybePromise<void> = () => undefined
  const started = (): Both => {
    if (both === undefined) throw new Error('the converter has not been started')
    return both
  }

  return {
    async start(use, config) {
      if (use === 'header') {
        const made: HeaderConverter = newPlugin('header converter')
        await made.configure?.(config)
        both = { from: ({ topic, name }, schema, value) => made.fromConnectHeader(topic, name, schema, value), to: ({ topic, name }, bytes) => made.toConnectHeader(topic, name, bytes) }
        close = () => made.close?.()
        return { takesHeaders: false }
      } else {
        const made: Converter = newPlugin('converter')
        await made.configure?.(config, use === 'key')
        // as Java's overloads: which of the two it is their number of parameters says
        const [from, to] = [made.fromConnectData.length > 3, made.toConnectData.length > 2]
        both = {
          from: ({ topic, headers }, schema, value) => (from ? made.fromConnectData(topic, headers, schema, value) : made.fromConnectData(topic, schema, value)),
          to: ({ topic, headers }, bytes) => (to ? made.toConnectData(topic, headers, bytes) : made.toConnectData(topic, bytes)),
        }
        close = () => made.close?.()
        return { takesHeaders: from || to }
      }
    },
    async fromConnect(batch, names) {
      const { from } = started()
      const schemas = knownSchemas(batch.schemas)
      const values = valuesOf(batch.value, batch.count, schemas)
      const bytes: (Uint8Array | null)[] = []
      const headers = headersOf(batch)
      const failures = await eachRow(batch.count, async (row) => {
        bytes[row] = null
        const returned = from(placeOf(batch, row, names, headers), schemaAt(batch.valueSchema, schemas, row), values[row] ?? null)
        bytes[row] = bytesOrNull(returned instanceof Promise ? await returned : returned)
      })
      const result = converted({ column: bytesColumn(bytes), index: new Int32Array(batch.count).fill(-1) }, new SchemaTable(), batch, failures)
      return headers === null || headers.every(({ isChanged }) => !isChanged) ? result : { ...result, batch: { ...result.batch, headers: headersColumn(headers) } }
    },
    async toConnect(batch, names) {
      const { to } = started()
      const bytes = valuesOf(batch.value, batch.count, []) as readonly (Uint8Array | null)[]
      const headers = headersOf(batch)
      const table = new SchemaTable()
      const values: unknown[] = []
      const schemas: (Schema | null)[] = []
      const failures = await eachRow(batch.count, async (row) => {
        values[row] = schemas[row] = null
        const returned = to(placeOf(batch, row, names, headers), bytes[row] ?? null)
        const found: unknown = returned instanceof Promise ? await returned : returned
        if (found === null) return
        if (typeof found !== 'object') throw new DataException(`${plugin().className} returned ${kindOf(found)} where { schema, value } is due`)
        const { schema, value } = found as Partial<SchemaAndValue>
        const checked = schemaOrNull(schema, 'the schema')
        checkCrosses(value, table)
        values[row] = value ?? null
        schemas[row] = checked
      })
      return converted(sideOf(values, schemas, table), table, batch, failures)
    },
    async stop() {
      await close()
    },
  }
}

const eachRow = async (count: number, convert: (row: number) => Promise<void>): Promise<GuestRowFailure[]> => {
  const failures: GuestRowFailure[] = []
  for (let row = 0; row < count; row++) {
    try {
      await convert(row)
    } catch (error) {
      failures.push({ row, step: 0, error: toGuestError(error) })
    }
  }
  return failures
}
const converted = (side: ReturnType<typeof sideOf>, table: SchemaTable, { count, topics, topic }: RecordBatch, failures: readonly GuestRowFailure[]): ConvertedBatch => ({
  batch: {
    count, topics, topic, partition: null, timestamp: null, offset: null, headers: null,
    schemas: table.toText(), key: emptyColumn, keySchema: new Int32Array(count).fill(-1), value: side.column, valueSchema: side.index,
  },
  failures,
})

const placeOf = (batch: RecordBatch, row: number, names: readonly string[] | null, headers: readonly RecordHeaders[] | null): Place =>
  ({ topic: topicOf(batch, row), name: names?.[row] ?? '', headers: headers?.[row] ?? new RecordHeaders() })
const headersOf = ({ headers }: RecordBatch): RecordHeaders[] | null => {
  if (headers === null) return null
  const total = headers.keys.lengths.length
  const keys = valuesOf(headers.keys, total, []) as readonly string[]
  const values = valuesOf(headers.values, total, []) as readonly (Uint8Array | null)[]
  let at = 0
  return Array.from(headers.counts, (count) => new RecordHeaders(Array.from({ length: count }, () => ({ key: keys[at] as string, value: values[at++] ?? null }))))
}
const headersColumn = (headers: readonly RecordHeaders[]): HeadersColumn => {
  const all = headers.flatMap((each) => each.toArray())
  return {
    counts: Int32Array.from(headers, (each) => each.toArray().length),
    keys: textColumn(all.map(({ key }) => key)) as HeadersColumn['keys'], values: bytesColumn(all.map(({ value }) => value)), schema: new Int32Array(all.length).fill(-1),
  }
}
const topicOf = ({ topics, topic }: RecordBatch, row: number): string => topics[topic === null ? 0 : (topic[row] as number)] ?? ''
const bytesOrNull = (returned: unknown): Uint8Array | null => {
  if (returned === null) return null
  if (returned instanceof Uint8Array) return returned
  throw new DataException(`${plugin().className} returned ${kindOf(returned)} where a Uint8Array or null is due`)
}
