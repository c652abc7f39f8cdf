/**
 * The columnar batches in which records cross every boundary (guest <-> cell <-> worker): one poll or one put is one crossing.
 *
 * A batch is a small header, numeric columns, and one column each for keys, values and headers. The same shapes live on both
 * sides; they differ only in how text is held:
 *   guest  `text`: ONE string, lengths in UTF-16 code units. The guest concatenates and takes substrings, it never encodes.
 *   host   `utf8`: ONE buffer, lengths in bytes. The cell's outer Node transcodes the whole column natively, once.
 *          `wtf8`: the same for texts with unpaired surrogates, which UTF-8 has no bytes for: three bytes each, as if it had. Rare, so
 *          whoever reads bytes may leave such a column to the way by JavaScript values.
 * An untouched string thus reaches Kafka's record batch as bytes without a JavaScript object per record.
 */

/** Strings, in whichever form the side holds them. A length of -1 is a null. */
export type TextColumn =
  | { readonly kind: 'text'; readonly lengths: Int32Array; readonly text: string }
  | { readonly kind: 'utf8'; readonly lengths: Int32Array; readonly bytes: Uint8Array }
  | { readonly kind: 'wtf8'; readonly lengths: Int32Array; readonly bytes: Uint8Array }

/** Byte arrays, back to back. A length of -1 is a null. */
export type BytesColumn = { readonly kind: 'bytes'; readonly lengths: Int32Array; readonly bytes: Uint8Array }

/**
 * Any other values (numbers, maps, arrays, structs, mixed): the tagged encoding of `values.ts`, read front to back.
 * `strings` holds every string in the order it is met, `names` the distinct object keys and struct field names.
 */
export type ValuesColumn = {
  readonly kind: 'values'
  readonly data: Uint8Array
  readonly strings: TextColumn
  readonly names: readonly string[]
}

/** `null`: every value of the column is null. */
export type Column = TextColumn | BytesColumn | ValuesColumn | { readonly kind: 'null' }

/** A per-record index into a table; `null` means that every record has entry 0. Index -1 is "none". */
export type Index = Int32Array | null

/** Headers of all records, flattened: `counts[i]` headers belong to record i. Index into `schemas` of the batch, -1 = no schema. */
export type HeadersColumn = {
  readonly counts: Int32Array
  readonly keys: TextColumn
  readonly values: Column
  readonly schema: Index
}

/** Source offsets. `numbers`: every offset is a flat object of the same keys with finite numbers (the usual case), row-major. */
export type OffsetColumn =
  | { readonly kind: 'numbers'; readonly keys: readonly string[]; readonly values: Float64Array }
  | { readonly kind: 'json'; readonly offsets: TextColumn }

type BatchCommon = {
  readonly count: number
  readonly topics: readonly string[]
  readonly topic: Index
  /** Kafka partition; -1 = not given; null = none given for the whole batch. */
  readonly partition: Int32Array | null
  /** Milliseconds since the epoch; NaN = none; null = none for the whole batch. */
  readonly timestamp: Float64Array | null
  /** Schemas of keys, values and headers in this batch, as text (schema-form.ts); an index of -1 (or an empty table with a null index) is schemaless. */
  readonly schemas: string
  readonly keySchema: Index
  readonly valueSchema: Index
  readonly key: Column
  readonly value: Column
  readonly headers: HeadersColumn | null
}

/** What a source task's `poll` returned. Source partitions are JSON texts of flat objects, keys in the order the task gave. */
export type SourceBatch = BatchCommon & {
  readonly sourcePartitions: readonly string[]
  readonly sourcePartition: Index
  readonly sourceOffset: OffsetColumn
}

/** Where records really are when a transformation gave them another topic or partition. */
export type OriginalColumns = { readonly topics: readonly string[]; readonly topic: Index; readonly partition: Int32Array }

/** What a sink task's `put` receives. timestampType: 0 none, 1 CreateTime, 2 LogAppendTime. `original` null: as topic and partition say. */
export type SinkBatch = BatchCommon & {
  readonly partition: Int32Array
  readonly original: OriginalColumns | null
  readonly offset: Float64Array
  readonly timestampType: Uint8Array | null
}

/** Records between the worker and the transformations or the converter of a plugin. `offset`: in Kafka; null for those of a source. */
export type RecordBatch = BatchCommon & {
  readonly offset: Float64Array | null
}

export const emptyColumn: Column = { kind: 'null' }
