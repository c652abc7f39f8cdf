/**
 * A converter turns a column of Connect values into ranges of bytes, and ranges of bytes into a column: one call a batch.
 * A value that cannot be converted fails its row only; what becomes of the row is the task's error tolerance.
 */
import type { ConnectException } from '../data/errors.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import type { Schema } from '../data/schema.ts'
import type { Index } from '../wire/batch.ts'
import type { HostColumn } from '../wire/host-columns.ts'
import type { SchemaTable } from '../wire/schema-table.ts'

/** Values of one side (key, value or headers) of a batch. Text is in utf8 form. An index of -1 is schemaless, a null index is entry 0. */
export type ConnectColumn = {
  readonly count: number
  readonly column: HostColumn
  readonly schemas: readonly Schema[]
  readonly schema: Index
}
/** Byte ranges of `bytes`, one a row; start -1 is a null. Rows of several of them are numbered through, in order. */
export type ByteRanges = { readonly count: number; readonly bytes: Uint8Array; readonly start: Int32Array; readonly end: Int32Array }
export type RowError = { readonly row: number; readonly error: ConnectException }
/** Rows in `errors` (ascending) have no meaning in the result. `bytes` may be reused by the converter's next call. */
export type EncodedColumn = ByteRanges & {
  readonly errors: readonly RowError[]
  /** What a converter that takes headers has made of them; absent when nothing. */
  readonly recordHeaders?: RawHeaders
}
/** `schema` is an index into the table given to `toConnect`. */
export type DecodedColumn = { readonly count: number; readonly column: HostColumn; readonly schema: Index; readonly errors: readonly RowError[] }

/** A header as it stands in Kafka. */
export type RawHeader = { readonly key: string; readonly value: Uint8Array | null }
/** Those of a row; null for none. */
export type RawHeaders = (row: number) => readonly RawHeader[] | null
/** `names`: of each value the name of its header, for a header converter. `recordHeaders`: those of its record, for a converter that takes them. */
export type Topics = { readonly topics: readonly string[]; readonly topic: Index; readonly names?: readonly string[]; readonly recordHeaders?: RawHeaders }

/** Most converters answer at once; one that has to ask somebody (a registry, a plugin's cell) answers by promise. */
export interface Converter {
  readonly className: string
  /** It wants `recordHeaders`. */
  readonly takesHeaders?: boolean
  fromConnect(values: ConnectColumn, topics: Topics): MaybePromise<EncodedColumn>
  /** Schemas of the values are added to `schemas`, the table of the batch. */
  toConnect(parts: readonly ByteRanges[], topics: Topics, schemas: SchemaTable): MaybePromise<DecodedColumn>
}

export type ConverterConfig = Readonly<Record<string, string>>
/** How the lookup makes one; `isKey` is `converter.type` key. Throws a ConfigException when the configuration is wrong. */
export type MakeConverter = (config: ConverterConfig, isKey: boolean) => Converter

export const noErrors: readonly RowError[] = []

/** The schema of a row, null when schemaless. */
export const schemaOf = (values: ConnectColumn, row: number): Schema | null => {
  const index = values.schema === null ? 0 : (values.schema[row] as number)
  return values.schemas[index] ?? null
}
