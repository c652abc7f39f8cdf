/** org.apache.kafka.connect.json.JsonConverter: values as JSON, with or without the envelope `{"schema":…,"payload":…}`. */
import { DataException } from '../../data/errors.ts'
import type { Schema } from '../../data/schema.ts'
import type { Column } from '../../wire/batch.ts'
import { ValuesCursor } from '../../wire/values-cursor.ts'
import { ValuesError } from '../../wire/values.ts'
import { asBuffer, materialize, rangesOf, Scratch } from '../columns.ts'
import { parsedConfig } from '../config.ts'
import { asConnectException, encodeRows } from '../encode-rows.ts'
import { type ConnectColumn, type DecodedColumn, type EncodedColumn, type MakeConverter, type RowError, schemaOf } from '../types.ts'
import { decodeTextColumn } from './decode-text.ts'
import { decodeValuesColumn } from './decode-values.ts'
import { JsonReader } from './reader.ts'
import { ScanPlans } from './scan-plans.ts'
import { schemaText } from './schema.ts'
import { escapeInto, needsNoEscape } from './text.ts'
import { ObjectsJson } from './write-objects.ts'
import { WritePlans } from './write-plans.ts'
import { type JsonOptions, writeJson } from './write.ts'
import { ValuesJson } from './write-values.ts'

const className = 'org.apache.kafka.connect.json.JsonConverter'
export const jsonConverter: MakeConverter = (given, isKey) => {
  const config = parsedConfig(className, given, isKey)
  const schemasEnable = config['schemas.enable'] === true
  const options: JsonOptions = { decimalNumeric: String(config['decimal.format']).toUpperCase() === 'NUMERIC', replaceNullWithDefault: config['replace.null.with.default'] === true }
  const reader = new JsonReader({
    schemasEnable, schemaContent: typeof config['schema.content'] === 'string' ? config['schema.content'] : '', cacheSize: Number(config['schemas.cache.size']), replaceNullWithDefault: options.replaceNullWithDefault,
  })
  const plans = new ScanPlans()
  const writer = new JsonColumnWriter(schemasEnable, options)
  return {
    className,
    fromConnect: (values) => writer.write(values),
    toConnect(parts, _topics, schemas): DecodedColumn {
      return decodeTextColumn(parts, reader, schemas) ?? decodeValuesColumn(parts, reader, plans, schemas)
    },
  }
}

class JsonColumnWriter {
  readonly #scratch = new Scratch()
  readonly #schemasEnable: boolean
  readonly #options: JsonOptions
  readonly #values: ValuesJson
  readonly #objects: ObjectsJson
  readonly #heads = new Map<Schema, Buffer>()

  constructor(schemasEnable: boolean, options: JsonOptions) {
    this.#schemasEnable = schemasEnable
    this.#options = options
    const plans = new WritePlans(options)
    this.#values = new ValuesJson(plans)
    this.#objects = new ObjectsJson(plans)
  }

  write(values: ConnectColumn): EncodedColumn {
    const heads = this.#headsOf(values.schemas)
    if (values.column.kind === 'utf8') return this.#text(values, values.column, heads)
    if (values.column.kind === 'values' && values.column.strings.kind === 'utf8') return this.#tagged(values, values.column, heads)
    return encodeRows(values, this.#scratch, (value, schema, to) => {
      if (value === null && schema === null) return false
      const head = headOf(heads, schema)
      const first = to.length
      to.copy(head, 0, head.length)
      if (!this.#objects.write(value, schema, to)) {
        to.length = first + head.length
        to.utf8(writeJson(value, schema, this.#options))
      }
      if (this.#schemasEnable) to.ascii('}')
      return true
    })
  }

  /** Text by bytes: head, quote, escaped bytes, quote, tail, straight into one buffer. */
  #text(values: ConnectColumn, column: Extract<Column, { readonly kind: 'utf8' }>, heads: ReadonlyMap<Schema | null, Buffer>): EncodedColumn {
    const to = this.#scratch
    const from = asBuffer(column.bytes)
    const at = rangesOf(column.lengths, column.bytes)
    const clean = needsNoEscape(column.bytes)
    const start = new Int32Array(values.count)
    const end = new Int32Array(values.count)
    const errors: RowError[] = []
    to.begin()
    for (let row = 0; row < values.count; row++) {
      const schema = schemaOf(values, row)
      const rowStart = at.start[row] as number
      const rowEnd = at.end[row] as number
      start[row] = end[row] = -1
      if (rowStart < 0 && schema === null) continue
      const head = heads.get(schema) ?? empty
      const room = (clean ? rowEnd - rowStart : 6 * (rowEnd - rowStart)) + head.length + 3
      if (to.length + room > to.bytes.length) to.reserve(room)
      const first = to.length
      try {
        if (rowStart < 0 || (schema !== null && schema.type !== 'STRING')) {
          // a text under another schema: this throws, in the words for that schema
          const json = writeJson(rowStart < 0 ? null : '', schema, this.#options)
          to.copy(head, 0, head.length)
          to.utf8(json)
        } else {
          head.copy(to.bytes, to.length)
          to.length += head.length
          to.bytes[to.length++] = 0x22
          if (clean) to.length += from.copy(to.bytes, to.length, rowStart, rowEnd)
          else escapeInto(from, rowStart, rowEnd, to)
          to.bytes[to.length++] = 0x22
        }
        if (this.#schemasEnable) to.ascii('}')
        start[row] = first
        end[row] = to.length
      } catch (error) {
        to.length = first
        errors.push({ row, error: asConnectException(error) })
      }
    }
    return { count: values.count, bytes: to.bytes, start, end, errors }
  }

  /** Tagged values by bytes; a row the fast writer leaves is made a value and written the general way. */
  #tagged(values: ConnectColumn, column: Extract<Column, { readonly kind: 'values' }>, heads: ReadonlyMap<Schema | null, Buffer>): EncodedColumn {
    const to = this.#scratch
    const cursor = new ValuesCursor(column, values.schemas.map((schema) => (schema.type === 'STRUCT' ? schema.fields.length : -1)))
    const start = new Int32Array(values.count).fill(-1)
    const end = new Int32Array(values.count).fill(-1)
    const errors: RowError[] = []
    let all: readonly unknown[] | null = null
    this.#values.begin(cursor, column.names, values.schemas)
    to.begin()
    for (let row = 0; row < values.count; row++) {
      const schema = schemaOf(values, row)
      const first = to.length
      cursor.keep()
      try {
        const head = headOf(heads, schema)
        to.copy(head, 0, head.length)
        if ((schema === null && cursor.isNull) || !this.#values.write(schema, to)) {
          cursor.back()
          cursor.skip()
          to.length = first
          all ??= materialize(values)
          if (all[row] === null && schema === null) continue
          const json = writeJson(all[row], schema, this.#options)
          to.copy(head, 0, head.length)
          to.utf8(json)
        }
        if (this.#schemasEnable) to.ascii('}')
        start[row] = first
        end[row] = to.length
      } catch (error) {
        if (error instanceof ValuesError) throw error
        to.length = first
        errors.push({ row, error: asConnectException(error) })
      }
    }
    return { count: values.count, bytes: to.bytes, start, end, errors }
  }

  /** The envelope up to the payload, for each schema of the batch; nothing without envelopes. Kept by schema: the same ones come batch after batch. */
  #headsOf(schemas: readonly Schema[]): ReadonlyMap<Schema | null, Buffer> {
    if (!this.#schemasEnable) return new Map()
    const heads = new Map<Schema | null, Buffer>([[null, schemalessHead]])
    for (const schema of schemas) {
      if (schema.isRecursive) continue
      let head = this.#heads.get(schema)
      if (head === undefined) {
        head = Buffer.from(`{"schema":${schemaText(schema, this.#options)},"payload":`)
        if (this.#heads.size >= maxKeptHeads) this.#heads.clear()
        this.#heads.set(schema, head)
      }
      heads.set(schema, head)
    }
    return heads
  }
}

/** Only a recursive schema has none where there are envelopes: written out it has no end. */
const headOf = (heads: ReadonlyMap<Schema | null, Buffer>, schema: Schema | null): Buffer => {
  const head = heads.size === 0 ? empty : heads.get(schema)
  if (head === undefined) throw new DataException(`${String(schema)} contains itself: JSON has no way to write such a schema (schemas.enable=false leaves it out)`)
  return head
}
const maxKeptHeads = 1000
const schemalessHead = Buffer.from('{"schema":null,"payload":')
const empty = Buffer.alloc(0)
